"""What the page may ask of the station: one body and one request (`station.core.inputs`) each.

The same requests as the button's and MQTT's; `source="page"` says who asked.  Nothing is carried out here: the core
answers with events, and the page sees them like everybody else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from station.core import inputs as i

SOURCE = "page"

Name = Annotated[str, Meta(pattern=r"^[a-z0-9-]{0,40}$", description="The name of an exercise's folder or script.")]


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request's body: JSON, every key known."""


class Nothing(Body, frozen=True, forbid_unknown_fields=True):
    """No words are needed: `{}`."""


class Exercise(Body, frozen=True, forbid_unknown_fields=True):
    """Begin an exercise; what is left out is the owner's favourite."""

    technique: Name = ""
    length: Name = ""
    language: Annotated[str, Meta(pattern="^([a-z]{2,3}|)$", description="The language it speaks.")] = ""


class QuietFor(Body, frozen=True, forbid_unknown_fields=True):
    """Quiet for so many minutes; 0 ends it, null switches it as the long press does."""

    minutes: Annotated[float, Meta(ge=0, le=720, description="Minutes from now.")] | None = None


class PrivateMode(Body, frozen=True, forbid_unknown_fields=True):
    """Private mode: the sensor is closed and nothing is recorded."""

    on: Annotated[bool, Meta(description="On or off.")]


class CueAnswer(Body, frozen=True, forbid_unknown_fields=True):
    """What you say to an offer."""

    answer: Annotated[Literal["accepted", "not_now", "wrong"], Meta(description="Your answer.")]


class HouseSaid(Body, frozen=True, forbid_unknown_fields=True):
    """What the house says of you and what is no longer so; the house may say it anew."""

    context: Annotated[Literal["call", "focus", "away", "quiet"], Meta(description="Which of the house's words.")]


class GuessNow(Body, frozen=True, forbid_unknown_fields=True):
    """How tense the muscle feels."""

    value: Annotated[int, Meta(ge=0, le=10, description="0: quite loose, 10: the reference.")]


class Wishes(Body, frozen=True, forbid_unknown_fields=True):
    """What may be changed while the station runs; what is left out stays as it is."""

    monitoring: bool | None = None
    cues: bool | None = None
    favourite: Name | None = None
    language: Annotated[str, Meta(pattern="^[a-z]{2,3}$", description="The language exercises speak.")] | None = None
    quiet_minutes: Annotated[int, Meta(ge=1, le=720, description="Minutes of quiet after a long press.")] | None = None
    volume: Annotated[int, Meta(ge=0, le=100, description="Volume in percent.")] | None = None
    cue_budget: Annotated[int, Meta(ge=0, le=24, description="At most so many cues a day.")] | None = None
    silent_alerts: Annotated[bool, Meta(description="Leave out some alerts by chance, to compare.")] | None = None
    load_limit: (
        Annotated[int, Meta(ge=100, le=200, description="The limit of tension, in % of the calibrated one.")] | None
    ) = None
    chime: Annotated[bool, Meta(description="One soft chime after the light.")] | None = None
    daily: (
        Annotated[
            str,
            Meta(
                pattern=r"^(off|arrival|return|([01]\d|2[0-3]):[0-5]\d)$",
                description="When the day's small pause is offered: a time, `arrival`, `return` or `off`.",
            ),
        ]
        | None
    ) = None
    movement: Annotated[bool, Meta(description="Reminders to move after long sitting.")] | None = None
    quiet_hours: (
        Annotated[str, Meta(max_length=200, description="Times of the week: `mon-fri 12:00-13:00, sat-sun`.")] | None
    ) = None
    try_out: Annotated[bool, Meta(description="Two weeks in which all exercises take turns.")] | None = None


class OneTechnique(Body, frozen=True, forbid_unknown_fields=True):
    """An exercise that you like, or that suggestions should leave out."""

    technique: Annotated[
        str,
        Meta(pattern=r"^[a-z0-9-]{1,40}(/[a-z0-9-]{1,40})?$", description="The name of its folder."),
    ]
    on: Annotated[bool, Meta(description="Say it, or take it back.")] = True


class YesOrNo(Body, frozen=True, forbid_unknown_fields=True):
    """What you say to what the station proposes."""

    accepted: Annotated[bool, Meta(description="Yes or no.")]


class Subject(Body, frozen=True, forbid_unknown_fields=True):
    """What to look at for two weeks; an empty one ends that."""

    subject: Annotated[Literal["", "pace", "felt", "task"], Meta(description="What to look at.")]


class CalibrationMove(Body, frozen=True, forbid_unknown_fields=True):
    """Lead the calibration."""

    action: Annotated[Literal["start", "daily", "next", "skip", "abort"], Meta(description="What to do.")]


