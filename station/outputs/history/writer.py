"""The one thread that writes the history.

    put(rows) ──► queue ──► pending ──► one transaction ──► on the disk ──► flush() returns True
                                   │
                                   └─ disk full, read-only, locked: kept (bounded), said in `trouble`, tried again

Rule 1: nothing leaves `pending` before its commit has returned.
Rule 2: rows that may wait go with the next row that may not, or after a minute.
Rule 3: a damaged file is set aside and the same pending rows go into a new one.
"""

from __future__ import annotations

import contextlib
import os
import queue
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from station.outputs.history import recordings, timekeeping, upkeep
from station.outputs.history import rows as r
from station.outputs.history.rows import Row
from station.outputs.history.store import BUSY_S, check_pages, is_damage, open_store, set_aside, transaction

COMMIT_S = 60.0
RETRY_S = 5.0
# About a day of minutes and spans; a row is some 500 bytes in memory.
MOST_PENDING = 5_000
# The wall clock is slewed by NTP all day; only a step (first synchronisation, a hand) moves what was written before.
STEP_MS = 2_000
DAY_MS = 86_400_000
# How long a person should be able to read that a damaged history was set aside.
NOTICE_S = 3_600.0


class StillWritingError(Exception):
    """The writer that was told to stop has not come to its end yet."""


class _Stop:
    pass


_Item = Row | threading.Event | _Stop


