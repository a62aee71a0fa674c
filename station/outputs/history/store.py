"""The database file: opened, brought up to date, checked, and kept aside when it is damaged.

    open_store(path)   ->  a connection in WAL mode whose every commit is on the disk before it returns
    schema/001.sql     ->  version 1; a file per step, each applied once, whole or not at all (`PRAGMA user_version`)

A file that is no longer a database is never repaired and never deleted: it is renamed to `history.db.bad-DATE`,
so that nothing a person recorded is thrown away by a program, and a new one is begun.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path

# A page or an export may hold the file for a moment; longer than this and the writer tries again later.
BUSY_S = 1.0

# Every table that holds something about the person, with the column that says when.
TABLES: dict[str, str] = {
    "minute": "ended_ms",
    "episode": "started_ms",
    "cue": "started_ms",
    "withheld": "at_ms",
    "session": "started_ms",
    "mark": "at_ms",
    "feeling": "at_ms",
    "drawn": "at_ms",
    "observation": "started_ms",
    "answer": "at_ms",
    "reference": "at_ms",
    "span": "started_ms",
}

_DAMAGE = ("malformed", "not a database", "file is encrypted", "disk image", "corrupt")


class NewerHistoryError(Exception):
    """The file was written by a later version of the station; this one must not touch it."""


def migrations() -> list[tuple[int, str]]:
    """(version, SQL) of every step that ships with the station, in order."""
    folder = resources.files("station.outputs.history") / "schema"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return [(int(f.name.removesuffix(".sql")), f.read_text(encoding="utf-8")) for f in files]


def open_store(path: Path, steps: Sequence[tuple[int, str]] | None = None) -> sqlite3.Connection:
    """Open (or create) the history and bring it up to date.

    Raises sqlite3.Error (see `is_damage`) and NewerHistoryError.
    """
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        _migrate(connection, migrations() if steps is None else steps)
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(connection: sqlite3.Connection, steps: Sequence[tuple[int, str]]) -> None:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    newest = max((number for number, _ in steps), default=0)
    if version > newest:
        raise NewerHistoryError(f"version {version}, while this station knows {newest}")
    for number, sql in steps:
        if number > version:
            try:
                connection.executescript(f"BEGIN IMMEDIATE;\n{sql}\n;PRAGMA user_version = {number};\nCOMMIT;")
            except sqlite3.Error:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing; after the block the disk has it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
        raise


def delete_row(path: Path, table: str, row: int) -> bool:
    """Take back one entry of a person's; it is gone from the disk when this returns.  False: there is none.

    Raises sqlite3.Error.
    """
    if not path.exists():
        return False
    with contextlib.closing(open_store(path)) as connection, transaction(connection):
        return connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (row,)).rowcount == 1


def is_damage(error: sqlite3.Error) -> bool:
    """Is the file itself broken (rather than locked, full, or read-only)?"""
    return any(word in str(error).lower() for word in _DAMAGE)


def check_pages(connection: sqlite3.Connection) -> str:
    """'' when the file is sound, else SQLite's first finding."""
    first = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    return "" if first == "ok" else first


def copy_to(path: Path, target: Path) -> None:
    """A whole copy of one moment, made by SQLite while others may write; one file, without a log.

    Raises sqlite3.Error, also when the copy is not sound.
    """
    source = sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True, timeout=BUSY_S)
    with contextlib.closing(source), contextlib.closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        if finding := check_pages(copy):
            raise sqlite3.DatabaseError(finding)


def set_aside(path: Path) -> Path:
    """Rename a damaged history (with its journal files) out of the way; returns the new name."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    aside = path.with_name(f"{path.name}.bad-{stamp}")
    number = 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.bad-{stamp}-{number}")
    for suffix in ("-wal", "-shm", ""):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside
