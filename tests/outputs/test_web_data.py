"""Your data on the page: taken along as one zip, or deleted after a second question, beside a history that is open."""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
import sqlite3
import zipfile
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from station.core import events as e
from station.outputs.history import History, marks
from station.outputs.history.annotate import annotate
from station.outputs.history.store import TABLES
from station.outputs.web.pages import data
from tests.outputs.web_desk import Rig, remember

DAY = 86_400.0
WORDS = "vor dem Anruf mit Überstunden"


def token(client: Any) -> str:
    """What the forms of the page carry, read as a browser without scripts reads it."""
    found = re.search(r'name="token" value="([^"]+)"', client.get("/data").text)
    assert found
    return found[1]


def three_days(rig: Rig) -> list[float]:
    """One mark at noon of each of the three days before today."""
    noon = datetime.datetime.combine(rig.desk.today(), datetime.time(12)).timestamp()
    moments = [noon - n * DAY for n in (3, 2, 1)]
    remember(rig.desk.house.state_dir, *[(at, e.Mark("button")) for at in moments])
    annotate(rig.desk.history, 1, WORDS)
    return moments


def test_everything_can_be_taken_along_as_one_zip(rig: Rig, tmp_path: Path) -> None:
    three_days(rig)
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / "monday.edf").write_bytes(b"0       ")
    client = rig.client()
    before = sorted(tmp_path.iterdir())
    answer = client.post("/export", data={"token": token(client)})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert f"desk-station-{rig.desk.today()}.zip" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        rows = list(csv.DictReader(io.StringIO(archive.read("marks.csv").decode())))
        document = json.loads(archive.read("history.json"))
        assert archive.read("recordings/monday.edf") == b"0       "
        assert archive.read("sessions.csv").startswith(b"started,"), "a kind without rows has its header"
    assert [row["text"] for row in rows] == [WORDS, "", ""] == [mark["text"] or "" for mark in document["marks"]]
    left = [path for path in tmp_path.iterdir() if path not in before and "history.db" not in path.name]
    assert left == [], "no copy stays behind"


def test_without_a_history_there_is_nothing_to_take_along(rig: Rig) -> None:
    client = rig.client()
    assert "Noch ist nichts aufgehoben" in client.get("/data").text
    assert client.post("/export", data={"token": token(client)}).status_code == 404


@pytest.mark.parametrize("path", ["/export", "/forget"])
def test_without_the_token_or_from_another_site_nothing_is_given_or_deleted(rig: Rig, path: str) -> None:
    three_days(rig)
    client = rig.client()
    whole = {"what": "everything", "sure": "yes"}
    foreign = {"origin": "https://evil.example", "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert client.post(path, data=whole).status_code == 403
    assert client.post(path, data={**whole, "token": "guess"}).status_code == 403
    assert client.post(path, data={**whole, "token": token(client)}, headers=foreign).status_code == 403
    assert client.post(path, json=whole).status_code == 415
    assert client.get(path).status_code == 405
    assert len(marks(rig.desk.history)) == 3


@pytest.mark.parametrize(("language", "question"), [("de", "Wirklich löschen?"), ("en", "Really delete?")])
def test_nothing_is_deleted_before_the_second_question(rig: Rig, language: str, question: str) -> None:
    three_days(rig)
    client = rig.client()
    client.get(f"/data?lang={language}")
    answer = client.post("/forget", data={"what": "everything", "token": token(client)})
    assert question in answer.text and 'name="sure" value="yes"' in answer.text
    assert len(marks(rig.desk.history)) == 3


def test_a_deleted_day_is_gone_and_its_neighbours_stay(rig: Rig) -> None:
    first, middle, last = three_days(rig)
    client = rig.client()
    day = str(datetime.datetime.fromtimestamp(middle).date())
    sent = {"what": "range", "since": day, "until": day, "token": token(client)}
    assert f'name="since" value="{day}"' in client.post("/forget", data=sent).text
    answer = client.post("/forget", data={**sent, "sure": "yes"})
    assert "Gelöscht und nachgesehen. Einträge: 1, Aufnahmen: 0." in answer.text
    assert [mark["at"] for mark in marks(rig.desk.history)] == [first, last]


def test_everything_can_be_deleted_beside_an_open_history_which_goes_on(rig: Rig, tmp_path: Path) -> None:
    three_days(rig)
    rig.desk.kept["insight"] = "worked out from what is gone"
    running = History(rig.desk.history, boot_id="test")
    running.start()
    client = rig.client()
    try:
        sent = {"what": "everything", "sure": "yes", "token": token(client)}
        answer = client.post("/forget", data=sent)
        assert "Gelöscht und nachgesehen. Einträge: 3" in answer.text
        files = [path.read_bytes() for path in tmp_path.iterdir() if path.is_file()]
        assert not any(WORDS.encode() in content for content in files), "not in a free page, nor in the journal"
        with sqlite3.connect(rig.desk.history) as connection:
            left = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}
        connection.close()
        assert not any(left.values()), left
        assert rig.desk.kept == {}
        running.take(e.Moment(e.Mark("button"), 5.0, rig.wall))
        assert running.flush(10)
    finally:
        running.stop()
    assert len(marks(rig.desk.history)) == 1


