"""What the core answers: every event the station can speak of, as a frozen fact.

Rule 1: an event says what happened, never what to do with it.
Rule 2: its name on the wire is its class name in snake case; its keys are its fields.
Rule 3: units stand in the name (`_s` seconds, `_percent`), in the field's own terms (`rve_percent`).

A recording's replay, the MQTT topics, the history and the page all show these same names, so a word
learned once holds everywhere.  Times: every event is decided at one monotonic moment `t`; only a
`Reading` describes another one, the centre of the window it was measured over, and carries it itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from station.core.coach_events import AlertRandomised as AlertRandomised
from station.core.coach_events import Cue as Cue
from station.core.coach_events import CueAnswered as CueAnswered
from station.core.coach_events import CueWithheld as CueWithheld
from station.core.coach_events import Excluded as Excluded
from station.core.coach_events import Liked as Liked
from station.core.coach_events import ObservationBegan as ObservationBegan
from station.core.coach_events import ObservationEnded as ObservationEnded
from station.core.coach_events import Observing as Observing
from station.core.coach_events import ProposalAnswered as ProposalAnswered
from station.core.coach_events import Proposed as Proposed
from station.core.coach_events import QuietHours as QuietHours
from station.core.coach_events import Window as Window
from station.core.event import Event as Event
from station.core.event import Moment as Moment
from station.core.event import as_record as as_record
from station.core.event import fields_of as fields_of
from station.core.event import name_of as name_of

# --- what the muscle does -------------------------------------------------------------------------


class Reading(Event, msgspec.Struct, frozen=True, gc=False):
    """Ten times a second: the load now.  `rve_percent` is None while the signal is not to be believed.

    `t` is the centre of the measured window.  A struct, because a dataclass takes six times as long to make.
    """

    t: float
    rve_percent: float | None
    resting: bool
    quality: str


@dataclass(frozen=True, slots=True)
class Quality(Event):
    """The signal's state changed: ok, off, rail, hum, flat, stale, motion or absent, and why."""

    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TensionStarted(Event):
    """The tension rule is met: sustained load with too little rest.  What the coach makes of it is a `Cue`."""

    load_rve_percent: float
    relative_rest_time: float
    reason: str


@dataclass(frozen=True, slots=True)
class TensionEnded(Event):
    """The muscle has recovered; the episode lasted so long."""

    lasted_s: float


@dataclass(frozen=True, slots=True)
class NoRest(Event):
    """Not one gap of rest for `stretch_s` seconds."""

    stretch_s: float


@dataclass(frozen=True, slots=True)
class Minute(Event):
    """One minute's load measures, decided at its end.  Shares are 0..1; `quality` is A, B, C or X (unknown).

    What each of them is, and whose definition: station/core/load.py.
    """

    relative_rest_time: float | None
    apdf10: float | None
    apdf50: float | None
    apdf90: float | None
    gaps: int
    longest_stretch_s: float
    valid_s: float
    quality: str


@dataclass(frozen=True, slots=True)
class Presence(Event):
    """Somebody at the desk: present, away or unknown."""

    state: str


@dataclass(frozen=True, slots=True)
class SensorTrouble(Event):
    """The sensor cannot be read; the sentence says what is wrong and what to do."""

    problem: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class SensorWell(Event):
    """Frames arrive (again).  `rate` is the measured rate in samples a second."""

    rate: float


# --- what the station offers (its cues: coach_events.py) ------------------------------------------


@dataclass(frozen=True, slots=True)
class Quiet(Event):
    """Quiet began or ended.  `until` is the monotonic second at which it ends by itself (None: open)."""

    on: bool
    until: float | None
    source: str


@dataclass(frozen=True, slots=True)
class ContextChanged(Event):
    """What the house knows began or ended (or ran out): call, focus, away or quiet."""

    name: str
    active: bool


