"""A fake I2C bus of the shape `busio.I2C` has, so that vendor drivers talk to our twins unchanged.

A transfer takes its time on the wire: start, nine bits for every byte (the address is one), stop.

    fast read      S addr+R A ─ MSB A LSB N P               29 bits   0.29 ms at 100 kHz, 0.07 ms at 400 kHz
    register read  S addr+W A ptr A Sr addr+R A MSB LSB N P 48 bits
    config write   S addr+W A ptr A MSB A LSB A P           38 bits

What is written counts from the end of its last byte, what is read is latched when the address has been heard.

Faults are those a real bus has, with the numbers Linux gives them:

    bus.fault("nack", times=3)      the next three transfers fail with errno 121
    bus.fault("stuck")              until `bus.heal()`: every transfer waits for the time-out and fails with errno 110
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from hardware.sensors.clock import Clock

NACK, TIME_OUT, ARBITRATION, STRETCH = 121, 110, 11, 5
# fault -> (errno, what Linux says)
ERRORS: dict[str, tuple[int, str]] = {
    "nack": (NACK, "Remote I/O error"),
    "timeout": (TIME_OUT, "Connection timed out"),
    "arbitration": (ARBITRATION, "Resource temporarily unavailable"),
    "stretch": (STRETCH, "Input/output error"),
    "stuck": (TIME_OUT, "Connection timed out"),
}
FAULTS = (*ERRORS, "corrupt", "missing", "brown_out")
FOREVER = 1 << 62
GENERAL_CALL = 0x00


class Device(Protocol):
    """A chip on the bus."""

    def write(self, data: bytes | bytearray | memoryview, t: float) -> None:
        """Bytes that arrived until second `t`."""

    def read(self, n: int, t: float) -> bytes:
        """Bytes as they stood at second `t`."""

    def general_call(self, command: int, t: float) -> None:
        """A byte sent to everyone."""

    def brown_out(self) -> None:
        """The supply dipped."""


class FakeBus:
    """An I2C bus with chips on it.

    devices: {7-bit address: chip}.  khz: bus clock, 100 or 400.
    time_out_s: how long the host waits on a bus that hangs (Linux: 1 s unless told otherwise; the driver sets 0.1 s).
    """

    def __init__(self, clock: Clock, devices: Mapping[int, Device], khz: int = 100, time_out_s: float = 0.1) -> None:
        self.clock = clock
        self.devices = dict(devices)
        self.bit_s = 1e-3 / khz
        self.time_out_s = time_out_s
        self.transfers = 0
        self.busy_s = 0.0
        self._locked = False
        self._fault = ""
        self._times = 0
        self._corrupt_mask = 0
        self._missing: dict[int, Device] = {}

    # --- what busio.I2C offers ------------------------------------------------------------------------

    def try_lock(self) -> bool:
        """Take the bus; False while somebody else has it."""
        if self._locked:
            return False
        self._locked = True
        return True

    def unlock(self) -> None:
        """Give the bus back."""
        self._locked = False

    def deinit(self) -> None:
        """Close the bus; it may be used again, like a device file that is opened anew."""
        self._locked = False

    def scan(self) -> list[int]:
        """The addresses that answer."""
        found = []
        for address in range(0x08, 0x78):
            try:
                self.writeto(address, b"")
            except OSError:
                continue
            found.append(address)
        return found

    def writeto(self, address: int, buffer: Any, *, start: int = 0, end: int | None = None) -> None:
        """Send bytes to a chip."""
        data = buffer if start == 0 and end is None else memoryview(buffer)[start:end]
        if address == GENERAL_CALL:
            self._call_everyone(data)
            return
        begin, device = self._begin(address, 9 * len(data) + 11)
        device.write(data, begin + self.bit_s * (9 * len(data) + 10))

    def readfrom_into(self, address: int, buffer: Any, *, start: int = 0, end: int | None = None) -> None:
        """Fetch bytes from a chip."""
        stop = len(buffer) if end is None else end
        begin, device = self._begin(address, 9 * (stop - start) + 11)
        buffer[start:stop] = self._received(device.read(stop - start, begin + 10 * self.bit_s))

    def writeto_then_readfrom(
        self,
        address: int,
        buffer_out: Any,
        buffer_in: Any,
        *,
        out_start: int = 0,
        out_end: int | None = None,
        in_start: int = 0,
        in_end: int | None = None,
    ) -> None:
        """Send bytes and fetch some in one go, with a repeated start between."""
        data = bytes(buffer_out)[out_start:out_end]
        stop = len(buffer_in) if in_end is None else in_end
        sent, wanted = 9 * len(data) + 10, stop - in_start
        begin, device = self._begin(address, sent + 9 * wanted + 11)
        device.write(data, begin + sent * self.bit_s)
        buffer_in[in_start:stop] = self._received(device.read(wanted, begin + (sent + 10) * self.bit_s))

    # --- faults ---------------------------------------------------------------------------------------

    def fault(self, name: str, times: int | None = None, address: int | None = None, mask: int = 0xFFFF) -> None:
        """Break something: nack, timeout, arbitration, stretch, stuck, corrupt, missing or brown_out.

        times: how many transfers it lasts (None: one; `stuck` and `missing`: until `heal()`).
        address: the chip that goes missing or browns out (None: all).  mask: the bits that arrive wrong.
        """
        if name not in FAULTS:
            raise ValueError(f"no fault {name!r}; there are: {', '.join(FAULTS)}")
        if name == "brown_out":
            for at, device in self.devices.items():
                if address in (None, at):
                    device.brown_out()
        elif name == "missing":
            for at in [a for a in self.devices if address in (None, a)]:
                self._missing[at] = self.devices.pop(at)
        else:
            self._fault = name
            self._times = times if times is not None else FOREVER if name == "stuck" else 1
            self._corrupt_mask = mask

    def heal(self) -> None:
        """Everything is well again."""
        self._fault, self._times = "", 0
        for device in self._missing.values():
            device.brown_out()  # what was unplugged comes back as after power-up
        self.devices.update(self._missing)
        self._missing.clear()

    def _begin(self, address: int, bits: int) -> tuple[float, Device]:
        """Let a transfer take its time, or fail; (when it began, who answers)."""
        self.transfers += 1
        begin = self.clock.now()
        if self._fault and self._fault != "corrupt":
            self._fail()
        device = self.devices.get(address)
        if device is None:
            self.clock.sleep(11 * self.bit_s)
            raise OSError(NACK, ERRORS["nack"][1])
        seconds = bits * self.bit_s
        self.busy_s += seconds
        self.clock.sleep(seconds)
        return begin, device

    def _fail(self) -> None:
        number, words = ERRORS[self._fault]
        waits = number == TIME_OUT
        self.clock.sleep(self.time_out_s if waits else 11 * self.bit_s)
        self._times -= 1
        if self._times <= 0:
            self._fault = ""
        raise OSError(number, words)

    def _received(self, data: bytes) -> bytes:
        if self._fault != "corrupt":
            return data
        self._times -= 1
        if self._times <= 0:
            self._fault = ""
        mask = self._corrupt_mask.to_bytes(2, "big")
        return bytes(byte ^ mask[i % 2] for i, byte in enumerate(data))

    def _call_everyone(self, data: Any) -> None:
        self.clock.sleep(self.bit_s * (9 * len(data) + 11))
        for device in self.devices.values():
            for command in bytes(data):
                device.general_call(command, self.clock.now())


class Wire:
    """A chip's ALERT/RDY pin, as the host's GPIO hears it: the moments at which it falls.

    Stands where `edges.GpioEdges` stands on a Pi.
    """

    def __init__(self, clock: Clock, chip: Any, falling: bool = True) -> None:
        self.clock = clock
        self.chip = chip
        self.level = not falling
        self.connected = True

    def wait(self, seconds: float) -> list[float]:
        """Moments of the edges since the last call; waits up to `seconds` for one."""
        until = self.clock.now() + seconds
        while True:
            now = self.clock.now()
            taken = self.chip.take_edges(now)
            edges = [t for t, level in taken if level == self.level and self.connected]
            if edges or now >= until:
                return edges
            end = self.chip.next_end()
            if end is None or end > until or not self.connected:
                end = until
            self.clock.sleep_until(max(end, now + 1e-6))

    def close(self) -> None:
        """Nothing is held."""
