"""The load now, for the ear and the eye: fifty times a second, 70 ms late, and no more exact than a tone needs.

    frames ─► blocks of 20 ms ─► the yardstick's own band and notches ─► power ─► second lowest of the last five ─► %RVE

The tension measures wait a quarter of a second to be right about rest (`level.py`); a person who lets go must hear it
at once.  Of five blocks the second lowest is taken: letting go shows after two of them, and the three that a heartbeat
or a key strike takes pass unheard.  Steady loads are told a sixth too low.  Runs only while somebody listens.
"""

from __future__ import annotations

import functools
import math
from collections import deque
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from station.core.emg_power import HIGHEST_NOTCH, NOTCH_WIDTH_HZ, Band
from station.core.filters import Array, Biquad, Cascade, butterworth, notch, steady_state
from station.core.yardstick import Yardstick

BLOCK_S = 0.02
BLOCKS, LOWEST = 5, 2
# Filters are rebuilt when the measured rate has moved by this much (as in the signal path).
RATE_STEP = 0.01


class _Filter(NamedTuple):
    """The cascade over one block, as a matrix over (samples, state): outputs, then the new state."""

    samples: int
    matrix: Array
    settled: Array  # state after an endless input of 1 V


@functools.lru_cache(maxsize=8)
def block_filter(rate: float, mains_hz: float, band: Band) -> _Filter:
    """The band of a yardstick at `rate`, for blocks of 20 ms; `mains_hz` 0 means without notches."""
    count = max(1, round(rate * BLOCK_S))
    sections = [*butterworth(4, band.highpass_hz, rate, "highpass"), Biquad(1.0, -band.emphasis, 0.0, 0.0, 0.0)]
    if mains_hz:
        sections += [
            notch(k * mains_hz, NOTCH_WIDTH_HZ, rate) for k in range(1, 8) if k * mains_hz < HIGHEST_NOTCH * rate
        ]
    identity = np.eye(count + 2 * len(sections))
    cascade = Cascade(sections, identity[count:].copy())
    rows = [cascade.step(identity[k], 0)[1] for k in range(count)]
    return _Filter(count, np.vstack([*rows, cascade.state]), steady_state(sections))


class QuickLevel:
    """One channel's load, block by block."""

    def __init__(self, yardstick: Yardstick) -> None:
        self.yardstick = yardstick
        self._raw = yardstick.signal == "emg-raw"
        gain = yardstick.gain
        if self._raw:
            self._zero = yardstick.rest_power * gain**2
            self._scale = 1e4 / (yardstick.reference_power * gain**2)
        else:
            self._zero = yardstick.rest_level
            self._scale = 100 / ((yardstick.reference_level - yardstick.rest_level) * gain)
        self._rate = 0.0
        self._samples = 1
        self._filter: _Filter | None = None
        self._state: Array = np.empty(0)
        self._rest: npt.NDArray[Any] = np.empty(0)
        self._blocks: deque[float] = deque(maxlen=BLOCKS)

    def push(self, volts: npt.NDArray[Any], rate: float) -> float | None:
        """Take `volts` (1-D, in order of conversion); the load in %RVE, or None while no block is complete.

        Raw EMG sampled too slowly for the yardstick's band has no load at all.
        """
        if self._raw and rate <= 2 * self.yardstick.highpass_hz:
            return None
        if abs(rate - self._rate) > RATE_STEP * self._rate:
            self._set_rate(rate, float(np.mean(volts)))
        volts = np.concatenate((self._rest, volts))
        whole = len(volts) // self._samples * self._samples
        for at in range(0, whole, self._samples):
            self._blocks.append(self._measure(volts[at : at + self._samples]))
        self._rest = volts[whole:]
        if not self._blocks:
            return None
        low = sorted(self._blocks)[:LOWEST][-1]
        above = max(0.0, (low - self._zero) * self._scale)
        return math.sqrt(above) if self._raw else above

    def _set_rate(self, rate: float, level: float) -> None:
        self._rate, self._rest = rate, np.empty(0)
        self._samples = max(1, round(rate * BLOCK_S))
        if self._raw:
            stick = self.yardstick
            self._filter = block_filter(rate, stick.mains_hz, Band(stick.highpass_hz, stick.emphasis))
            self._state = self._filter.settled * level

    def _measure(self, block: npt.NDArray[Any]) -> float:
        if self._filter is None:
            return float(np.mean(block))
        out = self._filter.matrix @ np.concatenate((block, self._state))
        self._state = out[self._samples :]
        band = out[: self._samples]
        return float(np.mean(band * band))
