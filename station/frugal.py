"""Memory that is used for a moment is given back: settings of the C library for a process that runs for years.

Left alone, glibc gives every thread a heap of its own (3 MB of holes for ten threads), and once a decoded sentence of a
megabyte has been freed, it keeps pieces of that size out of the system's hands for good.
"""

from __future__ import annotations

import contextlib
import ctypes
from typing import Final

# The names of mallopt in <malloc.h>.
_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_ARENA_MAX: Final = -8
# What glibc begins with; set by hand it stays there, otherwise it grows with what is freed.
LARGE: Final = 128 * 1024


def be_frugal() -> None:
    """Before the threads begin: one heap for all of them, and large pieces go back to the system at once."""
    with contextlib.suppress(AttributeError, OSError):  # another C library has no such settings, and no such habit
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_ARENA_MAX, 1)
        mallopt(_MMAP_THRESHOLD, LARGE)
        mallopt(_TRIM_THRESHOLD, LARGE)
