"""Years at a desk, made up: eight hours each workday, with everything that a history can hold.

What is told goes through the station's own `Rows`, so that it becomes what the writer would have written; only the
thread and the waiting are left out.  The same seed gives the same years.
"""

from __future__ import annotations

import datetime
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from station.core import events as e
from station.core.observation import SUBJECTS
from station.outputs.history.rollup import rebuild
from station.outputs.history.rows import Rows
from station.outputs.history.store import open_store, transaction

Told = tuple[float, e.Event]

TECHNIQUES = ("breathing", "pmr", "mindfulness", "autogenic", "imagery", "biofeedback", "movement", "shoulder-drop")
ANSWERS = ("self_released", "accepted", "not_now", "ignored", "wrong")
REASON = "rest share {share} % for 60 s, load {load} %RVE; {since} min since"
WITHHELD = (
    "quiet: quiet was asked for, 22 min left",
    "hour: 2 of 2 reminders this hour",
    "apart: the last reminder was 12 min ago; 20 min lie between two",
    "brief: the shoulders came down before it was time for a light",
)


def workdays(last: datetime.date, days: int) -> list[datetime.date]:
    """The workdays of so many days up to this one, oldest first."""
    every = (last - datetime.timedelta(days=n) for n in reversed(range(days)))
    return [day for day in every if day.weekday() < 5]


def morning(day: datetime.date) -> float:
    """Eight o'clock by the clock on the wall."""
    return datetime.datetime.combine(day, datetime.time(8)).astimezone().timestamp()


def workday(day: datetime.date, chance: random.Random) -> Iterator[Told]:
    """One day: 480 minutes, a pause at noon, calls, doubtful signal, tension with and without cues, exercises."""
    at = morning(day)
    ease = chance.uniform(0.15, 0.6)  # how much rest such a day has
    away = {*range(240, 285)} | {n for start in chance.sample(range(30, 470), 4) for n in range(start, start + 6)}
    doubtful = set(range(start := chance.randrange(10, 440), start + 25))
    calls = {start: start + 20 for start in (70, 200, 380)}
    yield at, e.Presence("present")
    yield at, e.Quality("ok")
    if day.toordinal() % 4:  # on three of four mornings
        channel = {"signal": "emg-raw", "rest_only": False, "gain": 0.8 + 0.1 * ease}
        yield at + 30, e.CalibrationDone({"channels": [channel]}, daily=True)
    for n in range(480):
        now = at + 60 * n
        if (n in away) != (n - 1 in away):
            yield now, e.Presence("away" if n in away else "present")
        if (n in doubtful) != (n - 1 in doubtful):
            yield now, e.Quality("doubtful" if n in doubtful else "ok", "the contact is dry" if n in doubtful else "")
        if n in calls or n in calls.values():
            yield now, e.ContextChanged("call", n in calls)
        if n in away:
            yield now + 60, e.Minute(None, None, None, None, 0, 0.0, 0.0, "X")
            continue
        rest = min(1.0, max(0.0, chance.gauss(ease, 0.15)))
        load = 3.0 + 12.0 * (1 - rest)
        grade = "C" if n in doubtful else "A" if n % 40 else "B"
        yield now + 60, e.Minute(rest, load / 4, load, load * 2, int(9 * rest), 60 * (1 - rest), 60.0, grade)
        if n % 45 == 20:
            yield from _tension(now, n, chance)
        if n % 110 == 50:
            yield from _exercise(now, chance)
        if n % 160 == 75:
            yield now, e.Mark(chance.choice(("button", "page")))
    yield at + 480 * 60, e.Presence("away")


