"""What every handler may know: the station's house, the live picture, the way to the history, and who may come in."""

from __future__ import annotations

import datetime
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from station.core.inputs import Input
from station.core.state import State
from station.outputs.contract import House
from station.outputs.history import FILE_NAME as HISTORY
from station.outputs.history import read
from station.outputs.web.access import Access
from station.outputs.web.answer import No
from station.outputs.web.live import Live
from station.outputs.web.progress import Progress
from station.outputs.web.unlocked import Unlocked

T = TypeVar("T")


@dataclass(slots=True)
class Desk:
    """One station's page.

    wall: seconds since 1970.  rebind: called when the passphrase has changed and the server should listen elsewhere.
    """

    house: House
    live: Live
    access: Access
    progress: Progress
    wall: Callable[[], float] = time.time
    rebind: Callable[[], None] = lambda: None
    lan: bool = True
    """Whether the settings let the page leave this computer once there is a passphrase."""
    files: dict[str, tuple[str, bytes, str]] = field(default_factory=dict)
    """Name -> (kind, content, ETag) of what is served as it is."""
    unlocked: Unlocked = field(default_factory=Unlocked)
    """The browsers that have opened the sealed diary."""
    patience_s: float = 1.0
    """So long a form waits for the station to have heard it."""
    kept: dict[str, Any] = field(default_factory=dict)
    """What took a while to work out, by the module that did."""

    @property
    def history(self) -> Path:
        """The history's file, whether or not it exists yet."""
        return self.house.state_dir / HISTORY

    def ask(self, kind: str, since: float | None = None, until: float | None = None) -> list[dict[str, Any]]:
        """The history's records of one kind; none where there is no history.  Raises No while it cannot be read."""
        if not self.history.exists():
            return []
        try:
            return read.ask(self.history, kind, since, until)
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):  # it is being created this very moment
                return []
            raise No(503, "The history cannot be read at the moment.") from None
        except sqlite3.Error:
            raise No(503, "The history cannot be read at the moment.") from None

    def known(self, question: Callable[..., T], nothing: T, *more: float) -> T:
        """One of the history's other answers; `nothing` where there is no history (yet).  Raises No."""
        if not self.history.exists():
            return nothing
        try:
            return question(self.history, *more)
        except sqlite3.Error as error:
            if "no such table" in str(error):
                return nothing
            raise No(503, "The history cannot be read at the moment.") from None

    def put(self, message: Input) -> None:
        """Tell the station something."""
        self.house.inbox(message)

    def until(self, holds: Callable[[State], bool]) -> None:
        """Wait a moment, on a request's own thread, for what the station was just told: the next page shall show it."""
        give_up = time.monotonic() + self.patience_s
        while not holds(self.live.state) and time.monotonic() < give_up:
            time.sleep(0.01)

    def today(self) -> datetime.date:
        """The local date."""
        return datetime.datetime.fromtimestamp(self.wall()).date()
