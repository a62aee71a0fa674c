"""One page to print, for a look at it together with a physiotherapist: two weeks in figures, with their quality.

Counts and shares, no judgement; marks without their words, because those belong to their owner.
"""

from __future__ import annotations

import datetime
from typing import Any

from station.outputs.web import api, catalogue, day
from station.outputs.web.answer import Answer, Asked
from station.outputs.web.desk import Desk
from station.outputs.web.html import Html, join, tag
from station.outputs.web.pages.frame import bare, view_of
from station.outputs.web.view import View

DAYS = 14


def page(desk: Desk, asked: Asked) -> Answer:
    """The page at `/sheet`."""
    # What is printed for somebody else is printed whole, whatever the screen hides.
    view = View(asked.language)
    today = desk.today()
    days = [today - datetime.timedelta(days=n) for n in reversed(range(DAYS))]
    since, until = day.bounds(days[0])[0], day.bounds(today)[1]
    first, last = view.short_date(days[0]), view.short_date(today)
    return bare(
        desk,
        asked,
        view.w("sheet.title"),
        tag(
            "p",
            tag("a", view_of(asked).w("sheet.back"), href="/"),
            tag("button", view.w("sheet.print"), type="button", class_="button js", id="print"),
            tag("noscript", tag("span", view.w("sheet.print_keys"), class_="soft")),
            class_="no-print",
        ),
        tag("h1", view.w("sheet.title")),
        tag(
            "p",
            view.w("sheet.range", first=first, last=last, name=desk.house.name),
        ),
        tag("p", tag("strong", view.w("sheet.not_medical"))),
        tag("h2", view.w("sheet.days")),
        _days(desk, view, days),
        tag("h2", view.w("sheet.exercises")),
        _exercises(desk, view, since, until),
        tag("h2", view.w("sheet.reading")),
        *[tag("p", each, class_="small-print") for each in (_measured(desk, view), *view.list("sheet.reading_text"))],
        script="sheet.js",
    )


def _measured(desk: Desk, view: View) -> str:
    """Where, and in what: where muscles are felt a pad beside them tells of presence alone."""
    muscles = len([kind for kind in desk.house.signals if kind != "pressure"])
    return view.w(("sheet.reading_pad", "sheet.reading_one_side", "sheet.reading_both_sides")[muscles])


def _days(desk: Desk, view: View, days: list[datetime.date]) -> Html:
    columns = ("day", "valid", "rest", "p50", "stretch", "quality", "reference", "cues", "marks")
    rows = []
    whole = day.bounds(days[0])[0], day.bounds(days[-1])[1]
    every = {kind: desk.ask(kind, *whole) for kind in ("cues", "marks", "references")}
    doubted = [each["started"] for each in api.doubts(desk, *whole)]
    measured = {each["day"]: each for each in desk.ask("days", *whole)}
    for date in days:
        since, until = day.bounds(date)
        sums = measured.get(date.isoformat())
        if sums is None:
            continue
        cells = (
            view.span(sums["valid_s"]),
            view.share(sums["relative_rest_time"]),
            "–" if sums["apdf50"] is None else view.number(sums["apdf50"], 1),
            view.span(sums["longest_stretch_s"]),
            _grades(view, sums),
            _since(view, [each for each in every["references"] if since <= each["at"] < until])
            + (f" · {view.w('sheet.doubted')}" if any(since <= at < until for at in doubted) else ""),
            sum(since <= each["started"] < until for each in every["cues"]),
            sum(since <= each["at"] < until for each in every["marks"]),
        )
        named = [
            tag("td", cell, role="cell", data_column=view.w(f"sheet.column_{key}"))
            for key, cell in zip(columns[1:], cells, strict=True)
        ]
        rows.append(tag("tr", tag("th", view.weekday(date), scope="row", role="rowheader"), *named, role="row"))
    if not rows:
        return tag("p", view.w("sheet.empty"))
    # Narrow screens lay each day's cells below each other; the roles keep it a table for those who hear it.
    names = [tag("th", view.w(f"sheet.column_{each}"), scope="col", role="columnheader") for each in columns]
    table = tag(
        "table",
        tag("thead", tag("tr", *names, role="row"), role="rowgroup"),
        tag("tbody", *rows, role="rowgroup"),
        class_="sheet-table sheet-days",
        role="table",
    )
    return tag("div", table, class_="scroll", tabindex="0", role="region", aria_label=view.w("sheet.days"))


def _since(view: View, references: list[dict[str, Any]]) -> str:
    """From when on this day compares with others."""
    found = day.referenced(references)
    return "–" if found is None else view.clock(found)


def _grades(view: View, sums: dict[str, Any]) -> str:
    """`A 92 % X 8 %`: which share of the minutes had which quality."""
    counts = {grade: sums[f"grade_{grade.lower()}"] for grade in "ABCX"}
    return " ".join(f"{grade} {view.share(count / sums['minutes'])}" for grade, count in counts.items() if count)


def _exercises(desk: Desk, view: View, since: float, until: float) -> Html:
    counts: dict[str, list[float]] = {}
    for session in desk.ask("sessions", since, until):
        if session["reason"] in api.FINISHED and session["ended"]:
            counts.setdefault(session["technique"], []).append(session["ended"] - session["started"])
    if not counts:
        return tag("p", view.w("sheet.no_exercises"))
    rows = [
        tag("li", _done(view, catalogue.title_of(name, view.language), all_))
        for name, all_ in sorted(counts.items(), key=lambda item: -len(item[1]))
    ]
    return join(tag("ul", *rows, class_="plain-list"))


def _done(view: View, title: str, each: list[float]) -> str:
    """How often, and for how long."""
    if len(each) == 1:
        return view.w("sheet.exercise_1", title=title, span=view.span(each[0]))
    return view.w("sheet.exercise", title=title, n=len(each), span=view.span(sum(each)))
