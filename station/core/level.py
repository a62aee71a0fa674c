"""How much is it now?  A mean over as long a window as the muscle stays the same, and no longer.

A power measured over 25 ms scatters by 60 %, over 1.8 s by 7 %: near the threshold of rest only a long window can
tell; at the edge of a gap only a short one is in time.  So windows are widened around the moment in question as long
as they agree with all narrower ones (intersection of confidence intervals; Goldenshluger & Nemirovski 1997, Math
Methods Stat 6:135-170; Katkovnik 1999, IEEE Trans Signal Process 47:2567-2571):

    parts of 25 ms   . . . . . . . . . . . . . . . . . . . . . . . . . . .|now
                                                          [--+--]              100 ms
                                                      [------+------]          200 ms
                                                [------------+--------]        400 ms ... 1.8 s backwards only
                                                             ^ the moment described, 0.25 s ago

The same step forgets nothing and sees nothing of the future: it answers a quarter of a second late.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

PART_S = 0.025
LAG_PARTS = 10  # the level describes the moment 0.25 s before now
AHEAD = 8  # most parts a window reaches beyond its moment
# Relative scatter of one part's power: 0.5 for band-limited noise of this bandwidth, more for few motor units.
PART_SCATTER = 0.6
# Width of the confidence intervals in standard deviations; measured: 1.0 to 1.3 are equally good.
CONFIDENCE = 1.2


def _window(back: int, ahead: int) -> tuple[int, int, float, float, float]:
    spread = 1 + CONFIDENCE * PART_SCATTER / math.sqrt(back + ahead)
    return back, ahead, 1 / (back + ahead), 1 / spread, spread


NARROWEST, EDGE_BACK = 2, 4
WINDOWS = tuple(_window(back, min(back, AHEAD)) for back in (NARROWEST, EDGE_BACK, 8, 16, 32, 64))
MEMORY = 64 + LAG_PARTS + 1
# So many sums are kept, and so large a one (V²), before the old ones are let go and the rest begins at zero anew.
LONGEST, LARGEST = 6 * MEMORY, 1e6


class RunningPower:
    """The last 2 s of part powers as running sums; any window's mean costs one subtraction."""

    def __init__(self) -> None:
        self._sums: list[float] = []

    def clear(self) -> None:
        """Forget everything."""
        self._sums = []

    def add(self, parts: Sequence[float]) -> None:
        """Take the powers of the newest PARTS parts, in order."""
        sums = self._sums
        p1, p2, p3, p4 = parts
        if not sums:  # before the first hop, take it that the muscle was as it is
            mean = (p1 + p2 + p3 + p4) / 4
            sums.extend([k * mean for k in range(-MEMORY, 1)])
        first = sums[-1] + p1
        second = first + p2
        third = second + p3
        total = third + p4
        sums += (first, second, third, total)
        if len(sums) > LONGEST or total > LARGEST:  # keep them few, and small, so that their differences stay exact
            self._sums = [value - total for value in sums[-MEMORY:]]

    def around(self, ago: int) -> tuple[float, float]:
        """The mean power around the moment `ago` parts before now (AHEAD <= ago <= LAG_PARTS), and its quieter side.

        Where not even the two narrowest windows agree, an edge runs through the moment, and the two answers differ:
        the mean of both sides would stretch every burst by half a window at either end.
        """
        sums = self._sums
        centre = len(sums) - 1 - ago
        low, high, best = 0.0, math.inf, 0.0
        for back, ahead, share, shrink, stretch in WINDOWS:
            mean = (sums[centre + ahead] - sums[centre - back]) * share
            lower, upper = mean * shrink, mean * stretch
            if lower > high or upper < low:
                if back == EDGE_BACK:
                    here = sums[centre]
                    before, after = here - sums[centre - NARROWEST], sums[centre + NARROWEST] - here
                    return best, (before if before < after else after) / NARROWEST
                return best, best
            low = lower if lower > low else low
            high = upper if upper < high else high
            best = mean
        return best, best

    def trailing(self, parts: int) -> float:
        """The mean power of the newest `parts`."""
        sums = self._sums
        return (sums[-1] - sums[-1 - parts]) / parts


class Baseline:
    """The power of rest: the calibration's, or less where the wearer rests better now.  Never more.

    A slow rise of load must never become the new zero, so the calibration is a ceiling.  Below it the baseline follows
    the second-long powers that look like rest; it needs some 3 s of rest to get there.
    """

    follow = 0.03  # share of the way each hop
    scatter = 0.2  # a second that is this much above the baseline can still be rest

    def __init__(self, calibrated: float) -> None:
        self.ceiling = self.power = calibrated

    def see(self, second: float) -> None:
        """Take the mean power of the last second, V²."""
        if second < self.power * (1 + self.scatter):
            self.power = min(self.ceiling, self.power + self.follow * (second - self.power))
