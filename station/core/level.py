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


HOP_PARTS, SECOND_HOPS = 4, 10
# The moment in question is the end of a hop, MOMENT hops ago, and all windows but the narrowest begin and end with one.
MOMENT = AHEAD // HOP_PARTS
MEMORY = 17  # pairs in the longest window


def _window(parts: int) -> tuple[float, float, float]:
    """What makes the sum of so many parts their mean, and the two ends of its confidence interval."""
    spread = 1 + CONFIDENCE * PART_SCATTER / math.sqrt(parts)
    return 1 / parts, 1 / parts / spread, spread / parts


SHARE_4, LOW_4, HIGH_4 = _window(4)
SHARE_8, LOW_8, HIGH_8 = _window(8)
SHARE_16, LOW_16, HIGH_16 = _window(16)
SHARE_24, LOW_24, HIGH_24 = _window(24)
SHARE_40, LOW_40, HIGH_40 = _window(40)
SHARE_72, LOW_72, HIGH_72 = _window(72)


class RunningPower:
    """The sums of neighbouring hops over the last 1.8 s; any window's sum is a few of them."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        # Of the newest hop the sum, its second half and its first; and the second half of the hop before it.
        self._newest = 0.0, 0.0, 0.0, 0.0
        self._pairs: list[float] = []  # the sum of the newest two hops, of the two that ended one hop ago, ...

    def add(self, p1: float, p2: float, p3: float, p4: float) -> tuple[float, float, float]:
        """Take the powers of a hop's parts; the mean power around the moment, its quieter side, and the last second's.

        Where not even the two narrowest windows agree, an edge runs through the moment, and the two answers differ:
        the mean of both sides would stretch every burst by half a window at either end.
        """
        early, late = p1 + p2, p3 + p4
        hop = early + late
        pairs = self._pairs
        if not pairs:  # before the first hop, take it that the muscle was as it is
            self._newest = hop, hop / 2, hop / 2, hop / 2
            pairs.extend([2 * hop] * MEMORY)
        hop_before, later, after, before = self._newest
        self._newest = hop, late, early, later
        pairs.insert(0, hop + hop_before)
        pairs.pop()
        four = pairs[0] + pairs[2]
        six = four + pairs[4]
        ten = six + pairs[6] + pairs[8]
        second = ten * SHARE_40

        # The windows from the narrowest to the widest.  All agree between low and high; nowhere as soon as low > high.
        edge, two = before + after, pairs[1]
        low, high = edge * LOW_4, edge * HIGH_4
        lower, upper = two * LOW_8, two * HIGH_8
        low, high = lower if lower > low else low, upper if upper < high else high
        if low > high:
            return edge * SHARE_4, (before if before < after else after) / 2, second
        lower, upper = four * LOW_16, four * HIGH_16
        low, high = lower if lower > low else low, upper if upper < high else high
        if low > high:
            mean = two * SHARE_8
            return mean, mean, second
        lower, upper = six * LOW_24, six * HIGH_24
        low, high = lower if lower > low else low, upper if upper < high else high
        if low > high:
            mean = four * SHARE_16
            return mean, mean, second
        lower, upper = ten * LOW_40, ten * HIGH_40
        low, high = lower if lower > low else low, upper if upper < high else high
        if low > high:
            mean = six * SHARE_24
            return mean, mean, second
        all_of_it = ten + pairs[10] + pairs[12] + pairs[14] + pairs[16]
        mean = second if all_of_it * LOW_72 > high or all_of_it * HIGH_72 < low else all_of_it * SHARE_72
        return mean, mean, second


# The baseline of rest goes this share of the way down each hop, and up; a second this much above it can still be rest.
FALL, RISE, RESTLIKE = 0.03, 0.015, 1.2


class Baseline:
    """The power of rest: the calibration's, or less where the wearer rests better now.  Never more by itself.

    A slow rise of load must never become the new zero, so the calibration is a ceiling; only a sensor that has grown
    noisier lifts it (`noise_floor.py`).  Below it the baseline follows
    the second-long powers that look like rest; it needs some 3 s of rest to get there.  In noise the lightest work
    looks like rest, too, so it is followed down sooner than up.
    """

    def __init__(self, calibrated: float) -> None:
        self.ceiling = calibrated
        self.power = calibrated
        self.restlike = RESTLIKE * calibrated  # a second below this can be rest

    def allow(self, ceiling: float) -> None:
        """Rest is at most this from now on, V²; where that is more than it was, it is looked for from there."""
        self.power = power = ceiling if ceiling > self.ceiling or ceiling < self.power else self.power
        self.ceiling, self.restlike = ceiling, RESTLIKE * power

    def see(self, second: float) -> None:
        """Take the mean power of the last second, V²."""
        if second >= self.restlike:
            return
        before = self.power
        power = before + (FALL if second < before else RISE) * (second - before)
        self.power = power = power if power < self.ceiling else self.ceiling
        self.restlike = RESTLIKE * power
