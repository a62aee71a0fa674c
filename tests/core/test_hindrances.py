"""What stands against a cue: quiet, calls, being away, a sensor that cannot be believed, the first days."""

from __future__ import annotations

import pytest

from station.core.coach import Settings
from station.core.events import CalibrationStep, Cue, CueWithheld, Presence, Quality, SensorTrouble, SensorWell
from station.core.inputs import Context, NewDay, SetPrivate, SetQuiet
from tests.core.small_desk import answers, codes, cues


def test_in_quiet_time_nothing_shows_and_after_it_comes_one_offer(small_desk):
    desk = small_desk()
    desk.long()
    for _ in range(3):
        desk.tension()
        desk.wait(300)
        desk.recover()
        desk.wait(60)
    assert cues(desk) == [] and codes(desk) == ["quiet"] * 3
    desk.tension()
    desk.wait(3600)
    assert cues(desk) == ["light", "chime"]


def test_after_a_call_there_is_one_offer_and_never_a_backlog(small_desk):
    desk = small_desk()
    desk.say(Context("call", True))
    for _ in range(5):
        desk.tension()
        desk.wait(120)
        desk.recover()
    desk.tension()
    desk.wait(120)
    assert cues(desk) == []
    desk.say(Context("call", False))
    desk.wait(3600)
    assert cues(desk) == ["light", "chime"]


def test_after_a_call_with_shoulders_down_there_is_nothing(small_desk):
    desk = small_desk()
    desk.say(Context("call", True))
    desk.tension()
    desk.recover()
    desk.say(Context("call", False))
    desk.wait(3600)
    assert cues(desk) == []


def test_a_call_that_the_house_forgot_to_end_expires(small_desk):
    desk = small_desk()
    desk.say(Context("call", True, expires_s=600))
    desk.tension()
    desk.wait(590)
    assert cues(desk) == []
    desk.wait(20)
    assert cues(desk) == ["light"]


@pytest.mark.parametrize(
    "hindrance, code",
    [
        (Context("call", True), "call"),
        (Context("focus", True), "focus"),
        (Context("quiet", True), "quiet"),
        (Context("away", True), "away"),
        (SetQuiet(30), "quiet"),
        (Presence("away"), "away"),
        (Quality("off", "an electrode is off"), "sensor"),
        (SensorTrouble("the sensor does not answer"), "sensor"),
        (CalibrationStep("reference", 15.0), "calibration"),
    ],
)
@pytest.mark.parametrize("seconds", [10, 70])
def test_what_stands_against_a_cue_takes_a_showing_one_back(small_desk, hindrance, code, seconds):
    desk = small_desk()
    desk.tension()
    desk.wait(seconds)
    shown = cues(desk)
    desk.say(hindrance)
    assert answers(desk) == ["withdrawn"] and codes(desk) == [code]
    assert desk.pattern() not in ("cue", "offer")
    desk.wait(300)
    assert cues(desk) == shown


def test_none_in_the_first_ten_minutes_after_putting_the_sensor_on(small_desk):
    desk = small_desk(Settings(patience_s=0))
    desk.wait(60)
    desk.tension()
    desk.wait(530)
    assert cues(desk) == [] and codes(desk) == ["settling"]
    desk.wait(20)
    assert desk.times(Cue) == [600.0]


def test_a_cue_comes_only_after_a_minute_of_good_signal(small_desk):
    desk = small_desk()
    desk.wait(1000)
    desk.tension()
    desk.say(Quality("off"))
    desk.wait(10)
    assert answers(desk) == ["withdrawn"]
    desk.say(Quality("ok"))
    desk.wait(59)
    assert cues(desk) == ["light"] and codes(desk) == ["sensor", "steadying"]
    desk.say(Quality("off"))
    desk.wait(5)
    desk.say(Quality("ok"))
    desk.wait(59)
    assert cues(desk) == ["light"], "the minute begins anew"


def test_a_sensor_that_was_off_for_minutes_settles_anew_one_that_slipped_does_not(small_desk):
    desk = small_desk(Settings(patience_s=0))
    desk.wait(1000)
    desk.say(Quality("off"))
    desk.wait(10)
    desk.say(Quality("ok"))
    desk.tension()
    assert cues(desk) == [] and codes(desk) == ["steadying"]
    desk.wait(60)
    assert cues(desk) == ["light"]
    desk.recover()
    desk.wait(3600)
    desk.say(SensorTrouble("lost"))
    desk.wait(120)
    desk.say(SensorWell(500.0))
    desk.tension()
    assert codes(desk)[-1] == "settling"


