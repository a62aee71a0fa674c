"""The sensor as the station's loop sees it: frames and losses arrive in the inbox, from a process of its own.

What must not be opened (electrodes on the mains) is not opened: the inbox then gets the sentence instead of frames.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import numpy as np

from hardware.power import refusal
from hardware.sensors.contract import Frame as Raw
from hardware.sensors.supervisor import Acquisition
from station.core.inputs import Frame, Input, SensorLost
from station.settings import Sensor


class SensorDevice:
    """Starts, stops and starts again the acquisition process of the configured driver."""

    def __init__(self, sensor: Sensor, driver: msgspec.Struct, put: Callable[[Input], None]) -> None:
        """`driver`: the settings of the driver that `sensor.driver` names."""
        self._sensor = sensor
        self._settings: dict[str, Any] = msgspec.to_builtins(driver)
        self._put = put
        self._acquisition: Acquisition | None = None
        self._released: Acquisition | None = None

    @property
    def pid(self) -> int | None:
        """The acquisition process's number, while there is one."""
        return self._acquisition.pid if self._acquisition else None

    def start(self) -> None:
        """Open the sensor; what is wrong arrives in the inbox."""
        self._wait_for_released()
        problem, remedy = refusal(self._sensor.driver, self._sensor.signal, self._sensor.power)
        if problem:
            self._put(SensorLost(problem, remedy))
            return
        self._acquisition = Acquisition(
            self._sensor.driver,
            self._settings,
            on_frame=self._on_frame,
            on_lost=lambda problem, remedy: self._put(SensorLost(problem, remedy)),
            on_back=lambda rate: None,  # the core sees the sensor come back by its frames
        )
        self._acquisition.start()

    def control(self, message: Mapping[str, Any]) -> None:
        """Tell a twin what to do; real sensors ignore it."""
        if self._acquisition:
            self._acquisition.control(message)

    def release(self) -> None:
        """Close the sensor without waiting for it; no frame comes after this."""
        if self._acquisition:
            self._wait_for_released()
            self._released, self._acquisition = self._acquisition, None
            self._released.end()

    def stop(self) -> None:
        """Close the sensor; no process is left behind."""
        self.release()
        self._wait_for_released()

    def _wait_for_released(self) -> None:
        """One process at a time has the sensor.  It left long ago, unless private mode was a matter of a second."""
        released, self._released = self._released, None
        if released:
            released.stop()

    def _on_frame(self, raw: Raw) -> None:
        volts = np.frombuffer(raw.volts, dtype=np.float32).reshape(-1, raw.channels)
        self._put(Frame(volts, raw.t_last, raw.rate, raw.lost))
