"""Calibrating at its edges: smoothed sensors whose levels are known, and answers counted to the last per cent."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from station.core.calibrating import NO_SHRUG, OFF, REFERENCE_TOO_WEAK, STEPS, TOO_DIFFERENT, Calibrating
from station.core.component import NEVER
from station.core.engine import Engine
from station.core.events import CalibrationDone, CalibrationRefused, CalibrationStep, Quality
from station.core.inputs import Calibrate, Frame, SensorLost, Tick, UseCalibration
from station.core.yardstick import Yardstick, as_dict, from_dict

RATE = 50.0
REST, REFERENCE, SHRUG = 0.05, 0.55, 0.8


def stick(signal: Any = "emg-envelope", **more: Any) -> Yardstick:
    """0.05 V at rest, 0.55 V at the reference."""
    known = {"signal": signal, "rate": RATE, "rest_level": REST, "reference_level": REFERENCE, "noise_rve_percent": 1.0}
    return Yardstick(**{**known, **more})


class Course:
    """Each channel stands at one level through each step; `levels` maps a step to the volts of all channels."""

    def __init__(self, signals: tuple[Any, ...], *known: Yardstick) -> None:
        self.calibrating = Calibrating(signals, known)
        self.engine = Engine([self.calibrating])
        self.channels = len(signals)
        self.now = 0.0

    def tell(self, message: Any) -> list[Any]:
        return self.engine.handle(message, self.now)

    def second(self, level: float) -> None:
        """One second at this level, its samples told as it ends."""
        self.now += 1.0
        self.tell(Frame(np.full((50, self.channels), level, np.float32), self.now, RATE))
        self.tell(Tick())

    def run(self, action: str, **levels: Any) -> Any:
        told = self.engine.handle(Calibrate(action), self.now)
        while isinstance(told[-1], CalibrationStep):
            step, end = told[-1].step, self.engine.due()
            volts = np.broadcast_to(levels.get(step, REST), (50, self.channels)).astype(np.float32)
            while self.now + 1.0 < end:
                self.now += 1.0
                self.engine.handle(Frame(volts, self.now, RATE), self.now)
            self.now = end
            told = self.engine.handle(Calibrate("skip") if step == "drop" else Tick(), self.now)
        return told[0]

    def whole(self, reference: Any = REFERENCE, shrug: Any = SHRUG) -> Any:
        return self.run("start", reference_1=reference, reference_2=reference, shrug=shrug)


def found(done: Any) -> list[Yardstick]:
    assert isinstance(done, CalibrationDone), done
    return [from_dict(stored) for stored in done.calibration["channels"]]


def at(gain: float) -> float:
    """The level at which today's electrodes give so much of the reference."""
    return REST + gain * (REFERENCE - REST)


@pytest.mark.parametrize("gain", [0.26, 0.5, 1.0, 3.9])
def test_the_daily_gain_is_todays_reference_over_the_stored_one(gain: float) -> None:
    # A gain of another day counts no more.
    (today,) = found(Course(("pressure",), stick("pressure", gain=2.0)).run("daily", daily_reference=at(gain)))
    assert as_dict(today) == as_dict(stick("pressure")) | {"gain": pytest.approx(gain, rel=1e-3)}


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
    engine.handle(Tick(), 65.0)
    engine.handle(Calibrate("next"), 66.5)
    assert engine.due() == 66.5 + 15.0


def test_a_first_calibration_is_needed_of_every_channel_for_a_daily_reference() -> None:
    engine = Engine([Calibrating(("emg-envelope", "emg-envelope"), (stick(), None))])
    (refused,) = engine.handle(Calibrate("daily"), 0.0)
    assert isinstance(refused, CalibrationRefused)
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


def test_a_step_without_a_sample_is_not_recorded_and_a_late_sample_neither() -> None:
    course = lesson_until("rest")
    assert course.calibrating._kept == {}
    course = lesson_until("reference_ready")
    course.second(REFERENCE)
    assert set(course.calibrating._kept) == {"rest"}
