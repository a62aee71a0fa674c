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


def shown_hours(found: Sequence[Tile], usual: tuple[int, int] = (8, 18)) -> tuple[int, int]:
    """The hours worth showing (first, one past the last): the usual ones, and all that hold anything."""
    filled = [n for n, tile in enumerate(found) if tile.rest is not None or tile.away]
    first = min([usual[0], *(n // 6 for n in filled)])
    last = max([usual[1], *(n // 6 + 1 for n in filled)])
    return first, min(last, -(-len(found) // 6))
