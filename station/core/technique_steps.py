"""The kinds of step a script may be made of, each with its keys and rules.

    say · sound · bed · tone · silence   in one slot, alone or together; `until` lets a sensor end the slot early
    breathe                              {in, out, cycles}: seconds follow from the pattern
    group                                PMR: announce (slot), tense, release
    when / otherwise                     two sentences for one slot; a sensor chooses

A `Part` is a step that still holds all its languages.  Every mistake becomes a `Problem`; nothing raises.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from station.core import technique_words as words
from station.core.script import Condition, Names, Problem, clip_name
from station.core.toml_text import Lines

_KEYS = {
    "plain": {"slot", "say", "sound", "bed", "tone", "silence", "until", "return"},
    "breathe": {"breathe", "say_in", "say_out", "spoken", "return"},
    "group": {
        *("group", "slot", "say", "tense", "tense_say"),
        *("release", "release_say", "settle_after", "settle_when", "settle_hold"),
    },
    "when": {"when", "slot", "say", "otherwise", "return"},
}


@dataclass(frozen=True, slots=True)
class Part:
    """A compiled step before a language is chosen."""

    at: float
    seconds: float
    kind: str
    texts: Mapping[str, str] = field(default_factory=dict)
    sound: str = ""
    condition: Condition | None = None


class Judge:
    """Collects what is wrong with one text and hands out what is right."""

    def __init__(
        self, file: str, lines: Lines, languages: tuple[str, ...], names: Names | None, problems: list[Problem]
    ) -> None:
        self.file, self.lines, self.languages, self.names, self.problems = file, lines, languages, names, problems

    def say(self, path: tuple[str | int, ...], sentence: str) -> None:
        """Note a problem at a key's line."""
        problem = Problem(self.file, self.lines.of(*path), sentence)
        if problem not in self.problems:
            self.problems.append(problem)

    def keys(self, table: Mapping[str, Any], known: Iterable[str], path: tuple[str | int, ...]) -> None:
        """Only known keys; an unknown one is answered with its nearest neighbour."""
        for key in table:
            if key not in known:
                near = difflib.get_close_matches(key, known, 1)
                hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(sorted(known))}"
                self.say((*path, key), f'"{key}" is not a key here{hint}')

    def text(self, table: Mapping[str, Any], key: str) -> str:
        """A text at the top of the file."""
        value = table.get(key)
        if isinstance(value, str) and value:
            return value
        self.say((key,), f'{key} = "…" is missing')
        return ""

    def one_of(self, table: Mapping[str, Any], key: str, known: tuple[str, ...]) -> str:
        """A word of a closed list, at the top of the file."""
        value = table.get(key)
        if value in known:
            return str(value)
        said = "is missing" if value is None else f'"{value}" is not known'
        self.say((key,), f"{key}: {said}; there are {', '.join(known)}")
        return known[0]

    def number(self, table: Mapping[str, Any], key: str, path: tuple[str | int, ...]) -> float:
        """Seconds above zero (1 in place of a wrong one, so that the judging can go on)."""
        value = table.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 3600:
            return float(value)
        said = "is missing" if value is None else f"= {value} is not a number of seconds above 0"
        self.say((*path, key), f"{key} {said}")
        return 1.0

    def texts(self, table: Mapping[str, Any], key: str, path: tuple[str | int, ...] = ()) -> dict[str, str]:
        """One text a language; each language must be there.  Not spoken, so only its presence is judged."""
        value = table.get(key)
        if not isinstance(value, dict):
            self.say((*path, key), f'{key} is needed in every language: {key}.de = "…"')
            return {}
        for language in self.languages:
            if not isinstance(value.get(language), str) or not value[language]:
                self.say((*path, key), f"{key}.{language} is missing")
        for language in value:
            if language not in self.languages:
                self.say((*path, key, language), f'{key}.{language}: the title has no language "{language}"')
        return {language: text for language, text in value.items() if isinstance(text, str)}

    def spoken(self, table: Mapping[str, Any], key: str, path: tuple[str | int, ...], seconds: float) -> dict[str, str]:
        """A text to be spoken within `seconds`, judged in every language."""
        texts = self.texts(table, key, path)
        for language, text in texts.items():
            place = (*path, key, language)
            for fault in words.faults_of(text, language):
                self.say(place, f"{language}: {fault}")
            known = self.names.clip_seconds.get(clip_name(language, text)) if self.names else None
            needed = words.seconds_to_say(text) if known is None else known
            if needed > seconds:
                measured = "takes about" if known is None else "takes"
                self.say(place, f"{language}: {measured} {needed:.1f} s to say, there are {seconds:g}")
        return texts

    def sound(self, name: object, path: tuple[str | int, ...]) -> str:
        """The name of a sound that exists."""
        if not isinstance(name, str) or (self.names and name not in self.names.sounds):
            known = ", ".join(sorted(self.names.sounds)) if self.names else "named in quotation marks"
            self.say(path, f'there is no sound "{name}"; sounds are {known}')
        return str(name)

    def state(self, value: object, path: tuple[str | int, ...]) -> str:
        """A condition out of the closed list."""
        if value in words.STATES or (isinstance(value, str) and words.DROP.fullmatch(value)):
            return str(value)
        self.say(path, f'"{value}" is no condition; there are {", ".join(words.STATES)}, "tension_drop >= 0.5"')
        return words.STATES[0]


