"""What the insight asks of the history, and the feelings that it never asks for."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from station.core import events as e
from station.outputs.history import History, feelings, purge, read
from station.outputs.web.days import pieces
from tests.outputs.web_desk import remember

BEGAN = 1_800_000_000.0 - 1_800_000_000 % 600


def minute(rest: float | None = 0.5, p50: float | None = 8.0) -> e.Minute:
    return e.Minute(rest, 3.0, p50, 15.0, 5, 60.0, 60.0, "A")


def test_the_loads_of_a_range_come_in_order_each_in_the_range_where_it_lies(tmp_path: Path) -> None:
    remember(tmp_path, *[(BEGAN + 60 * n, minute(p50=float(n))) for n in range(1, 31)])
    path = tmp_path / "history.db"
    first, none, last = read.minutes_in(path, [(BEGAN, BEGAN + 600), (0.0, 600.0), (BEGAN + 600, BEGAN + 900)])
    assert first == [(BEGAN + 60 * n, float(n), 60.0, 0.5) for n in range(1, 11)]
    assert none == []
    assert [load for _, load, _, _ in last] == [11.0, 12.0, 13.0, 14.0, 15.0]


def test_a_day_looks_different_once_it_was_written_to_moved_or_deleted(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    remember(tmp_path, *[(BEGAN + 60 * n, minute()) for n in range(1, 31)])

    def looks() -> dict[str, tuple[object, ...]]:
        return dict(read.days_told(path, BEGAN - 86_400, BEGAN + 86_400))

    seen = [looks()]
    assert looks() == seen[0] and len(seen[0]) == 1
    remember(tmp_path, (BEGAN + 60 * 31, minute()))
    seen.append(looks())
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE minute SET ended_ms = ended_ms + 120000")
    seen.append(looks())
    purge(path, BEGAN, BEGAN + 300)
    seen.append(looks())
    assert all(one != other for n, one in enumerate(seen) for other in seen[:n])


def test_how_much_there_is_changes_with_everything_that_the_insight_rests_on(tmp_path: Path) -> None:
    told: list[tuple[float, e.Event]] = [
        (BEGAN, e.Presence("away")),
        (BEGAN + 1, e.SessionStarted("pmr", "micro", "de", 60.0, "page")),
        (BEGAN + 2, e.Cue("light", "tension", "pmr")),
        (BEGAN + 3, e.CueWithheld("quiet: quiet time")),
        (BEGAN + 4, e.AlertRandomised("silent")),
        (BEGAN + 5, e.SessionEnded("pmr", "de", "completed")),
        (BEGAN + 6, e.CalibrationDone({"channels": [{"signal": "emg-raw", "rest_only": False, "gain": 0.9}]}, True)),
    ]
    seen = []
    for n in range(len(told)):
        history = History(tmp_path / f"{n}.db", boot_id="test")
        history.start()
        for wall, event in told[: n + 1]:
            history.take(e.Moment(event, wall - BEGAN, wall))
        assert history.flush(10)
        seen.append(read.how_much(history.path, BEGAN - 60, BEGAN + 60))
        history.stop()
    assert seen[-1] == (1, 1, 1, 1, 1, 1, 1)
    assert len(set(seen)) == len(told)


def test_rest_is_summed_in_pieces_and_the_unknown_is_left_out(tmp_path: Path) -> None:
    told = [(BEGAN + 60 * n, minute(0.25 if n <= 10 else 0.75)) for n in range(1, 16)]
    remember(tmp_path, *told, (BEGAN + 1800, minute(None, None)))
    [lived] = read.minutes_in(tmp_path / "history.db", [(BEGAN, BEGAN + 3600)])
    assert lived[-1] == (BEGAN + 1800, None, 60.0, None)
    assert pieces(np.array(lived, dtype=float)) == [(BEGAN, 150.0, 600.0), (BEGAN + 600, 225.0, 300.0)]
    assert pieces(np.empty((0, 4))) == []


def test_a_call_is_remembered_as_a_span_that_private_mode_ends(tmp_path: Path) -> None:
    remember(
        tmp_path,
        (BEGAN, e.ContextChanged("call", True)),
        (BEGAN + 60, e.ContextChanged("call", False)),
        (BEGAN + 90, e.ContextChanged("focus", True)),
        (BEGAN + 120, e.Private(True, "button")),
        (BEGAN + 130, e.ContextChanged("call", True)),
    )
    spans = read.spans(tmp_path / "history.db")
    assert [(s["kind"], s["started"], s["ended"]) for s in spans] == [
        ("context call", BEGAN, BEGAN + 60),
        ("context focus", BEGAN + 90, BEGAN + 120),
    ]


def test_alerts_drawn_by_lot_are_remembered_with_their_arm(tmp_path: Path) -> None:
    remember(tmp_path, (BEGAN, e.AlertRandomised("silent")), (BEGAN + 60, e.AlertRandomised("light")))
    assert read.ask(tmp_path / "history.db", "drawn") == [
        {"at": BEGAN, "arm": "silent"},
        {"at": BEGAN + 60, "arm": "light"},
    ]


def test_a_feeling_is_kept_taken_back_and_purged(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    assert not feelings.keep(path, BEGAN, 3, 7)
    assert not feelings.take_back(path, 1)
    remember(tmp_path, (BEGAN, minute()))
    assert feelings.keep(path, BEGAN + 1, 3, None)
    assert feelings.keep(path, BEGAN + 2, None, 10)
    first, second = read.ask(path, "feelings")
    assert (first["at"], first["discomfort"], first["mood"]) == (BEGAN + 1, 3, None)
    assert (second["discomfort"], second["mood"]) == (None, 10)
    assert feelings.take_back(path, first["id"])
    assert not feelings.take_back(path, first["id"])
    assert purge(path)["feeling"] == 1
    assert read.ask(path, "feelings") == []


def test_only_nought_to_ten_is_kept(tmp_path: Path) -> None:
    remember(tmp_path, (BEGAN, minute()))
    for wrong in (-1, 11):
        with pytest.raises(ValueError, match="0 to 10"):
            feelings.keep(tmp_path / "history.db", BEGAN, wrong, None)
    with sqlite3.connect(tmp_path / "history.db") as look, pytest.raises(sqlite3.IntegrityError):
        look.execute("INSERT INTO feeling (at_ms, boot, up_ms, discomfort) VALUES (1, 1, 1, 11)")
