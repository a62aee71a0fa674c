"""What becomes of tension: the timelines of PRODUCT §2 and §6."""

from __future__ import annotations

import itertools

import pytest

from station.core.budget import Budget
from station.core.coach import SHOWING, TABLE, Coach, Settings
from station.core.events import (
    CalibrationStep,
    Cue,
    CueAnswered,
    CueWithheld,
    DayBegan,
    Presence,
    Private,
    Quality,
    Quiet,
    Reading,
    SensorTrouble,
    SensorWell,
    SessionStarted,
)
from station.core.inputs import AnswerCue, Context, NewDay, SetPrivate, SetQuiet, Start


def cues(desk):
    return [e.phase for e in desk.all(Cue)]


def answers(desk):
    return [e.answer for e in desk.all(CueAnswered)]


def codes(desk):
    return [e.reason.split(":")[0] for e in desk.all(CueWithheld)]


def an_ignored_cue(desk):
    """Tension that nobody answers, and its end."""
    desk.tension()
    desk.wait(110)
    desk.recover()


# --- the course -----------------------------------------------------------------------------------


def test_a_minute_of_light_then_one_chime_then_nothing(small_desk):
    desk = small_desk()
    desk.tension()
    desk.wait(3600)
    assert list(zip(desk.times(Cue), cues(desk), strict=True)) == [(0.0, "light"), (60.0, "chime")]
    assert list(zip(desk.times(CueAnswered), answers(desk), strict=True)) == [(105.0, "ignored")]


def test_shoulders_that_drop_during_the_light_make_no_sound(small_desk):
    desk = small_desk()
    desk.tension()
    desk.feel(15.0, 40)
    desk.feel(1.0, 30)
    desk.wait(600)
    assert cues(desk) == ["light"]
    assert answers(desk) == ["self_released"]
    assert desk.times(CueAnswered)[0] <= 45.0


def test_shoulders_that_drop_at_the_last_second_of_the_light_make_no_sound(small_desk):
    desk = small_desk()
    desk.tension()
    desk.feel(15.0, 55)
    desk.feel(1.0, 10)
    assert cues(desk) == ["light"]


def test_one_gap_of_rest_between_two_key_strokes_is_no_drop(small_desk):
    desk = small_desk()
    desk.tension()
    for _ in range(12):
        desk.feel(18.0, 4.5)
        desk.feel(2.0, 0.5)
    desk.wait(1)
    assert cues(desk) == ["light", "chime"]


def test_the_end_of_the_tension_ends_the_offer_too(small_desk):
    desk = small_desk()
    desk.tension()
    desk.wait(70)
    desk.recover()
    assert answers(desk) == ["self_released"]


def test_a_short_tension_brings_no_cue_and_says_so(small_desk):
    desk = small_desk(Settings(settle_s=0))
    desk.tension()
    desk.feel(15.0, 100)
    desk.recover()
    desk.wait(600)
    assert cues(desk) == [] and codes(desk) == ["brief"]


def test_no_cue_comes_under_three_minutes(small_desk):
    desk = small_desk(Settings(settle_s=0))
    desk.tension()
    desk.feel(15.0, 185)
    assert desk.times(Cue) == [pytest.approx(180.0, abs=0.2)]


def test_the_light_waits_while_the_shoulders_are_down_for_a_moment(small_desk):
    desk = small_desk(Settings(settle_s=0))
    desk.tension()
    desk.feel(15.0, 170)
    desk.feel(1.0, 20)
    assert cues(desk) == []
    desk.feel(20.0, 20)
    assert cues(desk) == ["light"]


def test_a_cue_says_why_it_came(small_desk):
    desk = small_desk()
    desk.tension()
    reason = desk.all(Cue)[0].reason
    assert "rest share 4 %" in reason and "budget 1 of 2" in reason


def test_a_chime_that_would_come_too_late_does_not_come(small_desk):
    """A host that slept: the Tick that should have rung comes minutes after the minute."""
    desk = small_desk()
    desk.tension()
    desk.now = 200.0
    desk.wait(1)
    assert cues(desk) == ["light"] and answers(desk) == ["withdrawn"]
    assert "stale" in codes(desk)


def test_without_a_reading_at_the_end_of_the_light_there_is_no_chime(small_desk):
    desk = small_desk()
    desk.tension()
    desk.feel(15.0, 30)
    desk.wait(60)
    assert cues(desk) == ["light"] and answers(desk) == ["withdrawn"]


def test_an_exercise_started_on_the_page_while_a_cue_shows_accepts_it(small_desk):
    desk = small_desk()
    desk.tension()
    desk.wait(10)
    desk.say(Start("breathing", source="web"))
    assert answers(desk) == ["accepted"]


def test_an_answer_without_an_offer_does_nothing(small_desk):
    desk = small_desk()
    assert desk.say(AnswerCue("accepted")) == []
    desk.tension()
    assert desk.say(AnswerCue("nonsense")) == []


def test_a_suggestion_without_a_first_exercise_starts_at_once(small_desk):
    desk = small_desk(Settings(patience_s=0, settle_s=0, first=""))
    desk.tension()
    desk.say(AnswerCue("accepted", "mqtt"))
    assert [(e.technique, e.source) for e in desk.all(SessionStarted)] == [("breathing", "mqtt")]


