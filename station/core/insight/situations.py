"""In which situations there is more rest than usual, and in which less: a picture, not a cause.

A day is compared with itself: the share of rest in the situation (in calls, from ten to twelve) minus that of the same
day's other time, so that a good day speaks against no situation of a bad one.  A weekday is compared with all other
days, as far as they were measured with a reference of their own: with electrodes put on anew, 100 % is something else.
Days are the units, because the pieces of one day hang together.  As for exercises: nothing before eight days of
each and two weeks, planned looks, everything pulled towards "no difference" (`contrast.py`), and an interval that holds
for all situations together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from statistics import fmean, variance
from typing import Final

from station.core.insight.contrast import Contrast, believed
from station.core.insight.findings import ALPHA, LEAST_EACH, LOOKS

LEAST_DAYS_APART: Final = 14
# Less than a quarter of an hour of a situation says nothing of its day.
LEAST_VALID_S: Final = 900.0
HOURS_TOGETHER: Final = 2


@dataclass(frozen=True, slots=True)
class Piece:
    """Ten minutes: on which day (an ordinal), which weekday (Monday is 0), which hour, and in which contexts.

    referenced: measured after that day's own reference.
    """

    day: int
    weekday: int
    hour: int
    contexts: frozenset[str]
    rest_s: float
    valid_s: float
    referenced: bool = False


@dataclass(frozen=True, slots=True)
class Situation(Contrast):
    """rest: share there.  days: on how many days it was measured beside something else.  Compared with other times.

    name: `context call`, `weekday 0`, `hour 10`.
    """

    name: str
    rest: float
    days: int


@dataclass(slots=True)
class _Time:
    """Some time, added up."""

    rest_s: float = 0.0
    valid_s: float = 0.0

    def add(self, other: Piece | _Time) -> None:
        self.rest_s += other.rest_s
        self.valid_s += other.valid_s

    def without(self, part: _Time) -> _Time:
        return _Time(self.rest_s - part.rest_s, self.valid_s - part.valid_s)

    @property
    def share(self) -> float | None:
        """The share of rest; None for too little time."""
        return self.rest_s / self.valid_s if self.valid_s >= LEAST_VALID_S else None


_Days = dict[int, _Time]


def situations(pieces: Iterable[Piece]) -> list[Situation]:
    """Every situation that was measured at all, in the order contexts, weekdays, hours."""
    by_name: dict[str, _Days] = defaultdict(lambda: defaultdict(_Time))
    days: _Days = defaultdict(_Time)
    own: _Days = defaultdict(_Time)  # what was measured with the day's own reference
    for piece in pieces:
        days[piece.day].add(piece)
        if piece.referenced:
            own[piece.day].add(piece)
        for name in _names(piece):
            by_name[name][piece.day].add(piece)
    found = {name: _paired(name, there, days, own) for name, there in by_name.items()}
    known = {name: values for name, values in found.items() if _enough(values)}
    looked = {name: _at_the_look(values) for name, values in known.items()}
    told = []
    for name in sorted(by_name, key=_order):
        there = _Time()
        for of_day in by_name[name].values():
            there.add(of_day)
        if there.share is None:
            continue
        plain = Situation(name, there.share, len(found[name]))
        told.append(_compared(plain, looked[name], len(looked)) if name in looked else plain)
    return told


def _names(piece: Piece) -> list[str]:
    contexts = [f"context {name}" for name in sorted(piece.contexts)]
    return [*contexts, f"weekday {piece.weekday}", f"hour {piece.hour // HOURS_TOGETHER * HOURS_TOGETHER}"]


def _order(name: str) -> tuple[int, int, str]:
    kind, _, which = name.partition(" ")
    return ("context", "weekday", "hour").index(kind), int(which) if which.isdigit() else 0, which


def _paired(name: str, there: _Days, days: _Days, own: _Days) -> dict[int, float]:
    """Day -> what is compared with 0: the difference within the day; for a weekday its day against the others' mean."""
    if name.startswith("weekday"):
        whole = {day: time.share for day, time in own.items() if time.share is not None}
        others = [share for day, share in whole.items() if day not in there]
        usual = fmean(others) if len(others) >= LEAST_EACH else None
        return {} if usual is None else {day: whole[day] - usual for day in there if day in whole}
    found = {}
    for day, inside in there.items():
        share, other = inside.share, days[day].without(inside).share
        if share is not None and other is not None:
            found[day] = share - other
    return found


def _enough(values: Mapping[int, float]) -> bool:
    return len(values) >= LEAST_EACH and max(values) - min(values) >= LEAST_DAYS_APART - 1


def _at_the_look(values: Mapping[int, float]) -> list[float]:
    """The values of the latest planned look: the first 8, 15, 30 ... days."""
    look = max(each for each in LOOKS if each <= len(values))
    return [values[day] for day in sorted(values)[:look]]


def _compared(plain: Situation, values: list[float], together: int) -> Situation:
    error2 = variance(values) / len(values)
    return replace(plain, **believed(fmean(values), error2, len(values) - 1, ALPHA / together))
