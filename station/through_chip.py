"""A recording sent through the simulated ADS1115 and its unmodified driver, on a clock that only moves when it waits.

    samples ─► Held: each sample stands for one period ─► chip's boxcar ─► fake bus ─► Adafruit's driver ─► frames

The chip is let run for one frame first; then the recording is laid so that sample k stands at the pin exactly while
the chip converts its k-th result.  So what comes out is what went in, to the chip's own step, and whatever differs from
a replay straight from the file is a fault of the driver.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from itertools import accumulate

import numpy as np

from hardware.sensors import ads1115
from hardware.sensors.bus import FakeBus, Wire
from hardware.sensors.chip import Ads1115
from hardware.sensors.clock import VirtualClock
from hardware.sensors.contract import SensorError
from hardware.sensors.edf_reader import Recording
from station.core.inputs import Frame
from station.errors import StationError

ADDRESS = 0x48
RDY_RATE = 860
# Above this the host-timed mode is not safe, and the chip's own 860 a second are used.
FASTEST_TIMED = 500
SLOWEST_TIMED = 8
LATER = 0.1  # of a slot


class Held:
    """The recording at the chip's inputs: sample k stands from `start` + k / rate on, for one period."""

    def __init__(self, columns: Sequence[Sequence[float]], rate: float) -> None:
        self.rate = rate
        self.start = float("inf")
        self._volts = [array("d", column) for column in columns]
        self._sums = [array("d", accumulate(column, initial=0.0)) for column in self._volts]

    def __call__(self, ain: int, t: float) -> float:
        """Volts at input `ain` at second `t`."""
        volts = self._volts[ain] if ain < len(self._volts) else array("d", (0.0,))
        return volts[max(0, min(len(volts) - 1, int((t - self.start) * self.rate)))] if t >= self.start else volts[0]

    def mean(self, ain: int, start: float, end: float) -> float:
        """Mean volts at input `ain` between two seconds."""
        if ain >= len(self._volts):
            return 0.0
        if end <= self.start:
            return self._volts[ain][0]
        a = max(0.0, (start - self.start) * self.rate)
        b = (end - self.start) * self.rate
        return (self._integral(ain, b) - self._integral(ain, a)) / (b - a)

    def _integral(self, ain: int, x: float) -> float:
        volts, sums = self._volts[ain], self._sums[ain]
        i = int(x)
        if i >= len(volts):
            return sums[-1] + (x - len(volts)) * volts[-1]
        return sums[i] + (x - i) * volts[i]


def settings_for(rate: float, channels: int) -> ads1115.Settings:
    """How the chip would be set up to record at this rate: host-timed up to 500 a second, else its own 860."""
    pins: tuple[ads1115.Pin, ...] = ("A0", "A1") if channels > 1 else ("A0",)
    if rate > FASTEST_TIMED:
        if channels > 1:
            raise StationError(
                f"One ADS1115 cannot read two channels at {rate:g} a second.", "Choose one channel with --channel."
            )
        return ads1115.Settings(mode="rdy", channels=pins)
    # A configuration names whole numbers; the sampler keeps the pace of any recording.
    return ads1115.Settings(mode="timed", channels=pins, rate=max(SLOWEST_TIMED, rate))  # type: ignore[arg-type]


def frames_through_chip(recording: Recording) -> Iterator[Frame]:
    """The recording's frames as the driver reads them off the chip; `t_last` counts from the recording's start."""
    settings = settings_for(recording.rate, len(recording.channels))
    clock = VirtualClock()
    held = Held([column.tolist() for column in recording.volts().T.astype(float)], recording.rate)
    chip = Ads1115(held)
    bus = FakeBus(clock, {ADDRESS: chip}, khz=settings.bus_khz)
    source = ads1115.open(settings, bus=bus, clock=clock, edges=Wire(clock, chip))
    try:
        source.read()
        held.start = _next_conversion(chip, settings)
        while True:
            frame = source.read()
            t = frame.t_last - held.start
            volts = np.frombuffer(frame.volts, dtype=np.float32).reshape(-1, frame.channels)
            before = round(-(t - len(volts) / frame.rate) * frame.rate)  # rows from before the recording began
            if t > recording.seconds + 0.5 / recording.rate:
                return
            if before < len(volts):
                yield Frame(volts[max(0, before) :], t, frame.rate, frame.lost if before <= 0 else 0)
    except SensorError as error:
        raise StationError(error.problem, error.remedy) from None
    finally:
        source.close()


def _next_conversion(chip: Ads1115, settings: ads1115.Settings) -> float:
    """When a sample has to stand at the pin for the first conversion that has not begun yet."""
    end = chip.next_end() or 0.0
    # In rdy mode conversions touch each other.  Host-timed ones leave a pause before the next slot: the sample is laid
    # so that the conversion ends a little before it goes.
    return end if settings.mode == "rdy" else end + LATER / settings.rate
