"""What the station remembers: minutes, tension, cues, exercises and marks, in one SQLite file on this machine.

A mark or a session is on the disk as soon as the writer has had one turn; a minute within the minute; a power cut
costs at most the minute it happened in.  `take()` only turns the event into a row and puts it into a queue.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from station.core.events import Moment
from station.outputs.contract import House, OutputError
from station.outputs.history import timekeeping
from station.outputs.history.erase import purge
from station.outputs.history.export import export_csv, export_json
from station.outputs.history.read import cues, episodes, marks, minutes, sessions, spans
from station.outputs.history.rows import Rows
from station.outputs.history.store import NewerHistoryError
from station.outputs.history.writer import StillWritingError, Writer

__all__ = [
    "FILE_NAME",
    "History",
    "Settings",
    "cues",
    "episodes",
    "examine",
    "export_csv",
    "export_json",
    "marks",
    "minutes",
    "open",
    "purge",
    "sessions",
    "spans",
]

FILE_NAME = "history.db"
STOP_S = 1.8


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[output.history]`: how long the station remembers."""

    keep_days: Annotated[
        int, Meta(ge=0, le=36_500, description="Days that minutes are kept; 0 keeps them for ever. Marks always stay.")
    ] = 365
    keep_recordings_days: Annotated[
        int,
        Meta(ge=0, le=36_500, description="Days that recordings in the station's own folder are kept; 0: for ever."),
    ] = 7


class History:
    """The history as an output of the station."""

    def __init__(
        self,
        path: Path,
        keep_days: int = 365,
        boot_id: str | None = None,
        asleep_s: Callable[[], float] = timekeeping.asleep_s,
        time_known: Callable[[], bool] = timekeeping.known,
        keep_recordings_days: int = 7,
    ) -> None:
        self.path = path
        self._rows = Rows()
        self._asleep_s = asleep_s
        boot = timekeeping.boot_id() if boot_id is None else boot_id
        self._writer = Writer(path, boot, keep_days, time_known=time_known)
        self._writer.keep_recordings_s = keep_recordings_days * 86_400.0

    def start(self) -> None:
        """Open the file.  Raises OutputError when a later version of the station wrote it."""
        try:
            self._writer.start()
        except NewerHistoryError as error:
            raise OutputError(
                f"{self.path} was written by a later Desk Station ({error}).",
                "Install that version again, or move the file away to begin a new history.",
            ) from None
        except StillWritingError:
            raise OutputError("The history is still being written to a slow disk.", "It is tried again.") from None

    def take(self, moment: Moment) -> None:
        """Remember one event; the disk is the writer's business.  Raises OutputError when the writer is gone."""
        if not self._writer.alive():
            raise OutputError("The history's writer has stopped.", "It is started again; please report this.")
        for row in self._rows.of(moment):
            if "up" in row.values:
                row.values["up"] += round(self._asleep_s() * 1000)
            self._writer.put(row)

    def flush(self, timeout_s: float = 5.0) -> bool:
        """Wait until everything taken so far survives a power cut; False when it does not (yet)."""
        return self._writer.flush(timeout_s)

    def trouble(self) -> str:
        """What is wrong with the file now, or ''."""
        return self._writer.trouble()

    def stop(self) -> None:
        """Write the rest and close, within two seconds."""
        self._writer.stop(STOP_S)


def open(settings: Settings, house: House) -> History:
    """The history of the station in `house`."""
    return History(house.state_dir / FILE_NAME, settings.keep_days, keep_recordings_days=settings.keep_recordings_days)


def examine(settings: Settings, house: House) -> list[tuple[str, str, str]]:
    """For `check`: (severity ok, warning or broken; what; remedy)."""
    from station.outputs.history.read import summary

    path = house.state_dir / FILE_NAME
    if not path.exists():
        return [("ok", f"No history yet; it will be {path}.", "")]
    try:
        return [("ok", summary(path), "")]
    except Exception as error:
        return [("broken", f"{path} cannot be read: {error}.", "A damaged file is set aside at the next start.")]
