"""A sensor that has grown noisier since the calibration is not a muscle that never rests, and the other way round."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from station.core.emg_power import BANDS, QUIET_VIEWS, EmgPower, as_white
from station.core.level import Baseline
from station.core.noise_floor import (
    FADES,
    FAST,
    LOOKS,
    QUIETEST,
    SILENT,
    SPARSE,
    TELLABLE,
    WHITER,
    NoiseFloor,
    tellable,
)
from station.core.signal import SignalPath
from station.core.yardstick import as_dict, from_dict, measure
from tests.core.band_noise import band_noise

RATE = 860.0
# A desk: work and rest take turns, and a minute is long enough for some seconds of rest.
DESK = [0, 0, 8, 6, 8, 9, 0, 0, 7, 8, 6, 8]
LEARNT_S = 130  # forty looks take two minutes
# Of a muscle that is rather white, and the share that it is taken to have.
WHITE = 0.175
SHARE = SPARSE + WHITER * WHITE


def volts(loads, noise: float, seed: int, rate: float = RATE, smooth: int = 1) -> np.ndarray:
    """A muscle at `loads` %RVE, one a second, and a sensor whose white noise is as strong as `noise` %RVE."""
    wanted = np.repeat(np.asarray(loads, float), int(rate))
    hiss = np.random.default_rng(seed + 1).normal(0, noise, len(wanted))
    muscle = np.convolve(band_noise(len(wanted), rate, seed, high_hz=100.0), np.hanning(smooth + 2)[1:-1], "same")
    muscle /= muscle.std()
    return (1.65 + 0.0015 * (muscle * wanted + hiss)).astype(np.float32)


STICK = measure("emg-raw", volts([0] * 15, 1, 10), volts([100] * 12, 1, 20), RATE)
OLD = structs.replace(STICK, white_share=1.0)


def felt(stick, signal: np.ndarray, size: int = 86, rate: float = RATE):
    path, told = SignalPath("emg-raw", stick), []
    for k in range(0, len(signal), size):
        frame = signal[k : k + size, None]
        told += path.push(frame, (k + len(frame)) / rate, rate)
    return told


def rest_share(told, after: float = LEARNT_S) -> float:
    return float(np.mean([hop.resting for hop in told if hop.t > after]))


@pytest.mark.parametrize("noise", [3, 5])
def test_rest_is_found_again_when_the_sensor_has_grown_noisier(noise):
    told = felt(STICK, volts(DESK * 20, noise, 3))
    assert rest_share(told) == pytest.approx(1 / 3, abs=0.06)
    at_work = [hop.rve_percent for hop in told if hop.t > LEARNT_S and 2.5 < hop.t % 12 < 5.5]
    assert np.mean(at_work) == pytest.approx(7.5, abs=1.5)


def test_an_older_calibration_goes_on_as_it_was():
    risen = volts(DESK * 15, 6, 3)
    stored = as_dict(STICK)
    del stored["white_share"]
    assert from_dict(stored) == OLD
    assert rest_share(felt(OLD, risen)) < 0.01


def test_a_sensor_as_it_was_calibrated_changes_no_reading():
    usual = volts(DESK * 25, 1, 4)
    assert felt(STICK, usual) == felt(OLD, usual)


@pytest.mark.parametrize("load", [3, 5.6, 12, 30])
def test_unbroken_tension_never_becomes_the_zero(load):
    steady = volts([load] * 400, 1, 5)
    assert felt(STICK, steady) == felt(OLD, steady)


def test_unbroken_tension_over_a_risen_floor_stays_tension():
    told = felt(STICK, volts([12] * 300, 5, 6))
    assert rest_share(told) < 0.01
    assert np.mean([hop.rve_percent for hop in told if hop.t > LEARNT_S]) > 11


def test_how_frames_are_cut_changes_nothing():
    risen = volts(DESK * 24, 5, 7)
    told = felt(STICK, risen)
    assert rest_share(told) > 0.2
    for size in (17, 1000):
        again = felt(STICK, risen, size)
        assert [(hop.rve_percent, hop.resting) for hop in again] == [(hop.rve_percent, hop.resting) for hop in told]


def test_where_the_muscle_is_everywhere_nothing_is_said():
    """At 475 samples a second the quiet frequencies are not quiet: what they hold could as well be muscle."""
    rate = 475.0
    stick = measure("emg-raw", volts([0] * 15, 1, 10, rate), volts([100] * 12, 1, 20, rate), rate)
    assert SILENT < stick.white_share < TELLABLE and rate < FAST
    risen = volts(DESK * 15, 5, 3, rate)
    assert felt(stick, risen, 48, rate) == felt(structs.replace(stick, white_share=1.0), risen, 48, rate)


def test_a_muscle_that_is_silent_there_is_told_from_noise_at_a_slow_rate_too():
    rate, dull = 475.0, 5
    stick = measure("emg-raw", volts([0] * 15, 1, 10, rate), volts([100] * 12, 1, 20, rate, dull), rate)
    assert stick.white_share < SILENT
    told = felt(stick, volts(DESK * 20, 5, 3, rate, dull), 48, rate)
    assert rest_share(told) == pytest.approx(1 / 3, abs=0.06)


def test_a_muscle_that_looks_like_noise_is_not_told_from_it():
    stick = measure("emg-raw", volts([0] * 15, 1, 10), volts([0] * 12, 100, 20), RATE)
    assert stick.white_share > TELLABLE
    risen = volts([0, 0, 0, 20] * 45, 5, 3)
    assert felt(stick, risen) == felt(structs.replace(stick, white_share=1.0), risen)


def test_a_slower_rate_than_at_the_calibration_says_nothing():
    """Half the rate puts the quiet frequencies into the middle of the muscle, whatever the calibration said of them."""
    slow = volts(DESK * 15, 5, 3, RATE / 2)
    assert felt(STICK, slow, 43, RATE / 2) == felt(OLD, slow, 43, RATE / 2)


@pytest.mark.parametrize(
    ("share", "rate", "calibrated", "told"),
    [
        (0.199, 860, 860, True),
        (0.2, 860, 860, False),
        (0.1, 701, 701, True),
        (0.1, 700, 700, False),
        (0.019, 700, 700, True),
        (0.02, 700, 700, False),
        (0.1, 901, 1000, True),
        (0.1, 900, 1000, False),
        (0.1, 1000, 860, True),
    ],
)
def test_noise_is_told_from_a_muscle_that_is_silent_enough_at_a_rate_as_fast_as_at_the_calibration(
    share, rate, calibrated, told
):
    assert tellable(share, rate, calibrated) is told


def test_the_reference_tells_how_white_the_muscle_looks():
    assert 0 < STICK.white_share < 0.1
    hiss = measure("emg-raw", volts([0] * 15, 1, 10), volts([0] * 12, 100, 20), RATE)
    assert hiss.white_share == pytest.approx(1, abs=0.15)
    noisy = measure("emg-raw", volts([0] * 15, 30, 10), volts([100] * 12, 30, 20), RATE)
    assert 0 < noisy.white_share < 0.1, "what hisses at rest is not of the muscle"
    assert measure("emg-raw", volts([0] * 15, 1, 10), None, RATE).white_share == 1.0


# --- the looks ------------------------------------------------------------------------------------------


def seen(signal: np.ndarray, band, rate: float) -> tuple[float, list[list[float]]]:
    """The mean power of the band, and all looks."""
    path = EmgPower(rate, 50.0, band, 1.65)
    powers, looks = [], []
    for k in range(0, len(signal) - path.samples + 1, path.samples):
        powers.append(np.mean(path.hop(signal[k : k + path.samples])[:4]))
        looks.append(path.look())
    return float(np.mean(powers[10:])), looks[10:]


@pytest.mark.parametrize("rate", [475.0, 860.0, 1000.0])
@pytest.mark.parametrize("band", BANDS)
def test_white_noise_looks_as_strong_as_it_is(band, rate):
    power, looks = seen(1.65 + np.random.default_rng(2).normal(0, 0.01, int(120 * rate)), band, rate)
    assert as_white(looks) == pytest.approx(power, rel=0.08)


@pytest.mark.parametrize("at", [0.38, 0.41, 0.4325, 0.455, 0.485])
def test_a_tone_never_looks_like_more_noise(at):
    """A switching supply whistles in or between the quiet views: it is in the band once, and in one view at most."""
    k = np.arange(int(60 * RATE))
    hiss = 1.65 + np.random.default_rng(2).normal(0, 0.001, len(k))
    noise, _ = seen(hiss, BANDS[0], RATE)
    power, looks = seen(hiss + 0.01 * np.sin(2 * np.pi * at * k), BANDS[0], RATE)
    assert power > 20 * noise
    assert as_white(looks) - noise < SHARE * (power - noise)


# --- what is made of them -------------------------------------------------------------------------------


def look(white: float) -> list[float]:
    """A look at noise of this power."""
    return [white**0.5, 0.0] * len(QUIET_VIEWS)


def rounds(floor: NoiseFloor, *seconds: tuple[float, float]) -> list[float]:
    """Each (noise, muscle) for LOOKS looks; the muscle of a fifth of the reference's share."""
    told = [floor.see(noise + muscle, look(noise + 0.05 * muscle)) for noise, muscle in seconds for _ in range(LOOKS)]
    return [each for each in told if each is not None]


