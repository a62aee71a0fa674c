"""Host-timed sampling: at every slot read the result of the conversion before, then start the next one.

    slot      k                         k+1                       k+2
    bus       [read k-1][start k]       [read k][start k+1]       ...
    chip                ████ converts k ███       ████ converts k+1

Reading first makes a mix-up impossible: until `start k` is on the wire nothing can replace the result of k-1, however
long the host sleeps between the two.  The price is that a slot must hold both transfers and the slowest conversion;
hence the caps of 400/s (100 kHz) and 500/s (400 kHz).  The host's clock is the time base.  A slot that began more
than half a slot too late is skipped and counts as lost.  Every start writes the whole configuration, so a chip that
forgot it in a brown-out is right again at the next slot.

Two channels: both in every slot where the cap allows it, half a slot apart; otherwise the second one is a guest that
takes every m-th slot (ten a second: a pressure pad needs no more), is held in between, and the first channel is
bridged across that slot.

    slot      0  1  2  3 ...  m-1  m  m+1
    pin       P  E  E  E ...   E   P   E

Two chips: both channels in every slot, one chip after the other, each with the whole slot for its conversion.

    slot      k                                                 k+1
    bus       [read k-1][start k] [read k-1][start k]           ...
    chip             1      1          2      2
"""

from __future__ import annotations

from collections.abc import Sequence

from hardware.sensors.ads1115_link import Link, longest_conversion_s
from hardware.sensors.clock import Clock
from hardware.sensors.frames import FrameBuilder

CAPS = {100: 400, 400: 500}  # conversions a second that are safe at this many kHz
PAIR_CAPS = {100: 250, 400: 500}  # of each of two chips: their transfers share the wire
GUEST_RATE = 10.0
CONFIRM_S = 3.0
LATE = 0.5  # of a slot
TRANSFERS_BITS = 48 + 38  # one read and one start; the conversion has the rest of the slot


class Timed:
    """The sampler for `mode = "timed"`."""

    def __init__(self, clock: Clock, pins: Sequence[str], rate: float, bus_khz: int, chips: int = 1) -> None:
        self.clock = clock
        self.pins = tuple(pins)
        self.rate = float(rate)
        inputs = len(self.pins) // chips  # of each chip
        together = inputs == 1 or rate * inputs <= CAPS[bus_khz]
        self._per_row = inputs if together else 1
        self._guest_every = 0 if together else max(2, round(rate / GUEST_RATE))
        self._period = 1.0 / (rate * self._per_row)
        self.builder = FrameBuilder(len(self.pins), lambda: self.rate)
        self._epoch: float | None = None
        self._tick = 0
        self._partial: list[float] = []
        self._partial_row = -1
        self._held: float | None = None
        self._before: float | None = None
        self._to_bridge: tuple[int, float] | None = None

    def chip_rate(self, rates: Sequence[int], bus_khz: int) -> int:
        """The slowest data rate that fits into a slot: the longer the chip integrates, the less noise."""
        room = 0.8 * self._period - TRANSFERS_BITS * 1e-3 / bus_khz
        return next((r for r in rates if longest_conversion_s(r) <= room), rates[-1])

    def begin(self, link: Link, beside: Link | None = None) -> None:
        """Start converting, now; the grid goes on where it was, so what was missed shows as lost.

        beside: the second chip, where the second channel has one of its own.
        """
        self._link, self._beside = link, beside
        self._words = [link.word(pin, single=True) for pin in self.pins]
        now = self.clock.now()
        if self._epoch is None:
            self._epoch = now
        else:
            self._tick = max(self._tick + 1, int((now - self._epoch) / self._period) + 1)
            self._tick += -self._tick % self._per_row
            self.clock.sleep_until(self._epoch + self._tick * self._period)
        self._start()
        if beside is not None:
            self._start_beside(beside)
        self._confirm()

    def sample(self) -> None:
        """Wait for the next slot, take the finished conversion, start another.  Raises OSError."""
        assert self._epoch is not None
        due = self._epoch + (self._tick + 1) * self._period
        self.clock.sleep_until(max(due, self._finished))
        volts = self._link.volts()
        tick, t = self._tick, self._started + 1.0 / self._link.rate
        late = (self.clock.now() - due) / self._period
        self._tick += 1 + (int(late - LATE) + 1 if late > LATE else 0)
        self._start()
        if self._beside is None:
            self._take(tick, t, volts)
        else:
            self.clock.sleep_until(self._finished_beside)
            volts_beside = self._beside.volts()
            self._start_beside(self._beside)
            self.builder.add(tick, t, (volts, volts_beside))
        if self._started - self._confirmed >= CONFIRM_S:
            self._confirm()

    def end(self) -> None:
        """Nothing to do: after a single shot the chip sleeps by itself."""

    def _start(self) -> None:
        self._word = self._words[self._channel(self._tick)]
        self._link.start(self._word)
        self._started = self.clock.now()
        self._finished = self._started + self._link.longest_conversion_s

    def _start_beside(self, link: Link) -> None:
        link.start(self._words[1])
        self._finished_beside = self.clock.now() + link.longest_conversion_s

    def _confirm(self) -> None:
        """Read the configuration back while the conversion runs: that time is free."""
        self._link.confirm(self._word)
        if self._beside is not None:
            self._beside.confirm(self._words[1])
        self._confirmed = self._started

    def _channel(self, tick: int) -> int:
        if self._guest_every:
            return 1 if tick % self._guest_every == 0 else 0
        return tick % self._per_row

    def _take(self, tick: int, t: float, volts: float) -> None:
        if self._guest_every:
            self._take_with_guest(tick, t, volts)
        elif self._per_row == 1:
            self.builder.add(tick, t, (volts,))
        else:
            row, part = divmod(tick, self._per_row)
            if part == 0:
                self._partial, self._partial_row = [volts], row
            elif row == self._partial_row and len(self._partial) == part:
                self._partial.append(volts)
                if part == self._per_row - 1:
                    self.builder.add(row, t, self._partial)

    def _take_with_guest(self, tick: int, t: float, volts: float) -> None:
        if self._channel(tick) == 1:
            self._held = volts
            self._to_bridge = (tick, t)
            return
        if self._held is None:
            return  # the second channel has not been read yet: a row would be half empty
        if self._to_bridge and self._before is not None:
            row, at = self._to_bridge
            self.builder.add(row, at, (0.5 * (self._before + volts) if row + 1 == tick else self._before, self._held))
        self._to_bridge = None
        self._before = volts
        self.builder.add(tick, t, (volts, self._held))
