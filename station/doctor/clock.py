"""Does the machine know the time?  A Pi forgets it without power; the diary's days hang on it."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from typing import Final

from station.doctor import Examined, Roots

EARLIEST: Final = 1_767_225_600.0  # 2026-01-01 UTC: no station ran before that
TIME_ERROR: Final = 5  # adjtimex(2): the clock is not synchronised
TIMEX_BYTES: Final = 512  # struct timex is 208 bytes; room for those to come
ONLINE: Final = (
    "Let the station into your Wi-Fi once (and timedatectl set-ntp true); without a network a clock module (RTC) "
    "helps. Until then times are marked as uncertain and put right later."
)


def synchronised() -> bool | None:
    """Whether the kernel knows its clock to be right; None where it cannot be asked."""
    try:
        answer = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.create_string_buffer(TIMEX_BYTES))
    except (OSError, AttributeError):
        return None
    return None if answer < 0 else bool(answer != TIME_ERROR)


def examine(
    roots: Roots, wall: Callable[[], float] = time.time, synced: Callable[[], bool | None] = synchronised
) -> Examined:
    """The date, who set it, and the time zone in which days end."""
    now = wall()
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(now))
    zone = time.strftime("%Z", time.localtime(now))
    keeps = any((roots.sys / "class/rtc").glob("rtc*"))
    if now < EARLIEST:
        yield "broken", f"The clock says {when}: it has not been set since the power came.", ONLINE
    elif synced() or (roots.run / "systemd/timesync/synchronized").exists():
        yield "ok", f"The clock is synchronised: {when}; days end at midnight in {zone}.", ""
    elif keeps:
        yield (
            "ok",
            f"The clock says {when} ({zone}); not compared with the internet, but this machine has a clock module.",
            "",
        )
    else:
        yield "warning", f"The clock says {when} ({zone}), not yet compared with the internet.", ONLINE
