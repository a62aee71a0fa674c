"""What would be heard, as a file: SDL's disk driver writes every buffer that a card would have got.

    written  |buffer|buffer|buffer|        the file's size is the audio clock
                              ^ now()      the buffer written last is the one that is heard now; its age says how far

On a crowded machine the file falls behind the wall clock; whoever asks `now()` at the moment of a deed is right anyway.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from station.outputs.audio.levels import RATE

BUFFER_S = 1024 / RATE
_FRAME = 4  # two channels of 16 bits


class Capture:
    """One file that SDL's disk driver writes, from the next mixer on that opens in this process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        os.environ.update(SDL_AUDIODRIVER="disk", SDL_DISKAUDIOFILE=str(path))

    def wait_for_sound(self) -> None:
        """Until a quarter of a second has been written (silence, too, is written)."""
        while not (self.path.exists() and self.path.stat().st_size > RATE):
            time.sleep(0.01)

    def now(self) -> float:
        """The second of the file that is being heard."""
        file = self.path.stat()
        return file.st_size / _FRAME / RATE - BUFFER_S + min(max(0.0, time.time() - file.st_mtime), BUFFER_S)

    def part(self, start: float, seconds: float | None = None) -> NDArray[np.float64]:
        """The left channel from second `start` on, of +-1."""
        count = -1 if seconds is None else round(seconds * RATE) * 2
        raw = np.fromfile(self.path, dtype=np.int16, offset=max(0, round(start * RATE)) * _FRAME, count=count)
        return raw[: len(raw) // 2 * 2 : 2] / 32768
