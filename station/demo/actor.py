"""The simulated person's part in the demo: takes the offer when nobody at the keyboard does, and does what is guided.

An output like any other: it is told what happens, and acts through the two real ways there are, the button's pin and
the sensor's twin.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from station.core.events import (
    Button,
    CalibrationDone,
    CalibrationRefused,
    CalibrationStep,
    Cue,
    CueAnswered,
    Moment,
    SessionEnded,
    SessionStarted,
)
from station.guided import ACTS

# The newcomer has this long to press before the person does.
POLITE_S = 8.0


class Actor:
    """Follows the station's guidance, as a willing person would."""

    def __init__(self, press: Callable[[], None], control: Callable[[Mapping[str, Any]], None]) -> None:
        self._press, self._control = press, control
        self._timer: threading.Timer | None = None

    def start(self) -> None:
        """Nothing to open."""

    def take(self, moment: Moment) -> None:
        """Act on what matters to a person."""
        event = moment.event
        if isinstance(event, Cue) and event.phase == "chime":
            self._timer = threading.Timer(POLITE_S, self._press)
            self._timer.daemon = True
            self._timer.start()
        elif isinstance(event, Button | CueAnswered):
            self._leave_it()
        elif isinstance(event, SessionStarted):
            self._control({"exercise": True})
        elif isinstance(event, SessionEnded):
            self._control({"exercise": False})
        elif isinstance(event, CalibrationStep):
            self._leave_it()
            self._control({"activity": ACTS.get(event.step, "rest")})
        elif isinstance(event, CalibrationDone | CalibrationRefused):
            self._control({"activity": None})

    def trouble(self) -> str:
        """Never."""
        return ""

    def stop(self) -> None:
        """No more presses."""
        self._leave_it()

    def _leave_it(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
