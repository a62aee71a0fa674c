"""The page without a browser: what every page says, what the interface answers, and who is refused."""

from __future__ import annotations

import asyncio
import datetime
import json
import re
import sqlite3
import sys
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="the page's tests need starlette")
pytest.importorskip("httpx2", reason="the page's tests need httpx2, Starlette's test client")

sys.path.insert(0, str(Path(__file__).parent))
from web_desk import Rig, remember

from station.core import events as e
from station.core import inputs as i
from station.outputs.audio.mixer import REMEDY
from station.outputs.web import day
from station.outputs.web.access import Access
from station.outputs.web.answer import No
from station.outputs.web.commands import COMMANDS
from station.outputs.web.guard import check_length
from station.outputs.web.routes import ROUTES
from station.outputs.web.view import words

PAGES = [
    route.path.replace("{name}", "breathing") for route in ROUTES if route.kind == "page" and route.path != "/login"
]
PASSPHRASE = "vier weiche Kissen"
FOREIGN = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


@pytest.fixture
def locked(tmp_path: Path) -> Rig:
    return Rig(tmp_path, passphrase=PASSPHRASE)


# --- pages ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["de", "en"])
def test_every_page_can_be_read_without_a_script(rig: Rig, path: str, language: str) -> None:
    answer = rig.client().get(path, params={"lang": language})
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.text
    assert len(re.findall("<h1", answer.text)) == 1
    assert "/help" in answer.text or path == "/sheet"
    assert not re.search(r"<[^>]+ style=|<[^>]+ on[a-z]+=|javascript:", answer.text), "the policy would refuse it"


@pytest.mark.parametrize("path", PAGES)
def test_no_page_asks_for_anything_from_elsewhere(rig: Rig, path: str) -> None:
    text = rig.client().get(path).text
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', text)
    for name, (_, content, _) in rig.desk.files.items():
        if name.endswith((".js", ".css")):
            assert b"http://" not in content and b"https://" not in content, name


def test_the_policy_allows_nothing_but_this_station(rig: Rig) -> None:
    for path in ("/", "/api/state", "/static/style.css", "/nowhere"):
        headers = rig.client().get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert "server" not in headers


def test_a_chosen_language_is_kept_and_hidden_figures_stay_hidden(rig: Rig) -> None:
    client = rig.client()
    client.get("/?lang=en&numbers=hide")
    text = client.get("/day").text
    assert 'lang="en"' in text and 'class="no-numbers"' in text


def test_the_state_on_the_page_is_the_state_of_the_core(rig: Rig) -> None:
    rig.desk.live.take(e.Moment(e.SensorWell(500.0), 1.0, rig.wall))
    rig.desk.live.take(
        e.Moment(e.Cue("light", "rest share 4 % for 60 s, load 14 %RVE; 6 min since", "breathing"), 2.0, rig.wall)
    )
    assert rig.client().get("/api/state").json()["state"] == "cue"
    text = rig.client().get("/").text
    assert "Ruheanteil 4\u202f% seit 60 s, Last 14 %RVE · 6 min zuvor bemerkt" in text
    assert "Viele Minuten lang fast keine Ruhe in den Schultern." in text
    assert "leises Licht" in text


