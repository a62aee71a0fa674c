"""The history's file from any version to the newest: each step once, whole or not at all."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from station.outputs.contract import OutputError
from station.outputs.history.store import migrations, open_store
from tests.outputs.told_history import begun


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
