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
    """The sounds that came with the station."""

    def clip(self, technique: str, language: str, clip: str) -> Path:
        """The voice file of one sentence."""
        import sounds

        return Path(sounds.clip(technique, language, clip))

    def sound(self, name: str) -> Path:
        """A chime, a breath tone or an ambience."""
        import sounds

        return Path(sounds.sound(name))