def parts_of(judge: Judge, steps: object, name: str) -> tuple[tuple[Part, ...], bool]:
    """The parts of a list of steps, timed one after the other, and whether its end is marked as the return."""
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        judge.say((name,), f"{name} is a list: write [[{name}]]")
        return (), False
    parts: list[Part] = []
    at = 0.0
    for index, step in enumerate(steps):
        path = (name, index)
        kind = next((kind for kind in ("breathe", "group", "when") if kind in step), "plain")
        judge.keys(step, _KEYS[kind], path)
        new = _MAKERS[kind](judge, step, path, at)
        parts.extend(new)
        at = max((part.at + part.seconds for part in new), default=at)
    returned = any(step.get("return") is True for step in steps[-3:])
    return tuple(parts), returned


def _plain(judge: Judge, step: Mapping[str, Any], path: tuple[str | int, ...], at: float) -> list[Part]:
    seconds = judge.number(step, "slot", path)
    until = _until(judge, step, path, seconds)
    parts = []
    if "bed" in step:
        if step["bed"] not in words.BEDS:
            judge.say((*path, "bed"), f'there is no bed "{step["bed"]}"; there are {", ".join(words.BEDS)}')
        parts.append(Part(at, seconds, "bed", sound=str(step["bed"]), condition=until))
    if "sound" in step:
        parts.append(Part(at, seconds, "sound", sound=judge.sound(step["sound"], (*path, "sound")), condition=until))
    if "tone" in step:
        source = step["tone"].get("source") if isinstance(step["tone"], dict) else None
        if source not in words.TONES:
            judge.say((*path, "tone"), f'a tone has a source: tone = {{ source = "{words.TONES[0]}" }}')
        parts.append(Part(at, seconds, "tone", sound=str(source), condition=until))
    if "say" in step:
        parts.append(Part(at, seconds, "say", judge.spoken(step, "say", path, seconds), condition=until))
    if step.get("silence") is True:
        parts.append(Part(at, seconds, "silence", condition=until))
    if not parts:
        judge.say(path, "a step does something: say, sound, bed, tone, breathe, group, when, or silence = true")
        parts.append(Part(at, seconds, "silence"))
    return parts


def _until(judge: Judge, step: Mapping[str, Any], path: tuple[str | int, ...], slot: float) -> Condition | None:
    until = step.get("until")
    if until is None:
        return None
    if not isinstance(until, dict):
        judge.say((*path, "until"), 'until = { state = "relaxed", hold = 3, after = 5 }')
        return None
    judge.keys(until, {"state", "hold", "after"}, (*path, "until"))
    hold, after = (judge.number(until, key, (*path, "until")) if key in until else 0.0 for key in ("hold", "after"))
    if hold + after > slot:
        judge.say((*path, "until"), f"after {after:g} and hold {hold:g} s do not fit the slot of {slot:g}")
    return Condition("until", judge.state(until.get("state"), (*path, "until", "state")), after, hold)


