"""What a press means where: the one button's grammar, as one table.

`Button` says what the finger did, this table what the person wants; who carries it out hears a request that could as
well have come from the page or over MQTT.  Every pair of situation and gesture has an entry: a press that does nothing
says so with an empty one.

A cue is on offer from its first light on: who sees the light and presses means the light.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from station.core.component import NEVER, Handler, Message
from station.core.events import (
    Button,
    Cue,
    CueAnswered,
    GuessWanted,
    Mark,
    Private,
    Refused,
    Reveal,
    SessionEnded,
    SessionStarted,
)
from station.core.inputs import (
    AnswerCue,
    Guess,
    Input,
    MarkNow,
    NextStep,
    SetPrivate,
    SetQuiet,
    Start,
    Stop,
    TogglePause,
)

SITUATIONS = ("monitoring", "offer", "exercise", "private", "guess")
GESTURES = ("short", "double", "long", "hold")

# In private mode nothing is recorded, so there is nothing to mark and nothing to answer; the way out is the way in.
TABLE: Mapping[tuple[str, str], tuple[Input, ...]] = {
    ("monitoring", "short"): (Start(),),
    ("monitoring", "double"): (MarkNow(),),
    ("monitoring", "long"): (SetQuiet(),),
    ("monitoring", "hold"): (SetPrivate(),),
    ("offer", "short"): (AnswerCue("accepted"),),
    ("offer", "double"): (AnswerCue("wrong"),),
    ("offer", "long"): (AnswerCue("not_now"),),
    ("offer", "hold"): (SetPrivate(),),
    ("exercise", "short"): (TogglePause(),),
    ("exercise", "double"): (NextStep(),),
    ("exercise", "long"): (Stop(),),
    ("exercise", "hold"): (SetPrivate(),),
    ("private", "short"): (),
    ("private", "double"): (),
    ("private", "long"): (),
    ("private", "hold"): (SetPrivate(),),
    # Within an exercise that has just asked for a guess: the press is the answer, for these few seconds.
    ("guess", "short"): (Guess(),),
    ("guess", "double"): (NextStep(),),
    ("guess", "long"): (Stop(),),
    ("guess", "hold"): (SetPrivate(),),
}


class Grammar:
    """Knows the situation and looks the gesture up in it."""

    def __init__(self) -> None:
        self._exercise = False
        self._guess = False
        self._offer = False
        self._private = False

    @property
    def situation(self) -> str:
        """One of `SITUATIONS`.  A short way back may still be playing while private mode begins: then `exercise`."""
        if self._exercise:
            return "guess" if self._guess else "exercise"
        if self._private:
            return "private"
        return "offer" if self._offer else "monitoring"

    def routes(self) -> Mapping[type, Handler]:
        """Gestures, and what changes the situation."""
        return {
            Button: self._on_button,
            MarkNow: self._on_mark,
            Cue: lambda _, now: self._now_is(offer=True),
            CueAnswered: lambda _, now: self._now_is(offer=False),
            SessionStarted: lambda _, now: self._now_is(exercise=True),
            SessionEnded: lambda _, now: self._now_is(exercise=False, guess=False),
            GuessWanted: lambda _, now: self._now_is(guess=True),
            Reveal: lambda _, now: self._now_is(guess=False),
            Private: lambda event, now: self._now_is(private=event.on),
        }

    def due(self) -> float:
        """Never: a table has no clock."""
        return NEVER

    def _on_button(self, event: Button, now: float) -> Iterable[Message]:
        return TABLE[self.situation, event.gesture]

    def _on_mark(self, request: MarkNow, now: float) -> Iterable[Message]:
        if self._private:
            return (Refused("mark", "Private mode is on: nothing is recorded."),)
        return (Mark(request.source),)

    def _now_is(
        self,
        exercise: bool | None = None,
        offer: bool | None = None,
        private: bool | None = None,
        guess: bool | None = None,
    ) -> Iterable[Message]:
        self._exercise = self._exercise if exercise is None else exercise
        self._guess = self._guess if guess is None else guess
        self._offer = self._offer if offer is None else offer
        self._private = self._private if private is None else private
        return ()
