"""The ADS1115, the station's own sensor chip: 16 bits, four inputs, I2C.

    settings -> bus -> Link (Adafruit's driver) -> Timed or Rdy (when to read) -> frames

This module holds the settings, and what to do when the wire fails: up to three tries within 50 ms, each on a newly
opened bus with a newly made driver; then a sentence a person can act on.  What was missed meanwhile is in the next
frame's `lost`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, NoReturn

import msgspec

from hardware.sensors import i2c
from hardware.sensors.ads1115_link import RATES, ConfigLostError, Link
from hardware.sensors.ads1115_rdy import RATE as RDY_RATE
from hardware.sensors.ads1115_rdy import Edges, Rdy
from hardware.sensors.ads1115_timed import CAPS, PAIR_CAPS, Timed
from hardware.sensors.clock import Clock, RealClock
from hardware.sensors.contract import Frame, SensorError

RETRY_PAUSES_S = (0.005, 0.015, 0.030)
ROWS_OF_TRUST = 4  # so many good rows after a repair, and the next fault gets all its tries again

Pin = Literal["A0", "A1", "A2", "A3", "A0-A1", "A0-A3", "A1-A3", "A2-A3"]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An ADS1115 on an I2C bus."""

    bus: Annotated[int, msgspec.Meta(ge=0, le=99, description="Number of the I2C bus: 1 is /dev/i2c-1.")] = 1
    address: Annotated[
        int,
        msgspec.Meta(
            ge=0x48,
            le=0x4B,
            description="The chip's address: 0x48 with ADDR on GND, 0x49 VDD, 0x4a SDA, 0x4b SCL.",
            extra_json_schema={"format": "hex"},
        ),
    ] = 0x48
    second_address: Annotated[
        Literal[0, 0x48, 0x49, 0x4A, 0x4B],
        msgspec.Meta(
            description="The address of a second chip, which has the second of the channels; 0: one chip has them all.",
            extra_json_schema={"format": "hex"},
        ),
    ] = 0
    channels: Annotated[
        tuple[Pin, ...],
        msgspec.Meta(
            min_length=1,
            max_length=2,
            description='One or two inputs as printed on the board, the muscle first: ["A0"], ["A0", "A1"], '
            'or the difference of two: ["A0-A1"].',
        ),
    ] = ("A0",)
    gain: Annotated[
        Literal["2/3", 1, 2, 4, 8, 16],
        msgspec.Meta(
            description="Range in volts: 2/3 is 6.144, 1 is 4.096, 2 is 2.048, 4 is 1.024, 8 is 0.512, 16 is 0.256."
        ),
    ] = 1
    mode: Annotated[
        Literal["timed", "rdy"],
        msgspec.Meta(
            description="timed: the host sets the pace, no extra wire. rdy: the chip does, 860/s, ALRT on a GPIO, "
            "one channel."
        ),
    ] = "timed"
    rate: Annotated[
        int,
        msgspec.Meta(
            ge=8, le=500, description="Samples a second in timed mode: at most 500 at 400 kHz, 400 at 100 kHz."
        ),
    ] = 500
    bus_khz: Annotated[
        Literal[100, 400], msgspec.Meta(description="The bus's clock in kHz, as set in the Pi's config.txt.")
    ] = 400
    rdy_pin: Annotated[
        int, msgspec.Meta(ge=0, le=27, description="GPIO number that hears the chip's ALRT pin in rdy mode.")
    ] = 22

    def __post_init__(self) -> None:
        """Refuse what would fail silently later."""
        most = (PAIR_CAPS if self.second_address else CAPS)[self.bus_khz]
        if self.mode == "timed" and self.rate > most:
            of_two = " with two chips" if self.second_address else ""
            raise ValueError(
                f"rate = {self.rate} is too fast for a {self.bus_khz} kHz bus{of_two}: at most {most} in timed mode"
            )
        if self.mode == "rdy" and self.second_address and len(self.channels) > 1:
            raise ValueError(
                'mode = "rdy" reads one channel of one chip, by its ALRT wire; with second_address use mode = "timed": '
                f"it reads both chips up to {most} times a second"
            )
        if self.mode == "rdy" and len(self.channels) > 1:
            raise ValueError('mode = "rdy" reads one channel; with two use mode = "timed"')
        if self.second_address and len(self.channels) == 1:
            raise ValueError(
                "second_address names a second chip, but channels has one input: the second is on that chip"
            )
        if self.second_address == self.address:
            raise ValueError(
                f"second_address is the first chip's: 0x{self.address:02x}; connect its ADDR pin elsewhere"
            )
        if len(set(self.channels)) != len(self.channels) and not self.second_address:
            raise ValueError(f"channels names {self.channels[0]} twice")


