"""The simulated person: is it a person?  Levels, spectrum, sparseness, faults, and the same again for the same seed."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.sensors.person import ACTIVITIES, FAULTS, STORIES, Person, calibration_volts
from hardware.sensors.person.muscle import CONTROL_STEPS, RATE, REFERENCE_UV, Muscle

SETTLED_S = 2


@cache
def muscle_alone(rve_percent: float, seconds: float = 12.0, seed: int = 1) -> np.ndarray:
    """Microvolts of the muscle without heart, hum and noise."""
    muscle = Muscle(np.random.SeedSequence(seed))
    chunks = [muscle.chunk(np.full(CONTROL_STEPS, rve_percent)) for _ in range(round(seconds * 4))]
    return np.concatenate(chunks)


def kurtosis(x: np.ndarray) -> float:
    """0 for a normal distribution; large where short waves stand in silence."""
    centred = x - x.mean()
    return float(np.mean(centred**4) / np.mean(centred**2) ** 2 - 3)


def median_frequency(x: np.ndarray, rate: float) -> float:
    """Half of the power above 20 Hz lies below it."""
    n = int(rate)
    blocks = x[: x.size // n * n].reshape(-1, n)
    power = (np.abs(np.fft.rfft(blocks * np.hanning(n), axis=1)) ** 2).mean(axis=0)
    power[:20] = 0
    return float(np.searchsorted(np.cumsum(power), power.sum() / 2))


@cache
def doing(activity: str, seconds: float, rate: float = 860.0, view: str = "emg-raw") -> tuple[np.ndarray, np.ndarray]:
    person = Person("relaxed", seed=1)
    person.control({"activity": activity})
    volts, truth = person.render(seconds + SETTLED_S, rate, view)
    return volts[round(SETTLED_S * rate) :], truth[round(SETTLED_S * rate) :]


# --- the muscle -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rve_percent", [5, 10, 20, 50, 100, 150])
def test_the_amplitude_is_what_was_asked_for(rve_percent: float) -> None:
    rms = muscle_alone(rve_percent).std() / REFERENCE_UV * 100
    assert rms == pytest.approx(rve_percent, rel=0.15)


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_every_person_s_reference_is_a_hundred_per_cent(seed: int) -> None:
    assert muscle_alone(100, 6, seed).std() == pytest.approx(REFERENCE_UV, rel=0.12)


def test_the_spectrum_is_that_of_surface_emg() -> None:
    x = muscle_alone(100)
    assert 60 <= median_frequency(x, RATE) <= 95
    spectrum = np.abs(np.fft.rfft(x)) ** 2
    hertz = np.fft.rfftfreq(x.size, 1 / RATE)
    assert spectrum[(hertz > 20) & (hertz < 400)].sum() / spectrum.sum() > 0.95


def test_low_tension_is_sparse_and_high_tension_is_noise() -> None:
    assert kurtosis(muscle_alone(3)) > 3
    assert kurtosis(muscle_alone(100)) < 1.5


def test_small_units_come_first_and_fire_faster() -> None:
    muscle = Muscle(np.random.SeedSequence(1))
    few = np.count_nonzero(muscle.rates(muscle.effort(np.array([2.0]))))
    many = np.count_nonzero(muscle.rates(muscle.effort(np.array([50.0]))))
    assert 1 <= few <= 12
    assert many > 40
    rates = muscle.rates(muscle.effort(np.array([50.0])))[:, 0]
    firing = rates[rates > 0]
    assert np.all(np.diff(firing) <= 1e-9)
    assert firing.min() >= 7
    assert firing.max() <= 30


def test_a_muscle_without_effort_is_silent() -> None:
    assert np.all(muscle_alone(0.0, 2) == 0.0)


# --- activities -----------------------------------------------------------------------------------------


def test_a_relaxed_person_is_under_one_per_cent() -> None:
    _, truth = doing("rest", 10)
    assert truth.max() < 1.0


def test_typing_is_light_and_full_of_gaps() -> None:
    _, truth = doing("typing", 60)
    resting = (truth < 5).mean()
    assert 3 <= np.median(truth) <= 8
    assert 0.25 <= resting <= 0.7


@pytest.mark.parametrize(("activity", "low", "high"), [("raised", 15, 25), ("phone", 24, 38)])
def test_raised_shoulders_and_a_clamped_phone_know_no_gap(activity: str, low: float, high: float) -> None:
    _, truth = doing(activity, 12)
    assert low <= np.median(truth) <= high
    assert (truth < 5).mean() == 0.0


@pytest.mark.parametrize("activity", sorted(ACTIVITIES))
def test_no_activity_leaves_the_supply(activity: str) -> None:
    for view in ("emg-raw", "emg-envelope", "pressure"):
        volts, _ = doing(activity, 1, 200, view)
        assert volts.min() >= 0.0
        assert volts.max() <= 3.3


def test_the_pressure_falls_when_the_shoulders_rise_and_is_gone_when_the_chair_is_empty() -> None:
    down, _ = doing("rest", 5, 50, "pressure")
    up, _ = doing("raised", 5, 50, "pressure")
    empty, _ = doing("away", 5, 50, "pressure")
    assert down.mean() > 1.4
    assert up.mean() < 1.2
    assert empty.mean() < 0.25 * up.mean()


def test_the_envelope_follows_the_load_and_begins_without_a_step() -> None:
    rest, _ = doing("rest", 5, 100, "emg-envelope")
    up, _ = doing("raised", 5, 100, "emg-envelope")
    assert up.mean() > 2 * rest.mean()
    first, _ = Person("relaxed", 1).render(1, 100, "emg-envelope")
    assert first.max() < 0.2


def test_calibration_can_be_measured_from_the_person() -> None:
    rest, reference = calibration_volts(seed=3, rate=500, rest_s=6, reference_s=8)
    assert rest.size == 6 * 500
    assert reference.size == 8 * 500
    # Above 30 Hz, where heart and motion have ended, the two differ a lot (DESIGN: a factor of 3 is the least).
    assert np.diff(reference).std() > 8 * np.diff(rest).std()
    assert reference.std() == pytest.approx(REFERENCE_UV * 1e-3, rel=0.12)


# --- stories --------------------------------------------------------------------------------------------


def test_the_demo_rests_types_and_raises_the_shoulders_within_half_a_minute() -> None:
    _, truth = Person("demo", 1).render(33, 64)
    assert truth[: 11 * 64].max() < 1
    assert truth[13 * 64 : 25 * 64].max() > 3
    assert np.median(truth[27 * 64 : 33 * 64]) > 14


def test_the_person_lets_go_while_an_exercise_plays_and_does_something_else_afterwards() -> None:
    person = Person("demo", 1)
    person.render(30, 64)
    person.control({"exercise": True})
    _, during = person.render(12, 64)
    assert np.median(during[5 * 64 :]) < 2
    person.control({"exercise": False})
    _, after = person.render(5, 64)
    assert np.median(after[2 * 64 :]) < 8


def test_a_day_has_every_hour_it_promises() -> None:
    assert sum(step.seconds for step in STORIES["day"]) == 8 * 3600


@pytest.mark.parametrize("story", sorted(STORIES))
def test_every_story_names_activities_and_faults_that_there_are(story: str) -> None:
    for step in STORIES[story]:
        assert step.activity in ACTIVITIES
        assert step.fault in ("", *FAULTS)


# --- faults ---------------------------------------------------------------------------------------------


@cache
def with_fault(fault: str, seconds: float = 5.0) -> np.ndarray:
    person = Person("relaxed", seed=1)
    person.control({"fault": fault})
    return person.render(seconds, 860)[0]


def test_a_loose_electrode_swings_from_rail_to_rail_with_the_mains() -> None:
    volts = with_fault("off")
    at_rail = ((volts < 0.01) | (volts > 3.29)).mean()
    assert at_rail > 0.2


def test_a_signal_on_the_rail_stays_there() -> None:
    assert with_fault("rail").min() > 3.29


def test_an_unplugged_cable_is_flat() -> None:
    assert with_fault("flat").std() < 0.0005


def test_a_drying_electrode_gets_worse_by_and_by() -> None:
    volts = with_fault("drying", 24)
    assert volts[-5 * 860 :].std() > 1.3 * volts[: 5 * 860].std()


def test_a_mains_storm_is_told_from_muscle_by_its_frequency() -> None:
    volts = with_fault("hum")
    power = np.abs(np.fft.rfft(volts - volts.mean())) ** 2
    hertz = np.fft.rfftfreq(volts.size, 1 / 860)
    assert power[np.abs(hertz - 50) < 1].sum() > 0.5 * power[hertz > 20].sum()


def test_motion_is_slow_and_strong() -> None:
    assert np.ptp(with_fault("motion", 10)) > 3 * np.ptp(with_fault("", 5))


def test_a_fault_ends_when_told() -> None:
    person = Person("typing", seed=1)
    person.control({"fault": "rail"})
    assert person.render(2, 100)[0].min() > 3.2
    person.control({"fault": None})
    assert person.render(2, 100)[0].max() < 3.0


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ({"activity": "sleeping"}, "there are: rest"),
        ({"fault": "fire"}, "there are: off"),
        ({"shoulders": "up"}, "0..200"),
        ({"colour": "red"}, "there are: activity"),
        ({"story": "weekend"}, "there are: demo"),
    ],
)
def test_what_the_person_does_not_know_is_refused_in_a_sentence(message: dict, says: str) -> None:
    person = Person("relaxed", 1)
    with pytest.raises(ValueError, match=says):
        person.control(message)


# --- single moments, and sameness -----------------------------------------------------------------------


def test_the_same_seed_gives_the_same_volts() -> None:
    one, two = (Person("typing", 7).render(2, 500)[0] for _ in range(2))
    other = Person("typing", 8).render(2, 500)[0]
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)


def test_moments_agree_with_the_rendered_signal() -> None:
    rendered, truth = Person("typing", 1).render(3, RATE)
    person = Person("typing", 1)
    person(0, 1000.0)  # the first question sets the person's time to 0
    # A live question is answered one internal sample (0.5 ms) late, so that nothing ahead of time is needed.
    asked = [person(0, 1000.0 + (i + 1) / RATE) for i in range(3 * RATE)]
    assert np.allclose(asked, rendered, atol=1e-9)
    assert person.activation(1002.5) == pytest.approx(truth[int(2.5 * RATE)], rel=0.2, abs=0.2)


@settings(max_examples=10, deadline=None)
@given(start=st.floats(0, 2), length=st.floats(0.0005, 0.6), ain=st.integers(0, 3))
def test_the_mean_is_that_of_the_moments_between(start: float, length: float, ain: int) -> None:
    person = Person("tense", 1)
    person(ain, 0.0)
    mean = person.mean(ain, start, start + length)
    moments = [person(ain, t) for t in np.linspace(start, start + length, 1000)]
    assert mean == pytest.approx(np.mean(moments), abs=0.03)


def test_how_often_one_asks_changes_nothing() -> None:
    seldom, often = Person("typing", 1), Person("typing", 1)
    for person in (seldom, often):
        person(0, 0.0)
    for i in range(4000):
        often(0, i / 1000)
    assert often(0, 4.0) == seldom(0, 4.0)


def test_orders_are_felt_within_half_a_second() -> None:
    person = Person("relaxed", 1)
    t = 0.0
    while t < 5:
        person(0, t)
        t += 0.002
    person.control({"shoulders": 30.0})
    while t < 6:
        person(0, t)
        t += 0.002
    assert person.activation(t) > 15


def test_a_long_silence_costs_no_time_and_the_story_goes_on() -> None:
    person = Person("demo", 1)
    person(0, 0.0)
    person(0, 3600.0 * 8)
    person(0, 3600.0 * 8 + 1)
    assert person.activation(3600.0 * 8 + 1) >= 0
