"""The door: what must be true of a request before anybody looks at what it wants.

    Host     a name or address this station really has: no other site can point its name here (DNS rebinding)
    Origin   this page itself, or none: no other site's script can press our buttons
    Method   what changes something carries the page's own token, which another site cannot read
    Body     at most 16 KB, and only where one is expected
    Session  once there is a passphrase: everything but the way in, the help page and the static files needs one

Pure functions over plain values; `asgi.py` calls them.
"""

from __future__ import annotations

import hmac
import re
import socket
from collections.abc import Mapping
from typing import Final

from station.outputs.web.answer import No

MOST_BYTES: Final = 16_384
COOKIE: Final = "desk_session"
TOKEN_HEADER: Final = "x-desk-token"

HEADERS: Final[tuple[tuple[str, str], ...]] = (
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    # With no-referrer a browser would send the sign-in form with `Origin: null`, which is refused.
    ("referrer-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(), usb=(), payment=()"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
)

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def own_names(more: tuple[str, ...] = ()) -> frozenset[str]:
    """The names under which this machine may be asked for; addresses come per connection (see `check_host`)."""
    name = socket.gethostname().split(".")[0].lower()
    return LOOPBACK | {name, f"{name}.local", f"{name}.lan", f"{name}.fritz.box"} | {each.lower() for each in more}


def host_of(header: str) -> str:
    """`desk.local:8765` -> `desk.local`; `[::1]:8765` -> `::1`."""
    header = header.strip().lower()
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.partition(":")[0]


def check_host(header: str, names: frozenset[str], own_address: str) -> None:
    """Raises No unless the Host header names this station: one of its names, or the address that was connected to."""
    host = host_of(header)
    if not host or (host not in names and host != own_address.removeprefix("::ffff:")):
        raise No(421, "This station does not answer to that name. Add it to [output.web] hosts if it is yours.")


def check_origin(headers: Mapping[str, str]) -> None:
    """Raises No when another site is asking."""
    origin, host = headers.get("origin", ""), headers.get("host", "")
    if origin and origin.lower() != f"http://{host}".lower() and origin.lower() != f"https://{host}".lower():
        raise No(403, "Only this station's own page may ask that.")
    if headers.get("sec-fetch-site") in ("cross-site", "same-site") and headers.get("sec-fetch-mode") != "navigate":
        raise No(403, "Only this station's own page may ask that.")


def check_token(headers: Mapping[str, str], token: str) -> None:
    """Raises No when a request that changes something does not carry the page's token."""
    sent = headers.get(TOKEN_HEADER, "")
    if not hmac.compare_digest(sent.encode(), token.encode()):
        raise No(403, f"The page's token is missing or old ({TOKEN_HEADER}): load the page anew.")


def check_length(headers: Mapping[str, str]) -> None:
    """Raises No for a body that is announced as too long, or whose length is no number."""
    length = headers.get("content-length", "0")
    if not re.fullmatch("[0-9]{1,20}", length):
        raise No(400, "Content-Length is not a number.")
    if int(length) > MOST_BYTES:
        raise No(413, f"At most {MOST_BYTES} bytes.")


def check_kind(headers: Mapping[str, str], wanted: str) -> None:
    """Raises No unless the body is of the wanted kind."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != wanted:
        raise No(415, f"Send {wanted}.")
