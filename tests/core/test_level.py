"""The running level: steady when the muscle is, quick when it changes."""

import numpy as np
import pytest

from station.core.level import LAG_PARTS, MEMORY, Baseline, RunningPower


def fed(powers) -> RunningPower:
    running = RunningPower()
    for k in range(0, len(powers), 4):
        running.add(list(powers[k : k + 4]))
    return running


def test_a_steady_power_is_that_power():
    assert fed([2.0] * 200).around(LAG_PARTS)[0] == pytest.approx(2.0)
    assert fed([2.0] * 200).trailing(40) == pytest.approx(2.0)


def test_the_first_hop_stands_for_the_time_before_it():
    assert fed([3.0, 3.0, 3.0, 3.0]).around(LAG_PARTS)[0] == pytest.approx(3.0)


def test_steady_noise_scatters_less_than_a_quarter_second_of_it():
    random = np.random.default_rng(3)
    powers = random.gamma(3.5, 1 / 3.5, 8000)
    running, levels, plain = RunningPower(), [], []
    for k in range(0, 8000, 4):
        running.add(powers[k : k + 4].tolist())
        levels.append(running.around(LAG_PARTS)[0])
        plain.append(running.trailing(10))
    assert np.std(levels[50:]) < 0.8 * np.std(plain[50:])
    assert np.mean(levels[50:]) == pytest.approx(1.0, abs=0.05)


def test_an_edge_is_found_within_a_part_and_its_quieter_side_decides():
    powers = [900.0] * 100 + [1.0] * 100
    running, quiet_since = RunningPower(), None
    for k in range(0, 200, 4):
        running.add(powers[k : k + 4])
        if running.around(LAG_PARTS)[1] < 25 and quiet_since is None:
            quiet_since = k + 4 - LAG_PARTS
    assert quiet_since is not None
    assert 98 <= quiet_since <= 102


def test_years_of_sums_stay_exact():
    running = fed([4e5] * 40)
    for _ in range(MEMORY):
        running.add([1e-9] * 4)
    assert running.around(LAG_PARTS)[0] == pytest.approx(1e-9, rel=1e-3)
    running.clear()
    running.add([5.0] * 4)
    assert running.around(LAG_PARTS)[0] == pytest.approx(5.0)


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
