"""Does the MQTT thread still turn?  It beats at every turn, every two seconds at least; the main thread looks.

    its thread    beat    beat    beat  ✗  it hangs in something
    main thread      look    look    look    look    look  …  5 s without a beat: it is left behind, another one begins

Without this nobody would know: the wire stays open, and no acknowledgement, command or `offline` ever comes.
"""

from __future__ import annotations

STILL_S = 5.0
"""A busy Zero may leave a thread out for a second; a turn that is missing for so long is no accident."""

LONGEST_LOOK_S = 2.0
"""Longer than this nobody looks away, unless the whole process stood still: then the thread stood with it."""


class Pulse:
    """`beat` is for the thread that is watched, `stopped` for the one that watches."""

    def __init__(self) -> None:
        self._beats, self._seen = 0, -1
        self._still_s, self._looked_at = 0.0, 0.0

    def beat(self) -> None:
        """One turn."""
        self._beats += 1

    def stopped(self, now: float) -> bool:
        """Has there been no beat for too long, at monotonic second `now`?"""
        if self._beats != self._seen:
            self._seen, self._still_s = self._beats, 0.0
        else:
            self._still_s += min(now - self._looked_at, LONGEST_LOOK_S)
        self._looked_at = now
        return self._still_s >= STILL_S
