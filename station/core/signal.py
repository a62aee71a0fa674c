"""One channel's way from volts to %RVE, ten times a second.

    frames of any size -> a fixed grid of hops (0.1 s) -> filters -> level -> resting?
                           ^ lost samples keep their place: the time base stays true, the hop becomes invalid

The grid does not know how frames were cut, so the answer does not depend on it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from station.core.emg_power import BANDS, PARTS, Band, EmgPower, hop_samples
from station.core.level import LAG_PARTS, PART_S, Baseline, RunningPower
from station.core.quality import Watch
from station.core.yardstick import REST_RVE, SignalKind, Yardstick

Volts = npt.NDArray[Any]

# Filters are rebuilt when the measured rate has moved by this much (the ADS1115's clock is ±10 % off, and drifts).
RATE_STEP = 0.01
# A longer hole than this is not bridged: the filters start anew after it.
LONGEST_BRIDGE_S = 0.5
# After a long silence so many empty hops are said at most: enough to empty every window.
MOST_EMPTY_HOPS = 1200
# Rest ends 1 % above where it begins: the level is steady by itself, more would count light work as rest.
REST_POWER, LEAVE_POWER = REST_RVE**2, (1.01 * REST_RVE) ** 2


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
        state = self._watch.look(hop, self._level, span)
        valid = state == "ok" and level is not None and holes < 0.2
        if valid and self._watch.calm:
            self._level.learn()
        return Measured(
            end - self._level.lag_s,
            end,
            span,
            level if valid else None,
            valid and self._level.resting,
            state,
            self._watch.reason,
        )


class RawLevel:
    """Raw EMG: power in the band, averaged as long as it stays the same, rest power taken off, in %RVE."""

    lag_s = LAG_PARTS * PART_S

    def __init__(self, yardstick: Yardstick | None) -> None:
        self._yardstick = yardstick
        self._filter: EmgPower | None = None
        self._powers = RunningPower()
        self.resting = False
        self.hum = self.motion = self.power = 0.0
        if yardstick is not None:
            self._baseline = Baseline(yardstick.rest_power * yardstick.gain**2)
            self._scale = 1e4 / (yardstick.reference_power * yardstick.gain**2)

    def set_rate(self, rate: float, level: float) -> None:
        """Build the filters for this rate, or carry them over to it."""
        stick = self._yardstick
        if self._filter is not None:
            self._filter.rebuild(rate, level)
            return
        band = BANDS[0] if stick is None else Band(stick.highpass_hz, stick.emphasis)
        mains = 0.0 if stick is None else stick.mains_hz
        self._filter = EmgPower(rate, mains, band, level)

    def settle(self, level: float) -> None:
        """After a hole: as if the signal had always stood at `level`."""
        if self._filter is not None:
            self._filter.settle(level)
        self._powers.clear()

    def hop(self, volts: Volts) -> float | None:
        """The level after one more hop, %RVE; None without a yardstick."""
        assert self._filter is not None, "set_rate comes first"
        found = self._filter.hop(volts)
        parts = found.parts
        self.hum, self.motion = found.hum, found.motion
        self.power = sum(parts) / PARTS
        if self._yardstick is None:
            return None
        powers = self._powers
        powers.add(parts)
        rest = self._baseline.power
        # Whether it rests is asked for the middle of the tenth of a second that begins at the reading's moment.
        ahead = (powers.around(LAG_PARTS - 2) - rest) * self._scale
        self.resting = ahead < (LEAVE_POWER if self.resting else REST_POWER)
        return math.sqrt(max(0.0, (powers.around(LAG_PARTS) - rest) * self._scale))

    def learn(self) -> None:
        """The last second is to be believed: let the baseline follow it down."""
        self._baseline.see(self._powers.trailing(40))


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

    def learn(self) -> None:
        """Nothing to learn."""

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
