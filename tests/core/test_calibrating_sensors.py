"""Calibrating other sensors than one raw EMG channel: smoothed ones, pads, two sides, and a muscle of motor units."""

from __future__ import annotations

import numpy as np
import pytest

from hardware.sensors.person import Person
from station.core.calibrating import Calibrating
from station.core.engine import Engine
from station.core.events import CalibrationDone, CalibrationRefused, CalibrationStep, Event
from station.core.inputs import Calibrate, Frame, Tick
from station.core.yardstick import from_dict
from tests.core.lesson import DOES, HOP, RATE, Lesson


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
