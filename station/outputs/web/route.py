"""What one row of the table of routes holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from station.outputs.web.answer import Answer, Asked
from station.outputs.web.commands import Body
from station.outputs.web.desk import Desk

Handler = Callable[[Desk, Asked], Answer]


@dataclass(frozen=True, slots=True)
class Query:
    """One key after the question mark."""

    name: str
    pattern: str
    description: str


@dataclass(frozen=True, slots=True)
class Route:
    """One row.

    handler: what answers; None for a stream, which `asgi.py` serves itself.
    kind: page (HTML), json, stream (server-sent events), file, or form (HTML form in, HTML out).
    fields: a form's fields beside the token; those whose name ends in `?` may be left out.
    gives: the kinds of the answer's content where it is not the usual one.
    open: answered without a session, too.  slow: reads the disk or computes, so it runs on a thread of its own.
    """

    method: str
    path: str
    handler: Handler | None
    summary: str
    kind: str = "json"
    body: type[Body] | None = None
    query: tuple[Query, ...] = ()
    open: bool = False
    slow: bool = True
    answers: tuple[int, ...] = (200,)
    fields: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
