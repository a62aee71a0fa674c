"""Insight: what can honestly be known by now, which is mostly: not yet.  Counts, and no comparison before its time."""

from __future__ import annotations

from station.outputs.history.read import days_measured
from station.outputs.web import api, catalogue
from station.outputs.web.answer import Answer, Asked
from station.outputs.web.desk import Desk
from station.outputs.web.html import Html, tag
from station.outputs.web.pages.frame import card, framed, view_of
from station.outputs.web.view import View

# PRODUCT: nothing comparative before eight of each kind and two weeks.
LEAST_EACH = 8
LEAST_DAYS = 14
LOOK_BACK_S = 90 * 86_400.0


def page(desk: Desk, asked: Asked) -> Answer:
    """The page at `/insight`."""
    view, now = view_of(asked), desk.wall()
    done: dict[str, int] = {}
    for session in desk.ask("sessions", now - LOOK_BACK_S, now):
        if session["reason"] in api.FINISHED:
            done[session["technique"]] = done.get(session["technique"], 0) + 1
    days = desk.known(days_measured, 0, now - LOOK_BACK_S, now)
    return framed(
        desk,
        asked,
        "insight",
        view.w("nav.insight"),
        tag("h1", view.w("insight.title")),
        tag("p", view.w("insight.lead"), class_="lead"),
        card(
            view.w("insight.so_far"),
            tag("p", view.w("insight.days", days=days, least=LEAST_DAYS, each=LEAST_EACH)),
            _counts(view, done),
            tag("p", view.w("insight.later"), class_="soft"),
        ),
        card(view.w("insight.why_title"), *[tag("p", each) for each in view.list("insight.why")]),
        script="page.js",
    )


def _counts(view: View, done: dict[str, int]) -> Html:
    if not done:
        return tag("p", view.w("insight.none"), class_="soft")
    rows = [
        tag(
            "div",
            tag("dt", catalogue.title_of(name, view.language)),
            tag("dd", view.w("insight.times", n=count)),
        )
        for name, count in sorted(done.items(), key=lambda item: -item[1])
    ]
    return tag("dl", *rows, class_="figures")
