"""What the page says of the coach, and what can be told to it there: liking, leaving out, reminders, proposals."""

from __future__ import annotations

import datetime
import json
import re

import pytest

from station.core import events as e
from station.core import hours
from station.core import inputs as i
from station.core.preferences import POSSIBLE
from station.core.sensing import DOUBTED
from station.outputs.web.live import picture
from station.outputs.web.progress import STEPS
from station.outputs.web.reasons import in_german
from station.outputs.web.view import words
from tests.outputs.web_desk import Rig


@pytest.mark.parametrize(("kind", "says"), [("tension", "Schultern"), ("daily", "kleine Pause"), ("movement", "sitzt")])
def test_an_offer_says_what_it_is_about(rig: Rig, kind: str, says: str) -> None:
    rig.tell(e.SensorWell(500.0), e.Cue("light", "why", "breathing", kind))
    offer = rig.client().get("/").text.partition('id="offer"')[2]
    assert says in offer.partition("</section>")[0]
    wrong = offer.partition('id="wrong"')[0].rpartition("<button")[2]
    assert ("hidden" in wrong) is (kind != "tension"), "only tension can be a false alarm"


def test_a_proposal_stands_on_the_page_with_its_reason_until_it_is_answered(rig: Rig) -> None:
    assert 'id="proposal" class="card proposal" hidden' in rig.client().get("/").text
    rig.tell(e.Proposed("fewer", "12 of the last 20 cues were left alone"))
    shown = rig.client().get("/").text
    assert 'id="proposal" class="card proposal">' in shown
    assert "halb so viele Hinweise" in shown and "12 der letzten 20 Hinweise blieben unbeantwortet" in shown
    assert "12 of the last 20 cues were left alone" in rig.client().get("/?lang=en").text
    assert picture(rig.desk.live.state)["proposal_why_de"].startswith("12 der letzten 20")
    rig.tell(e.Proposed("", ""))
    assert 'id="proposal" class="card proposal" hidden' in rig.client().get("/").text


def test_a_proposal_lists_the_cues_it_rests_on_with_the_way_to_their_day(rig: Rig) -> None:
    assert 'id="proposal-windows" hidden' in rig.client().get("/").text
    wall = datetime.datetime(2026, 11, 24, 10, 42).timestamp()
    windows = (
        e.Window(-500.0, -260.0, "wrong", "rest share 4 % for 60 s, load 18 %RVE"),
        e.Window(0.0, 15.0, "wrong", ""),
    )
    rig.desk.live.take(
        e.Moment(e.Proposed("wider_limit", "3 of the last 10 cues were marked wrong", windows), 500.0, wall)
    )
    shown = rig.client().get("/").text
    listed = shown.partition('id="proposal-windows">')[2].partition("</details>")[0]
    assert '<a href="/day?date=2026-11-24">Dienstag, 24. November 2026, 10:25–10:29</a>' in listed
    assert '<span class="soft figure">Ruheanteil 4\u202f% seit 60 s, Last 18 %RVE</span>' in listed
    assert listed.count("<li>") == 2 and "10:33–10:33" in listed
    first, second = rig.client().get("/api/state").json()["proposal_windows"]
    assert first == {
        "since": wall - 1000, "until": wall - 760, "answer": "wrong",
        "reason": "rest share 4 % for 60 s, load 18 %RVE",
        "reason_de": "Ruheanteil 4\u202f% seit 60 s, Last 18 %RVE", "reason_en": "rest share 4% for 60 s, load 18 %RVE",
    }  # fmt: skip
    assert second["since"] == wall - 500
    told = json.loads(rig.desk.live.frame().removeprefix(b"data: "))
    assert len(told["state"]["proposal_windows"]) == 2 and "windows" not in told["events"][0]
    rig.tell(e.Proposed("", ""))
    assert picture(rig.desk.live.state)["proposal_windows"] == []


def test_an_exercise_can_be_liked_and_left_out_and_the_page_says_so_in_words(rig: Rig) -> None:
    before = rig.client().get("/exercises/breathing").text
    assert "Mag ich" in before and "Nicht mehr vorschlagen" in before
    rig.tell(e.Liked("breathing", True, "page"), e.Excluded("breathing", True, "page"))
    after = rig.client().get("/exercises/breathing").text
    assert "Du magst diese Übung" in after and "wird nicht vorgeschlagen" in after
    assert 'data-on="no"' in after and "Wieder vorschlagen" in after
    rig.tell(e.Liked("breathing", False, "page"), e.Excluded("breathing", False, "page"))
    assert rig.client().get("/exercises/breathing").text == before


def test_the_wishes_show_what_is_in_force(rig: Rig) -> None:
    told = {"daily": "14:30", "movement": True, "quiet_hours": "mo-fr 12:00-13:00", "try_out": False, "chime": False}
    rig.tell(*(e.Preferred(name, value, "restart") for name, value in told.items()))
    page = rig.client().get("/setup").text
    assert 'data-wish="daily"' in page and 'value="14:30"' in page and 'value="mo-fr 12:00-13:00"' in page
    movement = page.partition('id="wish-movement"')[2].partition(">")[0]
    chime = page.partition('id="wish-chime"')[2].partition(">")[0]
    assert "checked" in movement and "checked" not in chime


