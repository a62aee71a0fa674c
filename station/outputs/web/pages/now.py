"""Now: how it is, why the station does what it does, and a pause one press away."""

from __future__ import annotations

import datetime

from station.core.events import Window
from station.core.state import State
from station.outputs.web import api, catalogue
from station.outputs.web.answer import Answer, Asked
from station.outputs.web.catalogue import Exercise
from station.outputs.web.desk import Desk
from station.outputs.web.html import Html, join, tag
from station.outputs.web.live import picture
from station.outputs.web.pages.frame import action, card, framed, view_of
from station.outputs.web.pages.icons import icon
from station.outputs.web.pages.meter import bar, trace
from station.outputs.web.pages.trouble import trouble
from station.outputs.web.reasons import in_language
from station.outputs.web.view import View


def page(desk: Desk, asked: Asked) -> Answer:
    """The page at `/`."""
    view, state = view_of(asked), desk.live.state
    return framed(
        desk,
        asked,
        "now",
        view.w("nav.now"),
        tag("h1", view.w("now.title"), class_="quiet-title"),
        _setup_hint(desk, view),
        _question_hint(state, view),
        trouble(state, view),
        _offer(state, view),
        _ended_early(state, view, desk.wall()),
        _proposal(state, view),
        _reference(view),
        tag("div", _exercise(state, view), _level(state, view), _pauses(view), _today(desk, view), class_="now"),
        script="now.js",
    )


def _setup_hint(desk: Desk, view: View) -> Html | None:
    if not desk.progress.next():
        return None
    started = any(desk.progress.done(step) for step in ("flags", "power"))
    return tag(
        "p",
        tag("span", view.w("now.setup_on" if started else "now.setup")),
        tag("a", view.w("now.setup_go"), href="/setup", class_="button"),
        class_="hint",
    )


def _question_hint(state: State, view: View) -> Html:
    """A question of the two weeks waits, if one likes."""
    return tag(
        "p",
        tag("span", view.w("now.question")),
        tag("a", view.w("now.question_go"), href="/diary#observation", class_="button"),
        class_="hint",
        id="question-hint",
        hidden=not state.asks or state.private,
    )


def _offer(state: State, view: View) -> Html:
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


# So long after its end there is something to be said of an exercise that was broken off.
EARLY_S = 600.0
# What is offered then: something to do with the body, and something with open eyes.
INSTEAD = ("movement", "mindfulness")


def _ended_early(state: State, view: View, now: float) -> Html:
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
        hidden=not (name and recent),
    )


def _proposal(state: State, view: View) -> Html:
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


def _reference(view: View) -> Html:
    """What to do while a reference is measured, as the voice of the calibration says it."""
    return tag(
        "section",
        tag("h2", view.w("live.reference")),
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


def _exercise(state: State, view: View) -> Html:
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
        tag("p", state.saying, id="saying", class_="saying", aria_live="polite"),
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


def _level(state: State, view: View) -> Html:
    return card(
        view.w("live.level"),
        tag("p", _level_word(state, view), id="level-word", class_="level-word"),
        tag("p", _level_number(state, view), id="level-number", class_="figure soft"),
        bar(view),
        tag(
            "div",
            tag("span", view.w("live.rest_zone")),
            tag("span", view.w("live.load_zone")),
            class_="zones",
            aria_hidden="true",
        ),
        trace(view, height=150),
        tag(
            "div",
            tag("span", view.w("live.minute_ago")),
            tag("span", view.w("live.now")),
            class_="axis js",
            aria_hidden="true",
        ),
        tag("noscript", tag("p", view.w("now.no_script"), class_="soft")),
        tag(
            "div",
            tag("p", view.w(f"state.long_{state.state}"), id="state-long"),
            _why(state, view),
            class_="state-text",
        ),
        tag(
            "div",
            action("mark", join(icon("mark"), view.w("live.mark"))),
            action(
                "quiet",
                join(
                    icon("quiet"),
                    tag("span", view.w("live.quiet_off" if state.quiet else "live.quiet_on"), id="quiet-word"),
                ),
            ),
            action(
                "private",
                join(
                    icon("private"),
                    tag("span", view.w("live.private_off" if state.private else "live.private_on"), id="private-word"),
                ),
            ),
            class_="buttons",
        ),
        class_="card level",
    )


def _why(state: State, view: View) -> Html:
    """Why there is a cue; and once it is over, of which moment that was.  First in plain words, the figures small."""
    shown = picture(state)
    what = "withheld" if state.why_withheld else "now" if state.cue else "cue"
    at = view.clock(state.why_at) if state.why_at is not None else ""
    return tag(
        "div",
        tag(
            "p",
            tag("span", view.w(f"live.why_{what}").replace("{time}", at), class_="label", id="why-when"),
            " ",
            tag("span", shown[f"why_plain_{view.language}"], id="why"),
        ),
        tag("p", shown[f"why_{view.language}"], class_="soft figure small-print", id="why-figures"),
        id="why-line",
        hidden=not shown["why"],
    )


def _level_word(state: State, view: View) -> str:
    if state.private:
        return view.w("live.word_private")
    if state.level_rve_percent is None:
        return view.w("live.word_unknown")
    return view.w("live.word_rest" if state.resting else "live.word_tension" if state.tension else "live.word_active")


def _level_number(state: State, view: View) -> str:
    return "" if state.level_rve_percent is None else f"{view.number(state.level_rve_percent, 1)} %RVE"


def _pauses(view: View) -> Html:
    """Every exercise with its shortest versions: one press, no detour."""
    rows = []
    for exercise in catalogue.exercises(view.language):
        versions = [v for v in exercise.versions if v.name in catalogue.LENGTHS]
        buttons = [
            action(
                "start",
                view.w(f"live.{version.name}") if version.name in catalogue.LENGTHS else version.title,
                class_="chip",
                technique=exercise.name,
                length=version.name,
                title=view.length(version.seconds),
            )
            for version in versions
        ]
        rows.append(
            tag(
                "li",
                tag("a", exercise.title, href=f"/exercises/{exercise.name}"),
                tag("div", *(buttons or [_choose(view, exercise)]), class_="chips"),
            )
        )
    return card(view.w("now.pauses"), tag("ul", *rows, class_="pauses"), class_="card pauses-card")


def _choose(view: View, exercise: Exercise) -> Html:
    """For an exercise of many equals there is no shortest one: its page lists them."""
    said = join(view.w("exercises.pick"), tag("span", f": {exercise.title}", class_="hear"))
    return tag("a", said, href=f"/exercises/{exercise.name}", class_="button chip")


def _today(desk: Desk, view: View) -> Html:
    """Today so far; out of the history where there is one, because that knows of the time before a restart, too."""
    now = api.so_far(desk)
    rows = (
        ("rest", view.share(now["rest"]), "today-rest"),
        ("stretch", view.span(now["longest_stretch_s"]) if now["longest_stretch_s"] else "–", "today-stretch"),
        ("sessions", str(now["sessions"]), "today-sessions"),
        ("marks", str(now["marks"]), "today-marks"),
        ("cues", str(now["cues"]), "today-cues"),
    )
    figures = [
        tag("div", tag("dt", view.w(f"today.{key}")), tag("dd", value, id=identity)) for key, value, identity in rows
    ]
    return card(
        view.w("today.title"),
        tag("dl", *figures, class_="figures figure"),
        tag("p", tag("a", view.w("today.more"), href="/day")),
        class_="card today",
    )
