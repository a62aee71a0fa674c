"""Diary: the marked moments with what was around them; words can be added later, or never."""

from __future__ import annotations

import datetime
from itertools import groupby
from typing import Any

from station.outputs.history.annotate import LONGEST_TEXT
from station.outputs.web import api, catalogue, day
from station.outputs.web.answer import Answer, Asked
from station.outputs.web.desk import Desk
from station.outputs.web.html import Html, join, tag
from station.outputs.web.pages.frame import action, framed, view_of
from station.outputs.web.pages.icons import icon
from station.outputs.web.view import View

BEFORE_S = 600.0


def page(desk: Desk, asked: Asked) -> Answer:
    """The page at `/diary`."""
    view = view_of(asked)
    until = float(asked.query.get("before") or desk.wall() + 1)
    marks = desk.ask("marks", until - api.MARKS_BACK_S, until)
    older = desk.ask("marks", None, until - api.MARKS_BACK_S)[-1:]
    days = []
    newest_first = sorted(marks, key=lambda mark: -mark["at"])
    for date, of_day in groupby(newest_first, key=lambda m: datetime.datetime.fromtimestamp(m["at"]).date()):
        days.append(tag("h2", tag("a", view.date(date), href=f"/day?date={date}")))
        days.append(tag("ul", *[_mark(desk, view, mark) for mark in of_day], class_="marks"))
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
        *(days or [tag("p", view.w("diary.empty"), class_="card")]),
        tag("p", tag("a", view.w("diary.older"), href=f"/diary?before={older[0]['at'] + 1:.0f}")) if older else None,
        script="diary.js",
    )


def _mark(desk: Desk, view: View, mark: dict[str, Any]) -> Html:
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
            tag("span", _around(desk, view, mark["at"]), class_="soft"),
            class_="mark-head",
        ),
        tag("div", words, tag("p", "", class_="soft saved", role="status"), class_="js"),
        tag("noscript", tag("p", mark["text"] or view.w("diary.no_words"))),
        class_="card",
    )


def _around(desk: Desk, view: View, at: float) -> str:
    """The ten minutes before, and what the exercise and the house knew."""
    told = []
    minutes = desk.ask("minutes", at - BEFORE_S, at)
    sums = day.sums(minutes)
    if sums.rest is not None:
        told.append(view.w("diary.before", share=view.share(sums.rest)))
    else:
        told.append(view.w("diary.before_unknown"))
    sessions = desk.ask("sessions", at - BEFORE_S, at)
    told.extend(catalogue.title_of(session["technique"], view.language) for session in sessions)
    if desk.ask("episodes", at - BEFORE_S, at):
        told.append(view.w("diary.tension"))
    return " · ".join(told)
