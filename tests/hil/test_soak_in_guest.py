"""Does anything grow where the wires are real?  What the libraries of the bus, the pins and the sound leave behind.

DESK_HIL_SOAK_MIN=30 is the long one; without it five minutes.  `tests/benchmarks/bench_soak.py` is its sister without a
kernel of its own: hours, at 500/s, with the page and MQTT, but on the simulated bus, behind which no library works.
"""

from __future__ import annotations

import os
import time

import pytest

from tests.hil.debian import Debian, words
from tests.hil.guest import BUTTON

pytestmark = [pytest.mark.hil, pytest.mark.benchmark]

MINUTES = float(os.environ.get("DESK_HIL_SOAK_MIN", "5"))
WARM_UP_S = min(600.0, MINUTES * 60 / 3)
EVERY_S = 10.0
PRESS_EVERY_S = 150.0
MOST_MB = 2.0


def look(debian: Debian, pid: int) -> tuple[float, int, int]:
    """(RSS in MB, open files, threads)."""
    told = debian.sh(f"cat /proc/{pid}/status; echo files: $(ls /proc/{pid}/fd | wc -l)")
    status = words(told)
    return int(status["VmRSS"].split()[0]) / 1024, int(status["files"]), int(status["Threads"])


def test_nothing_grows_on_real_wires(debian: Debian) -> None:
    main = int(debian.shows("MainPID"))
    processes = debian.sh("cat /sys/fs/cgroup/system.slice/desk-station.service/cgroup.procs").split()
    (reader,) = {int(pid) for pid in processes} - {main}
    pids = {"main": main, "acquisition": reader}
    seen: dict[str, list[tuple[float, int, int]]] = {name: [] for name in pids}
    began = time.monotonic()
    press_at = began + 5.0
    while (now := time.monotonic()) < began + MINUTES * 60:
        if now >= press_at:
            press_at = now + PRESS_EVERY_S
            debian.bench.press(BUTTON, 0.2)
        if now >= began + WARM_UP_S:
            for name, pid in pids.items():
                seen[name].append(look(debian, pid))
        time.sleep(EVERY_S)
    print(f"  {MINUTES:.0f} min, {debian.journal().count('session_started')} exercises")
    for name, rows in seen.items():
        part = max(1, len(rows) // 5)
        first, last = (sum(row[0] for row in some) / part for some in (rows[:part], rows[-part:]))
        print(
            f"  {name}: RSS {first:.1f} → {last:.1f} MB ({last - first:+.2f}), files {rows[0][1]} → {rows[-1][1]},"
            f" threads {rows[0][2]} → {rows[-1][2]}"
        )
        assert last - first < MOST_MB, f"{name} grows"
        assert rows[-1][1] <= rows[0][1] + 2, f"{name} leaves files open"
        assert rows[-1][2] <= rows[0][2] + 1, f"{name} leaves threads behind"
    assert debian.shows("NRestarts") == "0"
