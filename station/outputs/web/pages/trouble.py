"""What is wrong at the moment, above everything else on the page: said as loudly as it matters."""

from __future__ import annotations

from station import german
from station.core.state import State
from station.outputs.web.html import Html, tag
from station.outputs.web.live import busy, needs_nobody, sensor_trouble
from station.outputs.web.view import View


def trouble(state: State, view: View) -> Html:
    """The card; hidden while nothing is wrong."""
    sentence = sensor_trouble(state, view.language)
    small = needs_nobody(state)
    waits = busy(state) and all(small)
    others = [
        _no_speaker(german.in_language(said, view.language), view)
        if is_small
        else tag("p", german.in_language(said, view.language))
        for said, is_small in zip(state.troubles.values(), small, strict=True)
    ]
    return tag(
        "section",
        tag("h2", view.w("live.trouble"), id="trouble-title", hidden=state.state != "sensor_trouble" and all(small)),
        tag(
            "p",
            (sentence or view.known("quality", state.signal_quality)) if state.state == "sensor_trouble" else "",
            id="trouble-text",
        ),
        tag("div", *others, id="trouble-outputs"),
        id="trouble",
        class_="card trouble",
        hidden=state.state != "sensor_trouble" and (not state.troubles or waits),
    )


def _no_speaker(said: str, view: View) -> Html:
    """The short sentence; what to do for a speaker stands behind it."""
    return tag("details", tag("summary", view.w("live.no_speaker")), tag("p", said))
