"""The load around an occasion, with what triggered it left out.

    ├────── before ──────┤── trigger ──┤ exercise ├ 1 min ┤────── after ──────┤
    -20 min            -5 min          0         end                      + 15 min

`before` is how this half-hour was; the trigger's own minutes are a covariate of their own and no baseline, because an
alert has chosen them for being high.  Levels are means of the natural logarithm of the minutes' medians (APDF p50):
muscle load scatters by factors, not by amounts.  Below 1 %RVE a muscle rests, and how deeply is a matter of noise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from station.core.insight.occasions import Occasion

BEFORE_S: Final = 900.0
TRIGGER_S: Final = 300.0
SETTLE_S: Final = 60.0
AFTER_S: Final = 900.0
# Half of a window has to be known, and two minutes of the trigger.
LEAST_MINUTES: Final = 8
LEAST_TRIGGER_MINUTES: Final = 2
LOWEST_RVE_PERCENT: Final = 1.0
# A minute that was measured for less than half of its time says little of the minute.
LEAST_VALID_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Seen:
    """One occasion with its levels, each a mean ln(%RVE)."""

    occasion: Occasion
    before: float
    trigger: float
    after: float


def columns(minutes: npt.ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """(ended, load) of a `Track` from the history's minutes: when each ended, its p50 in %RVE or None, its valid_s."""
    ended, load, valid_s = np.array(minutes, dtype=float).reshape(-1, 3).T
    return ended, np.where(valid_s >= LEAST_VALID_S, load, np.nan)


class Track:
    """Minutes' loads, summed up once, so that any window's level is two look-ups."""

    def __init__(self, ended: np.ndarray, load: np.ndarray) -> None:
        """ended: (n,) wall seconds at which minutes ended, ascending.  load: (n,) p50 in %RVE, NaN where unknown."""
        known = np.isfinite(load)
        logs = np.log(np.maximum(np.where(known, load, LOWEST_RVE_PERCENT), LOWEST_RVE_PERCENT))
        self._ended = ended
        self._sums = np.concatenate(([0.0], np.cumsum(logs)))
        self._counts = np.concatenate(([0], np.cumsum(known)))

    @classmethod
    def of(cls, days: Sequence[tuple[np.ndarray, np.ndarray]]) -> Track:
        """From the columns of days that follow each other."""
        ended, load = zip(*days, strict=True) if days else ((np.empty(0),), (np.empty(0),))
        return cls(np.concatenate(ended), np.concatenate(load))

    def seen(self, occasions: Iterable[Occasion]) -> list[Seen]:
        """Those occasions of which enough was measured, with their levels."""
        found = []
        for each in occasions:
            at, over = each.at, each.ended + SETTLE_S
            before = self._level(at - TRIGGER_S - BEFORE_S, at - TRIGGER_S, LEAST_MINUTES)
            trigger = self._level(at - TRIGGER_S, at, LEAST_TRIGGER_MINUTES)
            after = self._level(over, over + AFTER_S, LEAST_MINUTES)
            if before is not None and trigger is not None and after is not None:
                found.append(Seen(each, before, trigger, after))
        return found

    def _level(self, since: float, until: float, least: int) -> float | None:
        """Mean ln(load) of the minutes that lie wholly within; None for fewer than `least` known ones."""
        first = int(self._ended.searchsorted(since + 60.0 - 0.5))
        last = int(self._ended.searchsorted(until + 0.5))
        known = int(self._counts[last] - self._counts[first])
        return float(self._sums[last] - self._sums[first]) / known if known >= least else None
