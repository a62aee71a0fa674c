"""A thousand stations on one mosquitto: they connect, announce themselves and speak; how long each message takes.

Two processes (the stations, the listener) and the broker, all on this machine: the times hold all three.
Set DESK_FLEET to another number of stations.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.benchmark

STATIONS = int(os.environ.get("DESK_FLEET", "1000"))
MINUTES = 5
"""So many whole minutes each station tells, spread over as many times SPREAD_S."""
SPREAD_S = 6.0
HERE = Path(__file__).parent
Make = Callable[..., Any]


def test_a_thousand_stations_on_one_broker(make_broker: Make, tmp_path: Path) -> None:
    broker = make_broker("max_inflight_messages 0\nmax_connections -1\nset_tcp_nodelay true\nlog_type error")
    _allow_many_files()
    fleet = [
        sys.executable,
        str(HERE / "fleet_stations.py"),
        str(broker.port),
        str(STATIONS),
        str(MINUTES),
        str(SPREAD_S),
    ]
    listener = subprocess.Popen([*fleet, "listen"], stdout=subprocess.PIPE, text=True)
    assert listener.stdout and listener.stdout.readline() == "ready\n"
    began = time.monotonic()
    stations = subprocess.run([*fleet, "speak"], capture_output=True, text=True, timeout=180, check=False)
    assert stations.returncode == 0, stations.stderr[-2000:]
    heard = json.loads(listener.communicate(timeout=60)[0])
    took = time.monotonic() - began
    said = json.loads(stations.stdout)
    delays = sorted(heard["delays_ms"])
    print(
        f"\n{STATIONS} stations on one mosquitto: all connected and announced in {said['connected_s']:.1f} s "
        f"(announcements of {said['announcement_bytes'] / 1024:.0f} KiB); {len(delays)} minutes told in {took:.0f} s, "
        f"{STATIONS * MINUTES - heard['different']} lost, end to end p50 {statistics.median(delays):.1f} ms, "
        f"p99 {delays[int(len(delays) * 0.99)]:.0f} ms, longest {delays[-1]:.0f} ms"
    )
    assert heard["announced"] == STATIONS
    assert heard["different"] == STATIONS * MINUTES


def _allow_many_files() -> None:
    wanted = 2 * STATIONS + 200
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        pytest.skip(f"this machine allows only {hard} open files (ulimit -Hn)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
