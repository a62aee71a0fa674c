"""What the insight can say today, asked of the history; the thinking itself is in `station/core/insight`.

The answer changes with an exercise, an alert or a day and not in between, so the last one is kept.  Each new one is
told to the core, which may suggest what was measured; whoever never opens the page is answered once a day all the same.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from station.core.inputs import EffectsKnown
from station.core.insight import occasions
from station.core.insight.findings import Finding, findings
from station.core.insight.situations import Piece, Situation, situations
from station.core.insight.windows import Track
from station.outputs.history.read import days_measured, how_much
from station.outputs.web import day
from station.outputs.web.days import PIECE_S, OneDay, days
from station.outputs.web.desk import Desk

DAY_S: Final = 86_400.0
LOOK_BACK_DAYS: Final = 180
# Situations change with the weeks; and a quarter of a year of minutes is read in a moment.
SITUATIONS_DAYS: Final = 90
KINDS: Final = ("sessions", "cues", "withheld", "spans", "drawn", "references")


@dataclass(frozen=True, slots=True)
class Known:
    """exercises: one finding each.  alert: None where none was drawn by lot.  days: on how many it was measured."""

    exercises: Sequence[Finding]
    alert: Finding | None
    situations: Sequence[Situation]
    days: int
    done: Mapping[str, int]
    """Exercise -> how often, measured or not."""


def known(desk: Desk) -> Known:
    """Everything that can be said today.  Raises No."""
    today = desk.today()
    until = day.bounds(today)[1]
    since = day.bounds(today - datetime.timedelta(days=LOOK_BACK_DAYS))[0]
    nothing: tuple[int, ...] = ()
    key = (today, desk.known(how_much, nothing, since, until))
    if desk.kept.get("insight key") != key:
        desk.kept.update({"insight key": key, "insight": _thought(desk, since, until)})
        desk.house.inbox(EffectsKnown(best_first(desk.kept["insight"].exercises)))
    kept: Known = desk.kept["insight"]
    return kept


def best_first(found: Sequence[Finding]) -> tuple[str, ...]:
    """The exercises after which the muscle clearly bore less, the largest difference first: what may be suggested."""
    clear = [(each.effect.change, each.name) for each in found if each.effect and each.effect.high < 0]
    return tuple(name for _, name in sorted(clear))


def _thought(desk: Desk, since: float, until: float) -> Known:
    records = {kind: desk.ask(kind, since, until) for kind in KINDS}
    of_days = days(desk, since, until)
    done = occasions.exercises(records["sessions"], records["cues"])
    without = occasions.pauses(done, records["cues"], records["withheld"], records["spans"], records["drawn"])
    shown, silent = occasions.alerts(records["drawn"])
    track = Track.of([(each.ended, each.load) for each in of_days])
    now = desk.wall()
    drawn = findings(track.seen(shown), track.seen(silent), now)
    often: dict[str, int] = {}
    for each in done:
        often[each.done] = often.get(each.done, 0) + 1
    measured = {finding.name: finding for finding in findings(track.seen(done), track.seen(without), now)}
    nothing = {name: Finding(name, None, 0, 0, 14 * DAY_S, 8) for name in often if name not in measured}
    told = sorted((*measured.values(), *nothing.values()), key=lambda f: (f.effect is None, -often[f.name], f.name))
    waits = Finding(occasions.ALERT, None, len(shown), len(silent), 14 * DAY_S, 8)
    return Known(
        told,
        (drawn or [waits])[0] if records["drawn"] else None,
        situations(pieces(desk, of_days, records["spans"], records["references"], until)),
        desk.known(days_measured, 0, since, until),
        often,
    )


def pieces(
    desk: Desk,
    of_days: Sequence[OneDay],
    spans: Sequence[Mapping[str, Any]],
    references: Sequence[Mapping[str, Any]],
    until: float,
) -> list[Piece]:
    """Ten minutes each, with what the house said of them for more than half of the time."""
    since = until - SITUATIONS_DAYS * DAY_S
    of_date: dict[int, list[Mapping[str, Any]]] = {}
    for each in references:
        of_date.setdefault(datetime.datetime.fromtimestamp(each["at"]).toordinal(), []).append(each)
    own = {date: day.referenced(found) for date, found in of_date.items()}
    covered: dict[int, dict[str, float]] = {}
    for span in spans:
        if str(span["kind"]).startswith("context ") and (span["ended"] or until) > since:
            name, ended = str(span["kind"]).partition(" ")[2], span["ended"] or desk.wall()
            for index in range(int(max(since, span["started"]) // PIECE_S), int(ended // PIECE_S) + 1):
                within = covered.setdefault(index, {})
                lasted = day.overlap([span], index * PIECE_S, (index + 1) * PIECE_S)
                within[name] = within.get(name, 0.0) + lasted
    found = []
    for start, rest_s, valid_s in (each for one in of_days for each in one.pieces if each[0] + PIECE_S > since):
        local = datetime.datetime.fromtimestamp(start)
        said = covered.get(int(start // PIECE_S), {})
        names = frozenset(name for name, lasted in said.items() if lasted > PIECE_S / 2)
        referenced = (own.get(date := local.toordinal()) or until) <= start
        found.append(Piece(date, local.weekday(), local.hour, names, rest_s, valid_s, referenced))
    return found
