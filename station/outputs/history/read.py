"""Questions to the history, for the page, the export and `check`: plain rows out, never a write.

Times go in and come out as seconds since 1970 (UTC); a range is `since <= t < until`, and None leaves it open.
The writer may be writing meanwhile: each call reads one consistent moment.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

Record = dict[str, Any]

HALF_MINUTE_MS = 30_000


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A read-only connection."""
    uri = path.resolve().as_uri() + "?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=2.0)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


_SUMS = """minutes, valid_ms / 1000.0 AS valid_s, rest_us / 1000.0 / nullif(valid_ms, 0) AS relative_rest_time,
           apdf10_weighted / 10.0 / nullif(valid_ms, 0) AS apdf10,
           apdf50_weighted / 10.0 / nullif(valid_ms, 0) AS apdf50,
           apdf90_weighted / 10.0 / nullif(valid_ms, 0) AS apdf90,
           gaps, longest_stretch_ms / 1000.0 AS longest_stretch_s, grade_a, grade_b, grade_c, grade_x"""

# What each kind of record is called and computed from; the last entry is the column that says when.
QUERIES: dict[str, tuple[str, str]] = {
    "minutes": (
        """SELECT ended_ms / 1000.0 AS ended, relative_rest_permille / 1000.0 AS relative_rest_time,
                  apdf10_tenths / 10.0 AS apdf10, apdf50_tenths / 10.0 AS apdf50, apdf90_tenths / 10.0 AS apdf90,
                  gaps, longest_stretch_ms / 1000.0 AS longest_stretch_s, valid_ms / 1000.0 AS valid_s, quality,
                  NOT time_known AS time_uncertain
           FROM minute JOIN boot ON boot.id = minute.boot""",
        "ended_ms",
    ),
    "episodes": (
        """SELECT started_ms / 1000.0 AS started, ended_ms / 1000.0 AS ended, lasted_ms / 1000.0 AS lasted_s,
                  load_tenths / 10.0 AS load_rve_percent, relative_rest_permille / 1000.0 AS relative_rest_time, reason,
                  NOT time_known AS time_uncertain
           FROM episode JOIN boot ON boot.id = episode.boot""",
        "started_ms",
    ),
    "cues": (
        """SELECT started_ms / 1000.0 AS started, chime_ms / 1000.0 AS chimed, answered_ms / 1000.0 AS answered,
                  answer, reason, suggestion, NOT time_known AS time_uncertain
           FROM cue JOIN boot ON boot.id = cue.boot""",
        "started_ms",
    ),
    "withheld": ("SELECT at_ms / 1000.0 AS at, reason FROM withheld", "at_ms"),
    "sessions": (
        """SELECT started_ms / 1000.0 AS started, ended_ms / 1000.0 AS ended, technique, length, language,
                  planned_ms / 1000.0 AS planned_s, source, reason, NOT time_known AS time_uncertain
           FROM session JOIN boot ON boot.id = session.boot""",
        "started_ms",
    ),
    "marks": (
        """SELECT mark.rowid AS id, at_ms / 1000.0 AS at, source, text, NOT time_known AS time_uncertain,
                  nullif(hex(sealed), '') AS sealed
           FROM mark JOIN boot ON boot.id = mark.boot""",
        "at_ms",
    ),
    "drawn": ("SELECT at_ms / 1000.0 AS at, arm FROM drawn", "at_ms"),
    "feelings": (
        """SELECT rowid AS id, at_ms / 1000.0 AS at, discomfort, mood, nullif(hex(sealed), '') AS sealed
           FROM feeling""",
        "at_ms",
    ),
    "observations": (
        """SELECT started_ms / 1000.0 AS started, ended_ms / 1000.0 AS ended, subject, reason,
                  NOT time_known AS time_uncertain
           FROM observation JOIN boot ON boot.id = observation.boot""",
        "started_ms",
    ),
    "answers": ("SELECT rowid AS id, at_ms / 1000.0 AS at, subject, answer FROM answer", "at_ms"),
    "references": (
        """SELECT at_ms / 1000.0 AS at, kind, channel, signal, gain_permille / 1000.0 AS gain,
                  NOT time_known AS time_uncertain
           FROM reference JOIN boot ON boot.id = reference.boot""",
        "at_ms",
    ),
    "spans": (
        "SELECT kind, state, started_ms / 1000.0 AS started, ended_ms / 1000.0 AS ended, reason FROM span",
        "started_ms",
    ),
    # Roll-ups: kept when their minutes are forgotten.  A day is the wearer's own, by the clock on the wall.
    "hours": (f"SELECT start_ms / 1000.0 AS started, {_SUMS} FROM hour", "start_ms"),
    "days": (f"SELECT day, first_ms / 1000.0 AS started, {_SUMS} FROM day", "first_ms"),
}


