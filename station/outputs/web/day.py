"""A day as the page and the printed sheet show it: tiles of ten minutes, and what happened beside them.  Pure.

    minutes, away spans  ──tiles()──►  Tile(start, rest 0..1 | None, valid_s, grade, away) for every ten minutes

Time at the desk without a usable signal is *unknown*, neither rest nor load; time away counts as a pause.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

TILE_S: Final = 600.0
# Less than a minute of signal says nothing about ten; less than half of it is shown hatched.
LEAST_VALID_S: Final = 60.0
WELL_COVERED_S: Final = 300.0
AWAY_S: Final = 300.0
# Who is away for longer and does not come back on the same day has gone home.
LONGEST_PAUSE_S: Final = 4 * 3600.0
# A station that starts anew meanwhile leaves a gap in what it knows.
GAP_S: Final = 300.0
# What makes the percentages of a day those of every other: something was held as a reference.
REFERENCES: Final = frozenset({"daily", "complete"})

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tile:
    """Ten minutes.  `grade`: A or B (trust it), C (doubtful or thin, hatched), X (unknown)."""

    start: float
    rest: float | None
    valid_s: float
    grade: str
    away: bool


@dataclass(frozen=True, slots=True)
class Sums:
    """A day in a few figures; shares 0..1."""

    valid_s: float
    rest: float | None
    longest_stretch_s: float
    away_s: float
    grades: Mapping[str, int]
    """Grade -> minutes."""


def bounds(day: datetime.date) -> tuple[float, float]:
    """Local midnight to the next one, in seconds since 1970: 23, 24 or 25 hours."""
    begin = datetime.datetime.combine(day, datetime.time()).astimezone()
    end = datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time()).astimezone()
    return begin.timestamp(), end.timestamp()


def tiles(minutes: Iterable[Record], away: Sequence[Record], since: float, until: float) -> list[Tile]:
    """The day's tiles from `since` on, oldest first.

    minutes: as `history.read.minutes` gives them.  away: presence spans whose state is `away`, `ended` None: still.
    """
    buckets: dict[int, list[Record]] = {}
    for minute in minutes:
        # A minute belongs to where it lies, not to where it ends.
        buckets.setdefault(int((minute["ended"] - 30.0 - since) // TILE_S), []).append(minute)
    return [_tile(since + n * TILE_S, buckets.get(n, []), away) for n in range(int(-(-(until - since) // TILE_S)))]


def _tile(start: float, minutes: Sequence[Record], away: Sequence[Record]) -> Tile:
    known = [m for m in minutes if m["relative_rest_time"] is not None]
    valid = sum(m["valid_s"] for m in known)
    gone = overlap(away, start, start + TILE_S)
    if valid < LEAST_VALID_S:
        return Tile(start, None, valid, "X", gone >= AWAY_S)
    rest = sum(m["relative_rest_time"] * m["valid_s"] for m in known) / valid
    doubtful = sum(m["valid_s"] for m in known if m["quality"] == "C") > valid / 2
    # What was measured was measured for the whole time at the desk: being away is no reason to hatch a tile.
    thin = valid < min(WELL_COVERED_S, (TILE_S - gone) / 2)
    return Tile(start, rest, valid, "C" if doubtful or thin else "A", False)


def pauses(spans: Iterable[Record], since: float, until: float, now: float) -> list[dict[str, Any]]:
    """The times away that touch a day and were pauses: somebody came back, on the same day or soon, or may yet.

    spans: presence spans, oldest first; `ended` None: still.  What follows work (evening, night, weekend) is no pause.
    """
    runs: list[dict[str, Any]] = []
    back, still = set[int](), set[int]()
    edge = float("-inf")  # until when the newest run may go on, or somebody comes back from it
    for span in spans:
        ended = now if span["ended"] is None else float(span["ended"])
        follows, newest = span["started"] <= edge + GAP_S, len(runs) - 1
        if span["state"] == "present":
            back |= {newest} if follows else set()
            edge = float("-inf")
            continue
        edge = ended if follows or span["state"] == "away" else edge
        if span["state"] == "away" and not follows:
            runs.append({**span, "ended": ended})
        elif span["state"] == "away":
            runs[-1]["ended"] = ended
        if span["state"] == "away" and span["ended"] is None:
            still.add(len(runs) - 1)
    found = []
    for n, run in enumerate(runs):
        short = run["ended"] - run["started"] < LONGEST_PAUSE_S
        same_day = since <= run["started"] and run["ended"] <= until
        a_pause = short or same_day if n in back else short and n in still
        if a_pause and since < run["ended"] and run["started"] < until:
            found.append(run)
    return found


def overlap(spans: Sequence[Record], since: float, until: float) -> float:
    """Seconds of `spans` that lie within `since` and `until`."""
    total = 0.0
    for span in spans:
        ended = until if span["ended"] is None else min(until, float(span["ended"]))
        total += max(0.0, ended - max(since, float(span["started"])))
    return total


def sums(minutes: Sequence[Record], away_s: float = 0.0) -> Sums:
    """What the day adds up to."""
    known = [m for m in minutes if m["relative_rest_time"] is not None]
    valid = sum(m["valid_s"] for m in known)
    rest = sum(m["relative_rest_time"] * m["valid_s"] for m in known) / valid if valid else None
    grades: dict[str, int] = {}
    for minute in minutes:
        grades[minute["quality"]] = grades.get(minute["quality"], 0) + 1
    return Sums(valid, rest, max((m["longest_stretch_s"] for m in known), default=0.0), away_s, grades)


def referenced(references: Iterable[Record]) -> float | None:
    """From when on a day has a reference of its own, and compares with other such days; None: it has none."""
    return min((float(each["at"]) for each in references if each["kind"] in REFERENCES), default=None)


def shown_hours(found: Sequence[Tile], usual: tuple[int, int] = (8, 18)) -> tuple[int, int]:
    """The hours worth showing (first, one past the last): the usual ones, and all that hold anything."""
    filled = [n for n, tile in enumerate(found) if tile.rest is not None or tile.away]
    first = min([usual[0], *(n // 6 for n in filled)])
    last = max([usual[1], *(n // 6 + 1 for n in filled)])
    return first, min(last, -(-len(found) // 6))
