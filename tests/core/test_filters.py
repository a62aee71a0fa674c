"""What filters promise (that they are scipy's is shown in `oracle/`)."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from station.core.emg_power import BANDS, UNNOTCHED, EmgPower
from station.core.filters import butterworth, notch
from station.core.quality import HUM_OVER_EMG
from station.core.raw_level import NEAR, ROUNDING, RawLevel


@pytest.mark.parametrize(("order", "cutoff"), [(3, 30.0), (0, 30.0), (4, 0.0), (4, 430.0)])
def test_an_impossible_filter_is_refused_with_a_sentence(order, cutoff):
    with pytest.raises(ValueError, match=r"use 2|must lie between"):
        butterworth(order, cutoff, 860.0, "highpass")


@pytest.mark.parametrize("centre", [0.0, 430.0])
def test_an_impossible_notch_is_refused(centre):
    with pytest.raises(ValueError, match="must lie between"):
        notch(centre, 2.0, 860.0)


@pytest.mark.parametrize("mains", [50.0, 60.0])
@pytest.mark.parametrize("band", BANDS)
def test_hum_is_measured_in_volts_at_the_pin_whatever_the_band(band, mains):
    t = np.arange(8600) / 860
    path = EmgPower(860.0, mains, band, 1.65)
    hums = [max(path.hop(1.65 + 0.05 * np.sin(2 * np.pi * mains * t[k : k + 86]))[4:6]) for k in range(0, 8600, 86)]
    assert np.mean(hums[10:]) == pytest.approx(0.05**2 / 2, rel=0.05)


@pytest.mark.parametrize(("notched", "other"), [(50.0, 60.0), (60.0, 50.0)])
@pytest.mark.parametrize("band", BANDS)
def test_the_mains_that_no_notch_takes_are_hum_where_they_are_most_of_the_band(band, notched, other):
    """Nothing hummed at the calibration, and now the grid does: it would look like a muscle that never rests."""
    t = np.arange(8600) / 860
    path = EmgPower(860.0, notched, band, 1.65)
    hops = [path.hop(1.65 + 0.05 * np.sin(2 * np.pi * other * t[k : k + 86])) for k in range(0, 8600, 86)]
    power = np.mean([hop[:4] for hop in hops[10:]])
    assert np.mean([max(hop[4:6]) for hop in hops[10:]]) == pytest.approx(UNNOTCHED * power, rel=0.1)
    assert 0.65 < HUM_OVER_EMG / UNNOTCHED < 0.75


def test_the_notches_take_the_hum_out_of_the_muscle():
    t = np.arange(8600) / 860
    path = EmgPower(860.0, 50.0, BANDS[0], 1.65)
    powers = [sum(path.hop(1.65 + 0.05 * np.sin(100 * np.pi * t[k : k + 86]))[:4]) for k in range(0, 8600, 86)]
    assert powers[-1] < 1e-6 * 0.05**2


@given(level=st.floats(0.0, 3.3), rate=st.floats(300.0, 900.0))
def test_a_standing_voltage_has_no_power_at_any_level_and_rate(level, rate):
    path = EmgPower(rate, 50.0, BANDS[0], level)
    *parts, _, _, motion, _, _ = path.hop(np.full(path.samples, level, np.float32))
    assert sum(parts) < 1e-18
    assert motion < 1e-18


def test_a_new_rate_keeps_the_filters_settled():
    path = EmgPower(860.0, 50.0, BANDS[0], 1.65)
    path.hop(np.full(path.samples, 1.65))
    path.rebuild(840.0, 1.65)
    assert path.samples == 84
    assert sum(path.hop(np.full(84, 1.65))[:4]) < 1e-12
    path.rebuild(500.0, 1.65)  # fewer notches fit: the state starts anew
    assert sum(path.hop(np.full(50, 1.65))[:4]) < 1e-12


def test_taking_off_another_level_changes_nothing_that_is_measured():
    volts = (1.65 + 0.02 * np.random.default_rng(1).standard_normal(40 * 86)).astype(np.float32)
    stays, follows = EmgPower(860.0, 50.0, BANDS[0], 1.65), EmgPower(860.0, 50.0, BANDS[0], 1.65)
    for k in range(0, len(volts), 86):
        follows.follow(1.6 + 1e-5 * k)
        plain, other = stays.hop(volts[k : k + 86]), follows.hop(volts[k : k + 86])
        assert other[:7] == pytest.approx(plain[:7], rel=1e-4, abs=1e-12)


@given(st.floats(0, 3.3), st.floats(0.3, 3.0), st.sampled_from([0.0, 3e-5, 1e-4, 1e-3, 0.1]), st.integers(1, 4))
@example(2.0, 1.96875, 0.0, 2)
def test_the_variance_of_a_hop_is_never_said_to_be_more_than_it_is(start, middle, rms, count):
    """However far from where it began, a signal that stands still is not taken for one that moves."""
    level = RawLevel(None)
    level.set_rate(860.0, start)
    for k in range(count):
        volts = (middle + rms * np.random.default_rng(k).standard_normal(86)).astype(np.float32)
        level.hop(volts)
        true, mean = float(np.var(volts.astype(float))), float(np.mean(volts.astype(float)))
        assert level.variance <= true
        assert level.aside >= (mean - 1.65) ** 2 - 1e-6
    if count > 1:  # by then it knows what the signal stands at, to NEAR_V
        assert level.variance == pytest.approx(true, rel=1e-3, abs=1e-10 + ROUNDING * NEAR)
