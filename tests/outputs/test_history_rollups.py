"""Hours and days: always the sum of their minutes, whatever is moved or deleted, and there when those are gone."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.core import events as ev
from station.outputs.history.erase import purge
from station.outputs.history.read import ask, days_measured
from station.outputs.history.store import open_store, transaction
from tests.outputs.told_history import begun

NOON = 1_780_000_000.0
DAY = 86_400.0


@pytest.fixture(autouse=True)
def kolkata(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Half an hour off, so that an hour of the wearer is no hour of UTC."""
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def minute(rest: float | None = 0.4, quality: str = "A") -> ev.Minute:
    return ev.Minute(rest, 1.0, 6.0, 15.0, 7, 21.5, 60.0, quality)


def told(path: Path, *minutes: tuple[ev.Minute, float], **more: object) -> None:
    history = begun(path, **more)
    for event, t in minutes:
        history.take(ev.Moment(event, t, NOON + t))
    assert history.flush()
    history.stop()


def summed(path: Path) -> None:
    """Hours and days must be exactly what the minutes there are add up to."""
    minutes = ask(path, "minutes")
    known = [m for m in minutes if m["relative_rest_time"] is not None]
    for kind in ("hours", "days"):
        sums = ask(path, kind)
        assert sum(s["minutes"] for s in sums) == len(minutes)
        assert sum(s["gaps"] for s in sums) == sum(m["gaps"] for m in minutes)
        assert sum(s["valid_s"] for s in sums) == pytest.approx(sum(m["valid_s"] for m in known))
        rest = sum((s["relative_rest_time"] or 0) * s["valid_s"] for s in sums)
        assert rest == pytest.approx(sum(m["relative_rest_time"] * m["valid_s"] for m in known))
        grades = sum(s[f"grade_{g}"] for s in sums for g in "abcx")
        assert grades == len(minutes)
    local = {time.strftime("%Y-%m-%d", time.localtime(m["ended"] - 30)) for m in minutes}
    assert {d["day"] for d in ask(path, "days")} == local
    hours = {h["started"] for h in ask(path, "hours")}
    assert all(time.localtime(h).tm_min == 0 for h in hours)