def _breathe(judge: Judge, step: Mapping[str, Any], path: tuple[str | int, ...], at: float) -> list[Part]:
    pattern = step["breathe"]
    here = (*path, "breathe")
    if not isinstance(pattern, dict):
        judge.say(here, "breathe = { in = 4, out = 6, cycles = 5 }")
        return []
    if "hold" in pattern:
        judge.say((*here, "hold"), "breath is never held here; let the out-breath be longer instead")
    judge.keys({key: value for key, value in pattern.items() if key != "hold"}, {"in", "out", "cycles"}, here)
    lengths = {key: judge.number(pattern, key, here) for key in ("in", "out")}
    cycle = lengths["in"] + lengths["out"]
    if not words.SHORTEST_CYCLE <= cycle <= words.LONGEST_CYCLE:
        judge.say(here, f"a breath of {cycle:g} s; calm ones take {words.SHORTEST_CYCLE:g} to {words.LONGEST_CYCLE:g}")
    if lengths["out"] < lengths["in"]:
        judge.say(here, "the out-breath is at least as long as the in-breath")
    cycles = pattern.get("cycles")
    if not isinstance(cycles, int) or isinstance(cycles, bool) or not 1 <= cycles <= 200:
        judge.say((*here, "cycles"), "cycles is a whole number from 1 to 200")
        cycles = 1
    cues = {
        key: judge.spoken(step, f"say_{key}", path, seconds) if f"say_{key}" in step else {}
        for key, seconds in lengths.items()
    }
    spoken = step.get("spoken", cycles)
    if not isinstance(spoken, int) or not 0 <= spoken <= cycles:
        judge.say((*path, "spoken"), f"spoken is the number of breaths with a spoken cue, 0 to {cycles}")
        spoken = cycles
    parts = []
    for cycle_index in range(cycles):
        for key, seconds in lengths.items():
            texts = cues[key] if cycle_index < spoken else {}
            sound = judge.sound(f"breath-{key}-{seconds:g}", (*here, key))
            parts.append(Part(at, seconds, f"breath_{key}", texts, sound))
            at += seconds
    return parts


def _group(judge: Judge, step: Mapping[str, Any], path: tuple[str | int, ...], at: float) -> list[Part]:
    """Announce, tense, release: the release may end early once the sensor feels it."""
    slot, tense, release = (judge.number(step, key, path) for key in ("slot", "tense", "release"))
    if not words.TENSE[0] <= tense <= words.TENSE[1]:
        judge.say((*path, "tense"), f"tension is held {words.TENSE[0]:g} to {words.TENSE[1]:g} s, not {tense:g}")
    if release < words.SHORTEST_RELEASE:
        judge.say((*path, "release"), f"letting go needs at least {words.SHORTEST_RELEASE:g} s, not {release:g}")
    condition = None
    if "settle_when" in step:
        after = judge.number(step, "settle_after", path)
        hold = judge.number(step, "settle_hold", path) if "settle_hold" in step else 2.0
        if after + hold > release:
            judge.say((*path, "settle_after"), f"settling after {after:g} s and {hold:g} s of rest exceeds the release")
        condition = Condition("until", judge.state(step["settle_when"], (*path, "settle_when")), after, hold)
    return [
        Part(at, slot, "say", judge.spoken(step, "say", path, slot)),
        Part(at + slot, tense, "say", judge.spoken(step, "tense_say", path, tense)),
        Part(at + slot + tense, release, "say", judge.spoken(step, "release_say", path, release), condition=condition),
    ]


def _when(judge: Judge, step: Mapping[str, Any], path: tuple[str | int, ...], at: float) -> list[Part]:
    slot = judge.number(step, "slot", path)
    state = judge.state(step["when"], (*path, "when"))
    return [
        Part(at, slot, "say", judge.spoken(step, "say", path, slot), condition=Condition("when", state)),
        Part(at, slot, "say", judge.spoken(step, "otherwise", path, slot), condition=Condition("otherwise", state)),
    ]


_MAKERS = {"plain": _plain, "breathe": _breathe, "group": _group, "when": _when}
