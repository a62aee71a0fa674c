"""The exercises of this house: texts from `sounds/`, compiled when they are asked for, kept once they are.

    breathing, middle         sounds/techniques/breathing/middle.toml
    breathing/five-five, any  sounds/techniques/breathing/five-five.toml, which says itself how long it is
    breathing, rested         sounds/techniques/breathing/rested.toml: a sentence of the house, no exercise (session.py)

A technique that has no voice in a language yet is not offered in it: a guided exercise that says nothing helps nobody.
A broken script is no reason for the station to stop: it is logged with file and line and counts as not there.
"""

from __future__ import annotations

import logging
from pathlib import Path

import sounds
from station.core import technique
from station.core.repertoire import FALLBACK, LENGTHS, RESTED, STILLNESS, WHOLE
from station.core.script import Script, ScriptError

log = logging.getLogger(__name__)


class Library:
    """(technique, length, language) -> its script, or None where this house has none."""

    def __init__(self, *, unvoiced: bool = False, own: str = "") -> None:
        """`unvoiced`: also what has no voice yet, for whoever writes or tests the texts.

        own: the owner's folder of voice files; what has a file there has a voice, too.
        """
        self._unvoiced = unvoiced
        self._own = Path(own).expanduser() if own else None
        self._own_voices: dict[str, frozenset[str]] = {}
        self._kept: dict[tuple[str, str, str], Script | None] = {}

    def __call__(self, name: str, length: str, language: str) -> Script | None:
        """The script, compiled at the first request."""
        folder, _, own = name.partition("/")
        key = (folder, own if own and length in LENGTHS else length, language)
        if key not in self._kept:
            self._kept[key] = self._compile(*key)
        return self._kept[key]

    @staticmethod
    def names(language: str = "") -> tuple[str, ...]:
        """The exercises there are, by the names of their folders; with a language, those that speak it."""
        return tuple(name for name in sounds.techniques() if not language or sounds.voiced(name, language))

    def spoken(self, language: str) -> tuple[str, ...]:
        """The exercises that somebody speaks in this language: the house, or the owner's own voice."""
        return tuple(name for name in sounds.techniques() if self._voiced(name, language))

    def offered(self, language: str) -> tuple[str, ...]:
        """Those that can be played where this is the station's language: what an added one lacks yet is in English."""
        theirs = self.spoken(language)
        if language in WHOLE:
            return theirs
        return tuple(name for name in sounds.techniques() if name in theirs or self._voiced(name, FALLBACK))

    def languages(self) -> tuple[str, ...]:
        """The languages in which anything can be heard."""
        return tuple(language for language in sounds.languages() if self.spoken(language))

    def _voiced(self, name: str, language: str) -> bool:
        return sounds.voiced(name, language) or name in self._in_own_voice(language)

    def _in_own_voice(self, language: str) -> frozenset[str]:
        """The techniques of which the owner's folder speaks at least one sentence."""
        if self._own is None or not (self._own / language).is_dir():
            return frozenset()
        if language not in self._own_voices:
            from sounds.texts import sentences

            there = {path.stem for path in (self._own / language).iterdir()}
            found = (each for each in sentences() if each.language == language and each.clip in there)
            self._own_voices[language] = frozenset(each.technique for each in found)
        return self._own_voices[language]

    @staticmethod
    def named(name: str) -> tuple[str, ...]:
        """The exercises of this folder that have a name of their own, `folder/name`."""
        others = (*LENGTHS, RESTED, STILLNESS)
        return tuple(f"{name}/{script}" for script in sounds.scripts(name) if script not in others)

    def _compile(self, name: str, length: str, language: str) -> Script | None:
        if name not in sounds.techniques() or length not in sounds.scripts(name):
            return None
        if not self._unvoiced and not self._voiced(name, language):
            return None
        files = (f"sounds/techniques/{name}/technique.toml", f"sounds/techniques/{name}/{length}.toml")
        try:
            about = sounds.read(name)
            if language not in technique.describe(about, files[0]).languages:
                return None
            return technique.compile(about, sounds.read(name, length), language, files=files)
        except ScriptError as error:
            for problem in error.problems:
                log.error("%s", problem)
            return None
