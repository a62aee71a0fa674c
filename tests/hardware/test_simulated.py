"""The simulated sensor: the person, through the twin of the chip and the unmodified driver."""

import msgspec
import numpy as np
import pytest

from hardware.sensors import simulated
from hardware.sensors.clock import VirtualClock
from hardware.sensors.contract import FRAME_S, SensorError
from hardware.sensors.person import Person

LSB_V = 4.096 / 32768


def opened(**settings: object) -> simulated.SimulatedSource:
    return simulated.open(msgspec.convert(settings, simulated.Settings), clock=VirtualClock(50.0))


def volts_of(source: simulated.SimulatedSource, seconds: float) -> np.ndarray:
    frames = [source.read() for _ in range(round(seconds / FRAME_S))]
    return np.concatenate([np.asarray(frame.volts).reshape(-1, frame.channels) for frame in frames])


def test_the_driver_reads_the_person_sample_by_sample() -> None:
    source = opened(story="tense")
    read = volts_of(source, 4)[:, 0]
    truth, _ = Person("tense", 1).render(5, 8000)
    assert read.size == 2000
    # Same signal, up to the chip's averaging over a conversion and the time it takes: correlate at the best delay.
    best = max(np.corrcoef(read, truth[delay : delay + 16 * read.size : 16])[0, 1] for delay in range(0, 60))
    assert best > 0.98
    assert read.mean() == pytest.approx(1.65, abs=0.03)


def test_samples_are_whole_steps_of_the_chip() -> None:
    steps = volts_of(opened(), 1) / LSB_V
    assert np.abs(steps - np.round(steps)).max() < 0.01


def test_the_same_seed_gives_the_same_samples_through_the_chip() -> None:
    assert np.array_equal(volts_of(opened(seed=5), 2), volts_of(opened(seed=5), 2))


def test_muscle_and_pressure_come_side_by_side() -> None:
    source = opened(story="tense", view=["emg-raw", "pressure"])
    volts = volts_of(source, 4)
    assert volts.shape[1] == 2
    assert volts[1200:, 0].std() > 0.015
    assert 0.8 < volts[1200:, 1].mean() < 1.2


def test_one_can_tell_the_person_what_to_do() -> None:
    source = opened(story="relaxed")
    rest = np.diff(volts_of(source, 3)[:, 0]).std()
    source.control({"shoulders": 40.0})
    volts_of(source, 1)
    assert np.diff(volts_of(source, 3)[:, 0]).std() > 3 * rest
    source.control({"fault": "rail"})
    volts_of(source, 1)
    assert volts_of(source, 1).min() > 3.2


def test_the_wire_can_break_and_heal() -> None:
    source = opened()
    source.read()
    source.control({"bus": "stuck"})
    with pytest.raises(SensorError):
        for _ in range(100):
            source.read()
    source.control({"bus": ""})
    assert source.read().channels == 1


def test_an_order_nobody_understands_is_an_error_in_a_sentence() -> None:
    with pytest.raises(SensorError, match="there are: rest"):
        opened().control({"activity": "dancing"})


def test_closing_twice_is_fine() -> None:
    source = opened()
    source.close()
    source.close()
    with pytest.raises(SensorError):
        source.read()


def test_the_same_board_twice_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="twice"):
        msgspec.convert({"view": ["pressure", "pressure"]}, simulated.Settings)
