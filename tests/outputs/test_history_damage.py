"""The history on a damaged file, a full disk, beside another program: what was acknowledged is there."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from station.core import events as ev
from station.outputs.history import marks, minutes
from station.outputs.history.rows import Rows
from station.outputs.history.writer import MOST_PENDING, Writer
from tests.outputs.told_history import at, begun, minute


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
