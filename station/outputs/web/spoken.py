"""What an exercise says, in the language of the page that shows it.

All languages of a script stand side by side in one file (`say.de`, `say.en`), so each sentence has its counterpart.
What is spoken stays in the station's language.
"""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import sounds
from station.core.state import State

log = logging.getLogger(__name__)


def shown(state: State, language: str) -> str:
    """What is being said, in `language`; as it is said where it has no counterpart."""
    if not (state.technique and state.saying) or state.language == language:
        return state.saying
    return _counterparts(state.technique, state.language, language).get(state.saying, state.saying)


@lru_cache(maxsize=4)
def _counterparts(name: str, spoken: str, language: str) -> dict[str, str]:
    """Every sentence of an exercise -> the same in another language.

    The files are only parsed: to compile them as for an exercise takes ten times as long, in the page's own thread.
    """
    try:
        texts = [sounds.read(name), *(sounds.read(name, each) for each in sounds.scripts(name))]
        files = [tomllib.loads(text) for text in texts]
    except (OSError, ValueError) as error:
        log.warning("exercise %s is shown in the language that it is spoken in: %s", name, error)
        return {}
    return {each[spoken]: each[language] for each in _side_by_side(files) if {spoken, language} <= each.keys()}


def _side_by_side(node: Any) -> Iterator[dict[str, str]]:
    """Every table of one sentence in several languages, at any depth."""
    if isinstance(node, dict) and node and all(isinstance(each, str) for each in node.values()):
        yield node
    elif isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from _side_by_side(child)
