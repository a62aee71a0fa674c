"""Days at the desk, in the words of the product: what happens, what is seen and heard, and what never is."""

from __future__ import annotations

import itertools

import pytest

from station.core.events import (
    Cue,
    CueAnswered,
    CueWithheld,
    Mark,
    Minute,
    Presence,
    Private,
    Quality,
    Quiet,
    Refused,
    SensorTrouble,
    SensorWell,
    SessionClosing,
    SessionEnded,
    SessionStarted,
    TensionEnded,
    TensionStarted,
)
from station.core.inputs import Context, SetPrivate, Start

MINUTE = 60.0


def settle(desk):
    """The first ten minutes after putting the sensor on."""
    desk.person("typing")
    desk.wait(minutes=12)


def until_the_light(desk, within_min=5.0):
    desk.person("raised")
    for _ in range(round(within_min * 30)):
        desk.wait(2)
        if desk.cues and desk.state.cue == "light":
            return
    raise AssertionError(f"no light; withheld: {desk.reasons}")


def until_the_chime(desk):
    until_the_light(desk)
    desk.wait(61)
    assert desk.state.cue == "chime"


def lights(desk):
    return [t for t, event in desk.events if isinstance(event, Cue) and event.phase == "light"]


# --- the cue --------------------------------------------------------------------------------------


def test_shoulders_that_stay_up_bring_a_light_after_three_and_a_half_minutes_and_then_one_chime(desk):
    settle(desk)
    raised = desk.now
    desk.person("raised")
    desk.wait(minutes=30)
    assert desk.cues == ["light", "chime"]
    light, chime = desk.times(Cue)
    assert 180 <= light - raised <= 225
    assert chime - light == pytest.approx(60, abs=1)
    assert [t for t, _ in desk.heard] == [chime]
    assert desk.answers == ["ignored"]
    assert desk.light == "off"


def test_shoulders_that_drop_during_the_light_are_a_success_without_a_sound(desk):
    settle(desk)
    until_the_light(desk)
    assert desk.light == "cue"
    desk.person("rest")
    desk.wait(minutes=10)
    assert desk.answers == ["self_released"]
    assert desk.light == "off"
    assert desk.heard == []


def test_typing_all_morning_brings_nothing(desk):
    desk.person("typing")
    desk.wait(hours=3)
    assert desk.cues == [] and desk.told(CueWithheld) == [] and desk.told(TensionStarted) == []


def test_every_cue_and_every_withheld_one_has_a_reason_a_person_can_read(desk):
    desk.person("raised")
    desk.wait(minutes=15)
    (withheld,) = desk.told(CueWithheld)
    assert withheld.reason.startswith("settling: ")
    light = desk.told(Cue)[0]
    assert "rest share 0 %" in light.reason and "budget 1 of 2" in light.reason


def test_no_cue_in_the_first_ten_minutes_after_putting_the_sensor_on(desk):
    desk.person("raised")
    desk.wait(minutes=9.9)
    assert desk.cues == []
    desk.wait(minutes=1)
    assert desk.cues == ["light"]


def test_the_first_three_workdays_are_only_watched(make_desk):
    desk = make_desk(coach={"baseline_days": 3})
    for before in range(3):
        desk.day(f"2026-11-{25 + before}", before)
        settle(desk)
        desk.person("raised")
        desk.wait(minutes=10)
        desk.person("typing")
        desk.wait(minutes=3)
    assert desk.cues == [] and set(desk.reasons) == {"baseline"}
    desk.day("2026-11-28", 3)
    settle(desk)
    until_the_light(desk)


# --- what is no tension ---------------------------------------------------------------------------


def test_a_clamped_phone_brings_nothing_under_three_minutes(desk):
    settle(desk)
    desk.person("phone")
    desk.wait(minutes=2.9)
    desk.person("typing")
    desk.wait(minutes=10)
    assert desk.cues == [] and desk.heard == []


def test_an_hour_of_gesturing_brings_nothing(desk):
    settle(desk)
    desk.person("gesturing")
    desk.wait(hours=1)
    assert desk.cues == []


# --- coming and going -----------------------------------------------------------------------------


