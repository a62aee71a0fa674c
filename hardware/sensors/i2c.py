"""The machine's own I2C bus: opening it, and saying in a sentence what is wrong with it.

`board.I2C` is not used on purpose: it needs a board definition that a plain Linux does not have;
`adafruit_extended_bus` opens /dev/i2c-N by its number.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hardware.sensors.contract import SensorError

NACK, TIME_OUT, ARBITRATION, STRETCH = 121, 110, 11, 5
# What a transfer, or the constructor of Adafruit's driver, raises when the wire fails: OSError with Linux's number;
# ValueError when its probe finds nobody; TypeError when arbitration is lost in a plain read (the device file then gives
# None instead of an error, and the library indexes it).
WIRE_ERRORS = (OSError, ValueError, TypeError)
ADS1115_ADDRESSES = range(0x48, 0x4C)
# Where the chip's ADDR pin must be connected for each address (data sheet, "I2C Address Selection").
ADDR_PIN = {0x48: "GND", 0x49: "VDD", 0x4A: "SDA", 0x4B: "SCL"}
WIRING = "Check its four wires: VDD to 3.3 V, GND to ground, SDA to GPIO 2, SCL to GPIO 3."


def open_bus(number: int) -> Any:
    """Open /dev/i2c-`number`.  Raises SensorError with what to do."""
    device = Path(f"/dev/i2c-{number}")
    if not device.exists():
        others = sorted(path.name.removeprefix("i2c-") for path in Path("/dev").glob("i2c-*"))
        also = f" This machine has bus {', '.join(others)}: set bus accordingly." if others else ""
        raise SensorError(
            f"There is no I2C bus {number} on this machine: {device} is missing.",
            f"On a Raspberry Pi enable I2C (sudo raspi-config nonint do_i2c 0) and restart.{also}",
        )
    try:
        from hardware.sensors.i2c_bus import Bus

        return Bus(number)
    except PermissionError:
        raise SensorError(
            f"{device} may not be opened by this user.",
            "Put the user into the group i2c (sudo adduser $USER i2c), then log in again.",
        ) from None


def bus_khz(number: int) -> int | None:
    """The bus's clock as the device tree states it (None: unknown)."""
    try:
        told = Path(f"/sys/class/i2c-adapter/i2c-{number}/of_node/clock-frequency").read_bytes()
    except OSError:
        return None
    return int.from_bytes(told[:4], "big") // 1000


def require_khz(number: int, wanted: int) -> None:
    """Raise SensorError if the bus is known to be slower than the settings say."""
    found = bus_khz(number)
    if found is not None and found < wanted:
        raise SensorError(
            f"I2C bus {number} runs at {found} kHz, but bus_khz says {wanted}.",
            f"Add dtparam=i2c_arm_baudrate={wanted}000 to /boot/firmware/config.txt and restart,"
            f" or set bus_khz = 100 and rate = 400.",
        )


def explain(bus: Any, number: int, addresses: Sequence[int], error: Exception) -> SensorError:
    """What a failed transfer to one of these chips means, for a person.  Asks the bus once more to find out which."""
    address = addresses[0]
    for asked in addresses:
        if failure := _probe(bus, asked):
            address, error = asked, failure
            break
    code = error.errno if isinstance(error, OSError) else ARBITRATION if isinstance(error, TypeError) else NACK
    where = f"I2C bus {number}"
    if code == TIME_OUT:
        return SensorError(
            f"{where} hangs: a transfer to 0x{address:02x} timed out.",
            "Something holds a bus wire low. Check SDA and SCL for a short, then take the power off and on.",
        )
    if code == ARBITRATION:
        return SensorError(
            f"{where} is disturbed: another master talks at the same time (arbitration lost at 0x{address:02x}).",
            "Stop other programs or boards that use this bus, and keep its wires short.",
        )
    if code == STRETCH:
        return SensorError(
            f"{where} gives an input/output error at 0x{address:02x}: a clock held too long, or a poor signal.",
            "Keep the wires under 30 cm, and take other devices off the bus for a test.",
        )
    if code == NACK:
        return _nobody(where, address, _scan(bus), addresses)
    return SensorError(f"{where} cannot reach the ADS1115 at 0x{address:02x}: {error}.", WIRING)


def _probe(bus: Any, address: int) -> Exception | None:
    """Read one byte.  The driver's own probe calls every failure 'no device'; this one keeps the number."""
    if not bus.try_lock():
        return None
    try:
        bus.readfrom_into(address, bytearray(1))
    except WIRE_ERRORS as error:
        return error
    finally:
        bus.unlock()
    return None


def _scan(bus: Any) -> list[int]:
    try:
        return list(bus.scan())
    except WIRE_ERRORS:
        return []


def _nobody(where: str, address: int, answering: Sequence[int], ours: Sequence[int]) -> SensorError:
    found = ", ".join(f"0x{a:02x}" for a in answering)
    if address in answering:
        return SensorError(
            f"The ADS1115 at 0x{address:02x} on {where} answers only now and then.",
            f"This is a loose contact or a weak supply. {WIRING}",
        )
    near = [a for a in answering if a in ADS1115_ADDRESSES and a not in ours]
    if near:
        remedy = (
            f"Set address = 0x{near[0]:02x}, or connect the chip's ADDR pin to {ADDR_PIN[address]} for 0x{address:02x}."
        )
    else:
        remedy = WIRING
    others = f"these addresses answer: {found}." if found else "no other address answers either."
    return SensorError(f"No ADS1115 answers at 0x{address:02x} on {where}; {others}", remedy)
