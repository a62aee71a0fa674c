"""The only place of the station that reads a clock.

`now()` is monotonic seconds: it orders everything and never jumps.  `wall()` is seconds since 1970 and may jump (a Pi
has no battery clock), so it only ever labels what has happened.
"""

from __future__ import annotations

import time

now = time.monotonic
wall = time.time


def second_of_day() -> float:
    """Seconds since local midnight by the clock on the wall."""
    t = time.time()
    local = time.localtime(t)
    return 3600 * local.tm_hour + 60 * local.tm_min + local.tm_sec + t % 1


def weekday() -> int:
    """The local day of the week, 0 is Monday."""
    return time.localtime().tm_wday


def today() -> str:
    """The local date, `2026-11-23`."""
    return time.strftime("%Y-%m-%d")