def test_lunch_is_a_pause_and_nobody_is_greeted_with_an_alert(desk):
    settle(desk)
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
    assert lights(desk)[0] - back >= 5 * MINUTE
    assert all(t - back >= 5 * MINUTE for t in desk.chimes)


def test_after_a_short_walk_there_is_no_light_for_five_minutes(desk):
    settle(desk)
    desk.say(Context("away", True))
    desk.person("rest")
    desk.wait(minutes=4)
    assert desk.state.state == "away"
    desk.say(Context("away", False))
    back = desk.now
    desk.person("raised")
    desk.wait(minutes=12)
    assert "returned" in desk.reasons
    assert lights(desk)[0] - back >= 5 * MINUTE


def test_twenty_minutes_of_complete_stillness_are_nobody_at_the_desk(desk):
    settle(desk)
    desk.person("rest")
    desk.wait(minutes=21)
    assert desk.state.present == "away"
    desk.person("typing")
    desk.wait(10)
    assert desk.state.present == "present"


# --- meetings -------------------------------------------------------------------------------------


def test_in_a_meeting_nothing_shines_or_sounds_and_after_it_there_is_one_offer(desk):
    settle(desk)
    desk.say(Context("call", True, expires_s=2 * 3600))
    desk.person("raised")
    desk.wait(minutes=50)
    assert desk.cues == [] and desk.heard == []
    desk.say(Context("call", False))
    desk.wait(minutes=15)
    assert desk.cues == ["light", "chime"]


def test_who_came_out_of_the_meeting_relaxed_is_offered_nothing(desk):
    settle(desk)
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


def test_a_call_that_begins_during_the_light_takes_the_light_back(desk):
    settle(desk)
    until_the_light(desk)
    desk.say(Context("call", True))
    assert desk.light == "off" and desk.answers == ["withdrawn"]
    desk.wait(minutes=20)
    assert desk.heard == []


def test_a_house_that_forgets_the_call_does_not_silence_the_desk_for_ever(desk):
    settle(desk)
    desk.say(Context("call", True, expires_s=30 * MINUTE))
    desk.person("raised")
    desk.wait(minutes=29)
    assert desk.cues == []
    desk.wait(minutes=3)
    assert desk.cues[0] == "light"


def test_a_long_press_is_an_hour_of_quiet_and_another_one_ends_it(desk):
    settle(desk)
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


# --- answers --------------------------------------------------------------------------------------


def test_a_short_press_accepts_the_offer_and_something_is_heard_within_a_second_and_a_half(desk):
    settle(desk)
    until_the_chime(desk)
    pressed, before = desk.now, len(desk.heard)
    desk.short()
    assert desk.answers == ["accepted"]
    assert desk.heard[before][0] - pressed <= 1.5
    first = desk.told(SessionStarted)[0]
    assert first.technique == "shoulder-drop"
    desk.person("rest")
    desk.wait(minutes=10)
    assert [session.technique for session in desk.told(SessionStarted)] == ["shoulder-drop", "breathing"]
    assert [session.reason for session in desk.told(SessionEnded)] == ["completed", "completed"]
    assert desk.state.sessions_today == 2


def test_a_short_press_while_all_is_well_starts_the_favourite_at_once(desk):
    settle(desk)
    pressed = desk.now
    desk.short()
    assert desk.told(SessionStarted)[0].technique == "breathing"
    assert desk.heard[0][0] - pressed <= 1.5
    desk.wait(20)
    assert desk.light.startswith("breath")


def test_not_now_is_an_hour_of_quiet(desk):
    settle(desk)
    until_the_light(desk)
    desk.long()
    assert desk.answers == ["not_now"] and desk.state.quiet
    desk.wait(minutes=59)
    assert desk.cues == ["light"]


def test_wrong_is_remembered_and_changes_no_limit(desk):
    settle(desk)
    until_the_light(desk)
    desk.double()
    assert desk.answers == ["wrong"] and desk.told(Mark) == []
    desk.person("typing")
    desk.wait(minutes=25)
    raised = desk.now
    until_the_light(desk)
    assert 180 <= desk.now - raised <= 225, "the same three minutes as before"


