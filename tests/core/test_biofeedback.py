"""*Let go*: how loud a load is, and the tone and the light that follow the muscle."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core.biofeedback import LESSONS, SCALES, Scale
from station.core.events import Light, Quality, SessionClosing, SessionStep, Tone
from station.core.inputs import NextStep, SensorLost, Stop, TogglePause, UseCalibration
from station.core.sensing import stored
from station.core.technique_words import TONES
from station.core.yardstick import measure
from tests.core.taught import LET_GO, LIGHT_WORK, LOOSE, RAISED, RATE, STICK, Lesson, volts

# --- how loud a load is ---------------------------------------------------------------------------


def test_every_lesson_a_script_may_ask_for_is_taught():
    assert set(LESSONS) == set(TONES)


def test_rest_is_silent_and_the_way_there_is_told_step_by_step():
    scale = SCALES["emg-raw"]
    assert [round(scale.level(load), 2) for load in (0, 3, 5, 10, 20, 40, 150)] == [0, 0, 0.2, 0.46, 0.73, 1, 1]
    # Halving the load is always the same step, which is what logarithmic means.
    assert scale.level(20) - scale.level(10) == pytest.approx(scale.level(10) - scale.level(5))


@given(st.floats(0, 500), st.floats(0, 500), st.sampled_from(list(SCALES.values())))
def test_more_load_is_never_quieter(a, b, scale):
    low, high = sorted((a, b))
    assert 0 <= scale.level(low) <= scale.level(high) <= 1


def test_a_noisy_sensor_is_silent_at_rest_too():
    noisy = measure("emg-raw", volts(8, 30), volts(100, 15), RATE)
    lesson = Lesson(LET_GO, noisy)
    lesson.wear(8.0, 14.0)  # as loud as its own rest
    assert max(tone.level for tone in lesson.all(Tone)) < 0.15


# --- let go ---------------------------------------------------------------------------------------


def test_the_tone_follows_the_muscle_and_falls_silent_with_it():
    lesson = Lesson(LET_GO)
    lesson.wear(LOOSE, 5.0)
    assert lesson.all(Tone) == []
    lesson.wear(RAISED, 5.0)
    assert lesson.level() == pytest.approx(Scale(3, 40).level(RAISED), abs=0.15)
    lesson.wear(LIGHT_WORK, 2.0)
    assert 0.1 < lesson.level() < 0.6
    lesson.wear(LOOSE, 1.0)
    assert lesson.level() == 0.0


def test_a_muscle_that_lets_go_is_heard_within_a_tenth_of_a_second():
    lesson = Lesson(LET_GO)
    lesson.wear(RAISED, 8.0)
    let_go = lesson.now
    lesson.wear(LOOSE, 0.5)
    silent = next(t for t, e in lesson.told if isinstance(e, Tone) and e.level < 0.2 and t > let_go)
    assert silent - let_go < 0.1


def test_the_light_is_as_bright_as_the_tone_is_loud():
    lesson = Lesson(LET_GO)
    lesson.wear(RAISED, 8.0)
    bright = lesson.all(Light)[-1]
    lesson.wear(LOOSE, 1.0)
    dim = lesson.all(Light)[-1]
    assert (bright.pattern, dim.pattern) == ("feedback", "feedback")
    assert bright.brightness > 0.7 and dim.brightness == 0.06


def test_a_steady_muscle_is_not_told_again_and_again():
    lesson = Lesson(LET_GO)
    lesson.wear(LOOSE, 14.0)
    assert len(lesson.all(Tone)) == 1


def test_the_tone_goes_on_from_one_slot_to_the_next_and_ends_with_the_last():
    lesson = Lesson(LET_GO)
    lesson.wear(RAISED, 29.0)
    assert all(tone.level for tone in lesson.all(Tone))
    lesson.wear(RAISED, 3.0)
    assert lesson.level() is None
    assert lesson.all(Light)[-1].pattern == "breathing"


def test_a_slot_that_ends_early_takes_its_tone_along():
    lesson = Lesson(LET_GO)
    lesson.wear(RAISED, 16.0)
    lesson.wear(LOOSE, 10.0)
    ended = next(t for t, e in lesson.told if isinstance(e, SessionStep) and e.text == "Das war es.")
    assert ended - lesson.began < 26 and lesson.level() is None


def test_pausing_silences_the_tone_and_resuming_brings_it_back_for_what_was_left():
    lesson = Lesson(LET_GO)
    lesson.wear(RAISED, 10.0)
    lesson.say(TogglePause())
    lesson.wear(RAISED, 30.0)
    assert lesson.level() is None
    lesson.say(TogglePause())
    lesson.wear(RAISED, 2.0)
    assert lesson.level() > 0.5
    lesson.wear(RAISED, 20.0)
    assert lesson.level() is None


@pytest.mark.parametrize("trouble", [Quality("off"), SensorLost("unplugged")])
def test_an_electrode_that_comes_off_makes_no_sound(trouble):
    lesson = Lesson(LET_GO)
    lesson.wear(RAISED, 8.0)
    lesson.say(trouble)
    assert lesson.level() is None
    lesson.say(*([] if isinstance(trouble, SensorLost) else [Quality("ok")]))
    lesson.wear(RAISED, 1.0)
    assert (lesson.level() or 0) > 0 or isinstance(trouble, SensorLost)


def test_without_a_yardstick_the_voice_guides_alone_and_with_one_the_tone_is_there():
    lesson = Lesson(LET_GO, None)
    lesson.wear(RAISED, 8.0)
    assert lesson.all(Tone) == [] and len(lesson.all(SessionStep)) == 3
    lesson.say(UseCalibration(stored((STICK,))))
    lesson.wear(RAISED, 2.0)
    assert lesson.level() > 0.5


def test_stopping_silences_the_tone_before_the_way_back():
    lesson = Lesson(LET_GO)
    lesson.wear(RAISED, 8.0)
    lesson.say(Stop())
    assert lesson.all(SessionClosing) and lesson.level() is None


def test_next_leaves_the_tone_of_the_slot_that_is_left():
    lesson = Lesson(LET_GO)
    lesson.say(NextStep())
    assert [e.kind for e in lesson.all(SessionStep)][-2:] == ["tone", "say"]
    lesson.wear(RAISED, 5.0)
    lesson.say(NextStep())
    lesson.wear(RAISED, 1.0)
    assert lesson.level() > 0.5
    lesson.say(NextStep())
    assert lesson.level() is None