def test_every_showing_phase_has_an_entry_for_everything_that_can_happen():
    happenings = {what for _, what in TABLE} - {"tension", "silent", "alone"}  # of these not every cue knows
    for phase in SHOWING:
        assert {what for p, what in TABLE if p == phase} - {"alone"} == happenings


# --- what stands against a cue --------------------------------------------------------------------


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


# --- the budget -----------------------------------------------------------------------------------


def test_two_cues_are_twenty_minutes_apart(small_desk):
    desk = small_desk()
    desk.tension()
    desk.say(AnswerCue("wrong"))
    desk.recover()
    desk.wait(60)
    desk.tension()
    desk.wait(3000)
    lights = [t for t, e in desk.told if isinstance(e, Cue) and e.phase == "light"]
    assert lights == [0.0, 1200.0] and codes(desk) == ["apart"]


def test_ignored_cues_move_apart_and_an_accepted_one_brings_them_back():
    budget = Budget()
    assert budget.apart_s() == 1200
    budget.answered("ignored")
    assert budget.apart_s() == 1800
    budget.answered("ignored")
    assert budget.apart_s() == 2700
    budget.answered("wrong")
    assert budget.apart_s() == 2700
    budget.answered("self_released")
    assert budget.apart_s() == 1200


def test_a_year_of_ignoring_does_not_overflow():
    budget = Budget()
    for _ in range(10_000):
        budget.answered("ignored")
    assert budget.apart_s() == 240 * 60


def test_at_most_two_an_hour_and_six_a_day_however_tense_the_day(small_desk):
    desk = small_desk()
    desk.say(NewDay("2026-11-23"))
    for _ in range(10 * 60):
        desk.tension()
        desk.say(AnswerCue("wrong"))
        desk.recover()
        desk.wait(60)
    lights = [t for t, e in desk.told if isinstance(e, Cue) and e.phase == "light"]
    assert len(lights) == 6
    assert all(later - earlier >= 3600 for earlier, later in zip(lights, lights[2:], strict=False))
    assert codes(desk)[-1] == "day"
    desk.say(NewDay("2026-11-24"))
    desk.tension()
    assert cues(desk)[-1] == "light" and len(cues(desk)) == 7


def test_cues_that_were_ignored_all_day_become_few(small_desk):
    desk = small_desk()
    for _ in range(10 * 60):
        if desk.coach.phase in ("calm", "spent"):
            desk.recover()
            desk.tension()
        desk.wait(60)
    lights = [t for t, e in desk.told if isinstance(e, Cue) and e.phase == "light"]
    gaps = [b - a for a, b in itertools.pairwise(lights)]
    assert gaps == [pytest.approx(60 * m) for m in (30, 45, 67.5, 101.25, 151.875)]


def test_a_withdrawn_cue_is_no_answer_and_does_not_move_the_next_one(small_desk):
    desk = small_desk()
    desk.tension()
    desk.say(Context("call", True))
    assert desk.coach.budget.apart_s() == 1200


def test_a_restart_does_not_give_the_budget_back(small_desk):
    desk = small_desk()
    desk.say(NewDay("2026-11-23"))
    an_ignored_cue(desk)
    kept = desk.coach.snapshot(desk.now, wall=5000.0)
    after = Coach(Settings(patience_s=0, settle_s=0))
    after.restore(kept, now=3.0, wall=5060.0)
    assert list(after._on_new_day(NewDay("2026-11-23"), 3.0)) == [DayBegan("2026-11-23")]
    block = after.budget.blocks(3.0)
    assert block is not None and block.code == "apart"
    assert block.until == pytest.approx(3.0 + 1800 - 60 - 110)
    assert after.budget.spend(5000.0).endswith("2 of 6 today")


def test_a_restart_in_the_same_sitting_does_not_settle_anew(small_desk):
    desk = small_desk(Settings())
    desk.wait(900)
    kept = desk.coach.snapshot(desk.now, wall=5000.0)
    for later, settles in ((5060.0, False), (9000.0, True)):
        again = small_desk(Settings(patience_s=0))
        again.coach = Coach(Settings(patience_s=0))
        again.coach.restore(kept, now=0.0, wall=later)
        again.engine = type(again.engine)([again.coach])
        again.say(SensorWell(500.0))
        again.tension()
        assert codes(again) == (["settling"] if settles else [])


def test_quiet_and_private_survive_a_restart(small_desk):
    desk = small_desk()
    desk.long()
    desk.hold()
    kept = desk.quiet.snapshot(desk.now, wall=5000.0)
    again = small_desk()
    again.say(*again.quiet.restore(kept, wall=5600.0))
    assert again.all(Private) == [Private(True, "restart")]
    assert again.all(Quiet)[0].until == pytest.approx(3600 - 600, abs=10)
    assert again.quiet.restore(kept, wall=9000.0) == [SetPrivate(True, "restart")]


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


def test_readings_without_a_value_neither_end_nor_start_anything(small_desk):
    desk = small_desk()
    desk.tension()
    desk.say(Reading(0.0, None, False, "motion"))
    assert cues(desk) == ["light"] and answers(desk) == []


def test_where_nobody_tells_the_date_a_day_is_any_24_hours():
    budget = Budget()
    for hour in range(6):
        budget.spend(hour * 3600.0)
    block = budget.blocks(8 * 3600.0)
    assert block is not None and block.code == "day" and block.until == 24 * 3600.0
    assert budget.blocks(24 * 3600.0 + 1) is None


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
