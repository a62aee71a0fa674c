"""How often: the state's rhythm, the pause between two tries, and how many commands a minute.  Pure: told the time.

change      x  x xx          x
state       |----|----|      |         at once after calm, then at most every 5 s, and every 60 s anyway
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

HEARTBEAT_S = 60.0

# Numbers that move all the time must move by this much to be news; everything else is news when it differs.
NEWS_FROM: dict[str, float] = {
    "level_rve_percent": 2.0,
    "sampling_rate": 5.0,
    "longest_stretch_s": 30.0,
    "relative_rest_time": 0.02,
    "rest_today": 0.01,
}


def is_news(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Does `new` differ from what was last sent in anything but the time and small change?"""
    for key, value in new.items():
        before = old.get(key)
        if key == "ts" or value == before:
            continue
        least = NEWS_FROM.get(key)
        if least is None or value is None or before is None or abs(value - before) >= least - 1e-9:
            return True
    return False


class StatePace:
    """When the state document is sent."""

    def __init__(self, at_most_every_s: float = 5.0, heartbeat_s: float = HEARTBEAT_S) -> None:
        self.at_most_every_s = at_most_every_s
        self.heartbeat_s = heartbeat_s
        self._last: dict[str, Any] | None = None
        self._sent_at = float("-inf")

    def open_at(self) -> float:
        """Before this moment nothing is sent, whatever happens."""
        return self._sent_at + self.at_most_every_s

    def wants(self, document: dict[str, Any], now: float) -> bool:
        """Is this document to be sent now?"""
        if now < self.open_at():
            return False
        return self._last is None or now >= self._sent_at + self.heartbeat_s or is_news(self._last, document)

    def sent(self, document: dict[str, Any], now: float) -> None:
        """It has been."""
        self._last, self._sent_at = document, now

    def forget(self) -> None:
        """The broker may know nothing any more: the next document is news (but still no sooner than allowed)."""
        self._last = None


class BackOff:
    """Pauses that double from 1 s to 60 s, each shortened by chance: a street of stations must not return at once.

    `chance` gives numbers in 0..1.
    """

    def __init__(self, chance: Callable[[], float], first_s: float = 1.0, longest_s: float = 60.0) -> None:
        self._chance = chance
        self._first_s, self._longest_s = first_s, longest_s
        self._next_s = first_s

    def pause_s(self) -> float:
        """How long to wait before the next try: between half of the step and the whole of it."""
        step, self._next_s = self._next_s, min(2 * self._next_s, self._longest_s)
        return step * (0.5 + 0.5 * self._chance())

    def reset(self) -> None:
        """It worked."""
        self._next_s = self._first_s


class Allowance:
    """`burst` at once, then one more every `every_s`: what a hand or an automation needs, not what a loop can send."""

    def __init__(self, burst: int = 10, every_s: float = 2.0) -> None:
        self._burst, self._every_s = burst, every_s
        self._left, self._at = float(burst), float("-inf")

    def take(self, now: float) -> bool:
        """Is one more allowed at monotonic second `now`?"""
        if now > self._at:
            self._left = min(float(self._burst), self._left + (now - self._at) / self._every_s)
            self._at = now
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True
