"""A recording as a source for the chip's twin: exact boxcar means in one step, however long the conversion.

Between two samples the volts run straight; before the first and after the last they stay.  The running integral of
that line is kept, so a mean over any span is a difference of two look-ups.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from itertools import accumulate, pairwise


class Track:
    """Samples of one or more inputs, `rate` a second each, the first at second `start`.

    inputs: {AIN number: volts, volts, ...}; an input that is not named is at ground.
    """

    def __init__(self, inputs: dict[int, Iterable[float]], rate: float, start: float = 0.0) -> None:
        self.rate = rate
        self.start = start
        self._volts = {ain: array("d", samples) for ain, samples in inputs.items()}
        self._sums = {
            ain: array("d", accumulate((0.5 * (a + b) for a, b in pairwise(v)), initial=0.0))
            for ain, v in self._volts.items()
        }

    def __call__(self, ain: int, t: float) -> float:
        """Volts at input `ain` at second `t`."""
        volts = self._volts.get(ain)
        if not volts:
            return 0.0
        x = (t - self.start) * self.rate
        if x <= 0.0:
            return volts[0]
        i = int(x)
        if i >= len(volts) - 1:
            return volts[-1]
        return volts[i] + (x - i) * (volts[i + 1] - volts[i])

    def mean(self, ain: int, start: float, end: float) -> float:
        """Mean volts at input `ain` between two seconds, `end` after `start`."""
        volts = self._volts.get(ain)
        if not volts:
            return 0.0
        sums = self._sums[ain]
        a = (start - self.start) * self.rate
        b = (end - self.start) * self.rate
        return (_integral(volts, sums, b) - _integral(volts, sums, a)) / (b - a)


def _integral(volts: array[float], sums: array[float], x: float) -> float:
    """The integral of the line from sample 0 to position `x`, in volts times samples."""
    last = len(volts) - 1
    if x <= 0.0:
        return volts[0] * x
    i = int(x)
    if i >= last:
        return sums[last] + (x - last) * volts[last]
    part = x - i
    return sums[i] + part * (volts[i] + 0.5 * part * (volts[i + 1] - volts[i]))
