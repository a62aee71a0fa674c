"""What `check` found, in a person's words: a line for each finding, what to do below it, the sum at the end."""

from __future__ import annotations

import sys
import textwrap
from dataclasses import dataclass
from typing import Final

OK, WARNING, BROKEN = "ok", "warning", "broken"
SIGN = {OK: "✓", WARNING: "!", BROKEN: "✗"}
LEAST_COLUMNS = 20  # for a finding, however narrow the terminal

# What a person calls each part: in German, in English.  Programs are told its name.
PARTS: Final = {
    "configuration": ("Einstellungen", "settings"),
    "machine": ("Rechner", "computer"),
    "clock": ("Uhr", "clock"),
    "memory": ("Speicherort", "folder"),
    "disk": ("Platz", "disk space"),
    "power": ("Strom", "power"),
    "bus": ("I2C-Bus", "I2C bus"),
    "sensor": ("Sensor", "sensor"),
    "button": ("Knopf", "button"),
    "light": ("Licht", "light"),
    "audio": ("Ton", "sound"),
    "history": ("Tagebuch", "diary"),
    "journal": ("Protokoll", "log"),
    "mqtt": ("MQTT", "MQTT"),
    "web": ("Seite", "page"),
}
# What does not work, one and several; what is worth a look beside it, and alone; nothing of both.
SUMS: Final = {
    "en": (
        ("1 thing does not work", "{} things do not work"),
        ("1 is worth a look", "{} are worth a look"),
        ("1 thing is worth a look", "{} things are worth a look"),
        "All good",
    ),
    "de": (
        ("1 Sache geht nicht", "{} Sachen gehen nicht"),
        ("1 ist einen Blick wert", "{} sind einen Blick wert"),
        ("1 Sache ist einen Blick wert", "{} Sachen sind einen Blick wert"),
        "Alles gut",
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one part: `severity` ok, warning or broken; a sentence; what to do."""

    part: str
    severity: str
    what: str
    remedy: str


def in_words(findings: list[Finding], language: str = "en", columns: int = 0) -> str:
    """The findings for a person: one line each, the remedy below what needs one, the sum at the end.

    columns: of the terminal, in which longer lines are broken between words; 0: wherever they end.
    """
    colours = {OK: "32", WARNING: "33", BROKEN: "31"} if sys.stdout.isatty() else {}
    names = [called(f.part, language) for f in findings]
    width = max(map(len, names))
    lines: list[str] = []

    def add(head: str, indent: int, text: str) -> None:
        """A line, or several: what goes on stands below its beginning."""
        room = max(LEAST_COLUMNS, columns - indent - 1) if columns else len(text) + 1
        first, *more = textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False) or [""]
        lines.append(head + first)
        lines.extend(" " * indent + line for line in more)

    for number, (name, f) in enumerate(zip(names, findings, strict=True)):
        sign = f"\033[{colours[f.severity]}m{SIGN[f.severity]}\033[0m" if colours else SIGN[f.severity]
        add(f" {sign} {name:<{width}}  ", width + 5, f.what)
        again = number + 1 < len(findings) and findings[number + 1].remedy == f.remedy  # said once, below the last
        if f.remedy and f.severity != OK and not again:
            add(f"   {'':<{width}}  → ", width + 7, f.remedy)
    return "\n".join([*lines, "", in_sum(findings, language)])


def called(part: str, language: str) -> str:
    """A part in a person's words; an output that somebody has added is called as they call it."""
    words = PARTS.get(part)
    return words[0 if language == "de" else 1] if words else part


def in_sum(findings: list[Finding], language: str) -> str:
    """How many do not work and how many are worth a look; what there is none of is not spoken of."""
    broken, beside, alone, good = SUMS[language]
    bad = sum(f.severity == BROKEN for f in findings)
    worth = sum(f.severity == WARNING for f in findings)
    counted = [(bad, broken), (worth, beside if bad else alone)]
    said = [(one if number == 1 else many).format(number) for number, (one, many) in counted if number]
    return (", ".join(said) or good) + "."
