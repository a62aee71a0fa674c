"""The I2C wire: is the bus there, may it be opened, how fast is it, and who answers where a sensor chip can be."""

from __future__ import annotations

from typing import Any, Final

from hardware.sensors import i2c
from hardware.sensors.contract import SensorError
from station.doctor import Examined

FAST_KHZ: Final = 400
# Fewer samples a second than this fit on a slow bus, and raw EMG wants more (DESIGN: 475 cost 2.5 % of amplitude).
SLOW_MODE_RATE: Final = 400


def examine(number: int, open_bus: Any = None, khz: int | None = None) -> Examined:
    """About bus `number`; it is opened for a moment, and nothing is written to it."""
    try:
        bus = (open_bus or i2c.open_bus)(number)
    except SensorError as error:
        yield "broken", error.problem, error.remedy
        return
    try:
        there = answering(bus)
    finally:
        bus.deinit()
    speed = khz or i2c.bus_khz(number)
    at = f", {speed} kHz" if speed else ""
    named = ", ".join(f"0x{found:02x} (ADDR at {i2c.ADDR_PIN[found]})" for found in there) or "nobody"
    said = f"I2C bus {number} can be opened{at}; where an ADS1115 can be answers: {named}."
    yield "ok", said, ""  # whether the right one answers, the sensor itself says
    if speed and speed < FAST_KHZ:
        yield (
            "ok",
            f"The bus is slow: at most {SLOW_MODE_RATE} samples a second, few for raw EMG; "
            "dtparam=i2c_arm_baudrate=400000 in /boot/firmware/config.txt makes it four times faster.",
            "",
        )


def answering(bus: Any) -> list[int]:
    """Those of the four addresses an ADS1115 can have at which somebody answers."""
    while not bus.try_lock():
        pass
    found = []
    try:
        for address in i2c.ADS1115_ADDRESSES:
            try:
                bus.readfrom_into(address, bytearray(1))
            except i2c.WIRE_ERRORS:
                continue
            found.append(address)
    finally:
        bus.unlock()
    return found
