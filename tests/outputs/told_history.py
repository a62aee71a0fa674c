"""A history on a real SQLite file that a test tells things to: short words for what is told, and when."""

from __future__ import annotations

from pathlib import Path

from station.core import events as ev
from station.outputs.history import History

NOON = 1_700_000_000.0


def at(event: ev.Event, t: float) -> ev.Moment:
    """Told `t` seconds after noon."""
    return ev.Moment(event, t, NOON + t)


def begun(path: Path, **more: object) -> History:
    """A history that has begun, on a machine that never sleeps and knows the time."""
    more = {"boot_id": "boot-a", "asleep_s": lambda: 0.0, "time_known": lambda: True} | more
    history = History(path, **more)  # type: ignore[arg-type]
    history.start()
    return history


def minute(rest: float | None = 0.4) -> ev.Minute:
    """A minute with so much rest."""
    return ev.Minute(rest, 1.2, 6.5, 14.9, 7, 21.5, 58.0, "A")
