"""A test signal behind the simulated chip: the volts say the time, so that lost and doubled samples can be counted.

    3 V   ╱│  ╱│  ╱        one rise every `period_s`; at 500/s each sample stands 3 mV above the one before
    0 V  ╱ │╱  │╱

The chip, its bus and the driver are the same as everywhere; only the wearer is missing.  Used by the benchmark, and by
anyone who wants to know what their machine loses: `[sensor] driver = "ramp"`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

import msgspec

from hardware.sensors import ads1115
from hardware.sensors.bus import FakeBus, Wire
from hardware.sensors.chip import Ads1115
from hardware.sensors.clock import Clock, RealClock

TOP_V = 3.0


class Settings(ads1115.Settings, frozen=True, forbid_unknown_fields=True):
    """A rising voltage at every input of a simulated ADS1115."""

    period_s: Annotated[
        float, msgspec.Meta(ge=0.5, le=60.0, description="Seconds from one fall of the ramp to the next.")
    ] = 2.0
    clock_error: Annotated[
        float, msgspec.Meta(ge=-0.1, le=0.1, description="How much faster (+) or slower (-) the chip's clock runs.")
    ] = 0.0


class Ramp:
    """The voltage as a source for the chip's twin."""

    def __init__(self, period_s: float) -> None:
        self.period_s = period_s

    def __call__(self, _ain: int, t: float) -> float:
        """Volts at second `t`, the same at every input."""
        return TOP_V * (t / self.period_s % 1.0)


def open(settings: Settings, clock: Clock | None = None) -> ads1115.Ads1115Source:
    """Open the driver on a twin that has the ramp at its inputs."""
    clock = clock or RealClock()
    chip = Ads1115(Ramp(settings.period_s), clock_error=settings.clock_error)
    chips = {settings.address: chip}
    if settings.second_address:
        chips[settings.second_address] = Ads1115(Ramp(settings.period_s), clock_error=-settings.clock_error)
    bus = FakeBus(clock, chips, settings.bus_khz)
    return ads1115.open(settings, bus=bus, clock=clock, edges=Wire(clock, chip))


def count(volts: list[float], rate: float, period_s: float) -> tuple[int, int]:
    """(missing, doubled) samples in a stretch of the ramp sampled `rate` times a second.

    Between two falls the first and the last value say how many samples there should be.  A step of less than a tenth
    of a slot is the same conversion twice (a late sample still stands half a slot from its neighbour).  What happens
    within a slot of the fall, where a conversion has no place on the ramp, is left out.
    """
    slot = TOP_V / period_s / rate
    missing = doubled = 0
    rise: list[float] = []
    for value in [*volts, -1.0]:
        if rise and value < rise[-1] - slot:
            same = sum(b - a < 0.1 * slot for a, b in pairwise(rise))
            doubled += same
            missing += max(0, round((rise[-1] - rise[0]) / slot) + 1 - (len(rise) - same))
            rise = []
        if slot < value < TOP_V - slot:
            rise.append(value)
    return missing, doubled
