"""What stands against a cue: everything the coach must respect, in the order in which it is named.

    switched off · sensor · away · exercise · calibration · call · focus · quiet · hours ·
    baseline · settling · steadying · returned · exercised · budget

Each is a `Block` with a code, a sentence for the page, and the second until which it holds.  The table `LEARNS` says
which event tells of which circumstance.  `budget` (hour, day, apart) stands against a new cue only; all the others also
take back one that is showing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from station.core.budget import Block, Budget
from station.core.component import NEVER
from station.core.events import (
    CalibrationStep,
    ContextChanged,
    Preferred,
    Presence,
    Quality,
    Quiet,
    QuietHours,
    Reading,
    SensorTrouble,
    SensorWell,
    SessionEnded,
    SessionStarted,
)
from station.core.inputs import NewDay

# A sensor that was off for longer than this counts as put on anew.
TAKEN_OFF_S = 60.0
# After a calibration step the arms need a moment to come down again.
AFTER_CALIBRATION_S = 60.0
# Older than this, a snapshot says nothing about how long the sensor has been worn.
SAME_SITTING_S = 600.0

# A signal that was not to be believed must be good for so long before a cue may rest on it again (PRODUCT §6).
STEADY_S = 60.0

# A busy computer loses samples for a moment now and then; only seconds of it stand against a cue.
LOST_FOR_A_MOMENT_S = 2.0

UNBELIEVABLE = frozenset({"off", "rail", "flat", "hum", "stale", "absent"})
UNFELT = frozenset({"sensor", "away"})
SILENCING = frozenset({"call", "focus"})


class Hindrances:
    """Learns from events what is going on, and says what that means for a cue."""

    def __init__(
        self,
        settle_s: float,
        return_s: float,
        after_exercise_s: float,
        baseline_days: int,
        budget: Budget,
        ignores: frozenset[str] = frozenset(),
    ) -> None:
        """ignores: codes that do not count here (a reminder needs no sensor)."""
        self.ignores = ignores
        self.budget = budget
        self.settle_s, self.return_s, self.after_exercise_s = settle_s, return_s, after_exercise_s
        self.baseline_days = baseline_days
        self._cues = True
        self._quality = "ok"
        self._sensor_lost = False
        self._gone_at: float | None = None
        """Since when nothing believable was felt."""
        self._off_at: float | None = None
        """Since when, of that, it was for another reason than that nobody leans on the pad: who gets up keeps it on."""
        self._worn_since: float | None = None
        self._steady_since: float | None = None
        """Since when the signal has been good again, after it was not."""
        self._contexts: set[str] = set()
        self._presence_away = False
        self._away = False
        self._returned_at = -NEVER
        self._exercise = False
        self._exercised_at = -NEVER
        self._calibrating_until = -NEVER
        self._quiet: Quiet | None = None
        self._hours: float | None = None
        """The end of the quiet hours that it is now."""
        self._workdays: int | None = None

    def learn(self, event: Any, now: float) -> None:
        """Take one of the events in `LEARNS` in."""
        LEARNS[type(event)](self, event, now)

    def against_showing(self, now: float) -> Block | None:
        """Why a cue must not go on showing at `now`."""
        return next((block for block in self._all(now) if block is not None and block.code not in self.ignores), None)

    def against_new(self, now: float) -> Block | None:
        """Why no cue may begin at `now`."""
        return self.against_showing(now) or self.budget.blocks(now)

    def unfelt(self, now: float) -> Block | None:
        """Why nothing is known of the shoulders at `now`."""
        return next((block for block in self._all(now) if block is not None and block.code in UNFELT), None)

    def _all(self, now: float) -> Iterator[Block | None]:
        if not self._cues:
            yield Block("switched off", "cues are switched off")
        if self._quality in UNBELIEVABLE and not self._only_a_moment(now):
            yield Block("sensor", f"the signal is not to be believed ({self._quality})")
        if self._sensor_lost:
            yield Block("sensor", "the sensor cannot be read")
        if self._away:
            yield Block("away", "nobody is at the desk")
        if self._exercise:
            yield Block("exercise", "an exercise is running")
        if now < self._calibrating_until:
            yield Block("calibration", "the arms are up for the calibration", self._calibrating_until)
        for name in sorted(self._contexts & SILENCING):
            yield Block(name, f"the house says '{name}'")
        if self._quiet is not None:
            until = self._quiet.until
            left = "" if until is None else f", {(until - now) / 60:.0f} min left"
            yield Block("quiet", f"quiet was asked for{left}")
        if self._hours is not None and now < self._hours:
            yield Block("hours", f"these are your quiet hours, {(self._hours - now) / 60:.0f} min left", self._hours)
        if self._workdays is not None and self._workdays < self.baseline_days:
            yield Block("baseline", f"day {self._workdays + 1} of {self.baseline_days} that are only watched")
        yield _since("settling", "the sensor was just put on", self._worn_since, self.settle_s, now)
        yield _since("steadying", "the signal has only just come back", self._steady_since, STEADY_S, now)
        yield _since("returned", "you just came back", self._returned_at, self.return_s, now)
        yield _since("exercised", "there was an exercise just now", self._exercised_at, self.after_exercise_s, now)

    def _only_a_moment(self, now: float) -> bool:
        """Samples were lost, but only just now."""
        return self._quality == "stale" and self._gone_at is not None and now - self._gone_at < LOST_FOR_A_MOMENT_S

    # --- learning ---------------------------------------------------------------------------------

    def _on_reading(self, event: Reading, now: float) -> None:
        if self._worn_since is None and event.rve_percent is not None:
            self._worn_since = now

    def _on_quality(self, event: Quality, now: float) -> None:
        self._quality = event.state
        self._sensor(now)

    def _on_sensor_well(self, event: SensorWell, now: float) -> None:
        self._sensor_lost = False
        if self._worn_since is None:
            self._worn_since = now
        self._sensor(now)

    def _on_sensor_trouble(self, event: SensorTrouble, now: float) -> None:
        self._sensor_lost = True
        self._sensor(now)

    def _sensor(self, now: float) -> None:
        gone = self._sensor_lost or self._quality in UNBELIEVABLE
        off = gone and (self._sensor_lost or self._quality != "absent")
        if off and self._off_at is None:
            self._off_at = now
        if not off and self._off_at is not None:
            if now - self._off_at > TAKEN_OFF_S:
                self._worn_since = now
            self._off_at = None
        if gone and self._gone_at is None:
            self._gone_at = now
        if not gone and self._gone_at is not None:
            if now - self._gone_at >= LOST_FOR_A_MOMENT_S:
                self._steady_since = now
            self._gone_at = None

    def _on_context(self, event: ContextChanged, now: float) -> None:
        (self._contexts.add if event.active else self._contexts.discard)(event.name)
        self._absence(now)

    def _on_presence(self, event: Presence, now: float) -> None:
        self._presence_away = event.state == "away"
        self._absence(now)

    def _absence(self, now: float) -> None:
        away = self._presence_away or "away" in self._contexts
        if self._away and not away:
            self._returned_at = now
        self._away = away

    def _on_quiet(self, event: Quiet, now: float) -> None:
        self._quiet = event if event.on else None

    def _on_hours(self, event: QuietHours, now: float) -> None:
        self._hours = event.until if event.on else None

    def _on_session_started(self, event: SessionStarted, now: float) -> None:
        self._exercise = True

    def _on_session_ended(self, event: SessionEnded, now: float) -> None:
        self._exercise, self._exercised_at = False, now

    def _on_calibration_step(self, event: CalibrationStep, now: float) -> None:
        self._calibrating_until = now + event.seconds + AFTER_CALIBRATION_S

    def _on_preferred(self, event: Preferred, now: float) -> None:
        if event.name == "cues":
            self._cues = bool(event.value)
        elif event.name == "cue_budget":
            self.budget.allow(int(event.value))

    def _on_new_day(self, request: NewDay, now: float) -> None:
        self._workdays = request.workdays_before

    # --- across a restart -------------------------------------------------------------------------

    def snapshot(self, now: float, wall: float) -> dict[str, Any]:
        """How long the sensor has been worn, in wall seconds; everything else will be told again."""
        return {"at": wall, "worn_since": None if self._worn_since is None else wall - (now - self._worn_since)}

    def restore(self, data: Mapping[str, Any], now: float, wall: float) -> None:
        """Take a snapshot back, unless it is from another sitting."""
        worn = data.get("worn_since")
        if worn is not None and 0 <= wall - float(data.get("at", 0.0)) < SAME_SITTING_S:
            self._worn_since = now - (wall - float(worn))


def _since(code: str, words: str, began: float | None, lasts_s: float, now: float) -> Block | None:
    if began is None or now >= began + lasts_s:
        return None
    return Block(code, f"{words} ({(now - began) / 60:.0f} of {lasts_s / 60:.0f} min)", began + lasts_s)


LEARNS: Mapping[type, Callable[[Hindrances, Any, float], None]] = {
    Reading: Hindrances._on_reading,
    Quality: Hindrances._on_quality,
    SensorWell: Hindrances._on_sensor_well,
    SensorTrouble: Hindrances._on_sensor_trouble,
    ContextChanged: Hindrances._on_context,
    Presence: Hindrances._on_presence,
    Quiet: Hindrances._on_quiet,
    QuietHours: Hindrances._on_hours,
    SessionStarted: Hindrances._on_session_started,
    SessionEnded: Hindrances._on_session_ended,
    CalibrationStep: Hindrances._on_calibration_step,
    NewDay: Hindrances._on_new_day,
    Preferred: Hindrances._on_preferred,
}
