"""The log that survives: the outbox on the disk, and a bounded memory for the time the disk cannot take it.

    keep ── survives a kill ──┬── delivered in time: no wait for the disk at all
                              └── after SECURE_AFTER_S: one wait for all that is kept, and it survives a power cut

Nothing here raises for a full or read-only disk: that is said in `trouble`, and tried again with the next record.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from station.outputs.mqtt.outbox import Outbox

MOST_SPILLED = 500
MANY_DELIVERED = 100
MOST_AT_HAND = 100
# Longer than a minute: the next one is written then, and takes the deletion with it.
SETTLE_S = 90.0
# An acknowledgement takes milliseconds, but is read with whatever comes next (connection.py, `be_patient`): longer than
# a second, so that who tells something every second never waits for the disk.  Should the power go within it, then the
# broker has the message as a rule, and the history keeps its own.
SECURE_AFTER_S = 1.5
NEVER = float("inf")

T = TypeVar("T")


class DurableLog:
    """Used by one thread."""

    def __init__(self, path: Path, privacy: int) -> None:
        self.path = path
        self.trouble = ""
        self._privacy = privacy
        self._outbox: Outbox | None = None
        self._spilled: deque[tuple[float, bytes]] = deque(maxlen=MOST_SPILLED)
        self._delivered: list[int] = []
        self._insecure: dict[int, float] = {}
        """What a power cut could still take, and since when; oldest first."""
        self._settle_at = NEVER
        self._highest = 0
        self._cursor = 0
        self._more = True
        """May there be entries behind the cursor that only the disk knows?  Spares it a question at every turn."""
        self._at_hand: deque[tuple[int, bytes]] = deque()
        """All that is behind the cursor, while nothing else is."""

    def open(self) -> None:
        """Open the file; a damaged one is set aside."""
        try:
            self._outbox = Outbox(self.path, self._privacy, self._highest)
            self._again()
            self._insecure.clear()
            self.trouble = ""
        except (sqlite3.Error, OSError) as error:
            self._outbox = None
            self.trouble = (
                f"Messages for later cannot be kept on the disk ({error}). Is {self.path.parent} there and writable?"
            )

    def keep(self, records: Iterable[tuple[float, bytes]], now: float) -> None:
        """Keep these (wall second, payload); they are in the file afterwards, or in memory.  now: monotonic second."""
        entries = [*self._spilled, *records]
        if not entries:
            return
        if self._outbox is None:
            self.open()
        if self._outbox is not None:
            try:
                kept = self._outbox.add(entries, self._delivered)
            except sqlite3.Error as error:
                self._failed(error)
            else:
                self._more = self._more or len(self._at_hand) + len(kept) > MOST_AT_HAND
                self._at_hand.extend(() if self._more else kept)
                self._insecure.update(dict.fromkeys([number for number, _ in kept], now))
                self._spilled.clear()
                self._delivered.clear()
                self._settle_at = NEVER
                self._highest = kept[-1][0]
                self.trouble = ""
                return
        self._spilled = deque(entries, MOST_SPILLED)

    def from_the_beginning(self) -> None:
        """A new connection: everything that is not acknowledged is sent again."""
        self.settle()
        self._again()

    def _again(self) -> None:
        self._at_hand.clear()
        self._cursor, self._more = 0, True

    def next(self, most: int) -> list[tuple[int, bytes]]:
        """The next entries to send: (number, payload)."""
        if self._more:
            self._at_hand.clear()
            entries = self._with(lambda box: box.after(self._cursor, most))
            if entries is None:
                return []
            self._more = len(entries) == most
        else:
            entries = [self._at_hand.popleft() for _ in range(min(most, len(self._at_hand)))]
        if entries:
            self._cursor = entries[-1][0]
        return entries

    def delivered(self, number: int) -> None:
        """The broker has it; deleted with the next `keep`, or when there are many."""
        self._insecure.pop(number, None)
        self._delivered.append(number)
        if len(self._delivered) >= MANY_DELIVERED:
            self.settle()

    def secure_at(self) -> float:
        """When `secure` has something to do, unless it is acknowledged before."""
        return next(iter(self._insecure.values())) + SECURE_AFTER_S if self._insecure else NEVER

    def secure(self, now: float = NEVER) -> None:
        """Bring to the disk what the broker ought to have acknowledged by now (or: what nobody will)."""
        if self._insecure and now >= self.secure_at():
            self._insecure.clear()
            self._with(Outbox.secure)

    def tidy(self, now: float) -> None:
        """Called now and then: what was delivered is deleted, also when nothing comes that would take it along.

        Killed before, the station sends it once more, with the same id.  now: monotonic second.
        """
        if self._delivered and self._settle_at == NEVER:
            self._settle_at = now + SETTLE_S
        if now >= self._settle_at:
            self.settle()

    def settle(self) -> None:
        """Delete what was delivered, in one go."""
        self._settle_at = NEVER
        if self._delivered:
            numbers, self._delivered = self._delivered, []
            self._with(lambda box: box.done(numbers))

    def trim(self, wall: float) -> None:
        """Give up what is too old or too many."""
        self._with(lambda box: box.trim(wall))

    def __len__(self) -> int:
        return len(self._spilled) + (self._with(len) or 0)

    def close(self) -> None:
        """Close the file."""
        if self._outbox is not None:
            self._outbox.close()
            self._outbox = None

    def _with(self, do: Callable[[Outbox], T]) -> T | None:
        if self._outbox is None:
            return None
        try:
            return do(self._outbox)
        except sqlite3.Error as error:
            self._failed(error)
            return None

    def _failed(self, error: sqlite3.Error) -> None:
        """Close it: the next record opens it again, and a damaged file is then set aside."""
        self.close()
        self.trouble = f"Messages for later cannot be kept on the disk ({error})."
