"""Calibrating: a simulated person is led through it, and whatever goes wrong leaves the old yardstick in force."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.sensors.person import Person
from station.core.biofeedback import Biofeedback
from station.core.calibrating import BEGINNINGS, MOVES, NO_SHRUG, OFF, STEPS, Calibrating
from station.core.calibrating_words import PRESSURE_WORDS, WORDS, words
from station.core.component import NEVER
from station.core.engine import Engine
from station.core.events import CalibrationDone, CalibrationRefused, CalibrationStep, Event, Private, Reading, Tone
from station.core.inputs import Calibrate, Frame, SensorLost, Tick, UseCalibration
from station.core.sensing import Sensing
from station.core.yardstick import Yardstick, as_dict, from_dict

RATE = 500.0
HOP = 50

# What the person does at each step, when they do what they are told.
DOES = {
    "rest": "rest",
    "reference_1": "reference",
    "reference_2": "reference",
    "daily_reference": "reference",
    "shrug": "shrug",
    "typing": "typing",
}


# %RVE of each activity of the plain muscle below.
LOADS = {"rest": 0.0, "reference": 100.0, "shrug": 150.0, "typing": 8.0}


class Muscle:
    """A muscle as plain as can be: noise whose amplitude is the load (the simulated person takes a turn below)."""

    def __init__(self, signal: str) -> None:
        self.signal = signal
        self.activity = "rest"
        self.fault = ""
        self._random = np.random.default_rng(5)

    def volts(self, rows: int) -> np.ndarray:
        if self.fault:
            return np.full(rows, 3.3)
        load = LOADS[self.activity] / 100
        if self.signal == "emg-raw":
            return self._random.normal(1.65, np.hypot(0.0015, 0.05 * load), rows)
        return self._random.normal({"pressure": 1.0}.get(self.signal, 0.05) + 0.5 * load, 0.002, rows)


class Lesson:
    """The calibrating and the sensing components with a muscle that listens, in virtual time."""

    def __init__(self, signal: str = "emg-raw", does: dict[str, str] | None = None, yardstick: Yardstick | None = None):
        known = (yardstick,) if yardstick else ()
        self.calibrating = Calibrating([signal], known)
        self.engine = Engine([Sensing(signals=[signal], yardsticks=known), self.calibrating])
        self.muscle = Muscle(signal)
        self.does = DOES | (does or {})
        self.now = 100.0
        self.events: list[Event] = []
        self.gain = 1.0
        self.ended = False

    def tell(self, message: Any) -> list[Event]:
        events = self.engine.handle(message, self.now)
        self.events += events
        for event in events:
            self.ended = self.ended or isinstance(event, CalibrationDone | CalibrationRefused)
            if isinstance(event, CalibrationStep):
                self.muscle.activity = self.does.get(event.step, "rest")
        return events

    def live(self, seconds: float) -> None:
        """The muscle goes on, frame by frame; the component is told the time when it asked for it."""
        for _ in range(round(seconds * RATE / HOP)):
            volts = self.muscle.volts(HOP)
            self.now += HOP / RATE
            self.tell(Frame((1.65 + (volts[:, None] - 1.65) * self.gain), self.now, RATE))
            if self.now >= self.engine.due():
                self.tell(Tick())
            if self.ended:
                return

    @property
    def steps(self) -> list[str]:
        return [e.step for e in self.events if isinstance(e, CalibrationStep)]

    @property
    def end(self) -> Event | None:
        return next((e for e in self.events if isinstance(e, CalibrationDone | CalibrationRefused)), None)

    def done(self) -> Yardstick:
        assert isinstance(self.end, CalibrationDone), self.end
        return from_dict(self.end.calibration["channels"][0])

    def refused(self) -> str:
        assert isinstance(self.end, CalibrationRefused), self.end
        return self.end.reason


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


@pytest.mark.parametrize("signal", ["emg-envelope", "pressure"])
def test_other_sensors_are_taught_the_same_way(signal: str) -> None:
    does = {"reference_1": "shrug", "reference_2": "shrug"} if signal == "pressure" else {}
    lesson = Lesson(signal, does)
    lesson.tell(Calibrate("start"))
    while lesson.steps[-1] != "typing":
        lesson.live(1)
    lesson.tell(Calibrate("skip"))
    assert lesson.done().signal == signal


def test_a_pad_beside_electrodes_takes_the_shrug_for_its_reference() -> None:
    calibrating = Calibrating(["emg-raw", "pressure"])
    engine = Engine([calibrating])
    rng, now, ended = np.random.default_rng(1), 0.0, []
    events = engine.handle(Calibrate("start"), now)
    step = "welcome"
    while not ended and now < 300:
        now += 0.1
        emg = rng.normal(1.65, {"reference_1": 0.2, "reference_2": 0.2, "shrug": 0.3}.get(step, 0.002), 50)
        pad = rng.normal(1.5 if step == "shrug" else 1.0, 0.003, 50)
        events = engine.handle(Frame(np.stack([emg, pad], axis=1), now, RATE), now)
        if now >= engine.due():
            events += engine.handle(Calibrate("skip") if step == "typing" else Tick(), now)
        step = next((e.step for e in events if isinstance(e, CalibrationStep)), step)
        ended = [e for e in events if isinstance(e, CalibrationDone | CalibrationRefused)]
    assert isinstance(ended[0], CalibrationDone), ended
    # The daily reference holds the arms out: it refreshes the electrodes and leaves the pad alone.
    told = engine.handle(Calibrate("daily"), now)
    while isinstance(told[-1], CalibrationStep):
        for _ in range(300):
            now += 0.1
            both = np.stack([rng.normal(1.65, 0.1, 50), rng.normal(1.0, 0.003, 50)], axis=1)
            engine.handle(Frame(both, now, RATE), now)
            if now >= engine.due():
                break
        told = engine.handle(Tick(), now)
    daily = told[-1]
    assert isinstance(daily, CalibrationDone), told
    assert daily.calibration["channels"][1] == ended[0].calibration["channels"][1]
    assert daily.calibration["channels"][0]["gain"] == pytest.approx(0.5, rel=0.1)
    pad_found = from_dict(ended[0].calibration["channels"][1])
    assert (pad_found.rest_level, pad_found.reference_level) == (
        pytest.approx(1.0, abs=0.01),
        pytest.approx(1.5, abs=0.01),
    )


def both_sides(engine: Engine, how: str, now: float, levels: dict[str, tuple[float, float]]) -> tuple[Event, float]:
    """A lesson with two channels that stand at these volts in each step; how it ended, and when."""
    rng, told = np.random.default_rng(2), engine.handle(Calibrate(how), now)
    while isinstance(told[-1], CalibrationStep):
        left, right = levels.get(told[-1].step, levels["rest"])
        now += 0.1
        while now < engine.due():
            volts = np.stack([rng.normal(left, 0.001, 50), rng.normal(right, 0.001, 50)], axis=1)
            engine.handle(Frame(volts, now, RATE), now)
            now += 0.1
        told = engine.handle(Tick(), now)
    return told[-1], now


def test_each_side_is_measured_by_its_own_samples() -> None:
    engine = Engine([Calibrating(["emg-envelope", "emg-envelope"])])
    held, shrug = (0.55, 1.10), (1.0, 2.0)
    levels = {"rest": (0.05, 0.10), "reference_1": held, "reference_2": held, "shrug": shrug, "typing": (0.10, 0.40)}
    done, now = both_sides(engine, "start", 0.0, levels)
    assert isinstance(done, CalibrationDone), done
    left, right = (from_dict(channel) for channel in done.calibration["channels"])
    assert (left.rest_level, right.rest_level) == pytest.approx((0.05, 0.10), abs=0.005)
    assert (left.reference_level, right.reference_level) == pytest.approx(held, abs=0.005)
    assert left.typing_p50 is not None and right.typing_p50 is not None
    assert 2 * left.typing_p50 < right.typing_p50 < 4 * left.typing_p50

    # Today's electrodes: the left ones feel half as much above rest, the right ones as much as on the first day.
    daily, _ = both_sides(engine, "daily", now, {"rest": (0.05, 0.10), "daily_reference": (0.30, 1.10)})
    assert isinstance(daily, CalibrationDone), daily
    gains = [channel["gain"] for channel in daily.calibration["channels"]]
    assert gains == pytest.approx([0.5, 1.0], rel=0.15)


def test_every_step_has_words_in_both_languages_and_every_move_leads_to_a_step() -> None:
    assert set(WORDS) == set(STEPS)
    assert set(PRESSURE_WORDS) <= set(STEPS)
    for language in ("de", "en"):
        for signal in ("emg-raw", "pressure"):
            assert all(words(name, language, step.seconds, signal) for name, step in STEPS.items())
    assert set(MOVES.values()) <= set(STEPS) | {"judge", "judge_daily"}
    assert {step for step, _ in MOVES} == set(STEPS)
    assert all((step, "time") in MOVES for step in STEPS)


@pytest.mark.slow
def test_the_simulated_person_teaches_the_station() -> None:
    """Motor units, heartbeat, hum and key strikes instead of plain noise: the numbers are still those of the person."""
    person = Person("relaxed", seed=5)
    calibrating = Calibrating(["emg-raw"])
    engine = Engine([calibrating])
    now, told = 0.0, engine.handle(Calibrate("start"), 0.0)
    while isinstance(told[-1], CalibrationStep):
        person.control({"activity": DOES.get(told[-1].step, "rest")})
        volts, _truth = person.render(told[-1].seconds, RATE)
        for start in range(0, len(volts), HOP):
            now += HOP / RATE
            engine.handle(Frame(volts[start : start + HOP, None], now, RATE), now)
        told = engine.handle(Tick(), now + 0.01)
    assert isinstance(told[-1], CalibrationDone), told
    found = from_dict(told[-1].calibration["channels"][0])
    assert found.mains_hz == 50
    assert found.noise_rve_percent < 8
    assert found.typing_p50 is not None and 1 < found.typing_p50 < 9


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
