"""Everything the electrodes pick up that is not the muscle, in microvolts at the skin.

    heartbeat    every 0.8 s, up to 60 µV across the neck: strongest below 30 Hz
    mains        50 or 60 Hz with harmonics, coupled in by lamps and cables; grows when an electrode dries
    motion       the cable swings, the skin stretches: 1-10 Hz; electrodes pop: a step that decays
    keys         each strike shakes the arm: a short 12-25 Hz ringing
    noise        the amplifier's own, and the electrode's slow wandering

Each source draws from its own random stream, so that switching one on does not change another.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hardware.sensors.person.muscle import CHUNK, CHUNK_S, CONTROL_STEPS, RATE, Floats

WITHIN: Final = np.arange(CHUNK) / RATE  # seconds since the chunk began
CONTROL_WITHIN: Final = (np.arange(CONTROL_STEPS + 1)) * CHUNK_S / CONTROL_STEPS


class Heart:
    """Beats with breathing and chance in their rhythm; the wave is P, Q, R, S and T as bells."""

    # seconds after R, width (standard deviation) in s, height relative to R: the usual times of an adult's ECG
    BELLS: Final = np.array(
        [(-0.16, 0.022, 0.09), (-0.024, 0.008, -0.10), (0.0, 0.010, 1.0), (0.026, 0.010, -0.22), (0.27, 0.045, 0.18)]
    )

    def __init__(self, seed: np.random.SeedSequence, peak_uv: float) -> None:
        self._rng = np.random.default_rng(seed)
        self.peak_uv = peak_uv
        self.per_minute = float(self._rng.uniform(62, 82))
        self._beats = [float(self._rng.uniform(0, 0.8))]

    def chunk(self, t: float) -> Floats:
        """The chunk that begins at second `t`."""
        while self._beats[-1] < t + CHUNK_S + 0.3:  # a beat announces itself by its P wave
            last = self._beats[-1]
            breathing = 1 + 0.035 * math.sin(2 * math.pi * 0.25 * last)
            self._beats.append(last + 60 / self.per_minute * breathing + 0.012 * float(self._rng.standard_normal()))
        while self._beats[0] < t - 0.5:
            del self._beats[0]
        out = np.zeros(CHUNK)
        for beat in self._beats:
            for at, width, height in self.BELLS:
                centre = beat + at - t
                if -4 * width < centre < CHUNK_S + 4 * width:
                    out += self.peak_uv * height * np.exp(-0.5 * ((WITHIN - centre) / width) ** 2)
        return out


class Mains:
    """Hum of unit rms; the grid's frequency wanders by some hundredths of a hertz, its strength with the cables."""

    HARMONICS: Final = ((1, 1.0), (2, 0.06), (3, 0.28), (5, 0.14), (7, 0.05))

    def __init__(self, seed: np.random.SeedSequence, hertz: float) -> None:
        self._rng = np.random.default_rng(seed)
        self.hertz = hertz
        self._offsets = self._rng.uniform(0, 2 * math.pi, len(self.HARMONICS))
        self._phase = 0.0
        self._wander = 0.0
        self._norm = math.sqrt(sum(a * a for _, a in self.HARMONICS) / 2)

    def chunk(self, t: float) -> Floats:
        """The chunk that begins at second `t`."""
        self._wander = 0.995 * self._wander + 0.002 * float(self._rng.standard_normal())
        hertz = self.hertz + self._wander
        phases = self._phase + 2 * math.pi * hertz * WITHIN
        self._phase = math.fmod(self._phase + 2 * math.pi * hertz * CHUNK_S, 2 * math.pi)
        out = np.zeros(CHUNK)
        for (order, amplitude), offset in zip(self.HARMONICS, self._offsets, strict=True):
            out += amplitude * np.sin(order * phases + offset)
        out *= (1 + 0.2 * math.sin(t / 4.1)) / self._norm
        return out


# Seconds after which the longest of each kind has died away (below 1/100).
LASTS_S: Final = {"swing": 1.8, "pop": 1.5, "key": 0.15}


class Shaking:
    """Short things that happen: motion artefacts, electrode pops, key strikes."""

    def __init__(self, seed: np.random.SeedSequence) -> None:
        self._rng = np.random.default_rng(seed)
        self._running: list[tuple[float, str, tuple[float, ...]]] = []  # (start, kind, numbers)

    def chunk(self, t: float, bumps_per_minute: float, keys_per_s: float) -> Floats:
        """The chunk that begins at second `t`."""
        for start in t + CHUNK_S * self._rng.random(self._rng.poisson(bumps_per_minute * CHUNK_S / 60)):
            self._running.append((float(start), "swing", self._swing()))
            if self._rng.random() < 0.3:
                self._running.append((float(start), "pop", (float(self._rng.normal(0, 200)), 0.3)))
        for start in t + CHUNK_S * self._rng.random(self._rng.poisson(keys_per_s * CHUNK_S)):
            strike = (float(self._rng.uniform(4, 16)), float(self._rng.uniform(12, 25)), 0.03)
            self._running.append((float(start), "key", strike))
        out = np.zeros(CHUNK)
        self._running = [thing for thing in self._running if t - thing[0] < LASTS_S[thing[1]]]
        for start, kind, numbers in self._running:
            out += _shape(kind, WITHIN + (t - start), numbers)
        return out

    def _swing(self) -> tuple[float, ...]:
        """Size in µV, hertz, length and phase of one swing of cable and skin."""
        draw = self._rng.uniform
        return float(draw(100, 500)), float(draw(1, 8)), float(draw(0.3, 1.8)), float(draw(0, 2 * math.pi))


def _shape(kind: str, since: Floats, numbers: tuple[float, ...]) -> Floats:
    """The wave of one short event, `since` seconds after it began."""
    after = np.maximum(since, 0.0)
    if kind == "swing":
        size, hertz, length, phase = numbers
        bell = np.where((since >= 0) & (since <= length), np.sin(math.pi * after / length) ** 2, 0.0)
        return np.asarray(size * bell * np.sin(2 * math.pi * hertz * after + phase))
    if kind == "pop":
        size, decay = numbers
        return np.where(since >= 0, size * np.exp(-after / decay), 0.0)
    size, hertz, decay = numbers
    return np.where(since >= 0, size * np.exp(-after / decay) * np.sin(2 * math.pi * hertz * after), 0.0)


class Wander:
    """A value that drifts around 0 with unit rms and forgets itself within `time_s`: sampled per control step."""

    def __init__(self, seed: np.random.SeedSequence, time_s: float) -> None:
        self._rng = np.random.default_rng(seed)
        self._keep = math.exp(-CHUNK_S / CONTROL_STEPS / time_s)
        self._kick = math.sqrt(1 - self._keep**2)
        self._value = float(self._rng.standard_normal())

    def chunk(self) -> NDArray[np.float64]:
        """The next CONTROL_STEPS + 1 values; the last is the first of the following chunk."""
        out = np.empty(CONTROL_STEPS + 1)
        out[0] = self._value
        for i, kick in enumerate(self._rng.standard_normal(CONTROL_STEPS)):
            self._value = self._keep * self._value + self._kick * kick
            out[i + 1] = self._value
        return out


def fine(control: Floats) -> Floats:
    """CONTROL_STEPS + 1 values spread over the chunk's samples."""
    spread: Floats = np.interp(WITHIN, CONTROL_WITHIN, control)
    return spread
