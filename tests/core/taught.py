"""The muscle as teacher, set up for tests: an ideal muscle, three small exercises, and one of them in virtual time."""

from __future__ import annotations

from typing import Any

import numpy as np

from station.core.biofeedback import Biofeedback
from station.core.engine import Engine
from station.core.events import Quality, Reading, Tone
from station.core.grammar import Grammar
from station.core.inputs import Frame, Start, Tick
from station.core.lights import Lights
from station.core.script import Condition, Script, Step
from station.core.session import Session
from station.core.yardstick import measure

RATE = 500.0
LOOSE, LIGHT_WORK, RAISED = 0.3, 8.0, 30.0
rng = np.random.default_rng(5)


def volts(load: float, seconds: float) -> np.ndarray:
    """Noise of 1 mV a per cent over the amplifier's own 0.3 mV, around half the supply."""
    n = round(seconds * RATE)
    return 1.65 + load * 1e-3 * rng.standard_normal(n) + 3e-4 * rng.standard_normal(n)


STICK = measure("emg-raw", volts(0, 30), volts(100, 15), RATE)

LET_GO = Script(
    "biofeedback",
    "micro",
    "de",
    40.0,
    "none",
    (
        Step(0.0, 5.0, "say", "Hör hin."),
        Step(5.0, 10.0, "tone", sound="tension"),
        Step(5.0, 10.0, "say", "Hoch damit."),
        Step(15.0, 15.0, "tone", sound="tension", condition=Condition("until", "relaxed", 5.0, 2.0)),
        Step(15.0, 15.0, "say", "Und los.", condition=Condition("until", "relaxed", 5.0, 2.0)),
        Step(30.0, 10.0, "say", "Das war es.", condition=Condition("until", "relaxed", 5.0, 2.0)),
    ),
    (Step(0.0, 4.0, "say", "Gut, Schluss."),),
)
GAPS = Script("biofeedback", "micro", "de", 30.0, "none", (Step(0.0, 30.0, "tone", sound="gaps"),), ())
DIFFERENCE = Script(
    "biofeedback",
    "middle",
    "de",
    120.0,
    "none",
    tuple(
        step
        for k in range(6)
        for step in (
            Step(20.0 * k, 12.0, "tone", sound="guess"),
            Step(20.0 * k, 12.0, "say", "Rate einfach."),
            Step(20.0 * k + 12, 8.0, "tone", sound="tension"),
            Step(20.0 * k + 12, 8.0, "say", "Und nun hör hin."),
        )
    ),
    (),
)


class Lesson:
    """One exercise and one muscle in virtual time; frames of 20 ms and readings ten times a second."""

    def __init__(self, script: Script, stick: Any = STICK) -> None:
        parts = (Grammar(), Session(lambda *_: script), Biofeedback(("emg-raw",), (stick,)), Lights())
        self.engine = Engine(parts)
        self.now, self.told = 100.0, list[tuple[float, Any]]()
        self._frames = 0
        self.say(Quality("ok"))
        self.wear(LOOSE, 1.0)
        self.told.clear()
        self.began = self.now
        self.say(Start("biofeedback"))

    def say(self, *messages: Any) -> None:
        for message in messages:
            self.told += [(self.now, event) for event in self.engine.handle(message, self.now)]

    def wear(self, load: float | None, seconds: float) -> None:
        """The muscle's load (None: no frames come)."""
        for _ in range(round(seconds / 0.02)):
            until = self.now + 0.02
            while self.engine.due() <= until:
                self.now = max(self.now, self.engine.due())
                self.say(Tick())
            self.now = until
            if load is None:
                continue
            self.say(Frame(volts(load, 0.02)[:, None], self.now, RATE))
            self._frames += 1
            if self._frames % 5 == 0:
                self.say(Reading(self.now - 0.25, load, load < 5, "ok"))

    def all(self, kind: type) -> list[Any]:
        return [event for _, event in self.told if isinstance(event, kind)]

    def level(self) -> float | None:
        return self.all(Tone)[-1].level if self.all(Tone) else None
