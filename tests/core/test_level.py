"""The running level: steady when the muscle is, quick when it changes."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from station.core.level import CONFIDENCE, HOP_PARTS, MEMORY, MOMENT, PART_SCATTER, Baseline, RunningPower


def answers(running, powers) -> list[tuple[float, float, float]]:
    return [running.add(*powers[k : k + 4]) for k in range(0, len(powers), 4)]


def last(powers) -> tuple[float, float, float]:
    return answers(RunningPower(), powers)[-1]


def test_a_steady_power_is_that_power():
    assert last([2.0] * 200) == pytest.approx((2.0, 2.0, 2.0))


def test_the_first_hop_stands_for_the_time_before_it():
    assert last([3.0, 3.0, 3.0, 3.0]) == pytest.approx((3.0, 3.0, 3.0))
    assert last([1.0, 2.0, 3.0, 6.0])[2] == pytest.approx(3.0)


def test_the_last_second_is_that_of_the_newest_forty_parts():
    assert last([9.0] * 160 + [1.0] * 20 + [3.0] * 20)[2] == pytest.approx(2.0)


def test_steady_noise_scatters_less_than_a_quarter_second_of_it():
    random = np.random.default_rng(3)
    powers = random.gamma(3.5, 1 / 3.5, 8000)
    levels = [level for level, _, _ in answers(RunningPower(), powers.tolist())]
    plain = [np.mean(powers[max(0, k - 6) : k + 4]) for k in range(0, 8000, 4)]
    assert np.std(levels[50:]) < 0.8 * np.std(plain[50:])
    assert np.mean(levels[50:]) == pytest.approx(1.0, abs=0.05)


def test_an_edge_is_found_within_a_part_and_its_quieter_side_decides():
    told = answers(RunningPower(), [900.0] * 102 + [1.0] * 98)
    hop = next(k for k, (_, quieter, _) in enumerate(told) if quieter < 25)
    assert 100 <= (hop + 1 - MOMENT) * HOP_PARTS <= 104


def test_no_longer_window_is_asked_than_agrees_with_the_shorter_ones():
    # 0.6 s of ten, one before: the windows of 0.1, 0.2 and 0.4 s hold nothing else.
    told = last([1.0] * 160 + [10.0] * 24)
    assert told[:2] == pytest.approx((10.0, 10.0))


def test_years_of_sums_stay_exact():
    running = RunningPower()
    answers(running, [4e5] * 40)
    assert answers(running, [1e-9] * 4 * MEMORY)[-1] == pytest.approx((1e-9, 1e-9, 1e-9), rel=1e-3)
    running.clear()
    assert running.add(5.0, 5.0, 5.0, 5.0) == pytest.approx((5.0, 5.0, 5.0))


@given(st.lists(st.sampled_from([0.0, 1.0, 2.0]) | st.floats(0, 9), min_size=4, max_size=120))
def test_the_answer_is_that_of_the_windows_looked_at_one_by_one(powers):
    """As the idea says it: each window's mean with its interval, from the narrowest, until one does not agree."""
    told = powers[: len(powers) // HOP_PARTS * HOP_PARTS]
    parts = [sum(told[:HOP_PARTS]) / HOP_PARTS] * 80 + told
    before, after = parts[-10:-8], parts[-8:-6]
    agreed, low, high = [], 0.0, math.inf
    for back, ahead in ((2, 2), (4, 4), (8, 8), (16, 8), (32, 8), (64, 8)):
        window = parts[-8 - back : len(parts) - 8 + ahead]
        mean, spread = sum(window) / len(window), 1 + CONFIDENCE * PART_SCATTER / math.sqrt(len(window))
        low, high = max(low, mean / spread), min(high, mean * spread)
        assume(abs(low - high) > 1e-9)  # where they just touch, either answer is right
        if low > high:
            break
        agreed.append(mean)
    quieter = min(sum(before), sum(after)) / 2 if len(agreed) == 1 else agreed[-1]
    assert last(told) == pytest.approx((agreed[-1], quieter, sum(parts[-40:]) / 40), rel=1e-9, abs=1e-9)


def test_slow_tension_never_becomes_the_new_zero():
    baseline = Baseline(1.0)
    for k in range(100_000):
        baseline.see(1.0 + k * 1e-5)
    assert baseline.power == 1.0


def test_better_rest_than_at_the_calibration_is_believed_and_taken_back():
    baseline = Baseline(1.0)
    for _ in range(200):
        baseline.see(0.5)
    assert baseline.power == pytest.approx(0.5, abs=0.01)
    for _ in range(2000):
        baseline.see(0.55)
    assert baseline.power == pytest.approx(0.55, abs=0.01)
    baseline.see(5.0)
    assert baseline.power == pytest.approx(0.55, abs=0.01)