class Writer:
    """Owns the connection.  `put` and `flush` are for other threads; everything else is the writer's own."""

    def __init__(
        self,
        path: Path,
        boot_id: str,
        keep_days: int,
        clock: Callable[[], float] = time.monotonic,
        time_known: Callable[[], bool] = timekeeping.known,
    ) -> None:
        self.path = path
        self._boot_id = boot_id
        self._keep_ms = keep_days * DAY_MS
        self.keep_recordings_s = 0.0
        self._clock = clock
        self._ask_time_known = time_known
        self._time_known = False
        self._queue: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._pending: deque[Row] = deque()
        self._waiting: list[threading.Event] = []
        self._connection: sqlite3.Connection | None = None
        self._boot = 0
        self._offset_ms: int | None = None
        self._newest: tuple[int, float] | None = None
        self._opened_before = False
        self._forgotten_at = 0
        self._problem = ""
        self._notice = ""
        self._notice_until = 0.0
        self._dropped = 0
        self._thread: threading.Thread | None = None

    # --- for other threads ---

    def start(self) -> None:
        """Open the file now if it can be opened (else keep trying), and begin to write.

        Raises NewerHistoryError, StillWritingError.
        """
        if self.alive():  # it was stopped while the disk stood still, and comes to that only now
            assert self._thread is not None
            self._thread.join(BUSY_S)
            if self.alive():
                raise StillWritingError
        if self._connection is None:
            self._try_open()
        self._thread = threading.Thread(target=self._run, name="history", daemon=True)
        self._thread.start()

    def put(self, row: Row) -> None:
        """Hand over one row; never blocks."""
        if self._queue.qsize() < MOST_PENDING:
            self._queue.put(row)
        else:
            self._dropped += 1

    def flush(self, timeout_s: float) -> bool:
        """True once everything put so far is on the disk; False when that did not happen in time."""
        done = threading.Event()
        self._queue.put(done)
        return done.wait(timeout_s)

    def alive(self) -> bool:
        """Is the thread at work?"""
        return self._thread is not None and self._thread.is_alive()

    def trouble(self) -> str:
        """What is wrong now, or ''."""
        if self._problem:
            said = [self._problem, f"{len(self._pending)} entries wait in memory."]
            if self._dropped:
                said.append(f"{self._dropped} older entries had to be given up.")
            return " ".join(said)
        return self._notice if self._clock() < self._notice_until else ""

    def stop(self, timeout_s: float) -> None:
        """Write what is pending and close."""
        if self._thread is not None and self._thread.is_alive():
            self._queue.put(_Stop())
            self._thread.join(timeout_s)

    # --- the writer's own ---

    def _run(self) -> None:
        self._check_once()
        commit_at = retry_at = float("inf")
        while True:
            wake = min(commit_at, retry_at)
            stopping, hurry = self._collect(None if wake == float("inf") else max(0.0, wake - self._clock()))
            now = self._clock()
            if self._pending and commit_at == float("inf"):
                commit_at = now + COMMIT_S
            # After a failure every new row would be another try: wait for the time of the next one instead.
            if stopping or now >= wake or (hurry and retry_at == float("inf")):
                done = self._commit()
                commit_at, retry_at = float("inf"), float("inf") if done else self._clock() + RETRY_S
            if stopping:
                self._end_everything()
                self._close()
                return

    def _end_everything(self) -> None:
        """A clean stop: what is still open ends now, and an exercise says that it was cut off."""
        if self._connection is None or self._newest is None:
            return
        at_ms, seen = self._newest
        now = {"now": at_ms + round((self._clock() - seen) * 1000)}
        with contextlib.suppress(sqlite3.Error), transaction(self._connection):
            for end in (r.END_SESSIONS, r.END_EPISODES, r.END_SPANS):
                self._connection.execute(end, now)

    def _collect(self, timeout: float | None) -> tuple[bool, bool]:
        """Take everything from the queue.  (stop asked for, something cannot wait)."""
        stopping = hurry = False
        try:
            item = self._queue.get(timeout=timeout)
            while True:
                if isinstance(item, Row):
                    self._keep(item)
                    hurry = hurry or item.at_once
                elif isinstance(item, _Stop):
                    stopping = True
                else:
                    self._waiting.append(item)
                    hurry = True
                item = self._queue.get_nowait()
        except queue.Empty:
            return stopping, hurry

    def _keep(self, row: Row) -> None:
        self._newest = (row.values["at"], self._clock())
        self._pending.append(row)
        if len(self._pending) > MOST_PENDING:
            self._drop_one()

    def _drop_one(self) -> None:
        """Give up the oldest row that is not a mark or a session; those go last of all."""
        for index, row in enumerate(self._pending):
            if row.sql not in (r.MARK, r.SESSION, r.SESSION_END):
                del self._pending[index]
                break
        else:
            self._pending.popleft()
        self._dropped += 1

    def _commit(self) -> bool:
        """Everything pending in one transaction; False when it has to be tried again."""
        for _ in range(2):  # a second time when the first try found the file damaged
            if self._connection is None:
                self._try_open()
            if self._connection is None:
                return False
            try:
                if self._pending:
                    self._write(self._connection)
            except sqlite3.Error as error:
                if is_damage(error):
                    self._replace(str(error))
                    continue
                self._problem = _sentence(self.path, error)
                return False
            self._pending.clear()
            self._problem, self._dropped = "", 0
            for done in self._waiting:
                done.set()
            self._waiting.clear()
            return True
        return False

    def _write(self, connection: sqlite3.Connection) -> None:
        before, known = self._offset_ms, self._time_known or self._ask_time_known()
        try:
            with transaction(connection):
                for row in self._pending:
                    if "up" in row.values:
                        self._notice_step(connection, row.values["at"] - row.values["up"])
                    connection.execute(row.sql, {**row.values, "boot": self._boot})
                now = (self._offset_ms, known, self._boot)
                connection.execute("UPDATE boot SET offset_ms = ?, time_known = ? WHERE id = ?", now)
                if known:  # by a clock that is years ahead, everything would be old
                    self._forget(connection)
        except BaseException:
            self._offset_ms = before
            raise
        self._time_known = known

    def _notice_step(self, connection: sqlite3.Connection, offset_ms: int) -> None:
        if self._offset_ms is not None and abs(offset_ms - self._offset_ms) > STEP_MS:
            upkeep.move(connection, self._boot, offset_ms - self._offset_ms)
        self._offset_ms = offset_ms

    def _forget(self, connection: sqlite3.Connection) -> None:
        """Once a day; recordings that cannot be deleted today are tried again tomorrow."""
        newest = max((row.values.get("at", 0) for row in self._pending), default=0)
        if newest - self._forgotten_at < DAY_MS:
            return
        self._forgotten_at = newest
        if self.keep_recordings_s:
            with contextlib.suppress(OSError):
                recordings.forget(self.path.parent, until=newest / 1000 - self.keep_recordings_s)
        if self._keep_ms:
            upkeep.forget(connection, newest - self._keep_ms)

    def _try_open(self) -> None:
        """Open the file; a damaged one is set aside first.  What cannot be opened is said in `trouble`."""
        try:
            try:
                self._connection = self._open()
            except sqlite3.Error as error:
                if not is_damage(error):
                    raise
                self._set_aside(str(error))
                self._connection = self._open()
        except (sqlite3.Error, OSError) as error:
            self._problem = _sentence(self.path, error)
            return
        self._opened_before, self._problem = True, ""

    def _open(self) -> sqlite3.Connection:
        connection = open_store(self.path)
        try:
            with transaction(connection):
                begun = "INSERT OR IGNORE INTO boot (boot_id, time_known) VALUES (?, 0)"
                connection.execute(begun, (self._boot_id,))
                if not self._opened_before:
                    for close in (r.CLOSE_SESSIONS, r.CLOSE_EPISODES, r.CLOSE_SPANS):
                        connection.execute(close)
            boot = "SELECT id, offset_ms, time_known FROM boot WHERE boot_id = ?"
            row = connection.execute(boot, (self._boot_id,)).fetchone()
        except BaseException:
            connection.close()
            raise
        self._boot, self._offset_ms, self._time_known = row["id"], row["offset_ms"], bool(row["time_known"])
        return connection

    def _check_once(self) -> None:
        """Read every page once at start, here, where nobody waits for it (0.3 s for 90 MB on a PC)."""
        if self._connection is None:
            return
        try:
            finding = check_pages(self._connection)
        except sqlite3.Error as error:
            finding = str(error) if is_damage(error) else ""
        if finding:
            self._replace(finding)

    def _replace(self, finding: str) -> None:
        self._close()
        try:
            self._set_aside(finding)
        except OSError as error:
            self._problem = _sentence(self.path, error)
            return
        self._try_open()

    def _set_aside(self, finding: str) -> None:
        aside = set_aside(self.path)
        self._notice = (
            f"The history was damaged ({finding}) and is kept as {aside.name}; a new one was begun. "
            f"To look into the old one: sqlite3 {aside} .recover"
        )
        self._notice_until = self._clock() + NOTICE_S

    def _close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None


def _sentence(path: Path, error: Exception) -> str:
    """What is wrong with the file and what to do, for a person."""
    text = str(error)
    if "full" in text:
        remedy = f"The disk is full: free some space on the disk of {path.parent}."
    elif "readonly" in text or "read-only" in text.lower() or _is_read_only(path.parent):
        remedy = f"The file {path} cannot be written: is the card mounted read-only, or owned by someone else?"
    elif "locked" in text or "busy" in text:
        remedy = f"Another program holds {path}: it is tried again every {RETRY_S:.0f} s."
    elif "unable to open" in text or isinstance(error, OSError):
        remedy = f"The file {path} cannot be opened: does its folder exist, and may the station write there?"
    else:
        remedy = f"It is tried again every {RETRY_S:.0f} s."
    return f"The history cannot be written ({text}). {remedy}"


def _is_read_only(folder: Path) -> bool:
    """A disk mounted read-only: SQLite, which cannot even open its file there, does not name it."""
    try:
        return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    except OSError:
        return False
