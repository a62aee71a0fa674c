"""Filters against scipy, the oracle, and against what they promise."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import butter, freqz, sosfilt, sosfilt_zi

from station.core.emg_power import BANDS, EmgPower, block_filter, gain_at, hop_samples
from station.core.filters import Biquad, butterworth, notch, steady_state


def as_sos(sections: list[Biquad]) -> np.ndarray:
    return np.array([[s.b0, s.b1, s.b2, 1.0, s.a1, s.a2] for s in sections])


@pytest.mark.parametrize("kind", ["highpass", "lowpass"])
@pytest.mark.parametrize("order", [2, 4, 6])
@pytest.mark.parametrize(("cutoff", "rate"), [(30.0, 860.0), (45.0, 475.0), (12.0, 40.0)])
def test_butterworth_has_the_impulse_response_of_scipys(kind, order, cutoff, rate):
    impulse = np.zeros(200)
    impulse[0] = 1.0
    ours = sosfilt(as_sos(butterworth(order, cutoff, rate, kind)), impulse)
    assert np.allclose(ours, sosfilt(butter(order, cutoff, kind, fs=rate, output="sos"), impulse), atol=1e-9)


def test_a_notch_is_silent_at_its_centre_and_half_at_its_width():
    section = notch(50.0, 4.0, 860.0)
    _, gain = freqz(
        [section.b0, section.b1, section.b2], [1, section.a1, section.a2], [50.0, 48.03, 52.03, 5.0], fs=860
    )
    assert abs(gain[0]) < 1e-9
    assert abs(gain[1]) == pytest.approx(0.707, abs=0.02)
    assert abs(gain[2]) == pytest.approx(0.707, abs=0.02)
    assert abs(gain[3]) == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(("order", "cutoff"), [(3, 30.0), (0, 30.0), (4, 0.0), (4, 430.0)])
def test_an_impossible_filter_is_refused_with_a_sentence(order, cutoff):
    with pytest.raises(ValueError, match=r"use 2|must lie between"):
        butterworth(order, cutoff, 860.0, "highpass")


@pytest.mark.parametrize("centre", [0.0, 430.0])
def test_an_impossible_notch_is_refused(centre):
    with pytest.raises(ValueError, match="must lie between"):
        notch(centre, 2.0, 860.0)


def test_the_steady_state_is_scipys():
    sections = [*butterworth(4, 30.0, 860.0, "highpass"), *butterworth(2, 100.0, 860.0, "lowpass")]
    assert np.allclose(steady_state(sections), sosfilt_zi(as_sos(sections)).ravel(), atol=1e-9)


@pytest.mark.parametrize("band", BANDS)
@pytest.mark.parametrize(("rate", "mains"), [(860.0, 50.0), (475.0, 60.0), (811.3, 50.0), (500.0, 0.0)])
def test_the_block_matrix_is_the_cascade_sample_by_sample(band, rate, mains):
    random = np.random.default_rng(1)
    count = hop_samples(rate)
    volts = 1.65 + 0.1 * random.standard_normal(20 * count)
    sections = [*butterworth(4, band.highpass_hz, rate, "highpass"), Biquad(1.0, -band.emphasis, 0.0, 0.0, 0.0)]
    sections += [notch(k * mains, 4.0, rate) for k in range(1, 8) if mains and k * mains < 0.47 * rate]
    state = steady_state(sections).reshape(-1, 2) * 1.65
    expected, _ = sosfilt(as_sos(sections), volts, zi=state)
    path = EmgPower(rate, mains, band, 1.65)
    for k in range(20):
        piece = slice(k * count, (k + 1) * count)
        parts, _, _ = path.hop(volts[piece])
        edges = [*block_filter(rate, mains, band).edges, count]
        powers = [np.mean(expected[piece][a:b] ** 2) for a, b in pairwise(edges)]
        assert np.allclose(parts, powers, rtol=1e-8)


@pytest.mark.parametrize("mains", [50.0, 60.0])
@pytest.mark.parametrize("band", BANDS)
def test_hum_is_measured_in_volts_at_the_pin_whatever_the_band(band, mains):
    t = np.arange(8600) / 860
    path = EmgPower(860.0, mains, band, 1.65)
    hums = [path.hop(1.65 + 0.05 * np.sin(2 * np.pi * mains * t[k : k + 86]))[1] for k in range(0, 8600, 86)]
    assert np.mean(hums[10:]) == pytest.approx(0.05**2 / 2, rel=0.05)


def test_the_notches_take_the_hum_out_of_the_muscle():
    t = np.arange(8600) / 860
    path = EmgPower(860.0, 50.0, BANDS[0], 1.65)
    powers = [sum(path.hop(1.65 + 0.05 * np.sin(100 * np.pi * t[k : k + 86]))[0]) for k in range(0, 8600, 86)]
    assert powers[-1] < 1e-6 * 0.05**2


@given(level=st.floats(0.0, 3.3), rate=st.floats(300.0, 900.0))
def test_a_standing_voltage_has_no_power_at_any_level_and_rate(level, rate):
    path = EmgPower(rate, 50.0, BANDS[0], level)
    parts, _, motion = path.hop(np.full(path.samples, level))
    assert sum(parts) < 1e-18
    assert motion < 1e-18


def test_a_new_rate_keeps_the_filters_settled():
    path = EmgPower(860.0, 50.0, BANDS[0], 1.65)
    path.hop(np.full(path.samples, 1.65))
    path.rebuild(840.0, 1.65)
    assert path.samples == 84
    assert sum(path.hop(np.full(84, 1.65))[0]) < 1e-12
    path.rebuild(500.0, 1.65)  # fewer notches fit: the state starts anew
    assert sum(path.hop(np.full(50, 1.65))[0]) < 1e-12


def test_the_gain_is_the_one_of_the_frequency_response():
    high = as_sos(butterworth(4, 45.0, 860.0, "highpass"))
    tone = np.sin(2 * np.pi * 50 * np.arange(8600) / 860)
    out = np.convolve(sosfilt(high, tone), [1, -0.5])[:8600]
    assert gain_at(50.0, 860.0, BANDS[0]) == pytest.approx(2 * np.mean(out[860:] ** 2), rel=1e-3)
