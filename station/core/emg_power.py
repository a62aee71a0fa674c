"""From raw volts to power in the EMG band: one hop of 0.1 s, one matrix product.

    volts -> high-pass -> emphasis -> notches at mains x 1..7 -> power in four parts of 25 ms  (the muscle)
                                   \\-> projection on 50 and 60 Hz                              (hum)
    volts -> four means of 25 ms -> 0.8-12 Hz -> power                                         (motion of skin, cable)

High-pass, 4th order: 30 Hz take most of the heartbeat out of trunk EMG (Drake & Callaghan 2006, J Electromyogr
Kinesiol 16:175-187); 45 Hz take all of it, at the cost of some EMG.  Emphasis of high frequencies (1 - e z^-1) takes
the broad foot of slow drift, too, and flattens the spectrum, so that a window holds more independent values and
scatters less (Clancy, Morin & Merletti 2002, J Electromyogr Kinesiol 12:1-16 on whitening); but then it changes the
amplitude more which motor units work.  Which `Band` serves a wearer, a sensor and a day best is measured at the
calibration, not assumed.
"""

from __future__ import annotations

import cmath
import functools
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from station.core.filters import Array, Biquad, Cascade, butterworth, notch, steady_state

HOP_S = 0.1
PARTS = 4  # a hop's sub-blocks: 25 ms resolve a heartbeat's QRS or a key strike
NOTCH_WIDTH_HZ = 4.0  # mains wanders by 0.1 Hz and breathes; wide notches settle soon: 40 ms after a burst
HIGHEST_NOTCH = 0.47  # of the rate
MAINS_HZ = (50.0, 60.0)
# What no notch takes stands in the band beside the muscle, and counts for so many times what it has there: from 0.7 of
# the band's power on it is as much as the watch (`quality.HUM_OVER_EMG`) calls hum.  A muscle by itself has up to 0.51
# in the 10 Hz about the mains for three tenths of a second (four recorded muscles, 18 simulated).
UNNOTCHED = 3.6
MOTION_BAND_HZ = (0.8, 12.0)
# Where the muscle is all but silent and noise is as strong as anywhere: parts of the rate.  Two views, because the tone
# of a power supply, or a harmonic of the mains beyond the notches, is in one of them only.  Views of noise differ by
# chance; one that is larger by more counts for no more than this.
QUIET_VIEWS = ((0.38, 0.41), (0.455, 0.485))
EVEN = 1.2
_subtract, _square = np.subtract, np.square

Small = npt.NDArray[np.float32]
SMALL = np.float32


class Band(NamedTuple):
    """Which part of the spectrum is taken as the muscle's."""

    highpass_hz: float
    emphasis: float  # 0 none ... 1 a plain difference of neighbouring samples


WIDE = Band(30.0, 0.0)
# The calibration takes the one that serves best; without a reference it is the first.
BANDS = (Band(45.0, 0.0), WIDE, Band(45.0, 0.5), Band(45.0, 1.0))


class HopPower(NamedTuple):
    """What one hop of raw EMG holds; powers in V²."""

    parts: list[float]  # EMG band, per 25 ms
    hum: float  # the stronger of 50 and 60 Hz: at the pin, or UNNOTCHED times what no notch takes out of the band
    motion: float  # 0.8-12 Hz
    look: list[float]  # V: see `EmgPower.look`


class BlockFilter(NamedTuple):
    """The cascade of one rate and mains frequency, as a matrix over (state, samples)."""

    samples: int
    matrix: Array  # (n + N + 9, n + N): [new state; EMG band; cos, sin at 50, 60 Hz; low band; mean of the volts]
    edges: npt.NDArray[np.intp]  # (4,) first sample of each part
    settled: Array  # (n,) state after an endless input of 1 V


def gain_at(hz: float, rate: float, band: Band) -> float:
    """The power gain of high-pass and emphasis at `hz`: what is left there of a sine before the notches."""
    turn = cmath.exp(-2j * math.pi * hz / rate)
    gain = 1.0
    for b0, b1, b2, a1, a2 in butterworth(4, band.highpass_hz, rate, "highpass"):
        gain *= abs((b0 + b1 * turn + b2 * turn**2) / (1 + a1 * turn + a2 * turn**2)) ** 2
    return gain * abs(1 - band.emphasis * turn) ** 2


def hop_samples(rate: float) -> int:
    """Samples in a hop of about 0.1 s at `rate`."""
    return max(1, round(rate * HOP_S))


