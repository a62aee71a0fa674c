"""A test signal behind the simulated chip: the volts say the time, so that lost and doubled samples can be counted.

    3 V   ╱│  ╱│  ╱        one rise every `period_s`; at 500/s each sample stands 3 mV above the one before
    0 V  ╱ │╱  │╱

The chip, its bus and the driver are the same as everywhere; only the wearer is missing.  Used by the benchmark, and by
anyone who wants to know what their machine loses: `[sensor] driver = "ramp"`.
"""

from __future__ import annotations

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
    bus = FakeBus(clock, {settings.address: chip}, settings.bus_khz)
    return ads1115.open(settings, bus=bus, clock=clock, edges=Wire(clock, chip))


def count(volts: list[float], rate: float, period_s: float) -> tuple[int, int]:
    """(missing, doubled) samples in a stretch of the ramp sampled `rate` times a second.

    A step of less than a third of a slot is the same conversion twice; a step of n slots is n - 1 missing.  The one
    conversion in each period that the fall goes through has no place on the ramp; it and its two steps are left out.
    """
    slot = TOP_V / period_s / rate
    missing = doubled = 0
    last = None
    for value in volts:
        if not slot < value < TOP_V - slot:
            last = None
            continue
        if last is not None and value > last - slot:
            slots = (value - last) / slot
            doubled += slots < 1 / 3
            missing += max(0, round(slots) - 1)
        last = value
    return missing, doubled
