"""What a finished mix sounds like, measured: where each sentence is, how loud it all is, whether a seam clicks.

A sentence is found by correlating its clip with the mix around the second at which it should begin.  A seam is the
first and the last 5 ms of a clip; a click is a step between two neighbouring samples that no voice makes there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

import sounds
from sounds.loudness import RATE, integrated

ON_TIME_S = 0.100
CLICK = 0.03
"""Of full scale, from one sample to the next.  Speech at this loudness reaches 0.1 within a word."""
PEAK = 10 ** (-2.5 / 20)
BAND_LUFS = (-24.0, -18.5)
"""A voice of -20 LUFS, with a bed under it and pacer tones beside it."""

_REACH_S = 0.5
_SEAM_S = 0.005

Mix = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Spoken:
    """One sentence that should be in the mix: its clip, and the second at which it should begin."""

    technique: str
    language: str
    clip: str
    at: float


@dataclass(frozen=True)
class Heard:
    """One mix: each sentence's lateness in seconds, and the figures of the whole."""

    late: tuple[float, ...]
    lufs: float
    peak: float
    click: float

    def faults(self) -> list[str]:
        """What is not as agreed, in sentences; empty when all is."""
        faults = [f"sentence {n + 1} is {late:+.3f} s off" for n, late in enumerate(self.late) if abs(late) > ON_TIME_S]
        if not BAND_LUFS[0] <= self.lufs <= BAND_LUFS[1]:
            faults.append(f"{self.lufs:.1f} LUFS is outside {BAND_LUFS}")
        if self.peak > PEAK:
            faults.append(f"a peak of {self.peak:.2f}")
        if self.click > CLICK:
            faults.append(f"a step of {self.click:.3f} at a seam")
        return faults


def listen(mix: Mix, expected: Iterable[Spoken]) -> Heard:
    """Measure `mix` (n,), one channel of +-1 at 48 kHz."""
    late, click = [], 0.0
    for each in expected:
        clip, rate = soundfile.read(sounds.clip(each.technique, each.language, each.clip))
        assert rate == RATE
        begins = _find(mix, clip, each.at)
        late.append(begins / RATE - each.at)
        for seam in (begins, begins + len(clip)):
            around = mix[max(0, seam - round(_SEAM_S * RATE)) : seam + round(_SEAM_S * RATE)]
            click = max(click, float(np.max(np.abs(np.diff(around)), initial=0.0)))
    return Heard(tuple(late), integrated(mix), float(np.max(np.abs(mix))), click)


def _find(mix: Mix, clip: Mix, at: float) -> int:
    """The sample at which `clip` begins in `mix`, within half a second of `at`."""
    start = max(0, round((at - _REACH_S) * RATE))
    window = mix[start : start + len(clip) + round(2 * _REACH_S * RATE)]
    size = len(window) + len(clip)
    match = np.fft.irfft(np.fft.rfft(window, size) * np.conj(np.fft.rfft(clip, size)), size)
    return start + int(np.argmax(match[: round(2 * _REACH_S * RATE)]))