def test_the_wishes_are_folded_away_while_a_step_of_the_set_up_waits(rig: Rig) -> None:
    rig.tell(e.Preferred("volume", 40, "restart"))
    folded = re.compile(r'<details class="card folded wishes"><summary>[^<]+</summary><div id="wishes"|id="wishes">')
    assert folded.search(rig.client().get("/setup").text)
    for step in STEPS:
        rig.desk.progress.finish(step, "2026-11-28", "")
    done, step = rig.client().get("/setup").text, rig.client().get("/setup?step=sound").text
    assert '<section class="card wishes">' in done and "<details" in step and "data-wish" in step


def test_the_wishes_arrive_as_one_request(rig: Rig) -> None:
    client = rig.client()
    body = {"daily": "arrival", "movement": True, "quiet_hours": "sat", "silent_alerts": True, "load_limit": 125}
    answer = client.post("/api/prefer", json=body, headers={"x-desk-token": rig.token(client)})
    assert answer.status_code == 202 and rig.told == [i.Prefer(body, "page")]
    for wrong in ({"daily": "25:00"}, {"load_limit": 300}, {"quiet_hours": "x" * 201}):
        assert client.post("/api/prefer", json=wrong, headers={"x-desk-token": rig.token(client)}).status_code == 422
    assert set(body) <= set(POSSIBLE)


def test_quiet_hours_that_are_none_get_one_answer_in_the_page_s_language_and_reach_no_one(rig: Rig) -> None:
    client = rig.client()
    for language, says in (("de", "Das sind keine Zeiten der Woche."), ("en", "These are no times of the week.")):
        headers = {"x-desk-token": rig.token(client), "accept-language": language}
        answer = client.post("/api/prefer", json={"volume": 40, "quiet_hours": "irgendwann"}, headers=headers)
        assert answer.status_code == 422
        said = answer.json()["error"]
        assert said.startswith(says) and "quiet_hours" not in said
        example = said.partition("mo-fr" if language == "de" else "mon-fri")
        assert hours.is_possible(f"{example[1]}{example[2].partition('sa')[0]}sat"), "what it advises is possible"
        assert client.post("/api/prefer", json={"quiet_hours": ""}, headers=headers).status_code == 202
    assert rig.told == 2 * [i.Prefer({"quiet_hours": ""}, "page")], "all or nothing"


@pytest.mark.parametrize(
    "reason",
    ["your small pause of the day; budget 1 of 2 this hour, 1 of 6 today",
     "60 min of sitting without a break; budget 1 of 2 this hour, 1 of 6 today", "still on offer after 60 s of light",
     "its turn in the try-out", "every second time it is movement", "you like it",
     "the largest effect that was measured",
     "silent: left out by chance, to find out what alerts change", "hours: these are your quiet hours, 5 min left",
     "offer: another offer is on show", "3 of the last 10 cues were marked wrong",
     "the cues have been with you for 8 weeks"],
)  # fmt: skip
def test_every_reason_of_the_coach_has_its_german(reason: str) -> None:
    german = in_german(reason)
    assert all(part and part not in reason for part in german.split(" · ")), german


def test_every_proposal_has_its_sentence_in_both_languages() -> None:
    for language in ("de", "en"):
        for name in ("wider_limit", "fewer", "light_only", "weaning"):
            assert words(language)[f"live.proposal_{name}"]


@pytest.mark.parametrize(
    ("reason", "german"),
    [
        (
            "in the last 120 min, half of the time above 84 %RVE; 100 is both arms held out",
            "in den letzten 120 min die halbe Zeit über 84 %RVE · 100 sind beide Arme zur Seite gehalten",
        ),
        (
            "minutes with work and rest in them at 41 %RVE; your typing was at 8",
            "Minuten mit Arbeit und Ruhe darin bei 41 %RVE · dein Tippen lag bei 8",
        ),
        (
            "in the last 120 min, half of the time above 104 % of fully raised",
            "in den letzten 120 min die halbe Zeit über 104\u202f% von ganz hochgezogen",
        ),
        (
            "in the last 120 min, even the busiest minutes at 1.7 %RVE; your typing was at 6",
            "in den letzten 120 min selbst die lebhaftesten Minuten bei 1,7 %RVE · dein Tippen lag bei 6",
        ),
    ],
)
def test_a_yardstick_that_does_not_fit_is_asked_about_in_words(rig: Rig, reason: str, german: str) -> None:
    rig.tell(e.Proposed("daily_reference", reason))
    shown = rig.client().get("/").text
    assert "Die Messlatte scheint heute nicht zu passen. Magst du kurz nachmessen?" in shown and german in shown
    assert "Would you like a quick check?" in rig.client().get("/?lang=en").text


def test_why_cues_wait_while_the_yardstick_is_in_doubt_is_said_in_german() -> None:
    said = in_german(f"rest share 4 % for 60 s, load 90 %RVE; {DOUBTED}")
    assert said == "Ruheanteil 4\u202f% seit 60 s, Last 90 %RVE · die Messlatte scheint heute nicht zu passen"


def test_what_a_pad_felt_is_told_in_its_own_unit() -> None:
    said = in_german("rest share 4 % for 60 s, load 66 % of fully raised; 3 min since")
    assert said == "Ruheanteil 4\u202f% seit 60 s, 66\u202f% von ganz hochgezogen · 3 min zuvor bemerkt"
