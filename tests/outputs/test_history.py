"""The history on real SQLite files: what was told comes back, at the right time, for as long as the owner keeps it."""

from __future__ import annotations

import os
import time
from pathlib import Path

from station.core import events as ev
from station.outputs.history import History, cues, episodes, marks, minutes, sessions, spans
from tests.outputs.told_history import NOON, at, begun, minute


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


def test_a_tension_that_is_known_to_be_over_later_ended_when_it_was_last_felt(tmp_path: Path) -> None:
    history = begun(tmp_path / "history.db")
    history.take(at(ev.TensionStarted(16.25, 0.04, "rest share 4 %"), 130))
    history.take(at(ev.TensionEnded(70.0), 500))
    assert history.flush()
    assert [(e["ended"], e["lasted_s"]) for e in episodes(history.path)] == [(NOON + 200, 70.0)]
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
