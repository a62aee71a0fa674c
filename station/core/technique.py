"""From an exercise's two texts to a script that can be played: parse, judge, choose a language.

    technique.toml + middle.toml  --compile(…, "de")-->  Script(steps=(Step(at=0.0, seconds=8.0, kind="say", …), …))

technique.toml says what the exercise is (titles, source of the method, caution, how it ends early); every other file
beside it is one script: micro, middle, long, or a free name.  All languages stand side by side in one text, so that a
translation cannot drift, and all of them are judged whichever one is asked for.  The shapes are in `script.py`, the
words in `technique_words.py`, one step's rules in `technique_steps.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from station.core import technique_words as words
from station.core.script import Names, Problem, Script, ScriptError, Step, clip_name
from station.core.technique_steps import Judge, Part, parts_of
from station.core.toml_text import TomlError, parse

__all__ = ["Names", "Problem", "Script", "ScriptError", "Step", "Technique", "clip_name", "compile", "describe"]

_TECHNIQUE_KEYS = {"family", "title", "about", "source", "evidence", "caution", "safety", "closing"}
_SCRIPT_KEYS = {"technique", "name", "title", "length", "total", "bed", "safety", "step", "closing"}


@dataclass(frozen=True, slots=True)
class Technique:
    """What an exercise is, whatever its length.  Texts are keyed by language; `title` decides which there are."""

    family: str
    title: Mapping[str, str]
    about: Mapping[str, str]
    source: Mapping[str, str]
    evidence: Mapping[str, str]
    caution: Mapping[str, str]
    safety: tuple[str, ...]
    closing: tuple[Part, ...] = field(default=())

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages this exercise claims to speak."""
        return tuple(self.title)


def describe(technique_text: str, file: str = "technique.toml") -> Technique:
    """What technique.toml says.  Raises ScriptError with every problem of it."""
    problems: list[Problem] = []
    technique = _technique(technique_text, file, None, problems)
    if problems or technique is None:
        raise ScriptError(tuple(problems))
    return technique


def compile(
    technique_text: str,
    script_text: str,
    language: str,
    names: Names | None = None,
    files: tuple[str, str] = ("technique.toml", "script.toml"),
) -> Script:
    """The exercise that these two texts describe, in `language`.

    names: what sounds and clips exist; None leaves references unchecked (a translator without the sound files).
    files: what to call the two texts in problems.
    Raises ScriptError with every problem of both texts, in all their languages, at once.
    """
    problems: list[Problem] = []
    technique = _technique(technique_text, files[0], names, problems)
    spoken = technique.languages if technique else ()
    script = (
        _script(script_text, files[1], names, problems, technique=technique, language=language) if technique else None
    )
    if technique and language not in spoken:
        problems.append(
            Problem(files[0], 1, f'there is no language "{language}"; the title is written in {_listed(spoken)}')
        )
    if problems or script is None:
        raise ScriptError(tuple(problems))
    return script


def _technique(text: str, file: str, names: Names | None, problems: list[Problem]) -> Technique | None:
    """technique.toml judged; None only when it cannot be read at all."""
    try:
        data, lines = parse(text)
    except TomlError as error:
        problems.append(Problem(file, error.line, error.message))
        return None
    title = data.get("title")
    spoken = tuple(title) if isinstance(title, dict) else ()
    judge = Judge(file, lines, spoken, names, problems)
    judge.keys(data, _TECHNIQUE_KEYS, ())
    if not spoken:
        judge.say(("title",), 'a title is needed in every language: title.de = "…"')
    family = judge.one_of(data, "family", words.FAMILIES)
    texts = {key: judge.texts(data, key) for key in ("title", "about", "source", "evidence", "caution")}
    safety = _safety(judge, data)
    closing, _ = parts_of(judge, data.get("closing", []), "closing")
    if family == "autogenic" and sum(part.seconds for part in closing if part.kind == "say") < 10:
        judge.say(
            ("closing",), "autogenic training ends with a return, also when it is ended early: at least ten seconds"
        )
    return Technique(family, **texts, safety=safety, closing=closing)


def _script(
    text: str, file: str, names: Names | None, problems: list[Problem], *, technique: Technique, language: str
) -> Script | None:
    """One script judged and, where possible, compiled."""
    try:
        data, lines = parse(text)
    except TomlError as error:
        problems.append(Problem(file, error.line, error.message))
        return None
    judge = Judge(file, lines, technique.languages, names, problems)
    judge.keys(data, _SCRIPT_KEYS, ())
    folder = judge.text(data, "technique")
    length = judge.one_of(data, "length", words.LENGTHS)
    bed = judge.one_of(data, "bed", words.BEDS)
    total = judge.number(data, "total", ())
    safety = _safety(judge, data)
    title = judge.texts(data, "title") if "title" in data else technique.title
    parts, returned = parts_of(judge, data.get("step", []), "step")
    closing, _ = parts_of(judge, data.get("closing", []), "closing")
    _whole(judge, data, parts, returned, total)
    name = data["name"] if isinstance(data.get("name"), str) else length
    return Script(
        folder,
        length,
        language,
        total,
        bed,
        _steps(parts, language),
        _steps(closing or technique.closing, language),
        name,
        title.get(language, ""),
        technique.family,
        tuple(dict.fromkeys((*technique.safety, *safety))),
    )


def _whole(judge: Judge, data: Mapping[str, Any], parts: tuple[Part, ...], returned: bool, total: float) -> None:
    """What holds for a script as a whole: slots add up, it answers at once, it ends in the room."""
    if not parts:
        judge.say(("step",), "there is no step; an exercise is a list of [[step]]")
        return
    added = max(part.at + part.seconds for part in parts)
    if "total" in data and abs(added - total) > 0.001:
        judge.say(("total",), f"the slots add up to {added:g} s, total says {total:g}")
    if not any(part.at == 0 and part.texts for part in parts):
        judge.say(("step", 0), "the first step speaks, so that whoever pressed the button hears at once that it worked")
    if total < 30 or data.get("name") in words.ACCOMPANYING:
        return  # a shrug of ten seconds needs no way back, nor does a sentence inside another exercise
    if not returned:
        judge.say(
            ("step", len(data["step"]) - 1), "an exercise ends in the room: mark its last sentences return = true"
        )
    if not any(part.kind == "sound" for part in parts if part.at + part.seconds > added - 0.001):
        judge.say(("step", len(data["step"]) - 1), "the last step rings: sound = a closing chime")


def _steps(parts: tuple[Part, ...], language: str) -> tuple[Step, ...]:
    """Parts in one language."""
    steps = []
    for part in parts:
        text = part.texts.get(language, "")
        clip = clip_name(language, text) if text else ""
        steps.append(Step(part.at, part.seconds, part.kind, text, clip, part.sound, part.condition))
    return tuple(steps)


def _safety(judge: Judge, data: Mapping[str, Any]) -> tuple[str, ...]:
    notes = data.get("safety", [])
    if not isinstance(notes, list):
        judge.say(("safety",), f"safety is a list of {_listed(words.SAFETY)}")
        return ()
    for index, note in enumerate(notes):
        if note not in words.SAFETY:
            judge.say(("safety", index), f'"{note}" is no safety note; there are {_listed(words.SAFETY)}')
    return tuple(note for note in notes if note in words.SAFETY)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "none"
