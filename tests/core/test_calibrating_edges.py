"""Calibrating at its edges: smoothed sensors whose levels are known, and answers counted to the last per cent."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest

from station.core.calibrating import NO_SHRUG, OFF, REFERENCE_TOO_WEAK, STEPS, TOO_DIFFERENT, Calibrating
from station.core.component import NEVER
from station.core.engine import Engine
from station.core.events import CalibrationDone, CalibrationRefused, CalibrationStep, Quality
from station.core.inputs import Calibrate, Frame, SensorLost, Tick, TryCalibration, UseCalibration
from station.core.yardstick import as_dict
from tests.core.course import RATE, REFERENCE, REST, SHRUG, Course, at, found, stick


@pytest.mark.parametrize("gain", [0.26, 0.5, 1.0, 3.9])
def test_the_daily_gain_is_todays_reference_over_the_stored_one(gain: float) -> None:
    # A gain of another day counts no more.
    (today,) = found(Course(("pressure",), stick("pressure", gain=2.0)).run("daily", daily_reference=at(gain)))
    assert as_dict(today) == as_dict(stick("pressure")) | {"gain": pytest.approx(gain, rel=1e-3)}


@pytest.mark.parametrize("gain", [0.25, 0.375, 4.0])
def test_the_limits_of_a_daily_gain_are_still_plausible(gain: float) -> None:
    """A quarter, four times, and three times the noise; in these volts all of it is exact."""
    known = stick("pressure", rest_level=0.5, reference_level=1.0, noise_rve_percent=12.5 if gain == 0.375 else 1.0)
    (today,) = found(Course(("pressure",), known).run("daily", daily_reference=0.5 + 0.5 * gain))
    assert today.gain == gain


def test_the_answer_tells_whether_it_was_the_daily_reference() -> None:
    course = Course(("pressure",))
    assert [course.whole().daily, course.run("daily", daily_reference=REFERENCE).daily] == [False, True]


@pytest.mark.parametrize(("times", "white_share"), [(2.0, 1.0), (1.05, 0.01), (0.5, 0.01)])
def test_the_daily_reference_is_of_the_rate_at_which_it_was_held(times: float, white_share: float) -> None:
    """At a slower rate than before nobody knows any more how white the muscle looks."""
    old = stick("pressure", rate=times * RATE, white_share=0.01)
    (today,) = found(Course(("pressure",), old).run("daily", daily_reference=REFERENCE))
    assert (today.rate, today.white_share) == (RATE, white_share)


@pytest.mark.parametrize(
    ("gain", "noise", "reason"),
    [
        (0.24, 1.0, TOO_DIFFERENT),
        (4.1, 1.0, TOO_DIFFERENT),
        (0.02, 1.0, REFERENCE_TOO_WEAK),
        (0.2985, 10.0, REFERENCE_TOO_WEAK),
        (0.302, 10.0, ""),
    ],
)
def test_a_daily_reference_is_plausible_between_noise_and_another_muscle(
    gain: float, noise: float, reason: str
) -> None:
    told = Course(("pressure",), stick("pressure", noise_rve_percent=noise)).run("daily", daily_reference=at(gain))
    assert isinstance(told, CalibrationRefused if reason else CalibrationDone)
    assert getattr(told, "reason", "") == reason


@pytest.mark.parametrize("pad", [0, 1])
def test_a_pad_beside_electrodes_keeps_its_yardstick_wherever_it_is_plugged(pad: int) -> None:
    known = [stick(), stick()]
    known[pad] = stick("pressure")
    course = Course(tuple(one.signal for one in known), *known)
    today = found(course.run("daily", daily_reference=at(0.5)))
    assert today[pad] == known[pad]
    assert 0.25 < today[1 - pad].gain < 1


def test_a_pad_alone_is_measured_by_its_reference_and_refreshed_like_any_other() -> None:
    course = Course(("pressure",))
    (pad,) = found(course.whole(reference=0.4, shrug=0.9))
    assert (pad.rest_level, pad.reference_level) == (pytest.approx(REST), pytest.approx(0.4))
    (today,) = found(course.run("daily", daily_reference=0.225))
    assert today.gain == pytest.approx(0.5, rel=1e-3)


def test_a_pad_beside_electrodes_is_measured_by_the_shrug() -> None:
    _, pad = found(Course(("emg-envelope", "pressure")).whole(reference=(REFERENCE, REST), shrug=(SHRUG, 0.9)))
    assert pad.reference_level == pytest.approx(0.9)


@pytest.mark.parametrize("deaf", [0, 1])
def test_each_side_must_feel_the_shrug(deaf: int) -> None:
    shrug = [SHRUG, SHRUG]
    both = Course(("emg-envelope", "emg-envelope"))
    assert len(found(both.whole(shrug=shrug))) == 2
    shrug[deaf] = at(0.15)
    assert both.whole(shrug=shrug) == CalibrationRefused(NO_SHRUG)
    shrug[deaf] = at(0.4)
    assert len(found(both.whole(shrug=shrug))) == 2


@pytest.mark.parametrize("state", ["off", "rail"])
def test_an_electrode_that_comes_off_ends_a_recording_and_nothing_else(state: str) -> None:
    engine = Engine([Calibrating(("emg-envelope",))])
    assert engine.handle(Quality(state), 0.0) == [Quality(state)]
    engine.handle(Calibrate("start"), 0.0)
    assert engine.handle(Quality(state), 1.0) == [Quality(state)]  # nothing is recorded while it says welcome
    engine.handle(Calibrate("next"), 2.0)
    assert engine.handle(Quality("hum"), 3.0) == [Quality("hum")]
    assert engine.handle(Quality(state), 4.0) == [Quality(state), CalibrationRefused(OFF)]
    assert engine.due() == NEVER


def test_a_lost_sensor_is_no_answer_to_a_question_nobody_asked() -> None:
    assert Engine([Calibrating(("emg-envelope",))]).handle(SensorLost("gone"), 0.0) == []


def test_only_the_posture_is_kept_and_not_the_way_into_it() -> None:
    """The first two seconds of a posture and what comes after its end are not recorded."""
    course = Course(("emg-envelope",))
    engine = course.engine
    engine.handle(Calibrate("start"), 0.0)
    for at_s, volts, kept in ((5.0, 1.0, 0), (6.9, 1.0, 0), (7.0, REST, 1), (64.9, REST, 2), (65.0, 1.0, 2)):
        if at_s == 5.0:
            engine.handle(Tick(), 5.0)
        engine.handle(Frame(np.full((50, 1), volts, np.float32), at_s, RATE), at_s)
        assert len(course.calibrating._kept.get("rest", [])) == kept


def test_a_step_follows_without_a_seam_however_late_the_time_was_told() -> None:
    engine = Engine([Calibrating(("emg-envelope",))])
    engine.handle(Calibrate("start"), 0.0)
    assert engine.handle(Tick(), 4.99) == []
    assert engine.handle(Tick(), 5.3) == [CalibrationStep("rest", STEPS["rest"].seconds)]
    assert engine.due() == 65.0
    engine.handle(Frame(np.full((200, 1), REST, np.float32), 60.0, RATE), 60.0)
    engine.handle(Tick(), 65.0)
    engine.handle(Calibrate("next"), 66.5)
    assert engine.due() == 66.5 + 15.0


def test_a_first_calibration_is_needed_of_every_channel_for_a_daily_reference() -> None:
    engine = Engine([Calibrating(("emg-envelope", "emg-envelope"), (stick(), None))])
    (refused,) = engine.handle(Calibrate("daily"), 0.0)
    assert isinstance(refused, CalibrationRefused)
    for other in (1, 3):  # stored when there were fewer sensors, or more
        engine.handle(UseCalibration((as_dict(stick()),) * other), 0.5)
        assert engine.handle(Calibrate("daily"), 0.5) == [refused]
    engine.handle(UseCalibration((as_dict(stick()), as_dict(stick()))), 1.0)
    assert engine.handle(Calibrate("daily"), 2.0) == [CalibrationStep("daily_ready", 5.0)]


def lesson_until(step: str) -> Course:
    """A lesson of somebody who does what they are told, now at the beginning of `step`."""
    course = Course(("pressure",))
    course.engine.handle(Calibrate("start"), 0.0)
    levels = {"reference_1": REFERENCE, "reference_2": REFERENCE, "shrug": SHRUG}
    while course.calibrating._step != step:
        course.second(levels.get(course.calibrating._step, REST))
    return course


def test_what_hurts_is_left_out_altogether_and_nothing_else_is() -> None:
    course = lesson_until("reference_2")
    course.second(REFERENCE)
    assert set(course.calibrating._kept) == {"rest", "reference"}
    course.tell(Calibrate("skip"))
    assert set(course.calibrating._kept) == {"rest"}
    course = lesson_until("reference_pause")
    course.tell(Calibrate("skip"))  # nothing was held yet that could count alone
    assert set(course.calibrating._kept) == {"rest"}
    course = lesson_until("shrug")
    course.tell(Calibrate("skip"))
    assert set(course.calibrating._kept) == {"rest", "reference"}
    for _ in range(4):
        course.second(REST)
    assert course.calibrating._step == "typing"


@pytest.mark.parametrize(("seconds", "usual"), [(30, None), (31, 20.0)])
def test_half_a_minute_of_typing_says_something_and_less_does_not(seconds: int, usual: float | None) -> None:
    """What is told from its second second on is recorded; `skip` keeps what there is."""
    course = lesson_until("typing")
    for _ in range(seconds):
        course.second(at(0.2))
    (pad,) = found(course.tell(Calibrate("skip"))[0])
    assert pad.typing_p50 == (usual if usual is None else pytest.approx(usual, abs=0.01))
    assert course.calibrating.due() == NEVER


@pytest.mark.parametrize(("seconds", "usual"), [(29, None), (40, 20.0)])
def test_typing_that_cannot_be_believed_says_nothing_about_a_usual_load(seconds: int, usual: float | None) -> None:
    """After some seconds at a fifth the pad stands at the end of its range: never so strong is anybody's typing."""
    course = lesson_until("typing")
    for k in range(100):
        course.second(at(0.2) if k < seconds else 3.3)
    (pad,) = found(course.tell(Calibrate("next"))[0])
    assert pad.typing_p50 == (usual if usual is None else pytest.approx(usual, abs=0.01))


