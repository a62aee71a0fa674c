"""How often the station may draw attention: one purse for cues and reminders alike.

    cue ──20 min──► next allowed        after one that was ignored: 30 min, then 45, then 67 ... (x 1.5 each)

At most 2 in any hour, 6 in a day.  An answer of the person's, or shoulders that dropped by themselves, bring the
distance back to its beginning: who ignores is asked less, never louder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec

from station.core.component import NEVER

HOUR_S = 3600.0
DAY_S = 86400.0


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often you may be reminded, cues and exercises together."""

    per_hour: Annotated[int, msgspec.Meta(ge=0, le=6, description="at most so many reminders in any hour")] = 2
    per_day: Annotated[int, msgspec.Meta(ge=0, le=24, description="at most so many reminders in a day")] = 6
    apart_min: Annotated[float, msgspec.Meta(ge=0, le=240, description="at least so many minutes between two")] = 20.0
    back_off: Annotated[
        float, msgspec.Meta(ge=1.0, le=4.0, description="the distance grows by this factor after each ignored one")
    ] = 1.5
    longest_apart_min: Annotated[
        float, msgspec.Meta(ge=0, le=720, description="minutes beyond which the distance does not grow")
    ] = 240.0


@dataclass(frozen=True, slots=True)
class Block:
    """Why there is no cue now: a code, a sentence, and the monotonic second until which it holds (`NEVER`: open)."""

    code: str
    sentence: str
    until: float = NEVER

    @property
    def reason(self) -> str:
        """`code: sentence`, as the page shows it."""
        return f"{self.code}: {self.sentence}"


class Budget:
    """What was spent, and what is left."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.ignored_in_a_row = 0
        self.showing = False
        """An offer is on show; there is never a second one beside it."""
        self._spent: list[float] = []
        """Monotonic seconds of the last 24 h's reminders."""
        self._day_began = -NEVER

    def blocks(self, now: float) -> Block | None:
        """Why nothing may be spent at `now`, or None."""
        if self.showing:
            return Block("offer", "another offer is on show", now + 1.0)
        s = self.settings
        self._spent = [t for t in self._spent if t + DAY_S > now]
        today = self._in_the_day()
        if len(today) >= s.per_day:
            # Where nobody tells the date, a day is any 24 hours.
            until = today[-s.per_day] + DAY_S if s.per_day else NEVER
            return Block("day", f"{len(today)} of {s.per_day} reminders today", until)
        hour = self._in_the_hour(now)
        if len(hour) >= s.per_hour:
            until = hour[-s.per_hour] + HOUR_S if s.per_hour else NEVER
            return Block("hour", f"{len(hour)} of {s.per_hour} reminders this hour", until)
        apart = self.apart_s()
        if self._spent and now < self._spent[-1] + apart:
            ago = (now - self._spent[-1]) / 60
            sentence = f"the last reminder was {ago:.0f} min ago; {apart / 60:.0f} min lie between two"
            return Block("apart", sentence, self._spent[-1] + apart)
        return None

    def apart_s(self) -> float:
        """The distance that holds now, in seconds."""
        s = self.settings
        # The exponent is capped so that a year of ignoring does not overflow; the distance is capped long before.
        grown = s.apart_min * s.back_off ** min(self.ignored_in_a_row, 30)
        return 60 * max(s.apart_min, min(grown, s.longest_apart_min))

    def spend(self, now: float) -> str:
        """One reminder is given; the words that say how many that makes."""
        self._spent.append(now)
        s = self.settings
        hour, today = len(self._in_the_hour(now)), len(self._in_the_day())
        return f"budget {hour} of {s.per_hour} this hour, {today} of {s.per_day} today"

    def answered(self, answer: str) -> None:
        """Ignored ones make the distance grow; accepted and self-released ones bring it back."""
        if answer == "ignored":
            self.ignored_in_a_row += 1
        elif answer in ("accepted", "self_released"):
            self.ignored_in_a_row = 0

    def allow(self, per_day: int) -> None:
        """From now on so many reminders a day."""
        self.settings = msgspec.structs.replace(self.settings, per_day=per_day)

    def new_day(self, now: float) -> None:
        """A new day has its own purse; the hour and the distance do not end at midnight."""
        self._day_began = now

    def snapshot(self, now: float, wall: float) -> dict[str, Any]:
        """What must survive a restart, in wall seconds."""
        began = None if self._day_began == -NEVER else wall - (now - self._day_began)
        spent = [wall - (now - t) for t in self._spent]
        return {"spent": spent, "day_began": began, "ignored_in_a_row": self.ignored_in_a_row}

    def restore(self, data: Mapping[str, Any], now: float, wall: float) -> None:
        """Take a snapshot back.  A time that lies in the future (a clock that was wrong) counts as now."""
        self._spent = sorted(now - max(0.0, wall - float(t)) for t in data.get("spent", ()))
        began = data.get("day_began")
        self._day_began = -NEVER if began is None else now - max(0.0, wall - float(began))
        self.ignored_in_a_row = int(data.get("ignored_in_a_row", 0))

    def _in_the_day(self) -> list[float]:
        return [t for t in self._spent if t >= self._day_began]

    def _in_the_hour(self, now: float) -> list[float]:
        return [t for t in self._spent if t + HOUR_S > now]