@pytest.mark.slow
def test_ignored_offers_become_rarer_and_never_louder(desk):
    settle(desk)
    for _ in range(30):
        desk.person("raised")
        desk.wait(minutes=8)
        while desk.state.cue:
            desk.wait(10)
        desk.person("rest")
        desk.wait(minutes=2)
    assert set(desk.answers) == {"ignored"}
    gaps = [later - earlier for earlier, later in itertools.pairwise(lights(desk))]
    assert gaps == sorted(gaps) and gaps[-1] >= 2 * gaps[0]
    assert gaps[0] >= 30 * MINUTE
    assert [what for _, what in desk.heard] == ["chime"] * len(desk.answers)


def test_after_an_exercise_there_is_no_light_for_five_minutes(desk):
    settle(desk)
    desk.say(Start("shoulder-drop", "micro"))
    while not desk.told(SessionEnded):
        desk.wait(1)
    over = desk.now
    desk.person("raised")
    desk.wait(minutes=12)
    assert lights(desk)[0] - over >= 5 * MINUTE


def test_who_feels_worse_in_an_exercise_ends_it_gently_and_twice_ends_it_at_once(desk):
    settle(desk)
    desk.say(Start("autogenic", "micro"))
    desk.wait(30)
    desk.long()
    assert len(desk.told(SessionClosing)) == 1 and desk.told(SessionEnded) == []
    desk.long()
    assert desk.told(SessionEnded)[0].reason == "stopped"
    assert desk.state.quiet is False, "inside an exercise a long press is no quiet"


def test_a_double_press_marks_the_moment_within_a_second(desk):
    settle(desk)
    pressed = desk.now
    desk.double()
    (marked,) = desk.times(Mark)
    assert marked - pressed < 1.0
    assert desk.state.marks_today == 1


def test_doing_nothing_is_always_fine(desk):
    """An ignored offer ends by itself: no light, no sound, no word stays behind."""
    settle(desk)
    until_the_chime(desk)
    heard = len(desk.heard)
    desk.wait(minutes=2)
    assert desk.light == "off" and desk.state.cue == "" and len(desk.heard) == heard


# --- private --------------------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [1, 60])
def test_after_private_mode_the_muscle_is_felt_again(make_desk, minutes):
    """Through the signal path: it tells of the empty time all at once, and that must not look like an endless story."""
    desk = make_desk(signal=True)
    desk.wait(5)
    desk.hold()
    desk.wait(minutes=minutes)
    desk.hold()
    readings = desk.readings
    desk.wait(20)
    assert desk.state.state == "monitoring"
    assert desk.readings >= readings + 150


def test_private_closes_the_sensor_and_nothing_is_said_until_the_same_hand_ends_it(desk):
    settle(desk)
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


# --- when things go wrong -------------------------------------------------------------------------


def test_a_fallen_electrode_gives_unknown_minutes_and_no_alert_and_is_no_rest(desk):
    settle(desk)
    desk.person("raised")
    desk.wait(minutes=2)
    rested, valid, fell = desk.state.rested_today_s, desk.state.valid_today_s, desk.now
    desk.electrode("off")
    desk.wait(minutes=4)
    assert desk.light == "sensor" and desk.state.state == "sensor_trouble"
    desk.wait(minutes=26)
    unknown = [minute for t, minute in desk.events if isinstance(minute, Minute) and t > fell + 60]
    assert len(unknown) >= 28 and {minute.quality for minute in unknown} == {"X"}
    assert desk.cues == []
    assert desk.state.rested_today_s <= rested + 1e-6 and desk.state.valid_today_s <= valid + 60
    said = [quality for t, quality in desk.events if isinstance(quality, Quality) and t >= fell]
    assert [quality.state for quality in said] == ["off"], "said once, not every minute"
    desk.electrode("ok")
    desk.person("typing")
    desk.wait(minutes=2)
    assert desk.light == "off" and desk.minutes[-1].quality in ("A", "B")


def test_an_electrode_that_falls_off_during_the_light_takes_it_back_without_a_chime(desk):
    settle(desk)
    until_the_light(desk)
    desk.electrode("off")
    desk.wait(minutes=10)
    assert desk.answers == ["withdrawn"] and desk.heard == []


