"""The process that writes the history is killed, fifty times over the same file."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from station.outputs.history import marks, sessions

_WRITES = """
import sys, itertools
from pathlib import Path
from station.core import events as ev
from station.outputs.history import History
history = History(Path(sys.argv[1]))
history.start()
begin = int(sys.argv[2])
for n in itertools.count(begin):
    for event in (
        ev.Minute(0.4, 1.0, 5.0, 9.0, 3, 20.0, 60.0, "A"),
        ev.Presence("present"),
        ev.SessionStarted(f"technique-{n}", "micro", "de", 60.0, "button"),
        ev.SessionEnded(f"technique-{n}", "de", "completed"),
        ev.Mark(f"mark-{n}"),
    ):
        history.take(ev.Moment(event, float(n), 1_700_000_000.0 + n))
    if history.flush():
        print(n, flush=True)
"""


@pytest.mark.slow
def test_fifty_times_killed_while_writing_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    acknowledged: list[int] = []
    begin = 0
    for round_ in range(50):
        writer = subprocess.Popen([sys.executable, "-c", _WRITES, str(path), str(begin)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        acknowledged.append(int(writer.stdout.readline()))
        time.sleep(0.011 * (round_ % 10))  # anywhere between two commits
        writer.send_signal(signal.SIGKILL)
        acknowledged.extend(int(line) for line in writer.stdout.read().splitlines())
        writer.wait()
        writer.stdout.close()
        begin = (round_ + 1) * 100_000
        with sqlite3.connect(path) as look:
            assert look.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        look.close()
    kept_marks = {m["source"] for m in marks(path)}
    kept_sessions = {s["technique"] for s in sessions(path) if s["reason"] == "completed"}
    lost = [n for n in acknowledged if f"mark-{n}" not in kept_marks or f"technique-{n}" not in kept_sessions]
    print(f"\n50 kills, {len(acknowledged)} acknowledged marks and sessions, {len(lost)} lost")
    assert not lost
    assert not list(tmp_path.glob("*.bad-*"))
