"""A person at a desk instead of a sensor: for the demo, for tests, for a first evening without hardware.

    Person  ──volts──►  Ads1115 (twin)  ──registers──►  FakeBus  ──►  Adafruit's driver, unmodified  ──►  frames

Everything but the muscle and the chip is what runs on a Pi: the same driver module reads the same registers.  What the
person does is a story (`story = "demo"`), until somebody tells them otherwise:

    source.control({"activity": "typing"})      source.control({"fault": "off"})       the person and the electrodes
    source.control({"shoulders": 20.0})         source.control({"exercise": True})
    source.control({"bus": "nack"})             source.control({"bus": ""})            the wire between chip and host
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

import msgspec

from hardware.sensors import ads1115
from hardware.sensors.bus import FakeBus
from hardware.sensors.chip import Ads1115
from hardware.sensors.clock import Clock, RealClock
from hardware.sensors.contract import Frame, SensorError
from hardware.sensors.person import PIN_OF_VIEW, Person, Surroundings

ADDRESS: Final = 0x48
BUS_KHZ: Final = 400
# The four pins of the desk (person/frontends.py) under the names that the driver's settings use.
PINS: Final[tuple[Literal["A0"], Literal["A1"], Literal["A2"]]] = ("A0", "A1", "A2")

View = Literal["emg-raw", "emg-envelope", "pressure"]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A simulated person behind a simulated ADS1115."""

    story: Annotated[
        Literal["demo", "day", "relaxed", "typing", "tense", "calibration", "faults"],
        msgspec.Meta(description="What the person does; demo shows rest, typing and raised shoulders in two minutes."),
    ] = "demo"
    seed: Annotated[
        int, msgspec.Meta(ge=0, le=2**31, description="Which person: the same number gives the same signal.")
    ] = 1
    view: Annotated[
        tuple[View, ...],
        msgspec.Meta(
            min_length=1,
            max_length=2,
            description='The boards they wear, one for each channel: ["emg-raw"], or ["emg-raw", "pressure"].',
        ),
    ] = ("emg-raw",)
    rate: Annotated[int, msgspec.Meta(ge=8, le=500, description="Samples a second of each channel.")] = 500
    mains_hz: Annotated[Literal[50, 60], msgspec.Meta(description="The mains frequency of their room, in Hz.")] = 50

    def __post_init__(self) -> None:
        """Refuse what the wiring cannot be."""
        if len(set(self.view)) != len(self.view):
            raise ValueError(f"view names {self.view[0]} twice")


def open(settings: Settings, clock: Clock | None = None) -> SimulatedSource:
    """Put the person in front of the chip, and open the chip.  Raises SensorError."""
    return SimulatedSource(settings, clock or RealClock())


class SimulatedSource:
    """The real driver's source, with a person at the other end."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.person = Person(settings.story, settings.seed, Surroundings(mains_hz=float(settings.mains_hz)))
        self.bus = FakeBus(clock, {ADDRESS: Ads1115(self.person)}, khz=BUS_KHZ)
        wired = ads1115.Settings(
            address=ADDRESS,
            channels=tuple(PINS[PIN_OF_VIEW[view]] for view in settings.view),
            rate=settings.rate,
            bus_khz=BUS_KHZ,
        )
        self._driver = ads1115.open(wired, bus=self.bus, clock=clock)

    def read(self) -> Frame:
        """The next frame, as the driver reads it.  Raises SensorError."""
        return self._driver.read()

    def close(self) -> None:
        """Let go of the bus."""
        self._driver.close()

    def control(self, message: Mapping[str, Any]) -> None:
        """Tell the person, or the bus, what to do (see the module's head).  Raises SensorError for what they cannot."""
        orders = dict(message)
        if "closely" in orders:
            self._driver.control({"closely": orders.pop("closely")})
        wire = orders.pop("bus", None)
        try:
            if wire:
                self.bus.fault(wire, orders.pop("times", None))
            elif wire is not None:
                self.bus.heal()
            self.person.control(orders)
        except ValueError as error:
            raise SensorError(f"{error}.") from error
