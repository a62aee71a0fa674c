"""The sensor as the loop sees it: private mode closes it without holding the loop up."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hardware.sensors.simulated import Settings
from station.core.inputs import Frame, Input
from station.sensor import SensorDevice
from station.settings import Sensor

pytestmark = pytest.mark.slow


def test_closing_the_sensor_takes_no_time_of_the_loops_and_no_frame_comes_after_it(
    eventually: Callable[..., None],
) -> None:
    told: list[Input] = []
    device = SensorDevice(Sensor(driver="simulated"), Settings(story="relaxed"), told.append)
    device.start()
    try:
        eventually(lambda: any(isinstance(message, Frame) for message in told), within_s=30)
        process = Path(f"/proc/{device.pid}")
        began = time.monotonic()
        device.release()
        took = time.monotonic() - began
        print(f"released in {1000 * took:.1f} ms")
        assert took < 0.2
        told.clear()
        eventually(lambda: not process.exists(), within_s=5)
        assert told == []
        device.start()
        eventually(lambda: any(isinstance(message, Frame) for message in told), within_s=30)
    finally:
        device.stop()
    assert device.pid is None
