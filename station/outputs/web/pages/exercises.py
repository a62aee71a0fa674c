"""Exercises: all of them, equal in rank, each with what it is, what is known about it, and when to leave it be."""

from __future__ import annotations

from station.core.state import State
from station.outputs.web import catalogue
from station.outputs.web.answer import Answer, Asked, No
from station.outputs.web.catalogue import Exercise, Version
from station.outputs.web.desk import Desk
from station.outputs.web.html import Html, join, tag
from station.outputs.web.pages.frame import action, card, framed, view_of
from station.outputs.web.pages.icons import icon
from station.outputs.web.view import View


def page(desk: Desk, asked: Asked) -> Answer:
    """The page at `/exercises`."""
    view = view_of(asked)
    cards = [
        tag(
            "li",
            tag("p", view.known("families", each.family), class_="label"),
            tag("h2", tag("a", each.title, href=f"/exercises/{each.name}")),
            tag("p", each.about),
            _buttons(view, each, tuple(v for v in each.versions if v.name in catalogue.LENGTHS) or each.versions[:1]),
            _more(view, each),
            class_="card",
        )
        for each in catalogue.exercises(view.language)
    ]
    return framed(
        desk,
        asked,
        "exercises",
        view.w("nav.exercises"),
        tag("h1", view.w("exercises.title")),
        tag("p", view.w("exercises.lead"), class_="lead"),
        tag("ul", *cards, class_="cards"),
        script="page.js",
        wide=True,
    )


def _more(view: View, exercise: Exercise) -> Html:
    return tag(
        "p",
        tag(
            "a",
            view.w("exercises.more"),
            tag("span", f": {exercise.title}", class_="hear"),
            href=f"/exercises/{exercise.name}",
        ),
        class_="soft",
    )


def one(desk: Desk, asked: Asked) -> Answer:
    """The page at `/exercises/NAME`."""
    view = view_of(asked)
    exercise = catalogue.find(asked.params["name"], view.language)
    if exercise is None:
        raise No(404, "There is no such exercise.")
    return framed(
        desk,
        asked,
        "exercises",
        exercise.title,
        tag("p", tag("a", icon("back"), view.w("nav.exercises"), href="/exercises", class_="backward")),
        tag("p", view.known("families", exercise.family), class_="label"),
        tag("h1", exercise.title),
        tag("p", exercise.about, class_="lead"),
        card(
            view.w("exercises.choose"),
            _buttons(view, exercise, exercise.versions, full=True),
            _yours(view, exercise, desk.live.state),
        ),
        tag(
            "div",
            card(
                view.w("exercises.caution"), tag("p", exercise.caution), _safety(view, exercise), class_="card caution"
            ),
            card(view.w("exercises.evidence"), tag("p", exercise.evidence), tag("p", exercise.source, class_="soft")),
            class_="two even",
        ),
        card(
            view.w("exercises.words"),
            tag("p", view.w("exercises.words_lead"), class_="soft"),
            *[_transcript(view, v) for v in exercise.versions],
        ),
        script="page.js",
    )


def _yours(view: View, exercise: Exercise, state: State) -> Html:
    """Like it, or leave it out of what is suggested; what holds now is said in words, too."""
    liked, left_out = exercise.name in state.liked, exercise.name in state.left_out
    said = [view.w(f"exercises.{key}") for key, holds in (("is_liked", liked), ("is_left_out", left_out)) if holds]
    like = view.w("exercises.unlike" if liked else "exercises.like")
    leave = view.w("exercises.take_in" if left_out else "exercises.leave_out")
    return join(
        tag("p", " ".join(said), class_="soft", role="status", id="yours") if said else None,
        tag(
            "div",
            action("like", like, technique=exercise.name, on="no" if liked else "yes", reload="yes"),
            action(
                "exclude",
                leave,
                class_="button plain",
                technique=exercise.name,
                on="no" if left_out else "yes",
                reload="yes",
            ),
            class_="buttons",
        ),
    )


def _safety(view: View, exercise: Exercise) -> Html | None:
    notes = dict.fromkeys(note for version in exercise.versions for note in version.safety)
    return tag("ul", *[tag("li", view.w(f"safety.{note}")) for note in notes], class_="plain-list") if notes else None


def _buttons(view: View, exercise: Exercise, versions: tuple[Version, ...], *, full: bool = False) -> Html:
    """One button a version; without scripts the lengths can still be read."""
    made = []
    for version in versions:
        name = view.w(f"live.{version.name}") if version.name in catalogue.LENGTHS else version.title
        if full and version.name in catalogue.LENGTHS and version.title != exercise.title:
            name = f"{name}: {version.title}"
        label = join(icon("play"), tag("span", name), tag("small", view.length(version.seconds)))
        made.append(action("start", label, class_="button start", technique=exercise.name, length=version.name))
    lengths = ", ".join(view.length(version.seconds) for version in versions)
    return join(tag("div", *made, class_="buttons"), tag("noscript", tag("p", lengths, class_="soft")))


def _transcript(view: View, version: Version) -> Html:
    name = view.w(f"live.{version.name}") if version.name in catalogue.LENGTHS else ""
    title = " · ".join(part for part in (version.title, name) if part)
    length = tag("span", view.length(version.seconds), class_="whole")
    lines = [
        tag("li", tag("time", f"{int(line.at) // 60}:{int(line.at) % 60:02d}"), tag("span", line.text))
        for line in version.lines
    ]
    return tag("details", tag("summary", title, " · ", length), tag("ol", *lines, class_="transcript"))
