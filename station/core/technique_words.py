"""What may be said, and in which words: the closed lists and the language rules of exercise scripts.

The rules are PRODUCT language in a form a translator can run: invitations instead of commands, no promise of any
effect on health, numbers written out (a voice reads digits as it likes), sentences short enough to be heard once.
A language without an entry here gets the general rules only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

FAMILIES = ("breathing", "pmr", "mindfulness", "autogenic", "imagery", "biofeedback", "movement", "daily")
LENGTHS = ("micro", "middle", "long")
# Scripts that are no exercises of their own: said when the muscle has rested early, and where saved time is given back.
ACCOMPANYING = ("rested", "stillness")
BEDS = ("none", "rain", "waves", "brown")
TONES = ("tension", "guess", "gaps")  # what each does: LESSONS in biofeedback.py
SAFETY = (
    "no_pain",  # stop before anything hurts
    "half_strength",  # tense at about half of what is possible
    "dizziness",  # breathe as usual when dizzy
    "eyes_open",  # may be done with open eyes
    "unsettling",  # may bring up feelings: open the eyes, move, stop
    "standing",  # needs room to stand
)
STATES = ("relaxed", "tensed", "sensor_ok")
DROP = re.compile(r"tension_drop >= (0(\.\d+)?|1(\.0+)?)")

# Two breaths to be compared with the evidence base: 4 to 7.5 a minute, so a cycle of 8 to 15 s.
SHORTEST_CYCLE, LONGEST_CYCLE = 8.0, 15.0
TENSE = (4.0, 8.0)
SHORTEST_RELEASE = 20.0
LONGEST_SENTENCE = 140
# The rendered voices speak 9 to 17 characters a second (measured); this is the guess until a clip exists.
CHARACTERS_PER_SECOND = 13.0
BREATH_BEFORE = 0.6

_PRESSING = {
    "de": r"m[uü]ss(en|t|test|ten)?|muß|soll(st|en|te|test|ten)?|richtig\w*|falsch\w*|perfekt\w*|anstreng\w*",
    "en": r"must|should|have to|need to|ought|correct(ly)?|proper(ly)?|wrong|perfect(ly)?|try hard(er)?",
}
_PROMISING = {
    "de": r"heil(t|en|sam\w*|ung)|linder\w*|behand(el|l)\w*|therap\w*|vorbeug\w*|verhinder\w*|diagno\w*|"
    r"stress\w*|gesund\w*|krank\w*|medizin\w*|schmerzfrei\w*|beschwerde\w*",
    "en": r"heal(s|ed|ing|th|thy)?|cure[sd]?|treat(s|ed|ment)?|reliev\w*|relief|therap\w*|prevent\w*|diagnos\w*|"
    r"stress\w*|medic\w*|symptom\w*|pain-free",
}
_FORMAL = {"de": r"(?<=[\w,;:–] )Sie|Ihnen|Ihre[mnrs]?"}


def faults_of(text: str, language: str) -> Iterator[str]:
    """Each thing that speaks against this text being spoken, as a sentence without a full stop."""
    if not text.strip():
        yield "there is no text"
        return
    if re.search(r"\d", text):
        yield "write numbers as words, voices misread digits"
    if text != text.strip() or "  " in text or "\n" in text:
        yield "there is a space too many, or a line break"
    if text[-1] not in ".!?…":
        yield "a sentence ends with . ! or ?, so that the voice comes down"
    for sentence in re.split(r"(?<=[.!?…])\s+", text):
        if len(sentence) > LONGEST_SENTENCE:
            yield f"this sentence has {len(sentence)} characters; an ear takes in {LONGEST_SENTENCE} at once"
    if language == "de" and len(text.split()) < 2:
        yield "a single word is misread by the German voice; make it two or more"
    yield from _words(text, language)


def _words(text: str, language: str) -> Iterator[str]:
    for table, meaning in (
        (_PRESSING, "presses; invite instead"),
        (_PROMISING, "promises or names something medical; say tension, rest, pause or movement"),
        (_FORMAL, "is the formal address; the voice says du"),
    ):
        pattern = table.get(language)
        if pattern is None:
            continue
        flags = re.NOFLAG if table is _FORMAL else re.IGNORECASE
        for found in re.finditer(rf"\b(?:{pattern})\b", text, flags):
            yield f'"{found[0]}" {meaning}'


def seconds_to_say(text: str) -> float:
    """The least time a calm voice needs for this text, before a recording of it exists."""
    return len(text) / CHARACTERS_PER_SECOND + BREATH_BEFORE
