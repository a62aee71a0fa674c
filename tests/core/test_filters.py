"""What filters promise (that they are scipy's is shown in `oracle/`)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core.emg_power import BANDS, EmgPower
from station.core.filters import butterworth, notch


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


def test_the_notches_take_the_hum_out_of_the_muscle():
    t = np.arange(8600) / 860
    path = EmgPower(860.0, 50.0, BANDS[0], 1.65)
    powers = [sum(path.hop(1.65 + 0.05 * np.sin(100 * np.pi * t[k : k + 86]))[:4]) for k in range(0, 8600, 86)]
    assert powers[-1] < 1e-6 * 0.05**2


@given(level=st.floats(0.0, 3.3), rate=st.floats(300.0, 900.0))
def test_a_standing_voltage_has_no_power_at_any_level_and_rate(level, rate):
    path = EmgPower(rate, 50.0, BANDS[0], level)
    *parts, _, _, motion, _ = path.hop(np.full(path.samples, level))
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