@dataclass(frozen=True, slots=True)
class NoteChanged(Event):
    """What the house says of the circumstances under this name; an empty text: nothing any more."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Preferred(Event):
    """From now on `name` (a key of `station.core.preferences.POSSIBLE`) is `value`."""

    name: str
    value: str | int | bool
    source: str


@dataclass(frozen=True, slots=True)
class Private(Event):
    """Private mode: the sensor is closed and nothing is recorded."""

    on: bool
    source: str


# --- exercises ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SessionStarted(Event):
    """An exercise begins; `seconds` is its exact length."""

    technique: str
    length: str
    language: str
    seconds: float
    source: str


@dataclass(frozen=True, slots=True)
class SessionStep(Event):
    """One step of a running exercise, at the second it belongs to.

    `kind` is say, breath_in, breath_out, sound, bed, tone or silence; `text` is what is spoken, `clip` the
    name of its voice file, `seconds` how long the step takes, `sound` the name of a chime, bed or tone.
    """

    technique: str
    language: str
    index: int
    kind: str
    seconds: float
    text: str = ""
    clip: str = ""
    sound: str = ""


@dataclass(frozen=True, slots=True)
class SessionPaused(Event):
    """The exercise stands still."""

    technique: str
    language: str


@dataclass(frozen=True, slots=True)
class SessionResumed(Event):
    """The exercise goes on where it stood, `remaining_s` before its end."""

    technique: str
    language: str
    remaining_s: float = 0.0


@dataclass(frozen=True, slots=True)
class SessionClosing(Event):
    """The exercise was ended gently and plays its short way back (`seconds`) before it is over."""

    technique: str
    language: str
    seconds: float


@dataclass(frozen=True, slots=True)
class SessionEnded(Event):
    """The exercise is over: completed, stopped, aborted (power or fault) or replaced by another."""

    technique: str
    language: str
    reason: str


@dataclass(frozen=True, slots=True)
class Tone(Event):
    """Biofeedback: how loud the tone is, 0 (silence: the muscle rests) to 1; None: no tone.  Up to 50 a second."""

    level: float | None


@dataclass(frozen=True, slots=True)
class Gap(Event):
    """Gap training: the muscle has rested for a second."""


@dataclass(frozen=True, slots=True)
class GuessWanted(Event):
    """Feel the difference: how tense is it, 0-10?  The person may guess for so many seconds."""

    round: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Reveal(Event):
    """The guess is over: guessed (None: not said) and measured (None: could not be), 0-10; 10 is the reference."""

    round: int
    guess: int | None
    measured: float | None


# --- the person's hand ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Button(Event):
    """A finished gesture: short, double, long or hold."""

    gesture: str


@dataclass(frozen=True, slots=True)
class ButtonHeld(Event):
    """The finger is still down: what a release would do now (short, long, hold), or `none` once it is up."""

    stage: str


@dataclass(frozen=True, slots=True)
class Mark(Event):
    """The person marked this moment.  The text, if any, is written later and never leaves on MQTT."""

    source: str


@dataclass(frozen=True, slots=True)
class Light(Event):
    """The light's pattern changed (core/lights.py): `seconds` for breath, fade, feedback; `brightness` for feedback."""

    pattern: str
    seconds: float = 0.0
    brightness: float = 0.0


@dataclass(frozen=True, slots=True)
class Refused(Event):
    """A request that was not carried out.  `what` is its name (start, private, ...), `reason` a friendly sentence."""

    what: str
    reason: str


# --- calibration ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CalibrationStep(Event):
    """The next thing to do while calibrating; `step` keys the spoken and shown text, `seconds` its length."""

    step: str
    seconds: float


@dataclass(frozen=True, slots=True)
class CalibrationDone(Event):
    """A new yardstick is in force.  `calibration` is a plain dictionary, ready to be stored.

    `daily`: only the gain was measured anew, by the short reference after the electrodes were put on.
    """

    calibration: dict[str, Any]
    daily: bool = False


@dataclass(frozen=True, slots=True)
class CalibrationRefused(Event):
    """The measurement is not plausible; the old yardstick stays.  The sentence says what to try."""

    reason: str


@dataclass(frozen=True, slots=True)
class YardstickDoubted(Event):
    """What was felt for hours cannot be true with the yardstick in force.

    `sign`: rate, impossible, too_strong or too_weak.  An empty one: there is no doubt any more.
    """

    sign: str
    reason: str


# --- the station itself ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DayBegan(Event):
    """A new day at this desk (local date, `2026-11-23`): what is counted by the day begins anew."""

    day: str


# A kind of trouble: there is no speaker now, and light and page go on without it.
NO_SPEAKER = "no_speaker"


@dataclass(frozen=True, slots=True)
class OutputTrouble(Event):
    """An output does not work at the moment; the rest of the station goes on.

    `problem` is for people.  `kind` is for whoever shows it: what it is, where that is no matter for alarm.
    """

    output: str
    problem: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class OutputWell(Event):
    """An output works (again)."""

    output: str
