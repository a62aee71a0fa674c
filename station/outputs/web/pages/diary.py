"""Diary: the marked moments with what was around them; words can be added later, or never."""

from __future__ import annotations

import datetime
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from station.outputs.history.annotate import LONGEST_TEXT
from station.outputs.history.feelings import MOST
from station.outputs.history.read import newest_mark, rest_before_marks
from station.outputs.web import api, catalogue, sealing
from station.outputs.web.answer import Answer, Asked
from station.outputs.web.desk import Desk
from station.outputs.web.html import Html, join, tag
from station.outputs.web.pages import seal
from station.outputs.web.pages.frame import action, card, framed, view_of
from station.outputs.web.pages.icons import icon
from station.outputs.web.pages.observation import place
from station.outputs.web.view import View
from station.outputs.web.wanted import feelings_wanted

BEFORE_S = 600.0
FEELINGS_SHOWN = 10


def page(desk: Desk, asked: Asked) -> Answer:
    """The page at `/diary`."""
    view = view_of(asked)
    until = float(asked.query.get("before") or desk.wall() + 1)
    marks = sealing.readable(desk, asked, desk.ask("marks", until - api.MARKS_BACK_S, until))
    sealed = sealing.state(desk, asked)
    shut = sealed in ("lost", "shut")
    older = desk.known(newest_mark, 0.0, until - api.MARKS_BACK_S)
    around = _around(desk, until - api.MARKS_BACK_S, until)
    days = []
    newest_first = sorted(marks, key=lambda mark: -mark["at"])
    for date, of_day in groupby(newest_first, key=lambda m: datetime.datetime.fromtimestamp(m["at"]).date()):
        days.append(tag("h2", tag("a", view.date(date), href=f"/day?date={date}")))
        days.append(tag("ul", *[_mark(view, around, mark, shut) for mark in of_day], class_="marks"))
    return framed(
        desk,
        asked,
        "diary",
        view.w("nav.diary"),
        tag("h1", view.w("diary.title")),
        tag("p", view.w("diary.lead"), class_="lead"),
        tag(
            "div",
            action("mark", join(icon("mark"), view.w("live.mark")), class_="button primary", reload="1"),
            class_="buttons",
        ),
        seal.gate(sealed, asked, view),
        *place(desk, asked, view),
        *([] if shut else _feelings(desk, asked, view, until)),
        *(days or [tag("p", view.w("diary.empty"), class_="card")]),
        tag("p", tag("a", view.w("diary.older"), href=f"/diary?before={older + 1:.0f}")) if older else None,
        seal.place(sealed, asked, view),
        tag("p", tag("a", view.w("data.title"), href="/data"), class_="soft"),
        script="diary.js",
    )


def _feelings(desk: Desk, asked: Asked, view: View, until: float) -> list[Html]:
    """A place for how one feels: folded away until it is wanted, and then just two rows of numbers."""
    if not feelings_wanted(desk.house.state_dir):
        offer = action("feelings", view.w("diary.feelings_on"), on="true", reload="1", class_="button plain")
        text = tag("p", view.w("diary.feelings_offer"), class_="soft")
        return [tag("details", tag("summary", view.w("diary.feelings")), text, offer, class_="card folded js")]
    entries = sealing.readable(desk, asked, desk.ask("feelings", until - api.MARKS_BACK_S, until)[-FEELINGS_SHOWN:])[
        ::-1
    ]
    return [
        card(
            view.w("diary.feelings"),
            tag("p", view.w("diary.feelings_lead"), class_="soft"),
            *[_scale(view, which) for which in ("discomfort", "mood")],
            tag("ul", *[_felt(view, each) for each in entries], class_="felt") if entries else None,
            action("feelings", view.w("diary.feelings_off"), on="false", reload="1", class_="button plain"),
            class_="card feelings",
        )
    ]


def _scale(view: View, which: str) -> Html:
    """0 to 10; one press is the whole entry."""
    buttons = [
        action("feeling", str(value), class_="chip", which=which, value=value, reload="1") for value in range(MOST + 1)
    ]
    name = view.w(f"diary.{which}")
    ends = tag("p", tag("span", view.w(f"diary.{which}_0")), tag("span", view.w(f"diary.{which}_10")), class_="ends")
    return tag("div", tag("h3", name), tag("div", *buttons, class_="scale"), ends, role="group", aria_label=name)


def _felt(view: View, entry: Mapping[str, Any]) -> Html:
    said = [f"{view.w(f'diary.{key}')} {entry[key]}" for key in ("discomfort", "mood") if entry[key] is not None]
    at = datetime.datetime.fromtimestamp(entry["at"])
    when = f"{view.date(at.date())}, {view.clock(entry['at'])}"
    back = tag("span", view.w("diary.take_back"), tag("span", f" ({when})", class_="hear"))
    button = action("unfeel", back, class_="button plain", feeling=entry["id"], reload="1")
    return tag("li", tag("span", tag("time", when), " · ", " · ".join(said)), button)


def _mark(view: View, around: Around, mark: Mapping[str, Any], shut: bool) -> Html:
    label = view.w("diary.words_for", time=view.clock(mark["at"]))
    words = tag(
        "textarea",
        mark["text"] or "",
        rows="2",
        maxlength=LONGEST_TEXT,
        aria_label=label,
        placeholder=view.w("diary.placeholder"),
        data_mark=mark["id"],
    )
    return tag(
        "li",
        tag(
            "div",
            tag("time", view.clock(mark["at"])),
            tag("span", _told(view, around, mark), class_="soft"),
            class_="mark-head",
        ),
        *_words(view, words, mark, shut),
        class_="card",
    )


def _words(view: View, area: Html, mark: Mapping[str, Any], shut: bool) -> list[Html]:
    """What was written there, and a place to write; under a seal that is shut neither."""
    if shut or mark["sealed"]:
        return [tag("p", view.w("seal.words"), class_="soft")] if mark["sealed"] else []
    return [
        tag("div", area, tag("p", "", class_="soft saved", role="status"), class_="js"),
        tag("noscript", tag("p", mark["text"] or view.w("diary.no_words"))),
    ]


@dataclass(frozen=True, slots=True)
class Around:
    """What is known of the time around all marks that are shown."""

    rest: Mapping[int, float]
    sessions: Sequence[Mapping[str, Any]]
    episodes: Sequence[Mapping[str, Any]]


def _around(desk: Desk, since: float, until: float) -> Around:
    sessions = desk.ask("sessions", since - BEFORE_S, until)
    episodes = desk.ask("episodes", since - BEFORE_S, until)
    return Around(desk.known(rest_before_marks, {}, since, until, BEFORE_S), sessions, episodes)


def _told(view: View, around: Around, mark: Mapping[str, Any]) -> str:
    """The ten minutes before a mark: rest, exercises, tension."""
    at, rest = mark["at"], around.rest.get(mark["id"])
    told = [view.w("diary.before_unknown") if rest is None else view.w("diary.before", share=view.share(rest))]
    done = Counter(catalogue.title_of(each["technique"], view.language) for each in _just_before(around.sessions, at))
    told += [title if n == 1 else view.w("diary.times", title=title, n=n) for title, n in done.items()]
    if _just_before(around.episodes, at):
        told.append(view.w("diary.tension"))
    return " · ".join(told)


def _just_before(records: Sequence[Mapping[str, Any]], at: float) -> Sequence[Mapping[str, Any]]:
    """Those that began in the ten minutes before this moment; `records` are in order."""
    first, last = (bisect_left(records, t, key=lambda each: each["started"]) for t in (at - BEFORE_S, at))
    return records[first:last]
