"""Where the sound files are: the `sounds` package, and nobody else, knows their names on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Shelf(Protocol):
    """Finds files by what they are.  Both raise FileNotFoundError (or KeyError) for what is not there."""

    def clip(self, technique: str, language: str, clip: str) -> Path:
        """The voice file of one sentence."""

    def sound(self, name: str) -> Path:
        """A chime, a breath tone or an ambience."""


class HouseShelf:
    """The sounds that came with the station, and in front of them a voice of the owner's own.

    own: a folder with LANGUAGE/CLIP.ogg or .wav (48 kHz); a sentence that is not in it is spoken by the house's voice.
    """

    def __init__(self, own: str = "") -> None:
        self._own = Path(own).expanduser() if own else None

    def clip(self, technique: str, language: str, clip: str) -> Path:
        """The voice file of one sentence."""
        import sounds

        if self._own:
            for kind in ("ogg", "wav"):
                path = self._own / language / f"{clip}.{kind}"
                if path.is_file():
                    return path
        return Path(sounds.clip(technique, language, clip))

    def sound(self, name: str) -> Path:
        """A chime, a breath tone or an ambience."""
        import sounds

        return Path(sounds.sound(name))
