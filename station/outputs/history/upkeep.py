"""What is done to rows that have long been written: moved when the right time arrives, forgotten when they are old.

Both within the writer's transaction, and with the sums that rest on them.
"""

from __future__ import annotations

import sqlite3

from station.outputs.history.rollup import HOUR_MS, rebuild

# Every table that says when, with its columns that do.
TIMES = {
    "minute": ("ended_ms",),
    "episode": ("started_ms", "ended_ms"),
    "cue": ("started_ms", "chime_ms", "answered_ms"),
    "withheld": ("at_ms",),
    "session": ("started_ms", "ended_ms"),
    "mark": ("at_ms",),
    "feeling": ("at_ms",),
    "drawn": ("at_ms",),
    "observation": ("started_ms", "ended_ms"),
    "answer": ("at_ms",),
    "reference": ("at_ms",),
    "span": ("started_ms", "ended_ms"),
}


def move(connection: sqlite3.Connection, boot: int, delta_ms: int) -> None:
    """A Pi has no clock of its own: when the right time arrives, move what was written under the wrong one."""
    by = {"delta": delta_ms, "boot": boot}
    oldest, newest = connection.execute(
        "SELECT min(ended_ms), max(ended_ms) FROM minute WHERE boot = :boot", by
    ).fetchone()
    for table, columns in TIMES.items():
        moved = ", ".join(f"{column} = {column} + :delta" for column in columns)
        connection.execute(f"UPDATE {table} SET {moved} WHERE boot = :boot", by)
    if oldest is not None:
        for shift in (0, delta_ms):
            rebuild(connection, oldest + shift, newest + shift)


def forget(connection: sqlite3.Connection, until_ms: int) -> None:
    """What is older than the owner wants to keep goes; marks stay until they are deleted."""
    # Whole hours, so that what is left of an hour is never less than what its roll-up says.
    around = "SELECT max(start_ms) FROM hour WHERE start_ms BETWEEN ? AND ?"
    begins = connection.execute(around, (until_ms - HOUR_MS + 1, until_ms)).fetchone()[0]
    limit = until_ms if begins is None else begins
    connection.execute("DELETE FROM minute WHERE ended_ms < ?", (limit + 30_000,))
    for table, column in (("span", "started_ms"), ("withheld", "at_ms")):
        connection.execute(f"DELETE FROM {table} WHERE {column} < ?", (limit,))
