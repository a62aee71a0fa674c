"""References in the history: from when on which day's percentages compare with another's."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from station.core import events as ev
from station.core.yardstick import Yardstick, as_dict
from station.outputs.history import History, marks, minutes, sessions
from station.outputs.history.read import ask
from station.outputs.history.references import note
from station.outputs.history.store import TABLES, migrations, open_store
from station.outputs.history.upkeep import TIMES

NOON = 1_700_000_000.0
MINUTE = ev.Minute(0.4, 1.2, 6.5, 14.9, 7, 21.5, 58.0, "A")


def held(daily: bool = True, *, rest_only: bool = False, gain: float = 0.5) -> ev.CalibrationDone:
    """A calibration's end as the core tells it: electrodes with a pad beside them."""
    stick = as_dict(Yardstick(signal="emg-raw", rate=500.0, rest_level=1.6, reference_level=0.1, rest_only=rest_only))
    pad = as_dict(Yardstick(signal="pressure", rate=500.0, rest_level=0.5, reference_level=2.0))
    return ev.CalibrationDone({"channels": [{**stick, "gain": gain}, pad]}, daily)


def told(path: Path, *moments: tuple[float, ev.Event], keep_days: int = 365) -> None:
    history = History(path, keep_days, boot_id="a", asleep_s=lambda: 0.0, time_known=lambda: True)
    history.start()
    for t, event in moments:
        history.take(ev.Moment(event, t, NOON + t))
    assert history.flush()
    history.stop()


def test_every_calibration_leaves_one_row_for_each_channel(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    told(path, (0, held(False, gain=1.0)), (10, held(False, rest_only=True)), (20, held()))
    rows = [(r["at"] - NOON, r["kind"], r["channel"], r["signal"], r["gain"]) for r in ask(path, "references")]
    assert rows == [
        (0, "complete", 1, "emg-raw", 1.0), (0, "complete", 2, "pressure", 1.0),
        (10, "rest only", 1, "emg-raw", 0.5), (10, "complete", 2, "pressure", 1.0),
        (20, "daily", 1, "emg-raw", 0.5), (20, "daily", 2, "pressure", 1.0),
    ]  # fmt: skip


def test_when_the_right_time_arrives_references_are_moved_too(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    history = History(path, boot_id="a", asleep_s=lambda: 0.0, time_known=lambda: True)
    history.start()
    history.take(ev.Moment(held(), 30.0, 86_400.0))  # a Pi without a clock wakes up in 1970
    history.take(ev.Moment(MINUTE, 60.0, NOON + 60))
    assert history.flush()
    history.stop()
    assert {each["at"] for each in ask(path, "references")} == {NOON + 30}


def test_references_stay_when_their_days_minutes_are_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    told(path, (0, held()), (60, MINUTE), (40 * 86_400, MINUTE), keep_days=30)
    assert len(minutes(path)) == 1 and len(ask(path, "references")) == 2


def test_a_calibration_of_the_terminal_is_noted_beside_what_the_station_is_about(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    assert not note(path, held(), 5.0, NOON) and not path.exists(), "no history is begun for it"
    history = History(path, boot_id="a")
    history.start()
    history.take(ev.Moment(ev.SessionStarted("pmr", "micro", "de", 60.0, "page"), 0.0, NOON))
    assert history.flush()
    assert note(path, held(), 70.0, NOON + 70)
    assert [each["at"] for each in ask(path, "references")] == [NOON + 70] * 2
    assert sessions(path)[0]["reason"] is None, "the exercise goes on"
    history.stop()


def test_a_history_of_step_16_learns_of_references_and_loses_nothing(tmp_path: Path) -> None:
    """Made by step 16's own schema, with rows as that version wrote them."""
    path = tmp_path / "history.db"
    with closing(open_store(path, [step for step in migrations() if step[0] <= 16])) as old:
        assert old.execute("SELECT count(*) FROM sqlite_master WHERE name = 'reference'").fetchone()[0] == 0
        old.execute("INSERT INTO boot (id, boot_id, offset_ms) VALUES (1, 'old', 5)")
        then = round(NOON - 3600) * 1000
        old.execute("INSERT INTO minute VALUES (?, 1, 0, 400, 10, 60, 150, 3, 20000, 60000, 'A')", (then,))
        old.execute(
            "INSERT INTO mark (at_ms, boot, up_ms, source, text) VALUES (?, 1, 0, 'button', 'of then')", (then,)
        )
    told(path, (0, held()))
    assert [m["text"] for m in marks(path)] == ["of then"] and len(minutes(path)) == 1
    assert [(each["kind"], each["gain"]) for each in ask(path, "references")] == [("daily", 0.5), ("daily", 1.0)]


def test_every_table_with_a_time_is_purged_and_moved_with_the_clock(tmp_path: Path) -> None:
    """A new table that one of the two lists does not name would keep what somebody deleted, or a wrong time."""
    path = tmp_path / "history.db"
    open_store(path).close()
    with closing(sqlite3.connect(path)) as look:
        tables = [str(row[0]) for row in look.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {table: [str(row[1]) for row in look.execute(f"PRAGMA table_info({table})")] for table in tables}
    timed = {table: [each for each in named if each.endswith("_ms")] for table, named in columns.items()}
    of_a_boot = {table for table in tables if "boot" in columns[table]}
    assert set(TABLES) == of_a_boot and set(TIMES) == of_a_boot
    spans = {"up_ms", "lasted_ms", "planned_ms", "valid_ms", "longest_stretch_ms"}  # how long, not when
    assert {table: {*timed[table]} - spans for table in of_a_boot} == {k: {*v} for k, v in TIMES.items()}
