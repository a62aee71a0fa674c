"""What `check` finds out about the sensor: may it be opened, does it answer, how fast, how calibrated."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

from station import clock, yardsticks
from station.config import Config
from station.core.inputs import Frame, Input, SensorLost
from station.sensor import SensorDevice
from station.settings import Sensor

LISTEN_S = 3.0
FIRST_FRAME_S = 15.0
# Raw EMG: 250 a second cost 11.5 % of amplitude, 475 cost 2.5 % (DESIGN: measured); below 300 it is not used.
LEAST_RAW_RATE, GOOD_RAW_RATE = 300.0, 475.0
MOST_LOST = 0.005
BUSY = "End what else keeps this machine busy; at a real chip try a faster bus (bus_khz = 400), or mode = rdy."


class _Ear:
    """Counts what arrives."""

    def __init__(self) -> None:
        self.samples = self.lost = 0
        self.rate = 0.0
        self.trouble: SensorLost | None = None
        self.first, self.enough = threading.Event(), threading.Event()
        self._until = float("inf")

    def put(self, message: Input) -> None:
        if isinstance(message, SensorLost):
            self.trouble = message
            self.first.set()
            self.enough.set()
        elif isinstance(message, Frame):
            now = clock.now()
            if not self.first.is_set():
                self._until = now + LISTEN_S
                self.first.set()
            self.samples += len(message.volts)
            self.lost += message.lost
            self.rate = message.rate
            if now >= self._until:
                self.enough.set()


def examine_sensor(config: Config, state_dir: Path) -> Iterable[tuple[str, str, str]]:
    """(severity, what, remedy) about the sensor; reads it for three seconds."""
    sensor = config.of(Sensor)
    ear = _Ear()
    device = SensorDevice(sensor, config.driver(), ear.put)
    device.start()
    try:
        if not ear.first.wait(FIRST_FRAME_S):
            yield "broken", f"The sensor ({sensor.driver}) gave nothing for {FIRST_FRAME_S:.0f} s.", "Check its wiring."
            return
        ear.enough.wait(LISTEN_S + 2.0)
    finally:
        device.stop()
    if ear.trouble:
        yield "broken", ear.trouble.reason, ear.trouble.remedy
        return
    share = ear.lost / max(1, ear.lost + ear.samples)
    said = f"{sensor.driver} gives {ear.rate:.0f} samples a second, {100 * share:.2f} % lost in {LISTEN_S:.0f} s."
    yield (("ok", said, "") if share <= MOST_LOST else ("warning", said, BUSY))
    if "emg-raw" in sensor.signal and ear.rate < GOOD_RAW_RATE:
        severity = "warning" if ear.rate >= LEAST_RAW_RATE else "broken"
        yield severity, f"{ear.rate:.0f} samples a second are few for raw EMG.", "Set rate to 475 or more, or use rdy."
    sticks = yardsticks.load(state_dir, sensor.signal)
    if sensor.driver != "simulated" and any(stick is None for stick in sticks):
        yield "warning", "The station is not calibrated for this sensor yet.", "Run:  desk-station calibrate"
