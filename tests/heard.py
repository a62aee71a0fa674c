r"""What a finished mix sounds like, measured: where each sound is, how loud it all is, whether anything clicks.

A sentence, a bowl or a breath tone is found by correlating its file with the mix around the second at which it should
begin.  A seam is its first and last 5 ms; a click is a step between two neighbouring samples that no voice makes there.
What is left when every file is taken out of the mix again is the ambience, and whatever nobody asked for: a click in
the middle of a word, a piece that is missing, a sound played twice.

    mix        ~~~~~/VOICE\~~~~/VOICE\~~~|~~~         each file found, to the sample, and subtracted
    left       ~~~~~~~~~~~~~~~~~~~~~~~~~~~|~~~         the bed's quiet noise, and the click
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.fft import next_fast_len

import sounds
from sounds.loudness import RATE, integrated
from station.core.events import SessionStep
from station.outputs.audio.levels import fit

ON_TIME_S = 0.100
CLICK = 0.03
"""Of full scale, from one sample to the next.  Speech at this loudness reaches 0.1 within a word."""
PEAK = 10 ** (-2.5 / 20)
BAND_LUFS = (-24.0, -18.5)
"""A voice of -20 LUFS, with a bed under it and pacer tones beside it."""

_REACH_S = 0.5
_SEAM = round(0.005 * RATE)

Mix = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Played:
    """One file that should be in the mix: the second at which it should begin, and its length where it is cut."""

    path: Path
    at: float
    seconds: float = 0.0

    def samples(self) -> Mix:
        """What is to be found, of +-1."""
        read, rate = soundfile.read(self.path, always_2d=True)
        assert rate == RATE
        if not self.seconds:
            return read[:, 0]
        return fit(np.rint(read * 32768).astype(np.int16), self.seconds)[:, 0] / 32768


def sounding(step: SessionStep, at: float) -> list[Played]:
    """What one step of an exercise sounds at second `at`; the ambience has no beginning that could be found."""
    found = [Played(sounds.clip(step.technique, step.language, step.clip), at)] if step.clip else []
    if step.kind in ("breath_in", "breath_out", "sound"):
        found.append(Played(sounds.sound(step.sound), at, 0.0 if step.kind == "sound" else step.seconds))
    return found


@dataclass(frozen=True)
class Heard:
    """One mix: each sound's lateness in seconds, and the figures of the whole."""

    late: tuple[float, ...]
    lufs: float
    peak: float
    click: float
    left: float
    """The biggest step in what is left when all sounds are taken out."""

    def faults(self) -> list[str]:
        """What is not as agreed, in sentences; empty when all is."""
        faults = [f"sound {n + 1} is {late:+.3f} s off" for n, late in enumerate(self.late) if abs(late) > ON_TIME_S]
        if not BAND_LUFS[0] <= self.lufs <= BAND_LUFS[1]:
            faults.append(f"{self.lufs:.1f} LUFS is outside {BAND_LUFS}")
        if self.peak > PEAK:
            faults.append(f"a peak of {self.peak:.2f}")
        if self.click > CLICK:
            faults.append(f"a step of {self.click:.3f} at a seam")
        if self.left > CLICK:
            faults.append(f"a step of {self.left:.3f} that belongs to no sound")
        return faults


def listen(mix: Mix, expected: Sequence[Played]) -> Heard:
    """Measure `mix` (n,), one channel of +-1 at 48 kHz."""
    begins, left = take_out(mix, expected)
    late = tuple(found / RATE - each.at for found, each in zip(begins, expected, strict=True))
    around = np.pad(left, _SEAM)
    seams = [_step_at_the_ends(around, found, each.samples()) for found, each in zip(begins, expected, strict=True)]
    return Heard(late, integrated(mix), float(np.max(np.abs(mix))), max(seams, default=0.0), _step(left))


def take_out(mix: Mix, expected: Sequence[Played]) -> tuple[list[int], Mix]:
    """The sample at which each sound begins, and the mix without them.

    The loudest first: a bowl under a voice is found to the sample only when the voice is gone.
    """
    left, begins = np.array(mix, dtype=float), [0] * len(expected)
    all_samples = [each.samples() for each in expected]
    for n in sorted(range(len(expected)), key=lambda n: -float(np.mean(all_samples[n] ** 2))):
        begins[n] = find(left, all_samples[n], expected[n].at)
        room = left[begins[n] : begins[n] + len(all_samples[n])]
        room -= all_samples[n][: len(room)]
    return begins, left


def _step(sound: Mix) -> float:
    return float(np.max(np.abs(np.diff(sound)), initial=0.0))


def _step_at_the_ends(left: Mix, begins: int, sound: Mix) -> float:
    """The biggest step at either end of one sound, without the others there; `left` has a seam around it."""
    room = left[begins : begins + len(sound) + 2 * _SEAM]
    alone = room + np.pad(sound, _SEAM)[: len(room)]
    last = alone[-2 * _SEAM :] if len(room) == len(sound) + 2 * _SEAM else alone[:0]  # the mix may end before it
    return max(_step(alone[: 2 * _SEAM]), _step(last))


def find(mix: Mix, sound: Mix, at: float) -> int:
    """The sample at which `sound` begins in `mix`, within half a second of `at`."""
    start = max(0, round((at - _REACH_S) * RATE))
    window = mix[start : start + len(sound) + round(2 * _REACH_S * RATE)]
    size = int(next_fast_len(len(window) + len(sound), real=True))
    match = np.fft.irfft(np.fft.rfft(window, size) * np.conj(np.fft.rfft(sound, size)), size)
    return start + int(np.argmax(match[: round(2 * _REACH_S * RATE)]))
