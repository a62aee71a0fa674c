"""Day: when the shoulders rested, in tiles of ten minutes, and what happened, each with its reason."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from station.outputs.web import api, catalogue, day
from station.outputs.web.answer import Answer, Asked
from station.outputs.web.desk import Desk
from station.outputs.web.html import Html, join, tag
from station.outputs.web.pages.frame import card, framed, view_of
from station.outputs.web.pages.icons import icon
from station.outputs.web.plain import beside, plain
from station.outputs.web.reasons import in_language
from station.outputs.web.view import View

Records = Mapping[str, list[dict[str, Any]]]
KINDS = ("minutes", "episodes", "cues", "withheld", "sessions", "marks", "references")


def page(desk: Desk, asked: Asked) -> Answer:
    """The page at `/day`."""
    view, date = view_of(asked), api.date_of(asked, desk)
    since, until = day.bounds(date)
    records = {kind: desk.ask(kind, since, until) for kind in KINDS}
    minutes = records["minutes"]
    away = api.away_spans(desk, since, until)
    doubts = api.doubts(desk, since, until)
    gone = day.overlap(away, since, min(until, desk.wall()))
    today = date == desk.today()
    return framed(
        desk,
        asked,
        "day",
        view.w("nav.day"),
        _head(view, date, desk.today()),
        tag(
            "div",
            card(view.w("day.map"), _map(view, day.tiles(minutes, away, since, until), minutes, today), _legend(view)),
            tag(
                "div",
                _sums(view, day.sums(minutes, gone), join(_doubts(view, doubts), _reference(view, records, today))),
                _story(view, records, away, today),
            ),
            class_="two",
        ),
        script="page.js",
        wide=True,
    )


def _head(view: View, date: datetime.date, today: datetime.date) -> Html:
    one = datetime.timedelta(days=1)
    after = (
        tag(
            "a",
            icon("on"),
            tag("span", view.w("day.after"), class_="hear"),
            href=f"/day?date={date + one}",
            class_="button round",
        )
        if date < today
        else None
    )
    return tag(
        "div",
        tag("h1", view.date(date)),
        tag(
            "nav",
            tag(
                "a",
                icon("back"),
                tag("span", view.w("day.before"), class_="hear"),
                href=f"/day?date={date - one}",
                class_="button round",
            ),
            tag("a", view.w("day.today"), href="/day", class_="button") if date != today else None,
            after,
            aria_label=view.w("day.other"),
            class_="buttons",
        ),
        class_="title-row",
    )


def _map(view: View, tiles: list[day.Tile], minutes: list[dict[str, Any]], today: bool) -> Html:
    if not minutes and not any(tile.away for tile in tiles):
        return tag("p", view.w("day.empty_today" if today else "day.empty"), class_="lead")
    first, last = day.shown_hours(tiles)
    rows = [
        tag(
            "tr", tag("th", f"{hour:02d}", scope="row"), *[_tile(view, tile) for tile in tiles[hour * 6 : hour * 6 + 6]]
        )
        for hour in range(first, last)
    ]
    head = tag(
        "tr",
        tag("th", tag("span", view.w("day.hour"), class_="hear")),
        *[tag("th", f":{m:02d}", scope="col") for m in range(0, 60, 10)],
    )
    return tag(
        "table",
        tag("caption", view.w("day.map_caption"), class_="hear"),
        tag("thead", head),
        tag("tbody", *rows),
        class_="map",
    )


def _tile(view: View, tile: day.Tile) -> Html:
    said = (
        view.w("day.tile_away")
        if tile.away
        else view.w("day.tile_unknown")
        if tile.rest is None
        else view.w("day.tile_thin" if tile.grade == "C" else "day.tile", share=view.share(tile.rest))
    )
    kind = "away" if tile.away else "empty" if tile.rest is None else f"r{min(4, int(tile.rest * 5))}"
    if tile.grade == "C" and tile.rest is not None:
        kind += " thin"
    figure = f"{100 * tile.rest:.0f}" if tile.rest is not None else ""
    return tag(
        "td",
        tag(
            "span",
            tag("span", figure, class_="figure", aria_hidden="true"),
            tag("span", said, class_="hear"),
            class_=f"tile {kind}",
            title=f"{view.clock(tile.start)} · {said}",
        ),
    )


def _legend(view: View) -> Html:
    kinds = ("r0", "r2", "r4", "away", "r2 thin", "empty")
    keys = ("little", "some", "much", "away", "thin", "unknown")
    rows = [
        tag("li", tag("span", class_=f"tile {kind}", aria_hidden="true"), view.w(f"day.key_{key}"))
        for kind, key in zip(kinds, keys, strict=True)
    ]
    return join(tag("ul", *rows, class_="legend"), tag("p", view.w("day.how"), class_="soft"))


def _reference(view: View, records: Records, today: bool) -> Html | None:
    """Whether the day's figures compare with those of other days; nothing where nothing was measured."""
    if not records["minutes"]:
        return None
    since = day.referenced(records["references"])
    if since is not None:
        return tag("p", view.w("day.reference", time=view.clock(since)), class_="soft")
    way = tag("a", view.w("day.reference_now"), href="/setup?step=calibration") if today else None
    return tag("p", view.w("day.reference_none"), " " if way else None, way, class_="soft")


