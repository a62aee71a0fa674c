"""Which sentences an exercise speaks, and what their voice files are called.

A spoken text is any table of languages under one of a few keys, wherever it stands in a technique's TOML files.  Its
file's name is a short hash of the language and the words, so a changed sentence gets a new file, an unchanged one
keeps its voice, and what no sentence asks for is an orphan.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from typing import Any, NamedTuple

import sounds

SPOKEN = ("say", "say_in", "say_out", "tense_say", "release_say", "otherwise")


class Sentence(NamedTuple):
    """One text to be spoken: it may hold more than one sentence, but is one voice file."""

    technique: str
    language: str
    text: str

    @property
    def clip(self) -> str:
        """The stem of the voice file."""
        return clip_name(self.language, self.text)


def clip_name(language: str, text: str) -> str:
    """The stem of the file in which `text` is spoken; the same rule as the station's own."""
    return hashlib.sha256(f"{language}\n{text}".encode()).hexdigest()[:12]


def sentences() -> list[Sentence]:
    """Everything that is spoken, each text once per technique, in reading order; last what is said beside exercises."""
    found: dict[Sentence, None] = {}
    exercises = [(name, script) for name in sounds.techniques() for script in ("technique", *sounds.scripts(name))]
    for technique, script in (*exercises, *sounds.BESIDE):
        for language, text in _spoken(tomllib.loads(sounds.read(technique, script))):
            found[Sentence(technique, language, text)] = None
    return list(found)


def _spoken(table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            if key in SPOKEN:
                yield from ((language, text) for language, text in value.items() if isinstance(text, str))
            else:
                yield from _spoken(value)
        elif isinstance(value, list):
            for each in value:
                if isinstance(each, dict):
                    yield from _spoken(each)