@pytest.mark.parametrize(
    ("language", "sensor", "output"),
    [
        ("de", "Kein ADS1115 antwortet", "Das Licht ist ausgefallen: no pin."),
        ("en", "No ADS1115 answers", "The light failed: no pin."),
    ],
)
def test_what_is_wrong_is_said_in_the_person_s_language(rig: Rig, language: str, sensor: str, output: str) -> None:
    problem = "No ADS1115 answers at 0x48 on I2C bus 1; these addresses answer: 0x49."
    for event in (
        e.SensorTrouble(problem, "It is tried again."),
        e.OutputTrouble("light", "The light failed: no pin."),
    ):
        rig.desk.live.take(e.Moment(event, 1.0, rig.wall))
    state = rig.client().get("/api/state").json()
    assert state[f"sensor_{language}"].startswith(sensor)
    assert state[f"troubles_{language}"] == [output]
    page = rig.client().get(f"/?lang={language}").text
    assert sensor in page
    assert output in page


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize(
    "said",
    [
        f"The sound device chosen by the system cannot be opened: ALSA: no such device. {REMEDY}",
        "The sound device of the system has gone; the station goes on by light.",
    ],
)
def test_a_missing_speaker_is_one_short_sentence_and_no_alarm(rig: Rig, language: str, said: str) -> None:
    def trouble() -> str:
        page = rig.client().get(f"/?lang={language}").text
        return str(page.partition('id="trouble-title"')[2].partition("</section>")[0])

    rig.desk.live.take(e.Moment(e.SensorWell(500.0), 1.0, rig.wall))
    rig.desk.live.take(e.Moment(e.OutputTrouble("audio", said), 1.0, rig.wall))
    short = f"<summary>{words(language)['live.no_speaker']}</summary>"
    assert trouble().startswith(" hidden>") and short in trouble()
    assert rig.client().get("/api/state").json()["troubles_small"] == [True]
    rig.desk.live.take(e.Moment(e.OutputTrouble("light", "The light failed: no pin."), 1.0, rig.wall))
    assert not trouble().startswith(" hidden>") and short in trouble(), "the light does need a hand"
    rig.desk.live.take(e.Moment(e.OutputTrouble("audio", "The first speaker is not there; sounding on 'x'."), 1.0, 1.0))
    assert short not in trouble(), "there is a speaker"


def test_who_broke_an_exercise_off_is_offered_open_eyes_movement_and_never_again_for_ten_minutes(rig: Rig) -> None:
    def shown(kind: str, name: str = "") -> bool:
        (found,) = re.findall(rf"<{kind}[^>]*{name}[^>]*>", rig.client().get("/").text)
        return " hidden" not in found

    def happens(*events: e.Event) -> None:
        for event in events:
            rig.desk.live.take(e.Moment(event, 1.0, rig.wall))

    assert not shown("section", 'id="early"')
    happens(e.SessionStarted("imagery", "long", "de", 609.0, "button"), e.SessionEnded("imagery", "de", "completed"))
    assert not shown("section", 'id="early"'), "whoever came to the end is asked nothing"
    happens(e.SessionStarted("imagery", "long", "de", 609.0, "button"), e.SessionEnded("imagery", "de", "stopped"))
    assert shown("section", 'id="early"')
    assert all(shown("button", f'instead[^>]*data-technique="{other}"') for other in ("movement", "mindfulness"))
    assert shown("button", 'id="early-worse"')
    happens(e.Excluded("imagery", True, "page"), e.Excluded("movement", True, "page"))
    assert not shown("button", 'id="early-worse"') and not shown("button", 'instead[^>]*data-technique="movement"')
    rig.wall += 601
    assert not shown("section", 'id="early"')


def test_what_is_written_to_a_mark_cannot_break_the_page(rig: Rig, tmp_path: Path) -> None:
    remember(tmp_path, (rig.wall - 60, e.Mark("button")))
    client = rig.client()
    words = '</textarea><script>alert("x")</script>'
    answer = client.post("/api/annotate", json={"mark": 1, "text": words}, headers={"x-desk-token": rig.token(client)})
    assert answer.status_code == 200
    assert client.get("/api/marks").json()[0]["text"] == words
    assert "<script>alert" not in client.get("/diary").text
    assert "<script>alert" not in client.get("/day").text


def test_a_mark_that_does_not_exist_takes_no_words(rig: Rig, tmp_path: Path) -> None:
    client = rig.client()
    header = {"x-desk-token": rig.token(client)}
    assert client.post("/api/annotate", json={"mark": 9, "text": "x"}, headers=header).status_code == 404
    remember(tmp_path, (rig.wall - 60, e.Mark("button")))
    assert client.post("/api/annotate", json={"mark": 9, "text": "x"}, headers=header).status_code == 404
    assert client.post("/api/annotate", json={"mark": 1, "text": "x" * 2001}, headers=header).status_code == 422