def test_noise_is_found_to_a_figure_where_the_muscle_rests():
    assert rounds(NoiseFloor(1.0, 1e4, WHITE), (25, 0)) == pytest.approx([25])


def test_a_small_rise_is_not_worth_a_correction():
    assert rounds(NoiseFloor(1.0, 1e4, WHITE), (2.9, 0), (3.1, 0)) == pytest.approx([1, 3.1])
    assert rounds(NoiseFloor(10.0, 1e4, WHITE), (14, 0), (16, 0)) == pytest.approx([10, 16])


def test_noise_that_is_gone_fades_and_work_hides_it_for_a_while_only():
    found = rounds(NoiseFloor(1.0, 1e4, WHITE), (25, 0), (25, 400), (25, 0), *[(1, 0)] * 40)
    assert found[:3] == pytest.approx([25, 25 - FADES * 24, 25])
    assert found[3] == pytest.approx(25 - FADES * 24)
    assert found[-1] == 1.0


def test_the_quietest_seconds_decide():
    floor = NoiseFloor(1.0, 1e4, WHITE)
    told = [floor.see(*((25, look(25)) if k % 5 == 0 else (425, look(45)))) for k in range(LOOKS)]
    assert LOOKS // 5 > QUIETEST
    assert told[-1] == pytest.approx(25)


