"""The muscle as teacher: what is heard, seen and guessed of it, and when nothing is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core.biofeedback import LESSONS, SCALES, Biofeedback, Scale
from station.core.engine import Engine
from station.core.events import (
    Button,
    Gap,
    GuessWanted,
    Light,
    Quality,
    Reading,
    Reveal,
    SessionClosing,
    SessionEnded,
    SessionStarted,
    SessionStep,
    Tone,
)
from station.core.grammar import Grammar
from station.core.inputs import Frame, Guess, NextStep, SensorLost, Start, Stop, Tick, TogglePause, UseCalibration
from station.core.lights import Lights
from station.core.quick import QuickLevel
from station.core.script import Condition, Script, Step
from station.core.sensing import stored
from station.core.session import Session
from station.core.technique_words import TONES
from station.core.yardstick import measure

RATE = 500.0
LOOSE, LIGHT_WORK, RAISED = 0.3, 8.0, 30.0
rng = np.random.default_rng(5)


def volts(load: float, seconds: float) -> np.ndarray:
    """Noise of 1 mV a per cent over the amplifier's own 0.3 mV, around half the supply."""
    n = round(seconds * RATE)
    return 1.65 + load * 1e-3 * rng.standard_normal(n) + 3e-4 * rng.standard_normal(n)


STICK = measure("emg-raw", volts(0, 30), volts(100, 15), RATE)

LET_GO = Script(
    "biofeedback",
    "micro",
    "de",
    40.0,
    "none",
    (
        Step(0.0, 5.0, "say", "Hör hin."),
        Step(5.0, 10.0, "tone", sound="tension"),
        Step(5.0, 10.0, "say", "Hoch damit."),
        Step(15.0, 15.0, "tone", sound="tension", condition=Condition("until", "relaxed", 5.0, 2.0)),
        Step(15.0, 15.0, "say", "Und los.", condition=Condition("until", "relaxed", 5.0, 2.0)),
        Step(30.0, 10.0, "say", "Das war es.", condition=Condition("until", "relaxed", 5.0, 2.0)),
    ),
    (Step(0.0, 4.0, "say", "Gut, Schluss."),),
)
GAPS = Script("biofeedback", "micro", "de", 30.0, "none", (Step(0.0, 30.0, "tone", sound="gaps"),), ())
DIFFERENCE = Script(
    "biofeedback",
    "middle",
    "de",
    120.0,
    "none",
    tuple(
        step
        for k in range(6)
        for step in (
            Step(20.0 * k, 12.0, "tone", sound="guess"),
            Step(20.0 * k, 12.0, "say", "Rate einfach."),
            Step(20.0 * k + 12, 8.0, "tone", sound="tension"),
            Step(20.0 * k + 12, 8.0, "say", "Und nun hör hin."),
        )
    ),
    (),
)


class Lesson:
    """One exercise and one muscle in virtual time; frames of 20 ms and readings ten times a second."""

    def __init__(self, script: Script, stick: Any = STICK) -> None:
        parts = (Grammar(), Session(lambda *_: script), Biofeedback(("emg-raw",), (stick,)), Lights())
        self.engine = Engine(parts)
        self.now, self.told = 100.0, list[tuple[float, Any]]()
        self._frames = 0
        self.say(Quality("ok"))
        self.wear(LOOSE, 1.0)
        self.told.clear()
        self.began = self.now
        self.say(Start("biofeedback"))

    def say(self, *messages: Any) -> None:
        for message in messages:
            self.told += [(self.now, event) for event in self.engine.handle(message, self.now)]

    def wear(self, load: float | None, seconds: float) -> None:
        """The muscle's load (None: no frames come)."""
        for _ in range(round(seconds / 0.02)):
            until = self.now + 0.02
            while self.engine.due() <= until:
                self.now = max(self.now, self.engine.due())
                self.say(Tick())
            self.now = until
            if load is None:
                continue
            self.say(Frame(volts(load, 0.02)[:, None], self.now, RATE))
            self._frames += 1
            if self._frames % 5 == 0:
                self.say(Reading(self.now - 0.25, load, load < 5, "ok"))

    def all(self, kind: type) -> list[Any]:
        return [event for _, event in self.told if isinstance(event, kind)]

    def level(self) -> float | None:
        return self.all(Tone)[-1].level if self.all(Tone) else None


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


# --- the quick level ------------------------------------------------------------------------------


@pytest.mark.parametrize("load", [5.0, 15.0, 60.0])
def test_the_quick_level_is_near_the_load(load):
    quick = QuickLevel(STICK)
    found = [quick.push(volts(load, 0.02), RATE) for _ in range(500)]
    assert np.mean(found[50:]) == pytest.approx(load, rel=0.2)


def test_a_single_spike_is_not_heard():
    quick = QuickLevel(STICK)
    for _ in range(50):
        quick.push(volts(0, 0.02), RATE)
    beat = volts(0, 0.02)
    beat += 0.06 * np.hanning(len(beat))  # as high as 60 %RVE
    levels = [quick.push(beat, RATE)] + [quick.push(volts(0, 0.02), RATE) for _ in range(10)]
    assert max(levels) < 3.0


def test_frames_of_any_size_give_the_same_levels():
    signal = volts(RAISED, 2.0)
    whole, pieces = QuickLevel(STICK), QuickLevel(STICK)
    for at in range(0, 1000, 10):
        one = whole.push(signal[at : at + 10], RATE)
    for at in range(0, 1000, 4):
        other = pieces.push(signal[at : at + 4], RATE)
    assert one == pytest.approx(other, rel=0.05)


@pytest.mark.parametrize("signal", ["emg-envelope", "pressure"])
def test_a_smoothed_sensor_teaches_too(signal):
    at_rest = 0.3 + 0.002 * rng.standard_normal(1500)
    held = 1.3 + 0.02 * rng.standard_normal(1500)
    quick = QuickLevel(measure(signal, at_rest, held, 100.0))
    for _ in range(10):
        level = quick.push(np.full(2, 0.8), 100.0)
    assert level == pytest.approx(50, abs=2)


def test_raw_emg_that_is_sampled_too_slowly_is_not_heard():
    assert QuickLevel(STICK).push(volts(RAISED, 1.0), 60.0) is None


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