def test_an_hour_and_a_day_are_the_sum_of_their_minutes(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    told(path, (minute(0.2), 60), (minute(0.6), 120), (minute(None, "X"), 180))
    (day,) = ask(path, "days")
    assert (day["minutes"], day["valid_s"], day["gaps"], day["grade_x"]) == (3, 120.0, 21, 1)
    assert day["relative_rest_time"] == pytest.approx(0.4) and day["apdf50"] == pytest.approx(6.0)
    assert days_measured(path, NOON - DAY, NOON + DAY) == 1
    summed(path)


def test_what_is_forgotten_after_a_year_stays_in_its_hours_and_days(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    told(path, *((minute(), 600.0 * n) for n in range(12)), (minute(), 30 * DAY + 3_300), keep_days=30)
    left = ask(path, "minutes")
    hours, days = ask(path, "hours"), ask(path, "days")
    assert sum(h["minutes"] for h in hours) == sum(d["minutes"] for d in days) == 13 > len(left)
    # No hour is left half: what still has minutes has all of them.
    for hour in hours:
        here = [m for m in left if hour["started"] <= m["ended"] - 30 < hour["started"] + 3_600]
        assert len(here) in (0, hour["minutes"])


def test_minutes_that_are_moved_when_the_time_arrives_take_their_hours_along(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    history = begun(path)
    for t in (60.0, 120.0):
        history.take(ev.Moment(minute(), t, t))  # 1970
    assert history.flush()
    assert [d["day"] for d in ask(path, "days")] == ["1970-01-01"]
    history.take(ev.Moment(minute(), 180.0, NOON))
    assert history.flush()
    history.stop()
    summed(path)
    assert len(ask(path, "days")) == 1


@settings(deadline=None, max_examples=25)
@given(
    times=st.lists(st.integers(0, 5_000), min_size=1, max_size=60, unique=True),
    low=st.integers(-10, 5_000),
    long=st.integers(0, 3_000),
)
def test_after_any_deletion_the_sums_are_those_of_what_is_left(
    tmp_path_factory: pytest.TempPathFactory, times: list[int], low: int, long: int
) -> None:
    path = tmp_path_factory.mktemp("h") / "history.db"
    connection = open_store(path)
    with transaction(connection):
        connection.execute("INSERT INTO boot (id, boot_id) VALUES (1, 'a')")
        rows = [(round((NOON + 60 * t) * 1000), t % 7 * 100 or None, "ABCX"[t % 4]) for t in times]
        sql = "INSERT INTO minute VALUES (?, 1, 0, ?, 10, 60, 150, 3, 20000, 60000, ?)"
        connection.executemany(sql, rows)
    connection.close()
    summed(path)
    purge(path, NOON + 60 * low, NOON + 60 * (low + long))
    summed(path)


def test_a_file_of_the_first_version_gets_its_sums(tmp_path: Path) -> None:
    """Made by the first version's own schema, with rows as that version wrote them."""
    path = tmp_path / "history.db"
    first = (resources.files("station.outputs.history") / "schema" / "001.sql").read_text()
    with sqlite3.connect(path) as old:
        old.executescript(f"{first}; PRAGMA user_version = 1;")
        old.execute("INSERT INTO boot VALUES (1, 'old', 5)")
        for n in range(500):
            row = (round((NOON + 60 * n) * 1000), 400 if n % 5 else None)
            old.execute("INSERT INTO minute VALUES (?, 1, 0, ?, 10, 60, 150, 3, 20000, 60000, 'A')", row)
        old.execute("INSERT INTO mark VALUES (?, 1, 0, 'button', 'words of then')", (round(NOON * 1000),))
    old.close()
    told(path, (minute(), 60.0 * 501))
    summed(path)
    assert [(m["text"], m["time_uncertain"]) for m in ask(path, "marks")] == [("words of then", 0)]


# --- a clock that nobody set --------------------------------------------------------------------------


def test_what_was_written_before_the_first_synchronisation_is_uncertain_until_it_comes(tmp_path: Path) -> None:
    path, synchronised = tmp_path / "history.db", [False]
    history = begun(path, time_known=lambda: synchronised[0])
    history.take(ev.Moment(ev.Mark("button"), 10.0, NOON + 10))
    assert history.flush()
    assert [m["time_uncertain"] for m in ask(path, "marks")] == [1]
    synchronised[0] = True
    history.take(ev.Moment(minute(), 60.0, NOON + 7_260))
    assert history.flush()
    history.stop()
    (mark,) = ask(path, "marks")
    assert (mark["at"], mark["time_uncertain"]) == (NOON + 7_210, 0)


def test_a_boot_that_never_learnt_the_time_stays_uncertain_beside_one_that_did(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    told(path, (minute(), 60.0), boot_id="never", time_known=lambda: False)
    told(path, (minute(), 120.0), boot_id="later")
    assert [m["time_uncertain"] for m in ask(path, "minutes")] == [1, 0]


def test_who_knows_the_time(tmp_path: Path) -> None:
    from station.outputs.history.timekeeping import known

    sync, rtc = tmp_path / "timesync", tmp_path / "since_epoch"
    assert known(NOON, sync, rtc)  # somebody else keeps the time
    assert not known(500.0, sync, rtc)  # nobody does
    sync.mkdir()
    assert not known(NOON, sync, rtc)
    rtc.write_text("77\n")  # a Pi 5 without its battery
    assert not known(NOON, sync, rtc)
    rtc.write_text(f"{NOON + 3:.0f}\n")
    assert known(NOON, sync, rtc)
    rtc.unlink()
    (sync / "synchronized").touch()
    assert known(NOON, sync, rtc)
