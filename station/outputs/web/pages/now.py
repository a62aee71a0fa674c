"""Now: how it is, why the station does what it does, and a pause one press away."""

from __future__ import annotations

from station.core.quiet import CONTEXTS
from station.core.state import State
from station.outputs.web import api, catalogue
from station.outputs.web.answer import Answer, Asked
from station.outputs.web.catalogue import Exercise
from station.outputs.web.desk import Desk
from station.outputs.web.html import Html, join, tag
from station.outputs.web.live import busy, picture
from station.outputs.web.pages.frame import action, card, framed, view_of
from station.outputs.web.pages.icons import icon
from station.outputs.web.pages.meter import bar, trace
from station.outputs.web.pages.offers import ended_early, offer, proposal
from station.outputs.web.pages.running import reference, session
from station.outputs.web.pages.trouble import trouble
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
        _setup_hint(desk, state, view),
        _question_hint(state, view),
        *[_house_hint(name, state, view) for name in CONTEXTS],
        trouble(state, view),
        offer(state, view),
        ended_early(state, view, desk.wall()),
        proposal(state, view),
        reference(view),
        tag("div", session(state, view), _level(desk, state, view), _pauses(view), _today(desk, view), class_="now"),
        script="now.js",
    )


def _setup_hint(desk: Desk, state: State, view: View) -> Html | None:
    if not desk.progress.next():
        return None
    started = any(desk.progress.done(step) for step in ("flags", "power"))
    return tag(
        "p",
        tag("span", view.w("now.setup_on" if started else "now.setup")),
        tag("a", view.w("now.setup_go"), href="/setup", class_="button"),
        class_="hint",
        id="setup-hint",
        hidden=busy(state),
    )


def _question_hint(state: State, view: View) -> Html:
    """A question of the two weeks waits, if one likes."""
    return tag(
        "p",
        tag("span", view.w("now.question")),
        tag("a", view.w("now.question_go"), href="/diary#observation", class_="button"),
        class_="hint",
        id="question-hint",
        hidden=not state.asks or state.private or busy(state),
    )


def _house_hint(name: str, state: State, view: View) -> Html:
    """What the house says of the person, and the way out of it: a house can forget to take something back."""
    return tag(
        "p",
        tag("span", view.w(f"live.house_{name}")),
        action("context", view.w("live.house_over"), context=name),
        class_="hint",
        id=f"house-{name}",
        hidden=name not in state.contexts or state.private or busy(state),
    )


def _level(desk: Desk, state: State, view: View) -> Html:
    whose = "simulated" if desk.house.simulated else "percent"
    return card(
        view.w("live.level"),
        tag("p", _level_word(state, view), id="level-word", class_="level-word"),
        tag(
            "p",
            tag("span", _level_number(state, view), id="level-number"),
            " ",
            tag("span", view.w(f"live.reference_{whose}"), class_="unit"),
            class_="figure soft level-figure",
        ),
        bar(view),
        tag(
            "div",
            tag("span", view.w("live.rest_zone")),
            tag("span", "5", class_="figure rest"),
            tag("span", "10", class_="figure load"),
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
        _button_here(state, view),
        class_="card level",
    )


def _button_here(state: State, view: View) -> Html:
    """What the button on the desk can do while nothing runs."""
    quiet = tag("span", view.w("live.quiet_off" if state.quiet else "live.quiet_on"), id="quiet-word")
    private = tag("span", view.w("live.private_off" if state.private else "live.private_on"), id="private-word")
    return tag(
        "div",
        action("mark", join(icon("mark"), view.w("live.mark"))),
        action("quiet", join(icon("quiet"), quiet)),
        action("private", join(icon("private"), private)),
        class_="buttons",
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
        tag("p", shown[f"why_beside_{view.language}"], class_="soft figure small-print", id="why-figures"),
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
                join(tag("span", view.w(f"live.{version.name}")), " ", tag("small", view.span(version.seconds))),
                class_="chip timed",
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
