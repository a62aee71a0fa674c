"""From single rows of samples to frames, and how many rows are missing between them.

A row is one sample of every channel, and it has a number: its slot on the sampler's time grid.  A gap in the numbers
is a loss, whatever the reason was (a late host, a chip that had to be healed); a frame never spans one.

    rows    10 11 12 13 14 | 17 18 19 20 21
    frames  [10 ....... 14]  [17 ....... 21] lost=2
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable, Iterable

from hardware.sensors.contract import FRAME_S, Frame


class FrameBuilder:
    """Collects rows into frames of about 20 ms.

    rate: asked for the measured rate whenever a frame is complete.
    """

    def __init__(self, channels: int, nominal_rate: float, rate: Callable[[], float]) -> None:
        self.channels = channels
        self.rows_per_frame = max(1, round(nominal_rate * FRAME_S))
        self.ready: deque[Frame] = deque()
        self._rate = rate
        self._volts = array("f")
        self._rows = 0
        self._last_row: int | None = None
        self._t_last = 0.0
        self._lost = 0

    def add(self, row: int, t: float, values: Iterable[float]) -> None:
        """Take one row, measured at second `t`."""
        if self._last_row is not None and row != self._last_row + 1:
            self.flush()
            self._lost += row - self._last_row - 1
        self._last_row, self._t_last = row, t
        self._volts.extend(values)
        self._rows += 1
        if self._rows >= self.rows_per_frame:
            self.flush()

    def flush(self) -> None:
        """Close the frame that is being filled."""
        if self._rows:
            self.ready.append(Frame(self._volts, self.channels, self._t_last, self._rate(), self._lost))
            self._volts, self._rows, self._lost = array("f"), 0, 0
