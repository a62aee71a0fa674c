"""One channel's way from volts to %RVE, ten times a second.

    frames of any size -> a fixed grid of hops (0.1 s) -> filters -> level -> resting?
                           ^ lost samples keep their place: the time base stays true, the hop becomes invalid

The grid does not know how frames were cut, so the answer does not depend on it.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from station.core.emg_power import PARTS, EmgPower, hop_samples
from station.core.quality import Watch
from station.core.yardstick import SignalKind, Yardstick

Volts = npt.NDArray[Any]

# Filters are rebuilt when the measured rate has moved by this much (the ADS1115's clock is ±10 % off, and drifts).
RATE_STEP = 0.01
# A longer hole than this is not bridged: the filters start anew after it.
LONGEST_BRIDGE_S = 0.5
# After a long silence so many empty hops are said at most: enough to empty every window.
MOST_EMPTY_HOPS = 1200
REST_RVE = 5.0
LEAVE_FACTOR = 1.1
LEVEL_PARTS = 10  # 0.25 s


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
        self._last = 0.0
        self._end = 0.0
        self._level = _LEVELS[signal](yardstick)
        self._watch = Watch(signal, yardstick)

    def push(self, volts: Volts, t_last: float, rate: float, lost: int = 0) -> list[Measured]:
        """Take `volts` (1-D, in order of conversion); the hops completed by them."""
        told: list[Measured] = []
        if abs(rate - self._rate) > RATE_STEP * self._rate:
            self._set_rate(rate, volts)
        if lost:
            self._lose(lost, float(volts[0]), t_last - len(volts) / rate, told)
        self._pending.append(volts)
        self._count += len(volts)
        if self._count >= self._hop:
            self._cut(t_last, rate, told)
        return told

    def _set_rate(self, rate: float, volts: Volts) -> None:
        level = float(np.mean(volts))
        self._level.set_rate(rate, level)
        self._rate, self._hop = rate, hop_samples(rate)

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
            told.append(Measured(end - span / 2, end, span, None, False, "stale", "samples were lost"))
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
        level = self._level.hop(hop)
        state, reason = self._watch.look(hop, self._level, span, holes)
        valid = state == "ok" and level is not None and holes < 0.2
        return Measured(
            end - self._level.lag_s, end, span, level if valid else None, valid and self._level.resting, state, reason
        )


class RawLevel:
    """Raw EMG: power after the filters, the median of 0.25 s, rest power taken off, in %RVE."""

    lag_s = 0.125

    def __init__(self, yardstick: Yardstick | None) -> None:
        self._yardstick = yardstick
        self._filter: EmgPower | None = None
        self._parts: deque[float] = deque(maxlen=LEVEL_PARTS)
        self.resting = False
        self.hum = self.motion = self.power = 0.0
        if yardstick is not None:
            self._rest = yardstick.rest_power
            self._scale = 1e4 / (yardstick.reference_power * yardstick.gain**2)

    def set_rate(self, rate: float, level: float) -> None:
        """Build the filters for this rate, or carry them over to it."""
        if self._filter is None:
            mains = self._yardstick.mains_hz if self._yardstick is not None else 0.0
            self._filter = EmgPower(rate, mains, level)
        else:
            self._filter.rebuild(rate, level)

    def settle(self, level: float) -> None:
        """After a hole: as if the signal had always stood at `level`."""
        assert self._filter is not None
        self._filter.settle(level)
        self._parts.clear()

    def hop(self, volts: Volts) -> float | None:
        """The level after one more hop, %RVE; None without a yardstick."""
        assert self._filter is not None
        found = self._filter.hop(volts)
        parts = self._parts
        parts.extend(found.parts)
        self.hum, self.motion = found.hum, found.motion
        self.power = sum(found.parts) / PARTS
        if self._yardstick is None:
            return None
        ordered = sorted(parts)
        middle = ordered[len(ordered) // 2]
        rve = math.sqrt(max(0.0, middle - self._rest) * self._scale)
        self.resting = rve < (REST_RVE * LEAVE_FACTOR if self.resting else REST_RVE)
        return rve


class EnvelopeLevel:
    """A rectified, smoothed sensor: the mean of a hop, rest level taken off."""

    lag_s = 0.15
    threshold, leave = 4.0, 4.4
    hum = motion = power = 0.0

    def __init__(self, yardstick: Yardstick | None) -> None:
        self._yardstick = yardstick
        self.resting = False
        if yardstick is not None:
            self._rest = yardstick.rest_level
            self._scale = 100 / ((yardstick.reference_level - yardstick.rest_level) * yardstick.gain)

    def set_rate(self, rate: float, level: float) -> None:
        """Nothing to build."""

    def settle(self, level: float) -> None:
        """Nothing to settle."""

    def hop(self, volts: Volts) -> float | None:
        """The level of this hop, %RVE; None without a yardstick."""
        if self._yardstick is None:
            return None
        rve = max(0.0, (float(np.mean(volts)) - self._rest) * self._scale)
        self.resting = rve < (self.leave if self.resting else self.threshold)
        return rve


class PressureLevel(EnvelopeLevel):
    """A pressure pad: the part of the way from relaxed to raised, in %."""

    lag_s = 0.05
    threshold, leave = 25.0, 27.5


_LEVELS: dict[str, type[RawLevel] | type[EnvelopeLevel]] = {
    "emg-raw": RawLevel,
    "emg-envelope": EnvelopeLevel,
    "pressure": PressureLevel,
}
