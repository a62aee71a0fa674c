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

PART_S = 0.025
LAG_PARTS = 10  # the level describes the moment 0.25 s before now
AHEAD = 8  # most parts a window reaches beyond its moment
# Relative scatter of one part's power: 0.5 for band-limited noise of this bandwidth, more for few motor units.
PART_SCATTER = 0.6
# Width of the confidence intervals in standard deviations; measured: 1.0 to 1.3 are equally good.
CONFIDENCE = 1.2


def _window(back: int, ahead: int) -> tuple[float, float, float]:
    """What makes a window's sum its mean, and the mean the two ends of its confidence interval."""
    spread = 1 + CONFIDENCE * PART_SCATTER / math.sqrt(back + ahead)
    return 1 / (back + ahead), 1 / spread, spread


HOP_PARTS, SECOND_HOPS = 4, 10
# The moment in question is the end of a hop, and all windows but the narrowest begin and end with one: so a sum is kept
# for the end of each hop.  They are numbered backwards: 0 is now, MOMENT the moment, two hops ago.
MOMENT = AHEAD // HOP_PARTS
NARROWEST, NARROW = _window(2, 2), _window(HOP_PARTS, HOP_PARTS)
WIDER = tuple((MOMENT + back // HOP_PARTS, *_window(back, AHEAD)) for back in (8, 16, 32, 64))
MEMORY = WIDER[-1][0] + 1
# So many sums are kept, and so large a one (V²), before the old ones are let go and the rest begins at zero anew.
LONGEST, LARGEST = 6 * MEMORY - 2, 1e6


class RunningPower:
    """The last 2 s of part powers as running sums; any window's mean costs one subtraction."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._ends: list[float] = []  # the sum up to the end of each hop, the newest first
        self._middles: list[float] = []  # up to the middle of each

    def add(self, p1: float, p2: float, p3: float, p4: float) -> tuple[float, float, float]:
        """Take the powers of a hop's parts; the mean power around the moment, its quieter side, and the last second's.

        Where not even the two narrowest windows agree, an edge runs through the moment, and the two answers differ:
        the mean of both sides would stretch every burst by half a window at either end.
        """
        ends, middles = self._ends, self._middles
        if not ends:  # before the first hop, take it that the muscle was as it is
            mean = (p1 + p2 + p3 + p4) / HOP_PARTS
            ends.extend([-HOP_PARTS * k * mean for k in range(MEMORY)])
            middles.extend([(-HOP_PARTS * k - 2) * mean for k in range(MOMENT)])
        middle = ends[0] + p1 + p2
        total = middle + p3 + p4
        ends.insert(0, total)
        middles.insert(0, middle)
        if total > LARGEST or len(ends) > LONGEST:  # keep them few, and small, so that their differences stay exact
            self._ends = ends = [value - total for value in ends[:MEMORY]]
            self._middles = middles = [value - total for value in middles[: MOMENT + 1]]
            total = 0.0
        second = (total - ends[SECOND_HOPS]) / (HOP_PARTS * SECOND_HOPS)

        after, before = middles[1], middles[2]
        share, shrink, stretch = NARROWEST
        best = (after - before) * share
        low, high = best * shrink, best * stretch  # where all windows agree; nowhere as soon as low > high
        share, shrink, stretch = NARROW
        mean = (ends[1] - ends[3]) * share
        lower, upper = mean * shrink, mean * stretch
        low = lower if lower > low else low
        high = upper if upper < high else high
        if low > high:
            here = ends[2]
            before, after = here - before, after - here
            return best, (before if before < after else after) / 2, second
        for oldest, share, shrink, stretch in WIDER:
            best = mean
            mean = (total - ends[oldest]) * share
            lower, upper = mean * shrink, mean * stretch
            low = lower if lower > low else low
            high = upper if upper < high else high
            if low > high:
                return best, best, second
        return mean, mean, second


class Baseline:
    """The power of rest: the calibration's, or less where the wearer rests better now.  Never more.

    A slow rise of load must never become the new zero, so the calibration is a ceiling.  Below it the baseline follows
    the second-long powers that look like rest; it needs some 3 s of rest to get there.
    """

    follow = 0.03  # share of the way each hop
    scatter = 0.2  # a second that is this much above the baseline can still be rest

    def __init__(self, calibrated: float) -> None:
        self.ceiling = calibrated
        self._set(calibrated)

    def _set(self, power: float) -> None:
        self.power = power
        self.restlike = power * (1 + self.scatter)  # a second below this can be rest

    def see(self, second: float) -> None:
        """Take the mean power of the last second, V²."""
        if second < self.restlike:
            self._set(min(self.ceiling, self.power + self.follow * (second - self.power)))