def test_an_electrode_that_sticks_again_is_trusted_after_a_minute(desk):
    settle(desk)
    desk.person("raised")
    desk.wait(minutes=3)
    desk.electrode("off")
    desk.wait(40)
    desk.electrode("ok")
    stuck = desk.now
    desk.wait(59)
    assert desk.cues == []
    desk.wait(minutes=2)
    assert desk.cues[0] == "light" and lights(desk)[0] >= stuck + 60


def test_a_sensor_that_cannot_be_read_blinks_then_asks_for_a_hand_and_comes_back_by_itself(desk):
    settle(desk)
    desk.unplug()
    assert desk.light == "sensor" and desk.told(SensorTrouble)
    desk.wait(61)
    assert desk.light == "fault"
    desk.short()
    assert desk.told(SessionStarted), "an exercise needs no sensor"
    desk.long()
    desk.plug()
    desk.wait(1)
    assert len(desk.told(SensorWell)) == 2 and desk.light != "fault"


def test_without_a_speaker_the_light_still_comes_and_the_page_knows_why_it_is_silent(desk):
    settle(desk)
    desk.output_fails("audio", "The sound device is gone.")
    assert desk.state.troubles == {"audio": "The sound device is gone."}
    assert desk.light == "off", "a speaker that is gone is nothing to blink about"
    until_the_light(desk)
    desk.output_works("audio")
    assert desk.state.troubles == {}


def test_a_power_cut_gives_no_budget_back_and_ends_neither_quiet_nor_private(desk):
    settle(desk)
    until_the_chime(desk)
    desk.wait(minutes=2)
    desk.person("rest")
    desk.wait(minutes=3)
    desk.restart()
    shone = len(lights(desk))
    desk.person("raised")
    desk.wait(minutes=10)
    assert len(lights(desk)) == shone and "apart" in desk.reasons
    desk.long()
    desk.restart()
    assert desk.state.quiet
    desk.long()
    desk.hold()
    desk.restart()
    assert desk.state.private


# --- whole days -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_tense_day_of_eight_hours_has_at_most_six_offers_two_an_hour_and_twenty_minutes_apart(desk):
    settle(desk)
    for hour in range(8):
        for spell in range(4):
            desk.person("raised")
            desk.wait(minutes=4 + (hour + spell) % 5)
            desk.person("typing" if spell % 2 else "rest")
            desk.wait(minutes=11 - (hour + spell) % 5)
    shone = lights(desk)
    assert 4 <= len(shone) <= 6
    assert all(later - earlier >= 20 * MINUTE for earlier, later in itertools.pairwise(shone))
    assert all(third - first >= 60 * MINUTE for first, third in zip(shone, shone[2:], strict=False))
    assert len(desk.told(TensionStarted)) > len(shone), "most of it passed without a word"
    assert len(desk.told(TensionStarted)) - len(desk.told(TensionEnded)) in (0, 1)
    assert 470 <= len(desk.minutes) <= 500
    assert {minute.quality for minute in desk.minutes} == {"A"}
    open_cues = [event for _, event in desk.events if isinstance(event, Cue | CueAnswered)]
    assert sum(isinstance(event, CueAnswered) for event in open_cues) == len(shone), "every offer came to an end"


# --- felt through the real signal path ------------------------------------------------------------


@pytest.mark.slow
def test_the_simulated_persons_raised_shoulders_bring_the_light_and_the_chime(make_desk):
    desk = make_desk(signal=True, coach={"settle_s": 0})
    desk.person("typing")
    desk.wait(minutes=2)
    raised = desk.now
    desk.person("raised")
    desk.wait(minutes=4.8)
    assert desk.cues == ["light", "chime"]
    assert 180 <= desk.times(Cue)[0] - raised <= 225
    desk.person("rest")
    desk.wait(30)
    assert desk.answers == ["self_released"]


@pytest.mark.slow
def test_the_simulated_persons_fallen_electrode_is_unknown_within_seconds(make_desk):
    desk = make_desk(signal=True)
    desk.person("typing")
    desk.wait(minutes=2)
    desk.electrode("off")
    desk.wait(10)
    assert desk.state.state == "sensor_trouble"
    desk.wait(minutes=3)
    assert desk.minutes[-1].quality == "X" and desk.cues == []
