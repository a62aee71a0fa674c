"""What waits: an event for its turn, a message for the broker's word, and that word for somebody to read it.

An acknowledgement alone is no reason to wake a thread: it waits for the next turn, a second at most.  (Waking for each
was about a fifth of what a message cost.)
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from station.outputs.mqtt.connection import Acked, News

FEW = 10
"""So many wait; one more wakes.  Half of what may be on its way at once, so that a long queue never stands still."""


@dataclass(slots=True)
class Live:
    """One event for those who react now."""

    topic: str
    payload: bytes
    born: float
    mid: int = 0


@dataclass(frozen=True, slots=True)
class Flight:
    """One unacknowledged message: what it is, and since when."""

    what: str
    number: int
    since: float


class Acks:
    """Between the library's thread (`tell`) and ours (`read`).  `wake` takes what cannot wait."""

    def __init__(self, wake: Callable[[News], None]) -> None:
        self.patient = True
        self._wake = wake
        self._waiting: deque[Acked] = deque()

    def tell(self, news: News) -> None:
        """What the connection says."""
        if self.patient and isinstance(news, Acked) and not news.refusal and len(self._waiting) < FEW:
            self._waiting.append(news)
        else:
            self._wake(news)

    def read(self) -> list[Acked]:
        """All that wait."""
        return [self._waiting.popleft() for _ in range(len(self._waiting))]
