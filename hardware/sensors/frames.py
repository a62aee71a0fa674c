"""From single rows of samples to frames, and how many rows are missing between them.

A row is one sample of every channel, and it has a number: its slot on the sampler's time grid.  A gap in the numbers
is a loss, whatever the reason was (a late host, a chip that had to be healed); a frame never spans one.

    rows    10 11 12 13 14 | 17 18 19 20 21
    frames  [10 ....... 14]  [17 ....... 21] lost=2

A frame ends where one of the core's hops does (0.1 s, counted from the first row, or from the first one after a long
hole): what the frame completes can be said in the moment in which it arrives.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable, Iterable

from hardware.sensors.contract import CLOSE_FRAMES, FRAME_S, Frame

# The core bridges shorter holes than this and keeps their place; after a longer one it counts anew.
LONGEST_BRIDGE_S = 0.5


class FrameBuilder:
    """Collects rows into frames of about 0.1 s, or a fifth of that while somebody listens closely.

    rate: asked for the measured rate whenever a frame is complete.
    """

    def __init__(self, channels: int, rate: Callable[[], float]) -> None:
        self.channels = channels
        self.closely = False
        """Short frames are wanted, after the one that is being filled."""
        self.ready: deque[Frame] = deque()
        self._rate = rate
        self._volts = array("f")
        self._next: int | None = None  # the row that is expected
        self._stretch = self._length = 0  # the row with which the stretch of 0.1 s begins, and how many it has
        self._cut = 0  # the row before which the frame ends
        self._t_last = 0.0
        self._lost = 0

    def add(self, row: int, t: float, values: Iterable[float]) -> None:
        """Take one row, measured at second `t`."""
        if row != self._next:
            self._leap(row)
        self._next, self._t_last = row + 1, t
        self._volts.extend(values)
        if row + 1 >= self._cut:
            self.flush()
            self._plan(row + 1)

    def flush(self) -> None:
        """Close the frame that is being filled."""
        if self._volts:
            self.ready.append(Frame(self._volts, self.channels, self._t_last, self._rate(), self._lost))
            self._volts, self._lost = array("f"), 0

    def _leap(self, row: int) -> None:
        """The first row of all, or one behind a hole."""
        begins = self._next is None
        if self._next is not None:
            self.flush()
            missing = row - self._next
            self._lost += missing
            begins = missing > LONGEST_BRIDGE_S * self._rate()
        if begins:
            self._stretch, self._length = row, self._hop()
        self._plan(row)

    def _plan(self, row: int) -> None:
        """Where the frame that begins with `row` ends."""
        while row >= self._stretch + self._length:
            self._stretch, self._length = self._stretch + self._length, self._hop()
        self._cut = self._stretch + self._length
        if self.closely:
            step = -(-self._length // CLOSE_FRAMES)
            self._cut = min(self._cut, row + step - (row - self._stretch) % step)

    def _hop(self) -> int:
        return max(1, round(self._rate() * FRAME_S))
