"""The whole station as its own processes, with a real broker, captured sound and a real database.

Only the two ends are twins: a person behind a chip, and mock pins.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from station import place
from station.outputs import history
from tests.configured import MOCK_PINS, SIMULATED, STATE

pytestmark = [pytest.mark.slow, pytest.mark.alone]

CONFIG = f"""\
{STATE}language = "de"
{SIMULATED}story = "relaxed"
[tension]
window_s = 20
recovery_s = 5
[coach]
patience_s = 0
light_s = 3
offer_s = 20
settle_s = 0
return_s = 0
after_exercise_s = 0
baseline_days = 0
[budget]
apart_min = 0
{MOCK_PINS}fade_s = 1
[output.mqtt]
enabled = true
host = "127.0.0.1"
port = {{port}}
"""
SOUND_RATE, CHANNELS, WIDTH = 48_000, 2, 2
HEARD = 60  # of 32767: far below a spoken word, far above dither


class Running:
    """A station on twins, and everything it has said."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.sound = folder / "sound.raw"
        file = folder / "desk.toml"
        file.write_text(CONFIG.format(folder=folder, port=port))
        environment = os.environ | {"SDL_AUDIODRIVER": "disk", "SDL_DISKAUDIOFILE": str(self.sound)}
        program = Path(__file__).with_name("station_on_twins.py")
        self.process = subprocess.Popen(
            [sys.executable, "-P", str(program), str(file)],  # -P: tests/sounds is not the package `sounds`
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.said: list[dict[str, Any]] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.said.append(json.loads(line))

    def tell(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def wait(self, within_s: float, **what: Any) -> dict[str, Any]:
        """The first thing said that has all of these, in time."""
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            for said in list(self.said):
                if all(said.get(key) == value for key, value in what.items()):
                    return said
            assert self.process.poll() is None, f"the station ended with {self.process.returncode}"
            time.sleep(0.01)
        raise AssertionError(f"{what} was not said within {within_s} s; said: {self.said[-12:]}")

    def heard(self) -> float:
        """How many seconds of sound have been written."""
        return self.sound.stat().st_size / (SOUND_RATE * CHANNELS * WIDTH) if self.sound.exists() else 0.0

    def first_sound_after(self, second: float) -> float:
        """The second of the captured sound at which something can be heard, from `second` on."""
        samples = np.fromfile(self.sound, "<i2", offset=int(second * SOUND_RATE) * CHANNELS * WIDTH)
        loud = np.flatnonzero(np.abs(samples.astype(int)) > HEARD)
        return second + loud[0] / (SOUND_RATE * CHANNELS) if len(loud) else float("inf")

    def children(self) -> list[int]:
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(pid) for pid in listed] + self._of_threads()

    def _of_threads(self) -> list[int]:
        found = []
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            found += [int(pid) for pid in (task / "children").read_text().split()]
        return found

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


@pytest.fixture
def station(tmp_path: Path, broker: Any) -> Iterator[Running]:
    running = Running(tmp_path, broker.port)
    yield running
    running.end()


def integrity(path: Path) -> list[Any]:
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return database.execute("pragma integrity_check").fetchall()
    finally:
        database.close()


def test_raised_shoulders_bring_light_chime_message_and_memory_and_a_press_brings_the_voice(
    station: Running, broker: Any, make_listener: Any, eventually: Callable[..., None]
) -> None:
    """The main job, end to end: what the person sees, hears and finds again; and a clean end."""
    listener = make_listener(broker)
    topic = f"desk/{place.station_id(station.folder)}"
    station.wait(15, event="sensor_well")
    eventually(lambda: b"online" in listener.of("availability"))
    eventually(lambda: station.heard() > 0.2)

    # A press while all is well: the favourite breathing exercise speaks at once.
    pressed_at = station.heard()
    station.tell("press 0.15")
    started = station.wait(5, event="session_started")
    assert (started["technique"], started["language"]) == ("breathing", "de")
    eventually(lambda: station.first_sound_after(pressed_at) < float("inf"))
    waited = station.first_sound_after(pressed_at) - pressed_at
    print(f"press to first voice sample: {waited:.2f} s")
    assert waited <= 1.5
    station.tell("press 1.8")
    station.wait(12, event="session_ended", reason="stopped")  # the short way back is played

    # Shoulders go up: first light, then the chime, then the offer on the wire and in the book.
    time.sleep(2.0)
    quiet_at = station.heard()
    assert station.first_sound_after(quiet_at - 0.5) == float("inf"), "silence before the cue"
    station.tell('control {"activity": "raised"}')
    cue = station.wait(60, event="cue", phase="light")
    chime = station.wait(10, event="cue", phase="chime")
    lit = [said["t"] for said in station.said if said.get("saw") == "pin" and said["lit"] and said["t"] > cue["t"]]
    assert lit, "the light came on"
    assert cue["t"] < lit[0] < chime["t"]
    eventually(lambda: station.first_sound_after(quiet_at) < float("inf"))
    eventually(lambda: any(json.loads(said)["event_type"] == "chime" for said in listener.of("event/cue")))
    memory = station.folder / history.FILE_NAME
    eventually(lambda: len(history.cues(memory)) == 1 and len(history.episodes(memory)) == 1)
    kinds = [
        said["event"] for said in station.said if said.get("event") in ("tension_started", "cue", "session_started")
    ]
    assert kinds == ["session_started", "tension_started", "cue", "cue"]

    # The end: everything says goodbye within five seconds, and nothing stays behind.
    children = station.children()
    assert children, "the acquisition process was running"
    station.process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    assert station.process.wait(timeout=5) == 0
    print(f"SIGTERM to the end: {time.monotonic() - began:.2f} s")
    eventually(lambda: listener.of("availability")[-1:] == [b"offline"])
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []
    assert integrity(memory) == [("ok",)]
    assert [session["reason"] for session in history.sessions(memory)] == ["stopped"]
    assert topic in listener.heard[0][1]


def test_a_killed_sensor_process_is_back_within_three_seconds(station: Running) -> None:
    station.wait(15, event="sensor_well")
    (sensor,) = set(station.children())
    os.kill(sensor, signal.SIGKILL)
    killed = time.monotonic()
    station.wait(3, event="sensor_trouble")
    while len([said for said in station.said if said.get("event") == "sensor_well"]) < 2:
        assert time.monotonic() < killed + 3.0, "no frames within three seconds"
        time.sleep(0.01)
    print(f"kill -9 of the sensor process to its next frame: {time.monotonic() - killed:.2f} s")


def test_a_broker_that_is_not_there_stops_nothing(tmp_path: Path) -> None:
    running = Running(tmp_path, 1)  # nobody listens on port 1
    try:
        running.wait(15, event="sensor_well")
        trouble = running.wait(15, event="output_trouble", output="mqtt")
        assert "127.0.0.1:1" in trouble["problem"]
        running.tell("press 0.15")
        running.wait(5, event="session_started")
    finally:
        running.end()
