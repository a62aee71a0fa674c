"""Chip-timed sampling: the chip converts without end, and its ALERT/RDY pin says when a result is there.

    ALERT/RDY ──┐┌──────────┐┌──────────┐┌────      falls at the end of every conversion (8 µs)
    host        [read]      [read]      [read]      one fast read, 29 bits

The chip's clock is the time base, up to 10 % off, so the rate is measured on the edges' own time stamps.  A
conversion without a read is lost and counted: edges that came while the host was away, and a read that would come so
late, or took so long, that the next result might already have stood in the register.
"""

from __future__ import annotations

import contextlib
from collections import deque
from typing import Protocol

from hardware.sensors.ads1115_link import Link
from hardware.sensors.clock import Clock
from hardware.sensors.contract import SensorError
from hardware.sensors.frames import FrameBuilder

RATE = 860
CONFIRM_S = 3.0
SILENCE_S = 0.1  # edges come every 1.2 ms
RATE_WINDOW_S = 10.0
LATEST_READ = 0.7  # of a period: a read begun later might catch the next result


class Edges(Protocol):
    """A pin that is listened to."""

    def wait(self, seconds: float) -> list[float]:
        """Monotonic seconds of the edges since the last call; waits for the first up to `seconds`."""

    def close(self) -> None:
        """Let go of the pin."""


class Rdy:
    """The sampler for `mode = "rdy"`."""

    def __init__(self, clock: Clock, pin: str, edges: Edges, where: str) -> None:
        self.clock = clock
        self.pin = pin
        self.edges = edges
        self.where = where
        self.rate = float(RATE)
        self.builder = FrameBuilder(1, lambda: self.rate)
        self._row = 0
        self._edge: float | None = None
        self._marks: deque[tuple[float, int]] = deque()
        self._link: Link | None = None
        self._pointer_set = False
        self._confirmed = 0.0

    def begin(self, link: Link) -> None:
        """Select the pin with one single-shot conversion, then let the chip run (see `ads1115_link`)."""
        self._link = link
        self._word = link.word(self.pin, single=False, ready_pin=True)
        link.signal_ready()
        link.start(link.word(self.pin, single=True, ready_pin=True))
        self.clock.sleep(link.longest_conversion_s)
        link.go_continuous()
        self._marks.clear()
        self._confirm()
        self.edges.wait(0.0)

    def end(self) -> None:
        """Let the chip sleep, if it can still be reached."""
        if self._link is not None:
            with contextlib.suppress(OSError, TypeError):
                self._link.sleep()

    def sample(self) -> None:
        """Wait for a result and read it.  Raises OSError, or SensorError when the wire is silent."""
        assert self._link is not None
        edges = self.edges.wait(SILENCE_S)
        if not edges:
            self._link.confirm(self._word)  # a chip that forgot its settings has stopped converting
            raise SensorError(
                f"The sensor chip converts, but no conversion-ready pulse arrives at {self.where}.",
                f'Connect the chip\'s ALRT pin to {self.where}, or set mode = "timed", which needs no such wire.',
            )
        for edge in edges:
            self._count(edge)
        if self.clock.now() - edges[-1] > LATEST_READ / self.rate:
            return
        volts = self._link.volts(fast=self._pointer_set)
        self._pointer_set = True
        if self.clock.now() - edges[-1] >= 1.0 / self.rate:
            return  # the host slept within the read: this may be the next result already
        self.builder.add(self._row, edges[-1], (volts,))
        if edges[-1] - self._confirmed >= CONFIRM_S:
            self._confirm()

    def _count(self, edge: float) -> None:
        """Advance by the conversions since the edge before, and measure the chip's rate."""
        if self._edge is not None:
            self._row += max(1, round((edge - self._edge) * self.rate))
        self._edge = edge
        marks = self._marks
        if not marks or edge - marks[-1][0] >= 0.1:
            marks.append((edge, self._row))
            while edge - marks[0][0] > RATE_WINDOW_S:
                marks.popleft()
            if len(marks) > 1:
                self.rate = (self._row - marks[0][1]) / (edge - marks[0][0])

    def _confirm(self) -> None:
        """Read the configuration back.  The pointer then stands on CONFIG, so the next read must set it again."""
        assert self._link is not None
        self._link.confirm(self._word)
        self._pointer_set = False
        self._confirmed = self.clock.now()
