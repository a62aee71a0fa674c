"""What `check` finds out about the sensor: does it answer, how fast, how clean, is it calibrated."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final

import numpy as np

from station import clock, yardsticks
from station.config import Config
from station.core.inputs import Frame, Input, SensorLost
from station.doctor import Examined, Roots, read
from station.doctor.noise import clean
from station.errors import StationError
from station.sensor import SensorDevice
from station.settings import Sensor

LISTEN_S = 5.0
FIRST_FRAME_S = 15.0
# Raw EMG: 250 a second cost 11.5 % of amplitude, 475 cost 2.5 % (DESIGN: measured); below 300 it is not used.
LEAST_RAW_RATE, GOOD_RAW_RATE = 300.0, 475.0
MOST_LOST = 0.005
# Above it tension alerts stay off (DESIGN §4).
NOISY_RVE: Final = 8.0
RAIL_V, SUPPLY_V, MOST_AT_RAIL = 0.010, 3.3, 0.05
SATURATED_V: Final = 3.28  # an envelope sensor (DESIGN §4)
BUSY = "End what else keeps this machine busy; at a real chip try a faster bus (bus_khz = 400), or mode = rdy."
ELECTRODES = "Press every electrode on, wet a dry one, and check the plug of their cable."
HUM = (
    "Move mains cables and chargers away from the electrodes' cable, keep it short, and fasten the reference electrode."
)


class Ear:
    """Keeps what arrives, for as long as is listened."""

    def __init__(self, listen_s: float = LISTEN_S) -> None:
        self.frames: list[Frame] = []
        self.trouble: SensorLost | None = None
        self.first, self.enough = threading.Event(), threading.Event()
        self._listen_s = listen_s
        self._until = float("inf")

    def put(self, message: Input) -> None:
        """One message of the sensor."""
        if isinstance(message, SensorLost):
            self.trouble = message
            self.first.set()
            self.enough.set()
        elif isinstance(message, Frame):
            now = clock.now()
            if not self.first.is_set():
                self._until = now + self._listen_s
                self.first.set()
            self.frames.append(message)
            if now >= self._until:
                self.enough.set()


def examine(config: Config, state_dir: Path, roots: Roots) -> Examined:
    """About the sensor; reads it for five seconds, unless a running station has it."""
    sensor = config.of(Sensor)
    if is_read(config, roots):
        yield (
            "warning",
            "A station is running and reads the sensor; two readers would disturb each other, so it was left alone.",
            "For its rate and noise stop the station first: sudo systemctl stop desk-station (in a terminal: Ctrl + C)",
        )
        return
    ear = Ear()
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
    yield from heard(sensor, ear.frames)
    yield from _calibrated(sensor, state_dir)


def heard(sensor: Sensor, frames: list[Frame]) -> Examined:
    """About frames that were read: rate, losses, hum and noise."""
    samples, lost = sum(len(frame.volts) for frame in frames), sum(frame.lost for frame in frames)
    rate = frames[-1].rate
    share = lost / max(1, lost + samples)
    said = f"{sensor.driver} gives {rate:.0f} samples a second, {100 * share:.2f} % lost in {LISTEN_S:.0f} s."
    yield (("ok", said, "") if share <= MOST_LOST else ("warning", said, BUSY))
    if "emg-raw" in sensor.signal and rate < GOOD_RAW_RATE:
        severity = "warning" if rate >= LEAST_RAW_RATE else "broken"
        yield severity, f"{rate:.0f} samples a second are few for raw EMG.", "Set rate to 475 or more, or use rdy."
    volts = np.concatenate([frame.volts for frame in frames])
    for channel, signal in enumerate(sensor.signal):
        if signal == "emg-raw":
            yield from _cleanness(volts[:, channel], rate)
        elif signal == "emg-envelope":  # a relaxed muscle may well be at its lower end
            yield from _at_end(volts[:, channel] > SATURATED_V)


def _at_end(samples: np.ndarray) -> Examined:
    share = float(np.mean(samples))
    if share > MOST_AT_RAIL:
        yield "warning", f"{100 * share:.0f} % of the samples are at the end of the sensor's range.", ELECTRODES


def _cleanness(volts: np.ndarray, rate: float) -> Examined:
    ended = list(_at_end((volts < RAIL_V) | (volts > SUPPLY_V - RAIL_V)))
    if ended:
        yield from ended
        return
    found = clean(volts, rate)
    if found is None:
        return
    hum, mains, floor = f"{100 * found.hum:.0f}", f"{found.mains_hz}", f"{found.floor_uv:.0f}"
    if found.hums:
        said = f"Hum: {hum} % of the signal is {mains} Hz mains; noise in the stillest moment: {floor} µV at the pin."
        yield "warning", said, HUM
        return
    said = (
        f"Hum: {hum} % of the signal is {mains} Hz mains, weak enough for the station to take it out; "
        f"noise in the stillest moment: {floor} µV at the pin."
    )
    yield "ok", said, ""


def _calibrated(sensor: Sensor, state_dir: Path) -> Examined:
    sticks = yardsticks.load(state_dir, sensor.signal)
    if sensor.driver != "simulated" and any(stick is None for stick in sticks):
        yield (
            "warning",
            "The station is not calibrated for this sensor yet.",
            "Run:  desk-station calibrate --config FILE",
        )
    if any(stick is not None and stick.noise_rve_percent > NOISY_RVE for stick in sticks):
        what = f"By the last calibration the sensor's noise is above {NOISY_RVE:.0f} %RVE: tension alerts stay off."
        yield "warning", what, "Fasten the electrodes anew and calibrate again:  desk-station calibrate --config FILE"


def is_read(config: Config, roots: Roots) -> bool:
    """Whether a station that runs reads the real chip which these settings name."""
    return config.of(Sensor).driver == "ads1115" and running(roots, config.driver().bus)  # type: ignore[attr-defined]


def only_reader(config: Config, roots: Roots | None = None) -> None:
    """For commands that read the sensor themselves.  Raises StationError where a station that runs does already."""
    if is_read(config, roots or Roots()):
        raise StationError(
            "A station is running and reads the sensor; two readers would disturb each other.",
            "Stop it first: sudo systemctl stop desk-station (in a terminal: Ctrl + C); "
            "to calibrate, its page will do, too.",
        )


def running(roots: Roots, number: int) -> bool:
    """Whether another process has bus `number` open; of one whose files this user may not see, whether it samples."""
    return any(_holds(process, f"/dev/i2c-{number}") for process in roots.proc.glob("[0-9]*"))


def _holds(process: Path, bus: str) -> bool:
    try:
        return bus in [str(descriptor.readlink()) for descriptor in (process / "fd").iterdir()]
    except OSError:  # not ours, or gone
        return "hardware.sensors.acquisition" in read(process / "cmdline")