def _doubts(view: View, doubts: list[dict[str, Any]]) -> Html:
    """What was measured against a yardstick that did not seem to fit: the day's figures are to be read with care."""
    return join(
        *(
            tag(
                "p",
                view.w("day.doubted", time=view.clock(each["started"])),
                " ",
                tag("span", in_language(each["reason"], view.language), class_="soft figure small-print"),
            )
            for each in doubts
        )
    )


def _sums(view: View, sums: day.Sums, reference: Html | None) -> Html:
    rows = (
        ("valid", view.span(sums.valid_s) if sums.valid_s else "–"),
        ("rest", view.share(sums.rest)),
        ("stretch", view.span(sums.longest_stretch_s) if sums.longest_stretch_s else "–"),
        ("away", view.span(sums.away_s) if sums.away_s >= 60 else "–"),
    )
    return card(
        view.w("day.sums"),
        tag(
            "dl",
            *[tag("div", tag("dt", view.w(f"day.sum_{k}")), tag("dd", v)) for k, v in rows],
            class_="figures figure",
        ),
        reference,
    )


def _story(view: View, records: Records, away: list[dict[str, Any]], today: bool) -> Html:
    """Everything that happened, oldest first."""
    note = tag("p", view.w("day.time_uncertain"), class_="soft") if _unsure(records) else None
    told = sorted((*_cues(view, records), *_done(view, records, away)))
    if not told:
        nothing = view.w("day.story_empty_today" if today else "day.story_empty")
        return card(view.w("day.story"), tag("p", nothing, class_="soft"), note)
    rows = [
        tag(
            "li",
            tag("time", view.clock(at)),
            tag(
                "div",
                tag("p", said),
                tag("p", text if kind == "mark" else plain(text, view.language), class_="soft") if text else None,
                _figures(view, text) if text and kind != "mark" else None,
            ),
            class_=f"is-{kind}",
        )
        for at, kind, said, text in told
    ]
    return card(view.w("day.story"), tag("ol", *rows, class_="story"), note)


def _figures(view: View, reason: str) -> Html | None:
    """What the plain sentence rests on, where that says more."""
    said = beside(reason, view.language)
    return tag("p", said, class_="soft figure small-print") if said else None


def _unsure(records: Records) -> bool:
    """Was anything of this day written before the clock was set?"""
    return any(row.get("time_uncertain") for of_kind in records.values() for row in of_kind)


Told = tuple[float, str, str, str]


def _cues(view: View, records: Records) -> Iterator[Told]:
    """What the station offered, and what it did not, with the reasons."""
    for cue in records["cues"]:
        answer = view.known("answers", cue["answer"]) if cue["answer"] else view.w("day.open")
        said = view.w("day.chimed" if cue["chimed"] else "day.lit", answer=answer)
        yield cue["started"], "cue", said, cue["reason"]
    for row in records["withheld"]:
        yield row["at"], "withheld", view.w("day.withheld"), row["reason"]


def _done(view: View, records: Records, away: list[dict[str, Any]]) -> Iterator[Told]:
    """What the person did."""
    for session in records["sessions"]:
        title = catalogue.title_of(session["technique"], view.language)
        ended = view.known("ended", session["reason"]) if session["reason"] else view.w("ended.running")
        yield session["started"], "exercise", f"{title} · {ended}", ""
    for mark in records["marks"]:
        yield mark["at"], "mark", view.w("day.marked"), view.w("seal.words") if mark["sealed"] else mark["text"] or ""
    for span in away:
        lasted = span["ended"] - span["started"]
        if lasted >= 60:
            yield span["started"], "pause", view.w("day.was_away", span=view.span(lasted)), ""
