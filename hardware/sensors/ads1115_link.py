"""The one place that talks to an ADS1115: Adafruit's driver, unmodified, and the few moves it has no method for.

Why not simply `AnalogIn(ads, 0).voltage`?  Because (adafruit-circuitpython-ads1x15 3.0.5, see the tests):

- in CONTINUOUS mode it never writes the mux: a cold chip reads AIN0-AIN1 whatever pin was asked for;
- after any property is set, the chip's pointer stands on CONFIG: a fast read is the config word, a plausible voltage;
- single-shot polls the OS bit without a pause or an end: a chip that never answers "ready" hangs the process;
- `get_last_result` speaks of a signed integer and returns an unsigned one.

So we write the whole config word ourselves through the driver's `i2c_device`, wait by the clock, and read the config
back.  Everything else (probing, ranges, rates, thresholds, results) is the driver's.
"""

from __future__ import annotations

from typing import Any

POINTER_CONFIG = 0x01
OS_START = 0x8000
MODE_SINGLE = 0x0100
QUEUE_ONE = 0x0000
QUEUE_OFF = 0x0003
CONFIG_MASK = 0x7FFF  # bit 15 is the chip's answer, not our setting
SLOWEST = 0.90  # the chip's oscillator is up to 10 % slow (data sheet, "Data Rate")
WAKE_UP_S = 25e-6

# Names as printed on the boards -> MUX[2:0] (data sheet, config register).
MUX = {"A0-A1": 0, "A0-A3": 1, "A1-A3": 2, "A2-A3": 3, "A0": 4, "A1": 5, "A2": 6, "A3": 7}
# gain -> PGA[2:0]; the vendor's names.
PGA = {"2/3": 0, 1: 1, 2: 2, 4: 3, 8: 4, 16: 5}
RATES = (8, 16, 32, 64, 128, 250, 475, 860)


class ConfigLostError(OSError):
    """The chip at `address` is not set as it was told: a brown-out, or somebody else writes to it."""

    def __init__(self, address: int, found: int, wanted: int) -> None:
        super().__init__(0, f"the chip's configuration is {found:04X}h instead of {wanted:04X}h")
        self.address = address


class Link:
    """One ADS1115 behind an open bus.  Raises what the driver raises: ValueError (nobody answers), OSError."""

    def __init__(self, bus: Any, address: int, gain: str | int, rate: int) -> None:
        from adafruit_ads1x15.ads1115 import ADS1115
        from adafruit_ads1x15.analog_in import AnalogIn

        number = 2 / 3 if gain == "2/3" else float(gain)
        self.address = address
        self.ads = ADS1115(bus, gain=number, data_rate=rate, address=address)
        self.volts_per_bit: float = AnalogIn(self.ads, 0).convert_to_voltage(1)
        self.rate = rate
        self.longest_conversion_s = longest_conversion_s(rate)
        self._device = self.ads.i2c_device
        self._base = PGA[gain] << 9 | RATES.index(rate) << 5
        self._buffer = bytearray(2)

    def word(self, pin: str, *, single: bool, ready_pin: bool = False) -> int:
        """The config word (without OS) that converts `pin`."""
        queue = QUEUE_ONE if ready_pin else QUEUE_OFF
        return self._base | MUX[pin] << 12 | (MODE_SINGLE if single else 0) | queue

    def start(self, word: int) -> None:
        """Write the config word and start a conversion."""
        word |= OS_START
        with self._device as chip:
            chip.write(bytes((POINTER_CONFIG, word >> 8, word & 0xFF)))

    def config(self) -> int:
        """The config register, as the chip has it.  Leaves the pointer there."""
        with self._device as chip:
            chip.write_then_readinto(bytes((POINTER_CONFIG,)), self._buffer)
        return self._buffer[0] << 8 | self._buffer[1]

    def confirm(self, word: int) -> None:
        """Raise ConfigLostError unless the chip is set as `word` says.  Leaves the pointer on CONFIG."""
        found = self.config() & CONFIG_MASK
        if found != word & CONFIG_MASK:
            raise ConfigLostError(self.address, found, word & CONFIG_MASK)

    def volts(self, fast: bool = False) -> float:
        """The last result.  `fast` leaves the pointer alone: only right after a read of the result."""
        code: int = self.ads.get_last_result(fast)
        return (code - 0x10000 if code & 0x8000 else code) * self.volts_per_bit

    def signal_ready(self) -> None:
        """Turn ALERT/RDY into a conversion-ready pulse (Hi_thresh negative, Lo_thresh positive, queue on)."""
        # The driver types its setters as read-only.
        self.ads.comparator_low_threshold = 0  # type: ignore[misc]
        self.ads.comparator_high_threshold = -0x8000  # type: ignore[misc]
        self.ads.comparator_queue_length = 1

    def sleep(self) -> None:
        """Stop converting."""
        from adafruit_ads1x15.ads1x15 import Mode

        self.ads.mode = Mode.SINGLE

    def go_continuous(self) -> None:
        """Convert without end what the last config word selected."""
        from adafruit_ads1x15.ads1x15 import Mode

        self.ads.mode = Mode.CONTINUOUS


def longest_conversion_s(rate: int) -> float:
    """How long the slowest chip takes for one conversion, from its sleep."""
    return WAKE_UP_S + 1.0 / (rate * SLOWEST)
