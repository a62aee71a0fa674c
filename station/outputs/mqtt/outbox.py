"""Durable messages wait here until the broker has said that it has them.

    add() ── commit ──► sent ── PUBACK ──► done() deletes
                          └── none for a while ──► secure(): on the disk

A client library's own memory forgets them when the process dies; a file does not.  The price is that a message can
arrive twice (killed between the PUBACK and the deletion): each carries an `id`, so the other side can tell.

A commit is handed to the system and does not wait for the disk (`synchronous = NORMAL`): the process may be killed at
once and nothing is lost.  The power may go after `secure`; before it, the file is whole and what was committed since is
missing, or what was deleted is there again.  To wait at every commit took a third of what a message costs altogether,
and most messages are acknowledged before a disk has turned.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from station.outputs.history.store import is_damage, set_aside, transaction

OUTBOX_NAME = "mqtt-outbox.db"
MOST_ENTRIES = 20_000
LONGEST_S = 14 * 86_400.0
# A Pi that does not know the time yet lives in 1970: what it writes then is not old.
CLOCK_UNKNOWN_BEFORE_MS = 1_577_836_800_000  # 2020

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
    id      INTEGER PRIMARY KEY,
    at_ms   INTEGER NOT NULL,
    privacy INTEGER NOT NULL,   -- the level under which it was written
    payload BLOB NOT NULL
)
"""
# The smallest commit there is, also where it says nothing new (an UPDATE that changes nothing is none): with
# `synchronous = FULL` it waits until it and everything before it is on the disk.
_COMMIT = "PRAGMA user_version = 1"


class Outbox:
    """One file; used by one thread."""

    def __init__(self, path: Path, privacy: int, above: int = 0) -> None:
        """Open the file (a damaged one is set aside).  Raises sqlite3.Error, OSError.

        above: every new entry gets a higher number than this, so that no late word about an old one means a new one.
        """
        self.path = path
        self._privacy = privacy
        self._last = above
        try:
            self._connection = self._open()
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            set_aside(path)
            self._connection = self._open()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=1.0, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")  # the beginning is; what a killed station left behind, too
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute(_SCHEMA)
            # The owner has since chosen to tell less: what was waiting under the old choice is not told either.
            connection.execute("DELETE FROM entry WHERE privacy > ?", (self._privacy,))
            self._last = max(self._last, *connection.execute("SELECT coalesce(max(id), 0) FROM entry").fetchone())
            connection.execute(_COMMIT)
            connection.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            connection.close()
            raise
        return connection

    def add(self, entries: Iterable[tuple[float, bytes]], done: Iterable[int] = ()) -> list[tuple[int, bytes]]:
        """Keep these (wall second, payload); a killed process has them when this returns (number, payload).

        done: numbers of entries that are deleted by the way, in the same commit.  Raises sqlite3.Error.
        """
        # Numbered here: a numbering of SQLite's own that never begins anew costs one more page at every commit.
        rows = [
            (number, round(wall * 1000), self._privacy, payload)
            for number, (wall, payload) in enumerate(entries, self._last + 1)
        ]
        gone = list(done)
        if not (len(rows) == len(gone) == 1 and self._replace(gone[0], rows[0])):
            with transaction(self._connection):
                self._connection.executemany("DELETE FROM entry WHERE id = ?", [(number,) for number in gone])
                self._connection.executemany(
                    "INSERT INTO entry (id, at_ms, privacy, payload) VALUES (?, ?, ?, ?)", rows
                )
        self._last += len(rows)
        return [(number, payload) for number, _, _, payload in rows]

    def _replace(self, gone: int, row: tuple[int, int, int, bytes]) -> bool:
        """The daily case, one comes after one has gone: one statement does it.  False: it was not there."""
        sql = "UPDATE entry SET id = ?, at_ms = ?, privacy = ?, payload = ? WHERE id = ?"
        return self._connection.execute(sql, (*row, gone)).rowcount == 1

    def secure(self) -> None:
        """Wait until everything that is here survives a power cut.  Raises sqlite3.Error."""
        self._connection.execute("PRAGMA synchronous = FULL")
        try:
            self._connection.execute(_COMMIT)
        finally:
            self._connection.execute("PRAGMA synchronous = NORMAL")

    def after(self, last: int, most: int) -> list[tuple[int, bytes]]:
        """The oldest `most` entries behind number `last`: (number, payload)."""
        sql = "SELECT id, payload FROM entry WHERE id > ? ORDER BY id LIMIT ?"
        return [(int(number), bytes(payload)) for number, payload in self._connection.execute(sql, (last, most))]

    def done(self, numbers: Iterable[int]) -> None:
        """The broker has these.  Raises sqlite3.Error."""
        with transaction(self._connection):
            self._connection.executemany("DELETE FROM entry WHERE id = ?", [(number,) for number in numbers])

    def trim(self, wall: float) -> int:
        """Give up what is too old or too many, oldest first; returns how many."""
        newest = self._connection.execute("SELECT max(id) FROM entry").fetchone()[0]
        if newest is None:
            return 0
        with transaction(self._connection):
            gone = self._connection.execute(
                "DELETE FROM entry WHERE at_ms BETWEEN ? AND ? OR id <= ?",
                (CLOCK_UNKNOWN_BEFORE_MS, round((wall - LONGEST_S) * 1000), newest - MOST_ENTRIES),
            ).rowcount
        return int(gone)

    def clear(self) -> None:
        """Forget everything that waits, down to free pages and journal.  Raises sqlite3.Error."""
        self._connection.execute("DELETE FROM entry")
        self._connection.execute("VACUUM")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def __len__(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM entry").fetchone()[0])

    def close(self) -> None:
        """Close the file."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()