def test_words_to_a_mark_can_be_taken_back(rig: Rig, tmp_path: Path) -> None:
    remember(tmp_path, (rig.wall - 60, e.Mark("button")))
    client = rig.client()
    header = {"x-desk-token": rig.token(client)}
    client.post("/api/annotate", json={"mark": 1, "text": "am Telefon"}, headers=header)
    client.post("/api/annotate", json={"mark": 1, "text": " "}, headers=header)
    assert client.get("/api/marks").json()[0]["text"] is None


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
        "en": ("own since 08:05", "Without a reference of its own"),
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


@pytest.mark.parametrize(("signal", "words"), [("emg-raw", "Arme zur Seite"), ("pressure", "Schultern sanft hoch")])
def test_the_set_up_offers_the_days_reference_in_the_words_of_its_sensor(
    tmp_path: Path, signal: str, words: str
) -> None:
    rig = Rig(tmp_path)
    rig.desk.house = replace(rig.desk.house, signal=signal)
    text = rig.client().get("/setup", params={"step": "calibration"}).text
    place = text[text.index('id="daily"') :]
    assert words in place and 'data-move="daily"' in place
    for step in ("flags", "power", "sensor", "sound", "calibration", "button", "privacy"):
        rig.desk.progress.finish(step, "2026-11-28", "")
    assert 'href="/setup?step=calibration#daily"' in rig.client().get("/setup").text, "the way there stays"


@pytest.mark.parametrize("wrong", ["2026-13-40", "0001-01-01", "9999-12-31", "gestern", "../etc", "2026-02-30"])
def test_a_day_that_does_not_exist_is_refused(rig: Rig, wrong: str) -> None:
    assert rig.client().get("/api/day", params={"date": wrong}).status_code == 400
    assert rig.client().get("/day", params={"date": wrong}).status_code == 400


def test_the_set_up_can_be_left_and_taken_up_again(rig: Rig, tmp_path: Path) -> None:
    client = rig.client()
    header = {"x-desk-token": rig.token(client)}
    assert client.post("/api/setup", json={"step": "flags"}, headers=header).json() == {"next": "power"}
    client.post("/api/setup", json={"step": "power", "choice": "battery"}, headers=header)
    again = Rig(tmp_path).client()
    assert again.get("/api/setup").json()["next"] == "sensor"
    assert "Den Sensor anlegen" in again.get("/setup").text


# --- requests -------------------------------------------------------------------------------------------

BODIES: dict[str, tuple[dict[str, Any], i.Input]] = {
    "start": ({"technique": "breathing", "length": "micro"}, i.Start("breathing", "micro", "", "page")),
    "stop": ({}, i.Stop("page")),
    "pause": ({}, i.TogglePause("page")),
    "next": ({}, i.NextStep("page")),
    "quiet": ({"minutes": 30}, i.SetQuiet(30, "page")),
    "private": ({"on": True}, i.SetPrivate(True, "page")),
    "mark": ({}, i.MarkNow("page")),
    "answer": ({"answer": "not_now"}, i.AnswerCue("not_now", "page")),
    "guess": ({"value": 4}, i.Guess(4, "page")),
    "prefer": ({"volume": 40}, i.Prefer({"volume": 40}, "page")),
    "like": ({"technique": "pmr"}, i.Like("pmr", True, "page")),
    "exclude": ({"technique": "daily/jaw", "on": False}, i.Exclude("daily/jaw", False, "page")),
    "proposal": ({"accepted": True}, i.AnswerProposal(True, "page")),
    "observe": ({"subject": "pace"}, i.Observe("pace", "page")),
    "calibrate": ({"action": "start"}, i.Calibrate("start", "page")),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_becomes_the_one_request(rig: Rig, name: str) -> None:
    client, (body, wanted) = rig.client(), BODIES[name]
    answer = client.post(f"/api/{name}", json=body, headers={"x-desk-token": rig.token(client)})
    assert answer.status_code == 202
    assert rig.told == [wanted]


@pytest.mark.parametrize("path", [r.path for r in ROUTES if r.method == "POST" and r.kind == "json"])
@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[]", "application/json", 422),
        (b'{"nonsense": 1}', "application/json", 422),
        (b"[" * 5000, "application/json", 422),
        (b'{"technique": ' + b"[" * 5000, "application/json", 422),
        (b"a=1", "application/x-www-form-urlencoded", 415),
        (b"x" * 20_000, "application/json", 413),
    ],
)
def test_what_is_not_understood_changes_nothing(rig: Rig, path: str, body: bytes, kind: str, status: int) -> None:
    client = rig.client()
    header = {"x-desk-token": rig.token(client), "content-type": kind}
    answer = client.post(path, content=body, headers=header)
    assert answer.status_code == status
    assert answer.json()["error"]
    assert rig.told == []


