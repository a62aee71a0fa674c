"""The page of a day: its rest, its doubt, its reference, and what was a pause and what only an evening."""

from __future__ import annotations

import datetime
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from station.core import events as e
from station.outputs.web import day
from tests.outputs.web_desk import Rig, remember


def test_a_day_shows_rest_pauses_and_doubt(rig: Rig, tmp_path: Path) -> None:
    morning = datetime.datetime.fromtimestamp(rig.wall).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
    rig.wall = morning + 14 * 3600
    at = morning + 9 * 3600
    minute = e.Minute(0.62, 2.0, 6.0, 14.0, 9, 45.0, 60.0, "A")
    doubtful = e.Minute(0.3, 2.0, 6.0, 14.0, 9, 45.0, 60.0, "C")
    remember(
        tmp_path,
        *[(at + 60 * n, minute) for n in range(1, 11)],
        *[(at + 600 + 60 * n, doubtful) for n in range(1, 11)],
        (at + 1200, e.Presence("away")),
        (at + 2400, e.Presence("present")),
        (at + 2500, e.Cue("light", "rest share 8 % for 60 s, load 14 %RVE", "breathing")),
        (at + 2520, e.CueAnswered("self_released")),
    )
    day = rig.client().get("/api/day").json()
    tiles = day["tiles"][54:58]
    assert [tile["grade"] for tile in tiles] == ["A", "C", "X", "X"]
    assert [tile["away"] for tile in tiles] == [False, False, True, True]
    assert tiles[0]["rest"] == pytest.approx(0.62)
    text = rig.client().get("/day").text
    assert "62\u202f% Ruhe" in text and "30\u202f% Ruhe, dünn gemessen" in text and "Pause, nicht am Platz" in text
    assert "von selbst losgelassen" in text and "Ruheanteil 8\u202f% seit 60 s" in text


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_day_says_whether_it_has_a_reference_of_its_own(rig: Rig, tmp_path: Path, language: str) -> None:
    def text(page: str = "/day", **asked: str) -> str:
        return str(rig.client().get(page, params={"lang": language, **asked}).text)

    today = datetime.datetime.fromtimestamp(rig.wall).replace(hour=0, minute=0, second=0, microsecond=0)
    before, morning = (today - datetime.timedelta(days=1)).timestamp(), today.timestamp()
    rig.wall = morning + 14 * 3600
    has, none = {
        "de": ("Seit 08:05 mit eigener Referenz", "Ohne eigene Referenz"),
        "en": ("own since 08:05", "This day has no reference of its own"),
    }[language]
    make = 'href="/setup?step=calibration"'
    assert has not in text() and none not in text(), "nothing was measured that could be compared"
    minute = e.Minute(0.62, 2.0, 6.0, 14.0, 9, 45.0, 60.0, "A")
    channel = {"signal": "emg-raw", "rest_only": True, "gain": 1.0}
    remember(tmp_path, *[(at + 32_400, minute) for at in (before, morning)],
             (before + 30_000, e.CalibrationDone({"channels": [channel]})))  # fmt: skip
    assert none in text() and make in text()
    yesterday = text(date=datetime.date.fromtimestamp(before).isoformat())
    assert none in yesterday and make not in yesterday, "a reference of rest alone is none; gone is gone"
    remember(tmp_path, (morning + 8 * 3600 + 300, e.CalibrationDone({"channels": [channel]}, daily=True)),
             (morning + 13 * 3600, e.CalibrationDone({"channels": [channel]}, daily=True)))  # fmt: skip
    assert has in text() and none not in text()
    assert [each["kind"] for each in rig.client().get("/api/day").json()["references"]] == ["daily", "daily"]
    assert ">08:05</td>" in text("/sheet") and ">–</td>" in text("/sheet")


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_day_of_a_yardstick_that_did_not_seem_to_fit_says_so_on_the_page_and_on_the_sheet(
    rig: Rig, tmp_path: Path, language: str
) -> None:
    today = datetime.datetime.fromtimestamp(rig.wall).replace(hour=0, minute=0, second=0, microsecond=0)
    before, morning = (today - datetime.timedelta(days=1)).timestamp(), today.timestamp()
    rig.wall = morning + 14 * 3600
    minute = e.Minute(0.62, 2.0, 6.0, 14.0, 9, 45.0, 60.0, "A")
    why = "minutes with work and rest in them at 25 %RVE; your typing was at 6"
    remember(tmp_path, *[(at + 32_400, minute) for at in (before, morning)],
             (morning + 10 * 3600 + 300, e.YardstickDoubted("too_strong", why)),
             (morning + 11 * 3600, e.YardstickDoubted("", "")))  # fmt: skip

    def text(page: str, **asked: str) -> str:
        return str(rig.client().get(page, params={"lang": language, **asked}).text)

    said, figures, short = {
        "de": ("Ab 10:05 schien der Maßstab nicht zu passen", "dein Tippen lag bei 6", "– · fraglich</td>"),
        "en": ("From 10:05 on the yardstick did not seem to fit", "your typing was at 6", "– · in doubt</td>"),
    }[language]
    assert said in text("/day") and figures in text("/day")
    assert said not in text("/day", date=datetime.date.fromtimestamp(before).isoformat())
    assert text("/sheet").count(short) == 1
    (doubt,) = rig.client().get("/api/day").json()["doubts"]
    assert (doubt["started"], doubt["ended"]) == (morning + 10 * 3600 + 300, morning + 11 * 3600)
    assert (doubt["state"], doubt["reason"]) == ("too_strong", why)