@given(
    st.lists(st.floats(3, 30), min_size=LOOKS, max_size=LOOKS),
    st.floats(0, SHARE),
    st.floats(0.01, 9),
    st.integers(1, 60),
)
@settings(max_examples=50, deadline=None)
def test_no_load_however_long_lifts_the_zero_while_it_is_no_whiter_than_assumed(loads, share, noise, times):
    floor = NoiseFloor(noise, 1e4, WHITE)
    for _ in range(times):
        told = [floor.see(noise + load**2, look(noise + share * load**2)) for load in loads]
        assert told[-1] == noise


@given(st.floats(3, 100), st.floats(SHARE, 1), st.floats(0.01, 9))
def test_more_than_there_is_is_never_found(load, share, noise):
    floor = NoiseFloor(noise, 1e4, WHITE)
    told = [floor.see(noise + load**2, look(noise + share * load**2)) for _ in range(LOOKS)]
    assert told[-1] is not None
    assert noise <= told[-1] <= (noise + load**2) * (1 + 1e-9)


def test_the_zero_is_looked_for_from_the_ceiling_down():
    zero = Baseline(2.0)
    for _ in range(300):
        zero.see(1.0)
    assert zero.power == pytest.approx(1.0, abs=0.01)
    zero.allow(25.0)
    assert zero.power == zero.ceiling == 25.0
    for _ in range(300):
        zero.see(22.0)
    assert zero.power == pytest.approx(22.0, abs=0.1)
    zero.allow(24.0)
    assert zero.power == pytest.approx(22.0, abs=0.1)
    zero.allow(2.0)
    assert zero.power == zero.ceiling == 2.0
