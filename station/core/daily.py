"""The day's small pause: when it may be offered, and which of the prompts it is.

    wish   "09:30"    at that time, or as soon after it as nothing stands against it, for an hour at most
           "arrival"  after the first arrival at the desk that day
           "return"   after coming back from a break of 20 minutes or more that ended after 11 o'clock
           "off"      never (the default)

At most one a day.  One that was not taken leaves nothing behind, not even here: which prompt is next follows from the
date, and only those that were *done* are remembered, for 14 days, so that none comes twice within them.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from station.core.component import NEVER
from station.core.inputs import LocalTime

WAITS_S = 3600.0
NOT_AGAIN_DAYS = 14
BREAK_S = 20 * 60.0
LATE_MORNING_S = 11 * 3600.0
ANCHORS = ("arrival", "return")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def is_possible(wish: object) -> bool:
    """Can this be the wish for a daily pause?"""
    return isinstance(wish, str) and (wish in ("off", *ANCHORS) or _TIME.fullmatch(wish) is not None)


@functools.lru_cache(maxsize=64)  # asked for ten times a second, and the same for a day
def days_of(date: str) -> int:
    """`2026-11-28` as a number that grows by one a day; 0 for what is no date.

    The civil calendar counted from March, so that the leap day is the last of its year.
    """
    found = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", date)
    if not found:
        return 0
    year, month, day = map(int, found.groups())
    year, month = (year - 1, month + 12) if month < 3 else (year, month)
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * (month - 3) + 2) // 5 + day


class Daily:
    """Today's pause, if one is wished for."""

    def __init__(self, wish: str = "off", prompts: Sequence[str] = ()) -> None:
        """prompts: their names (`daily/jaw`); they come in a mixed order that is always the same."""
        self.wish = wish
        self._prompts = tuple(sorted(prompts, key=lambda name: hashlib.sha256(name.encode()).digest()))
        self._left_out: set[str] = set()
        self._midnight: float | None = None
        self._day = ""
        self._over = False
        """Today's pause was offered, done or let go."""
        self._anchor = NEVER
        """When today's anchor was reached."""
        self._left: float | None = None
        self._done: dict[str, int] = {}
        """Prompt -> the day on which it was done."""

    @property
    def opens(self) -> float:
        """The monotonic second from which today's pause may be offered; `NEVER`: not (or no more) today."""
        if self._over or self._midnight is None or not self._day:
            return NEVER
        if found := _TIME.fullmatch(self.wish):
            return self._midnight + 60.0 * (60 * int(found[1]) + int(found[2]))
        return self._anchor if self.wish in ANCHORS else NEVER

    @property
    def closes(self) -> float:
        """When it is let go."""
        return self.opens + WAITS_S

    def due(self, now: float) -> bool:
        """Is it time?  One whose hour is over is let go, silently."""
        if now >= self.closes:
            self._over = True
        return self.opens <= now and self.prompt() != ""

    def prompt(self) -> str:
        """The one that is next today, or '' where there is none."""
        today = days_of(self._day)
        for k in range(len(self._prompts)):
            name = self._prompts[(today + k) % len(self._prompts)]
            if name not in self._left_out and today - self._done.get(name, -NOT_AGAIN_DAYS) >= NOT_AGAIN_DAYS:
                return name
        return ""

    # --- what it learns ---------------------------------------------------------------------------

    def time(self, told: LocalTime, now: float) -> None:
        """What time it is."""
        self._midnight = now - told.second
        self.day(told.day)

    def day(self, day: str) -> None:
        """It is this day; a new one begins with nothing behind it."""
        if day != self._day:
            if self._day:  # the first word after a start is no new day
                self._over, self._anchor = False, NEVER
            self._day = day
            today = days_of(day)
            self._done = {name: on for name, on in self._done.items() if today - on < NOT_AGAIN_DAYS}

    def presence(self, state: str, now: float) -> None:
        """Somebody came or went."""
        if state == "away":
            self._left = now if self._left is None else self._left
        elif state == "present":
            away = NEVER if self._left is None else now - self._left
            self._left = None
            first = self.wish == "arrival" and away >= BREAK_S
            late = self._midnight is not None and now - self._midnight >= LATE_MORNING_S
            back = self.wish == "return" and late and BREAK_S <= away < NEVER
            if self._anchor == NEVER and (first or back):
                self._anchor = now

    def offered(self) -> None:
        """That was it for today, whatever becomes of it."""
        self._over = True

    def done(self, name: str) -> None:
        """Somebody did one, offered or not."""
        if name in self._prompts:
            self._done[name], self._over = days_of(self._day), True

    def leave_out(self, name: str, on: bool) -> None:
        """Never this one (or `daily`: none of them) from now on; or again."""
        names = [each for each in self._prompts if name in (each, each.partition("/")[0])]
        (self._left_out.update if on else self._left_out.difference_update)(names)

    # --- across a restart -------------------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        """What must survive: what was done, and whether today's is over."""
        return {"day": self._day, "over": self._over, "done": dict(self._done)}

    def restore(self, data: Mapping[str, Any]) -> None:
        """Take it back, before it is told what day it is."""
        self._day, self._over = str(data.get("day", "")), bool(data.get("over", False))
        self._done = {str(name): int(on) for name, on in data.get("done", {}).items()}
