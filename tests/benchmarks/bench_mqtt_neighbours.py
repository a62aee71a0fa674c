"""Beside its neighbours: what a message costs, and what is lost on a day on which everything dies.

Measured last on two quiet x86 cores (load 0.4): in a burst 137 ms CPU per 1,000 beside MQTT IO 2.7's 185; at one event
a second, side by side, 1,226 and 1,031 ms per 1,000.  Each event is on the disk before it is sent, and that alone is
0.3 to 0.5 ms of it; MQTT IO and plain paho keep nothing, and lose 44 % when everything dies.  RSS is 29.8 and 30.3 MB.

Needs mosquitto; MQTT IO where the Python of an environment with `mqtt-io==2.7.0` is named in DESK_MQTTIO_PYTHON.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.benchmark

HERE = Path(__file__).parent
Make = Callable[..., Any]
BURST, SLOW_S = 2_000, 60


class Peer:
    """One of the three, as a process."""

    def __init__(self, name: str, port: int, folder: Path, last: int, rate: float, first: int = 0) -> None:
        python = os.environ.get("DESK_MQTTIO_PYTHON", "") if name == "mqttio" else sys.executable
        self.name, self.told = name, first
        folder.mkdir(parents=True, exist_ok=True)
        words = [python, str(HERE / "mqtt_peer.py"), name, port, folder, first, last, rate]
        self.process = subprocess.Popen(
            [str(word) for word in words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": ""},
        )
        assert self.process.stdout
        assert self.process.stdout.readline() == "ready\n"
        self._before = self.cpu_s()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.told = int(line)

    def begin(self) -> None:
        assert self.process.stdin
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def cpu_s(self) -> float:
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")  # in nanoseconds; stat has ticks of 10 ms
        return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9

    def used_s(self) -> float:
        return self.cpu_s() - self._before

    def rss_mb(self) -> float:
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(text.split("VmRSS:")[1].split()[0]) / 1024

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()


def peers() -> list[str]:
    named = os.environ.get("DESK_MQTTIO_PYTHON", "")
    return ["desk", "paho", *(["mqttio"] if named and shutil.which(named) else [])]


def numbers(homes: list[Any], name: str) -> list[int]:
    """Every event that arrived, by its number."""
    ending = {"desk": "desk_0123abcd/log", "paho": "peer/log", "mqttio": "stream/log"}[name]
    return [int(json.loads(payload)["valid_s"]) for home in homes for payload in home.of(ending)]


def test_what_a_message_costs(make_broker: Make, make_listener: Make, eventually: Make, tmp_path: Path) -> None:
    """The burst one after the other; one event a second side by side, so that a busy machine is as busy for each."""
    burst, slow = {}, {}
    for name in peers():
        broker = make_broker("max_inflight_messages 0")
        home = make_listener(broker, qos=0)
        peer = Peer(name, broker.port, tmp_path / f"{name}-burst", BURST, 0)
        began = time.monotonic()
        peer.begin()
        eventually(lambda home=home, name=name: len(set(numbers([home], name))) == BURST, within_s=60)
        took = time.monotonic() - began
        time.sleep(0.5)
        cost = 1e3 * peer.used_s() / (BURST / 1000)
        burst[name] = f"{cost:5.0f} ms CPU per 1,000, {BURST / took:5.0f}/s, {peer.rss_mb():.0f} MB"
        peer.kill()
    running, homes = {}, {}
    for name in peers():
        broker = make_broker("max_inflight_messages 0")
        homes[name] = make_listener(broker, qos=0)
        running[name] = Peer(name, broker.port, tmp_path / f"{name}-slow", SLOW_S, 1.0)
    before, heard = {}, {}
    for name, peer in running.items():
        before[name], heard[name] = peer.cpu_s(), len(homes[name].heard)
        peer.begin()
        time.sleep(1 / len(running))
    time.sleep(SLOW_S)
    for name, peer in running.items():
        cost = 1e3 * (peer.cpu_s() - before[name]) / (SLOW_S / 1000)
        said = len(homes[name].heard) - heard[name]  # ours keeps the retained state up to date by the way
        slow[name] = (
            f"{cost:5.0f} ms CPU per 1,000 events, {cost * SLOW_S / said:5.0f} per 1,000 messages ({said}), "
            f"{peer.rss_mb():.1f} MB"
        )
        peer.kill()
    print(f"\nload {os.getloadavg()[0]:.1f}")
    print("\n".join(f"{name:7} burst of {BURST}: {burst[name]};  1/s: {slow[name]}" for name in burst))


def test_what_is_lost_when_everything_dies(
    make_broker: Make, make_listener: Make, eventually: Make, tmp_path: Path
) -> None:
    lines = []
    for name in peers():
        broker = make_broker("persistence false\nmax_inflight_messages 0")
        homes = [make_listener(broker, qos=0)]
        peer = Peer(name, broker.port, tmp_path / name, BURST, 200)
        peer.begin()
        for death in range(8):
            goal = (death + 1) * BURST // 9
            eventually(lambda peer=peer, goal=goal: peer.told >= goal, within_s=30)
            if death % 2:
                peer.kill()
                peer = Peer(name, broker.port, tmp_path / name, BURST, 200, first=peer.told)
                peer.begin()
            else:
                broker.kill()
                time.sleep(0.3)
                homes[-1].close()
                broker.start()
                homes.append(make_listener(broker, qos=0))
        eventually(lambda peer=peer: peer.told >= BURST, within_s=60)
        time.sleep(8)
        peer.kill()
        heard = numbers(homes, name)
        lost = BURST - len(set(heard))
        lines.append(f"{name:7} of {BURST} events {lost} lost, {len(heard) - len(set(heard))} heard twice")
    print("\n" + "\n".join(lines))
