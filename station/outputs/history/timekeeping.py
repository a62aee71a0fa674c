"""Which uptime this is, and does this machine know what time it is?  A Pi without a battery clock starts with a guess.

    first synchronisation seen (systemd-timesyncd)   known
    a battery clock that agrees with the wall clock   known
    timesyncd is there and has not said so yet        not known: what is written meanwhile is "time uncertain"
    another keeper of time, or none to be seen        known where the time is plausible

Asked until the answer is yes, then never again until the next boot: a clock once right stays right enough.
"""

from __future__ import annotations

import time
import uuid
from pathlib import Path

SYNC = Path("/run/systemd/timesync")
RTC = Path("/sys/class/rtc/rtc0/since_epoch")
# Nothing was written by this station before it existed.
PLAUSIBLE_SINCE = 1_735_689_600.0  # 2025-01-01
# A battery clock is off by seconds a week; one that lost its battery is off by years.
AGREES_S = 120.0


def known(wall: float | None = None, sync: Path = SYNC, rtc: Path = RTC) -> bool:
    """Can the wall clock be believed?  `wall`: seconds since 1970, now if None."""
    now = time.time() if wall is None else wall
    if now < PLAUSIBLE_SINCE:
        return False
    if not sync.is_dir() or (sync / "synchronized").exists():
        return True
    try:
        return abs(float(rtc.read_text(encoding="ascii")) - now) < AGREES_S
    except (OSError, ValueError):
        return False


def boot_id() -> str:
    """The kernel's own name for this uptime."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return uuid.uuid4().hex  # without the kernel's word every start counts as a boot: nothing is re-stamped wrongly


def asleep_s() -> float:
    """Seconds this machine has slept since boot: the monotonic clock stands still in sleep, the wall clock does not."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic() if hasattr(time, "CLOCK_BOOTTIME") else 0.0
