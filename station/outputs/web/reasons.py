"""The core's reasons in the person's language, with their figures: one table, `words/reasons.toml`.

The core gives every cue, every withheld cue and every refusal one English sentence, often of parts joined by "; ".  A
part without a row there stays as it is: English words are better than none.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from station import german
from station.core.calibrating_words import GERMAN as CALIBRATION
from station.outputs.web.view import HERE, percent, words

SENTENCES: Mapping[str, str] = {
    **CALIBRATION,
    "Private mode is on: nothing is recorded.": "Privat ist an: Es wird nichts aufgezeichnet.",
    "Nothing is proposed at the moment.": "Im Moment steht kein Vorschlag da.",
    "Two weeks are running already; end them first.": "Es laufen schon zwei Wochen; beende sie zuerst.",
    "Private mode is on; hold the button for six seconds to end it.": (
        "Privat ist an. Halte den Knopf sechs Sekunden, um es zu beenden."
    ),
    "The house says there is a call: exercises are started at the desk now.": (
        "Das Haus meldet ein Gespräch: Übungen beginnen jetzt nur am Platz."
    ),
    "Private mode ends only at the desk: hold the button for six seconds.": (
        "Privat endet nur am Platz: Halte den Knopf sechs Sekunden."
    ),
}

# A hindrance's sentence comes with its code before it: `quiet: quiet was asked for`.
PREFIX = re.compile(r"^[a-z_ ]+: ")
_KINDS = {"word": r"\w+"}
_NUMBER = r"\d+(?:\.\d+)?"


@dataclass(frozen=True, slots=True)
class Row:
    """One part of a reason: how it is known, with its figures in both languages, plainly in both or in neither."""

    pattern: re.Pattern[str]
    de: str
    en: str
    plain_de: str = ""
    plain_en: str = ""


def _row(said: str, de: str, en: str = "", plain_de: str = "", plain_en: str = "") -> Row:
    return Row(_pattern(said), de, en or said, plain_de, plain_en)


def _pattern(said: str) -> re.Pattern[str]:
    """`{n} of {of} reminders today` -> what fits it."""
    pieces = re.split(r"\{(\w+)\}", said)
    for n, piece in enumerate(pieces):
        pieces[n] = f"(?P<{piece}>{_KINDS.get(piece, _NUMBER)})" if n % 2 else re.escape(piece)
    return re.compile("".join(pieces))


# Read when the page is built: the loop that speaks the first reason shall not wait for it.
ROWS = tuple(_row(**each) for each in tomllib.loads((HERE / "reasons.toml").read_text(encoding="utf-8"))["reason"])


@lru_cache(maxsize=512)
def look(part: str) -> tuple[Row, Mapping[str, str]] | None:
    """The row of one part of a reason and what stood there; None: there is none."""
    for row in ROWS:
        if found := row.pattern.fullmatch(part):
            return row, found.groupdict()
    return None


def in_german(reason: str) -> str:
    """The reason in German, part by part."""
    return in_language(reason, "de")


def in_language(reason: str, language: str) -> str:
    """The reason in `de` or `en`."""
    if reason in SENTENCES:
        return SENTENCES[reason] if language == "de" else reason
    return percent(" · ".join(_part(part, language) for part in parts(reason)), language)


def parts(reason: str) -> list[str]:
    """What the core has joined, without its codes."""
    # One sentence holds a semicolon of its own; everything else is joined by it.
    each = reason.replace("min ago; ", "min ago, ").split("; ") if reason else []
    return [PREFIX.sub("", part) for part in each]


def _part(part: str, language: str) -> str:
    found = look(part)
    if found is None:
        return german.in_language(part, language)
    row, values = found
    if "word" in values:
        values = {**values, "word": words(language).get(f"quality.{values['word']}", values["word"])}
    if language == "de":
        return row.de.format(**{name: _comma(value) for name, value in values.items()})
    return row.en.format(**values)


def _comma(value: str) -> str:
    return value.replace(".", ",") if re.fullmatch(_NUMBER, value) else value