def test_on_a_german_system_a_deletion_is_told_as_done_and_names_the_copies_that_stay(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    three_days(rig)
    (tmp_path / "before-restore-20261103-100000.zip").write_bytes(b"")
    client = rig.client()
    sent = {"what": "range", "since": "2020-01-01", "sure": "yes", "token": token(client)}
    answer = client.post("/forget", data=sent)
    assert "Gelöscht und nachgesehen. Einträge: 3" in answer.text
    assert "können noch davon enthalten: before-restore-20261103-100000.zip. „Alles löschen“" in answer.text
    answer = client.post("/forget", data={**sent, "what": "everything"})
    assert "Gelöscht und nachgesehen." in answer.text and "Ältere Kopien" not in answer.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"what": "all"},
        {},
        {"what": "range", "since": "gestern"},
        {"what": "range", "since": "2026-11-02", "until": "2026-11-01"},
        {"what": "range", "since": "--everything"},
    ],
)
def test_what_cannot_be_meant_is_refused(rig: Rig, wrong: dict[str, str]) -> None:
    three_days(rig)
    client = rig.client()
    answer = client.post("/forget", data={**wrong, "sure": "yes", "token": token(client)})
    assert answer.status_code == 422
    assert len(marks(rig.desk.history)) == 3


def test_a_range_without_any_day_is_asked_for_and_not_taken_as_everything(rig: Rig) -> None:
    three_days(rig)
    client = rig.client()
    sent = {"what": "range", "since": "", "until": "", "sure": "yes", "token": token(client)}
    assert "Such zuerst einen Tag aus" in client.post("/forget", data=sent).text
    assert len(marks(rig.desk.history)) == 3


def test_one_is_done_at_a_time(rig: Rig) -> None:
    three_days(rig)
    client = rig.client()
    with data._busy:
        assert client.post("/export", data={"token": token(client)}).status_code == 409


def test_a_history_that_cannot_be_read_is_said_and_not_given_as_half_a_zip(rig: Rig) -> None:
    rig.desk.history.write_bytes(b"no database at all" * 100)
    client = rig.client()
    assert client.post("/export", data={"token": token(client)}).status_code == 503
    answer = client.post("/forget", data={"what": "everything", "sure": "yes", "token": token(client)})
    assert "kam nicht zum Ende" in answer.text


def test_a_day_whose_clock_was_not_set_says_so(rig: Rig, tmp_path: Path) -> None:
    at = rig.wall - 60
    for boot, answer, days in (("first", [], 2), ("second", [True], 0)):
        history = History(tmp_path / "history.db", boot_id=boot, time_known=partial(bool, answer))
        history.start()
        history.take(e.Moment(e.Mark("button"), 5.0, at - days * DAY))
        assert history.flush(10)
        history.stop()
    uncertain, sure = (datetime.datetime.fromtimestamp(at - days * DAY).date() for days in (2, 0))
    client = rig.client()
    assert "bevor die Uhr gestellt war" in client.get(f"/day?date={uncertain}").text
    assert "bevor die Uhr gestellt war" not in client.get(f"/day?date={sure}").text
