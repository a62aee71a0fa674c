"""What the machine's parts and the commands say, in German: one table of sentences, for the terminal and the page.

Whoever has something to say says it in one English sentence, where it happens: a driver, an output, the doctor, a
command.  Here each has its German, with `{}` for what is filled in (a number, a name, or a half-sentence that has an
entry of its own).  A sentence without an entry stays English: English words are better than none.  Tests read the
sources and find those missing.
"""

from __future__ import annotations

import locale
import os
import re
from functools import lru_cache
from pathlib import Path

_HOLE = re.compile(r"\{\}")
_BETWEEN = re.compile(r"(?<=[.?!]) ")
_DECIMAL = re.compile(r"\d+\.\d+")
_QUOTED = re.compile(r"'([^']*)'")


@lru_cache
def whole() -> dict[str, str]:
    """English sentence -> German, as they are written; with those that have a voice, too (calibrating_words.py)."""
    from station.core.calibrating_words import GERMAN

    lines = Path(__file__).with_name("german.txt").read_text("utf-8").splitlines()
    pairs = [line for line in lines if line and not line.startswith("#")]
    return {**GERMAN, **dict(zip(pairs[::2], pairs[1::2], strict=True))}


@lru_cache
def table() -> tuple[tuple[re.Pattern[str], str], ...]:
    """(pattern of the English sentence, German); the one with the most words of its own comes first.

    Made when the first sentence with something filled in is asked for: it takes much longer than reading them.
    """
    holed = [pair for pair in whole().items() if _HOLE.search(pair[0])]
    return tuple((_pattern(said), german) for said, german in sorted(holed, key=lambda p: -len(_HOLE.sub("", p[0]))))


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile("(.*?)".join(re.escape(part) for part in _HOLE.split(english)), re.DOTALL)


@lru_cache(256)
def in_german(said: str) -> str:
    """The sentence in German, or the sentences (a problem and its remedy), as far as the table knows them."""
    if said in whole():
        return whole()[said]
    for end in _BETWEEN.finditer(said):
        first, rest = said[: end.start()], said[end.end() :]
        if (begun := _one(first)) != first and (ended := in_german(rest)) != rest:
            return f"{begun} {ended}"
    return _one(said)


def _one(said: str) -> str:
    if said in whole():
        return whole()[said]
    for pattern, german in table():
        if found := pattern.fullmatch(said):
            filled = [_filling(each) if each != said else each for each in found.groups()]
            return _fill(german, filled)
    return said


def _filling(part: str) -> str:
    """What stands in a hole: a figure with its comma, a name in quotes, or a half-sentence with an entry of its own."""
    if _DECIMAL.fullmatch(part):
        return part.replace(".", ",")
    return _QUOTED.sub(r"„\1“", part) if _QUOTED.fullmatch(part) else in_german(part)


def _fill(german: str, filled: list[str]) -> str:
    """The holes from left to right; `{1}` is the second, where German wants another order."""
    waiting = iter(filled)
    return re.sub(r"\{(\d?)\}", lambda hole: filled[int(hole[1])] if hole[1] else next(waiting), german)


def in_language(said: str, language: str) -> str:
    """In `de` or `en`."""
    return in_german(said) if language == "de" else said


def system_language() -> str:
    """German where the system speaks it, else English."""
    said = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or locale.getlocale()[0]
    return "de" if (said or "").lower().startswith("de") else "en"
