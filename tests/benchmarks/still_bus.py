"""The cheapest sensor there can be: the unmodified driver on a bus that answers at once, with the same volts for ever.

    python still_bus.py SECONDS empty|at-once|as-a-wire|on-linux|through-blinka
        →  {"cpu_s": …, "samples": …, "rss_mb": …, "pss_mb": …}

at-once: a transfer takes no time, so what is left is the driver's own work and its wait for the next slot.  as-a-wire:
it blocks for its time on the wire, a thousand sleeps a second, as the twin's bus does.  What the simulated sensor costs
more than that are the person and the chip that no Pi has to compute.  on-linux: the station's bus under the driver, as
on a Pi, down to the system calls for each sample, which answer at once.  through-blinka: Blinka's own instead of it.
empty: nothing but waking up 500 times a second.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

BIT_S = 1 / 400_000
HALF_A_VOLT = b"\x0f\xa0"


class StillBus:
    """What `busio.I2C` offers, with one chip that does nothing but remember its configuration."""

    def __init__(self, waits: bool) -> None:
        self._wait = time.sleep if waits else lambda seconds: None
        self._config, self._pointer = b"\x85\x83", 0

    def try_lock(self) -> bool:
        """Nobody else is there."""
        return True

    def unlock(self) -> None:
        """Nothing was locked."""

    def writeto(self, _address: int, buffer: Any, *, start: int = 0, end: int | None = None) -> None:
        """A pointer, or a register."""
        self._take(bytes(buffer)[start:end])
        self._wait((9 * len(buffer) + 11) * BIT_S)

    def readfrom_into(self, _address: int, buffer: Any, *, start: int = 0, end: int | None = None) -> None:
        """The register that the pointer stands on."""
        buffer[start:end] = self._register()
        self._wait(29 * BIT_S)

    def writeto_then_readfrom(
        self,
        _address: int,
        buffer_out: Any,
        buffer_in: Any,
        *,
        out_start: int = 0,
        out_end: int | None = None,
        in_start: int = 0,
        in_end: int | None = None,
    ) -> None:
        """Both."""
        self._take(bytes(buffer_out)[out_start:out_end])
        buffer_in[in_start:in_end] = self._register()
        self._wait(48 * BIT_S)

    def _take(self, data: bytes) -> None:
        if data:
            self._pointer = data[0]
        if data[1:]:
            self._config = data[1:]

    def _register(self) -> bytes:
        return self._config if self._pointer else HALF_A_VOLT


class NoDevice:
    """Instead of PureIO's /dev/i2c-1, and of ioctl(2) on it."""

    def __init__(self) -> None:
        self._config = b"\x85\x83"

    def fileno(self) -> int:
        """Nobody asks what this is the number of."""
        return -1

    def write(self, data: bytes) -> None:
        """The configuration."""
        self._config = data[1:]

    def ioctl(self, _file: int, _request: int, argument: Any = None) -> None:
        """Who is spoken to, the configuration, or a read of a register; a conversion is always 0 V."""
        if isinstance(argument, int):
            return
        sent = argument.msgs[0]
        if sent.len == 3:
            self._config = bytes((sent.buf[1], sent.buf[2]))
        elif sent.buf[0]:
            argument.msgs[1].buf[0], argument.msgs[1].buf[1] = self._config


def blinkas_bus(quick: bool) -> Any:
    """What `i2c.open_bus` gives, or Blinka's own bus, without the device file."""
    import threading

    import adafruit_extended_bus
    from adafruit_blinka.microcontroller.generic_linux.i2c import I2C
    from adafruit_extended_bus import ExtendedI2C
    from Adafruit_PureIO import smbus

    from hardware.sensors import i2c_bus

    device = NoDevice()
    smbus.ioctl = i2c_bus.ioctl = device.ioctl
    smbus.SMBus.open = lambda self, _bus: setattr(self, "_device", device)
    blinkas = ExtendedI2C.__new__(ExtendedI2C)
    blinkas._i2c, blinkas._lock = I2C(1), threading.RLock()
    if not quick:
        return blinkas
    adafruit_extended_bus.ExtendedI2C = lambda _number, frequency: blinkas
    i2c_bus.os.open = lambda _path, _flags: -1
    return i2c_bus.Bus(1)


def wake_up(seconds: float) -> None:
    """What this machine takes for waking a process 500 times a second, with nothing to do."""
    began, at = time.process_time(), time.monotonic()
    for slot in range(round(500 * seconds)):
        time.sleep(max(0.0, at + slot / 500 - time.monotonic()))
    print(json.dumps({"cpu_s": time.process_time() - began, "samples": 500 * seconds}))


def main() -> None:
    """Read so many seconds in real time, pack every frame as for the station, and say what that took."""
    from hardware.sensors import acquisition, ads1115
    from hardware.sensors.messages import pack_frame

    how = sys.argv[2]
    bus = blinkas_bus(how == "on-linux") if how in ("on-linux", "through-blinka") else StillBus(how == "as-a-wire")
    source = ads1115.open(ads1115.Settings(), bus=bus)
    acquisition._be_punctual()
    samples, began = 0, time.process_time()
    until = time.monotonic() + float(sys.argv[1])
    while time.monotonic() < until:
        frame = source.read()
        samples += len(frame.volts)
        pack_frame(frame)
    rollup = Path("/proc/self/smaps_rollup").read_text()
    rss, pss = (int(rollup.split(f"\n{name}:")[1].split()[0]) / 1024 for name in ("Rss", "Pss"))
    took = {"cpu_s": time.process_time() - began, "samples": samples, "rss_mb": rss, "pss_mb": pss}
    print(json.dumps(took))


if __name__ == "__main__":
    if sys.argv[2] == "empty":
        wake_up(float(sys.argv[1]))
    else:
        main()
