"""`desk-station exercises`: what this house can guide you through.

    de                                             micro middle long
    breathing             Ruhig atmen               1:20   4:30 10:11
    breathing/five-five   Gleich lang ein und aus          4:30

--json   one object a line for each exercise, language and length; `id` is what `render` and `start` take
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import sounds
from station.core import technique
from station.core.repertoire import LENGTHS
from station.core.script import Script
from station.errors import StationError
from station.german import system_language
from station.library import Library
from station.terminal import document, said, say

# The techniques as people know them; what a translator or an owner adds under another name comes after them.
FAMILIES = ("breathing", "movement", "pmr", "mindfulness", "autogenic", "imagery", "biofeedback", "daily")


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise in one language and length; `technique` is its family, `seconds` its exact length."""

    id: str
    technique: str
    language: str
    length: str
    seconds: float
    title: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How to list them."""
    parser.add_argument("--json", action="store_true", help="one list of objects, for programs, in every language")
    parser.add_argument("--language", metavar="L", help="only what speaks this language (de, en, …)")


def run(args: argparse.Namespace) -> int:
    """List them; 1 when there is nothing to list."""
    found = [each for each in exercises() if args.language in (None, each.language)]
    if args.json:
        document(json.dumps([asdict(each) for each in found], ensure_ascii=False, indent=1))
    elif not found:
        spoken = sorted({each.language for each in exercises()})
        raise StationError(f"No exercise speaks '{args.language}'.", f"There are exercises in: {', '.join(spoken)}.")
    else:
        _print(found)
    return 0 if found else 1


def exercises(library: Library | None = None) -> tuple[Exercise, ...]:
    """Every exercise that can be played: by family, then by name, then from short to long."""
    library = library or Library()
    found = [each for name in Library.names() for each in _of(name, library)]
    order = {family: n for n, family in enumerate(FAMILIES)}
    rank = {length: n for n, length in enumerate(LENGTHS)}
    return tuple(sorted(found, key=lambda e: (order.get(e.technique, 99), e.id, e.language, rank.get(e.length, 9))))


def _of(name: str, library: Library) -> Iterator[Exercise]:
    for language in technique.describe(sounds.read(name)).languages:
        for exercise in (name, *library.named(name)):
            for length in LENGTHS:
                script = library(exercise, length, language)
                if script and script.length == length:
                    yield _exercise(exercise, script)


def _exercise(name: str, script: Script) -> Exercise:
    return Exercise(name, script.family, script.language, script.length, script.seconds, script.title)


def _print(found: list[Exercise]) -> None:
    """For a person, in 80 columns: a table for each language, the system's first; a line an exercise."""
    rows: dict[tuple[str, str], dict[str, Exercise]] = {}
    for each in found:
        rows.setdefault((each.language, each.id), {})[each.length] = each
    titles = {row: _title(next(iter(versions.values()))) for row, versions in rows.items()}
    widths = [max(len(name) for _, name in rows), max(map(len, titles.values()))]
    shown = system_language()
    for language in sorted({each.language for each in found}, key=lambda each: (each != shown, each)):
        print(f"{language:<{widths[0]}} {'':<{widths[1]}} {' '.join(LENGTHS)}")
        for (spoken, name), versions in rows.items():
            if spoken == language:
                times = (f"{_clock(versions[x].seconds) if x in versions else '':>{len(x)}}" for x in LENGTHS)
                print(f"{name:<{widths[0]}} {titles[spoken, name]:<{widths[1]}} {' '.join(times)}".rstrip())
        print()
    say("To take one along:")
    print("  " + said("desk-station render NAME OUT.wav --length LENGTH --language LANGUAGE"))
    if silent := unvoiced():
        say(f"Without a voice yet: {', '.join(silent)}.")
        say("It is given by: make voice (sounds/README.md)")


def unvoiced() -> tuple[str, ...]:
    """What is written in a language but spoken by nobody yet, and so offered to nobody: `toy (de)`."""
    return tuple(
        f"{name} ({language})"
        for name in Library.names()
        for language in technique.describe(sounds.read(name)).languages
        if not sounds.voiced(name, language)
    )


def _title(exercise: Exercise) -> str:
    """What all its lengths together are called: by the technique, unless the exercise has a name of its own."""
    if "/" in exercise.id:
        return exercise.title
    return technique.describe(sounds.read(exercise.id)).title[exercise.language]


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
