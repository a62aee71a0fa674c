"""The sensor as the station's loop sees it: frames and losses arrive in the inbox, from a process of its own.

What must not be read (electrodes on the mains, or beside a cable that may lead there) is not opened, and is closed
within a second when such a cable comes later: the inbox then gets the sentence instead of frames.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import numpy as np

from hardware.power import Interlock
from hardware.sensors.contract import Frame as Raw
from hardware.sensors.supervisor import Acquisition
from station import clock
from station.core.inputs import Frame, Input, SensorLost
from station.interlock import CALM_S, PATIENCE_S, Watch
from station.settings import Sensor


class SensorDevice:
    """Starts, stops and starts again the acquisition process of the configured driver, as far as the interlock allows.

    `start`, `release` and `stop` belong to the loop, `look` to the interlock's thread; the lock is between them.
    """

    def __init__(
        self,
        sensor: Sensor,
        driver: msgspec.Struct,
        put: Callable[[Input], None],
        language: str = "en",
        interlock: Interlock | None = None,
        acquire: Callable[..., Acquisition] = Acquisition,
    ) -> None:
        """`driver`: the settings of the driver that `sensor.driver` names.  `language`: of the interlock's sentence."""
        self._sensor = sensor
        self._settings: dict[str, Any] = msgspec.to_builtins(driver)
        self._put = put
        self._language = language
        self._interlock = interlock or Interlock(sensor.driver, sensor.signal, sensor.power)
        self._acquire = acquire
        self._acquisition: Acquisition | None = None
        self._released: Acquisition | None = None
        self._watch: Watch | None = None
        self._lock = threading.RLock()
        self._wanted = False
        self._closely = False
        self._forbidden: tuple[str, str] = ("", "")
        self._calm_since: float | None = None

    @property
    def pid(self) -> int | None:
        """The acquisition process's number, while there is one."""
        return self._acquisition.pid if self._acquisition else None

    def start(self) -> None:
        """Open the sensor; what is wrong arrives in the inbox."""
        with self._lock:
            self._wait_for_released()
            self._wanted = True
            self._forbidden = ("", "")  # whoever asks is told, even if nothing has changed
            self.look()
            if self._interlock.watches and self._watch is None:
                self._watch = Watch(self.look)
                self._watch.start()

    def look(self, now: float | None = None) -> None:
        """Open or close the sensor as the interlock says at this moment."""
        with self._lock:
            if not self._wanted:
                return
            forbidden = self._interlock.verdict(self._language)
            if forbidden[0]:
                self._forbid(forbidden)
            elif self._acquisition is None and self._calm(clock.now() if now is None else now):
                self._forbidden = ("", "")
                self._open()

    def control(self, message: Mapping[str, Any]) -> None:
        """Tell a twin what to do; real sensors ignore it."""
        if acquisition := self._acquisition:
            acquisition.control(message)

    def closely(self, on: bool) -> None:
        """Short frames while somebody listens to the muscle, the usual ones again when that is over."""
        self._closely = on
        self.control({"closely": on})

    def release(self) -> None:
        """Close the sensor without waiting for it; no frame comes after this."""
        with self._lock:
            self._wanted = False
            if self._acquisition:
                self._wait_for_released()
                self._released, self._acquisition = self._acquisition, None
                self._released.end()

    def stop(self) -> None:
        """Close the sensor; no process is left behind."""
        self.release()
        with self._lock:
            self._wait_for_released()
            watch, self._watch = self._watch, None
        if watch:
            watch.stop()

    def _open(self) -> None:
        self._acquisition = self._acquire(
            self._sensor.driver,
            self._settings,
            on_frame=self._on_frame,
            on_lost=lambda problem, remedy: self._put(SensorLost(problem, remedy)),
            on_back=self._on_back,
        )
        self._acquisition.start()

    def _forbid(self, forbidden: tuple[str, str]) -> None:
        """Close at once, by force if need be; then say why, once for each reason."""
        self._calm_since = None
        acquisition, self._acquisition = self._acquisition, None
        if acquisition:
            acquisition.stop(PATIENCE_S)
        if forbidden != self._forbidden:
            self._forbidden = forbidden
            self._put(SensorLost(*forbidden))

    def _calm(self, now: float) -> bool:
        """True when the sensor was never forbidden, or nothing has been attached for long enough."""
        if not self._forbidden[0]:
            return True
        if self._calm_since is None:
            self._calm_since = now
        return now - self._calm_since >= CALM_S

    def _wait_for_released(self) -> None:
        """One process at a time has the sensor.  It left long ago, unless private mode was a matter of a second."""
        released, self._released = self._released, None
        if released:
            released.stop()

    def _on_back(self, _rate: float) -> None:
        """A new process knows nothing of what was asked of the one before; the core sees it by its frames."""
        if self._closely:
            self.control({"closely": True})

    def _on_frame(self, raw: Raw) -> None:
        volts = np.frombuffer(raw.volts, dtype=np.float32).reshape(-1, raw.channels)
        self._put(Frame(volts, raw.t_last, raw.rate, raw.lost))
