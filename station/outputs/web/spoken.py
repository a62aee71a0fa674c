"""What an exercise says, in the language of the page that shows it.

All languages of a script stand side by side in one file, so that each sentence has its counterpart.  What is spoken
stays in the station's language.
"""

from __future__ import annotations

import logging
from functools import lru_cache

import sounds
from station.core import technique
from station.core.script import Script, ScriptError
from station.core.state import State

log = logging.getLogger(__name__)

LANGUAGES = ("de", "en")


def shown(state: State, language: str) -> str:
    """What is being said, in `language`; as it is said where it has no counterpart."""
    if not (state.technique and state.saying) or state.language == language:
        return state.saying
    return _sentences(state.technique, language).get(state.saying, state.saying)


@lru_cache(maxsize=4)
def _sentences(name: str, language: str) -> dict[str, str]:
    """Sentence in another language -> the same in this one, for every script of an exercise."""
    found: dict[str, str] = {}
    other = LANGUAGES[language == LANGUAGES[0]]
    try:
        about = sounds.read(name)
        for each in sounds.scripts(name):
            text = sounds.read(name, each)
            theirs, ours = (_lines(technique.compile(about, text, which)) for which in (other, language))
            found |= {a: b for a, b in zip(theirs, ours, strict=True) if a and b}
    except (ScriptError, OSError, ValueError) as error:
        log.warning("exercise %s is shown in the language that it is spoken in: %s", name, error)
    return found


def _lines(script: Script) -> list[str]:
    return [step.text for step in (*script.steps, *script.closing)]