def test_who_got_up_from_the_pad_has_not_taken_the_sensor_off(small_desk):
    desk = small_desk(Settings(patience_s=0))
    desk.wait(1000)
    desk.say(Quality("absent"), Presence("away"))
    desk.wait(600)
    desk.say(Quality("ok"), Presence("present"))
    desk.wait(61)
    desk.tension()
    assert codes(desk) == ["returned"]
    desk.wait(240)
    assert cues(desk) == ["light"], "five minutes after the return, not ten"


@pytest.mark.parametrize(("off_s", "settles"), [(61, True), (59, False)])
def test_electrodes_that_come_off_on_an_empty_pad_are_put_on_anew(small_desk, off_s, settles):
    desk = small_desk(Settings(patience_s=0))
    desk.wait(1000)
    desk.say(Quality("absent"))
    desk.wait(100)
    desk.say(Quality("off"))
    desk.wait(off_s)
    desk.say(Quality("absent"))
    desk.wait(100)
    desk.say(Quality("ok"))
    desk.wait(61)
    desk.tension()
    assert codes(desk) == ["settling"] * settles


def test_who_comes_back_is_not_greeted_with_an_alert(small_desk):
    desk = small_desk()
    desk.say(Presence("present"))
    desk.say(Presence("away"))
    desk.wait(1800)
    desk.say(Presence("present"))
    desk.tension()
    desk.wait(290)
    assert cues(desk) == [] and codes(desk) == ["returned"]
    desk.wait(20)
    assert cues(desk) == ["light"]


def test_the_house_saying_back_does_not_outvote_an_empty_pad(small_desk):
    desk = small_desk()
    desk.say(Presence("away"), Context("away", True), Context("away", False))
    desk.tension()
    assert codes(desk) == ["away"]


def test_an_exercise_brings_no_cue_and_neither_do_the_minutes_after_it(small_desk):
    desk = small_desk()
    desk.short()
    desk.tension()
    desk.wait(60)
    assert cues(desk) == [] and codes(desk) == ["exercise", "exercised"]


def test_in_private_mode_there_is_no_cue_and_no_word_about_it(small_desk):
    desk = small_desk()
    desk.tension()
    desk.say(SetPrivate(True, "web"))
    assert answers(desk) == ["withdrawn"]
    desk.told.clear()
    desk.tension()
    desk.wait(3600)
    assert not desk.all(Cue) and not desk.all(CueWithheld)


def test_the_first_three_workdays_are_only_watched(small_desk):
    desk = small_desk(Settings(patience_s=0, settle_s=0, baseline_days=3))
    for before in range(3):
        desk.say(NewDay(f"2026-11-2{before + 3}", before))
        desk.tension()
        desk.wait(600)
        desk.recover()
    assert cues(desk) == [] and codes(desk) == ["baseline"] * 3
    desk.say(NewDay("2026-11-26", 3))
    desk.tension()
    assert cues(desk) == ["light"]


def test_the_hand_ends_quiet_that_the_house_asked_for(small_desk):
    desk = small_desk()
    desk.say(Context("quiet", True))
    assert desk.state.quiet
    desk.long()
    assert not desk.state.quiet


def test_the_end_of_the_houses_quiet_does_not_end_the_persons(small_desk):
    desk = small_desk()
    desk.long()
    desk.say(Context("quiet", True, 60), Context("quiet", False))
    assert desk.state.quiet


def test_a_context_nobody_knows_is_refused_with_the_ones_there_are(small_desk):
    (refusal,) = small_desk().say(Context("meeting", True))
    assert "call, focus, away, quiet" in refusal.reason


def test_a_moment_of_lost_samples_takes_no_cue_back_but_seconds_of_them_do(small_desk):
    """A busy computer loses samples for a moment now and then; that is no reason to switch a light on and off."""
    desk = small_desk()
    desk.tension()
    desk.wait(10)
    desk.say(Quality("stale", "samples were lost"))
    desk.feel(None, 1.0)
    desk.say(Quality("ok"))
    desk.feel(15.0, 1.0)
    assert answers(desk) == [] and cues(desk) == ["light"]
    desk.say(Quality("stale", "samples were lost"))
    desk.feel(None, 3.0)
    assert answers(desk) == ["withdrawn"] and codes(desk) == ["sensor"]


def test_two_hindrances_that_take_turns_are_told_once_each(small_desk):
    desk = small_desk()
    desk.say(Context("call", True))
    desk.tension()
    for _ in range(5):
        desk.say(SetQuiet(30), Context("call", False))
        desk.feel(15.0, 1.0)
        desk.say(Context("call", True), SetQuiet(0))
        desk.feel(15.0, 1.0)
    assert codes(desk) == ["call", "quiet"]
