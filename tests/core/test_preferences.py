"""What may be changed while the station runs: asked for, judged, in force, and there again after a restart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station import assembly, config
from station.core import events as ev
from station.core.inputs import AnswerCue, Note, Prefer, SetPrivate, SetQuiet, Start
from station.core.lights import Seen, _sensor_needs_help
from station.core.preferences import POSSIBLE, Preferences
from station.core.state import State, fold

DEFAULTS: dict[str, Any] = {
    "monitoring": True,
    "cues": True,
    "favourite": "breathing",
    "language": "de",
    "quiet_minutes": 60,
    "volume": 70,
    "cue_budget": 6,
    "silent_alerts": False,
    "load_limit": 100,
    "chime": True,
    "daily": "off",
    "movement": False,
    "quiet_hours": "",
    "try_out": False,
}


def asked(preferences: Preferences, **values: Any) -> list[Any]:
    return list(preferences._on_prefer(Prefer(values, "mqtt"), 0.0))


def test_a_possible_wish_is_in_force_and_an_impossible_one_is_refused_with_what_would_be() -> None:
    preferences = Preferences(DEFAULTS, ("breathing", "pmr"))
    assert asked(preferences, volume=40, favourite="pmr") == [
        ev.Preferred("volume", 40, "mqtt"),
        ev.Preferred("favourite", "pmr", "mqtt"),
    ]
    (refused,) = asked(preferences, favourite="pmrr")
    assert refused.reason == "There is no exercise 'pmrr'; there are: breathing, pmr."
    (refused,) = asked(preferences, language="fr")
    assert refused.reason == "No exercise speaks 'fr'; there are: de, en."
    assert asked(Preferences(DEFAULTS, (), ("de", "en", "fr")), language="fr") == [
        ev.Preferred("language", "fr", "mqtt")
    ]
    (refused,) = asked(preferences, volume=101)
    assert "0 to 100" in refused.reason


def test_half_a_request_is_never_carried_out() -> None:
    preferences = Preferences(DEFAULTS)
    told = asked(preferences, volume=10, cue_budget=99)
    assert [type(t) for t in told] == [ev.Refused]
    assert preferences.snapshot() == {}


def test_what_was_changed_is_there_after_a_restart_until_the_configuration_says_something_new() -> None:
    before = Preferences(DEFAULTS, ("breathing", "pmr"))
    asked(before, volume=40, cues=False, favourite="pmr")
    kept = before.snapshot()
    (again,) = Preferences(DEFAULTS, ("breathing", "pmr")).restore(kept)
    assert again.values == {**DEFAULTS, "volume": 40, "cues": False, "favourite": "pmr"}
    (newer,) = Preferences({**DEFAULTS, "volume": 55}, ("breathing",)).restore(kept)
    assert newer.values["volume"] == 55  # the owner has since written another one into the file
    assert newer.values["favourite"] == "breathing"  # and that exercise is no longer there


ANYTHING = st.none() | st.booleans() | st.integers() | st.text()


@given(st.dictionaries(st.sampled_from([*POSSIBLE, "private", ""]), ANYTHING))
def test_whatever_is_asked_either_everything_or_nothing_changes(values: dict[str, Any]) -> None:
    preferences = Preferences(DEFAULTS, ("breathing",))
    told = asked(preferences, **values)
    changed = {t.name: t.value for t in told if isinstance(t, ev.Preferred)}
    assert changed in ({}, values)
    for name, value in changed.items():
        assert value == DEFAULTS[name] or POSSIBLE[name][0](value)


class WholeCore:
    """The whole core of a default station, in virtual time."""

    def __init__(self) -> None:
        self.core = assembly.core(config.defaults(), offered=("breathing", "pmr"))
        self.state = State()
        self.told: list[ev.Event] = []

    def say(self, *messages: Any) -> list[ev.Event]:
        told = [event for message in messages for event in self.core.engine.handle(message, 100.0)]
        for event in told:
            self.state = fold(self.state, ev.Moment(event, 100.0, 1e9))
        self.told += told
        return told


def test_the_wishes_reach_the_parts_they_concern() -> None:
    desk = WholeCore()
    desk.say(Prefer({"favourite": "pmr", "language": "en", "quiet_minutes": 15, "cue_budget": 1}))
    assert "'pmr' in 'en'" in next(e.reason for e in desk.say(Start()) if isinstance(e, ev.Refused))
    (quiet,) = [e for e in desk.say(SetQuiet()) if isinstance(e, ev.Quiet)]
    assert quiet.until == 100.0 + 15 * 60
    assert desk.core.coach.budget.settings.per_day == 1
    assert desk.state.preferences["language"] == "en"


def test_with_cues_switched_off_a_tension_brings_none_and_says_why(small_desk: Any) -> None:
    desk = small_desk()
    desk.say(ev.Preferred("cues", False, "mqtt"))
    desk.tension()
    desk.wait(300)
    assert desk.all(ev.Cue) == []
    assert [e.reason for e in desk.all(ev.CueWithheld)] == ["switched off: cues are switched off"]
    desk.say(ev.Preferred("cues", True, "mqtt"))
    desk.wait(5)
    assert [e.phase for e in desk.all(ev.Cue)] == ["light"]


def test_a_budget_of_none_means_no_cue(small_desk: Any) -> None:
    desk = small_desk()
    desk.say(ev.Preferred("cue_budget", 0, "mqtt"))
    desk.tension()
    desk.wait(300)
    assert desk.all(ev.Cue) == []


def test_monitoring_switched_off_takes_the_cue_back_and_shows_nothing_measured(small_desk: Any) -> None:
    desk = small_desk()
    desk.tension()
    desk.say(ev.Preferred("monitoring", False, "mqtt"))
    assert [e.answer for e in desk.all(ev.CueAnswered)] == ["withdrawn"]
    assert desk.say(AnswerCue("accepted")) == []
    picture = State(started=True, sensor_ok=True, level_rve_percent=12.0, tension=True)
    off = fold(picture, ev.Moment(ev.Preferred("monitoring", False, "mqtt"), 0, 0))
    assert (off.state, off.level_rve_percent, off.tension) == ("standby", None, False)
    late = fold(off, ev.Moment(ev.Reading(0.0, 9.0, False, "ok"), 0, 0))  # a frame that was still on its way
    assert late.level_rve_percent is None
    assert fold(off, ev.Moment(ev.Preferred("monitoring", True, "page"), 0, 0)).state == "monitoring"


def test_a_sensor_closed_on_purpose_makes_no_light() -> None:
    lost = Seen(broken_signal=True, sensor_lost_at=0.0)
    assert _sensor_needs_help(lost)
    assert not _sensor_needs_help(replace(lost, monitoring=False))


def test_no_preference_ends_private_mode() -> None:
    desk = WholeCore()
    desk.say(SetPrivate(True))
    desk.say(Prefer({"monitoring": False}, "mqtt"), Prefer({"monitoring": True}, "mqtt"))
    assert desk.state.private and desk.state.state == "private"
    (refused,) = desk.say(SetPrivate(False, "mqtt"))
    assert isinstance(refused, ev.Refused) and desk.state.private


def test_a_note_of_the_house_ends_by_itself_and_is_one_of_a_few(small_desk: Any) -> None:
    desk = small_desk()
    desk.say(Note("weather", "thunderstorm", 60.0))
    assert desk.state.notes == {"weather": "thunderstorm"}
    desk.wait(61)
    assert desk.state.notes == {}
    desk.say(*(Note(f"n{k}", "x") for k in range(25)))
    assert len(desk.state.notes) == 20
    assert len(desk.all(ev.Refused)) == 5
    desk.say(Note("n3", ""))
    assert "n3" not in desk.state.notes


@pytest.mark.parametrize("name", POSSIBLE)
def test_everything_that_may_be_changed_has_a_beginning_in_the_configuration(name: str) -> None:
    (request,) = assembly.core(config.defaults()).preferences.restore({})
    assert name in request.values
