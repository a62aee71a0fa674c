"""How loud something is to an ear, and how high its true peak: ITU-R BS.1770-4, mono, 48 kHz, numpy only.

The two filters of the standard (a head's high shelf and a high-pass) are applied as a frequency response, so nothing
but an FFT is needed; the constants are those of BS.1770-4, tables 1 and 2, for 48 kHz.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.floating]

RATE = 48_000
_SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
_HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
_BLOCK, _HOP = int(0.4 * RATE), int(0.1 * RATE)
_ABSOLUTE_GATE, _RELATIVE_GATE = -70.0, -10.0


def k_weighted(samples: Samples) -> NDArray[np.float64]:
    """`samples` (n,) as the standard's ear hears them (n,)."""
    size = _quick(len(samples) + RATE // 2)  # room for the filters to ring out instead of wrapping around
    return np.fft.irfft(np.fft.rfft(samples, size) * _response(size), size)[: len(samples)]


def _quick(least: int) -> int:
    """A length from `least` up that an FFT likes: 2^k or 3 * 2^k (a prime length costs some ten times as much)."""
    two = 1 << max(1, (least - 1).bit_length())
    return two * 3 // 4 if two * 3 // 4 >= least else two


@lru_cache(maxsize=4)
def _response(size: int) -> NDArray[np.complex128]:
    """Both filters at the frequencies of a real FFT of `size` samples."""
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(size))
    both: NDArray[np.complex128] = np.ones_like(z)
    for above, below in (_SHELF, _HIGH_PASS):
        both *= np.polyval(above[::-1], z) / np.polyval(below[::-1], z)
    return both


def momentary(samples: Samples) -> NDArray[np.float64]:
    """LUFS of every 400 ms, 100 ms apart; shorter sounds are taken as 400 ms with silence around."""
    if len(samples) < _BLOCK:
        samples = np.pad(samples, (0, _BLOCK - len(samples)))
    power = np.concatenate(([0.0], np.cumsum(k_weighted(samples) ** 2)))
    starts = np.arange(0, len(samples) - _BLOCK + 1, _HOP)
    mean = (power[starts + _BLOCK] - power[starts]) / _BLOCK
    return _lufs(mean)


def integrated(samples: Samples) -> float:
    """LUFS of the whole, silences gated out; minus infinity for silence."""
    blocks = momentary(samples)
    loud = blocks[blocks > _ABSOLUTE_GATE]
    if not len(loud):
        return float("-inf")
    gate = _lufs(np.mean(_power(loud))) + _RELATIVE_GATE
    return float(_lufs(np.mean(_power(loud[loud > gate]))))


def true_peak(samples: Samples) -> float:
    """dBTP: the highest point of the curve through the samples, found at four times their rate."""
    if not len(samples):
        return float("-inf")
    size = _quick(len(samples) + RATE // 100)  # so that the end does not run into the beginning
    finer = np.fft.irfft(np.fft.rfft(np.asarray(samples, np.float32), size), size * 4) * 4  # single: twice as quick
    return float(20 * np.log10(max(np.max(np.abs(finer)), np.max(np.abs(samples)), 1e-9)))


def _lufs(power: np.floating | NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(-0.691 + 10 * np.log10(np.maximum(power, 1e-12)))


def _power(lufs: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(10 ** ((lufs + 0.691) / 10))
