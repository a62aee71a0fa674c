"""The daemon is killed in the middle of its writing, fifty times (two hundred in `make bench`) over the same files.

*Acknowledged* is a mark or an exercise when its event was told **and** the history said that everything it had taken
until then is committed (`flush`).  Between the two lie some milliseconds: a mark is told to the light at once and
written by a thread of its own, and a power cut in between loses it.  What was acknowledged must be there afterwards.

Rows go through one queue in order and are committed in order, so counting them is enough.
"""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from station.outputs import history
from tests.configured import MOCK_PINS, NO_JOURNAL, SILENT, STATE

# Electrodes on the mains are not opened: without a sensor's process a round is short.  The broker is not there, so
# that the outbox is written, too.
CONFIG = f"""\
{STATE}[sensor]
power = "mains"
{MOCK_PINS}{SILENT}{NO_JOURNAL}[output.mqtt]
enabled = true
port = 1
"""
SOME = "".join(f"mark\nstart shoulder-drop\nmark\n{stop}" for stop in ("stop\n", "", "stop\n"))


class Doomed:
    """A station that is being told things as fast as it can take them."""

    def __init__(self, config: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", str(Path(__file__).with_name("station_on_twins.py")), str(config), "--wait"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(config.parent / "said.txt").open("a"),
            text=True,
        )
        self.kept: dict[str, Any] = {}
        self.told = 0
        self._acknowledged = threading.Event()
        self._talking = True
        self._ear = threading.Thread(target=self._listen)
        self._ear.start()

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            if not line.endswith("\n"):  # the last line of a killed process may be half a line
                return
            said = json.loads(line)
            self.told += said.get("event") == "mark"
            if said.get("saw") == "kept":
                self.kept = said
                self._acknowledged.set()

    def talk(self) -> None:
        """Tell it marks and exercises, without end."""
        assert self.process.stdin
        try:
            self.process.stdin.write("begin\n")
            while self._talking:
                self.process.stdin.write(SOME)
                self.process.stdin.flush()
                time.sleep(0.003)
        except (BrokenPipeError, ValueError):
            pass

    def live(self, seconds: float) -> None:
        """Let it write for so long after its first acknowledgement."""
        self._mouth = threading.Thread(target=self.talk)
        self._mouth.start()
        assert self._acknowledged.wait(90), "nothing was acknowledged"
        time.sleep(seconds)

    def end(self, how: signal.Signals) -> int:
        self._talking = how is not signal.SIGKILL  # a killed one is killed while it is told things
        self.process.send_signal(how)
        code = self.process.wait(timeout=10)
        self._talking = False
        self._mouth.join()
        self._ear.join()
        return code


@pytest.fixture
def doom() -> Iterator[Callable[[Path], Doomed]]:
    """Makes stations to be killed; none of them outlives a test that fails."""
    made: list[Doomed] = []

    def make(config: Path) -> Doomed:
        made.append(Doomed(config))
        return made[-1]

    yield make
    for station in made:
        station.process.kill()


def counted(path: Path) -> dict[str, int]:
    """How many marks, exercises and finished exercises there are; the file must be whole."""
    database = sqlite3.connect(path)
    try:
        assert database.execute("pragma integrity_check").fetchall() == [("ok",)]
        (marks,) = database.execute("select count(*) from mark").fetchone()
        sessions, ended = database.execute("select count(*), count(reason) from session").fetchone()
    finally:
        database.close()
    return {"mark": marks, "session_started": sessions, "session_ended": ended}


@pytest.mark.parametrize(
    "rounds", [pytest.param(50, marks=pytest.mark.slow), pytest.param(200, marks=pytest.mark.benchmark)]
)
def test_kills_during_writes_lose_nothing_that_was_acknowledged(
    tmp_path: Path, doom: Callable[[Path], Doomed], rounds: int
) -> None:
    config = tmp_path / "desk.toml"
    config.write_text(CONFIG.format(folder=tmp_path))
    path = tmp_path / history.FILE_NAME
    chance = random.Random(7)
    before = {"mark": 0, "session_started": 0, "session_ended": 0}
    acknowledged = in_flight = 0
    began = time.monotonic()
    following = doom(config)  # loads its modules while the one before it lives, and waits
    for number in range(rounds):
        station, following = following, doom(config)
        station.live(chance.uniform(0.0, 0.25))
        assert station.end(signal.SIGKILL) == -signal.SIGKILL
        now = counted(path)
        for kind, count in before.items():
            assert now[kind] - count >= station.kept[kind], f"{kind} lost in round {number}"
        assert now["mark"] - before["mark"] <= station.told + 100, "no mark out of nothing"
        for other in tmp_path.glob("*.db"):
            if other != path:
                whole(other)
        before, acknowledged = now, acknowledged + station.kept["mark"]
        in_flight += station.told - station.kept["mark"]
    print(
        f"{rounds} kills in {time.monotonic() - began:.0f} s: {acknowledged} marks acknowledged and found, "
        f"{before['mark']} on the disk, {in_flight} told but not yet acknowledged when it was killed"
    )
    assert acknowledged > rounds

    # A clean run afterwards: whatever was cut off says so, nothing is set aside, the memory can be read.
    station = following
    station.live(0.1)
    assert station.end(signal.SIGTERM) == 0
    assert {session["reason"] for session in history.sessions(path)} <= {"stopped", "aborted", "replaced", "completed"}
    assert sum(session["reason"] == "aborted" for session in history.sessions(path)) > 0
    assert not list(tmp_path.glob("*bad*")) and not list(tmp_path.glob("*damaged*"))
    assert isinstance(json.loads((tmp_path / "memory.json").read_text()), dict)


def whole(path: Path) -> None:
    database = sqlite3.connect(path)
    try:
        assert database.execute("pragma integrity_check").fetchall() == [("ok",)], path
    finally:
        database.close()
