"""What the player needs of a speaker, and the speaker that is not there.

    slot 0..7   a file in memory (a sentence, a tone, the chime): two a role, so that one fades as the next begins
    slot BED    one long file, streamed and looped: ten minutes in memory would cost 100 MB, streamed 0.3 MB
    the stream  pieces made as they are needed, each played right after the one before it (`tone.py`)

All calls come from one thread.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

SLOTS = 8
BED = -1


class Mixer(Protocol):
    """Plays files in slots.  Fades are on the sound's own clock."""

    sink: str

    def play(self, slot: int, path: Path, seconds: float = 0.0, start: float = 0.0, fade_in: float = 0.0) -> float:
        """Begin a file in a slot, `start` seconds into it; returns the seconds it will last (inf for BED).

        `seconds` > 0 cuts the whole file to that length.  BED ignores all but `fade_in`, and must be free.
        Raises FileNotFoundError, or OutputError where the file is not sound.
        """

    def prepare(self, path: Path) -> None:
        """Decode a file and hold it ready: for the few that must sound at once."""

    def fade(self, slot: int, seconds: float) -> None:
        """Fade a slot out and empty it."""

    def bed_gain(self, gain: float) -> None:
        """Set the ambience's gain, 0..1 of the volume."""

    def louder(self, volume: float) -> None:
        """The linear gain of everything, 0..1, from the next sound on; the ambience follows at once."""

    def busy(self, slot: int) -> bool:
        """Does the slot still play, or fade?"""

    def samples(self, path: Path) -> NDArray[np.int16]:
        """A file's frames, (n, 2).  Raises FileNotFoundError, or OutputError where the file is not sound."""

    def hungry(self) -> bool:
        """Would the stream take another piece?"""

    def playing(self) -> bool:
        """Does a piece of the stream play?"""

    def feed(self, piece: NDArray[np.int16]) -> None:
        """Play a piece, (n, 2), right after the one before it; when there is none, at once."""

    def instead(self, piece: NDArray[np.int16]) -> bool:
        """Play a piece, (n, 2), in place of the one that waits; False where that one has begun, or none waits."""

    def lost(self) -> bool:
        """Has the system taken the device away?"""

    def news(self) -> bool:
        """Has a device come since the last question?"""

    def close(self) -> None:
        """Let the device go.  May hang as long as a hung sound server does."""


class NoDevice:
    """What every mixer without a device answers: nobody waits for it, it cannot go, and it has no stream."""

    def prepare(self, path: Path) -> None:
        """Nothing to be quick for."""

    def louder(self, volume: float) -> None:
        """Nobody here turns a knob."""

    def hungry(self) -> bool:
        """Never: a stream follows a muscle, to be heard at once."""
        return False

    def playing(self) -> bool:
        """Never."""
        return False

    def feed(self, piece: NDArray[np.int16]) -> None:
        """Nobody hears it."""

    def instead(self, piece: NDArray[np.int16]) -> bool:
        """None waits."""
        return False

    def lost(self) -> bool:
        """What was never there cannot go."""
        return False

    def news(self) -> bool:
        """Only an open device hears of others."""
        return False


class NoSpeaker(NoDevice):
    """Nothing is heard, so everything is over at once: the station goes on by light alone."""

    sink = ""

    def play(self, slot: int, path: Path, seconds: float = 0.0, start: float = 0.0, fade_in: float = 0.0) -> float:
        """Over at once."""
        return 0.0

    def fade(self, slot: int, seconds: float) -> None:
        """Nothing to fade."""

    def bed_gain(self, gain: float) -> None:
        """Nothing to hear."""

    def busy(self, slot: int) -> bool:
        """Never."""
        return False

    def samples(self, path: Path) -> NDArray[np.int16]:
        """Nothing that anybody would hear."""
        return np.empty((0, 2), dtype=np.int16)

    def close(self) -> None:
        """Nothing to let go."""
