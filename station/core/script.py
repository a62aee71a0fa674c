"""Exercises are data: a script says what is heard and shown in which second, in every language at once.

    technique.toml + middle.toml  --compile(…, "de")-->  Script(steps=(Step(at=0.0, seconds=8.0, kind="say", …), …))

Rule 1: every step owns an exact number of seconds (its slot), whatever the language, the voice or the sensor says;
so an exercise has one length, known before it begins, and can be followed on a clock without drift.

          slot 8                  breathe in 4, out 6             slot 12
    |-- say ... silence --|-- in --|--- out ---|-- in --| … |-- say, sound --|

Rule 2: parts of one step begin together (a voice and a bowl): they are several `Step`s with the same `at`.
Rule 3: a `condition` is what a sensor may change.  Without a sensor skip every step whose condition's role is `when`
and play all others for their full time.

This file holds what a compiled script is; `technique.py` makes one from text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Condition:
    """How a sensor may change a step.

    role: `until`: the step may end early, once `state` has held for `hold` seconds, but not before `after` seconds;
          `when`: play this step only if `state` holds as it begins; `otherwise`: only if it does not (or no sensor).
    state: relaxed, tensed, sensor_ok, or `tension_drop >= x` with x the share (0..1) by which the load has fallen.
    """

    role: str
    state: str
    after: float = 0.0
    hold: float = 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that begins `at` seconds after the start and owns `seconds`.

    kind: say, breath_in, breath_out, sound, bed, tone or silence.
    text, clip: what is spoken and the stem of its voice file (breaths may carry both, as spoken cue).
    sound: name of a sound, of a breath's pacer tone, of a bed (`none` ends it), or of a tone's source (`tension`).
    """

    at: float
    seconds: float
    kind: str
    text: str = ""
    clip: str = ""
    sound: str = ""
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """One exercise in one language.

    technique: the folder's name; name: the script file's stem; length: micro, middle or long.
    seconds: the exact length.  bed: the ambience from the first second on (`none`: silence), not repeated in `steps`.
    closing: what is played instead of the rest when the exercise is ended early; its times start at 0.
    """

    technique: str
    length: str
    language: str
    seconds: float
    bed: str
    steps: tuple[Step, ...]
    closing: tuple[Step, ...]
    name: str = ""
    title: str = ""
    family: str = ""
    safety: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a script: where, and a sentence for the person who wrote it."""

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.sentence}"


class ScriptError(ValueError):
    """Everything that is wrong with an exercise's texts, in the order of their lines."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Names:
    """What a script may refer to: the sounds there are, and the true seconds of voice clips that are known."""

    sounds: frozenset[str] = frozenset()
    clip_seconds: Mapping[str, float] = field(default_factory=dict)


def clip_name(language: str, text: str) -> str:
    """The stem of the file in which `text` is spoken: it changes exactly when the words or the language change."""
    return hashlib.sha256(f"{language}\n{text}".encode()).hexdigest()[:12]
