"""*Gap training* and *feel the difference*: what is counted and guessed of the muscle, and when nothing is."""

from __future__ import annotations

from typing import Any

import pytest

from station.core.biofeedback import Biofeedback
from station.core.engine import Engine
from station.core.events import (
    Button,
    Gap,
    GuessWanted,
    Quality,
    Reading,
    Reveal,
    SessionEnded,
    SessionStarted,
    SessionStep,
    Tone,
)
from station.core.inputs import Guess, Tick, TogglePause
from tests.core.taught import DIFFERENCE, GAPS, LIGHT_WORK, LOOSE, RAISED, STICK, Lesson

# --- gap training ---------------------------------------------------------------------------------


def test_each_rest_of_a_second_ticks_once():
    lesson = Lesson(GAPS)
    for rest in (0.6, 1.5, 4.0, 0.9):
        lesson.wear(LIGHT_WORK, 2.0)
        lesson.wear(LOOSE, rest)
    lesson.wear(LIGHT_WORK, 1.0)
    assert len(lesson.all(Gap)) == 2
    assert lesson.all(Tone) == []


def test_a_rest_that_began_before_the_lesson_counts_from_its_beginning():
    lesson = Lesson(GAPS)
    lesson.wear(LOOSE, 0.9)
    assert not lesson.all(Gap)


# --- feel the difference --------------------------------------------------------------------------


def test_doing_nothing_shows_the_measured_value_and_lets_it_be_heard():
    lesson = Lesson(DIFFERENCE)
    lesson.wear(RAISED, 12.5)
    assert lesson.all(GuessWanted) == [GuessWanted(1, 12.0)]
    assert lesson.all(Reveal) == [Reveal(1, None, 3.0)]
    lesson.wear(RAISED, 1.0)
    assert lesson.level() > 0.5


def test_a_press_shows_it_at_once_and_the_next_press_is_a_pause_again():
    lesson = Lesson(DIFFERENCE)
    lesson.wear(RAISED, 5.0)
    assert lesson.all(Tone) == []
    lesson.say(Button("short"))
    assert lesson.all(Reveal) == [Reveal(1, None, 3.0)]
    lesson.wear(RAISED, 1.0)
    assert lesson.level() > 0.5
    lesson.say(Button("short"))
    lesson.wear(RAISED, 60.0)
    assert len(lesson.all(Reveal)) == 1


def test_a_guess_on_the_page_is_shown_beside_the_measured_value():
    lesson = Lesson(DIFFERENCE)
    lesson.wear(LIGHT_WORK, 5.0)
    lesson.say(Guess(4, "page"), Guess(9, "page"))
    assert lesson.all(Reveal) == [Reveal(1, 4, 0.8)]


def test_there_are_six_rounds_and_each_has_its_answer():
    lesson = Lesson(DIFFERENCE)
    for load in (RAISED, LOOSE, LIGHT_WORK, RAISED, LOOSE, 150.0):
        lesson.wear(load, 20.0)
    lesson.wear(LOOSE, 5.0)
    rounds = [(e.round, e.measured) for e in lesson.all(Reveal)]
    assert rounds == [(1, 3.0), (2, 0.0), (3, 0.8), (4, 3.0), (5, 0.0), (6, 10.0)]
    assert lesson.all(SessionEnded)[-1].reason == "completed"


def test_without_a_sensor_nothing_is_asked_and_a_press_is_a_pause():
    lesson = Lesson(DIFFERENCE, None)
    lesson.wear(None, 5.0)
    lesson.wear(None, 20.0)
    assert len(lesson.all(GuessWanted)) == 1  # of the time when readings still came
    lesson.say(Button("short"))
    lesson.wear(None, 60.0)
    assert len(lesson.all(SessionEnded)) == 0 and len(lesson.all(GuessWanted)) == 1


def test_a_guess_that_was_given_up_is_closed_without_an_answer():
    lesson = Lesson(DIFFERENCE)
    lesson.wear(RAISED, 3.0)
    lesson.say(TogglePause("page"))
    assert lesson.all(Reveal) == [Reveal(1, None, None)]
    assert len(lesson.all(SessionStarted)) == 1


# --- a lesson alone -------------------------------------------------------------------------------


def readings(engine: Engine, begin: float, seconds: float, load: float | None, resting: bool) -> list[Any]:
    told = []
    for k in range(round(seconds * 10)):
        now = begin + k / 10
        told += engine.handle(Reading(now - 0.25, load, resting, "ok"), now)
    return [event for event in told if not isinstance(event, Reading)]


def lesson_alone(sound: str, seconds: float) -> Engine:
    """Biofeedback without the exercise around it: nobody else will end the lesson."""
    engine = Engine([Biofeedback(("emg-raw",), (STICK,))])
    engine.handle(Quality("ok"), 0.0)
    readings(engine, 0.0, 2.0, 30.0, False)
    engine.handle(SessionStep("biofeedback", "de", 0, "tone", seconds, sound=sound), 2.0)
    return engine


def test_a_lesson_that_nobody_ends_answers_its_guess_and_ends_by_itself():
    engine = lesson_alone("guess", 5.0)
    readings(engine, 2.0, 5.0, 30.0, False)
    assert engine.due() == pytest.approx(7.0, abs=1.0)
    (reveal,) = engine.handle(Tick(), engine.due())
    assert reveal == Reveal(1, None, 3.0)
    assert engine.due() == float("inf")


def test_a_gap_of_which_a_part_is_unknown_is_no_gap():
    engine = lesson_alone("gaps", 60.0)
    assert readings(engine, 3.0, 0.9, 1.0, True) == []
    assert readings(engine, 3.9, 0.1, None, False) == []
    assert readings(engine, 4.0, 0.9, 1.0, True) == []
    assert len(readings(engine, 4.9, 0.5, 1.0, True)) == 1