def ask(path: Path, kind: str, since: float | None = None, until: float | None = None) -> list[Record]:
    """The records of one kind, oldest first.  Raises KeyError for an unknown kind and sqlite3.Error."""
    return list(each(path, kind, since, until))


def each(path: Path, kind: str, since: float | None = None, until: float | None = None) -> Iterator[Record]:
    """The same, one after the other: for those who need not hold them all."""
    sql, column = QUERIES[kind]
    low = -(2**62) if since is None else round(since * 1000)
    high = 2**62 if until is None else round(until * 1000)
    with reading(path) as connection:
        found = connection.execute(f"{sql} WHERE {column} >= ? AND {column} < ? ORDER BY {column}", (low, high))
        for row in found:
            yield dict(row)


def columns(path: Path, kind: str) -> list[str]:
    """The keys that records of this kind have, also when there is none yet."""
    with reading(path) as connection:
        return [column[0] for column in connection.execute(f"{QUERIES[kind][0]} LIMIT 0").description]


def minutes(path: Path, since: float | None = None, until: float | None = None) -> list[Record]:
    """`ended`, `relative_rest_time` (0..1 or None), `apdf10/50/90` (%RVE), `gaps`, `longest_stretch_s`, `valid_s`."""
    return ask(path, "minutes", since, until)


def episodes(path: Path, since: float | None = None, until: float | None = None) -> list[Record]:
    """Stretches of tension: `started`, `ended` (None: going on), `lasted_s`, `load_rve_percent`, `reason`."""
    return ask(path, "episodes", since, until)


def cues(path: Path, since: float | None = None, until: float | None = None) -> list[Record]:
    """Offers: `started`, `chimed` and `answered` (None: never), `answer`, `reason`, `suggestion`."""
    return ask(path, "cues", since, until)


def withheld(path: Path, since: float | None = None, until: float | None = None) -> list[Record]:
    """Tension that brought no cue: `at` and the `reason`."""
    return ask(path, "withheld", since, until)


def sessions(path: Path, since: float | None = None, until: float | None = None) -> list[Record]:
    """Exercises: `started`, `ended` (None with `reason` aborted: cut off), `technique`, `length`, `source`, ..."""
    return ask(path, "sessions", since, until)


def marks(path: Path, since: float | None = None, until: float | None = None) -> list[Record]:
    """Marked moments: `id`, `at`, `source`, `text` (None until the person writes one)."""
    return ask(path, "marks", since, until)


def spans(path: Path, since: float | None = None, until: float | None = None) -> list[Record]:
    """How long `quality`, `presence` or `quiet` was what: `kind`, `state`, `started`, `ended`, `reason`."""
    return ask(path, "spans", since, until)


REST_BEFORE = """(SELECT sum(relative_rest_permille * valid_ms) / 1000.0 / sum(valid_ms) FROM minute
                  WHERE ended_ms >= at_ms - :before AND ended_ms < at_ms
                    AND relative_rest_permille IS NOT NULL AND valid_ms > 0)"""
"""The share of rest before `at_ms` of whatever row this stands beside; NULL where nothing was measured."""


