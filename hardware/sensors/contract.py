"""What every sensor driver is: something that is opened, read in frames, and closed.

    source = driver.open(settings)        may raise SensorError
    while True:
        frame = source.read()             blocks for about 0.1 s; may raise SensorError
    source.close()                        always possible, also after an error, also twice

A driver module `hardware/sensors/NAME.py` *must* offer `Settings` (a frozen msgspec struct, every field described)
and `open(settings) -> Source`.  It *may* offer `Source.control(message)` for twins that can be told what to do.
The name in `[sensor] driver` is the name of the file; there is no registry.

Drivers run in the acquisition process (`acquisition.py`), so they may block; they must not swallow errors: what
cannot be healed within 3 tries over 50 ms is a `SensorError` with a sentence and a remedy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

# As long as the core's hop: whoever is woken by a frame has something to say.  A fifth of it while somebody listens
# to the muscle: letting go must be heard at once.
FRAME_S = 0.1
CLOSE_FRAMES = 5


@dataclass(frozen=True, slots=True)
class Frame:
    """About 0.1 s of samples; 20 ms while somebody listens closely.

    volts: flat tuple/list/array of float, volts at the ADC pin, interleaved by channel (c0, c1, c0, c1, ...).
    channels: number of channels (>= 1).
    t_last: CLOCK_MONOTONIC second of the last conversion in this frame.
    rate: measured samples a second of each channel.
    lost: samples (per channel) missing immediately before this frame.
    """

    volts: Any
    channels: int
    t_last: float
    rate: float
    lost: int = 0


class SensorError(Exception):
    """The sensor cannot be read.  `problem` says what is wrong and where, `remedy` what a person can do."""

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


class Source(Protocol):
    """An open sensor."""

    def read(self) -> Frame:
        """The next frame; blocks until it is complete.  Raises SensorError."""

    def close(self) -> None:
        """Release the device.  Safe to call twice."""

    def control(self, message: Mapping[str, Any]) -> None:
        """`{"closely": true}` asks for short frames, `false` for the usual ones; a driver that cannot ignores it.

        Everything else tells a twin what to do (`{"shoulders": 20.0}`); real sensors ignore that.
        """
