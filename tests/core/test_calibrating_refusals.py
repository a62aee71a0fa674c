"""What is refused of a recording as soon as it is made: nobody goes on for minutes with one that is no use."""

from __future__ import annotations

import numpy as np
import pytest

from station.core.calibrating import NO_SIGNAL, REFERENCES_DIFFER, STOOD_STILL, Calibrating
from station.core.engine import Engine
from station.core.events import CalibrationRefused, CalibrationStep
from station.core.inputs import Calibrate, Frame, Tick
from tests.core.course import RATE, REFERENCE, Course, at, found, stick


@pytest.mark.parametrize("seconds", [0, 3])
@pytest.mark.parametrize("step", ["rest", "reference_1", "reference_2", "shrug"])
def test_a_recording_of_which_hardly_anything_arrived_is_refused_at_its_end(step: str, seconds: int) -> None:
    course = Course(("emg-envelope",))
    course.arrives[step] = seconds
    assert course.whole() == CalibrationRefused(NO_SIGNAL)
    assert course.steps[-1] == step
    course.arrives[step] = 4
    assert len(found(course.whole())) == 1, "and a little more than three seconds are enough"


@pytest.mark.parametrize("seconds", [0, 3])
def test_so_is_a_daily_reference(seconds: int) -> None:
    course = Course(("emg-envelope",), stick())
    course.arrives["daily_reference"] = seconds
    assert course.run("daily", daily_reference=REFERENCE) == CalibrationRefused(NO_SIGNAL)


@pytest.mark.parametrize("side", [0, 1])
def test_each_side_must_hold_the_reference_twice_in_the_same_way(side: int) -> None:
    second = [REFERENCE, REFERENCE]
    both = Course(("emg-envelope", "emg-envelope"))
    assert len(found(both.whole(reference_2=second))) == 2
    second[side] = at(2)
    assert both.whole(reference_2=second) == CalibrationRefused(REFERENCES_DIFFER)


@pytest.mark.parametrize("pad", [0, 1])
def test_what_a_pad_beside_electrodes_feels_of_the_arms_is_not_judged(pad: int) -> None:
    """Who holds out the arms leans back as they like: the pad is measured by the shrug."""
    signals, second = ["emg-envelope", "emg-envelope"], [REFERENCE, REFERENCE]
    signals[pad], second[pad] = "pressure", at(3)
    assert len(found(Course(tuple(signals)).whole(reference_2=second))) == 2


@pytest.mark.parametrize(("pieces", "said"), [(29, CalibrationStep("reference_ready", 7)), (30, STOOD_STILL)])
@pytest.mark.parametrize("channel", [0, 1])
def test_no_cable_may_be_out_for_more_than_a_twentieth_of_the_rest(channel: int, pieces: int, said: object) -> None:
    """Rest is recorded for 58 s, told second by second: 29 of its tenths are a twentieth, the 30th is too many."""
    engine = Engine([Calibrating(("emg-raw", "emg-raw"))])
    engine.handle(Calibrate("start"), 0.0)
    engine.handle(Tick(), 5.0)
    moving = np.tile(np.float32([[1.64, 1.64], [1.66, 1.66]]), (int(58 * RATE / 2), 1))
    moving[: pieces * 5, channel] = 1.65
    for k, second in enumerate(np.split(moving, 58)):
        engine.handle(Frame(second, 7.0 + k, RATE), 7.0 + k)
    (told,) = engine.handle(Tick(), 65.0)
    assert getattr(told, "reason", told) == said
