"""What has happened and has not been played yet: bounded, and honest about what it leaves out.

Rule 1: a sound that is late is worse than none: what would begin a sound is dropped after `STALE_S`.
Rule 2: what changes how things stand (paused, ended, quiet, the bed) is never stale.
Rule 3: when the box is full, the oldest sound makes room; only where there is none, the oldest of all.
"""

from __future__ import annotations

import threading
from collections import deque

from station.core.events import CalibrationStep, Cue, Event, Gap, Mark, SessionStep, Tone

# Nobody speaks more than a few things within a second; a box that fills means that the speaker hangs.
ROOM = 64
STALE_S = 1.0


def passing(event: Event) -> bool:
    """Is this the beginning of a sound that is worth nothing a second later?"""
    if isinstance(event, Tone):
        return bool(event.level)  # a tone that falls silent is never left out
    return isinstance(event, CalibrationStep | Cue | Mark | Gap) or (
        isinstance(event, SessionStep) and event.kind != "bed"
    )


class Mailbox:
    """Between the main thread, which puts, and the output's own, which gets."""

    def __init__(self, room: int = ROOM) -> None:
        self.dropped = 0
        """Sounds left out since the station began."""
        self._room = room
        self._box: deque[tuple[float, Event]] = deque()
        self._news = threading.Condition()

    def put(self, event: Event, now: float) -> None:
        """Leave an event; never waits for anything slower than another put or get."""
        with self._news:
            if len(self._box) >= self._room:
                self._make_room()
            self._box.append((now, event))
            self._news.notify()

    def get(self, now: float) -> Event | None:
        """The oldest event that is still worth something at monotonic second `now`, or None."""
        with self._news:
            while self._box:
                put_at, event = self._box.popleft()
                if now - put_at <= STALE_S or not passing(event):
                    return event
                self.dropped += 1
        return None

    def wait(self, seconds: float) -> None:
        """Sleep until there is something, `wake()` is called, or `seconds` have passed."""
        with self._news:
            if not self._box:
                self._news.wait(seconds)

    def wake(self) -> None:
        """End a `wait()` early."""
        with self._news:
            self._news.notify()

    def __len__(self) -> int:
        return len(self._box)

    def _make_room(self) -> None:
        self.dropped += 1
        for i, (_, event) in enumerate(self._box):
            if passing(event):
                del self._box[i]
                return
        self._box.popleft()
