"""The system's log: one line for each event somebody might look for later.

    sensor_trouble problem="No ADS1115 answers at 0x48 on I2C bus 1" remedy="Check its four wires ..."
    session_started technique=breathing length=micro language=de seconds=180 source=button

Lines are `name key=value ...`, so that `journalctl -u desk-station | grep session_` finds them; under systemd each
carries its priority.  What is said about the person's body is a choice: by default nothing is.

    level       trouble    station    detail
    what fails     x          x         x
    what runs                 x         x       exercises, quiet, the sensor's state
    what is felt                        x       tension, cues, minutes, marks, the button
"""

from __future__ import annotations

import os
import re
import sys
import time
from typing import Annotated, Any, Final, Literal, TextIO

import msgspec

from station.core import events
from station.core.events import Event, Moment, as_record, name_of
from station.outputs.contract import House, OutputError

PLAIN: Final = re.compile(r"[A-Za-z0-9_.+-]+")  # needs no quotation marks

WARNING, NOTICE, INFO = 4, 5, 6  # syslog priorities

# Each event's priority, by the level from which it is written.
LINES: Final[dict[str, dict[type[Event], int]]] = {
    "trouble": {
        events.SensorTrouble: WARNING,
        events.OutputTrouble: WARNING,
        events.CalibrationRefused: NOTICE,
    },
    "station": {
        events.SensorWell: INFO,
        events.OutputWell: INFO,
        events.Quality: INFO,
        events.SessionStarted: INFO,
        events.SessionEnded: INFO,
        events.Quiet: INFO,
        events.Refused: NOTICE,
        events.Private: INFO,
    },
    "detail": {
        events.Button: INFO,
        events.TensionStarted: INFO,
        events.TensionEnded: INFO,
        events.NoRest: INFO,
        events.Cue: INFO,
        events.CueAnswered: INFO,
        events.CueWithheld: INFO,
        events.AlertRandomised: INFO,
        events.YardstickDoubted: INFO,
        events.Proposed: INFO,
        events.ProposalAnswered: INFO,
        events.ObservationBegan: INFO,
        events.ObservationEnded: INFO,
        events.Mark: INFO,
        events.Minute: INFO,
        events.Presence: INFO,
        events.ContextChanged: INFO,
    },
}
# These would fill the log, or (the texts of an exercise, the yardstick) are nobody's business.
NEVER: Final = (
    events.Reading,
    events.Light,
    events.ButtonHeld,
    events.SessionStep,
    events.SessionPaused,
    events.SessionResumed,
    events.SessionClosing,
    events.Tone,
    events.Gap,
    events.GuessWanted,
    events.Reveal,
    events.CalibrationStep,
    events.CalibrationDone,
    events.DayBegan,
    events.Preferred,
    events.QuietHours,
    events.Liked,
    events.Excluded,
    events.NoteChanged,
    events.Observing,
)
# While private mode is on only these are written, whatever the level.
PRIVATE: Final = (events.Private, events.SensorTrouble, events.OutputTrouble, events.OutputWell)


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The system's log."""

    level: Annotated[
        Literal["trouble", "station", "detail"],
        msgspec.Meta(
            description="trouble: only what fails. station: also exercises, quiet and the sensor. "
            "detail: also tension, cues, minutes and marks, readable by everyone who may read the log."
        ),
    ] = "station"


def open(settings: Settings, house: House, stream: TextIO | None = None) -> Journal:
    """The log as an output; `stream` is where it goes (standard error)."""
    return Journal(settings, stream)


class Journal:
    """See `station.outputs.contract.Output`."""

    def __init__(self, settings: Settings, stream: TextIO | None = None) -> None:
        levels = list(LINES)
        wanted = levels[: levels.index(settings.level) + 1]
        self._priorities = {kind: priority for name in wanted for kind, priority in LINES[name].items()}
        self._stream = stream
        # A desktop's terminals are services, too, and hand the name down; what goes to a terminal goes to a person.
        self._with_priority = "JOURNAL_STREAM" in os.environ and not (stream or sys.stderr).isatty()
        self._private = False

    def start(self) -> None:
        """Nothing to open."""

    def take(self, moment: Moment) -> None:
        """Write the event's line.  Raises OutputError when the log cannot be written."""
        event = moment.event
        if isinstance(event, events.Private):
            self._private = event.on
        priority = self._priorities.get(type(event))
        if priority is None or (self._private and not isinstance(event, PRIVATE)):
            return
        if getattr(event, "kind", "") == "daily":  # a daily pause that nobody took leaves no trace
            return
        prefix = f"<{priority}>" if self._with_priority else ""
        try:
            print(prefix + line(moment), file=self._stream or sys.stderr, flush=True)
        except (OSError, ValueError) as error:  # a closed pipe, a closed stream
            raise OutputError(f"The log cannot be written: {error}.") from error

    def trouble(self) -> str:
        """A log that fails says so in `take`."""
        return ""

    def stop(self) -> None:
        """Nothing to close."""


def line(moment: Moment) -> str:
    """`session_ended technique=breathing reason=completed`; text with spaces stands in quotation marks.

    Until when something lasts is told by the clock, as the log tells when it began.
    """
    event = moment.event
    record = as_record(event, 0.0)
    del record["t"], record["event"]
    if isinstance(until := record.get("until"), float):
        record["until"] = time.strftime("%Y-%m-%d %H:%M", time.localtime(moment.wall + until - moment.t))
    words = [name_of(type(event))]
    words += [f"{key}={_shown(value)}" for key, value in record.items() if value not in (None, "")]
    return " ".join(words)


def _shown(value: Any) -> str:
    """A value on one line, whatever is in it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return str(len(value))
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return (
        text if text.isascii() and text.replace("_", "").replace(".", "").replace("-", "").isalnum() else _quoted(text)
    )


def _quoted(text: str) -> str:
    clean = " ".join(text.split()).replace('"', "'")
    return f'"{clean}"'
