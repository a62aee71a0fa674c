"""What the living station costs a processor: raw EMG at 500/s, the page open, MQTT on.

whole          both processes, as the kernel counts them
the twin       what the simulated sensor takes more than the same driver on a bus that answers by itself
the station    the rest: what a Pi has to do; a Zero 2 W is about 15 times slower than a core of the machine that
               the promise was made on, so 3.5 % here are half a core there
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.bench_daemon import Daemon
from tests.benchmarks.bench_soak import read_page

WINDOWS, WINDOW_S = 6, 10.0
WARM_UP_S = 15.0
MOST_PERCENT = 3.5


def read_still(how: str) -> dict[str, float]:
    """The driver alone for half as long, on a bus that answers at once or as a wire."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("still_bus.py")), str(WINDOWS * WINDOW_S / 2), how],
        capture_output=True,
        check=True,
    )
    told: dict[str, float] = json.loads(done.stdout)
    assert told["samples"] > 0.98 * 500 * WINDOWS * WINDOW_S / 2, "the driver kept its pace"
    return told | {"percent": 100 * told["cpu_s"] / (WINDOWS * WINDOW_S / 2)}


def cpu_s(pid: int) -> float:
    """CPU seconds of a process's living threads, to the microsecond."""
    return sum(int(task.read_text().split()[0]) for task in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


@pytest.mark.benchmark
def test_the_living_station_leaves_half_of_a_small_core(
    tmp_path: Path, make_broker: Callable[..., Any], make_listener: Callable[..., Any], capsys: Any
) -> None:
    broker = make_broker()
    listener = make_listener(broker)
    daemon = Daemon(tmp_path / "desk", broker.port)
    enough, got = threading.Event(), [0]
    try:
        daemon.until_the_first_frame()
        threading.Thread(target=daemon.process.stdout.read, daemon=True).start()  # type: ignore[union-attr]
        page = threading.Thread(target=read_page, args=(daemon.page_port, enough, got), daemon=True)
        page.start()
        time.sleep(WARM_UP_S)
        (acquisition,) = daemon._children()
        pids = {"main": daemon.process.pid, "acquisition": acquisition}
        told, shares = got[0], []
        for _ in range(WINDOWS):
            before, at = {name: cpu_s(pid) for name, pid in pids.items()}, time.monotonic()
            time.sleep(WINDOW_S)
            passed = time.monotonic() - at
            shares.append({name: 100 * (cpu_s(pid) - before[name]) / passed for name, pid in pids.items()})
        memory = daemon.memory()
        assert page.is_alive() and got[0] - told > WINDOWS * WINDOW_S * 10 * 20, "the page was told ten times a second"
        state = json.loads(listener.of("/state")[-1])
        assert state["signal_quality"] == "ok" and not state["troubles"], "everything was on"
    finally:
        enough.set()
        daemon.end()
    hows = ("empty", "at-once", "as-a-wire", "on-linux", "through-blinka")
    empty, still, wired, linux, blinka = map(read_still, hows)
    main, live = (statistics.median(window[name] for window in shares) for name in pids)
    driver, waiting = still["percent"], wired["percent"] - still["percent"]
    single = ", ".join(f"{window['main']:.2f}" for window in shares)
    with capsys.disabled():
        print(
            f"\nCPU, in percent of one core, medians of {WINDOWS} × {WINDOW_S:.0f} s (load {os.getloadavg()[0]:.1f}):\n"
            f"  whole: {main + live:.2f} (main {main:.2f}, acquisition {live:.2f})\n"
            f"  the twin: {live - driver:.2f}, of it its wire {waiting:.2f}; the driver without it {driver:.2f}\n"
            f"  the station without its twin: {main + driver:.2f}\n"
            f"  with Linux's bus under the driver, as on a Pi: {main + linux['percent']:.2f} (acquisition"
            f" {linux['percent']:.2f}, RSS {linux['rss_mb']:.1f} MB; with Blinka's own {blinka['percent']:.2f})\n"
            f"  main, single windows: {single}\n"
            f"  this machine: {empty['percent']:.2f} for waking an empty process 500 times a second"
        )
        for name, (rss, pss) in (*memory.items(), ("acquisition without the twin", (still["rss_mb"], still["pss_mb"]))):
            print(f"  {name}: RSS {rss:.1f} MB, PSS {pss:.1f} MB")
        print(
            f"  together: RSS {sum(rss for rss, _ in memory.values()):.1f} MB, PSS"
            f" {sum(pss for _, pss in memory.values()):.1f} MB; without the twin RSS"
            f" {memory['main'][0] + still['rss_mb']:.1f} MB"
        )
    assert main + driver < MOST_PERCENT