def _said(wishes: Wishes) -> dict[str, str | int | bool]:
    return {key: value for key, value in msgspec.structs.asdict(wishes).items() if value is not None}


# name -> (body, the request it becomes, what it does)
COMMANDS: Mapping[str, tuple[type[Body], Callable[[Any], i.Input], str]] = {
    "start": (Exercise, lambda b: i.Start(b.technique, b.length, b.language, SOURCE), "Begin an exercise."),
    "stop": (Nothing, lambda b: i.Stop(SOURCE), "End the running exercise gently; a second one ends it at once."),
    "pause": (Nothing, lambda b: i.TogglePause(SOURCE), "Pause the running exercise, or go on."),
    "next": (Nothing, lambda b: i.NextStep(SOURCE), "Go on to the exercise's next step."),
    "quiet": (QuietFor, lambda b: i.SetQuiet(b.minutes, SOURCE), "Ask for quiet, or end it."),
    "context": (HouseSaid, lambda b: i.Context(b.context, False), "What the house says is over."),
    "private": (PrivateMode, lambda b: i.SetPrivate(b.on, SOURCE), "Switch private mode."),
    "mark": (Nothing, lambda b: i.MarkNow(SOURCE), "Remember this moment."),
    "answer": (CueAnswer, lambda b: i.AnswerCue(b.answer, SOURCE), "Answer an offer."),
    "guess": (GuessNow, lambda b: i.Guess(b.value, SOURCE), "Feel the difference: say how tense it feels."),
    "like": (OneTechnique, lambda b: i.Like(b.technique, b.on, SOURCE), "Say that you like an exercise."),
    "exclude": (OneTechnique, lambda b: i.Exclude(b.technique, b.on, SOURCE), "Leave an exercise out of suggestions."),
    "proposal": (YesOrNo, lambda b: i.AnswerProposal(b.accepted, SOURCE), "Say yes or no to what is proposed."),
    "observe": (Subject, lambda b: i.Observe(b.subject, SOURCE), "Two weeks of looking at one thing: begin, or end."),
    "prefer": (Wishes, lambda b: i.Prefer(_said(b), SOURCE), "Change what may be changed while running."),
    "calibrate": (CalibrationMove, lambda b: i.Calibrate(b.action, SOURCE), "Lead the calibration."),
}


class MarkText(Body, frozen=True, forbid_unknown_fields=True):
    """Your words to a marked moment; an empty text takes them back."""

    mark: Annotated[int, Meta(ge=1, le=2**53, description="The mark's id.")]
    text: Annotated[str, Meta(max_length=2000, description="What you want to remember.")]


class Feeling(Body, frozen=True, forbid_unknown_fields=True):
    """How you feel, for your diary alone; null: not said."""

    discomfort: Annotated[int, Meta(ge=0, le=10, description="0: none, 10: as strong as can be.")] | None = None
    mood: Annotated[int, Meta(ge=0, le=10, description="0: low, 10: bright.")] | None = None


class FeelingId(Body, frozen=True, forbid_unknown_fields=True):
    """One of your entries."""

    feeling: Annotated[int, Meta(ge=1, le=2**53, description="The entry's id.")]


class WantFeelings(Body, frozen=True, forbid_unknown_fields=True):
    """Whether the diary offers a place for how you feel."""

    on: Annotated[bool, Meta(description="On or off.")]


class QuestionAnswer(Body, frozen=True, forbid_unknown_fields=True):
    """Your answer to the question of the two weeks, for your diary alone; null skips it."""

    answer: Annotated[str, Meta(pattern=r"^[a-z]{1,20}$", description="One of the answers there are.")] | None = None


class AnswerId(Body, frozen=True, forbid_unknown_fields=True):
    """One of your answers."""

    answer: Annotated[int, Meta(ge=1, le=2**53, description="The answer's id.")]


class SetupStep(Body, frozen=True, forbid_unknown_fields=True):
    """One step of the first set-up is done (or to be done anew)."""

    step: Annotated[
        Literal["flags", "power", "sensor", "sound", "calibration", "button", "privacy"],
        Meta(description="Which step."),
    ]
    done: Annotated[bool, Meta(description="Done, or to be done anew.")] = True
    choice: Annotated[
        Literal["", "battery", "isolated", "mains", "skipped", "heard", "silent"],
        Meta(description="What was chosen there."),
    ] = ""


class Passphrase(Body, frozen=True, forbid_unknown_fields=True):
    """The page's passphrase; an empty one opens the page to this computer alone."""

    passphrase: Annotated[str, Meta(max_length=200, description="10 to 200 characters, or empty.")]
