"""What runs on the first page: an exercise with its breath and its guesses, and the measuring of a reference."""

from __future__ import annotations

from station.core.state import State
from station.outputs.web import catalogue, spoken
from station.outputs.web.html import Html, join, tag
from station.outputs.web.pages.frame import action
from station.outputs.web.pages.icons import icon
from station.outputs.web.view import View


def session(state: State, view: View) -> Html:
    """What runs: the breath, the words, and the way out."""
    guide = tag(
        "div",
        tag(
            "div",
            tag("div", class_="breath-ring"),
            tag("div", class_="breath-ball"),
            class_="breath",
            id="breath",
            aria_hidden="true",
        ),
        tag("p", "", id="breath-word", class_="breath-word"),
        class_="guide",
    )
    return tag(
        "section",
        tag("h2", catalogue.title_of(state.technique, view.language) if state.technique else "", id="session-title"),
        guide,
        tag("p", spoken.shown(state, view.language), id="saying", class_="saying", aria_live="polite"),
        _guess(view),
        tag("div", tag("div", id="session-done"), class_="progress", aria_hidden="true"),
        tag("p", "", id="session-left", class_="soft figure"),
        tag(
            "div",
            action("stop", join(icon("stop"), view.w("live.stop")), class_="button stop"),
            action("pause", join(icon("pause"), tag("span", view.w("live.pause"), id="pause-word"))),
            action("next", join(icon("next"), view.w("live.next"))),
            action("exclude", view.w("live.worse"), class_="button plain", technique="", id="worse"),
            class_="buttons",
        ),
        id="session",
        class_="card session",
        hidden=not state.technique,
    )


def _guess(view: View) -> Html:
    """Feel the difference: guess first, then see."""
    buttons = [action("guess", str(n), class_="chip", value=n) for n in range(11)]
    return tag(
        "div",
        tag("p", view.w("live.guess"), id="guess-word"),
        tag("div", *buttons, class_="chips", id="guess-buttons"),
        tag("p", "", id="guess-result", class_="saying", role="status"),
        id="guess",
        class_="guess js",
        hidden=True,
    )


def reference(view: View) -> Html:
    """What to do during the daily reference or a whole calibration, as its voice says it."""
    return tag(
        "section",
        tag("h2", view.w("live.reference"), id="reference-title"),
        tag("p", "", id="reference-words", class_="saying", aria_live="assertive"),
        tag("p", "", id="reference-result", role="status"),
        tag(
            "div",
            action("calibrate", view.w("live.reference_stop"), class_="button plain", move="abort"),
            class_="buttons",
            id="reference-buttons",
        ),
        id="reference",
        class_="card js",
        hidden=True,
    )
