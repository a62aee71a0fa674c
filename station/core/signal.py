"""One channel's way from volts to %RVE, ten times a second.

    frames of any size -> a fixed grid of hops (0.1 s) -> filters -> level -> resting?
                           ^ lost samples keep their place: the time base stays true, the hop becomes invalid

The grid does not know how frames were cut, so the answer does not depend on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from station.core.emg_power import hop_samples
from station.core.quality import REASONS, Watch
from station.core.raw_level import RawLevel
from station.core.smooth_level import EnvelopeLevel, PressureLevel
from station.core.yardstick import SignalKind, Yardstick

Volts = npt.NDArray[Any]

# Filters are rebuilt when the measured rate has moved by this much (the ADS1115's clock is ±10 % off, and drifts).
RATE_STEP = 0.01
# A longer hole than this is not bridged: the filters start anew after it.
LONGEST_BRIDGE_S = 0.5
# A hop with a larger part of bridged samples is not believed, nor are those whose window reaches into it.
MOST_HOLES = 0.2
DOUBT_HOPS = 4
# After a long silence so many empty hops are said at most: enough to empty every window.
MOST_EMPTY_HOPS = 1200


@dataclass(frozen=True, slots=True)
class Measured:
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
        self._hop = 1
        self._pending: list[Volts] = []
        self._count = 0
        self._filled: list[tuple[int, int]] = []  # [start, end) of bridged samples in the pending ones
        self._time: float | None = None  # of the newest sample
        self._doubt = 0  # hops whose window touches a hole
        self._level = LEVELS[signal](yardstick)
        self._watch = Watch(signal, yardstick)

    def push(self, volts: Volts, t_last: float, rate: float, lost: int = 0) -> list[Measured]:
        """Take `volts` (1-D, in order of conversion) of which the last was converted at `t_last`; the finished hops."""
        told: list[Measured] = []
        if abs(rate - self._rate) > RATE_STEP * self._rate:
            self._rate, self._hop = rate, hop_samples(rate)
            self._level.set_rate(rate, float(volts[0]))
        begin = t_last - len(volts) / rate
        if not lost and self._time is not None and begin - self._time > LONGEST_BRIDGE_S:
            lost = round((begin - self._time) * rate)  # nobody counted, but the clock went on
        if lost:
            self._lose(lost, float(volts[0]), begin, told)
        self._time = t_last
        self._pending.append(volts)
        self._count += len(volts)
        if self._count >= self._hop:
            self._cut(t_last, rate, told)
        return told

    def _lose(self, lost: int, next_volt: float, before: float, told: list[Measured]) -> None:
        """Keep the place of samples that never came."""
        if lost <= LONGEST_BRIDGE_S * self._rate and self._count:
            last = float(self._pending[-1][-1])
            self._filled.append((self._count, self._count + lost))
            self._pending.append(np.linspace(last, next_volt, lost + 2)[1:-1])
            self._count += lost
            return
        hops = min(MOST_EMPTY_HOPS, (self._count + lost) // self._hop)
        span = self._hop / self._rate
        for k in range(hops, 0, -1):
            end = before - (k - 1) * span
            told.append(Measured(end - span / 2, end, span, None, False, "stale", REASONS["stale"]))
        self._pending, self._count, self._filled = [], 0, []
        self._level.settle(next_volt)

    def _cut(self, t_last: float, rate: float, told: list[Measured]) -> None:
        volts = self._pending[0] if len(self._pending) == 1 else np.concatenate(self._pending)
        size, at = self._hop, 0
        while len(volts) - at >= size:
            hop = volts[at : at + size]
            at += size
            holes = sum(min(b, at) - max(a, at - size) for a, b in self._filled if a < at and b > at - size)
            told.append(self._measure(hop, t_last - (len(volts) - at) / rate, size / rate, holes / size))
        rest = volts[at:]
        self._pending = [rest] if len(rest) else []
        self._count = len(rest)
        self._filled = [(max(0, a - at), b - at) for a, b in self._filled if b > at]

    def _measure(self, hop: Volts, end: float, span: float, holes: float) -> Measured:
        whole = holes < MOST_HOLES
        level = self._level.hop(hop, whole)
        state = self._watch.look(hop, self._level, span)
        if not whole:
            self._doubt = DOUBT_HOPS
        valid = state == "ok" and level is not None and not self._doubt
        if valid and self._watch.calm:
            self._level.learn()
        reason = self._watch.reason
        if self._doubt:
            self._doubt -= 1
            if state == "ok":
                state, reason = "stale", REASONS["stale"]
        t = end - self._level.lag_s
        return Measured(t, end, span, level if valid else None, valid and self._level.resting, state, reason)


class Level(Protocol):
    """What turns the volts of a hop into a load."""

    lag_s: float  # the level describes the moment so long before the end of its hop
    resting: bool
    power: float
    hum: float
    motion: float

    def set_rate(self, rate: float, level: float) -> None:
        """Build the filters for this rate, or carry them over to it; the signal stands about `level` volts."""

    def settle(self, level: float) -> None:
        """After a hole: as if the signal had always stood at `level`."""

    def learn(self) -> None:
        """The last second is to be believed."""

    def hop(self, volts: Volts, whole: bool = True) -> float | None:
        """The level after one more hop; None without a yardstick.  A hop that is not `whole` has bridged samples."""


LEVELS: Mapping[SignalKind, Callable[[Yardstick | None], Level]] = {
    "emg-raw": RawLevel,
    "emg-envelope": EnvelopeLevel,
    "pressure": PressureLevel,
}
