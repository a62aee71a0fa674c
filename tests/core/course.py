"""A calibration with sensors whose levels are known: one level through each step, and answers to be counted."""

from __future__ import annotations

from typing import Any

import numpy as np

from station.core.calibrating import Calibrating
from station.core.engine import Engine
from station.core.events import CalibrationDone, CalibrationStep
from station.core.inputs import Calibrate, Frame, Tick
from station.core.yardstick import Yardstick, from_dict

RATE = 50.0
REST, REFERENCE, SHRUG = 0.05, 0.55, 0.8


def stick(signal: Any = "emg-envelope", **more: Any) -> Yardstick:
    """0.05 V at rest, 0.55 V at the reference."""
    known = {"signal": signal, "rate": RATE, "rest_level": REST, "reference_level": REFERENCE, "noise_rve_percent": 1.0}
    return Yardstick(**{**known, **more})


class Course:
    """Each channel stands at one level through each step; `levels` maps a step to the volts of all channels."""

    def __init__(self, signals: tuple[Any, ...], *known: Yardstick) -> None:
        self.calibrating = Calibrating(signals, known)
        self.engine = Engine([self.calibrating])
        self.channels = len(signals)
        self.now = 0.0
        self.steps: list[str] = []
        self.arrives: dict[str, int] = {}  # of some steps only so many recorded seconds reach the station

    def tell(self, message: Any) -> list[Any]:
        return self.engine.handle(message, self.now)

    def second(self, level: float) -> None:
        """One second at this level, its samples told as it ends."""
        self.now += 1.0
        self.tell(Frame(np.full((50, self.channels), level, np.float32), self.now, RATE))
        self.tell(Tick())

    def run(self, action: str, **levels: Any) -> Any:
        told = self.engine.handle(Calibrate(action), self.now)
        while isinstance(told[-1], CalibrationStep):
            step, begun, end = told[-1].step, self.now, self.engine.due()
            self.steps.append(step)
            volts = np.broadcast_to(levels.get(step, REST), (50, self.channels)).astype(np.float32)
            last = begun + 1 + self.arrives.get(step, 1000)  # the first second is not recorded
            while self.now + 1.0 < end:
                self.now += 1.0
                if self.now <= last:
                    self.engine.handle(Frame(volts, self.now, RATE), self.now)
            self.now = end
            told = self.engine.handle(Calibrate("skip") if step == "drop" else Tick(), self.now)
        return told[0]

    def whole(self, reference: Any = REFERENCE, shrug: Any = SHRUG, **levels: Any) -> Any:
        return self.run("start", **{"reference_1": reference, "reference_2": reference, "shrug": shrug, **levels})


def found(done: Any) -> list[Yardstick]:
    assert isinstance(done, CalibrationDone), done
    return [from_dict(stored) for stored in done.calibration["channels"]]


def at(gain: float) -> float:
    """The level at which today's electrodes give so much of the reference."""
    return REST + gain * (REFERENCE - REST)
