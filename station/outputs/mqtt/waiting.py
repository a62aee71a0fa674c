"""What waits: an event for its turn, a message for the broker's word, and the thread for its bell."""

from __future__ import annotations

import contextlib
import os
import select
from dataclasses import dataclass


@dataclass(slots=True)
class Live:
    """One event for those who react now."""

    topic: str
    payload: bytes
    born: float
    lives_s: float
    mid: int = 0

    def left_s(self, now: float) -> float:
        """For how long it is still worth telling."""
        return self.lives_s - (now - self.born)


@dataclass(frozen=True, slots=True)
class Flight:
    """One unacknowledged message: what it is, and since when."""

    what: str
    number: int
    since: float


class Bell:
    """Wakes a thread that waits for a wire as well: one rings, the other waits and silences it."""

    def __init__(self) -> None:
        self._ear, self._rope = os.pipe()
        os.set_blocking(self._ear, False)
        os.set_blocking(self._rope, False)

    def ring(self) -> None:
        """From any thread; never waits."""
        with contextlib.suppress(BlockingIOError):  # full: it rings as it is
            os.write(self._rope, b"!")

    def fileno(self) -> int:
        """Can be read while it rings."""
        return self._ear

    def wait(self, at_most_s: float) -> None:
        """Until it rings."""
        select.select([self._ear], [], [], max(0.0, at_most_s))

    def silence(self) -> None:
        """Before looking at what it rang for: who rings afterwards is heard."""
        with contextlib.suppress(BlockingIOError):
            os.read(self._ear, 4096)

    def __del__(self) -> None:
        """Not sooner: nobody can then ring at a number that has meanwhile become another file."""
        os.close(self._ear)
        os.close(self._rope)
