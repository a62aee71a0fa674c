"""A day on which everything dies: broker and station are killed in turn, and nothing that happened is lost."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

EVENTS = 2_000
DEATHS = 8
Make = Callable[..., Any]


class Mortal:
    """The station as a process that is killed and started again where its disk says it stood."""

    def __init__(self, port: int, folder: Path) -> None:
        self.port, self.folder, self.happened = port, folder, 0
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        script = Path(__file__).with_name("lossy_station.py")
        words = [sys.executable, str(script), *(str(w) for w in (self.port, self.folder, self.happened, EVENTS))]
        self._process = process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)

        def read() -> None:
            assert process.stdout
            for line in process.stdout:
                self.happened = int(line)

        self._reader = threading.Thread(target=read)
        self._reader.start()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._reader.join()
            self._process = None


def test_two_thousand_durable_events_survive_a_broker_and_a_station_that_are_killed_in_turn(
    make_broker: Make, make_listener: Make, eventually: Make, tmp_path: Path
) -> None:
    broker = make_broker("persistence false\nmax_inflight_messages 0")  # it forgets everything each time
    # Without acknowledgements of its own (QoS 0): a broker that is killed with some of them unread resets the wire, and
    # what it had already sent to the listener is gone from the system's buffer.
    homes = [make_listener(broker, qos=0)]
    station = Mortal(broker.port, tmp_path)
    began = time.monotonic()
    try:
        station.start()
        for death in range(DEATHS):
            goal = (death + 1) * EVENTS // (DEATHS + 1)
            eventually(lambda goal=goal: station.happened >= goal, within_s=20)
            if death % 2:
                station.kill()
                station.start()
            else:
                broker.kill()
                time.sleep(0.3)  # the day goes on without it
                homes[-1].close()
                broker.start()
                homes.append(make_listener(broker, qos=0))
        eventually(lambda: station.happened >= EVENTS, within_s=20)

        def arrived() -> list[dict[str, Any]]:
            return [json.loads(payload) for home in homes for payload in home.of("/log")]

        eventually(lambda: len({one["technique"] for one in arrived()}) == EVENTS, within_s=30)
    finally:
        station.kill()
    copies: dict[str, set[str]] = {}
    for one in arrived():
        copies.setdefault(one["id"], set()).add(json.dumps(one, sort_keys=True))
    assert all(len(texts) == 1 for texts in copies.values())  # the same id is the same event, to the letter
    print(
        f"\n{EVENTS} durable events, {DEATHS} deaths in {time.monotonic() - began:.0f} s: 0 lost, "
        f"{len(arrived()) - len(copies)} heard again with the same id, "
        f"{len(copies) - EVENTS} told anew because the kill came between the disk and the word of it"
    )
    assert len(copies) <= EVENTS + DEATHS // 2 * 51