@pytest.mark.parametrize("length", ["²", "-1", "1e3", "0x10", "٣", "9" * 5000])
def test_a_length_that_is_no_number_is_refused(rig: Rig, length: str) -> None:
    with pytest.raises(No) as refused:
        check_length({"content-length": length})
    assert refused.value.status in (400, 413)


def test_what_cannot_be_kept_is_said_and_not_thrown(rig: Rig, tmp_path: Path) -> None:
    """A card that is full or cannot be written; here a folder lies where each file should."""
    client = rig.client()
    header = {"x-desk-token": rig.token(client)}
    for name, path, body in (
        ("diary-feelings", "/api/feelings", {"on": True}),
        ("setup.new", "/api/setup", {"step": "flags"}),
        ("page-access.new", "/api/passphrase", {"passphrase": PASSPHRASE}),
    ):
        (tmp_path / name).mkdir()
        answer = client.post(path, json=body, headers=header)
        assert answer.status_code == 503, path
        assert "could not be kept" in answer.json()["error"]
    assert client.get("/api/setup").json()["next"] == "flags"
    assert client.get("/api/state").status_code == 200, "nothing is locked"


def test_the_way_in_leads_in_where_there_is_no_door(rig: Rig) -> None:
    client = rig.client()
    answer = client.post("/login", data={"passphrase": PASSPHRASE, "token": rig.token(client)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_a_long_body_without_an_announced_length_is_cut_off(rig: Rig) -> None:
    client = rig.client()
    header = {"x-desk-token": rig.token(client), "content-type": "application/json"}
    answer = client.post("/api/mark", content=(b" " * 1000 for _ in range(100)), headers=header)
    assert answer.status_code == 413


def test_private_mode_can_be_ended_at_this_computer_but_never_from_afar(rig: Rig) -> None:
    near, far = rig.client(), rig.client("192.168.1.50")
    header = {"x-desk-token": rig.token(near)}
    assert far.post("/api/private", json={"on": True}, headers=header).status_code == 202
    assert far.post("/api/private", json={"on": False}, headers=header).status_code == 403
    assert near.post("/api/private", json={"on": False}, headers=header).status_code == 202
    assert rig.told == [i.SetPrivate(True, "page"), i.SetPrivate(False, "page")]


# --- who is refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "127.0.0.1.nip.io", "10.0.0.99"])
@pytest.mark.parametrize("path", ["/", "/api/state", "/help", "/static/style.css"])
def test_a_name_that_is_not_ours_is_refused(rig: Rig, host: str, path: str) -> None:
    assert rig.client().get(path, headers={"host": host}).status_code == 421


def test_our_names_are_known_with_and_without_a_port(rig: Rig) -> None:
    for host in ("localhost", "localhost:8765", "127.0.0.1:8765", "[::1]:8765", "LOCALHOST:8765"):
        assert rig.client().get("/api/state", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/api/state", "/api/mark", "/login", "/api/live"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_sites_script_is_refused(rig: Rig, method: str, path: str) -> None:
    assert rig.client().request(method, path, headers=FOREIGN).status_code == 403
    assert rig.client().request(method, path, headers={"origin": "null"}).status_code == 403
    assert rig.told == []


def test_without_the_pages_token_nothing_is_changed(rig: Rig) -> None:
    client = rig.client()
    assert client.post("/api/mark", json={}).status_code == 403
    assert client.post("/api/mark", json={}, headers={"x-desk-token": "guess"}).status_code == 403
    assert rig.told == []


@pytest.mark.parametrize(
    "path",
    ["/static/../access.py", "/static/..%2faccess.py", "/static/%2e%2e/%2e%2e/etc/passwd", "/static/",
     "/static//etc/passwd", "/exercises/..%2f..%2fetc", "/static/style.css%00.js", "/%00", "/static/words/de.toml"],
)  # fmt: skip
def test_no_path_leaves_the_folder(rig: Rig, path: str) -> None:
    assert rig.client().get(path).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(rig: Rig, method: str) -> None:
    assert rig.client().request(method, "/api/mark").status_code in (404, 405)


@pytest.mark.parametrize("route", [r for r in ROUTES if not r.open], ids=lambda r: f"{r.method} {r.path}")
def test_with_a_passphrase_nothing_is_answered_without_a_session(locked: Rig, route: Any) -> None:
    client = locked.client()
    answer = client.request(route.method, route.path.replace("{name}", "breathing"), json={} if route.body else None)
    if route.kind == "page":
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    else:
        assert answer.status_code == 401
    assert locked.told == []


def test_help_needs_no_session(locked: Rig) -> None:
    assert "112" in locked.client().get("/help").text


def test_the_passphrase_opens_the_door_by_form_and_by_json(locked: Rig) -> None:
    by_form = locked.client()
    token = re.search(r'name="token" value="([^"]+)"', by_form.get("/login").text)
    assert token
    answer = by_form.post("/login", data={"passphrase": PASSPHRASE, "token": token[1]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "HttpOnly" in answer.headers["set-cookie"] and "SameSite=Strict" in answer.headers["set-cookie"]
    assert by_form.get("/").status_code == 200
    assert by_form.post("/api/mark", json={}, headers={"x-desk-token": locked.token(by_form)}).status_code == 202

    by_json = locked.client()
    header = {"x-desk-token": token[1]}
    assert by_json.post("/api/login", json={"passphrase": PASSPHRASE}, headers=header).status_code == 200
    assert by_json.get("/api/state").status_code == 200
    # The token from before the session does not open anything any more.
    assert by_json.post("/api/mark", json={}, headers=header).status_code == 403


def test_a_session_ends_when_it_is_ended(locked: Rig) -> None:
    client = locked.client()
    client.post("/api/login", json={"passphrase": PASSPHRASE}, headers={"x-desk-token": locked.desk.access.token})
    cookie = client.cookies["desk_session"]
    assert client.post("/api/logout", json={}, headers={"x-desk-token": locked.token(client)}).status_code == 200
    client.cookies.set("desk_session", cookie)
    assert client.get("/api/state").status_code == 401


def test_a_session_ends_after_thirty_days(locked: Rig) -> None:
    client = locked.client()
    client.post("/api/login", json={"passphrase": PASSPHRASE}, headers={"x-desk-token": locked.desk.access.token})
    assert client.get("/api/state").status_code == 200
    locked.wall += 31 * 86_400
    assert client.get("/api/state").status_code == 401


def test_a_hundred_wrong_passphrases_are_refused_and_soon_only_waited_for(locked: Rig) -> None:
    client, header = locked.client(), {"x-desk-token": locked.desk.access.token}
    answers = [
        client.post("/api/login", json={"passphrase": f"geraten {n:03d}"}, headers=header).status_code
        for n in range(100)
    ]
    assert set(answers) == {401, 429}
    assert answers.count(401) == 5, "five tries, then the wait begins"
    # Even the right one has to wait, so that nobody learns anything in between.
    right = client.post("/api/login", json={"passphrase": PASSPHRASE}, headers=header)
    assert right.status_code == 429 and int(right.headers["retry-after"]) >= 1
    locked.wall += 3
    assert client.post("/api/login", json={"passphrase": PASSPHRASE}, headers=header).status_code == 200


def test_guessing_from_many_addresses_slows_down_too(locked: Rig) -> None:
    header = {"x-desk-token": locked.desk.access.token}
    tried = 0
    for n in range(40):
        client = locked.client(f"192.168.1.{n + 1}")
        tried += client.post("/api/login", json={"passphrase": "geraten geraten"}, headers=header).status_code == 401
    assert tried == 30


def test_setting_a_passphrase_keeps_this_browser_in_and_lets_the_network_in(rig: Rig, tmp_path: Path) -> None:
    client = rig.client()
    header = {"x-desk-token": rig.token(client)}
    assert client.post("/api/passphrase", json={"passphrase": "kurz"}, headers=header).status_code == 422
    assert rig.rebound == 0
    assert client.post("/api/passphrase", json={"passphrase": PASSPHRASE}, headers=header).status_code == 200
    assert rig.rebound == 1
    assert client.get("/api/state").status_code == 200
    assert rig.client().get("/api/state").status_code == 401
    kept = (tmp_path / "page-access.json").read_text()
    assert PASSPHRASE not in kept and client.cookies["desk_session"] not in kept
    assert (tmp_path / "page-access.json").stat().st_mode & 0o077 == 0


def test_a_passphrase_that_is_removed_while_somebody_signs_in_breaks_nothing(tmp_path: Path) -> None:
    access = Access(tmp_path, PASSPHRASE, cost={"n": 2, "r": 8, "p": 1})
    over, wrong = threading.Event(), []

    def come_and_go() -> None:
        while not over.is_set():
            access.remove()
            access.set(PASSPHRASE)

    other = threading.Thread(target=come_and_go)
    other.start()
    try:
        for n in range(500):
            cookie = access.sign_in(PASSPHRASE, "127.0.0.1", float(n))
            access.sign_out(cookie)
    except KeyError as error:
        wrong.append(error)
    finally:
        over.set()
        other.join()
    assert not wrong
    assert access.locked, "a sign-in never brings back what was removed, nor removes what was set"


def test_a_damaged_passphrase_file_lets_nobody_in(tmp_path: Path) -> None:
    (tmp_path / "page-access.json").write_text("{broken")
    assert Rig(tmp_path).client().get("/api/state").status_code == 401


# --- the live picture -----------------------------------------------------------------------------------


def _reading(t: float, wall: float, level: float | None = 7.0) -> e.Moment:
    return e.Moment(e.Reading(t - 0.125, level, False, "ok"), t, wall)


def test_a_frame_holds_what_is_new_once(rig: Rig) -> None:
    live = rig.desk.live
    live.take(_reading(10.0, 1000.0))
    live.take(e.Moment(e.SensorWell(500.0), 10.0, 1000.0))
    first = json.loads((live.frame() or b"").removeprefix(b"data: "))
    assert first["readings"] == [[999.875, 7.0, False, "ok", 1000.0]]
    assert first["state"]["sensor_ok"] is True
    live.take(_reading(10.1, 1000.1))
    second = json.loads((live.frame() or b"").removeprefix(b"data: "))
    assert "state" not in second, "only the level has changed"
    assert live.frame() is None
    assert len(live.snapshot()["readings"]) == 2


def test_private_mode_hides_and_forgets_the_trace(rig: Rig) -> None:
    live = rig.desk.live
    live.take(_reading(10.0, 1000.0))
    live.take(e.Moment(e.Private(True, "button"), 10.1, 1000.1))
    live.take(_reading(10.2, 1000.2, 30.0))
    snapshot = live.snapshot()
    assert snapshot["readings"] == [] and snapshot["state"]["level_rve_percent"] is None


def test_a_newcomer_in_the_middle_of_a_breath_learns_of_it(rig: Rig) -> None:
    live = rig.desk.live
    live.take(e.Moment(e.SessionStarted("breathing", "micro", "de", 80.0, "button"), 1.0, 1000.0))
    live.take(e.Moment(e.SessionStep("breathing", "de", 3, "breath_in", 4.0), 19.0, 1018.0))
    step = live.snapshot()["step"]
    assert (step["kind"], step["seconds"], step["at"]) == ("breath_in", 4.0, 1018.0)
    live.take(e.Moment(e.SessionEnded("breathing", "de", "stopped"), 20.0, 1019.0))
    assert live.snapshot()["step"] is None


def test_calibration_is_shown_in_words_with_what_can_be_done(rig: Rig) -> None:
    rig.desk.live.take(e.Moment(e.CalibrationStep("reference_ready", 5.0), 1.0, 1000.0))
    shown = rig.desk.live.snapshot()["calibration"]
    assert "beide Arme" in shown["words"]["de"] and "both arms" in shown["words"]["en"]
    assert shown["can"] == ["next", "skip"]


def test_a_browser_that_cannot_keep_up_is_let_go_and_the_others_are_not(rig: Rig) -> None:
    asyncio.run(_slow_and_quick(rig))


async def _slow_and_quick(rig: Rig) -> None:
    heard: list[bytes] = []
    stuck = asyncio.Event()

    async def quick(message: Any) -> None:
        heard.append(message.get("body", b""))

    async def slow(message: Any) -> None:
        await stuck.wait()

    async def stays() -> Any:
        await asyncio.Event().wait()

    pump = asyncio.create_task(rig.streams.pump())
    await asyncio.sleep(0)
    clients = [asyncio.create_task(rig.streams({}, stays, send)) for send in (quick, slow)]
    for n in range(60):
        rig.desk.live.take(_reading(n / 10, 1000 + n / 10))
        rig.streams.wake()
        await asyncio.sleep(0.025)
    assert clients[1].done(), "the slow one was let go"
    assert not clients[0].done()
    assert sum(b"readings" in each for each in heard) > 50
    rig.streams.close()
    await asyncio.wait_for(clients[0], 1)
    pump.cancel()


# --- the interface's description --------------------------------------------------------------------------


def test_the_description_holds_every_route_and_every_body(rig: Rig) -> None:
    document = rig.client().get("/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    described = {(method.upper(), path) for path, ways in document["paths"].items() for method in ways}
    assert described == {(route.method, route.path) for route in ROUTES}
    names = [way["operationId"] for ways in document["paths"].values() for way in ways.values()]
    assert len(set(names)) == len(names)
    text = json.dumps(document)
    for reference in set(re.findall(r'"#/components/schemas/(\w+)"', text)):
        assert reference in document["components"]["schemas"]


def test_everything_together_weighs_less_than_a_photo(rig: Rig) -> None:
    import gzip

    pages = sum(len(gzip.compress(rig.client().get(path).content)) for path in PAGES)
    files = sum(len(gzip.compress(content)) for _, content, _ in rig.desk.files.values())
    print(f"\n{len(PAGES)} pages {pages / 1000:.0f} kB, {len(rig.desk.files)} files {files / 1000:.0f} kB, all as gzip")
    assert pages + files < 250_000


def test_unchanged_files_are_not_sent_twice(rig: Rig) -> None:
    client = rig.client()
    etag = client.get("/static/style.css").headers["etag"]
    again = client.get("/static/style.css", headers={"if-none-match": etag})
    assert again.status_code == 304 and again.content == b""


def test_the_manifest_names_icons_that_exist(rig: Rig) -> None:
    manifest = rig.client().get("/manifest.webmanifest")
    assert manifest.headers["content-type"] == "application/manifest+json"
    assert all(rig.client().get(icon["src"]).status_code == 200 for icon in manifest.json()["icons"])


def test_the_diary_tells_what_was_before_a_mark(rig: Rig, tmp_path: Path) -> None:
    at = rig.wall - 7200
    minutes = [(at - 60 * n, e.Minute(0.4, 2.0, 6.0, 14.0, 9, 45.0, 60.0, "A")) for n in range(1, 10)]
    earlier = [(at - 900, e.Minute(1.0, 2.0, 6.0, 14.0, 9, 45.0, 60.0, "A"))]
    remember(tmp_path, *sorted([*minutes, *earlier]), (at, e.Mark("button")), (at + 3600, e.Mark("page")))
    text = rig.client().get("/diary").text
    assert "zehn Minuten davor: 40\u202f% Ruhe" in text
    assert "davor: nicht gemessen" in text
    assert re.search(r"Gemessene Tage: [12]\.", rig.client().get("/insight").text)
