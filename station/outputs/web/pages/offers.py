"""What the station offers on the first page: a pause, another exercise after a break-off, a change of its own."""

from __future__ import annotations

import datetime

from station.core.events import Window
from station.core.state import State
from station.outputs.web.html import Html, tag
from station.outputs.web.pages.frame import action
from station.outputs.web.reasons import in_language
from station.outputs.web.view import View

# So long after its end there is something to be said of an exercise that was broken off, unless something else happens:
# time enough to look around and move a little, as it says.
EARLY_S = 60.0
# What is offered then: something to do with the body, and something with open eyes.
INSTEAD = ("movement", "mindfulness")


def offer(state: State, view: View) -> Html:
    """A pause is on offer: take it, not now, or that is wrong."""
    return tag(
        "section",
        tag("h2", view.w("live.offer")),
        tag("p", view.w(f"live.offer_text_{state.cue_kind or 'tension'}"), id="offer-text"),
        tag(
            "div",
            action("answer", view.w("live.accept"), class_="button primary", answer="accepted"),
            action("answer", view.w("live.not_now"), answer="not_now"),
            action(
                "answer",
                view.w("live.wrong"),
                class_="button plain",
                hidden=state.cue_kind in ("daily", "movement"),
                id="wrong",
                answer="wrong",
            ),
            class_="buttons",
        ),
        tag("p", view.w("live.offer_ignore"), class_="soft"),
        id="offer",
        class_="card offer",
        hidden=not state.cue,
    )


def ended_early(state: State, view: View, now: float) -> Html:
    """Who broke an exercise off may have felt worse in it: open eyes, movement, and never again, if they like."""
    name = state.ended_early
    recent = state.ended_early_at is not None and now - state.ended_early_at < EARLY_S
    instead = [
        action(
            "start",
            view.w(f"live.instead_{other}"),
            class_="button instead",
            technique=other,
            length="micro",
            hidden=name == other or other in state.left_out,
        )
        for other in INSTEAD
    ]
    return tag(
        "section",
        tag("h2", view.w("live.early")),
        tag("p", view.w("live.early_text")),
        tag(
            "div",
            *instead,
            action(
                "exclude",
                view.w("live.worse"),
                class_="button plain",
                technique=name,
                id="early-worse",
                hidden=name in state.left_out,
            ),
            class_="buttons",
        ),
        id="early",
        class_="card offer",
        hidden=not (name and recent) or bool(state.cue) or state.calibrating,
    )


def proposal(state: State, view: View) -> Html:
    """What the station would change, and why; it waits for an answer and changes nothing by itself."""
    return tag(
        "section",
        tag("h2", view.w("live.proposal")),
        tag("p", view.w(f"live.proposal_{state.proposal}") if state.proposal else "", id="proposal-text"),
        tag("p", in_language(state.proposal_why, view.language), id="proposal-why", class_="soft"),
        tag(
            "details",
            tag("summary", view.w("live.proposal_windows")),
            tag("ul", *[_window(view, each) for each in state.proposal_windows], id="windows", class_="windows"),
            id="proposal-windows",
            hidden=not state.proposal_windows,
        ),
        tag(
            "div",
            action("proposal", view.w("live.proposal_yes"), accepted="yes"),
            action("proposal", view.w("live.proposal_no"), class_="button plain", accepted="no"),
            class_="buttons",
        ),
        id="proposal",
        class_="card proposal",
        hidden=not state.proposal,
    )


def _window(view: View, window: Window) -> Html:
    """One of the cues that a proposal rests on: when, what was measured, and the way to its day."""
    day = datetime.datetime.fromtimestamp(window.since).date()
    when = f"{view.date(day)}, {view.clock(window.since)}–{view.clock(window.until)}"
    measured = in_language(window.reason, view.language)
    return tag(
        "li",
        tag("a", when, href=f"/day?date={day}"),
        tag("span", measured, class_="soft figure") if measured else None,
    )
