"""What the core is told: measurements, the hand on the button, requests from anyone, and that time passes.

Rule 1: every library thread may do one thing, `inbox.put(one of these)`.
Rule 2: a request is the same whoever makes it (button, MQTT, page, terminal); `source` says who, for the record.
Rule 3: the core itself may make requests too: a short press is turned into `Start`, which then takes the one way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from station.core.event import slots_of

if TYPE_CHECKING:  # an output that only asks for things needs no numpy
    import numpy as np


@dataclass(frozen=True, slots=True)
class Input:
    """Anything the core can be told."""


@dataclass(frozen=True, slots=True)
class Tick(Input):
    """Time has passed; nothing else happened."""


@dataclass(frozen=True, slots=True, eq=False, init=False)
class Frame(Input):
    """About 0.1 s of samples, as long as a hop; a fifth of that while somebody listens to the muscle.

    volts: float32 array (n, channels), volts at the ADC pin, in the order of conversion.  The core keeps it until its
        hop is full, so nobody writes into it again.
    t_last: monotonic second of the last conversion.
    rate: measured samples a second of each channel.
    lost: samples missing immediately *before* this frame (per channel).
    """

    volts: np.ndarray
    t_last: float
    rate: float
    lost: int = 0

    def __init__(self, volts: np.ndarray, t_last: float, rate: float, lost: int = 0) -> None:
        _volts(self, volts)
        _t_last(self, t_last)
        _rate(self, rate)
        _lost(self, lost)


_volts, _t_last, _rate, _lost = slots_of(Frame, "volts", "t_last", "rate", "lost")


@dataclass(frozen=True, slots=True)
class SensorLost(Input):
    """No frames: the driver gave up or its process died; `reason` is a sentence, `remedy` what to do."""

    reason: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class ButtonEdge(Input):
    """The debounced button went down or up at monotonic second `at`."""

    pressed: bool
    at: float


@dataclass(frozen=True, slots=True)
class Start(Input):
    """Begin an exercise.  Empty strings mean: the owner's favourite, length and language.

    `then` names a second one that follows when the first was done to its end (or does not exist in this house).
    """

    technique: str = ""
    length: str = ""
    language: str = ""
    source: str = "button"
    then: str = ""


@dataclass(frozen=True, slots=True)
class Stop(Input):
    """End the running exercise gently."""

    source: str = "button"


@dataclass(frozen=True, slots=True)
class TogglePause(Input):
    """Pause or resume the running exercise."""

    source: str = "button"


@dataclass(frozen=True, slots=True)
class NextStep(Input):
    """Go on to the next step of the running exercise."""

    source: str = "button"


@dataclass(frozen=True, slots=True)
class Guess(Input):
    """How tense the muscle feels, 0-10; None: guessed in one's head, now show me."""

    value: int | None = None
    source: str = "button"


@dataclass(frozen=True, slots=True)
class SetQuiet(Input):
    """Quiet for so many minutes from now; 0 ends it; None toggles the owner's usual length.

    Where `on` is given, None means: the usual length unless it is quiet already (True), or the end (False).
    """

    minutes: float | None = None
    source: str = "button"
    on: bool | None = None


@dataclass(frozen=True, slots=True)
class SetPrivate(Input):
    """Private mode on, off or (None) toggled.  A remote source can never end it."""

    on: bool | None = None
    source: str = "button"


@dataclass(frozen=True, slots=True)
class MarkNow(Input):
    """Remember this moment."""

    source: str = "button"


@dataclass(frozen=True, slots=True)
class AnswerCue(Input):
    """The person answers the offer: accepted, not_now or wrong."""

    answer: str
    source: str = "button"


@dataclass(frozen=True, slots=True)
class Context(Input):
    """What the house knows: `call`, `focus`, `away` or `quiet` is so (or not), for at most `expires_s` seconds."""

    name: str
    active: bool
    expires_s: float = 3600.0


@dataclass(frozen=True, slots=True)
class Note(Input):
    """The house adds a word to the circumstances (`weather`: `thunderstorm`), for at most `expires_s` seconds.

    An empty text takes it back.  It stays in this house: shown on the page, never sent on.
    """

    name: str
    text: str
    expires_s: float = 3600.0


@dataclass(frozen=True, slots=True)
class Prefer(Input):
    """Change what may be changed while running: `{"volume": 40}`; names in `station.core.preferences.POSSIBLE`."""

    values: Mapping[str, str | int | bool]
    source: str = "page"


@dataclass(frozen=True, slots=True)
class Calibrate(Input):
    """Drive the calibration: start, daily, next, skip or abort."""

    action: str
    source: str = "terminal"


@dataclass(frozen=True, slots=True)
class UseCalibration(Input):
    """Take this stored yardstick (the dictionary of a `CalibrationDone`) into force, one per channel."""

    calibrations: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class TryCalibration(Input):
    """Let the tone follow this measurement while the calibration goes on, one per channel; nothing else changes.

    None: this channel could not be measured yet.
    """

    calibrations: tuple[dict[str, Any] | None, ...]


@dataclass(frozen=True, slots=True)
class LocalTime(Input):
    """It is `second` seconds after local midnight of `day` (`2026-11-23`, weekday 0 is Monday); told once a minute."""

    day: str
    weekday: int
    second: float


@dataclass(frozen=True, slots=True)
class Like(Input):
    """The person likes this exercise, by the name of its folder; `on` False takes it back."""

    technique: str
    on: bool = True
    source: str = "page"


@dataclass(frozen=True, slots=True)
class Exclude(Input):
    """Never suggest this exercise (`on` False: do again).  A running one of this name is ended gently."""

    technique: str
    on: bool = True
    source: str = "page"


@dataclass(frozen=True, slots=True)
class EffectsKnown(Input):
    """The techniques whose effect on this person's own muscle can be known by now, the largest first."""

    best_first: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswerProposal(Input):
    """Yes or no to what the station proposes."""

    accepted: bool
    source: str = "page"


@dataclass(frozen=True, slots=True)
class Observe(Input):
    """Look at one thing (pace, felt or task) for two weeks; an empty subject ends that at once."""

    subject: str
    source: str = "page"


@dataclass(frozen=True, slots=True)
class QuestionDone(Input):
    """The question on the page was answered or skipped.  Which of the two, and what was said, is told to nobody."""

    source: str = "page"


@dataclass(frozen=True, slots=True)
class NewDay(Input):
    """The local date is `day` now (`2026-11-23`; told at the start and at midnight).

    `workdays_before`: on how many earlier days this desk has measured; the coach's baseline days count by it.
    """

    day: str
    workdays_before: int = 0
