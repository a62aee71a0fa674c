"""Hours at the desk in real time, through the twin: does anything grow, and is every minute kept?

DESK_SOAK_MIN=120 is the long one; without it three minutes, which show that the soak itself works.  Page open, MQTT on,
an exercise every five minutes.  After a time to warm up (caches, pools) memory may grow by 2 MB, files and threads not
at all, and the diary holds every whole minute.
"""

from __future__ import annotations

import http.client
import itertools
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from station import place
from station.outputs.history import FILE_NAME
from tests.benchmarks.bench_daemon import MOST_MB as MOST_TOGETHER_MB
from tests.benchmarks.bench_daemon import Daemon, rollup

pytestmark = pytest.mark.benchmark

MINUTES = float(os.environ.get("DESK_SOAK_MIN", "3"))
WARM_UP_S = min(600.0, MINUTES * 60 / 3)
EVERY_S = 10.0
EXERCISE_EVERY_S = 300.0
MOST_MB = 2.0
LONG_MIN = 30.0  # in a shorter soak, warming up looks like growing


def look(pid: int) -> tuple[float, float, int, int]:
    """(RSS and PSS in MB, open files, threads)."""
    return (
        *rollup(pid),
        len(list(Path(f"/proc/{pid}/fd").iterdir())),
        len(list(Path(f"/proc/{pid}/task").iterdir())),
    )


def read_page(port: int, enough: threading.Event, got: list[int]) -> None:
    """A browser that leaves the page open."""
    page = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    page.request("GET", "/api/live")
    answer = page.getresponse()
    while not enough.is_set() and (line := answer.readline()):
        got[0] += len(line)


def slope_mb_an_hour(samples: list[tuple[float, float]]) -> float:
    """By least squares."""
    n = len(samples)
    t = sum(at for at, _ in samples) / n
    m = sum(mb for _, mb in samples) / n
    return 3600 * sum((at - t) * (mb - m) for at, mb in samples) / sum((at - t) ** 2 for at, _ in samples)


def test_nothing_grows_and_no_minute_is_lost(
    tmp_path: Path, make_broker: Callable[..., Any], make_listener: Callable[..., Any], capsys: Any
) -> None:
    broker = make_broker()
    listener = make_listener(broker)
    folder = tmp_path / "desk"
    daemon = Daemon(folder, broker.port)
    enough, got = threading.Event(), [0]
    try:
        daemon.until_the_first_frame()
        threading.Thread(target=daemon.process.stdout.read, daemon=True).start()  # type: ignore[union-attr]
        page = threading.Thread(target=read_page, args=(daemon.page_port, enough, got), daemon=True)
        page.start()
        (acquisition,) = daemon._children()
        pids = {"main": daemon.process.pid, "acquisition": acquisition}
        began = exercise_at = time.monotonic()
        seen: dict[str, list[tuple[float, float, float, int, int]]] = {name: [] for name in pids}
        while (now := time.monotonic()) < began + MINUTES * 60:
            if now >= exercise_at:
                exercise_at = now + EXERCISE_EVERY_S
                topic = f"desk/{place.station_id(folder)}/cmd/exercise"
                listener.send(topic, '{"technique": "breathing", "length": "micro"}')
            for name, pid in pids.items():
                seen[name].append((now - began, *look(pid)))
            listener.heard.clear()
            time.sleep(EVERY_S)
        lasted = time.monotonic() - began
        assert page.is_alive(), "the page was open to the end"
        database = sqlite3.connect(f"file:{folder / FILE_NAME}?mode=ro", uri=True)
        ended = [row[0] for row in database.execute("SELECT ended_ms FROM minute ORDER BY ended_ms")]
        sessions = database.execute("SELECT count(*) FROM session").fetchone()[0]
    finally:
        enough.set()
        daemon.end()
    gaps = [later - sooner for sooner, later in itertools.pairwise(ended)]
    with capsys.disabled():
        print(f"\n{lasted / 60:.1f} min in real time, {len(ended)} minutes kept, {sessions} exercises")
        for name, rows in seen.items():
            warm = [row for row in rows if row[0] >= WARM_UP_S]
            tail = max(1, len(warm) // 5)
            first = sum(row[1] for row in warm[:tail]) / tail
            last = sum(row[1] for row in warm[-tail:]) / tail
            slope = slope_mb_an_hour([(row[0], row[1]) for row in warm]) if len(warm) > 2 else 0.0
            print(
                f"{name}: RSS {first:.1f} → {last:.1f} MB ({last - first:+.2f} MB; {slope:+.2f} MB an hour), "
                f"PSS {sum(row[2] for row in warm) / len(warm):.1f} MB on average, "
                f"files {warm[0][3]} → {warm[-1][3]} (most {max(row[3] for row in warm)}), "
                f"threads {warm[0][4]} → {warm[-1][4]} (most {max(row[4] for row in warm)})"
            )
            if MINUTES >= LONG_MIN:
                assert last - first < MOST_MB, f"{name} grows"
            assert warm[-1][3] <= warm[0][3] + 2, f"{name} leaves files open"
            assert warm[-1][4] <= warm[0][4] + 1, f"{name} leaves threads behind"
        whole = [sum(rows[k][1] for rows in seen.values()) for k in range(len(seen["main"]))]
        print(f"together: RSS {sum(whole) / len(whole):.1f} MB on average, {max(whole):.1f} at most")
        print(f"between two minutes: {min(gaps, default=0) / 1000:.2f} to {max(gaps, default=0) / 1000:.2f} s")
    assert sum(whole) / len(whole) < MOST_TOGETHER_MB
    assert len(ended) >= int(lasted / 60) - 1
    assert all(59_000 < gap < 61_500 for gap in gaps), "a minute is missing"
