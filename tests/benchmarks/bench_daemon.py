"""The whole daemon: how soon it feels the muscle, and how much memory it takes."""

from __future__ import annotations

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.configured import MOCK_PINS, SIMULATED, STATE

MB = 1024  # smaps_rollup counts in kB
SETTLED_S = 8.0
MOST_START_S, MOST_MB = 3.0, 110.0
CONFIG = f"""\
{STATE}{SIMULATED}{MOCK_PINS}[output.mqtt]
enabled = true
host = "127.0.0.1"
port = {{port}}
[output.web]
port = {{page_port}}
"""


class Daemon:
    """`desk-station run` with the simulated sensor, sound (SDL's dummy device), MQTT and history on."""

    def __init__(self, folder: Path, port: int) -> None:
        folder.mkdir(exist_ok=True)
        self.page_port = free_port()
        (folder / "desk.toml").write_text(CONFIG.format(folder=folder, port=port, page_port=self.page_port))
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "station", "run", "--config", str(folder / "desk.toml")],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | {"SDL_AUDIODRIVER": "dummy"},
        )

    def until_the_first_frame(self) -> float:
        """Seconds from the command to the first frame in the station's hands."""
        assert self.process.stdout
        said = []
        for line in self.process.stdout:
            said.append(line)
            if line.startswith("sensor_well"):
                return time.monotonic() - self.began
        raise AssertionError("".join(said))

    def memory(self) -> dict[str, tuple[float, float]]:
        """(RSS, PSS) in MB of the main process and of the acquisition."""
        (acquisition,) = self._children()
        return {"main": rollup(self.process.pid), "acquisition": rollup(acquisition)}

    def cpu_s(self) -> float:
        """CPU seconds of both so far, and of children that have ended."""
        ticks = 0
        for pid in {self.process.pid, *self._children()}:
            ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def _children(self) -> set[int]:
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        return {int(pid) for task in tasks for pid in (task / "children").read_text().split()}

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=10) == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def rollup(pid: int) -> tuple[float, float]:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    sizes = {name: float(size.split()[0]) / MB for name, size in (line.split(":", 1) for line in lines)}
    return sizes["Rss"], sizes["Pss"]


@pytest.mark.benchmark
def test_the_first_frame_comes_soon_and_the_daemon_is_small(
    tmp_path: Path, make_broker: Callable[..., Any], make_listener: Callable[..., Any], capsys: Any
) -> None:
    broker = make_broker()
    listener = make_listener(broker)
    starts, costs = [], []
    for number in range(3):
        daemon = Daemon(tmp_path / str(number), broker.port)
        try:
            starts.append(daemon.until_the_first_frame())
            costs.append(daemon.cpu_s())
            if number == 2:
                time.sleep(SETTLED_S)
                memory = daemon.memory()
                before, at = daemon.cpu_s(), time.monotonic()
                time.sleep(SETTLED_S)
                state = json.loads(listener.of("/state")[-1])
                busy = (daemon.cpu_s() - before) / (time.monotonic() - at)
        finally:
            daemon.end()
    assert state["signal_quality"] == "ok" and not state["troubles"], "everything was on"
    rss, pss = (sum(part[k] for part in memory.values()) for k in (0, 1))
    with capsys.disabled():
        print(
            f"\nstart to first frame: {statistics.median(starts):.2f} s"
            f" (of {', '.join(f'{start:.2f}' for start in starts)}); {statistics.median(costs):.2f} s of CPU;"
            f" load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
        )
        for name, (own_rss, own_pss) in memory.items():
            print(f"{name}: RSS {own_rss:.1f} MB, PSS {own_pss:.1f} MB")
        print(f"together: RSS {rss:.1f} MB, PSS {pss:.1f} MB; {100 * busy:.1f} % of one core")
    # On a crowded machine the wall clock measures the others; what the start costs is then the honest bound.
    crowded = os.getloadavg()[0] > (os.cpu_count() or 1)
    assert statistics.median(costs if crowded else starts) < MOST_START_S
    assert rss < MOST_MB
