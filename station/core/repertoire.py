"""What this house can play: scripts by technique, length and language.

Two scripts of a technique are not exercises but belong to all of them, where they exist: `rested` is said when an
exercise ends early because the muscle has been resting (a technique without one never does), `stillness` where seconds
that the muscle has saved are given back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from station.core.script import Script, Step

Library = Callable[[str, str, str], Script | None]
"""(technique, length, language) -> its script, or None where this house has none."""

LENGTHS = ("micro", "middle", "long")

# Languages in which every exercise is there.  In one that was added, what is not there yet is played in English.
WHOLE = ("de", "en")
FALLBACK = "en"

# Sentences that belong to every exercise of a technique, by the name of their script.
RESTED, STILLNESS = "rested", "stillness"


class Repertoire:
    """A library, asked in an exercise's words."""

    def __init__(self, library: Library, offered: Sequence[str] = ()) -> None:
        """offered: the names the library knows, for the sentence that helps when a name is wrong."""
        self._library = library
        self._offered = tuple(offered)

    def find(self, technique: str, length: str, language: str, own: str) -> tuple[Script | None, str]:
        """The script and the language it is in; `own` is the station's, in which not everything may be there yet."""
        script = self._library(technique, length, language)
        if script is None and language == own and language not in WHOLE:
            return self._library(technique, length, FALLBACK), FALLBACK
        return script, language

    def rested(self, technique: str, language: str) -> Script | None:
        """What is said when the muscle has rested; None where an exercise of this technique does not end early."""
        return self._library(technique, RESTED, language)

    def stillness(self, technique: str, language: str) -> tuple[Step, ...]:
        """What is said where saved seconds are given back."""
        script = self._library(technique, STILLNESS, language)
        return script.steps if script else ()

    def what_there_is(self, technique: str, length: str, language: str) -> str:
        """The sentence for an exercise that this house does not have."""
        lengths = [each for each in LENGTHS if self._library(technique, each, language)]
        if lengths:
            return f"There is no {length} '{technique}'; there is: {', '.join(lengths)}."
        there_are = f"; there are: {', '.join(self._offered)}" if self._offered else ""
        return f"There is no exercise '{technique}' in '{language}'{there_are}."
