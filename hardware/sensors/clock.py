"""The two clocks a driver can live by: the machine's own, and one that only moves when somebody waits.

    now()             seconds, monotonic
    sleep(seconds)    let time pass
    sleep_until(t)    let time pass up to `t` (at once, if that is over)

On the virtual clock a transfer on the bus and a driver's pause move the time, and nothing else does: hours of
sampling pass in seconds, and the same input always gives the same output.
"""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Something that tells the time and can let it pass."""

    def now(self) -> float:
        """Seconds on a clock that never runs backwards."""

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""

    def sleep_until(self, t: float) -> None:
        """Let time pass until `t`."""


class RealClock:
    """The machine's CLOCK_MONOTONIC."""

    now = staticmethod(time.monotonic)
    sleep = staticmethod(time.sleep)

    def sleep_until(self, t: float) -> None:
        """Sleep until `t`; return at once if it is past."""
        left = t - time.monotonic()
        if left > 0:
            time.sleep(left)


class VirtualClock:
    """A clock for tests and replays: it stands still until somebody sleeps on it."""

    def __init__(self, start: float = 0.0) -> None:
        self.t = start

    def now(self) -> float:
        """The virtual second."""
        return self.t

    def sleep(self, seconds: float) -> None:
        """Move the time on at once."""
        if seconds > 0:
            self.t += seconds

    def sleep_until(self, t: float) -> None:
        """Move the time on to `t`, never back."""
        self.t = max(self.t, t)
