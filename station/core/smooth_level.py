"""The level of sensors that smooth by themselves: an envelope sensor in %RVE, a pressure pad in % of fully raised."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from station.core.yardstick import REST_RVE, Yardstick

Volts = npt.NDArray[Any]

# %RVE: the part of a smoothed sensor's rest level that is noise and not offset (front ends: 1 to 1.5).
USUAL_NOISE_RVE = 1.2
# Rectified mean -> rms for sparse motor units: 1 + a / (b + level); 11 % at 5 %RVE, 4 % at 20.  Measured on simulated
# motor-unit EMG (48 units, rates 7-28 Hz, sizes 1:12); a dense reference has next to none of it.
FEW_UNITS = (1.15, 5.0)
# A pad: % of the way to fully raised; rest is below the first, and ends above the second.
REST_RAISED, LEAVE_RAISED = 25.0, 27.5


class EnvelopeLevel:
    """A rectified, smoothed sensor (MyoWare ENV): the mean of a hop, in %RVE of rms amplitude.

    The sensor's own noise adds in squares: it hides a small load in the rest level, so it is taken off in squares.
    And few motor units are spiky: their rectified mean is lower than the rms that a reference of many units promises.
    """

    # The sensor's smoothing (about 0.12 s), half a hop, and one hop for the median of three.
    lag_s = 0.25
    hum = motion = power = variance = aside = 0.0

    def __init__(self, yardstick: Yardstick | None) -> None:
        self._yardstick = yardstick
        self.resting = False
        if yardstick is not None:
            span = (yardstick.reference_level - yardstick.rest_level) * yardstick.gain
            self._rest = yardstick.rest_level
            self._scale = 100 / span
            self._noise = min(USUAL_NOISE_RVE, 100 * max(yardstick.rest_level, 0.0) / span)
            self._threshold = max(REST_RVE, self._load(yardstick.rest_top))
            self._newest = self._before = yardstick.rest_level

    def set_rate(self, rate: float, level: float) -> None:
        """Nothing to build."""

    def settle(self, level: float) -> None:
        """After a hole: as if the signal had always stood at `level`."""
        self._newest = self._before = level

    def learn(self, now: float) -> None:
        """Nothing to learn."""

    def _load(self, volts: float) -> float:
        above = max(0.0, (volts - self._rest) * self._scale)
        smooth = math.sqrt(above * (above + 2 * self._noise))
        return smooth * (1 + FEW_UNITS[0] / (FEW_UNITS[1] + smooth))

    def hop(self, volts: Volts, whole: bool = True) -> float | None:
        """The level of the hop before this one, %RVE; None without a yardstick."""
        if self._yardstick is None:
            return None
        oldest, self._before, self._newest = self._before, self._newest, float(np.mean(volts))
        # The middle of three tenths of a second: one alone, up or down, is a heartbeat or a key.
        middle = max(min(oldest, self._before), min(max(oldest, self._before), self._newest))
        rve = self._load(middle)
        self.resting = rve < self._threshold
        return rve


class PressureLevel:
    """A pressure pad: the part of the way from relaxed to raised, in %; which way the volts go does not matter."""

    lag_s = 0.05
    hum = motion = power = variance = aside = 0.0

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

    def learn(self, now: float) -> None:
        """Nothing to learn."""

    def hop(self, volts: Volts, whole: bool = True) -> float | None:
        """The share of the way, %; None without a yardstick."""
        if self._yardstick is None:
            return None
        share = max(0.0, (float(np.mean(volts)) - self._rest) * self._scale)
        self.resting = share < (LEAVE_RAISED if self.resting else REST_RAISED)
        return share