@functools.lru_cache(maxsize=32)
def block_filter(rate: float, mains_hz: float, band: Band) -> BlockFilter:
    """Build the block matrix for a measured `rate`; `mains_hz` 0 means without notches."""
    count = hop_samples(rate)
    high = [*butterworth(4, band.highpass_hz, rate, "highpass"), Biquad(1.0, -band.emphasis, 0.0, 0.0, 0.0)]
    notches: list[Biquad] = []
    if mains_hz:
        notches = [
            notch(k * mains_hz, NOTCH_WIDTH_HZ, rate) for k in range(1, 8) if k * mains_hz < HIGHEST_NOTCH * rate
        ]
    part_rate = rate * PARTS / count
    low = [
        *butterworth(2, MOTION_BAND_HZ[0], part_rate, "highpass"),
        *butterworth(2, MOTION_BAND_HZ[1], part_rate, "lowpass"),
    ]
    edges = np.array([round(k * count / PARTS) for k in range(PARTS)], dtype=np.intp)

    fast_sections = [*high, *notches]
    states = 2 * (len(fast_sections) + len(low))
    width = states + count
    identity = np.eye(width)
    samples = identity[states:]
    fast = Cascade(fast_sections, identity[: 2 * len(fast_sections)].copy())
    slow = Cascade(low, identity[2 * len(fast_sections) : states].copy())
    wave = np.exp(-2j * math.pi * np.outer(MAINS_HZ, np.arange(count)) / rate)
    shares = [UNNOTCHED if abs(hz - mains_hz) > NOTCH_WIDTH_HZ / 2 else 1 / gain_at(hz, rate, band) for hz in MAINS_HZ]
    wave *= math.sqrt(2) / count * np.sqrt(shares)[:, None]
    weights = np.vstack([wave[0].real, wave[0].imag, wave[1].real, wave[1].imag])
    after, motion, hum = [], [], np.zeros((4, width))
    for k in range(count):
        tapped, out = fast.step(samples[k], len(high))
        hum += np.outer(weights[:, k], tapped)
        after.append(out)
    for start, end in zip(edges, [*edges[1:], count], strict=True):
        motion.append(slow.step(samples[start:end].mean(axis=0), len(low))[1])
    mean = samples.mean(axis=0)
    matrix = np.vstack([fast.state, slow.state, after, hum, motion, mean])
    settled = np.concatenate([steady_state(fast_sections), steady_state(low)])
    return BlockFilter(count, matrix, edges, settled)


def _waves(found: BlockFilter) -> Small:
    """Cos and sin of the quiet frequencies, for what came out; scaled as `as_white` wants them.

    Each twice, with the first two sine tapers: independent of each other, and hardly touched by the muscle far below
    (Riedel & Sidorenko 1995, IEEE Trans Signal Process 43:188-195).
    """
    count, states = found.samples, len(found.settled)
    of_volts = found.matrix[states : states + count, states:]
    at, power = np.arange(count), np.sum(of_volts**2) / count
    tapers = [np.sin(math.pi * order * (at + 1) / (count + 1)) for order in (1, 2)]
    views = []
    for view in QUIET_VIEWS:
        turns = np.vstack([taper * np.exp(-2j * math.pi * np.outer(view, at)) for taper in tapers])
        waves = np.vstack([turns.real, turns.imag])
        views.append(waves * math.sqrt(power / np.sum((waves @ of_volts) ** 2)))
    return np.vstack(views).astype(SMALL)


def as_white(looks: Sequence[Sequence[float]]) -> float:
    """The power of the band, V², if all of it were as strong as these looks at its quiet part: white noise's own."""
    one, other = np.mean(np.square(looks), axis=0).reshape(len(QUIET_VIEWS), -1).sum(axis=1)
    return float(min((one + other) / 2, EVEN * one, EVEN * other))


