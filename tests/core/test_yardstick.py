"""What a calibration measures, and what it refuses."""

import json

import msgspec
import numpy as np
import pytest

from station.core.emg_power import BANDS, powers_of
from station.core.yardstick import COLOURS, Implausible, _mains, as_dict, from_dict, measure
from tests.core.band_noise import band_noise

RATE = 860.0


def emg(rms: float, seconds: float, seed: int = 0, hum: float = 0.0, mains: float = 50.0) -> np.ndarray:
    """Volts at the pin: band-limited noise of `rms` volts about mid-supply, with mains hum of `hum` volts rms."""
    n = int(seconds * RATE)
    noise = rms * band_noise(n, RATE, seed)
    return 1.65 + noise + hum * np.sqrt(2) * np.sin(2 * np.pi * mains * np.arange(n) / RATE)


REST, REFERENCE = emg(0.002, 15, 1), emg(0.15, 12, 2)


def test_a_good_calibration_survives_being_stored_as_json():
    stick = measure("emg-raw", REST, REFERENCE, RATE)
    assert from_dict(json.loads(json.dumps(as_dict(stick)))) == stick
    assert stick.noise_rve_percent == pytest.approx(1.3, abs=0.3)
    assert stick.reference_level == pytest.approx(0.15, rel=0.15)


def test_what_is_not_a_yardstick_is_refused():
    with pytest.raises(msgspec.ValidationError):
        from_dict({"signal": "ecg", "rate": 860.0, "rest_level": 0.0, "reference_level": 1.0})


@pytest.mark.parametrize("mains", [50.0, 60.0])
def test_the_mains_frequency_is_found_in_the_rest_recording(mains):
    stick = measure("emg-raw", emg(0.002, 15, 1, 0.03, mains), REFERENCE, RATE)
    assert stick.mains_hz == mains
    assert stick.hum_power == pytest.approx(0.03**2, rel=0.1)


@pytest.mark.parametrize("mains", [49.05, 49.3, 49.7, 50.4, 59.5, 60.6, 60.95])
def test_a_grid_that_is_off_is_met_where_it_is(mains):
    """The notches are 4 Hz wide: at 49.3 Hz a sixth of the hum would be left, and a half of its third multiple."""
    hum = emg(0.0, 15, hum=0.04, mains=mains) + emg(0.0, 15, hum=0.012, mains=3 * mains) - 1.65
    stick = measure("emg-raw", emg(0.002, 15, 1) + hum - 1.65, emg(0.15, 15, 2) + hum - 1.65, RATE)
    assert stick.mains_hz == pytest.approx(mains, abs=0.06)
    assert stick.noise_rve_percent < 2.0


@pytest.mark.parametrize("mains", [49.9, 50.1, 60.1])
def test_a_grid_that_wanders_as_usual_is_50_or_60(mains):
    assert measure("emg-raw", emg(0.002, 15, 1, 0.03, mains), REFERENCE, RATE).mains_hz == round(mains)


@pytest.mark.parametrize("hz", [48.5, 49.0, 51.0, 51.5, 55.0, 59.0, 61.0])
def test_a_tone_that_is_no_grid_is_not_taken_for_one(hz):
    assert measure("emg-raw", emg(0.002, 15, 1, 0.01, hz), REFERENCE, RATE).mains_hz in (50.0, 60.0)


def test_without_hum_the_mains_are_taken_for_50():
    assert measure("emg-raw", REST, REFERENCE, RATE).mains_hz == 50.0


@pytest.mark.parametrize("seed", range(40))
def test_no_hiss_is_taken_for_a_grid(seed):
    assert _mains(1.65 + np.random.default_rng(seed).normal(0, 0.002, round(15 * RATE)), RATE) == 50.0


