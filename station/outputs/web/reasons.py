"""The core's reasons in German: one table of patterns.

The core gives every cue, every withheld cue and every refusal one English sentence, often of parts joined by "; ".  A
part without an entry here stays as it is: English words are better than none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from station.core.calibrating_words import GERMAN as CALIBRATION

# pattern of one part -> German, with \1 … for its numbers
PATTERNS: tuple[tuple[str, str], ...] = (
    (r"rest share (\d+) % for (\d+) s, load (\d+) %RVE", r"Ruheanteil \1 % seit \2 s, Last \3 %RVE"),
    ("0 min since", "gerade bemerkt"),
    (r"(\d+) min since", r"\1 min zuvor bemerkt"),
    (r"still so after (\d+) s of light", r"nach \1 s Licht noch immer"),
    (
        r"budget (\d+) of (\d+) this hour, (\d+) of (\d+) today",
        r"Hinweis \1 von \2 in dieser Stunde, \3 von \4 heute",
    ),
    (r"tension", "Anspannung"),
    (r"the signal is not to be believed \((\w+)\)", r"dem Signal ist gerade nicht zu trauen (\1)"),
    ("cues are switched off", "Hinweise sind ausgeschaltet"),
    (
        "the shoulders came down before it was time for a light",
        "die Schultern sind gesunken, bevor es Zeit für ein Licht war",
    ),
    (
        r"the sensor's noise is (\d+) %RVE, too much to be sure",
        r"der Sensor rauscht mit \1 %RVE, zu viel, um sicher zu sein",
    ),
    (
        r"the signal has only just come back \((\d+) of (\d+) min\)",
        r"das Signal ist gerade erst wieder da (\1 von \2 min)",
    ),
    (r"the sensor cannot be read", "der Sensor ist nicht zu lesen"),
    (r"nobody is at the desk", "niemand ist am Platz"),
    (r"an exercise is running", "eine Übung läuft"),
    (r"the arms are up for the calibration", "die Arme sind gerade oben zum Kalibrieren"),
    (r"the house says '(\w+)'", r"das Haus meldet „\1“"),
    (r"quiet was asked for, (\d+) min left", r"du hast um Ruhe gebeten, noch \1 min"),
    (r"quiet was asked for", "du hast um Ruhe gebeten"),
    (r"day (\d+) of (\d+) that are only watched", r"Tag \1 von \2, an denen nur zugeschaut wird"),
    (r"(\d+) of (\d+) reminders today", r"\1 von \2 Hinweisen heute"),
    (r"(\d+) of (\d+) reminders this hour", r"\1 von \2 Hinweisen in dieser Stunde"),
    (
        r"the last reminder was (\d+) min ago, (\d+) min lie between two",
        r"der letzte Hinweis war vor \1 min, dazwischen liegen \2 min",
    ),
    (r"only (\d+) % of the signal could be believed", r"nur \1 % des Signals waren zu glauben"),
    (r"the sensor was just put on \((\d+) of (\d+) min\)", r"der Sensor sitzt erst seit \1 von \2 min"),
    (
        "when it was time for the chime, nothing was known of the shoulders",
        "als der Klang dran gewesen wäre, war von den Schultern nichts bekannt",
    ),
    (r"these are your quiet hours, (\d+) min left", r"das sind deine Ruhestunden, noch \1 min"),
    ("another offer is on show", "ein anderes Angebot steht gerade da"),
    ("its turn in the try-out", "in der Probezeit ist diese Übung dran"),
    ("every second time it is movement", "jedes zweite Mal ist es Bewegung"),
    ("you like it", "du magst diese Übung"),
    ("the largest effect that was measured", "die größte gemessene Wirkung"),
    ("your small pause of the day", "deine kleine Pause des Tages"),
    (r"(\d+) min of sitting without a break", r"\1 min Sitzen ohne Pause"),
    (r"still on offer after (\d+) s of light", r"nach \1 s Licht noch angeboten"),
    (r"(\d+) of the last (\d+) cues were marked wrong", r"\1 der letzten \2 Hinweise waren keine Anspannung"),
    (r"(\d+) of the last (\d+) cues were left alone", r"\1 der letzten \2 Hinweise blieben unbeantwortet"),
    (r"the cues have been with you for (\d+) weeks", r"die Hinweise begleiten dich seit \1 Wochen"),
    (
        r"in the last (\d+) min, half of the time above (\d+) %RVE",
        r"in den letzten \1 min die halbe Zeit über \2 %RVE",
    ),
    (
        r"in the last (\d+) min, half of the time above (\d+) % of fully raised",
        r"in den letzten \1 min die halbe Zeit über \2 % von ganz hochgezogen",
    ),
    (
        r"in the last (\d+) min, even the busiest minutes at (\d+)\.(\d) %RVE",
        r"in den letzten \1 min selbst die lebhaftesten Minuten bei \2,\3 %RVE",
    ),
    (
        r"minutes with work and rest in them at (\d+) %RVE",
        r"Minuten mit Arbeit und Ruhe darin bei \1 %RVE",
    ),
    ("100 is both arms held out", "100 sind beide Arme zur Seite gehalten"),
    (r"your typing was at (\d+)", r"dein Tippen lag bei \1"),
    (
        "the yardstick does not seem to fit today",
        "die Messlatte scheint heute nicht zu passen",
    ),
    (
        "left out by chance, to find out what alerts change",
        "durch Zufall ausgelassen, um zu sehen, was Hinweise ändern",
    ),
    (r"you just came back \((\d+) of (\d+) min\)", r"du bist gerade erst zurück (\1 von \2 min)"),
    (r"there was an exercise just now \((\d+) of (\d+) min\)", r"eben war eine Übung (\1 von \2 min)"),
)

# What is short for the core and needs more words in English, too.
ENGLISH: tuple[tuple[str, str], ...] = (
    ("0 min since", "just noticed"),
    (r"(\d+) min since", r"noticed \1 min earlier"),
    (r"budget (\d+) of (\d+) this hour, (\d+) of (\d+) today", r"cue \1 of \2 this hour, \3 of \4 today"),
)

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
_COMPILED = {
    "de": tuple((re.compile(pattern), said) for pattern, said in PATTERNS),
    "en": tuple((re.compile(pattern), said) for pattern, said in ENGLISH),
}


def in_german(reason: str) -> str:
    """The reason in German, part by part."""
    if not reason or reason in SENTENCES:
        return SENTENCES.get(reason, "")
    return " · ".join(_part(part, "de") for part in parts(reason))


def in_language(reason: str, language: str) -> str:
    """The reason in `de` or `en`."""
    return in_german(reason) if language == "de" else " · ".join(_part(part, "en") for part in parts(reason))


def parts(reason: str) -> list[str]:
    """What the core has joined."""
    # One pattern holds a semicolon of its own; everything else is joined by it.
    return reason.replace("min ago; ", "min ago, ").split("; ")


def _part(part: str, language: str) -> str:
    part = PREFIX.sub("", part)
    for pattern, said in _COMPILED[language]:
        found = pattern.fullmatch(part)
        if found:
            return found.expand(said)
    return part
