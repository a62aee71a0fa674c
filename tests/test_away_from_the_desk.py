"""Pauses, meetings, quiet and private hours: when nothing may shine or sound, and how it begins again."""

from __future__ import annotations

import pytest

from station.core.events import (
    Cue,
    CueAnswered,
    Mark,
    Minute,
    Presence,
    Private,
    Quiet,
    Refused,
    SessionStarted,
    TensionEnded,
    TensionStarted,
)
from station.core.inputs import Context, SetPrivate
from tests.desk import Desk

MINUTE = 60.0


def test_lunch_is_a_pause_and_nobody_is_greeted_with_an_alert(desk: Desk) -> None:
    desk.settle()
    left = desk.now
    desk.electrode("off")
    desk.wait(minutes=45)
    assert desk.state.present == "away"
    over_lunch = [event for t, event in desk.events if isinstance(event, Minute) and left + 60 < t < desk.now]
    assert over_lunch and all(minute.quality == "X" for minute in over_lunch)
    assert all(minute.relative_rest_time is None for minute in over_lunch), "unknown, and no rest either"
    back = desk.now
    desk.electrode("ok")
    desk.person("raised")
    desk.wait(minutes=20)
    assert desk.told(Presence)[-1].state == "present"
    assert desk.lights[0] - back >= 5 * MINUTE
    assert all(t - back >= 5 * MINUTE for t in desk.chimes)


def test_after_a_short_walk_there_is_no_light_for_five_minutes(desk: Desk) -> None:
    desk.settle()
    desk.say(Context("away", True))
    desk.person("rest")
    desk.wait(minutes=4)
    assert desk.state.state == "away"
    desk.say(Context("away", False))
    back = desk.now
    desk.person("raised")
    desk.wait(minutes=12)
    assert "returned" in desk.reasons
    assert desk.lights[0] - back >= 5 * MINUTE


def test_whose_electrodes_are_off_is_not_tense_all_evening_and_nobody_says_the_shoulders_came_down(desk: Desk) -> None:
    desk.settle()
    desk.person("raised")
    desk.wait(minutes=2)
    (begun,) = (t for t, event in desk.events if isinstance(event, TensionStarted))
    off = desk.now
    desk.electrode("off")
    desk.wait(minutes=30)
    (ended,) = desk.told(TensionEnded)
    assert ended.lasted_s == pytest.approx(off - begun, abs=2)
    assert not desk.state.tension
    assert desk.reasons == ["sensor"]


def test_who_leaves_during_the_light_did_not_let_go_and_is_not_tense_any_more(desk: Desk) -> None:
    desk.settle()
    desk.person("raised")
    desk.wait(minutes=3.5)
    assert desk.state.cue == "light" and desk.state.tension
    desk.say(Context("away", True))
    assert not desk.state.tension
    assert [event.answer for event in desk.told(CueAnswered)] == ["withdrawn"]


def test_twenty_minutes_of_complete_stillness_are_nobody_at_the_desk(desk: Desk) -> None:
    desk.settle()
    desk.person("rest")
    desk.wait(minutes=21)
    assert desk.state.present == "away"
    desk.person("typing")
    desk.wait(10)
    assert desk.state.present == "present"


# --- meetings and quiet ---------------------------------------------------------------------------


def test_in_a_meeting_nothing_shines_or_sounds_and_after_it_there_is_one_offer(desk: Desk) -> None:
    desk.settle()
    desk.say(Context("call", True, expires_s=2 * 3600))
    desk.person("raised")
    desk.wait(minutes=50)
    assert desk.cues == [] and desk.heard == []
    desk.say(Context("call", False))
    desk.wait(minutes=15)
    assert desk.cues == ["light", "chime"]


def test_who_came_out_of_the_meeting_relaxed_is_offered_nothing(desk: Desk) -> None:
    desk.settle()
    desk.say(Context("call", True))
    for _ in range(5):
        desk.person("raised")
        desk.wait(minutes=6)
        desk.person("rest")
        desk.wait(minutes=3)
    desk.say(Context("call", False))
    desk.person("typing")
    desk.wait(minutes=30)
    assert desk.cues == []


def test_a_call_that_begins_during_the_light_takes_the_light_back(desk: Desk) -> None:
    desk.settle()
    desk.until_the_light()
    desk.say(Context("call", True))
    assert desk.light == "off" and desk.answers == ["withdrawn"]
    desk.wait(minutes=20)
    assert desk.heard == []


def test_a_house_that_forgets_the_call_does_not_silence_the_desk_for_ever(desk: Desk) -> None:
    desk.settle()
    desk.say(Context("call", True, expires_s=30 * MINUTE))
    desk.person("raised")
    desk.wait(minutes=29)
    assert desk.cues == []
    desk.wait(minutes=3)
    assert desk.cues[0] == "light"


def test_a_long_press_is_an_hour_of_quiet_and_another_one_ends_it(desk: Desk) -> None:
    desk.settle()
    desk.long()
    assert desk.state.state == "quiet" and desk.light == "quiet"
    desk.person("raised")
    desk.wait(minutes=58)
    assert desk.cues == [] and desk.heard == []
    desk.wait(minutes=5)
    assert desk.cues[0] == "light", "one offer when the hour is over"
    desk.person("typing")
    desk.wait(minutes=30)
    desk.long()
    desk.long()
    assert [quiet.on for quiet in desk.told(Quiet)] == [True, False, True, False]


# --- private --------------------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [1, 60])
def test_after_private_mode_the_muscle_is_felt_again(minutes: int) -> None:
    """Through the signal path: it tells of the empty time all at once, and that must not look like an endless story."""
    desk = Desk(signal=True)
    desk.wait(5)
    desk.hold()
    desk.wait(minutes=minutes)
    desk.hold()
    readings = desk.readings
    desk.wait(20)
    assert desk.state.state == "monitoring"
    assert desk.readings >= readings + 150


def test_private_closes_the_sensor_and_nothing_is_said_until_the_same_hand_ends_it(desk: Desk) -> None:
    desk.settle()
    desk.hold()
    assert desk.told(Private)[0].on and desk.state.state == "private"
    desk.person("raised")
    readings, since = desk.readings, desk.now
    desk.wait(minutes=40)
    assert desk.readings == readings
    assert desk.told(Minute, since) == [] and desk.told(Cue) == [] and desk.told(TensionStarted) == []
    assert desk.light == "private"
    desk.short()
    desk.double()
    desk.long()
    assert desk.told(SessionStarted) == [] and desk.told(Mark) == [] and desk.told(Quiet) == []
    desk.say(SetPrivate(False, "mqtt"))
    assert desk.state.private and desk.told(Refused)
    desk.hold()
    assert not desk.state.private
    desk.wait(minutes=2)
    assert desk.told(Minute, since)
