"""Hours and days, added up: what is left of minutes that are forgotten, and what the page can ask of years at once.

The schema's trigger counts every minute as it is written, in the same transaction.  Only two things need more: minutes
that are moved to another time, and minutes that are deleted because somebody wants them gone.
"""

from __future__ import annotations

import sqlite3

HOUR_MS = 3_600_000


def rebuild(connection: sqlite3.Connection, low_ms: int, high_ms: int) -> None:
    """Add up anew every hour that touches `low_ms <= t < high_ms`, from the minutes that are there now.

    An hour whose minutes are forgotten already vanishes: whoever deletes half of it has asked for it.
    """
    touched = (low_ms - HOUR_MS, high_ms)
    days = {row[0] for row in connection.execute("SELECT day FROM hour WHERE start_ms > ? AND start_ms < ?", touched)}
    connection.execute("DELETE FROM hour WHERE start_ms > ? AND start_ms < ?", touched)
    connection.execute(
        """INSERT INTO hour
           SELECT start_ms, min(day), sum(minutes), sum(valid_ms), sum(rest_us), sum(apdf10_weighted),
                  sum(apdf50_weighted), sum(apdf90_weighted), sum(gaps), max(longest_stretch_ms), sum(grade_a),
                  sum(grade_b), sum(grade_c), sum(grade_x)
           FROM counted WHERE ended_ms BETWEEN ? AND ? AND start_ms > ? AND start_ms < ? GROUP BY start_ms""",
        (low_ms - 2 * HOUR_MS, high_ms + 2 * HOUR_MS, *touched),
    )
    days |= {row[0] for row in connection.execute("SELECT day FROM hour WHERE start_ms > ? AND start_ms < ?", touched)}
    for day in days:
        connection.execute("DELETE FROM day WHERE day = ?", (day,))
        connection.execute("INSERT INTO day SELECT * FROM day_of_hours WHERE day = ?", (day,))
