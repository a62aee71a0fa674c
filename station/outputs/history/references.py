"""A calibration made in the terminal, noted in the history beside those that the running station was led through.

The station's own go the way of every event (`rows.py`).
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from station.core.events import CalibrationDone, Moment
from station.outputs.history import timekeeping
from station.outputs.history.rows import Rows
from station.outputs.history.store import open_store, transaction


def note(path: Path, done: CalibrationDone, up: float, wall: float) -> bool:
    """Note a calibration that was done at second `up` of this boot; on the disk when this returns.

    False: there is no history to note it in.  Raises sqlite3.Error and NewerHistoryError.
    """
    if not path.exists():
        return False
    boot, known = timekeeping.boot_id(), timekeeping.known()
    with closing(open_store(path)) as connection, transaction(connection):
        connection.execute("INSERT OR IGNORE INTO boot (boot_id, time_known) VALUES (?, ?)", (boot, known))
        (number,) = connection.execute("SELECT id FROM boot WHERE boot_id = ?", (boot,)).fetchone()
        for row in Rows().of(Moment(done, up, wall)):
            connection.execute(row.sql, {**row.values, "boot": number})
    return True
