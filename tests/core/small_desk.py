"""A small desk for the core's timelines: hand, coach, exercise and light on one engine, in virtual time."""

from __future__ import annotations

from typing import Any

from station.core.budget import Budget
from station.core.coach import Coach
from station.core.coach import Settings as CoachSettings
from station.core.engine import Engine
from station.core.events import Cue, CueAnswered, CueWithheld, Moment, Reading, SensorWell, TensionEnded, TensionStarted
from station.core.gestures import Gestures
from station.core.grammar import Grammar
from station.core.inputs import ButtonEdge, Tick
from station.core.lights import Lights
from station.core.lights import Settings as LightSettings
from station.core.quiet import QuietTime
from station.core.script import Condition, Script, Step
from station.core.session import Session
from station.core.session import Settings as SessionSettings
from station.core.state import State, fold

WALL = 1_700_000_000.0


def breathing(length: str, language: str) -> Script:
    """Twenty seconds: a sentence, one breath, a sentence."""
    steps = (
        Step(0.0, 4.0, "say", "Ankommen.", "clip-a"),
        Step(4.0, 4.0, "breath_in"),
        Step(8.0, 6.0, "breath_out"),
        Step(14.0, 6.0, "say", "Bis bald.", "clip-b"),
    )
    return Script("breathing", length, language, 20.0, "rain", steps, ())


def shrug(length: str, language: str) -> Script:
    """Ten seconds, one sentence; a branch that only a sensor opens."""
    steps = (
        Step(0.0, 5.0, "say", "Hochziehen.", "clip-c"),
        Step(5.0, 5.0, "say", "Losgelassen.", "clip-d", condition=Condition("when", "relaxed")),
        Step(5.0, 5.0, "say", "Fallen lassen.", "clip-e", condition=Condition("otherwise", "relaxed")),
    )
    return Script("shoulder-drop", length, language, 10.0, "none", steps, ())


def autogenic(length: str, language: str) -> Script:
    """A minute of heaviness, and the way back that is always played."""
    steps = (Step(0.0, 30.0, "say", "Schwer.", "clip-f"), Step(30.0, 30.0, "say", "Arme fest.", "clip-g"))
    back = (Step(0.0, 6.0, "say", "Arme fest.", "clip-g"), Step(6.0, 6.0, "say", "Augen auf.", "clip-h"))
    return Script("autogenic", length, language, 60.0, "none", steps, back, family="autogenic")


SCRIPTS = {"breathing": breathing, "shoulder-drop": shrug, "autogenic": autogenic}


def library(technique: str, length: str, language: str) -> Script | None:
    """Three exercises, in German only."""
    make = SCRIPTS.get(technique)
    return make(length, language) if make and language == "de" else None


class SmallDesk:
    """Everything of the core but the signal: tension is told, not measured."""

    def __init__(
        self,
        coach: CoachSettings | None = None,
        session: SessionSettings | None = None,
        lights: LightSettings | None = None,
    ) -> None:
        # No patience, no settling, no days of mere watching unless a test is about them: it begins with the light.
        self.coach = Coach(coach or CoachSettings(patience_s=0, settle_s=0, baseline_days=0), Budget())
        self.quiet = QuietTime()
        self.grammar = Grammar()
        self.session = Session(library, session, tuple(SCRIPTS))
        self.lights = Lights(lights)
        self.gestures = Gestures()
        parts = (self.gestures, self.grammar, self.quiet, self.coach, self.session, self.lights)
        self.engine = Engine(parts)
        self.now = 0.0
        self.told: list[tuple[float, Any]] = []
        self.state = State()
        self.say(SensorWell(500.0))

    def say(self, *messages: Any) -> list[Any]:
        """Hand messages to the engine now; what they brought."""
        fresh = []
        for message in messages:
            for event in self.engine.handle(message, self.now):
                fresh.append(event)
                self.told.append((self.now, event))
                self.state = fold(self.state, Moment(event, self.now, WALL + self.now))
        return fresh

    def wait(self, seconds: float) -> list[Any]:
        """Let time pass, a Tick whenever somebody asked for one; what it brought."""
        until, due = self.now + seconds, self.engine.due()
        fresh = []
        for _ in range(100_000):
            if due > until:
                self.now = until
                return fresh
            self.now = max(self.now, due)
            fresh += self.say(Tick())
            due = self.engine.due()
            assert due > self.now, f"somebody wants the same Tick again and again at {self.now}"
        raise AssertionError("time does not pass")

    def press(self, *held: float) -> list[Any]:
        """Presses of these lengths, 0.2 s apart; and wait until the gesture is known."""
        fresh = []
        for seconds in held:
            fresh += self.say(ButtonEdge(True, self.now))
            fresh += self.wait(seconds)
            fresh += self.say(ButtonEdge(False, self.now))
            fresh += self.wait(0.2)
        return fresh + self.wait(0.4)

    def short(self) -> list[Any]:
        return self.press(0.2)

    def double(self) -> list[Any]:
        return self.press(0.2, 0.2)

    def long(self) -> list[Any]:
        return self.press(2.0)

    def hold(self) -> list[Any]:
        return self.press(7.0)

    def tension(self) -> list[Any]:
        """The rule is met."""
        return self.say(TensionStarted(15.0, 0.04, "rest share 4 %"))

    def recover(self) -> list[Any]:
        return self.say(TensionEnded(120.0))

    def feel(self, rve_percent: float | None, seconds: float) -> list[Any]:
        """Readings at 10 Hz while time passes."""
        fresh = []
        for _ in range(round(seconds * 10)):
            fresh += self.wait(0.1)
            resting = rve_percent is not None and rve_percent < 5
            fresh += self.say(Reading(self.now, rve_percent, resting, "ok"))
        return fresh

    def all(self, kind: type) -> list[Any]:
        """Every event of this kind so far."""
        return [event for _, event in self.told if isinstance(event, kind)]

    def times(self, kind: type) -> list[float]:
        return [t for t, event in self.told if isinstance(event, kind)]

    def pattern(self) -> str:
        return self.lights.pattern


# What a desk has said so far, in short.


def cues(desk: SmallDesk) -> list[str]:
    return [e.phase for e in desk.all(Cue)]


def answers(desk: SmallDesk) -> list[str]:
    return [e.answer for e in desk.all(CueAnswered)]


def codes(desk: SmallDesk) -> list[str]:
    """The codes of the cues that were withheld."""
    return [e.reason.split(":")[0] for e in desk.all(CueWithheld)]