def open(settings: Settings, bus: Any = None, clock: Clock | None = None, edges: Edges | None = None) -> Ads1115Source:
    """Open the chip.  A twin hands in its own bus, clock and (for `rdy`) edges.  Raises SensorError."""
    return Ads1115Source(settings, bus, clock or RealClock(), edges)


class Ads1115Source:
    """A sensor as in `contract.Source`."""

    def __init__(self, settings: Settings, bus: Any, clock: Clock, edges: Edges | None) -> None:
        self._settings = settings
        self._clock = clock
        self._addresses = [address for address in (settings.address, settings.second_address) if address]
        self._own_bus = bus is None
        if self._own_bus:
            i2c.require_khz(settings.bus, settings.bus_khz)
        self._open_bus: Callable[[], Any] = (lambda: i2c.open_bus(settings.bus)) if bus is None else (lambda: bus)
        self._bus: Any = None
        self._edges = edges
        self._sampler: Timed | Rdy
        if settings.mode == "rdy":
            if self._edges is None:
                from hardware.sensors.edges import GpioEdges

                self._edges = GpioEdges(settings.rdy_pin)
            self._sampler = Rdy(clock, settings.channels[0], self._edges, f"GPIO {settings.rdy_pin}")
            self._chip_rate = RDY_RATE
        else:
            chips = len(self._addresses)
            self._sampler = Timed(clock, settings.channels, settings.rate, settings.bus_khz, chips)
            self._chip_rate = self._sampler.chip_rate(RATES, settings.bus_khz)
        self._tries = 0
        self._good_rows = 0
        self._closed = False
        try:
            self._connect_or_explain()
        except SensorError:
            self.close()
            raise

    def read(self) -> Frame:
        """The next frame; see `contract.Source`."""
        ready = self._sampler.builder.ready
        while not ready:
            if self._closed:
                raise SensorError("The sensor is closed.")
            try:
                self._sampler.sample()
                self._good_rows += 1
                if self._tries and self._good_rows >= ROWS_OF_TRUST:
                    self._tries = 0
            except i2c.WIRE_ERRORS as error:
                self._retry(error)
        return ready.popleft()

    def close(self) -> None:
        """Let go of the bus and the pin; the chip falls asleep by itself (timed) or is put to sleep (rdy)."""
        if self._closed:
            return
        self._closed = True
        if self._edges is not None:
            self._edges.close()
        self._sampler.end()
        self._close_bus()

    def control(self, message: Mapping[str, Any]) -> None:
        """Short frames or not; a twin's bus breaks and heals: `{"fault": "nack", "times": 3}`, `{"heal": true}`."""
        self._sampler.builder.closely = bool(message.get("closely", self._sampler.builder.closely))
        fault, heal = getattr(self._bus, "fault", None), getattr(self._bus, "heal", None)
        if fault and "fault" in message:
            fault(message["fault"], message.get("times"))
        if heal and message.get("heal"):
            heal()

    # --- when the wire fails --------------------------------------------------------------------------

    def _connect(self) -> None:
        self._close_bus()
        self._bus = self._open_bus()
        links = [Link(self._bus, address, self._settings.gain, self._chip_rate) for address in self._addresses]
        self._sampler.begin(*links)

    def _connect_or_explain(self) -> None:
        try:
            self._connect()
        except i2c.WIRE_ERRORS as error:
            self._retry(error)

    def _retry(self, error: Exception) -> None:
        """Connect anew, a few times in quick succession.  Raises SensorError when that does not help."""
        self._good_rows = 0
        while self._tries < len(RETRY_PAUSES_S):
            self._clock.sleep(RETRY_PAUSES_S[self._tries])
            self._tries += 1
            try:
                self._connect()
            except i2c.WIRE_ERRORS as next_error:
                error = next_error
            else:
                return
        self._give_up(error)

    def _give_up(self, error: Exception) -> NoReturn:
        self._tries = 0
        if self._bus is None:
            raise SensorError(f"I2C bus {self._settings.bus} cannot be opened: {error}.", i2c.WIRING) from error
        if isinstance(error, ConfigLostError):
            raise SensorError(
                f"The ADS1115 at 0x{error.address:02x} does not keep its settings: {error.args[-1]}.",
                "Check its supply (3.3 V, a short ground wire), and that no other program uses the chip.",
            ) from error
        raise i2c.explain(self._bus, self._settings.bus, self._addresses, error) from error

    def _close_bus(self) -> None:
        if self._bus is not None and self._own_bus:
            self._bus.deinit()
        self._bus = None
