"""What Home Assistant is told: every entity, in both languages and modes, no more than the privacy level allows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from station import __main__
from station.core.preferences import PERSONAL, POSSIBLE
from station.outputs.mqtt import announced, discovery, words
from station.outputs.mqtt.settings import Settings

TECHNIQUES = ("breathing", "pmr")


def components(**more: Any) -> dict[str, dict[str, Any]]:
    ((_, document),) = discovery.payload("desk_1", "Desk", more.pop("language", "en"), TECHNIQUES, "1.0", **more)
    found: dict[str, dict[str, Any]] = document["components"]
    return found


def test_everything_that_a_smart_home_could_want_is_there() -> None:
    made: dict[str, set[str]] = {}
    for key, component in components().items():
        made.setdefault(component["platform"], set()).add(key)
    assert made == {
        "sensor": {
            *("state", "level", "rest", "rest_today", "longest_stretch", "sessions_today", "last_cue", "quality"),
            *("sampling_rate", "version"),
        },
        "binary_sensor": {"tension", "present", "worn", "sensor_ok", "problem", "quiet"},
        "event": {"button", "cue", "session", "tension_event", "spoken"},
        "device_automation": {"trigger_press", "trigger_double_press", "trigger_long_press"},
        "button": {"start", "start_breathing", "start_pmr", "stop", "mark"},
        "switch": {"monitoring", "cues", "quiet_switch"},
        "select": {"favourite", "language", "quiet_minutes"},
        "number": {"volume", "cue_budget"},
    }


def test_names_are_the_owners_and_everything_else_is_the_same_in_every_language() -> None:
    german, english = components(language="de"), components(language="en")
    assert german["mark"]["name"] == "Moment merken" and english["mark"]["name"] == "Mark this moment"
    without_names = [{k: {**c, "name": ""} for k, c in made.items()} for made in (german, english)]
    assert without_names[0] == without_names[1]
    for made in (german, english):
        names = [(c["platform"], c["name"]) for c in made.values() if "name" in c]
        assert len(names) == len(set(names))  # or two entities would fight for one id


def test_what_the_privacy_level_keeps_here_is_not_even_announced() -> None:
    health = components(privacy=1)
    for component in health.values():
        told = component.get("value_template", "")
        assert not [key for key, (level, _) in words.STATE.items() if level > 1 and f"value_json.{key} " in f"{told} "]
    assert {"state", "quality", "sensor_ok", "start_pmr", "volume"} <= set(health)
    assert not {"level", "present", "tension", "button", "last_cue"} & set(health)
    assert "state_topic" not in health["volume"] and health["volume"]["optimistic"]


def test_in_a_company_one_setting_locks_level_1_whatever_else_is_written() -> None:
    assert Settings(privacy=3, company=True).level == 1
    assert Settings(privacy=0, company=True).level == 0
    assert Settings(privacy=3).level == 3


def test_a_command_that_is_not_permitted_is_not_offered() -> None:
    made = components(commands=("stop",))
    assert [key for key, c in made.items() if "command_topic" in c] == ["stop"]


def test_every_preference_can_be_changed_from_the_smart_home() -> None:
    changes = [c for c in components().values() if c.get("command_topic", "").endswith("cmd/set")]
    said = " ".join(c.get("command_template", c.get("payload_on", "")) for c in changes)
    assert all(f"'{name}'" in said or f'"{name}"' in said for name in POSSIBLE if name not in PERSONAL)


# --- what is no longer there ------------------------------------------------------------------------


def test_an_entity_that_is_gone_is_taken_back_and_the_others_stay() -> None:
    before = discovery.payload("desk_1", "Desk", "en", ("breathing", "pmr"), "1.0")
    now = discovery.payload("desk_1", "Desk", "en", ("breathing",), "1.0")
    (topic, tombstone), (again, last) = announced.messages(announced.record_of(before), now)
    assert topic == again == "homeassistant/device/desk_1/config"
    assert json.loads(tombstone)["components"]["start_pmr"] == {"platform": "button"}
    assert json.loads(tombstone)["components"]["start_breathing"]["name"] == "Breathing"
    assert json.loads(last) == now[0][1]


def test_another_mode_empties_the_topics_of_the_old_one() -> None:
    pieces = discovery.payload("desk_1", "Desk", "en", (), "1.0", mode="component")
    whole = discovery.payload("desk_1", "Desk", "en", (), "1.0")
    there = announced.messages(announced.record_of(pieces), whole)
    assert {topic for topic, payload in there if payload == b""} == {topic for topic, _ in pieces}
    assert there[-1][0] == whole[0][0]
    back = announced.messages(announced.record_of(whole), pieces)
    assert back[0] == (whole[0][0], b"")


def test_what_was_announced_is_known_after_a_restart_and_until_the_broker_has_all_of_it(tmp_path: Path) -> None:
    documents = discovery.payload("desk_1", "Desk", "en", ("breathing", "pmr"), "1.0")
    first = announced.Announcement(tmp_path, lambda: documents)
    assert len(first.messages()) == 1
    first.arrived()
    fewer = discovery.payload("desk_1", "Desk", "en", ("breathing",), "1.0")
    cut_off = announced.Announcement(tmp_path, lambda: fewer)
    assert len(cut_off.messages()) == 2  # and the wire is cut before it is acknowledged
    again = announced.Announcement(tmp_path, lambda: fewer)
    assert len(again.messages()) == 2
    again.arrived()
    assert len(announced.Announcement(tmp_path, lambda: fewer).messages()) == 1


@pytest.mark.parametrize("text", ["", "[1]", '{"a": 3}', "{"])
def test_a_damaged_list_is_no_reason_not_to_announce(text: str, tmp_path: Path) -> None:
    (tmp_path / announced.FILE_NAME).write_text(text, encoding="utf-8")
    documents = discovery.payload("desk_1", "Desk", "en", (), "1.0")
    assert len(announced.Announcement(tmp_path, lambda: documents).messages()) == 1


# --- the command ------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["device", "component"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_the_announcement_can_be_printed_without_a_broker(
    mode: str, language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert __main__.main(["discovery", "--mode", mode, "--language", language, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert all(set(one) == {"topic", "payload"} for one in told)
    assert (len(told) == 1) == (mode == "device")
    names = json.dumps(told, ensure_ascii=False)
    assert ("Anspannung" in names) == (language == "de")


def test_for_a_person_it_is_a_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert __main__.main(["discovery", "--language", "en"]) == 0
    said = capsys.readouterr().out
    assert "Tension level" in said and "entities and triggers" in said
