"""The sensor as the loop sees it: private mode closes it without holding the loop up."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from hardware.sensors.simulated import Settings
from station import assembly, config
from station.core.inputs import Calibrate, Frame, Input, SetQuiet, Start, Stop, Tick
from station.sensor import SensorDevice
from station.settings import Sensor


@pytest.mark.slow
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


class Asked:
    """An acquisition process that only remembers what it was asked for."""

    def __init__(self, *_: object, on_back: Callable[[float], None], **__: object) -> None:
        self.come_back, self.orders = on_back, list[Mapping[str, Any]]()

    def start(self) -> None:
        """Nothing to begin."""

    stop = end = start

    def control(self, order: Mapping[str, Any]) -> None:
        """Remember it."""
        self.orders.append(order)


def test_whoever_listens_closely_also_does_after_a_restart_of_the_sensor() -> None:
    made: list[Asked] = []

    def acquire(*args: Any, **kwargs: Any) -> Any:
        made.append(Asked(*args, **kwargs))
        return made[-1]

    device = SensorDevice(Sensor(driver="simulated"), Settings(), [].append, acquire=acquire)
    device.closely(True)  # nobody is there to hear it
    device.start()
    made[0].come_back(500.0)
    assert made[0].orders == [{"closely": True}]
    device.closely(False)
    made[0].come_back(500.0)
    assert made[0].orders == [{"closely": True}, {"closely": False}]
    device.stop()


class Listened:
    """A sensor that remembers how closely it is listened to."""

    close = False

    def closely(self, on: bool) -> None:
        """Remember it."""
        self.close = on


@pytest.mark.parametrize(
    ("begins", "ends"),
    [(Start("breathing", "micro"), Stop()), (Calibrate("start"), Calibrate("abort"))],
)
def test_an_exercise_and_a_calibration_listen_closely_and_nothing_else(
    tmp_path: Path, begins: Input, ends: Input
) -> None:
    chosen = config.from_text('[sensor]\ndriver = "simulated"\n[output.web]\nenabled = false')
    station = assembly.app(chosen, tmp_path)
    station.sensor = sensor = Listened()  # type: ignore[assignment]
    station._think(SetQuiet(1.0), 0.0)
    assert not sensor.close
    station._think(begins, 1.0)
    assert sensor.close
    station._think(ends, 2.0)
    station._think(Tick(), 60.0)  # the last sentence is over
    assert not sensor.close