def test_typing_of_a_moment_is_taken_for_none() -> None:
    course = lesson_until("typing")
    course.second(REST)
    course.tell(Frame(np.full((1, 1), REST, np.float32), course.now + 1.5, RATE))
    (pad,) = found(course.tell(Calibrate("next"))[0])
    assert pad.typing_p50 is None


def test_what_was_recorded_so_far_is_measured_once_before_the_shrug_is_called() -> None:
    class Listener:
        heard: ClassVar[list[Any]] = []

        def routes(self) -> dict[type, Any]:
            return dict.fromkeys((TryCalibration, CalibrationStep), lambda message, now: self.heard.append(message))

        def due(self) -> float:
            return NEVER

    course = Course(("emg-envelope",))
    course.engine = Engine([course.calibrating, Listener()])
    (whole,) = found(course.run("start", reference_1=0.5, reference_2=0.6, shrug=SHRUG))
    assert Listener.heard == [
        *(CalibrationStep(step, STEPS[step].seconds) for step in course.steps[:6]),
        TryCalibration((as_dict(whole),)),
        *(CalibrationStep(step, STEPS[step].seconds) for step in ("shrug", "drop")),
    ]


def test_a_step_without_a_sample_is_not_recorded_and_a_late_sample_neither() -> None:
    course = lesson_until("rest")
    assert course.calibrating._kept == {}
    course = lesson_until("reference_ready")
    course.second(REFERENCE)
    assert set(course.calibrating._kept) == {"rest"}
