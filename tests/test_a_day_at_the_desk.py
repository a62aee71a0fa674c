"""Days at the desk, in the words of the product: what happens, what is seen and heard, and what never is."""

from __future__ import annotations

import itertools

import pytest

from station.core.events import (
    Cue,
    CueAnswered,
    CueWithheld,
    Mark,
    SessionClosing,
    SessionEnded,
    SessionStarted,
    TensionEnded,
    TensionStarted,
)
from station.core.inputs import Start
from tests.desk import Desk

MINUTE = 60.0


def test_shoulders_that_stay_up_bring_a_light_after_three_and_a_half_minutes_and_then_one_chime(desk: Desk) -> None:
    desk.settle()
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


def test_shoulders_that_drop_during_the_light_are_a_success_without_a_sound(desk: Desk) -> None:
    desk.settle()
    desk.until_the_light()
    assert desk.light == "cue"
    desk.person("rest")
    desk.wait(minutes=10)
    assert desk.answers == ["self_released"]
    assert desk.light == "off"
    assert desk.heard == []


def test_typing_all_morning_brings_nothing(desk: Desk) -> None:
    desk.person("typing")
    desk.wait(hours=3)
    assert desk.cues == [] and desk.told(CueWithheld) == [] and desk.told(TensionStarted) == []


def test_every_cue_and_every_withheld_one_has_a_reason_a_person_can_read(desk: Desk) -> None:
    desk.person("raised")
    desk.wait(minutes=15)
    (withheld,) = desk.told(CueWithheld)
    assert withheld.reason.startswith("settling: ")
    light = desk.told(Cue)[0]
    assert "rest share 0 %" in light.reason and "budget 1 of 2" in light.reason


def test_no_cue_in_the_first_ten_minutes_after_putting_the_sensor_on(desk: Desk) -> None:
    desk.person("raised")
    desk.wait(minutes=9.9)
    assert desk.cues == []
    desk.wait(minutes=1)
    assert desk.cues == ["light"]


def test_the_first_three_workdays_are_only_watched() -> None:
    desk = Desk(coach={"baseline_days": 3})
    for before in range(3):
        desk.day(f"2026-11-{25 + before}", before)
        desk.settle()
        desk.person("raised")
        desk.wait(minutes=10)
        desk.person("typing")
        desk.wait(minutes=3)
    assert desk.cues == [] and set(desk.reasons) == {"baseline"}
    desk.day("2026-11-28", 3)
    desk.settle()
    desk.until_the_light()


# --- what is no tension ---------------------------------------------------------------------------


def test_a_clamped_phone_brings_nothing_under_three_minutes(desk: Desk) -> None:
    desk.settle()
    desk.person("phone")
    desk.wait(minutes=2.9)
    desk.person("typing")
    desk.wait(minutes=10)
    assert desk.cues == [] and desk.heard == []


def test_an_hour_of_gesturing_brings_nothing(desk: Desk) -> None:
    desk.settle()
    desk.person("gesturing")
    desk.wait(hours=1)
    assert desk.cues == []


# --- answers --------------------------------------------------------------------------------------


def test_a_short_press_accepts_the_offer_and_something_is_heard_within_a_second_and_a_half(desk: Desk) -> None:
    desk.settle()
    desk.until_the_chime()
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


def test_a_short_press_while_all_is_well_starts_the_favourite_at_once(desk: Desk) -> None:
    desk.settle()
    pressed = desk.now
    desk.short()
    assert desk.told(SessionStarted)[0].technique == "breathing"
    assert desk.heard[0][0] - pressed <= 1.5
    desk.wait(20)
    assert desk.light.startswith("breath")


def test_not_now_is_an_hour_of_quiet(desk: Desk) -> None:
    desk.settle()
    desk.until_the_light()
    desk.long()
    assert desk.answers == ["not_now"] and desk.state.quiet
    desk.wait(minutes=59)
    assert desk.cues == ["light"]


def test_wrong_is_remembered_and_changes_no_limit(desk: Desk) -> None:
    desk.settle()
    desk.until_the_light()
    desk.double()
    assert desk.answers == ["wrong"] and desk.told(Mark) == []
    desk.person("typing")
    desk.wait(minutes=25)
    raised = desk.now
    desk.until_the_light()
    assert 180 <= desk.now - raised <= 225, "the same three minutes as before"


@pytest.mark.slow
def test_ignored_offers_become_rarer_and_never_louder(desk: Desk) -> None:
    desk.settle()
    for _ in range(30):
        desk.person("raised")
        desk.wait(minutes=8)
        while desk.state.cue:
            desk.wait(10)
        desk.person("rest")
        desk.wait(minutes=2)
    assert set(desk.answers) == {"ignored"}
    gaps = [later - earlier for earlier, later in itertools.pairwise(desk.lights)]
    assert gaps == sorted(gaps) and gaps[-1] >= 2 * gaps[0]
    assert gaps[0] >= 30 * MINUTE
    assert [what for _, what in desk.heard] == ["chime"] * len(desk.answers)


def test_after_an_exercise_there_is_no_light_for_five_minutes(desk: Desk) -> None:
    desk.settle()
    desk.say(Start("shoulder-drop", "micro"))
    while not desk.told(SessionEnded):
        desk.wait(1)
    over = desk.now
    desk.person("raised")
    desk.wait(minutes=12)
    assert desk.lights[0] - over >= 5 * MINUTE


def test_who_feels_worse_in_an_exercise_ends_it_gently_and_twice_ends_it_at_once(desk: Desk) -> None:
    desk.settle()
    desk.say(Start("autogenic", "micro"))
    desk.wait(30)
    desk.long()
    assert len(desk.told(SessionClosing)) == 1 and desk.told(SessionEnded) == []
    desk.long()
    assert desk.told(SessionEnded)[0].reason == "stopped"
    assert desk.state.quiet is False, "inside an exercise a long press is no quiet"


def test_a_double_press_marks_the_moment_within_a_second(desk: Desk) -> None:
    desk.settle()
    pressed = desk.now
    desk.double()
    (marked,) = desk.times(Mark)
    assert marked - pressed < 1.0
    assert desk.state.marks_today == 1


def test_doing_nothing_is_always_fine(desk: Desk) -> None:
    """An ignored offer ends by itself: no light, no sound, no word stays behind."""
    desk.settle()
    desk.until_the_chime()
    heard = len(desk.heard)
    desk.wait(minutes=2)
    assert desk.light == "off" and desk.state.cue == "" and len(desk.heard) == heard


# --- whole days -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_tense_day_of_eight_hours_has_at_most_six_offers_two_an_hour_and_twenty_minutes_apart(desk: Desk) -> None:
    desk.settle()
    for hour in range(8):
        for spell in range(4):
            desk.person("raised")
            desk.wait(minutes=4 + (hour + spell) % 5)
            desk.person("typing" if spell % 2 else "rest")
            desk.wait(minutes=11 - (hour + spell) % 5)
    shone = desk.lights
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
def test_the_simulated_persons_raised_shoulders_bring_the_light_and_the_chime() -> None:
    desk = Desk(signal=True, coach={"settle_s": 0})
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
