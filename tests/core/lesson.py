"""A calibration as a lesson: a muscle as plain as can be that does what the steps say, in virtual time."""

from __future__ import annotations

from typing import Any

import numpy as np

from station.core.calibrating import Calibrating
from station.core.engine import Engine
from station.core.events import CalibrationDone, CalibrationRefused, CalibrationStep, Event
from station.core.inputs import Frame, Tick
from station.core.sensing import Sensing
from station.core.yardstick import Yardstick, from_dict

RATE = 500.0
HOP = 50

# What the person does at each step, when they do what they are told.
DOES = {
    "rest": "rest",
    "reference_1": "reference",
    "reference_2": "reference",
    "daily_reference": "reference",
    "shrug": "shrug",
    "typing": "typing",
}


# %RVE of each activity of the plain muscle below.
LOADS = {
    "rest": 0.0, "reference": 100.0, "shrug": 150.0, "typing": 8.0, "half": 50.0, "twofold": 200.0, "firmer": 150.0
}  # fmt: skip


class Muscle:
    """A muscle as plain as can be: noise whose amplitude is the load (the simulated person takes a turn elsewhere)."""

    def __init__(self, signal: str) -> None:
        self.signal = signal
        self.activity = "rest"
        self.fault = ""
        self._random = np.random.default_rng(5)

    def volts(self, rows: int) -> np.ndarray:
        if self.fault:
            return np.full(rows, 1.65 if self.fault == "still" else 3.3)
        load = LOADS[self.activity] / 100
        if self.signal == "emg-raw":
            return self._random.normal(1.65, np.hypot(0.0015, 0.05 * load), rows)
        return self._random.normal({"pressure": 1.0}.get(self.signal, 0.05) + 0.5 * load, 0.002, rows)


class Lesson:
    """The calibrating and the sensing components with a muscle that listens, in virtual time."""

    def __init__(self, signal: str = "emg-raw", does: dict[str, str] | None = None, yardstick: Yardstick | None = None):
        known = (yardstick,) if yardstick else ()
        self.calibrating = Calibrating([signal], known)
        self.engine = Engine([Sensing(signals=[signal], yardsticks=known), self.calibrating])
        self.muscle = Muscle(signal)
        self.does = DOES | (does or {})
        self.now = 100.0
        self.events: list[Event] = []
        self.gain = 1.0
        self.ended = False

    def tell(self, message: Any) -> list[Event]:
        events = self.engine.handle(message, self.now)
        self.events += events
        for event in events:
            self.ended = self.ended or isinstance(event, CalibrationDone | CalibrationRefused)
            if isinstance(event, CalibrationStep):
                self.muscle.activity = self.does.get(event.step, "rest")
        return events

    def live(self, seconds: float) -> None:
        """The muscle goes on, frame by frame; the component is told the time when it asked for it."""
        for _ in range(round(seconds * RATE / HOP)):
            volts = self.muscle.volts(HOP)
            self.now += HOP / RATE
            self.tell(Frame((1.65 + (volts[:, None] - 1.65) * self.gain), self.now, RATE))
            if self.now >= self.engine.due():
                self.tell(Tick())
            if self.ended:
                return

    @property
    def steps(self) -> list[str]:
        return [e.step for e in self.events if isinstance(e, CalibrationStep)]

    @property
    def end(self) -> Event | None:
        return next((e for e in self.events if isinstance(e, CalibrationDone | CalibrationRefused)), None)

    def done(self) -> Yardstick:
        assert isinstance(self.end, CalibrationDone), self.end
        return from_dict(self.end.calibration["channels"][0])

    def refused(self) -> str:
        assert isinstance(self.end, CalibrationRefused), self.end
        return self.end.reason
