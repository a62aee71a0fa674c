"""A real file descriptor on /dev/i2c-1 for a machine without I2C: umockdev answers its system calls with our twin.

    umockdev-wrapper /usr/bin/python3 i2c_device_file.py COMMAND ...

COMMAND and all its children see /dev/i2c-1 with an ADS1115 at 0x48; `open`, `ioctl`, `read` and `write` go the way they
go on a Pi (Blinka, Adafruit's PureIO), only the kernel's driver is ours.  They also see a /sys of their own.

    stdin   volts 1.25              the same on all four inputs
            fault nack 3            as `FakeBus.fault`: nack, timeout, arbitration, stretch, missing, brown_out
            heal                    the wire is whole again
            cable 1                 a network cable is plugged into eth0 (0: pulled)

It runs on the system's Python, whose `gi` speaks to umockdev; the twin needs nothing but the standard library.
"""

from __future__ import annotations

import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import gi  # type: ignore[import-not-found]

from hardware.sensors.bus import FakeBus
from hardware.sensors.chip import Ads1115
from hardware.sensors.clock import RealClock

gi.require_version("UMockdev", "1.0")
from gi.repository import GLib, UMockdev  # type: ignore[import-not-found]  # noqa: E402

# linux/i2c-dev.h and linux/i2c.h
I2C_TIMEOUT, I2C_SLAVE, I2C_RDWR = 0x0702, 0x0703, 0x0707
I2C_M_RD = 0x0001
RDWR_SIZE, MSG_SIZE, MSG_BUF = 16, 16, 8  # struct i2c_rdwr_ioctl_data, struct i2c_msg, where its `buf` is
MACHINE = """\
P: /devices/i2c-1
N: i2c-1
E: DEVNAME=/dev/i2c-1
E: SUBSYSTEM=i2c-dev

P: /devices/port/net/eth0
L: device=../../../port
A: type=1
A: carrier=0
E: SUBSYSTEM=net
E: INTERFACE=eth0

"""


class DeviceFile(UMockdev.IoctlBase):  # type: ignore[misc]
    """What the kernel's i2c-dev does, on our bus.  One opener at a time, as the station has it."""

    def __init__(self, bus: FakeBus) -> None:
        super().__init__()
        self._bus = bus
        self._address = 0

    def do_handle_ioctl(self, client: Any) -> bool:
        """One ioctl(2)."""
        request, argument = client.get_request(), client.get_arg()
        if request == I2C_TIMEOUT:
            client.complete(0, 0)
        elif request == I2C_SLAVE:
            self._address = int.from_bytes(bytes(argument.retrieve())[:8], sys.byteorder) & 0x7F
            client.complete(0, 0)
        elif request == I2C_RDWR:
            self._answer(client, lambda: self._messages(argument.resolve(0, RDWR_SIZE)))
        else:
            return False
        return True

    def do_handle_read(self, client: Any) -> bool:
        """One read(2)."""
        argument = client.get_arg()
        self._answer(client, lambda: self._read(argument, self._address, len(bytes(argument.retrieve()))))
        return True

    def do_handle_write(self, client: Any) -> bool:
        """One write(2)."""
        self._answer(client, lambda: self._write(self._address, bytes(client.get_arg().retrieve())))
        return True

    def _answer(self, client: Any, work: Any) -> None:
        try:
            client.complete(work(), 0)
        except OSError as error:
            client.complete(-1, error.errno)

    def _messages(self, data: Any) -> int:
        (count,) = struct.unpack_from("=I", bytes(data.retrieve()), 8)
        messages = data.resolve(0, MSG_SIZE * count)
        heads = bytes(messages.retrieve())
        for index in range(count):
            address, flags, length = struct.unpack_from("=HHH", heads, MSG_SIZE * index)
            buffer = messages.resolve(MSG_SIZE * index + MSG_BUF, length) if length else None
            if flags & I2C_M_RD:
                self._read(buffer, address, length)
            else:
                self._write(address, bytes(buffer.retrieve()) if buffer else b"")  # without data: "are you there?"
        return int(count)

    def _read(self, buffer: Any, address: int, length: int) -> int:
        data = bytearray(length)
        self._bus.readfrom_into(address, data)
        buffer.update(0, bytes(data))
        return length

    def _write(self, address: int, data: bytes) -> int:
        self._bus.writeto(address, data)
        return len(data)


def main() -> int:
    """Make the machine, run the command, do as stdin says."""
    volts = [1.0]
    bus = FakeBus(RealClock(), {0x48: Ads1115(lambda pin, t: volts[0])}, khz=400)
    bus.try_lock()
    testbed = UMockdev.Testbed.new()
    testbed.add_from_string(MACHINE)
    testbed.attach_ioctl("/dev/i2c-1", DeviceFile(bus))
    threading.Thread(target=GLib.MainLoop().run, daemon=True).start()
    # umockdev grumbles on stderr about every empty write; the station must not be lost in that.
    station = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT)

    def obey() -> None:
        for line in sys.stdin:
            word, *rest = line.split()
            if word == "volts":
                volts[0] = float(rest[0])
            elif word == "fault":
                bus.fault(rest[0], int(rest[1]) if len(rest) > 1 else None)
            elif word == "heal":
                bus.heal()
            elif word == "cable":
                testbed.set_attribute("/sys/devices/port/net/eth0", "carrier", rest[0])
        station.terminate()

    threading.Thread(target=obey, daemon=True).start()
    return station.wait()


if __name__ == "__main__":
    sys.exit(main())
