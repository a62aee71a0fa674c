"""The filters are scipy's, sample by sample.  Not in `core/`: scipy loads longer than most tests there run."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.signal import butter, freqz, sosfilt, sosfilt_zi

from station.core.emg_power import BANDS, Band, EmgPower, block_filter, gain_at, hop_samples
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


def test_the_steady_state_is_scipys():
    sections = [*butterworth(4, 30.0, 860.0, "highpass"), *butterworth(2, 100.0, 860.0, "lowpass")]
    assert np.allclose(steady_state(sections), sosfilt_zi(as_sos(sections)).ravel(), atol=1e-9)


@pytest.mark.parametrize("band", BANDS)
@pytest.mark.parametrize(("rate", "mains"), [(860.0, 50.0), (475.0, 60.0), (811.3, 50.0), (500.0, 0.0)])
def test_the_block_matrix_is_the_cascade_sample_by_sample(band, rate, mains):
    random = np.random.default_rng(1)
    found, count = block_filter(rate, mains, band), hop_samples(rate)
    volts = 1.65 + 0.1 * random.standard_normal(20 * count)
    sections = [*butterworth(4, band.highpass_hz, rate, "highpass"), Biquad(1.0, -band.emphasis, 0.0, 0.0, 0.0)]
    sections += [notch(k * mains, 4.0, rate) for k in range(1, 8) if mains and k * mains < 0.47 * rate]
    expected, _ = sosfilt(as_sos(sections), volts, zi=steady_state(sections).reshape(-1, 2) * 1.65)
    path, state = EmgPower(rate, mains, band, 1.65), found.settled * 1.65
    for k in range(20):
        piece = slice(k * count, (k + 1) * count)
        out = found.matrix @ np.concatenate([state, volts[piece]])
        state, emg = out[: len(state)], out[len(state) : len(state) + count]
        parts = [np.s_[a:b] for a, b in pairwise([*found.edges, count])]
        powers = [np.mean(expected[piece][part] ** 2) for part in parts]
        assert np.allclose([np.mean(emg[part] ** 2) for part in parts], powers, rtol=1e-8)
        assert np.allclose(path.hop(volts[piece])[:4], powers, rtol=1e-5)  # the same in 32 bits


def test_the_gain_is_the_one_of_the_frequency_response():
    high = as_sos(butterworth(4, 45.0, 860.0, "highpass"))
    tone = np.sin(2 * np.pi * 50 * np.arange(8600) / 860)
    out = np.convolve(sosfilt(high, tone), [1, -0.5])[:8600]
    assert gain_at(50.0, 860.0, Band(45.0, 0.5)) == pytest.approx(2 * np.mean(out[860:] ** 2), rel=1e-3)
