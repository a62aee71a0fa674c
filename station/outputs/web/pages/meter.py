"""The live picture of the muscle: a bar and a trace, filled by the page's script from the stream of readings."""

from __future__ import annotations

from station.outputs.web.html import Html, tag
from station.outputs.web.view import View


def bar(view: View) -> Html:
    """The level now, between rest and load."""
    return tag(
        "div",
        tag("div", id="level-fill", class_="fill"),
        tag("span", class_="tick rest"),
        tag("span", class_="tick load"),
        id="level-bar",
        class_="level-bar js",
        role="img",
        aria_label=view.w("live.bar_label"),
    )


def trace(view: View, height: int) -> Html:
    """The last minute, `height` pixels high."""
    return tag(
        "canvas",
        id="trace",
        class_="trace js",
        role="img",
        aria_label=view.w("live.trace_label"),
        width="640",
        height=str(height),
    )
