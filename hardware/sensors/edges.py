"""The conversion-ready wire on a real GPIO: the kernel's time stamp of every falling edge.

lgpio calls from a thread of its own; that thread does one thing, it puts the time stamp into a queue.
"""

from __future__ import annotations

import os
import queue
import tempfile
import time

from hardware.sensors.contract import SensorError

# The label of the header's GPIO chip begins like this on every Pi (bcm2835, bcm2711, rp1).
PI_LABEL = "pinctrl-"


class GpioEdges:
    """Falling edges of one pin.  Raises SensorError when it cannot be listened to."""

    def __init__(self, pin: int) -> None:
        os.environ.setdefault(
            "LG_WD", tempfile.gettempdir()
        )  # lgpio makes its pipes there; the folder must be writable
        try:
            import lgpio
        except ImportError:
            raise SensorError(
                'mode = "rdy" needs the module lgpio, which is not installed.',
                'sudo apt install python3-lgpio, or set mode = "timed".',
            ) from None
        self._lgpio = lgpio
        self._edges: queue.SimpleQueue[float] = queue.SimpleQueue()
        self._offset: float | None = None
        self._chip = self._open_chip()
        try:
            lgpio.gpio_claim_alert(self._chip, pin, lgpio.FALLING_EDGE, lgpio.SET_PULL_UP)
        except lgpio.error as error:
            lgpio.gpiochip_close(self._chip)
            raise SensorError(
                f"GPIO {pin} cannot be used for the conversion-ready wire: {error}.",
                "Another program may hold it. Stop that program, or choose another rdy_pin.",
            ) from None
        self._callback = lgpio.callback(self._chip, pin, lgpio.FALLING_EDGE, self._heard)

    def _open_chip(self) -> int:
        """The header's GPIO chip; its number differs between models."""
        lgpio = self._lgpio
        for number in range(16):
            try:
                chip: int = lgpio.gpiochip_open(number)
            except lgpio.error:
                continue
            if str(lgpio.gpio_get_chip_info(chip)[3]).startswith(PI_LABEL):
                return chip
            lgpio.gpiochip_close(chip)
        raise SensorError(
            "No Raspberry Pi GPIO is reachable on this machine.",
            'Put the user into the group gpio, or set mode = "timed", which needs no GPIO.',
        )

    def _heard(self, _chip: int, _pin: int, level: int, nanoseconds: int) -> None:
        if level == 0:
            self._edges.put(nanoseconds * 1e-9)

    def wait(self, seconds: float) -> list[float]:
        """Monotonic seconds of the edges since the last call; waits for the first up to `seconds`."""
        edges: list[float] = []
        try:
            edges.append(self._edges.get(timeout=seconds) if seconds > 0 else self._edges.get_nowait())
            while True:
                edges.append(self._edges.get_nowait())
        except queue.Empty:
            pass
        if edges and self._offset is None:
            # Kernels before 5.7 stamp edges with the time of day, later ones with the monotonic clock.
            by_day = abs(time.time() - edges[-1]) < abs(time.monotonic() - edges[-1])
            self._offset = time.monotonic() - time.time() if by_day else 0.0
        return [t + (self._offset or 0.0) for t in edges]

    def close(self) -> None:
        """Let go of the pin."""
        if self._chip >= 0:
            self._callback.cancel()
            self._lgpio.gpiochip_close(self._chip)
            self._chip = -1
