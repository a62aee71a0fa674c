"""What the insight asks of the history, and the feelings that it never asks for."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from web_desk import remember

from station.core import events as e
from station.outputs.history import feelings, purge, read

BEGAN = 1_800_000_000.0 - 1_800_000_000 % 600


def minute(rest: float | None = 0.5, p50: float | None = 8.0) -> e.Minute:
    return e.Minute(rest, 3.0, p50, 15.0, 5, 60.0, 60.0, "A")


def test_minutes_of_overlapping_ranges_come_once_and_in_order(tmp_path: Path) -> None:
    remember(tmp_path, *[(BEGAN + 60 * n, minute(p50=float(n))) for n in range(1, 31)])
    path = tmp_path / "history.db"
    found = read.minutes_around(path, [(BEGAN + 600, BEGAN + 900), (BEGAN, BEGAN + 240), (BEGAN + 840, BEGAN + 960)])
    assert [m["apdf50"] for m in found] == [1, 2, 3, 4, 11, 12, 13, 14, 15, 16]
    assert found[0] == {"ended": BEGAN + 60, "apdf50": 1.0, "valid_s": 60.0}


def test_rest_is_summed_in_pieces_and_the_unknown_is_left_out(tmp_path: Path) -> None:
    told = [(BEGAN + 60 * n, minute(0.25 if n <= 10 else 0.75)) for n in range(1, 16)]
    remember(tmp_path, *told, (BEGAN + 1800, minute(None, None)))
    found = read.rest_in_pieces(tmp_path / "history.db", BEGAN, BEGAN + 3600)
    assert found == [(BEGAN, 150.0, 600.0), (BEGAN + 600, 225.0, 300.0)]


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
        look.execute("INSERT INTO feeling VALUES (1, 1, 1, 11, NULL)")
