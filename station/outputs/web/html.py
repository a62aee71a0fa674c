"""HTML that cannot be broken by what it says: every text is escaped unless it already is HTML.

    tag("p", "a < b", class_="lead")   ->   <p class="lead">a &lt; b</p>

`class_` and `for_` lose their underscore, other underscores become hyphens; True is a bare attribute, None and False
leave it out.  No inline style and no inline script can be written: the page's policy would refuse both.
"""

from __future__ import annotations

import html as _html
import json
from typing import Any

VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def text(what: object) -> Html:
    """Anything as safe HTML."""
    return what if isinstance(what, Html) else Html(_html.escape(str(what), quote=True))


def join(*children: object) -> Html:
    """Children one after the other; None is nothing, lists are unfolded."""
    parts: list[str] = []
    for child in children:
        if isinstance(child, list | tuple):
            parts.append(join(*child))
        elif child is not None and child is not False:
            parts.append(text(child))
    return Html("".join(parts))


def tag(name: str, /, *children: object, **attributes: object) -> Html:
    """One element."""
    shown = []
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        plain = key.rstrip("_").replace("_", "-")
        shown.append(f" {plain}" if value is True else f' {plain}="{_html.escape(str(value), quote=True)}"')
    start = f"<{name}{''.join(shown)}>"
    return Html(start if name in VOID else f"{start}{join(*children)}</{name}>")


def data(identity: str, what: Any) -> Html:
    """A block of JSON for the page's scripts; cannot end its element early, and is no script itself."""
    written = json.dumps(what, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return Html(f'<script type="application/json" id="{identity}">{written}</script>')
