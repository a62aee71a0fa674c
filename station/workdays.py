"""How many days this desk has measured: the first ones are only watched (`[coach] baseline_days`).

A day counts when an hour of it was measured.  A first evening of plugging and trying is no workday.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from station.core.events import Event, Minute
from station.core.inputs import NewDay

ENOUGH_S = 3600.0


class Workdays:
    """Counts by listening to the minutes; kept in the station's memory, so it needs no history."""

    def __init__(self) -> None:
        self._day = ""
        self._measured_s = 0.0
        self._before = 0

    def take(self, event: Event) -> None:
        """Learn one event; only minutes matter."""
        if isinstance(event, Minute):
            self._measured_s += event.valid_s

    def begin(self, day: str) -> NewDay:
        """It is `day` now; what the core is told."""
        if day != self._day:
            self._before += self._measured_s >= ENOUGH_S
            self._day, self._measured_s = day, 0.0
        return NewDay(day, self._before)

    def snapshot(self) -> dict[str, Any]:
        """What must survive a restart."""
        return {"day": self._day, "measured_s": round(self._measured_s, 1), "before": self._before}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Take it back."""
        self._day = str(kept.get("day", ""))
        self._measured_s, self._before = float(kept.get("measured_s", 0.0)), int(kept.get("before", 0))
