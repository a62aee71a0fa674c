"""The biofeedback tone: one second of sound, read round and round, as loud as the muscle is tense.

    level  ──────╲________      told now and then
    pieces |····|····|····|    each goes on at the very sample where the last one ended, its gain gliding to the level

The stream is fed piece by piece, one playing and one waiting: no gap, no seam, and a change is heard with the piece
after the one that waits.  Silence is the reward, so the way into it is even to the ear: the gain is exponential, and
exactly nothing at level 0.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

# Two buffers of the mixer (43 ms): shorter pieces run dry when the machine is busy, longer ones lag (measured).  Where
# even these run dry, they grow: a tone that is a little late is better than one that crackles.  After so many pieces
# without trouble (some five seconds) they shrink again.
PIECE = 2048
LONGER = 1024
LONGEST = 4096
TRUSTED_PIECES = 100
# From level 1 to just above 0 the tone falls by this much: what is below is not heard beside a quiet room.
RANGE_DB = 30.0
# A tone that has been silent for so many pieces is no longer fed.
SILENT_PIECES = 8


class Stream(Protocol):
    """The part of a mixer that plays the tone."""

    def samples(self, path: Path) -> NDArray[np.int16]:
        """A file's frames, (n, 2).  Raises FileNotFoundError, or OutputError where the file is not sound."""

    def hungry(self) -> bool:
        """Would it take another piece?"""

    def playing(self) -> bool:
        """Does a piece play now?"""

    def feed(self, piece: NDArray[np.int16]) -> None:
        """Play this piece, (n, 2), right after the one before it."""


def gain(level: float) -> float:
    """A level 0..1 as a linear gain 0..1; equal steps of level sound like equal steps."""
    top = 10 ** (RANGE_DB / 20)
    return float((top ** min(max(level, 0.0), 1.0) - 1) / (top - 1))


class FeedbackTone:
    """The tone and its place in the second of sound."""

    def __init__(self, wave: NDArray[np.int16]) -> None:
        """`wave`: whole periods, (n, 2), so that its end meets its beginning."""
        self._wave = wave
        self.frames = PIECE
        """Length of the next piece."""
        self._at = 0
        self._fed = False
        self._well = 0
        self._gain = 0.0
        self._target = 0.0
        self._silent = SILENT_PIECES

    @property
    def sounds(self) -> bool:
        """Does it want to be fed?"""
        return self._silent < SILENT_PIECES

    def follow(self, level: float | None) -> None:
        """As loud as this from the next piece on; None: no tone."""
        self._target = gain(level or 0.0)
        if self._target > 0 or self._gain > 0 or level is not None:
            self._silent = 0

    def tend(self, stream: Stream) -> None:
        """Feed the stream as much as it takes."""
        while self.sounds and stream.hungry():
            if self._fed and not stream.playing():  # it ran dry: come back softly, with more in hand
                self.frames, self._gain, self._well = min(self.frames + LONGER, LONGEST), 0.0, 0
            stream.feed(self.piece())
            self._well += 1
            if self._well >= TRUSTED_PIECES:
                self.frames, self._well = max(self.frames - LONGER, PIECE), 0
            self._fed = self.sounds

    def piece(self) -> NDArray[np.int16]:
        """The next piece."""
        wave = self._wave[np.arange(self._at, self._at + self.frames) % len(self._wave)]
        self._at = (self._at + self.frames) % len(self._wave)
        gains = np.linspace(self._gain, self._target, self.frames, endpoint=False)
        self._silent = self._silent + 1 if self._gain == self._target == 0.0 else 0
        self._gain = self._target
        made: NDArray[np.int16] = np.rint(wave * gains[:, None]).astype(np.int16)
        return made
