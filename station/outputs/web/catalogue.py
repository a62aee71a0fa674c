"""The exercises of this house as the page shows them: what `sounds/` says about each, in one language.

Read once per language and kept: the files do not change while the station runs.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import lru_cache

import sounds
from station.core import technique
from station.core.script import Script, ScriptError
from station.core.technique_words import ACCOMPANYING

log = logging.getLogger(__name__)

# The order on the page: moving and the best-known ones first; what is unknown to this table comes last.
FAMILIES = ("breathing", "movement", "pmr", "mindfulness", "autogenic", "imagery", "biofeedback", "daily")
LENGTHS = ("micro", "middle", "long")


@dataclass(frozen=True, slots=True)
class Line:
    """One spoken sentence and the second at which it begins."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Version:
    """One script of an exercise: `name` is what `start` takes as length."""

    name: str
    title: str
    length: str
    seconds: float
    lines: tuple[Line, ...]
    safety: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise in one language."""

    name: str
    family: str
    title: str
    about: str
    source: str
    evidence: str
    caution: str
    versions: tuple[Version, ...]


@lru_cache(maxsize=4)
def exercises(language: str) -> tuple[Exercise, ...]:
    """Every exercise that can be played in `language`; a broken one is left out and logged."""
    found = []
    for name in sounds.techniques():
        try:
            exercise = _exercise(name, language)
        except (ScriptError, FileNotFoundError) as error:
            log.warning("exercise %s is left out of the page: %s", name, error)
            continue
        if exercise and exercise.versions:
            found.append(exercise)
    rank = {family: n for n, family in enumerate(FAMILIES)}
    return tuple(sorted(found, key=lambda each: (rank.get(each.family, 99), len(each.versions) == 1, each.name)))


def find(name: str, language: str) -> Exercise | None:
    """The exercise of this name."""
    return next((each for each in exercises(language) if each.name == name), None)


def title_of(name: str, language: str) -> str:
    """What an exercise is called; its name where it is unknown."""
    found = find(name, language)
    return found.title if found else name


def _exercise(name: str, language: str) -> Exercise | None:
    about = sounds.read(name)
    described = technique.describe(about, f"{name}/technique.toml")
    if language not in described.languages or not sounds.voiced(name, language):
        return None  # without a voice it would guide in silence
    versions = []
    for script in sounds.scripts(name):
        if script in ACCOMPANYING:
            continue
        files = (f"{name}/technique.toml", f"{name}/{script}.toml")
        try:
            versions.append(
                _version(technique.compile(about, sounds.read(name, script), language, files=files), script)
            )
        except ScriptError as error:
            log.warning("script %s is left out of the page: %s", files[1], error)
    order = {length: n for n, length in enumerate(LENGTHS)}
    versions.sort(key=lambda each: (order.get(each.name, 9), each.seconds, each.name))
    return Exercise(
        name,
        described.family,
        described.title[language],
        described.about.get(language, ""),
        described.source.get(language, ""),
        described.evidence.get(language, ""),
        described.caution.get(language, ""),
        tuple(versions),
    )


def _version(script: Script, name: str) -> Version:
    lines = tuple(Line(step.at, step.text) for step in script.steps if step.text)
    return Version(name, script.title, script.length, script.seconds, lines, script.safety)
