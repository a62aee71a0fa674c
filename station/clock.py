"""The only place of the station that reads a clock.

`now()` is monotonic seconds: it orders everything and never jumps.  `wall()` is seconds since 1970 and may jump (a Pi
has no battery clock), so it only ever labels what has happened.
"""

from __future__ import annotations

import time

now = time.monotonic
wall = time.time


def today() -> str:
    """The local date, `2026-11-23`."""
    return time.strftime("%Y-%m-%d")
