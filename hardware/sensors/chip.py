"""A twin of Texas Instruments' ADS1115, register for register, after its data sheet (SBAS444).

The chip knows nothing of buses or clocks.  It is asked at a moment, and works out what it must have done since it
was asked last:

    write(data, t)   the bytes that follow its address      [pointer] or [pointer, MSB, LSB]
    read(n, t)       the bytes of the register the pointer stands on

A conversion is a boxcar: the mean of the input over the conversion period.

    single-shot   OS=1 ──25 µs──▶│◀── 1/DR ──▶│ result, OS reads 1, asleep again
    continuous    MODE=0 ─25 µs─▶│◀── 1/DR ──▶│◀── 1/DR ──▶│ ...   one result after the other, OS reads 0

A conversion in flight keeps the settings it was started with; a new configuration counts from the next one on.

What it converts is a *source*: `source(ain, t)` gives the volts at input AIN0..AIN3.  A source may also have
`mean(ain, start, end)`; then the chip asks for the boxcar in one call (see `track.py`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

CONVERSION, CONFIG, LO_THRESH, HI_THRESH = range(4)

# Register values after power-up or a general-call reset (data sheet, "Register Map").
RESET = (0x0000, 0x8583, 0x8000, 0x7FFF)

OS = 0x8000
MODE_SINGLE = 0x0100
COMP_WINDOW = 0x0010
COMP_ACTIVE_HIGH = 0x0008
COMP_LATCHING = 0x0004
COMP_QUEUE = 0x0003
COMP_OFF = 0x0003

# MUX[2:0] -> (positive, negative) input; None is ground.
MUX: tuple[tuple[int, int | None], ...] = (
    (0, 1),
    (0, 3),
    (1, 3),
    (2, 3),
    (0, None),
    (1, None),
    (2, None),
    (3, None),
)
# PGA[2:0] -> full-scale volts; the last three codes are all the finest range.
FULL_SCALE = (6.144, 4.096, 2.048, 1.024, 0.512, 0.256, 0.256, 0.256)
# DR[2:0] -> conversions a second; the chip's oscillator makes them up to 10 % faster or slower.
DATA_RATE = (8, 16, 32, 64, 128, 250, 475, 860)
CLOCK_TOLERANCE = 0.10

WAKE_UP_S = 25e-6  # from power-down to the start of a conversion
READY_PULSE_S = 8e-6  # conversion-ready pulse in continuous mode
OVERDRIVE_V = 0.3  # beyond the supply the input's protection diodes conduct
GENERAL_CALL_RESET = 0x06
QUEUE_LENGTH = (1, 2, 4)

Source = Callable[[int, float], float]


@dataclass(frozen=True, slots=True)
class Setting:
    """What a conversion takes from the config word it was started with."""

    positive: int
    negative: int | None
    full_scale: float
    rate: int
    single: bool


@lru_cache(maxsize=512)
def setting_of(config: int) -> Setting:
    """The mux, range, rate and mode a config word asks for."""
    positive, negative = MUX[config >> 12 & 7]
    return Setting(
        positive, negative, FULL_SCALE[config >> 9 & 7], DATA_RATE[config >> 5 & 7], bool(config & MODE_SINGLE)
    )


class Ads1115:
    """One chip.

    source: volts at an input, see the module's head.
    vdd: supply, volts; inputs are held to -0.3 V ... vdd + 0.3 V.
    clock_error: how much faster (+) or slower (-) its oscillator runs, -0.10 ... +0.10.
    points: how many times a plain source is asked within one conversion (midpoints of equal parts).
    """

    def __init__(self, source: Source, *, vdd: float = 3.3, clock_error: float = 0.0, points: int = 2) -> None:
        if abs(clock_error) > CLOCK_TOLERANCE:
            raise ValueError(f"an ADS1115's clock is at most 10 % off, not {clock_error:+.0%}")
        self.connect(source)
        self.vdd = vdd
        self.speed = 1.0 + clock_error
        self.points = points
        self.conversions = 0
        self._pins: deque[tuple[float, bool]] = deque(maxlen=4096)
        self._reset()

    def connect(self, source: Source) -> None:
        """Wire something else to the inputs."""
        self._source = source
        self._boxcar: Callable[[int, float, float], float] | None = getattr(source, "mean", None)

    def _reset(self) -> None:
        self._registers = list(RESET)
        self._pointer = CONVERSION
        self._flight: Setting | None = None  # what is being converted, from `_start` to `_end`
        # Conversions without a pause are counted from where the first began: added up, their lengths would round
        # differently for who looks often and who looks once.
        self._epoch = self._period = 0.0
        self._nth = 0
        self._start = self._end = 0.0
        self._exceeded = 0  # conversions in a row beyond the threshold
        self._alerting = False
        self._level = True  # of ALERT/RDY between its pulses; the pin is open drain, with a pull-up
        self._pulse_end = float("-inf")

    # --- the bus's side -------------------------------------------------------------------------------

    def write(self, data: bytes | bytearray | memoryview, t: float) -> None:
        """Take the bytes that follow the chip's address; they count from second `t` on."""
        if not data:
            return
        self.settle(t)
        self._pointer = data[0] & 3
        if len(data) < 3 or self._pointer == CONVERSION:
            return
        word = data[1] << 8 | data[2]
        if self._pointer == CONFIG:
            self._configure(word, t)
        else:
            self._registers[self._pointer] = word

    def read(self, n: int, t: float) -> bytes:
        """`n` bytes of the register under the pointer, as it stood at second `t`."""
        self.settle(t)
        word = self._registers[self._pointer]
        if self._pointer == CONFIG:
            word = word & 0x7FFF if self._flight else word | OS
        elif self._pointer == CONVERSION and self._registers[CONFIG] & COMP_LATCHING and not self._is_ready_pin():
            self._set_alert(False, t)  # reading the result is what releases a latched alert
        both = word.to_bytes(2, "big")
        return both if n == 2 else (both * (n // 2 + 1))[:n]

    def general_call(self, command: int, t: float) -> None:
        """Hear a byte sent to address 0; 06h resets the chip."""
        self.settle(t)
        if command == GENERAL_CALL_RESET:
            self._reset()

    def brown_out(self) -> None:
        """The supply dipped: every register is as after power-up, and no one is told."""
        self._reset()

    def _configure(self, word: int, t: float) -> None:
        self._registers[CONFIG] = word & 0x7FFF
        if self._registers[CONFIG] & COMP_QUEUE == COMP_OFF:
            self._alerting, self._exceeded = False, 0
            self._drive(True, t)  # high impedance: the pull-up has the word
        elif not self._alerting:
            self._drive(self._idle_level(), t)
        wanted = not word & MODE_SINGLE or word & OS
        if wanted and self._flight is None:  # a start during a conversion has no effect
            if self._is_ready_pin():
                self._set_alert(False, t)
            self._launch(t + WAKE_UP_S)

    # --- converting -----------------------------------------------------------------------------------

    def _launch(self, start: float) -> None:
        self._flight = setting_of(self._registers[CONFIG])
        self._epoch, self._period = start, 1.0 / (self._flight.rate * self.speed)
        self._convert(0)

    def _convert(self, nth: int) -> None:
        """Be at the `nth` conversion since the epoch."""
        self._nth = nth
        self._start = self._epoch + nth * self._period
        self._end = self._epoch + (nth + 1) * self._period

    def next_end(self) -> float | None:
        """When the conversion in flight will be done (None: asleep)."""
        return self._end if self._flight else None

    def settle(self, t: float) -> None:
        """Do everything that happened up to second `t`."""
        while self._flight and self._end <= t:
            config = self._registers[CONFIG]
            if config & MODE_SINGLE:
                self._finish(self._flight)
                self._flight = None
                return
            goes_on = self._flight is setting_of(config)
            if goes_on and config & COMP_QUEUE == COMP_OFF:
                # Nobody can have noticed the conversions between; only the last one's result is left.
                skipped = int((t - self._end) / self._period)
                self.conversions += skipped
                self._convert(self._nth + skipped)
                if self._end > t:  # the division was rounded up
                    self.conversions -= 1
                    self._convert(self._nth - 1)
            self._finish(self._flight)
            if goes_on:
                self._convert(self._nth + 1)
            else:
                self._launch(self._end)

    def _finish(self, flight: Setting) -> None:
        volts = self._mean(flight.positive)
        if flight.negative is not None:
            volts -= self._mean(flight.negative)
        code = round(volts * 32768.0 / flight.full_scale)
        code = max(-32768, min(32767, code))
        self._registers[CONVERSION] = code & 0xFFFF
        self.conversions += 1
        if self._registers[CONFIG] & COMP_QUEUE != COMP_OFF:
            self._compare(code, flight.single)

    def _mean(self, ain: int) -> float:
        start, end = self._start, self._end
        if self._boxcar is not None:
            volts = self._boxcar(ain, start, end)
        elif self.points == 1:
            volts = self._source(ain, 0.5 * (start + end))
        else:
            step = (end - start) / self.points
            volts = sum(self._source(ain, start + (i + 0.5) * step) for i in range(self.points)) / self.points
        return min(max(volts, -OVERDRIVE_V), self.vdd + OVERDRIVE_V)

    # --- the ALERT/RDY pin ----------------------------------------------------------------------------

    def _is_ready_pin(self) -> bool:
        """Hi_thresh negative and Lo_thresh positive turn the comparator into a conversion-ready signal."""
        return self._registers[HI_THRESH] >= 0x8000 > self._registers[LO_THRESH]

    def _compare(self, code: int, single: bool) -> None:
        config = self._registers[CONFIG]
        if self._is_ready_pin():
            self._ready(single)
            return
        low, high = _signed(self._registers[LO_THRESH]), _signed(self._registers[HI_THRESH])
        window = bool(config & COMP_WINDOW)
        beyond = code > high or (window and code < low)
        self._exceeded = self._exceeded + 1 if beyond else 0
        if self._exceeded >= QUEUE_LENGTH[config & COMP_QUEUE]:
            self._set_alert(True, self._end)
        elif not config & COMP_LATCHING and not beyond and (window or code < low):
            self._set_alert(False, self._end)

    def _ready(self, single: bool) -> None:
        """Say that a result is there: a short pulse, or (single-shot) a level that holds until the next start."""
        if single:
            self._set_alert(True, self._end)
            return
        idle = self._idle_level()
        self._set_alert(False, self._end)
        self._pulse_end = self._end + READY_PULSE_S
        self._pins.append((self._end, not idle))
        self._pins.append((self._pulse_end, idle))

    def _idle_level(self) -> bool:
        return not self._registers[CONFIG] & COMP_ACTIVE_HIGH

    def _set_alert(self, on: bool, t: float) -> None:
        self._alerting = on
        self._drive(self._idle_level() != on, t)

    def _drive(self, level: bool, t: float) -> None:
        if level != self._level:
            self._level = level
            self._pins.append((t, level))

    def alert_pin(self, t: float) -> bool:
        """The level of ALERT/RDY at second `t`, with its pull-up."""
        self.settle(t)
        return self._level != (t < self._pulse_end)

    def take_edges(self, t: float) -> list[tuple[float, bool]]:
        """The pin's changes up to second `t` that were not taken yet: (when, new level)."""
        self.settle(t)
        taken = []
        while self._pins and self._pins[0][0] <= t:
            taken.append(self._pins.popleft())
        return taken


def _signed(word: int) -> int:
    return word - 0x10000 if word & 0x8000 else word