def test_an_evening_a_night_and_a_weekend_are_no_pause(rig: Rig, tmp_path: Path) -> None:
    """Friday until four, then Monday from eight; on Monday somebody goes to lunch, and at four for the day."""
    monday = datetime.datetime(2026, 11, 23).timestamp()
    friday, minute = monday - 3 * 86_400, e.Minute(0.5, 2.0, 6.0, 14.0, 9, 45.0, 60.0, "A")
    remember(
        tmp_path,
        (friday + 8 * 3600, e.Presence("present")),
        (friday + 15 * 3600, minute),
        (friday + 16 * 3600, e.Presence("away")),
        (monday + 8 * 3600, e.Presence("present")),
        (monday + 9 * 3600, minute),
        (monday + 12 * 3600, e.Presence("away")),
        (monday + 12.75 * 3600, e.Presence("present")),
        (monday + 15 * 3600, minute),
        (monday + 16 * 3600, e.Presence("away")),
        (monday + 23 * 3600, e.Presence("away")),
    )

    def told(date: str, hour: float) -> tuple[float, set[int]]:
        rig.wall = monday + hour * 3600
        answer = rig.client().get("/api/day", params={"date": date}).json()
        return answer["sums"]["away_s"], {n // 6 for n, tile in enumerate(answer["tiles"]) if tile["away"]}

    assert told("2026-11-20", 40.0) == (0.0, set()), "Friday's evening"
    assert told("2026-11-22", 40.0) == (0.0, set()), "the Sunday between"
    assert told("2026-11-23", 40.0) == (2700.0, {12}), "Monday's night, and its lunch"
    text = rig.client().get("/day?date=2026-11-23&lang=de").text
    assert re.findall(r"Pause, (\d[^<]*)<", text) == ["45 min"]
    assert [int(hour) for hour in re.findall(r'scope="row">(\d\d)<', text)] == list(range(8, 18))


@pytest.mark.parametrize(
    ("between", "pause"),
    [
        ([], 3600.0),
        ([("unknown", 13.0, 13.1)], 3600.0),  # the sensor was put on again
        ([("away", 13.0, 13.5)], 5400.0),  # the station started anew meanwhile
        ([("unknown", 13.0, 20.0)], 0.0),  # nobody knows
    ],
)
def test_who_is_away_is_back_when_somebody_is_there(between: list[Any], pause: float) -> None:
    spans = [("present", 8.0, 12.0), ("away", 12.0, 13.0), *between]
    if pause:
        spans.append(("present", spans[-1][2], 17.0))
    known = [{"state": state, "started": since * 3600, "ended": until * 3600} for state, since, until in spans]
    assert day.overlap(day.pauses(known, 0.0, 86_400.0, 90_000.0), 0.0, 86_400.0) == pause


def test_a_pause_over_midnight_and_one_that_still_lasts_are_pauses(rig: Rig, tmp_path: Path) -> None:
    monday = datetime.datetime(2026, 11, 23).timestamp()
    remember(
        tmp_path,
        (monday - 1800, e.Presence("away")),
        (monday + 1800, e.Presence("present")),
        (monday + 12 * 3600, e.Presence("away")),
    )
    with closing(sqlite3.connect(tmp_path / "history.db")) as connection, connection:
        connection.execute("UPDATE span SET ended_ms = NULL WHERE started_ms >= ?", ((monday + 12 * 3600) * 1000,))
    for hour, gone in ((12.5, 3600.0), (14.0, 9000.0), (18.0, 1800.0)):  # in the evening it was no pause
        rig.wall = monday + hour * 3600
        assert rig.client().get("/api/day").json()["sums"]["away_s"] == gone


@pytest.mark.parametrize("wrong", ["2026-13-40", "0001-01-01", "9999-12-31", "gestern", "../etc", "2026-02-30"])
def test_a_day_that_does_not_exist_is_refused(rig: Rig, wrong: str) -> None:
    assert rig.client().get("/api/day", params={"date": wrong}).status_code == 400
    assert rig.client().get("/day", params={"date": wrong}).status_code == 400
