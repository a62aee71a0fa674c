"""A recording that still grows: which of our sounds is in it, where, how loud, and when that was."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

RATE = 48_000
HEADER = 44
FRAME = 4  # two channels of 16 bits

Samples = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Found:
    """A sound that was looked for, at the place where it fits best."""

    second: float
    """Where it begins in the recording."""
    likeness: float
    """1: the same to the sample but for its loudness; 0: nothing of it."""
    gain: float
    at: float
    """When that was, on the clock of this process (late by what the recorder holds back, some 20 ms)."""


class Recording:
    """`sound.wav` while it is written."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def seconds(self) -> float:
        """How long it is by now."""
        return max(0, self._file.stat().st_size - HEADER) / FRAME / RATE if self._file.exists() else 0.0

    def left(self, since: float = 0.0) -> Samples:
        """Its left channel from second `since` on, ±1."""
        with self._file.open("rb") as file:
            file.seek(HEADER + FRAME * round(since * RATE))
            data = file.read()
        frames = np.frombuffer(data[: len(data) // FRAME * FRAME], "<i2").reshape(-1, 2)
        return frames[:, 0].astype(np.float64) / 32768

    def loudest(self) -> float:
        """Its loudest sample, 0..1."""
        return float(np.max(np.abs(self.left()), initial=0.0)) if self.seconds() else 0.0

    def silent(self, begin: float, end: float) -> bool:
        """Is nothing at all heard between these seconds?"""
        return not np.any(self.left(begin)[: round((end - begin) * RATE)])

    def find(self, sound: Path, since: float = 0.0) -> Found | None:
        """Where `sound` fits best after second `since`; None while the recording is shorter than the sound."""
        length, now = self.seconds(), time.monotonic()
        heard, clip = self.left(since), _left(sound)
        if len(heard) < len(clip) or not np.any(heard):
            return None
        size = 1 << (len(heard) + len(clip)).bit_length()
        match = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(clip, size)), size)
        power = np.cumsum(np.concatenate(([0.0], heard**2)))
        places = len(heard) - len(clip) + 1
        around = np.sqrt(np.maximum(power[len(clip) :] - power[:places], 1e-9))
        likeness = match[:places] / around / float(np.linalg.norm(clip))
        best = int(np.argmax(likeness))
        second = since + best / RATE
        return Found(
            second=second,
            likeness=float(likeness[best]),
            gain=float(match[best] / np.dot(clip, clip)),
            at=now - (length - second),
        )


def _left(sound: Path) -> Samples:
    samples, rate = soundfile.read(sound, always_2d=True)
    assert rate == RATE, f"{sound} has {rate} samples a second"
    left: Samples = samples[:, 0]
    return left
