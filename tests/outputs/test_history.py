"""The history on real SQLite files: what was acknowledged is there, whatever happens to the process or the file."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from station.core import events as ev
from station.outputs.contract import OutputError
from station.outputs.history import History, cues, episodes, export_csv, export_json, marks, minutes, sessions, spans
from station.outputs.history.erase import purge
from station.outputs.history.rows import Rows
from station.outputs.history.store import migrations, open_store
from station.outputs.history.writer import MOST_PENDING, Writer

NOON = 1_700_000_000.0


def at(event: ev.Event, t: float) -> ev.Moment:
    return ev.Moment(event, t, NOON + t)


def begun(path: Path, **more: object) -> History:
    more = {"boot_id": "boot-a", "asleep_s": lambda: 0.0, "time_known": lambda: True} | more
    history = History(path, **more)  # type: ignore[arg-type]
    history.start()
    return history


def minute(rest: float | None = 0.4) -> ev.Minute:
    return ev.Minute(rest, 1.2, 6.5, 14.9, 7, 21.5, 58.0, "A")


def test_a_day_comes_back_as_it_was_told(tmp_path: Path) -> None:
    history = begun(tmp_path / "history.db")
    for moment in (
        at(ev.Quality("ok"), 1),
        at(minute(), 60),
        at(minute(None), 120),
        at(ev.TensionStarted(16.25, 0.04, "rest share 4 %"), 130),
        at(ev.Cue("light", "tension", "breathing"), 131),
        at(ev.Cue("chime", "tension", "breathing"), 191),
        at(ev.CueAnswered("accepted"), 195),
        at(ev.SessionStarted("breathing", "micro", "de", 180.0, "cue"), 196),
        at(ev.TensionEnded(70.0), 200),
        at(ev.SessionEnded("breathing", "de", "completed"), 376),
        at(ev.Mark("button"), 400),
        at(ev.Quality("off", "electrode"), 410),
    ):
        history.take(moment)
    assert history.flush()
    path = history.path
    assert [m["relative_rest_time"] for m in minutes(path)] == [0.4, None]
    assert minutes(path)[0] | {"ended": 0} == {
        "ended": 0,
        "relative_rest_time": 0.4,
        "apdf10": 1.2,
        "apdf50": 6.5,
        "apdf90": 14.9,
        "gaps": 7,
        "longest_stretch_s": 21.5,
        "valid_s": 58.0,
        "quality": "A",
        "time_uncertain": 0,
    }
    assert [(e["started"], e["ended"], e["lasted_s"]) for e in episodes(path)] == [(NOON + 130, NOON + 200, 70.0)]
    assert [(c["chimed"], c["answer"]) for c in cues(path)] == [(NOON + 191, "accepted")]
    assert [(s["technique"], s["ended"], s["reason"]) for s in sessions(path)] == [
        ("breathing", NOON + 376, "completed")
    ]
    assert [m["at"] for m in marks(path)] == [NOON + 400]
    assert [(s["state"], s["ended"]) for s in spans(path)] == [("ok", NOON + 410), ("off", None)]
    history.stop()


def test_a_range_holds_what_is_since_and_before_until(tmp_path: Path) -> None:
    history = begun(tmp_path / "history.db")
    for t in (0, 60, 120, 180):
        history.take(at(minute(), t))
    assert history.flush()
    assert [m["ended"] - NOON for m in minutes(history.path, NOON + 60, NOON + 180)] == [60, 120]
    history.stop()


def test_ten_readings_a_second_leave_no_trace_and_take_no_time(tmp_path: Path) -> None:
    history = begun(tmp_path / "history.db")
    began = time.perf_counter()
    for n in range(10_000):
        history.take(at(ev.Reading(n / 10, 7.0, False, "ok"), n / 10))
    each_ms = (time.perf_counter() - began) / 10
    history.take(at(ev.Mark("button"), 1000))
    assert history.flush()
    assert len(marks(history.path)) == 1
    assert each_ms < 1.0
    history.stop()


def test_what_may_wait_is_written_with_the_next_minute(tmp_path: Path) -> None:
    history = begun(tmp_path / "history.db")
    history.take(at(ev.Mark("button"), 0))
    assert history.flush()
    history.take(at(ev.Presence("present"), 1))
    time.sleep(0.1)  # longer than a commit takes: it must not have come by itself
    assert spans(history.path) == []
    history.take(at(minute(), 60))
    assert history.flush()
    assert [s["state"] for s in spans(history.path)] == ["present"]
    history.stop()


def test_private_mode_leaves_no_row_and_closes_what_was_open(tmp_path: Path) -> None:
    history = begun(tmp_path / "history.db")
    history.take(at(ev.Presence("present"), 0))
    history.take(at(ev.TensionStarted(12, 0.1, "r"), 5))
    history.take(at(ev.SessionStarted("breathing", "micro", "de", 60, "button"), 6))
    history.take(at(ev.Private(True, "button"), 10))
    for event in (minute(), ev.Mark("button"), ev.Presence("away"), ev.SessionStarted("x", "micro", "de", 9, "button")):
        history.take(at(event, 20))
    history.take(at(ev.SessionEnded("breathing", "de", "stopped"), 21))
    history.take(at(ev.Private(False, "button"), 30))
    history.take(at(ev.Mark("button"), 40))
    assert history.flush()
    assert minutes(history.path) == []
    assert [m["at"] for m in marks(history.path)] == [NOON + 40]
    assert [s["ended"] for s in spans(history.path)] == [NOON + 10]
    assert [e["ended"] for e in episodes(history.path)] == [NOON + 10]
    assert [(s["technique"], s["reason"]) for s in sessions(history.path)] == [("breathing", "stopped")]
    history.stop()


def test_an_exercise_cut_off_by_the_power_is_called_aborted_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    first = begun(path)
    first.take(at(minute(), 30))
    first.take(at(ev.TensionStarted(12, 0.1, "r"), 20))
    first.take(at(ev.SessionStarted("breathing", "micro", "de", 180, "button"), 40))
    assert first.flush()
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}  # the card as the power cut leaves it
    first.stop()
    for name, content in before.items():
        (tmp_path / name).write_bytes(content)
    second = begun(path, boot_id="boot-b")
    assert [(s["reason"], s["ended"]) for s in sessions(path)] == [("aborted", None)]
    assert [(e["ended"], e["lasted_s"]) for e in episodes(path)] == [(NOON + 30, 10.0)]
    second.stop()


def test_a_clean_stop_ends_what_is_open_with_its_time(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    history = begun(path)
    history.take(at(ev.Presence("present"), 10))
    history.take(at(ev.SessionStarted("breathing", "micro", "de", 180, "button"), 40))
    history.stop()
    (session,) = sessions(path)
    assert session["reason"] == "aborted" and 0 <= session["ended"] - (NOON + 40) < 2.0
    (span,) = spans(path)
    assert 0 <= span["ended"] - (NOON + 40) < 2.0


def test_when_the_right_time_arrives_what_was_written_before_is_moved(tmp_path: Path) -> None:
    history = begun(tmp_path / "history.db")
    wrong = 86_400.0  # a Pi without a clock wakes up in 1970
    history.take(ev.Moment(minute(), 60.0, wrong + 60))
    history.take(ev.Moment(ev.Mark("button"), 70.0, wrong + 70))
    history.take(ev.Moment(minute(), 120.0, NOON + 120))
    assert history.flush()
    assert [m["ended"] - NOON for m in minutes(history.path)] == [60, 120]
    assert [m["at"] - NOON for m in marks(history.path)] == [70]
    history.stop()


def test_a_machine_that_slept_is_no_clock_that_jumped(tmp_path: Path) -> None:
    slept = [0.0]
    history = History(tmp_path / "history.db", boot_id="b", asleep_s=lambda: slept[0])
    history.start()
    history.take(ev.Moment(minute(), 60.0, NOON + 60))
    slept[0] = 3_600.0
    history.take(ev.Moment(minute(), 120.0, NOON + 120 + 3_600))
    assert history.flush()
    assert [m["ended"] - NOON for m in minutes(history.path)] == [60, 3_720]
    history.stop()


def test_the_rows_of_an_earlier_uptime_stay_where_they_are(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    first = begun(path, boot_id="boot-a")
    first.take(ev.Moment(minute(), 60.0, NOON))
    first.stop()
    second = begun(path, boot_id="boot-b")
    second.take(ev.Moment(minute(), 60.0, 500.0))
    second.take(ev.Moment(minute(), 120.0, NOON + 1_000))
    assert second.flush()
    assert [m["ended"] - NOON for m in minutes(path)] == [0, 940, 1_000]
    second.stop()


def test_minutes_older_than_the_owner_keeps_go_and_marks_stay(tmp_path: Path) -> None:
    history = begun(tmp_path / "history.db", keep_days=30)
    history.take(at(minute(), 0))
    history.take(at(ev.Mark("button"), 1))
    history.take(at(minute(), 31 * 86_400))
    assert history.flush()
    assert [m["ended"] - NOON for m in minutes(history.path)] == [31 * 86_400]
    assert len(marks(history.path)) == 1
    history.stop()


def test_recordings_of_the_stations_own_go_after_a_week_and_others_stay(tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    for name, days in (("old.edf", 8), ("new.edf", 6), ("notes.txt", 8)):
        (folder / name).write_bytes(b"")
        os.utime(folder / name, (NOON - days * 86_400,) * 2)
    history = begun(tmp_path / "history.db")
    history.take(at(minute(), 0))
    assert history.flush()
    history.stop()
    assert sorted(path.name for path in folder.iterdir()) == ["new.edf", "notes.txt"]


def test_by_a_clock_that_may_be_wrong_nothing_is_forgotten(tmp_path: Path) -> None:
    history = begun(tmp_path / "history.db", keep_days=30, time_known=lambda: False)
    history.take(at(minute(), 0))
    history.take(at(minute(), 31 * 86_400))
    assert history.flush()
    assert len(minutes(history.path)) == 2
    history.stop()


# --- migrations -------------------------------------------------------------------------------------


def test_an_empty_file_is_version_0_and_becomes_the_newest(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    path.touch()
    connection = open_store(path)
    assert connection.execute("PRAGMA user_version").fetchone()[0] == migrations()[-1][0]
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    connection.close()


def test_each_step_is_applied_once_and_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    steps = migrations()
    open_store(path, steps).close()
    more = [*steps, (steps[-1][0] + 1, "CREATE TABLE extra (x INTEGER); INSERT INTO extra VALUES (1);")]
    open_store(path, more).close()
    open_store(path, more).close()
    with sqlite3.connect(path) as look:
        assert look.execute("SELECT count(*) FROM extra").fetchone()[0] == 1
    broken = [*more, (more[-1][0] + 1, "CREATE TABLE half (x INTEGER); INSERT INTO nowhere VALUES (1);")]
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        open_store(path, broken)
    with sqlite3.connect(path) as look:
        assert look.execute("PRAGMA user_version").fetchone()[0] == more[-1][0]
        assert look.execute("SELECT count(*) FROM sqlite_master WHERE name = 'half'").fetchone()[0] == 0


def test_a_history_from_a_later_station_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with sqlite3.connect(path) as later:
        later.execute("PRAGMA user_version = 99")
    with pytest.raises(OutputError, match="later Desk Station"):
        begun(path)
    assert not list(tmp_path.glob("*.bad-*"))


# --- damage, full disks, other programs ---------------------------------------------------------------


def test_a_file_that_is_no_database_is_kept_aside_and_a_new_one_begun(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    path.write_bytes(b"this was once a diary" * 1000)
    history = begun(path)
    history.take(at(ev.Mark("button"), 1))
    assert history.flush()
    assert "kept as history.db.bad-" in history.trouble()
    (aside,) = tmp_path.glob("history.db.bad-*")
    assert aside.read_bytes().startswith(b"this was once a diary")
    assert len(marks(path)) == 1
    history.stop()


def test_pages_torn_inside_the_file_are_found_at_start(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    history = begun(path)
    for n in range(2_000):
        history.take(at(minute(), 60.0 * n))
    assert history.flush()
    history.stop()
    with path.open("r+b") as file:
        file.seek(40_000)
        file.write(os.urandom(8_192))
    history = begun(path)
    history.take(at(ev.Mark("button"), 1))
    assert history.flush()
    assert "damaged" in history.trouble()
    assert len(list(tmp_path.glob("history.db.bad-*"))) == 1
    assert len(marks(path)) == 1
    history.stop()


def test_while_the_disk_is_full_rows_wait_in_memory_and_arrive_later(tmp_path: Path) -> None:
    """A real "database or disk is full": the file may not grow beyond a few pages."""
    path = tmp_path / "history.db"
    writer = Writer(path, "boot", 365)
    writer._try_open()  # driven by hand, without its thread, so that nothing has to be waited for
    connection = writer._connection
    assert connection is not None
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    rows = Rows()
    for n in range(500):
        writer._keep(rows.of(at(minute(), 60.0 * n))[0])
    assert not writer._commit()
    assert "free some space" in writer.trouble() and "500 entries wait" in writer.trouble()
    connection.execute("PRAGMA max_page_count = 100000")
    assert writer._commit()
    assert writer.trouble() == ""
    assert len(minutes(path)) == 500
    writer._close()


def test_what_waits_is_bounded_and_marks_go_last(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "history.db", "boot", 365)
    rows = Rows()
    writer._keep(rows.of(at(ev.Mark("button"), 0))[0])
    for n in range(MOST_PENDING + 10):
        writer._keep(rows.of(at(minute(), 60.0 * n))[0])
    assert writer._commit()
    assert len(marks(writer.path)) == 1
    assert len(minutes(writer.path)) == MOST_PENDING - 1
    writer._close()


def test_another_program_holding_the_file_delays_the_writer_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    history = begun(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    history.take(at(ev.Mark("button"), 0))
    assert not history.flush(timeout_s=1.5)
    assert "Another program holds" in history.trouble()
    other.execute("COMMIT")
    other.close()
    history.stop()  # the last try is made without waiting for the next one's time
    assert len(marks(path)) == 1


def test_a_folder_that_is_not_there_is_trouble_with_a_remedy_not_an_end(tmp_path: Path) -> None:
    history = begun(tmp_path / "gone" / "history.db")
    history.take(at(ev.Mark("button"), 0))
    assert not history.flush(timeout_s=0.2)
    assert "does its folder exist" in history.trouble()
    (tmp_path / "gone").mkdir()
    history.stop()
    assert len(marks(history.path)) == 1


# --- out and away -------------------------------------------------------------------------------------


def test_everything_can_be_exported(tmp_path: Path) -> None:
    history = begun(tmp_path / "history.db")
    history.take(at(ev.Mark("button"), 0))
    history.take(at(minute(), 60))
    assert history.flush()
    assert export_csv(history.path, tmp_path / "out") | {"spans": 0} == {
        "minutes": 1,
        "episodes": 0,
        "cues": 0,
        "withheld": 0,
        "sessions": 0,
        "marks": 1,
        "drawn": 0,
        "feelings": 0,
        "observations": 0,
        "answers": 0,
        "references": 0,
        "spans": 0,
        "hours": 1,
        "days": 1,
    }
    lines = (tmp_path / "out" / "minutes.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("ended,relative_rest_time,apdf10") and len(lines) == 2
    assert (tmp_path / "out" / "sessions.csv").read_text(encoding="utf-8").startswith("started,ended,technique")
    export_json(history.path, tmp_path / "all.json")
    assert '"2023-11-14T22:14:20.000+00:00"' in (tmp_path / "all.json").read_text(encoding="utf-8")
    history.stop()


def test_a_deleted_word_is_in_no_byte_of_any_file(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    history = begun(path)
    for n in range(300):
        history.take(at(ev.TensionStarted(12, 0.1, "a-secret-reason"), n * 10))
        history.take(at(ev.TensionEnded(5), n * 10 + 5))
    history.take(at(ev.Mark("kept-source"), 9_000))
    assert history.flush()
    files = lambda: b"".join(f.read_bytes() for f in tmp_path.iterdir())  # noqa: E731
    assert b"a-secret-reason" in files()
    gone = purge(path, until=NOON + 5_000)  # while the station runs
    assert gone["episode"] == 300 and gone["mark"] == 0
    assert b"a-secret-reason" not in files()
    assert b"kept-source" in files()
    history.take(at(ev.Mark("kept-source"), 9_001))
    assert history.flush()
    assert len(marks(path)) == 2
    history.stop()
    (tmp_path / "history.db.bad-20250101-000000").write_bytes(b"old")
    purge(path)
    assert b"kept-source" not in files()
    assert marks(path) == []
    assert not list(tmp_path.glob("*.bad-*"))


# --- the power goes ------------------------------------------------------------------------------------

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
