"""A question from a browser and its answer, without any web framework: what the handlers see.

    handler(desk, asked) -> Answer            raises No(status, sentence) for what is refused

So every handler is an ordinary function that a test can call, and only `asgi.py` knows what carries it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any

import msgspec


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that has passed the guard.

    language: `de` or `en`.  rather: the other one, where this browser would rather read it and nobody has chosen; else
    empty or the same.  numbers: whether figures are shown.  token: what this browser must send with every request
    that changes something.  signed_in: a session of its own (False as well where no passphrase is set).
    """

    path: str = "/"
    params: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    language: str = "de"
    rather: str = ""
    numbers: bool = True
    token: str = ""
    address: str = ""
    cookie: str = ""
    signed_in: bool = False
    diary: str = ""
    """The cookie of a browser that has opened the sealed diary."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back."""

    body: bytes = b""
    status: int = 200
    kind: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    file: IO[bytes] | None = None
    """Sent instead of `body`, and closed afterwards."""


class No(Exception):  # noqa: N818 - it is not an error, it is an answer
    """A request that is not carried out: an HTTP status (4xx) and a sentence for a person."""

    def __init__(self, status: int, sentence: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.headers = headers


def as_json(what: Any, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """Anything msgspec can write, as an answer."""
    return Answer(msgspec.json.encode(what), status, "application/json", headers)


def as_page(html: str, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """A whole HTML page as an answer."""
    return Answer(html.encode(), status, "text/html; charset=utf-8", headers)


def elsewhere(to: str, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """Look there instead (303)."""
    return Answer(b"", 303, "text/plain", (("location", to), *headers))
