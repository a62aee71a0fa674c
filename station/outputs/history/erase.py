"""Forgetting for good: rows deleted, pages overwritten, the journal emptied, and then looked at again.

SQLite leaves deleted text in free pages and in the write-ahead log.  So: delete with `secure_delete`, VACUUM (which
writes a file without free pages), truncate the log, and verify both; what cannot be verified is not called deleted.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from station.outputs.history.rollup import rebuild
from station.outputs.history.store import TABLES, open_store, transaction

# A person waits for this one, and the running station writes for a few milliseconds at most.
PATIENCE_MS = 10_000


class NotErasedError(Exception):
    """Something is still there; the sentence says what and what to do."""


def purge(path: Path, since: float | None = None, until: float | None = None) -> dict[str, int]:
    """Delete `since <= t < until` (seconds since 1970; None: open) from every table, for good.

    Both None is everything, and includes damaged files that were set aside.  Returns the number of rows per table.
    Raises NotErasedError.
    """
    if not path.exists():
        return {}
    low = -(2**62) if since is None else round(since * 1000)
    high = 2**62 if until is None else round(until * 1000)
    try:
        with closing(open_store(path)) as connection:
            connection.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
            gone = _delete(connection, low, high)
            if since is None and until is None:
                connection.execute("DELETE FROM seal")
            sweep(connection, path)
            _verify(connection, path, low, high)
    except sqlite3.Error as error:
        raise NotErasedError(f"{path}: {error}. Stop the station and try again") from None
    if since is None and until is None:
        for aside in path.parent.glob(f"{path.name}.bad-*"):
            aside.unlink()
    return gone


def _delete(connection: sqlite3.Connection, low: int, high: int) -> dict[str, int]:
    gone: dict[str, int] = {}
    with transaction(connection):
        for table, column in TABLES.items():
            done = connection.execute(f"DELETE FROM {table} WHERE {column} >= ? AND {column} < ?", (low, high))
            gone[table] = done.rowcount
        rebuild(connection, low, high)
    return gone


def _verify(connection: sqlite3.Connection, path: Path, low: int, high: int) -> None:
    for table, column in TABLES.items():
        sql = f"SELECT count(*) FROM {table} WHERE {column} >= ? AND {column} < ?"
        left = connection.execute(sql, (low, high)).fetchone()[0]
        if left:
            raise NotErasedError(f"{path}: {left} rows of {table} are there again. Stop the station and try again")


def sweep(connection: sqlite3.Connection, path: Path) -> None:
    """Write the file anew, empty its journal, and look whether that was done.  Raises NotErasedError, sqlite3.Error."""
    connection.execute("VACUUM")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if connection.execute("PRAGMA freelist_count").fetchone()[0]:
        raise NotErasedError(f"{path}: free pages are left. Stop the station and try again")
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        raise NotErasedError(f"{log} could not be emptied: another program is reading. Stop the station and try again")