def _tension(now: float, n: int, chance: random.Random) -> Iterator[Told]:
    lasted = chance.uniform(90, 700)
    reason = REASON.format(share=chance.randrange(3, 19), load=chance.randrange(10, 24), since=chance.randrange(1, 9))
    yield now + 1, e.TensionStarted(14.0, 0.08, reason)
    if n % 90 == 20:
        yield now + 2, e.AlertRandomised("silent" if chance.random() < 0.18 else "light")
        yield now + 3, e.Cue("light", reason, chance.choice(TECHNIQUES))
        answer = chance.choice(ANSWERS)
        if answer != "self_released":
            yield now + 63, e.Cue("chime", reason, "breathing")
        yield now + 80, e.CueAnswered(answer)
    else:
        for again in range(2):
            yield now + 4 + 50 * again, e.CueWithheld(chance.choice(WITHHELD))
    yield now + lasted, e.TensionEnded(lasted)


def _exercise(now: float, chance: random.Random) -> Iterator[Told]:
    technique, seconds = chance.choice(TECHNIQUES), chance.choice((80.0, 300.0, 700.0))
    length = {80.0: "micro", 300.0: "middle", 700.0: "long"}[seconds]
    yield now + 10, e.SessionStarted(technique, length, "de", seconds, chance.choice(("button", "page", "cue")))
    yield now + 10 + seconds, e.SessionEnded(technique, "de", chance.choice(("completed", "completed", "stopped")))


def fill(path: Path, days: list[datetime.date], seed: int = 1) -> dict[str, int]:
    """Write these days into a history; how many of each event were told."""
    chance = random.Random(seed)
    told: dict[str, int] = {}
    with closing(open_store(path)) as connection, transaction(connection):
        cursor = connection.execute("INSERT INTO boot (boot_id, time_known) VALUES ('made up', 1)")
        boot, rows = cursor.lastrowid, Rows()
        # Added up once at the end, which gives the same (`test_history_rollups.py`) in a third of the time.
        counts = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'minute_counts'").fetchone()[0]
        connection.execute("DROP TRIGGER minute_counts")
        for day in days:
            for wall, event in sorted(workday(day, chance), key=lambda each: each[0]):
                told[type(event).__name__] = told.get(type(event).__name__, 0) + 1
                for row in rows.of(e.Moment(event, wall - 1_000_000_000, wall)):
                    connection.execute(row.sql, {**row.values, "boot": boot})
            words = "UPDATE mark SET text = 'am Telefon, wieder rechts; ' || rowid WHERE at_ms >= ? AND rowid % 2"
            connection.execute(words, (round(morning(day) * 1000),))
            feeling = (round((morning(day) + 30_000) * 1000), boot, 0, chance.randrange(11), chance.randrange(11))
            connection.execute(
                "INSERT INTO feeling (at_ms, boot, up_ms, discomfort, mood) VALUES (?, ?, ?, ?, ?)", feeling
            )
        _looking(connection, boot, days, told)
        connection.execute(counts)
        rebuild(connection, round(morning(days[0]) * 1000), round((morning(days[-1]) + 86_400) * 1000))
    return told


def _looking(connection: sqlite3.Connection, boot: int | None, days: list[datetime.date], told: dict[str, int]) -> None:
    """Two weeks of looking at one thing, then two without, again and again; two answers a workday."""
    for n in range(0, len(days) - 10, 20):
        subject = tuple(SUBJECTS)[n // 20 % len(SUBJECTS)]
        began, ended = (round(morning(days[n + of]) * 1000) for of in (0, 10))
        connection.execute(
            "INSERT INTO observation VALUES (?, ?, 0, ?, ?, 'completed')", (began + 60_000, boot, ended, subject)
        )
        told["ObservationBegan"] = told.get("ObservationBegan", 0) + 1
        for k, day in enumerate(days[n : n + 10]):
            for hour in (2, 6):
                answer = SUBJECTS[subject][(k + hour) % 7 % len(SUBJECTS[subject])]
                at = round((morning(day) + 3600 * hour) * 1000)
                sql = "INSERT INTO answer (at_ms, boot, up_ms, subject, answer) VALUES (?, ?, 0, ?, ?)"
                connection.execute(sql, (at, boot, subject, answer))