def _small(matrix: Array) -> Small:
    """In 32 bits, and as its product is quickest: by columns, with zeros up to whole eights and fours."""
    rows, columns = matrix.shape
    small = np.zeros((-(-rows // 8) * 8, -(-columns // 4) * 4), SMALL, order="F")
    small[:rows, :columns] = matrix
    return small


def _shares(found: BlockFilter, length: int) -> Small:
    """What each square counts for: of what came out the mean of each part, the sum of cos and sin at 50 and at 60 Hz,
    and the mean of the low band; of the volts their mean; and the square of the mean."""
    count, edges, states = found.samples, found.edges, len(found.settled)
    shares = np.zeros((PARTS + 5, 2 * length), SMALL)
    out = shares[:, length + states :]
    for part, (start, end) in enumerate(zip(edges, [*edges[1:], count], strict=True)):
        out[part, start:end] = 1 / (end - start)
    out[PARTS, count : count + 2] = 1.0
    out[PARTS + 1, count + 2 : count + 4] = 1.0
    out[PARTS + 2, count + 4 : count + 8] = 1 / PARTS
    shares[PARTS + 3, states : states + count] = 1 / count
    out[PARTS + 4, count + 8] = 1.0
    return shares


class EmgPower:
    """The running filters of one raw EMG channel.

    Two halves of one buffer take turns: what one hop leaves in front is the state that the next one begins with.

        [ state | volts            ]   in one half, times the matrix, gives
        [ state'| EMG hum low mean ]   in the other, whose samples are then overwritten by the next volts

    A call of numpy costs as much as some thousand products of it, so one squares both halves and one sums them up.
    In 32 bits the product takes half the time.  For volts about zero they are as good as 64, so what the signal stands
    at is taken off first (`follow` it where it has wandered off).
    """

    def __init__(self, rate: float, mains_hz: float, band: Band, level: float) -> None:
        self.mains_hz = mains_hz
        self.band = band
        self._offset = np.array(0.0, SMALL)
        self._build(rate)
        self.settle(level)

    def _build(self, rate: float) -> None:
        self._filter = found = block_filter(rate, self.mains_hz, self.band)
        self.samples = count = found.samples  # in a hop
        matrix, states = _small(found.matrix), len(found.settled)
        length, width = matrix.shape
        self._both = both = np.zeros(2 * length, SMALL)
        one, other = both[:length], both[length:]
        shares = _shares(found, length)
        swapped = np.ascontiguousarray(np.roll(shares, length, axis=1))
        # (where the volts go, all that goes in, all that comes out, what each square counts for)
        volts = slice(states, states + count)
        self._turn = (one[volts], one[:width], other, shares.dot)
        self._next = (other[volts], other[:width], one, swapped.dot)
        self._states = states
        self._times = matrix.dot
        self._squares, self._powers = np.empty(2 * length, SMALL), np.empty(PARTS + 5, SMALL)
        self._listed = self._powers.tolist
        self._waved = _waves(found).dot

    @property
    def _state(self) -> Small:
        """What the last hop left for the next one."""
        return self._turn[1][: self._states]

    def settle(self, level: float) -> None:
        """Forget the past: as if the signal had stood at `level` volts for ever."""
        self._offset[...] = level
        self._state[:] = 0.0

    def follow(self, level: float) -> None:
        """Take off `level` volts from now on; what is measured stays the same."""
        before = float(self._offset)
        self._offset[...] = level
        self._state[:] -= self._filter.settled * (float(self._offset) - before)

    def rebuild(self, rate: float, level: float) -> None:
        """Take the filters for another rate; the part of the state that is not the standing level is carried over."""
        self.follow(level)
        swing = self._state.copy()
        self._build(rate)
        if swing.shape == self._state.shape:
            self._state[:] = swing

    def hop(self, volts: npt.NDArray[Any]) -> list[float]:
        """Filter exactly `samples` volts.

        In V²: the power of each part, hum at 50 and at 60 Hz (see HopPower), motion; and of the volts above the level
        that is taken off, the mean square and the square of their mean.
        """
        turn = self._turn
        self._turn, self._next = self._next, turn
        place, taken, out, share = turn
        _subtract(volts, self._offset, place)
        self._times(taken, out)
        _square(self._both, self._squares)
        share(self._squares, self._powers)
        return self._listed()

    def look(self) -> list[float]:
        """What the last hop has at the quiet frequencies, V: it still stands where the next volts will go."""
        told: list[float] = self._waved(self._turn[0]).tolist()
        return told


def powers_of(volts: npt.NDArray[Any], rate: float, mains_hz: float, band: Band) -> list[HopPower]:
    """Every whole hop of a recorded segment, filters settled on its first 0.1 s; the first second is left out."""
    count = hop_samples(rate)
    path = EmgPower(rate, mains_hz, band, float(np.mean(volts[:count])))
    hops = []
    for start in range(0, len(volts) - count + 1, count):
        *parts, at50, at60, motion, _, _ = path.hop(volts[start : start + count])
        hops.append(HopPower(parts, max(at50, at60), motion, path.look()))
    return hops[min(10, len(hops) // 2) :]
