"""Calibrating: a simulated person is led through it, and whatever goes wrong leaves the old yardstick in force."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core.biofeedback import Biofeedback
from station.core.calibrating import (
    BEGINNINGS,
    MOVES,
    NO_SHRUG,
    OFF,
    REFERENCES_DIFFER,
    STEPS,
    STOOD_STILL,
    Calibrating,
)
from station.core.calibrating_words import PRESSURE_WORDS, WORDS, taken, words
from station.core.component import NEVER
from station.core.engine import Engine
from station.core.events import CalibrationDone, CalibrationRefused, CalibrationStep, Private, Reading, Tone
from station.core.inputs import Calibrate, Frame, SensorLost, Tick, UseCalibration
from station.core.yardstick import as_dict
from tests.core.lesson import Lesson


@pytest.fixture(scope="module")
def taught() -> Lesson:
    """A whole calibration, typing included, of somebody who does what they are told."""
    lesson = Lesson()
    lesson.tell(Calibrate("start"))
    lesson.live(300)
    return lesson


def test_the_whole_lesson_takes_four_minutes_and_ends_with_a_yardstick(taught: Lesson) -> None:
    assert taught.steps == [step for step in STEPS if not step.startswith("daily")]
    assert taught.now - 100 <= 240.1
    yardstick = taught.done()
    assert yardstick.noise_rve_percent < 8
    assert yardstick.typing_p50 == pytest.approx(8, abs=1)
    assert not yardstick.rest_only


def test_the_new_yardstick_is_in_force_at_once(taught: Lesson) -> None:
    lesson = Lesson()
    lesson.tell(UseCalibration((as_dict(taught.done()),)))
    lesson.muscle.activity = "reference"
    lesson.live(10)
    loads = [e.rve_percent for e in lesson.events if isinstance(e, Reading)]
    assert np.median([load for load in loads[30:] if load is not None]) == pytest.approx(100, rel=0.2)


@pytest.mark.parametrize("hurts", [False, True])
def test_the_first_shrug_of_all_is_heard_and_its_drop_fades_into_silence(hurts: bool) -> None:
    lesson = Lesson()
    feedback = Biofeedback(["emg-raw"])
    lesson.engine = Engine([*lesson.engine.components, feedback])
    lesson.tell(Calibrate("start"))
    while lesson.steps[-1] != "typing":
        lesson.live(0.5)
        if hurts and lesson.steps[-1].startswith("reference"):
            lesson.tell(Calibrate("skip"))
    told = [e for e in lesson.events if isinstance(e, Tone | CalibrationStep)]
    first = next(k for k, e in enumerate(told) if isinstance(e, Tone))
    assert told[first - 1] == CalibrationStep("shrug", 8), "not a tone before"
    tones = [e.level for e in told if isinstance(e, Tone)]
    assert max(level or 0.0 for level in tones) > 0.8 and tones[-1] is None
    assert 0.0 in tones or min(level for level in tones if level is not None) < 0.3
    lesson.tell(Calibrate("abort"))
    assert not feedback._sticks, "what was only tried is gone"


def test_private_mode_silences_the_tone_of_the_calibration(taught: Lesson) -> None:
    feedback = Biofeedback(["emg-raw"], [taught.done()])
    feedback._told = 0.5
    engine = Engine([feedback])
    assert engine.handle(Private(False, "button"), 1.0) == [Private(False, "button")]
    assert Tone(None) in engine.handle(Private(True, "button"), 1.0)


def test_nothing_plausible_is_no_tone() -> None:
    lesson = Lesson(does={"reference_1": "rest", "reference_2": "rest"})
    feedback = Biofeedback(["emg-raw"])
    lesson.engine = Engine([*lesson.engine.components, feedback])
    lesson.tell(Calibrate("start"))
    lesson.live(130)
    assert not any(isinstance(e, Tone) for e in lesson.events)


def test_typing_is_only_a_wish(taught: Lesson) -> None:
    lesson = Lesson()
    lesson.tell(Calibrate("start"))
    while lesson.steps[-1] != "typing":
        lesson.live(1)
    lesson.tell(Calibrate("skip"))
    assert lesson.done().typing_p50 is None


def test_arms_that_hurt_are_left_out_and_the_yardstick_knows_it() -> None:
    lesson = Lesson()
    lesson.tell(Calibrate("start"))
    lesson.tell(Calibrate("next"))
    lesson.live(60.2)
    assert lesson.steps[-1] == "reference_ready"
    lesson.live(6)
    lesson.live(5)
    lesson.tell(Calibrate("skip"))  # in the middle of the first reference
    lesson.live(15)
    lesson.tell(Calibrate("skip"))
    assert lesson.done().rest_only
    assert "reference_2" not in lesson.steps


def test_a_reference_like_rest_is_refused_with_a_sentence() -> None:
    lesson = Lesson(does={"reference_1": "rest", "reference_2": "rest"})
    lesson.tell(Calibrate("start"))
    lesson.live(300)
    assert "factor of 3" in lesson.refused()


@pytest.mark.parametrize("signal", ["emg-raw", "emg-envelope", "pressure"])
@pytest.mark.parametrize("second", ["half", "twofold", "rest"])
def test_two_references_that_are_far_apart_are_refused_before_anybody_goes_on(signal: str, second: str) -> None:
    lesson = Lesson(signal, does={"reference_2": second})
    lesson.tell(Calibrate("start"))
    lesson.live(300)
    assert lesson.refused() == REFERENCES_DIFFER
    assert lesson.steps[-1] == "reference_2"


@pytest.mark.parametrize("signal", ["emg-raw", "emg-envelope", "pressure"])
def test_two_references_are_never_quite_the_same(signal: str) -> None:
    lesson = Lesson(signal, does={"reference_2": "firmer"})
    lesson.tell(Calibrate("start"))
    lesson.live(300)
    assert lesson.done().reference_level > 0


@pytest.mark.parametrize(("step", "seconds"), [("rest", 10.0), ("reference_1", 3.0), ("typing", 20.0)])
def test_a_cable_that_is_out_in_the_middle_is_refused_at_the_end_of_that_step(step: str, seconds: float) -> None:
    lesson = Lesson()
    lesson.tell(Calibrate("start"))
    while lesson.steps[-1] != step:
        lesson.live(0.1)
    lesson.live(5)
    lesson.muscle.fault = "still"
    lesson.live(seconds)
    lesson.muscle.fault = ""
    lesson.live(300)
    assert lesson.refused() == STOOD_STILL
    assert lesson.steps[-1] == step


def test_a_step_that_is_left_out_is_not_judged() -> None:
    lesson = Lesson()
    lesson.tell(Calibrate("start"))
    while lesson.steps[-1] != "reference_1":
        lesson.live(0.1)
    lesson.muscle.fault = "still"
    lesson.live(5)
    lesson.muscle.fault = ""
    lesson.tell(Calibrate("skip"))
    assert lesson.steps[-1] == "shrug" and lesson.end is None


def test_a_cable_that_was_out_for_a_moment_spoils_nothing() -> None:
    lesson = Lesson()
    lesson.tell(Calibrate("start"))
    lesson.live(30)
    lesson.muscle.fault = "still"
    lesson.live(1)
    lesson.muscle.fault = ""
    lesson.live(300)
    assert lesson.done().noise_rve_percent == pytest.approx(3, abs=0.3)


def test_a_shrug_that_is_not_felt_is_refused_with_a_sentence() -> None:
    lesson = Lesson(does={"shrug": "rest"})
    lesson.tell(Calibrate("start"))
    lesson.live(300)
    assert lesson.refused() == NO_SHRUG


def test_an_electrode_that_comes_off_ends_it_at_once(taught: Lesson) -> None:
    lesson = Lesson(yardstick=taught.done())
    lesson.tell(Calibrate("start"))
    lesson.live(20)
    lesson.muscle.fault = "rail"
    lesson.live(10)
    assert lesson.refused() == OFF
    assert lesson.calibrating.due() == NEVER


def test_a_sensor_that_stops_sending_ends_it() -> None:
    lesson = Lesson()
    lesson.tell(Calibrate("start"))
    lesson.live(20)
    lesson.tell(SensorLost("gone"))
    assert "stopped sending" in lesson.refused()


def test_it_can_be_stopped_at_any_step_and_begun_again() -> None:
    lesson = Lesson()
    lesson.tell(Calibrate("start"))
    lesson.live(10)
    lesson.tell(Calibrate("abort"))
    assert "the one you had stays" in lesson.refused()
    lesson.events.clear()
    lesson.tell(Calibrate("start"))
    assert lesson.steps == ["welcome"]


def test_the_daily_reference_finds_the_gain_of_todays_electrodes(taught: Lesson) -> None:
    lesson = Lesson(yardstick=taught.done())
    lesson.gain = 0.6
    lesson.tell(Calibrate("daily"))
    lesson.live(40)
    assert lesson.steps == ["daily_ready", "daily_reference"]
    assert lesson.now - 100 <= 26
    assert lesson.done().gain == pytest.approx(0.6, rel=0.1)
    assert lesson.done().reference_power == taught.done().reference_power


def test_a_daily_reference_on_another_muscle_is_refused(taught: Lesson) -> None:
    lesson = Lesson(yardstick=taught.done())
    lesson.gain = 6.0
    lesson.tell(Calibrate("daily"))
    lesson.live(40)
    assert isinstance(lesson.end, CalibrationRefused)


def test_a_daily_reference_without_arms_is_refused(taught: Lesson) -> None:
    lesson = Lesson(yardstick=taught.done(), does={"daily_reference": "rest"})
    lesson.tell(Calibrate("daily"))
    lesson.live(40)
    assert "hardly above rest" in lesson.refused()


@pytest.mark.parametrize("action", ["start", "daily"])
def test_a_sensor_that_never_sends_gives_no_yardstick(action: str, taught: Lesson) -> None:
    calibrating = Calibrating(["emg-raw"], [taught.done()])
    now, told = 0.0, list(calibrating.routes()[Calibrate](Calibrate(action), 0.0))
    while isinstance(told[-1], CalibrationStep):
        now = calibrating.due()
        told = list(calibrating.routes()[Tick](Tick(), now))
    assert "stopped sending" in told[-1].reason


def test_a_daily_reference_needs_a_first_calibration() -> None:
    lesson = Lesson()
    lesson.tell(Calibrate("daily"))
    assert "no calibration yet" in lesson.refused()


def test_every_step_has_words_in_both_languages_and_every_move_leads_to_a_step() -> None:
    assert set(WORDS) == set(STEPS)
    assert set(PRESSURE_WORDS) <= set(STEPS)
    for language in ("de", "en"):
        for signal in ("emg-raw", "pressure"):
            said = [words(name, language, step.seconds, signal) for name, step in STEPS.items()]
            assert all(said) and not any(re.search(r"\d", each) for each in said), "a voice reads digits as it likes"
        assert words("reference_1", language, 12).count("12") == 1, "a length that has no word stands there in digits"
    assert taken("de") != taken("en")
    assert set(MOVES.values()) <= set(STEPS) | {"judge", "judge_daily"}
    assert {step for step, _ in MOVES} == set(STEPS)
    assert all((step, "time") in MOVES for step in STEPS)


@given(
    st.lists(
        st.one_of(
            st.sampled_from(["start", "daily", "next", "skip", "abort"]).map(Calibrate),
            st.just(SensorLost("gone")),
            st.floats(0.1, 130),
        ),
        max_size=30,
    )
)
def test_whatever_is_pressed_it_ends_with_one_answer_and_waits_for_nothing(story: list[Any]) -> None:
    """Every beginning has exactly one end, or is replaced by another beginning; in between it always wants the time."""
    calibrating = Calibrating(["emg-envelope"])
    engine = Engine([calibrating])
    now, running = 0.0, False
    rng = np.random.default_rng(0)
    for item in story:
        if isinstance(item, float):
            now += item
            events = engine.handle(Frame(rng.normal(0.1, 0.01, (50, 1)), now, 100.0), now)
            events += engine.handle(Tick(), now)
        else:
            events = engine.handle(item, now)
        for event in events:
            if isinstance(event, CalibrationStep):
                assert running or event.step in BEGINNINGS.values()
                running = True
            if isinstance(event, CalibrationDone | CalibrationRefused):
                running = False
        assert (calibrating.due() == NEVER) != running