def rest_before_marks(path: Path, since: float, until: float, seconds: float = 600.0) -> dict[int, float]:
    """Mark id -> share of rest (0..1) in the `seconds` before it; none where nothing was measured."""
    # A subquery, not a join: it always walks the few marks and looks their minutes up.
    sql = f"""SELECT id, rest FROM (
                SELECT rowid AS id, {REST_BEFORE} AS rest FROM mark WHERE at_ms >= :since AND at_ms < :until)
              WHERE rest IS NOT NULL"""
    asked = {"before": round(seconds * 1000), "since": round(since * 1000), "until": round(until * 1000)}
    with reading(path) as connection:
        return {int(row[0]): float(row[1]) for row in connection.execute(sql, asked)}


def newest_mark(path: Path, before: float) -> float:
    """When the newest mark before this moment was made; 0 where there is none."""
    with reading(path) as connection:
        found = connection.execute("SELECT max(at_ms) FROM mark WHERE at_ms < ?", (round(before * 1000),)).fetchone()[0]
    return 0.0 if found is None else float(found) / 1000


Lived = list[tuple[float, float | None, float, float | None]]
"""Minutes in brief: when each ended, its apdf50 in %RVE, its valid_s, its share of rest; None: unknown."""


def minutes_in(path: Path, ranges: Sequence[tuple[float, float]]) -> list[Lived]:
    """The minutes that lie in each of these ranges, in brief, oldest first.

    A minute lies where its middle is, as in the roll-ups.
    """
    sql = """SELECT ended_ms / 1000.0, apdf50_tenths / 10.0, valid_ms / 1000.0, relative_rest_permille / 1000.0
             FROM minute WHERE ended_ms >= ? AND ended_ms < ? ORDER BY ended_ms"""
    with reading(path) as connection:
        connection.row_factory = None
        return [connection.execute(sql, _middles(since, until)).fetchall() for since, until in ranges]


def _middles(since: float, until: float) -> tuple[int, int]:
    return round(since * 1000) + HALF_MINUTE_MS, round(until * 1000) + HALF_MINUTE_MS


def days_told(path: Path, since: float, until: float) -> list[tuple[str, tuple[Any, ...]]]:
    """Every measured day and how it looks: what is equal later has not been written to, moved or deleted meanwhile."""
    sql = """SELECT day, first_ms, minutes, valid_ms, rest_us, apdf50_weighted,
                    (SELECT max(ended_ms) FROM minute WHERE ended_ms BETWEEN first_ms AND first_ms + 90000000)
             FROM day WHERE first_ms >= ? AND first_ms < ? AND day <> '' ORDER BY first_ms"""
    with reading(path) as connection:
        connection.row_factory = None
        found = connection.execute(sql, (round(since * 1000), round(until * 1000)))
        return [(str(day), tuple(looks)) for day, *looks in found]


def how_much(path: Path, since: float, until: float) -> tuple[int, ...]:
    """How many exercises (begun, ended), cues, withheld cues, drawn alerts, spans and references: asked in no time."""
    sql = " UNION ALL ".join(
        f"SELECT count({what}) FROM {table} WHERE {column} >= :since AND {column} < :until"
        for what, table, column in (
            ("*", "session", "started_ms"),
            ("ended_ms", "session", "started_ms"),
            ("*", "cue", "started_ms"),
            ("*", "withheld", "at_ms"),
            ("*", "drawn", "at_ms"),
            ("*", "span", "started_ms"),
            ("*", "reference", "at_ms"),
        )
    )
    with reading(path) as connection:
        counts = connection.execute(sql, {"since": round(since * 1000), "until": round(until * 1000)})
        return tuple(int(row[0]) for row in counts)


def days_measured(path: Path, since: float, until: float, least_s: float = 30.0) -> int:
    """On how many of the wearer's days at least `least_s` seconds were measured."""
    sql = "SELECT count(*) FROM day WHERE first_ms >= ? AND first_ms < ? AND valid_ms >= ?"
    with reading(path) as connection:
        found = connection.execute(sql, (round(since * 1000), round(until * 1000), round(least_s * 1000)))
        return int(found.fetchone()[0])


def summary(path: Path) -> str:
    """One line for `check`, without a word about the person.  Raises sqlite3.Error."""
    with reading(path) as connection:
        connection.execute("SELECT count(*) FROM minute").fetchone()
    return f"The diary in {path} can be read ({path.stat().st_size / 1e6:.1f} MB)."
