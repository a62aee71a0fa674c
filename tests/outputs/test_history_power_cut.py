"""The power goes at any moment: the file stays whole, and what was acknowledged is in it."""

from __future__ import annotations

import os
import random
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from station.core import events as ev
from station.outputs.history import History
from station.outputs.history.annotate import annotate
from station.outputs.history.store import open_store
from tests import power_cut

pytestmark = pytest.mark.skipif(power_cut.library() is None, reason="this Python has its SQLite built in")

NOON = 1_700_000_000.0
# Enough pages for SQLite to move the log into the file once by itself, and once more at the end.
TURNS = 130
# Thousands of states of a disk are looked at: in memory, where a sync costs nothing.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def lived(folder: Path, turns: int = TURNS) -> Any:
    """A history told marks, exercises and words, from an empty folder to a clean stop; what the disk heard."""
    with power_cut.watched() as wire:
        history = History(folder / "history.db", boot_id="a", asleep_s=lambda: 0.0, time_known=lambda: True)
        history.start()
        for n in range(turns):
            for event in (
                ev.Minute(0.4, 1.0, 5.0, 9.0, 3, 20.0, 60.0, "A"),
                ev.SessionStarted(f"technique-{n}", "micro", "de", 60.0, "button"),
                ev.SessionEnded(f"technique-{n}", "de", "completed"),
                ev.Mark(f"mark-{n}"),
            ):
                history.take(ev.Moment(event, 60.0 * n, NOON + 60 * n))
            assert history.flush()
            wire.say("mark", n)
            if n % 10 == 0:
                assert annotate(history.path, n + 1, f"words-{n}")
                wire.say("words", n)
        history.stop()
    return wire


def found_out(cut: Any) -> list[str]:
    """What is wrong after one cut; opened as the station opens it."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        folder = Path(name)
        cut.lay(folder)
        try:
            with closing(open_store(folder / "history.db")) as store:
                if (whole := store.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
                    return [f"corrupt: {whole}"]
                marks = {row[0]: row[1] for row in store.execute("SELECT source, text FROM mark")}
                done = "SELECT technique FROM session WHERE reason = 'completed'"
                sessions = {row[0] for row in store.execute(done)}
        except sqlite3.Error as error:
            return [f"corrupt: {error}"]
    wrong = []
    for what, n in cut.said:
        if what == "mark" and (f"mark-{n}" not in marks or f"technique-{n}" not in sessions):
            wrong.append(f"lost: {n}")
        if what == "words" and marks.get(f"mark-{n}") != f"words-{n}":
            wrong.append(f"lost words: {n}")
    return wrong


def judged(wire: Any, points: set[int], guesses: int = 2) -> tuple[int, list[str]]:
    images, wrong = 0, []
    seen: set[tuple[int, int]] = set()
    for cut in power_cut.cuts(wire.told, points, guesses=guesses):
        images += 1
        state = hash(tuple(sorted(cut.files.items()))), len(cut.said)
        if state in seen:  # between two syncs, "nothing arrived" is the same disk at every point
            continue
        seen.add(state)
        wrong += [f"cut at {cut.at}: {each}" for each in found_out(cut)]
    return images, wrong


def checkpoints(wire: Any) -> list[int]:
    """Where the file itself is being written, the log moved into it."""
    return [at for at, op in enumerate(wire.told) if op[0] != "said" and op[1] == "history.db"]


def test_whenever_the_power_goes_the_history_is_whole_and_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    wire = lived(tmp_path)
    moved, chance = checkpoints(wire), random.Random(3)
    assert len(moved) > 20
    assert {op[1] for op in wire.told if op[0] != "said"} <= {f"history.db{end}" for end in ("", "-wal", "-journal")}
    points = {*chance.sample(range(len(wire.told)), 15), *chance.sample(moved, 10), len(wire.told), *range(0, 24, 4)}
    images, wrong = judged(wire, points)
    assert not wrong, wrong[:5]
    assert images >= 100


@pytest.mark.benchmark
def test_at_every_single_point(tmp_path: Path) -> None:
    wire = lived(tmp_path)
    images, wrong = judged(wire, set(range(len(wire.told) + 1)), guesses=1)
    acknowledged = sum(op[0] == "said" for op in wire.told)
    print(
        f"\npower cut at each of {len(wire.told)} points, {images} states of the disk, {acknowledged} acknowledged: "
        f"{sum('corrupt' in each for each in wrong)} corrupt, {sum('lost' in each for each in wrong)} lost"
    )
    assert not wrong


def test_a_history_that_did_not_wait_for_the_disk_would_be_caught(tmp_path: Path) -> None:
    """The measure itself: with `synchronous = NORMAL` (a usual choice) an acknowledged mark goes missing."""
    with power_cut.watched() as wire:
        store = open_store(tmp_path / "history.db")
        store.execute("PRAGMA synchronous = NORMAL")
        store.execute("INSERT INTO boot (boot_id) VALUES ('a')")
        for n in range(5):
            store.execute("INSERT INTO mark (at_ms, boot, up_ms, source) VALUES (?, 1, 0, ?)", (n, f"mark-{n}"))
            store.execute(
                "INSERT INTO session VALUES (0, 1, 0, 1, ?, 'micro', 'de', 1, 'button', 'completed')",
                (f"technique-{n}",),
            )
            wire.say("mark", n)
        store.close()
    _, wrong = judged(wire, {at + 1 for at, op in enumerate(wire.told) if op[0] == "said"}, guesses=0)
    assert any("lost" in each for each in wrong)
