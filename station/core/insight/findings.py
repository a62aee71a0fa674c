"""What may be said today about each exercise, and about the alerts.

    exercises  8        15              30                              60
    looks      │────────│───────────────│───────────────────────────────│────►   and never in between

Rule 1: nothing before eight exercises, eight pauses and two weeks.  "Can't be known yet" is an answer of its own.
Rule 2: a comparison is made at planned looks, each with twice the exercises of the last one.  Whoever looks every day
        and stops at the first difference finds one that is not there (Armitage, McPherson & Rowe, J R Stat Soc A
        1969;132:235).  Between two looks the answer stays as it is.
Rule 3: 95 % has to hold for all looks and all exercises together, so that each single interval is wider (Pocock,
        Biometrika 1977;64:191, for the looks; Bonferroni for the exercises).
Rule 4: only a difference whose whole interval lies on one side is called one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from station.core.insight.estimate import Estimate, compare
from station.core.insight.shrink import Effect, between_of, shrunk
from station.core.insight.windows import Seen

LEAST_EACH: Final = 8
LEAST_S: Final = 14 * 86_400.0
LOOKS: Final = (8, 15, 30, 60, 120, 240, 480)
# Five looks on the way to a year's worth, each with a nominal 1.58 %, err in 5 % altogether (Pocock 1977, table 1).
ALPHA: Final = 0.0158


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known of one exercise (or of `alert`).

    effect: None: can't be known yet.  exercises, pauses: how many there are of each that were measured.
    wait_s: how much of the two weeks is left.  next_look: at how many exercises it is looked at again.
    """

    name: str
    effect: Effect | None
    exercises: int
    pauses: int
    wait_s: float
    next_look: int


def findings(done: Sequence[Seen], pauses: Sequence[Seen], now: float) -> list[Finding]:
    """One finding an exercise, in the order of their names.

    done, pauses: everything there is, in any order (`windows.seen`).  now: wall seconds.
    """
    names = sorted({each.occasion.done for each in done})
    comparable = {name: _alike([s for s in done if s.occasion.done == name], pauses) for name in names}
    looks = {name: _look(*pair, now) for name, pair in comparable.items()}
    estimates = {name: found for name, pair in looks.items() if pair and (found := compare(*pair)) is not None}
    return [_finding(name, *comparable[name], estimates, now) for name in names]


def _alike(done: list[Seen], pauses: Sequence[Seen]) -> tuple[list[Seen], list[Seen]]:
    """Only those of either side that began in a way the other side knows, too; oldest first."""
    both = {s.occasion.began for s in done} & {s.occasion.began for s in pauses}

    def of(side: Sequence[Seen]) -> list[Seen]:
        return sorted((s for s in side if s.occasion.began in both), key=lambda s: s.occasion.at)

    return of(done), of(pauses)


def _look(done: list[Seen], pauses: list[Seen], now: float) -> tuple[list[Seen], list[Seen]] | None:
    """What the latest planned look saw: everything up to its moment.  None: there was none yet."""
    if len(done) < LEAST_EACH or len(pauses) < LEAST_EACH:
        return None
    enough = max(pauses[LEAST_EACH - 1].occasion.at, _began(done, pauses) + LEAST_S)
    moments = [max(enough, done[look - 1].occasion.at) for look in LOOKS if look <= len(done)]
    past = [moment for moment in moments if moment <= now]
    if not past:
        return None
    return [s for s in done if s.occasion.at <= past[-1]], [s for s in pauses if s.occasion.at <= past[-1]]


def _began(done: Sequence[Seen], pauses: Sequence[Seen]) -> float:
    return min(each.occasion.at for each in (*done, *pauses))


def _finding(name: str, done: list[Seen], pauses: list[Seen], estimates: dict[str, Estimate], now: float) -> Finding:
    effect = None
    if name in estimates:
        between = between_of(list(estimates.values()))
        effect = shrunk(estimates[name], between, 1.0 - ALPHA / len(estimates))
    wait = max(0.0, _began(done, pauses) + LEAST_S - now) if done and pauses else LEAST_S
    next_look = next((look for look in LOOKS if look > len(done)), 0)
    return Finding(name, effect, len(done), len(pauses), wait, next_look)