def test_a_hissing_sensor_is_given_the_widest_band():
    hiss = np.random.default_rng(5).normal(0, 0.025, len(REST))
    stick = measure("emg-raw", REST + hiss, REFERENCE + hiss[: len(REFERENCE)], RATE)
    assert (stick.highpass_hz, stick.emphasis) == (30.0, 0.0)
    assert measure("emg-raw", REST, REFERENCE, RATE).highpass_hz == 45.0


def test_a_drift_that_never_stands_still_is_given_some_emphasis():
    walk = np.cumsum(np.random.default_rng(5).normal(0, 0.012, len(REST)))
    walk -= np.convolve(walk, np.full(401, 1 / 401), "same")
    stick = measure("emg-raw", REST + walk, REFERENCE + walk[: len(REFERENCE)], RATE)
    assert (stick.highpass_hz, stick.emphasis) == (45.0, 0.5)


def test_the_bands_that_other_motor_units_change_more_are_taken_to_be_less_sure():
    """The same amplitude at the skin, from waves that are twice as long."""

    def amplitude(band, high_hz):
        volts = 1.65 + 0.1 * band_noise(round(30 * RATE), RATE, 3, high_hz=high_hz)
        return np.sqrt(np.mean([hop.parts for hop in powers_of(volts, RATE, 0.0, band)]))

    changes = {band: abs(1 - amplitude(band, 100.0) / amplitude(band, 200.0)) for band in BANDS}
    assert sorted(BANDS, key=changes.get) == sorted(BANDS, key=COLOURS.get)


def test_rest_and_reference_too_close_say_what_to_try():
    with pytest.raises(Implausible, match="factor of 3") as caught:
        measure("emg-raw", emg(0.06, 15, 1), REFERENCE, RATE)
    assert "electrodes" in caught.value.reason


@pytest.mark.parametrize(
    ("rest", "words"),
    [(REST[:500], "shorter than"), (np.full(12900, 3.3), "upper limit"), (np.full(12900, 1.65), "does not move")],
)
def test_an_unusable_recording_is_refused(rest, words):
    with pytest.raises(Implausible, match=words):
        measure("emg-raw", rest, REFERENCE, RATE)


def test_without_a_reference_the_yardstick_says_so():
    stick = measure("emg-raw", REST, None, RATE)
    assert stick.rest_only
    assert stick.noise_rve_percent == pytest.approx(100 / 30, rel=0.01)


def test_a_short_segment_still_measures_its_motion():
    assert measure("emg-raw", REST[:2600], REFERENCE[:2600], RATE).motion_power > 0


def envelope(level: float, seconds: float = 15, seed: int = 0) -> np.ndarray:
    return level + np.random.default_rng(seed).normal(0, 0.006, int(100 * seconds))


def test_an_envelope_sensor_is_measured_by_its_levels():
    stick = measure("emg-envelope", envelope(0.057), envelope(0.65), 100.0)
    assert stick.rest_level == pytest.approx(0.057, abs=0.001)
    assert stick.rest_top > stick.rest_level
    assert measure("emg-envelope", envelope(0.057), None, 100.0).rest_only


def test_an_envelope_that_hardly_rises_is_refused():
    with pytest.raises(Implausible):
        measure("emg-envelope", envelope(0.057), envelope(0.075), 100.0)


def test_a_pad_may_fall_or_rise():
    assert measure("pressure", envelope(1.6), envelope(0.75), 50.0).reference_level < 1
    assert measure("pressure", envelope(0.75), envelope(1.6), 50.0).reference_level > 1


@pytest.mark.parametrize("raised", [None, envelope(1.62)])
def test_a_pad_needs_a_difference(raised):
    with pytest.raises(Implausible, match=r"[Pp]ad"):
        measure("pressure", envelope(1.6), raised, 50.0)


def test_no_band_that_tells_rest_from_reference_is_no_yardstick():
    hum = emg(0.0001, 15, 1, 0.3)
    with pytest.raises(Implausible):
        measure("emg-raw", hum, hum, RATE)
