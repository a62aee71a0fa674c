"""What three kinds of sensor board make of the person, in volts at the ADC's pins.

    pin 0   raw EMG        amplified 1000 times around half the supply (1.65 V)
    pin 1   pressure       a force-sensing resistor in a shoulder strap; a raised shoulder lifts off it
    pin 2   EMG envelope   rectified and smoothed on the board, from 0 V upwards (MyoWare ENV and its kin)
    pin 3   half supply    1.65 V, quiet: something to hold a differential measurement against

All four exist at once, as on a well-wired desk; a driver picks the pin it wants.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from hardware.sensors.person.body import WITHIN, Wander, fine
from hardware.sensors.person.muscle import CHUNK, CHUNK_S, CONTROL_RATE, CONTROL_STEPS, RATE, REFERENCE_UV, Floats

PIN_OF_VIEW: Final = {"emg-raw": 0, "pressure": 1, "emg-envelope": 2}
PINS: Final = 4

SUPPLY_V: Final = 3.3
MIDDLE_V: Final = SUPPLY_V / 2
RAIL_GAP_V: Final = 0.004  # a rail-to-rail amplifier ends a few millivolts before its supply
GAIN: Final = 1000.0

DRY_AFTER_S: Final = 45.0  # in the model; a gel electrode takes hours
STORM_UV: Final = 60.0  # rms of the mains storm: a lamp's transformer beside the cable


@dataclass(frozen=True, slots=True)
class Skin:
    """What reaches the electrodes in one chunk, microvolts, CHUNK samples each (mains: of unit rms)."""

    muscle: Floats
    heart: Floats
    shaking: Floats
    mains: Floats


class Electrodes:
    """Two electrodes, their contact, and the amplifier behind them."""

    def __init__(self, seed: np.random.SeedSequence, noise_uv: float, hum_uv: float) -> None:
        white, slow = seed.spawn(2)
        self._rng = np.random.default_rng(white)
        self._slow = Wander(slow, 4.0)
        self.noise_uv = noise_uv
        self.hum_uv = hum_uv
        self._dry = 0.0

    def chunk(self, skin: Skin, fault: str) -> Floats:
        """Volts at the amplifier's output; `fault` is one of `habits.FAULTS` or empty."""
        noise = self._rng.standard_normal(CHUNK)
        slow = fine(self._slow.chunk())
        self._dry = min(1.0, self._dry + CHUNK_S / DRY_AFTER_S) if fault == "drying" else 0.0
        if fault == "rail":
            return np.full(CHUNK, SUPPLY_V - RAIL_GAP_V) + 2e-4 * noise
        if fault == "flat":  # the cable hangs on the board, unplugged at the amplifier
            return np.full(CHUNK, MIDDLE_V) + 1e-4 * noise
        if fault == "off":  # an open input is an aerial: the mains drives the amplifier from rail to rail
            return _within_rails(MIDDLE_V + 1.3 * skin.mains + 0.15 * noise)
        dry = self._dry
        hum = self.hum_uv * (1 + 14 * dry) + (STORM_UV if fault == "hum" else 0.0)
        microvolts = (
            skin.muscle * (1 - 0.5 * dry)
            + skin.heart * (1 - 0.4 * dry)
            + skin.shaking * (1 + 2 * dry)
            + skin.mains * hum
            + noise * self.noise_uv * (1 + 6 * dry)
            + slow * 15.0 * (1 + 4 * dry)
        )
        return _within_rails(MIDDLE_V + GAIN * 1e-6 * microvolts)


class EnvelopeBoard:
    """Rectifies the amplified signal and smooths it (3.6 Hz, the MyoWare 2.0's figure)."""

    SMOOTHING_S: Final = 1 / (2 * math.pi * 3.6)
    REFERENCE_V: Final = 0.6  # output at 100 %RVE; its gain is set so with a screwdriver
    OFFSET_V: Final = 0.03
    BLOCK: Final = RATE // CONTROL_RATE

    def __init__(self, seed: np.random.SeedSequence) -> None:
        self._rng = np.random.default_rng(seed)
        self._value = 0.0
        mean_v = REFERENCE_UV * 1e-6 * GAIN * math.sqrt(2 / math.pi)  # of the rectified reference, for normal noise
        self._gain = self.REFERENCE_V / mean_v

    def chunk(self, raw_volts: Floats) -> Floats:
        """The envelope of a chunk of amplified signal."""
        blocks = raw_volts.reshape(CONTROL_STEPS, self.BLOCK)
        # Taking the mean off each 16 ms removes what is slow: the board's own high-pass, roughly.
        rectified = np.abs(blocks - blocks.mean(axis=1, keepdims=True)).mean(axis=1)
        follow = 1 - math.exp(-1 / (CONTROL_RATE * self.SMOOTHING_S))
        out = np.empty(CONTROL_STEPS + 1)
        out[0] = self._value
        for i, value in enumerate(rectified):
            self._value += follow * (float(value) - self._value)
            out[i + 1] = self._value
        volts = self.OFFSET_V + self._gain * fine(out) + 0.002 * self._rng.standard_normal(CHUNK)
        return np.clip(volts, 0.0, SUPPLY_V - RAIL_GAP_V)


class PressurePad:
    """A force-sensing resistor and 2.2 kΩ to ground: volts = supply x R / (R + 1 / (k x force))."""

    RESISTOR: Final = 2200.0  # ohms
    SIEMENS_PER_NEWTON: Final = 4e-5  # FSR 402: about 2.5 kΩ at 10 N
    RELAXED_N: Final = 12.0
    RAISED_N: Final = 3.5
    EMPTY_N: Final = 0.1

    def __init__(self, seed: np.random.SeedSequence) -> None:
        white, slow = seed.spawn(2)
        self._rng = np.random.default_rng(white)
        self._fidget = Wander(slow, 6.0)

    def chunk(self, t: float, raised: Floats, keys_per_s: float, present: bool, fault: str) -> Floats:
        """Volts of the chunk that begins at second `t`; `raised` is 0..1 at each control step."""
        noise = self._rng.standard_normal(CHUNK)
        fidget = fine(self._fidget.chunk())
        if fault in ("off", "flat"):
            return np.clip(1e-3 * noise, 0.0, None)
        if fault == "rail":
            return np.full(CHUNK, SUPPLY_V - RAIL_GAP_V)
        up = fine(np.concatenate((raised[:1], raised)))
        breathing = 0.03 * np.sin(2 * math.pi * 0.25 * (t + WITHIN))
        creep = 0.05 * (1 - math.exp(-t / 900))  # foam gives way over a quarter of an hour
        force = (self.RELAXED_N + (self.RAISED_N - self.RELAXED_N) * up) * (1 + breathing + 0.025 * fidget - creep)
        if not present:
            force = np.full(CHUNK, self.EMPTY_N)
        force = np.maximum(force + 0.02 * math.sqrt(keys_per_s) * noise, 0.02)
        ratio = self.RESISTOR * self.SIEMENS_PER_NEWTON * force
        volts: Floats = SUPPLY_V * ratio / (1 + ratio) + 3e-3 * noise
        return np.clip(volts, 0.0, SUPPLY_V)


def _within_rails(volts: Floats) -> Floats:
    return np.clip(volts, RAIL_GAP_V, SUPPLY_V - RAIL_GAP_V)
