"""What a press means where: the rows of PRODUCT §2, and no row missing."""

from __future__ import annotations

import pytest

from station.core.events import (
    CueAnswered,
    Mark,
    Private,
    Quiet,
    Refused,
    SessionEnded,
    SessionPaused,
    SessionResumed,
    SessionStarted,
    SessionStep,
)
from station.core.grammar import GESTURES, SITUATIONS, TABLE
from station.core.inputs import MarkNow, SetPrivate, SetQuiet


def first(kind, events):
    return next(e for e in events if isinstance(e, kind))


def kinds(events):
    return {type(e) for e in events}


def test_every_gesture_has_a_meaning_in_every_situation():
    assert set(TABLE) == {(s, g) for s in SITUATIONS for g in GESTURES}


def test_while_monitoring_a_short_press_starts_the_favourite_breathing_with_voice_within_a_second_and_a_half(
    small_desk,
):
    desk = small_desk()
    pressed = desk.now
    desk.short()
    voice = [t for t, e in desk.told if isinstance(e, SessionStep) and e.kind == "say"]
    assert desk.all(SessionStarted)[0].technique == "breathing"
    assert voice[0] - pressed <= 1.5


def test_while_monitoring_a_double_press_marks_the_moment(small_desk):
    assert Mark("button") in small_desk().double()


def test_while_monitoring_a_long_press_is_quiet_for_an_hour_and_another_one_ends_it(small_desk):
    desk = small_desk()
    event = first(Quiet, desk.long())
    assert event.on and event.until == pytest.approx(desk.now + 3600 - 0.6, abs=0.1)
    assert first(Quiet, desk.long()).on is False


def test_quiet_is_over_by_itself_after_an_hour(small_desk):
    desk = small_desk()
    desk.long()
    desk.wait(3610)
    assert [e.on for e in desk.all(Quiet)] == [True, False]


@pytest.mark.parametrize("press, answer", [("short", "accepted"), ("double", "wrong"), ("long", "not_now")])
@pytest.mark.parametrize("phase_s", [5, 65])
def test_a_press_answers_the_offer_in_the_light_and_after_the_chime(small_desk, press, answer, phase_s):
    desk = small_desk()
    desk.tension()
    desk.wait(phase_s)
    assert CueAnswered(answer) in getattr(desk, press)()


def test_accepting_starts_shrug_and_drop_and_then_the_suggested_technique(small_desk):
    desk = small_desk()
    desk.tension()
    desk.wait(5)
    desk.short()
    desk.wait(60)
    assert [e.technique for e in desk.all(SessionStarted)] == ["shoulder-drop", "breathing"]
    assert [e.reason for e in desk.all(SessionEnded)] == ["completed", "completed"]


def test_not_now_is_quiet_for_an_hour(small_desk):
    desk = small_desk()
    desk.tension()
    desk.wait(5)
    assert first(Quiet, desk.long()).on


def test_while_an_exercise_runs_short_presses_pause_and_resume_it(small_desk):
    desk = small_desk()
    desk.short()
    assert SessionPaused in kinds(desk.short())
    assert SessionResumed in kinds(desk.short())


def test_while_an_exercise_runs_a_double_press_goes_to_the_next_step(small_desk):
    desk = small_desk()
    desk.short()
    assert first(SessionStep, desk.double()).kind == "breath_in"


def test_while_an_exercise_runs_a_long_press_ends_it(small_desk):
    desk = small_desk()
    desk.short()
    assert SessionEnded("breathing", "de", "stopped") in desk.long()


@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_hold_is_private_mode_everywhere_and_back_again(small_desk, situation):
    desk = small_desk()
    if situation == "offer":
        desk.tension()
    if situation == "exercise":
        desk.short()
    if situation == "private":
        desk.hold()
    before = desk.quiet.private
    assert Private(not before, "button") in desk.hold()
    assert Private(before, "button") in desk.hold()


def test_in_private_mode_no_press_but_the_hold_does_anything(small_desk):
    desk = small_desk()
    desk.hold()
    desk.told.clear()
    desk.short(), desk.double(), desk.long()
    assert not desk.all(SessionStarted) + desk.all(Mark) + desk.all(Quiet)


def test_private_mode_cannot_be_ended_from_afar(small_desk):
    desk = small_desk()
    desk.say(SetPrivate(True, "mqtt"))
    refusal = first(Refused, desk.say(SetPrivate(False, "mqtt")))
    assert refusal.what == "private" and "six seconds" in refusal.reason
    assert first(Refused, desk.say(SetPrivate(None, "mqtt"))).what == "private"
    assert desk.quiet.private
    assert Private(False, "web") in desk.say(SetPrivate(False, "web"))


def test_a_mark_in_private_mode_is_refused_whoever_asks(small_desk):
    desk = small_desk()
    desk.hold()
    assert not [e for e in desk.say(MarkNow("web")) if isinstance(e, Mark)]


def test_quiet_can_be_asked_for_with_a_length_and_ended(small_desk):
    desk = small_desk()
    desk.say(SetQuiet(5, "web"))
    desk.wait(290)
    assert desk.state.quiet
    desk.say(SetQuiet(0, "web"))
    assert not desk.state.quiet
