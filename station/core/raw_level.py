"""Raw EMG's level: power in the band, averaged as long as it stays the same, rest power taken off, in %RVE."""

from __future__ import annotations

import math
from typing import Any

import numpy.typing as npt

from station.core.emg_power import BANDS, PARTS, Band, EmgPower
from station.core.level import LAG_PARTS, PART_S, Baseline, RunningPower
from station.core.yardstick import REST_RVE, Yardstick

Volts = npt.NDArray[Any]

# Rest ends where it begins: the level is steady by itself, and hysteresis would count light work as rest.
REST_POWER = REST_RVE**2
# With a noisy sensor the threshold of rest is at least this part of the noise power: less cannot be told apart.
NOISE_PART = 0.3
# The newest tenth of a second denies a beginning load only when it is clearly below the threshold.
DENIED = 0.25
SECOND_PARTS = 40


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
            self._threshold = max(REST_POWER, NOISE_PART * yardstick.noise_rve_percent**2)
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

    def hop(self, volts: Volts, whole: bool = True) -> float | None:
        """The level after one more hop, %RVE; None without a yardstick.

        A hop that is not `whole` (samples lost and bridged) goes through the filters, but the muscle is taken to be as
        it was: a bridge is smooth and would look like rest.
        """
        assert self._filter is not None, "set_rate comes first"
        found = self._filter.hop(volts)
        parts = found.parts if whole else [self.power] * PARTS
        self.hum, self.motion = found.hum, found.motion
        self.power = sum(parts) / PARTS
        if self._yardstick is None:
            return None
        powers = self._powers
        powers.add(parts)
        rest, threshold = self._baseline.power, self._threshold
        # Whether it rests is asked for the middle of the tenth of a second that begins at the reading's moment.
        ahead = (powers.around(LAG_PARTS - 2, at_edge=True) - rest) * self._scale
        if self.resting:
            # A blip of one tenth of a second is not yet work: the newest tenth must agree.
            self.resting = ahead < threshold or (powers.trailing(PARTS) - rest) * self._scale < DENIED * threshold
        else:
            self.resting = ahead < threshold
        return math.sqrt(max(0.0, (powers.around(LAG_PARTS) - rest) * self._scale))

    def learn(self) -> None:
        """The last second is to be believed: let the baseline follow it down."""
        self._baseline.see(self._powers.trailing(SECOND_PARTS))
