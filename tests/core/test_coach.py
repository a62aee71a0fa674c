"""What becomes of tension: the timelines of PRODUCT §2 and §6."""

from __future__ import annotations

import pytest

from station.core.coach import SHOWING, TABLE, Settings
from station.core.events import Cue, CueAnswered, Reading, SessionStarted
from station.core.inputs import AnswerCue, Start
from tests.core.small_desk import answers, codes, cues


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
# --- the budget -----------------------------------------------------------------------------------
def test_readings_without_a_value_neither_end_nor_start_anything(small_desk):
    desk = small_desk()
    desk.tension()
    desk.say(Reading(0.0, None, False, "motion"))
    assert cues(desk) == ["light"] and answers(desk) == []
