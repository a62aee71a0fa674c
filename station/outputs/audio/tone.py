"""The biofeedback tone: one second of sound, read round and round, as loud as the muscle is tense.

    level  ──────╲________      told now and then
    pieces |····|····|····|    each goes on at the very sample where the last one ended, its gain gliding to the level
            plays ^ waits: made anew when the level moves

The stream is fed piece by piece, one playing and one waiting: no gap and no seam.  The one that waits is exchanged for
another when the level moves, so that a change is heard as soon as the one that plays is over.  Silence is the reward,
so the way into it is even to the ear: the gain is exponential, in a glide too, and exactly nothing at level 0.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

# Two buffers of the mixer (43 ms): shorter pieces run dry when the machine is busy, longer ones lag (measured).  Where
# even these run dry, they grow: a tone that is a little late is better than one that crackles.  After so many pieces
# without trouble (some five seconds) they shrink again.
PIECE = 2048
LONGER = 1024
LONGEST = 4096
TRUSTED_PIECES = 100
# A tone that is over (a pause, an end) falls silent in half of that, so that it takes less than a tenth of a second.
HUSH = 1024
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

    def instead(self, piece: NDArray[np.int16]) -> bool:
        """Play this piece in place of the one that waits; False where that one has begun."""


class Place(NamedTuple):
    """Where the tone is between two pieces."""

    at: int
    """The frame of the wave that comes next."""
    level: float
    silent: int
    """So many pieces without a sound until here."""


def gain(level: float) -> float:
    """A level 0..1 as a linear gain 0..1; equal steps of level sound like equal steps."""
    return float(gains(np.array(min(max(level, 0.0), 1.0))))


def gains(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same for many levels, all of them 0..1."""
    top: float = 10 ** (RANGE_DB / 20)
    return (top**levels - 1) / (top - 1)


class FeedbackTone:
    """The tone and its place in the second of sound."""

    def __init__(self, wave: NDArray[np.int16]) -> None:
        """`wave`: whole periods, (n, 2), so that its end meets its beginning."""
        self._length = len(wave)
        self._wave = np.resize(wave, (len(wave) + LONGEST, 2)).astype(np.float32)
        """The wave, and its beginning once more: a piece is cut out of it wherever it begins."""
        self.frames = PIECE
        """Length of the next piece."""
        self._place = self._before = Place(0, 0.0, SILENT_PIECES)
        """Where the next piece begins, and where the one began that was made last."""
        self._target = 0.0
        self._over = False
        """Is it to fall silent because nobody wants it any more?"""
        self._fed = False
        self._well = 0

    @property
    def sounds(self) -> bool:
        """Does it want to be fed?"""
        return self._place.silent < SILENT_PIECES

    def follow(self, level: float | None) -> None:
        """As loud as this from the next piece on; None: no tone."""
        self._target = min(max(level or 0.0, 0.0), 1.0)
        self._over = level is None
        if self._target > 0 or self._place.level > 0 or level is not None:
            self._place = self._place._replace(silent=0)

    def tend(self, stream: Stream) -> None:
        """Feed the stream as much as it takes, and let what waits end as loud as is wanted by now."""
        self._feed(stream)
        if self._fed and self._place.level != self._target:
            made = self._place
            self._place = self._before
            if not stream.instead(self.piece()):
                self._place = made
                self._feed(stream)
                self._fed = stream.playing()

    def _feed(self, stream: Stream) -> None:
        while self.sounds and stream.hungry():
            if self._fed and not stream.playing():  # it ran dry: come back softly, with more in hand
                self.frames, self._well = min(self.frames + LONGER, LONGEST), 0
                self._place = self._place._replace(level=0.0)
            stream.feed(self.piece())
            self._well += 1
            if self._well >= TRUSTED_PIECES:
                self.frames, self._well = max(self.frames - LONGER, PIECE), 0
            self._fed = self.sounds

    def piece(self) -> NDArray[np.int16]:
        """The next piece."""
        at, level, silent = self._before = self._place
        way = np.minimum(np.arange(self.frames) / (HUSH if self._over else self.frames), 1.0)
        glide = gains(level + (self._target - level) * way)
        silent = silent + 1 if level == self._target == 0.0 else 0
        self._place = Place((at + self.frames) % self._length, self._target, silent)
        exact = self._wave[at : at + self.frames] * glide.astype(np.float32)[:, None]
        made: NDArray[np.int16] = np.rint(exact, out=exact).astype(np.int16)
        return made
