"""One channel's way from volts to %RVE, ten times a second.

    frames of any size -> a fixed grid of hops (0.1 s) -> filters -> level -> resting?
                           ^ lost samples keep their place: the time base stays true, the hop becomes invalid

The grid does not know how frames were cut, so the answer does not depend on it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from station.core.emg_power import hop_samples
from station.core.quality import REASONS, Watch
from station.core.raw_level import RawLevel
from station.core.smooth_level import EnvelopeLevel, PressureLevel
from station.core.yardstick import SignalKind, Yardstick

Volts = npt.NDArray[Any]
FLOAT32 = np.dtype(np.float32)
BYTES = FLOAT32.itemsize
_bytes_of = np.ndarray.tobytes

# Filters are rebuilt when the measured rate has moved by this much (the ADS1115's clock is ±10 % off, and drifts).
RATE_STEP = 0.01
# A longer hole than this is not bridged: the filters start anew after it.
LONGEST_BRIDGE_S = 0.5
# A hop with a larger part of bridged samples is not believed, nor are those whose window reaches into it.
MOST_HOLES = 0.2
DOUBT_HOPS = 4
# After a long silence so many empty hops are said at most: enough to empty every window.
MOST_EMPTY_HOPS = 1200


class Measured(msgspec.Struct, frozen=True, gc=False):
    """One hop of one channel.  `t` is the centre of the measured window, `end` when it was known; seconds."""

    t: float
    end: float
    span: float
    rve_percent: float | None
    resting: bool
    state: str
    reason: str = ""


class SignalPath:
    """One channel: `push` volts, get what was measured."""

    def __init__(self, signal: SignalKind, yardstick: Yardstick | None) -> None:
        self.signal = signal
        self.yardstick = yardstick
        self._rate = 0.0
        self._slowest = self._fastest = 0.0  # the filters are good for any rate between these
        self._hop = 1  # samples
        self._whole = np.zeros(1, FLOAT32)  # the volts of one hop
        self._written = self._whole.data.cast("B")
        self._rest = b""  # float32 samples that the last hop left over
        self._fresh: list[Volts] = []  # what came since
        self._count = 0  # samples in both
        self._filled: list[tuple[int, int]] = []  # [start, end) of bridged samples in the waiting ones
        self._time = -math.inf  # of the newest sample
        self._doubt = 0  # hops whose window touches a hole
        self._level = LEVELS[signal](yardstick)
        self._lag = self._level.lag_s
        self._watch = Watch(signal, yardstick)

    def push(self, volts: Volts, t_last: float, rate: float, lost: int = 0) -> Sequence[Measured]:
        """Take `volts` (in order of conversion) of which the last was converted at `t_last`; the finished hops."""
        if lost or t_last - self._time > LONGEST_BRIDGE_S or not self._slowest < rate < self._fastest:
            return self._unusual(volts, t_last, rate, lost)
        self._time = t_last
        count = self._count + len(volts)
        if count < self._hop:
            self._fresh.append(volts)
            self._count = count
            return ()
        if count == self._hop == volts.size and volts.dtype is FLOAT32:
            # One frame is one hop: nothing waits, and nothing is left over.
            return (self._measure(volts.ravel(), t_last, count / rate),)
        self._fresh.append(volts)
        self._count = count
        return self._cut(t_last, rate)

    def _unusual(self, volts: Volts, t_last: float, rate: float, lost: int) -> Sequence[Measured]:
        """Another rate than before, or a hole."""
        told: list[Measured] = []
        first = float(volts.flat[0])
        if not self._slowest < rate < self._fastest:
            self._rate, self._hop = rate, hop_samples(rate)
            self._slowest, self._fastest = (1 - RATE_STEP) * rate, (1 + RATE_STEP) * rate
            self._whole = np.zeros(self._hop, FLOAT32)
            self._written = self._whole.data.cast("B")
            self._level.set_rate(rate, first)
        begin = t_last - len(volts) / rate
        if not lost and -math.inf < self._time < begin - LONGEST_BRIDGE_S:
            lost = round((begin - self._time) * rate)  # nobody counted, but the clock went on
        if lost:
            self._lose(lost, first, begin, told)
        self._time = t_last
        told.extend(self.push(volts, t_last, rate))
        return told

    def _lose(self, lost: int, next_volt: float, before: float, told: list[Measured]) -> None:
        """Keep the place of samples that never came."""
        count = self._count
        if lost <= LONGEST_BRIDGE_S * self._rate and self._time > -math.inf:
            waiting = self._gathered()
            # Where a hop has just ended nothing waits, and the bridge is as flat as its far end.
            last = float(np.frombuffer(waiting[-BYTES:], FLOAT32)[0]) if waiting else next_volt
            self._filled.append((count, count + lost))
            self._rest = waiting + np.linspace(last, next_volt, lost + 2)[1:-1].astype(FLOAT32).tobytes()
            self._count += lost
            return
        hops = min(MOST_EMPTY_HOPS, (count + lost) // self._hop)
        span = self._hop / self._rate
        for k in range(hops, 0, -1):
            end = before - (k - 1) * span
            told.append(Measured(end - self._lag, end, span, None, False, "stale", REASONS["stale"]))
        self._rest, self._fresh, self._count = b"", [], 0
        self._filled = []
        self._level.settle(next_volt)
        # The first windows after the hole describe moments inside it, of which nobody knows anything.
        self._doubt = math.ceil(self._lag / span) - 1

    def _gathered(self) -> bytes:
        """All samples that wait, as float32."""
        fresh, self._fresh = self._fresh, []
        waiting = self._rest + b"".join(map(_bytes_of, fresh))
        if len(waiting) != BYTES * self._count:  # not float32, or more channels than are asked for: the first counts
            first = [volts.reshape(len(volts), -1)[:, 0].astype(FLOAT32) for volts in fresh]
            waiting = self._rest + b"".join(map(_bytes_of, first))
        return waiting

    def _cut(self, t_last: float, rate: float) -> list[Measured]:
        """Measure the whole hops among the waiting samples."""
        told: list[Measured] = []
        waiting, size, left = self._gathered(), self._hop, self._count
        span, needed, start = size / rate, BYTES * size, 0
        while left >= size:
            after = start + needed
            self._written[:] = waiting[start:after]
            left, start = left - size, after
            told.append(self._measure(self._whole, t_last - left / rate, span))
        self._rest, self._count = waiting[start:], left
        return told

    def _measure(self, hop: Volts, end: float, span: float) -> Measured:
        """A hop, which lasted `span` seconds until `end`."""
        level, watch = self._level, self._watch
        whole = not self._filled or self._few_holes()
        load = level.hop(hop, whole)
        state = watch.look(hop, level, span)
        if state == "ok" and whole and not self._doubt:
            if load is None:
                return Measured(end - self._lag, end, span, None, False, "ok")
            if watch.calm:
                level.learn(end)
            return Measured(end - self._lag, end, span, load, level.resting, "ok")
        if not whole:
            self._doubt = DOUBT_HOPS
        reason = watch.reason
        if self._doubt:
            self._doubt -= 1
            if state == "ok":
                state, reason = "stale", REASONS["stale"]
        return Measured(end - self._lag, end, span, None, False, state, reason)

    def _few_holes(self) -> bool:
        """Whether few enough of this hop's samples are bridges; the holes after it come nearer."""
        size = self._hop
        holes = sum(min(end, size) - max(begin, 0) for begin, end in self._filled if begin < size)
        self._filled = [(begin - size, end - size) for begin, end in self._filled if end > size]
        return holes < MOST_HOLES * size


class Level(Protocol):
    """What turns the volts of a hop into a load."""

    lag_s: float  # the level describes the moment so long before the end of its hop
    resting: bool
    power: float
    hum: float
    motion: float
    variance: float
    aside: float

    def set_rate(self, rate: float, level: float) -> None:
        """Build the filters for this rate, or carry them over to it; the signal stands about `level` volts."""

    def settle(self, level: float) -> None:
        """After a hole: as if the signal had always stood at `level`."""

    def learn(self, now: float) -> None:
        """The last second, until `now`, is to be believed."""

    def hop(self, volts: Volts, whole: bool = True) -> float | None:
        """The level after one more hop; None without a yardstick.  A hop that is not `whole` has bridged samples."""


LEVELS: Mapping[SignalKind, Callable[[Yardstick | None], Level]] = {
    "emg-raw": RawLevel,
    "emg-envelope": EnvelopeLevel,
    "pressure": PressureLevel,
}
