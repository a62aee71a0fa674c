"""Which language a browser is shown: the one chosen there, else the station's own.

The station speaks one language, its owner's, and its page goes with its voice.  A browser that would rather read the
other one is asked once, in that one (pages/frame.py): whoever cannot read the page at hand must not have to search it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

SHOWN = ("de", "en")
COOKIE = "desk_language"
# One entry of Accept-Language (RFC 9110): "en-GB", "de;q=0.7".
_ENTRY = re.compile(r"([a-z]{1,8})(?:-[a-z0-9-]*)?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?\s*(?:,|$)", re.IGNORECASE)


def chosen(query: Mapping[str, str], cookies: Mapping[str, str]) -> str:
    """What was asked for with the address, or chosen in this browser before; else empty."""
    for said in (query.get("lang", ""), cookies.get(COOKIE, "")):
        if said in SHOWN:
            return said
    return ""


def preferred(accepts: str) -> str:
    """The one of ours that an Accept-Language ranks first; empty where it names neither."""
    ranks: dict[str, float] = {}
    for name, rank in _ENTRY.findall(accepts):
        if name.lower() in SHOWN:
            ranks.setdefault(name.lower(), float(rank or 1))
    return max(ranks, key=lambda name: ranks[name]) if any(ranks.values()) else ""


def refused_in(accepts: str) -> str:
    """What a program is told a refusal in: English, unless it asks for German, as the page's scripts do there."""
    return preferred(accepts) or "en"
