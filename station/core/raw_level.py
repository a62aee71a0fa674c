"""Raw EMG's level: power in the band, averaged as long as it stays the same, rest power taken off, in %RVE."""

from __future__ import annotations

from math import inf, sqrt
from typing import Any

import numpy.typing as npt

from station.core.emg_power import BANDS, PARTS, Band, EmgPower
from station.core.level import LAG_PARTS, PART_S, Baseline, RunningPower
from station.core.noise_floor import LOOK_S, NoiseFloor, tellable
from station.core.quality import SUPPLY_V
from station.core.yardstick import REST_RVE, Yardstick

Volts = npt.NDArray[Any]

# Rest ends where it begins: the level is steady by itself, and hysteresis would count light work as rest.
# The reference is uncertain by 3 to 5 %; half of that is given away, so that an unlucky calibration does not turn
# light, unbroken work into rest.  Real rest lies near zero and does not mind; giving all away would miss light gaps.
REST_POWER = (0.975 * REST_RVE) ** 2
# With a noisy sensor the threshold of rest is at least this part of the noise power: less cannot be told apart.
NOISE_PART = 0.3
# The filters are told of another standing level when it has wandered so far, V: their 32 bits are for small numbers,
# and say the variance of the volts to this part of their mean square.
NEAR_V, ROUNDING = 0.05, 4e-6
NEAR, CERTAIN = NEAR_V**2, 1 - ROUNDING
# The newest tenth of a second denies a beginning load only when it is clearly below the threshold.
DENIED = 0.25


class RawLevel:
    """Raw EMG: power in the band, averaged as long as it stays the same, rest power taken off, in %RVE."""

    lag_s = LAG_PARTS * PART_S

    def __init__(self, yardstick: Yardstick | None) -> None:
        self._yardstick = yardstick
        self._filter: EmgPower | None = None
        self._powers = RunningPower()
        self._second = 0.0  # V²: the mean power of the last one
        self.resting = False
        self.hum = self.motion = self.power = self.variance = self.aside = 0.0
        if yardstick is not None:
            self._baseline = Baseline(yardstick.rest_power * yardstick.gain**2)
            self._scale = 1e4 / (yardstick.reference_power * yardstick.gain**2)
            self._noise_scale = NOISE_PART * self._scale
            self._threshold = max(REST_POWER, self._noise_scale * self._baseline.power)
            self._floor = NoiseFloor(self._baseline.power, 1e4 / self._scale, yardstick.white_share)
            self._look_at = inf

    def set_rate(self, rate: float, level: float) -> None:
        """Build the filters for this rate, or carry them over to it."""
        stick = self._yardstick
        self._stand(level)
        if stick is not None:
            self._look_at = -inf if tellable(stick.white_share, rate, stick.rate) else inf
        if self._filter is not None:
            self._filter.rebuild(rate, level)
            return
        band = BANDS[0] if stick is None else Band(stick.highpass_hz, stick.emphasis)
        mains = 0.0 if stick is None else stick.mains_hz
        self._filter = EmgPower(rate, mains, band, level)

    def settle(self, level: float) -> None:
        """After a hole: as if the signal had always stood at `level`."""
        assert self._filter is not None, "set_rate comes first"
        self._filter.settle(level)
        self._stand(level)
        self._powers.clear()

    def _stand(self, level: float) -> None:
        self.aside = (abs(level - SUPPLY_V / 2) + NEAR_V) ** 2

    def hop(self, volts: Volts, whole: bool = True) -> float | None:
        """The level after one more hop, %RVE; None without a yardstick.

        A hop that is not `whole` (samples lost and bridged) goes through the filters, but the muscle is taken to be as
        it was: a bridge is smooth and would look like rest.
        """
        found = self._filter
        assert found is not None, "set_rate comes first"
        p1, p2, p3, p4, at50, at60, self.motion, square, of_mean = found.hop(volts)
        self.variance = CERTAIN * square - of_mean
        if of_mean > NEAR:
            level = float(volts.mean())
            found.follow(level)
            self._stand(level)
        self.hum = at50 if at50 > at60 else at60
        if not whole:
            p1 = p2 = p3 = p4 = self.power
        self.power = power = (p1 + p2 + p3 + p4) / PARTS
        if self._yardstick is None:
            return None
        mean, quieter, self._second = self._powers.add(p1, p2, p3, p4)
        rest, threshold, scale = self._baseline.power, self._threshold, self._scale
        resting = (quieter - rest) * scale < threshold
        if not resting and self.resting:
            # A blip of one tenth of a second is not yet work: the newest tenth must agree.
            resting = (power - rest) * scale < DENIED * threshold
        self.resting = resting
        above = (mean - rest) * scale
        if resting and above > REST_POWER:
            above = REST_POWER  # at an edge, or in noise: what rests is not said to be more than rest
        return sqrt(above) if above > 0 else 0.0

    def learn(self, now: float) -> None:
        """The last second is to be believed: let the baseline follow it down, or the sensor's noise up."""
        baseline, second = self._baseline, self._second
        if now >= self._look_at:
            self._look_at = now + LOOK_S
            self._look(second)
        if second < baseline.restlike:
            baseline.see(second)
            # A sensor that was noisier when it was calibrated does not raise today's limit.
            noise = self._noise_scale * baseline.power
            self._threshold = noise if noise > REST_POWER else REST_POWER

    def _look(self, second: float) -> None:
        """Now and then: has the sensor grown noisier?"""
        assert self._filter is not None, "set_rate comes first"
        baseline = self._baseline
        ceiling = self._floor.see(second, self._filter.look())
        if ceiling is not None and ceiling != baseline.ceiling:
            baseline.allow(ceiling)
            self._threshold = max(REST_POWER, self._noise_scale * baseline.power)
