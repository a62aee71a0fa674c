"""Beside its neighbours: what a message costs, and what is lost on a day on which everything dies.

Measured last on two quiet x86 cores (load 0.0; the median of three of each, side by side): at one event a second 1,091
ms CPU per 1,000 beside MQTT IO 2.7's 1,131, in a burst 89 and 243, RSS 28.9 and 30.3 MB.  On busy ones (load 9 to 11,
where a processor that is awake anyhow costs less to wake) 893 and 997, with Debian's optimized Python 837 and 899.
Each event is committed before it is sent, but the disk is waited for only where the broker does not answer; MQTT IO
and paho keep nothing, and lose 44 % when everything dies.

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
from statistics import median
from typing import Any

import pytest

pytestmark = pytest.mark.benchmark

HERE = Path(__file__).parent
Make = Callable[..., Any]
BURST, SLOW_S, OF_EACH = 2_000, 60, 3


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


def burst_of(peer: Peer, all_arrived: Callable[[], None]) -> tuple[float, float, float]:
    """CPU milliseconds per 1,000 events, events a second, MB."""
    began = time.monotonic()
    peer.begin()
    all_arrived()
    took = time.monotonic() - began
    time.sleep(0.5)
    cost, rss_mb = 1e3 * peer.used_s() / (BURST / 1000), peer.rss_mb()
    peer.kill()
    return cost, BURST / took, rss_mb


def side_by_side(running: list[Peer]) -> dict[str, tuple[float, float]]:
    """One event a second each, a little apart: name -> CPU milliseconds per 1,000 events and MB, each the median."""
    before = []
    for peer in running:
        before.append(peer.cpu_s())
        peer.begin()
        time.sleep(1 / len(running))
    time.sleep(SLOW_S)
    spent: dict[str, list[tuple[float, float]]] = {}
    for peer, then in zip(running, before, strict=True):
        spent.setdefault(peer.name, []).append((1e3 * (peer.cpu_s() - then) / (SLOW_S / 1000), peer.rss_mb()))
        peer.kill()
    return {name: (median(cost for cost, _ in each), median(mb for _, mb in each)) for name, each in spent.items()}


def test_what_a_message_costs(make_broker: Make, make_listener: Make, eventually: Make, tmp_path: Path) -> None:
    """The burst one after the other; one event a second side by side, so that a busy machine is as busy for each."""
    burst = {}
    for name in peers():
        broker = make_broker("max_inflight_messages 0")
        home = make_listener(broker, qos=0)

        def all_arrived(home: Any = home, name: str = name) -> None:
            eventually(lambda: len(set(numbers([home], name))) == BURST, within_s=60)

        burst[name] = burst_of(Peer(name, broker.port, tmp_path / f"{name}-burst", BURST, 0), all_arrived)
    running = [
        Peer(name, make_broker("max_inflight_messages 0").port, tmp_path / f"{name}-{n}", SLOW_S, 1.0)
        for n in range(OF_EACH)
        for name in peers()
    ]
    slow = side_by_side(running)
    print(f"\nload {os.getloadavg()[0]:.1f}")
    for name, (cost, rate, mb) in burst.items():
        print(
            f"{name:7} burst of {BURST}: {cost:5.0f} ms CPU per 1,000, {rate:5.0f}/s, {mb:.0f} MB;  "
            f"1/s: {slow[name][0]:5.0f} ms CPU per 1,000, {slow[name][1]:.1f} MB"
        )
    if "mqttio" in burst:
        assert burst["desk"][0] < burst["mqttio"][0]
        assert slow["desk"] < slow["mqttio"] and slow["desk"][1] < slow["mqttio"][1]


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
