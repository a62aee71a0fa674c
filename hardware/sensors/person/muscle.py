"""A patch of the upper trapezius under two electrodes, built from its motor units.

Muscle force is made by motor units, each firing on its own.  Small ones come first and fire steadily, large ones join
as the effort grows (Henneman's size principle), and what the electrodes see is the sum of one short wave per discharge:

    effort  ->  which units fire, how often  ->  one wave per discharge  ->  their sum, in microvolts
             recruitment, rate coding          travelling potential          surface EMG

At 2 %RVE a handful of units fires about ten times a second and the signal is sparse; at 100 %RVE the waves overlap into
noise.  A detector that is only tried on noise-like EMG fails on real low-level tension, which is why this is modelled.

*Truth.*  The amplitude of the sum is known in advance: by Campbell's theorem the power of independent trains is
`sum(rate_i * energy_i)`.  The model inverts this sum, so that an effort is asked for in %RVE (per cent of the amplitude
in the reference contraction, arms held out) and the expected root mean square comes out as asked.
Between the recruitment of one unit and the next the inverse is a step, as it is in the muscle; the drive's own
fluctuation carries it across.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RATE: Final = 2048  # Hz, internal; EMG on the skin ends at 400-500 Hz (Merletti & Parker 2004)
CONTROL_RATE: Final = 64  # Hz, how often the drive changes; voluntary drive is slower than 10 Hz
CHUNK_S: Final = 0.25
CHUNK: Final = int(RATE * CHUNK_S)
CONTROL_STEPS: Final = int(CONTROL_RATE * CHUNK_S)

UNITS: Final = 120  # those within the pick-up volume of one pair of electrodes; the whole muscle has several hundred
REFERENCE_UV: Final = 140.0  # rms at the skin with both arms held out at 90 degrees: 100 %RVE
REFERENCE_MVC_PERCENT: Final = 18.0  # arms held out take 15-20 % of the strongest contraction (Mathiassen 1995)

# Recruitment (Fuglevand, Winter & Patla 1993, doi 10.1152/jn.1993.70.6.2470): thresholds spread exponentially, so that
# most units are small; the widest muscles recruit until beyond half of their strength.
FIRST_THRESHOLD_MVC: Final = 0.15
THRESHOLD_RANGE: Final = 320.0
SIZE_RANGE: Final = 30.0  # largest over smallest wave; twitch force spreads about 100-fold, amplitude with its root
# Rate coding: units start at about 8 a second and earlier ones stay ahead of later ones ("onion skin").
FIRST_RATE: Final = 8.0
RATE_GAIN: Final = 0.75  # per second and %MVC
TOP_RATE_SMALL: Final = 26.0
TOP_RATE_LARGE: Final = 18.0
INTERVAL_CV: Final = 0.18  # coefficient of variation of the intervals in steady contractions: 0.1-0.3
SHORTEST_INTERVAL: Final = 0.35  # of the mean; two discharges never merge

WAVE_S: Final = 0.03125  # room for one travelling wave; fibres of 6-7 cm take 16 ms at 4 m/s
WAVE: Final = int(RATE * WAVE_S)
SHIFTS: Final = 4  # a discharge falls on quarters of a sample
MOST_DISCHARGES: Final = 12  # per unit and chunk: 26 a second for 0.25 s, and room for short intervals


def travelling_waves(rng: np.random.Generator, units: int = UNITS) -> Floats:
    """One surface wave per unit and sub-sample shift, shape (units, SHIFTS, WAVE); relative amplitude.

    Along a fibre the action potential is a source of three charges (plus, minus, plus; without net charge or net
    dipole), born at the end-plate, travelling both ways at the conduction velocity, and dying at the tendons.  Each
    charge is seen from the skin as 1 / distance; the amplifier sees the difference of two electrodes 20 mm apart.
    A unit is a few bundles of fibres with scattered end-plates and lengths.  Depth under the skin decides size
    and sharpness; radial distances count more than axial ones, as muscle conducts better along its fibres.
    """
    bundles = 8
    lead_m, tail_m = 0.0022, 0.0105  # where minus and last plus follow the front (Rosenfalck's wave is 10-15 mm long)
    charges = np.array([1 - lead_m / tail_m, -1.0, lead_m / tail_m])
    behind = np.array([0.0, lead_m, tail_m])
    shape = (units, bundles)
    depth = np.repeat(rng.uniform(0.0075, 0.016, (units, 1)), bundles, axis=1) * np.sqrt(5.0)
    plate = np.repeat(rng.uniform(-0.045, -0.022, (units, 1)), bundles, axis=1) + rng.normal(0, 0.003, shape)
    reach = rng.uniform(0.055, 0.075, shape)
    velocity = np.repeat(rng.normal(4.0, 0.25, (units, 1)), bundles, axis=1) * rng.normal(1, 0.02, shape)

    fine = np.arange(WAVE * SHIFTS) / (RATE * SHIFTS)
    wave = np.zeros((units, fine.size))
    for charge, lag in zip(charges, behind, strict=True):
        travelled = np.clip(velocity[..., None] * fine - lag, 0.0, reach[..., None])
        for direction in (1.0, -1.0):
            place = plate[..., None] + direction * travelled
            for electrode, sign in ((0.010, 1.0), (-0.010, -1.0)):
                wave += np.mean(sign * charge / np.hypot(depth[..., None], place - electrode), axis=1)
    wave -= wave.mean(axis=1, keepdims=True)  # the amplifier passes no constant
    size = np.exp(np.log(SIZE_RANGE) * np.arange(units) / (units - 1))
    wave *= (size * rng.lognormal(0, 0.25, units))[:, None]
    # Shift s starts s quarters of a sample late: it takes the fine wave from -s on.
    padded = np.concatenate((np.zeros((units, SHIFTS)), wave), axis=1)
    return np.stack([padded[:, SHIFTS - s : SHIFTS - s + wave.shape[1] : SHIFTS] for s in range(SHIFTS)], axis=1)


@lru_cache(maxsize=8)
def _waves(entropy: int, spawn_key: tuple[int, ...]) -> Floats:
    """The waves of the person with this seed: they take 50 ms to work out and are never changed."""
    return travelling_waves(np.random.default_rng(np.random.SeedSequence(entropy, spawn_key=spawn_key)))


def _name_of(seed: np.random.SeedSequence) -> tuple[int, tuple[int, ...]]:
    entropy = seed.entropy
    assert isinstance(entropy, int), "a person's seed is one number"
    return entropy, seed.spawn_key


class Muscle:
    """The motor units of one person.  `chunk` makes the next 0.25 s; the same seed makes the same muscle."""

    def __init__(self, seed: np.random.SeedSequence) -> None:
        anatomy, firing = seed.spawn(2)
        self._rng = np.random.default_rng(firing)
        self.thresholds: Floats = FIRST_THRESHOLD_MVC * np.exp(np.log(THRESHOLD_RANGE) * np.arange(UNITS) / (UNITS - 1))
        self._top: Floats = np.interp(self.thresholds, (0, 48), (TOP_RATE_SMALL, TOP_RATE_LARGE))
        waves = _waves(*_name_of(anatomy))
        self._energy = np.sum(waves[:, 0] ** 2, axis=1) / RATE
        efforts = np.geomspace(FIRST_THRESHOLD_MVC * 1.001, 100, 1600)
        amplitude = np.sqrt(self.rates(efforts).T @ self._energy)
        scale = REFERENCE_UV / float(np.interp(REFERENCE_MVC_PERCENT, efforts, amplitude))
        self._waves = waves * scale
        # At rest the drive stands a fifth below the first unit's threshold: five times its own fluctuation.
        self._efforts = np.concatenate(([0.8 * FIRST_THRESHOLD_MVC], efforts))
        self._percents = np.concatenate(([0.0], amplitude * scale / REFERENCE_UV * 100))
        self._to_next = self._rng.uniform(0.0, 1.0, UNITS)  # of an interval, until each unit's next discharge
        self._drive = 0.0  # slow fluctuation of the common drive
        self._tail: Floats = np.zeros(WAVE)

    def rates(self, efforts: Floats) -> Floats:
        """Discharges a second of each unit, shape (units, len(efforts)), at efforts in %MVC."""
        above = efforts[None, :] - self.thresholds[:, None]
        rates: Floats = np.where(above > 0, np.minimum(FIRST_RATE + RATE_GAIN * above, self._top[:, None]), 0.0)
        return rates

    def effort(self, rve_percent: Floats) -> Floats:
        """The effort in %MVC whose expected amplitude is `rve_percent`."""
        found: Floats = np.interp(rve_percent, self._percents, self._efforts)
        return found

    def chunk(self, rve_percent: Floats) -> Floats:
        """The next CHUNK samples in microvolts, for an activation at each of the CONTROL_STEPS steps."""
        unit, time_s = self._discharges(self.rates(self._fluctuating(self.effort(rve_percent))))
        out = np.zeros(CHUNK + WAVE)
        out[:WAVE] = self._tail
        if unit.size:
            ticks = (time_s * (RATE * SHIFTS)).astype(np.intp)
            start, shift = np.divmod(ticks, SHIFTS)
            places = start[:, None] + np.arange(WAVE)
            out += np.bincount(places.ravel(), weights=self._waves[unit, shift].ravel(), minlength=out.size)[: out.size]
        self._tail = out[CHUNK:].copy()
        return out[:CHUNK]

    def _fluctuating(self, effort: Floats) -> Floats:
        """All units share one drive that is never quite steady: about 4 % at 1-2 Hz (De Luca 1982)."""
        keep = np.exp(-1 / (CONTROL_RATE * 0.25))
        steps = self._rng.standard_normal(CONTROL_STEPS) * np.sqrt(1 - keep**2)
        noise = np.empty(CONTROL_STEPS)
        for i, step in enumerate(steps):
            self._drive = keep * self._drive + step
            noise[i] = self._drive
        shaken: Floats = effort * (1 + 0.04 * noise)
        return shaken

    def _discharges(self, rates: Floats) -> tuple[NDArray[np.intp], Floats]:
        """Which units fire in this chunk and when (seconds from its start).

        Each unit has a clock that runs at its rate; it fires whenever the clock passes the next of a row of irregular
        marks.  A unit that is no longer recruited keeps its clock where it stands.
        """
        clock = np.cumsum(rates, axis=1) / CONTROL_RATE
        clock = np.concatenate((np.zeros((UNITS, 1)), clock), axis=1)
        gaps = 1 + INTERVAL_CV * self._rng.standard_normal((UNITS, MOST_DISCHARGES))
        marks = np.cumsum(np.maximum(gaps, SHORTEST_INTERVAL), axis=1)
        marks = np.concatenate((np.zeros((UNITS, 1)), marks), axis=1) + self._to_next[:, None]
        fires = marks < clock[:, -1:]
        unit, which = np.nonzero(fires)
        self._to_next = marks[np.arange(UNITS), fires.sum(axis=1)] - clock[:, -1]
        mark = marks[unit, which]
        step = (clock[unit, 1:] <= mark[:, None]).sum(axis=1)
        into = (mark - clock[unit, step]) / rates[unit, step]
        return unit, step / CONTROL_RATE + into
