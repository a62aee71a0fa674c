"""Every figure of a yardstick, on recordings whose figures are known on paper: ramps, tones, one noise at two sizes."""

import math

import numpy as np
import pytest

from station.core.emg_power import BANDS, WIDE, Band, gain_at
from station.core.yardstick import (
    _TOO_CLOSE,
    COLOURS,
    HEARTS,
    Implausible,
    Yardstick,
    _mains,
    _Seen,
    as_dict,
    measure,
)

RATE = 500.0
NO_STEP = "The pad feels no difference between relaxed and raised shoulders. Move it a little and try again."
# Half of a ramp's values lie below its middle, and the middle 68 % of them span 0.68 of it.
RISE = np.linspace(0.04, 0.06, 1001)


def near(**expected):
    return as_dict(Yardstick(**expected)) | {
        name: pytest.approx(value, rel=1e-9) for name, value in expected.items() if isinstance(value, float)
    }


def test_an_envelopes_figures_are_those_of_its_ramp():
    stick = measure("emg-envelope", RISE, np.full(301, 0.55), 100.0)
    assert as_dict(stick) == near(
        signal="emg-envelope",
        rate=100.0,
        rest_level=0.05,
        reference_level=0.55,
        rest_top=0.0596,
        rest_power=0.0068**2,
        noise_rve_percent=1.36,
    )


@pytest.mark.parametrize("signal", ["emg-envelope", "pressure"])
def test_what_a_sensor_tells_in_single_precision_is_reckoned_in_double(signal):
    scatter = np.random.default_rng(4).normal(0, 0.01, 1000)
    single = [(level + scatter).astype(np.float32) for level in (0.05, 0.55)]
    assert measure(signal, *single, 100.0) == measure(signal, *(volts.astype(float) for volts in single), 100.0)


@pytest.mark.parametrize(("rest", "assumed"), [(RISE, 0.05 + 20 * 0.0068), (RISE + 1, 2 * 1.05)])
def test_an_envelope_without_reference_assumes_one_far_above_its_scatter_and_its_rest(rest, assumed):
    stick = measure("emg-envelope", rest, None, 100.0)
    assert stick.rest_only
    assert stick.reference_level == pytest.approx(assumed)
    assert stick.noise_rve_percent == pytest.approx(100 * 0.0068 / (assumed - np.median(rest)))


@pytest.mark.parametrize(
    ("rest", "least"),
    [(RISE, 0.05 + 6 * 0.0068), (np.full(1001, 0.25), 0.375)],
    ids=["six times the scatter above rest", "half as much again as rest"],
)
def test_an_envelopes_reference_is_plausible_from_here_on(rest, least):
    assert measure("emg-envelope", rest, np.full(1001, least + 1e-9), 100.0).reference_level == pytest.approx(least)
    with pytest.raises(Implausible) as caught:
        measure("emg-envelope", rest, np.full(1001, least - 1e-9), 100.0)
    assert caught.value.reason == _TOO_CLOSE


def test_half_as_much_again_as_a_rest_without_scatter_is_enough():
    assert measure("emg-envelope", np.full(1001, 0.25), np.full(1001, 0.375), 100.0).reference_level == 0.375


@pytest.mark.parametrize(("signal", "sentence"), [("emg-envelope", _TOO_CLOSE), ("pressure", NO_STEP)])
def test_a_sensor_that_gives_nothing_at_all_is_refused_with_a_sentence(signal, sentence):
    dead = np.zeros(1001)
    with pytest.raises(Implausible) as caught:
        measure(signal, dead, dead, 100.0)
    assert caught.value.reason == sentence


def test_an_envelope_of_nothing_gives_no_yardstick_without_a_reference_either():
    with pytest.raises(Implausible) as caught:
        measure("emg-envelope", np.zeros(1001), None, 100.0)
    assert caught.value.reason == _TOO_CLOSE


@pytest.mark.parametrize("raised", [0.75, 1.25])
def test_a_pads_figures_are_those_of_its_ramp(raised):
    stick = measure("pressure", RISE + 0.95, np.full(501, raised), 50.0)
    assert as_dict(stick) == near(
        signal="pressure",
        rate=50.0,
        rest_level=1.0,
        reference_level=raised,
        rest_power=0.0068**2,
        noise_rve_percent=100 * 0.0068 / 0.25,
    )


@pytest.mark.parametrize(
    ("rest", "raised", "enough"),
    [(2.0, 1.801, False), (2.0, 1.799, True), (2.0, 2.221, False), (2.0, 2.223, True), (2.5, 2.25, False)],
)
def test_a_pads_step_is_more_than_a_tenth_of_the_larger_level(rest, raised, enough):
    levels = np.full(501, rest), np.full(501, raised)
    if enough:
        assert measure("pressure", *levels, 100.0).reference_level == raised
        return
    with pytest.raises(Implausible) as caught:
        measure("pressure", *levels, 100.0)
    assert caught.value.reason == NO_STEP


def test_a_pad_needs_its_raised_shoulders():
    with pytest.raises(Implausible) as caught:
        measure("pressure", RISE, None, 100.0)
    assert caught.value.reason == (
        "A pressure pad needs both: shoulders relaxed, then raised. Lift them once for fifteen seconds."
    )


@pytest.mark.parametrize(
    ("volts", "name", "sentence"),
    [
        (RISE[:299], "rest", "The rest recording is shorter than 3 s. Try again and hold a little longer."),
        (RISE[:299], "reference", "The reference recording is shorter than 3 s. Try again and hold a little longer."),
        (
            np.repeat([1.0, 3.291], [949, 51]),
            "rest",
            "The signal stands at its upper limit during rest. Check the electrodes and the gain.",
        ),
        (
            np.full(1000, 1.65) + 1.9e-4 * (np.arange(1000) % 2),
            "rest",
            "The signal does not move at all during rest. Check the cable and the electrodes.",
        ),
        (
            np.full(1000, 2.65),
            "reference",
            "The signal does not move at all during reference. Check the cable and the electrodes.",
        ),
    ],
)
def test_what_cannot_be_measured_is_named_with_a_remedy(volts, name, sentence):
    good = tone(0.001) if "does not move" in sentence else RISE
    recordings = {"rest": good, "reference": good + 1} | {name: volts}
    signal = "emg-raw" if "does not move" in sentence else "emg-envelope"
    with pytest.raises(Implausible) as caught:
        measure(signal, recordings["rest"], recordings["reference"], 100.0)
    assert caught.value.reason == sentence
    assert str(caught.value) == sentence


def test_just_enough_is_enough():
    rest = np.repeat([0.05, 3.291], [285, 15])  # 3 s, and 5 % of it at the rail
    assert measure("emg-envelope", rest, np.full(300, 2.0), 100.0).rest_level == 0.05
    at_the_margin = np.full(300, 3.29)
    assert measure("pressure", np.full(300, 1.0), at_the_margin, 100.0).reference_level == 3.29


def tone(amplitude: float, hz: float = 90.0, seconds: float = 5.0, level: float = 1.65) -> np.ndarray:
    return level + amplitude * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)


def test_a_raw_yardstick_measures_tones_as_the_filters_leave_them():
    stick = measure("emg-raw", tone(0.002), tone(0.2), RATE)
    gain = gain_at(90.0, RATE, Band(stick.highpass_hz, stick.emphasis)) / 2
    assert stick.rest_power == pytest.approx(gain * 0.002**2, rel=0.06)
    assert stick.reference_power == pytest.approx(gain * (0.2**2 - 0.002**2), rel=0.06)
    assert stick.noise_rve_percent == pytest.approx(100 / np.sqrt(1e4 - 1), rel=1e-3)
    assert stick.reference_level == pytest.approx(np.sqrt(gain_at(90.0, RATE, WIDE) / 2) * 0.2, rel=0.04)
    assert stick.rest_level == pytest.approx(1.65, abs=1e-6)
    assert (stick.signal, stick.rate, stick.rest_only) == ("emg-raw", RATE, False)
    assert stick.mains_hz == 50.0


def test_a_raw_yardstick_without_reference_takes_thirty_times_rest():
    stick = measure("emg-raw", tone(0.002), None, RATE)
    assert stick.rest_only
    assert Band(stick.highpass_hz, stick.emphasis) == BANDS[0]
    assert stick.reference_power == pytest.approx(900 * stick.rest_power)
    assert stick.noise_rve_percent == pytest.approx(100 / 30)
    assert stick.reference_level == pytest.approx(30 * np.sqrt(gain_at(90.0, RATE, WIDE) / 2) * 0.002, rel=0.04)


@pytest.mark.parametrize(("factor", "enough"), [(2.99, False), (3.01, True)])
def test_a_raw_reference_is_three_times_rest(factor, enough):
    if enough:
        assert measure("emg-raw", tone(0.01), tone(0.01 * factor), RATE).reference_power > 0
        return
    with pytest.raises(Implausible) as caught:
        measure("emg-raw", tone(0.01), tone(0.01 * factor), RATE)
    assert caught.value.reason == _TOO_CLOSE


def test_the_notches_of_the_found_mains_take_the_hum_out_of_both():
    hum = tone(0.1, 60.0, level=0)
    stick = measure("emg-raw", tone(0.002) + hum, tone(0.2) + 5 * hum, RATE)
    assert stick.mains_hz == 60.0
    assert stick.hum_power == pytest.approx(0.1**2 / 2, rel=0.02)
    still = measure("emg-raw", tone(0.002) + hum, tone(0.2), RATE)
    assert stick.reference_power == pytest.approx(still.reference_power, rel=0.03)
    assert stick.rest_power == still.rest_power < still.reference_power / 2000


@pytest.mark.parametrize(("at60", "mains"), [(1.9, 50.0), (2.1, 60.0)])
def test_60_hz_are_taken_for_the_mains_at_four_times_the_power_of_50(at60, mains):
    both = tone(0.1, 50.0, level=0) + tone(0.1 * at60, 60.0, level=0)
    assert _mains(2.0 + both, RATE) == mains


def test_a_faint_line_is_met_where_it_is_too():
    hiss = np.random.default_rng(3).normal(0, 2e-6, round(5 * RATE))
    assert _mains(1.65 + hiss + tone(1e-4, 50.4, level=0), RATE) == 50.4
    assert _mains(1.65 + hiss + tone(1e-4, 60.0, level=0), RATE) == 60.0


def test_the_level_of_a_reference_is_that_of_the_widest_band():
    stick = measure("emg-raw", tone(0.002), tone(0.2, 35.0), RATE)
    assert stick.reference_level == pytest.approx(np.sqrt(gain_at(35.0, RATE, WIDE) / 2) * 0.2, rel=0.04)


@pytest.mark.parametrize("band", BANDS)
def test_powers_that_stand_still_leave_what_no_calibration_sees(band):
    still = _Seen(band, np.full(50, 1.0), np.full(50, 9.0), 0.0, 0.0, 0.0)
    assert still.uncertainty == pytest.approx(HEARTS[band] + 50 * COLOURS[band], abs=1e-9)


def test_a_heartbeat_that_was_there_is_not_feared_twice():
    beats = np.tile([1.0, 2.0, 1.0, 1.0, 1.0], 10)
    seen, held = 1e4 * np.std(np.convolve(beats, np.full(3, 1 / 3), "valid")) / 998.8, np.full(50, 1000.0)
    wide = _Seen(WIDE, beats, held, 0.0, 0.0, 0.0)
    assert wide.uncertainty == pytest.approx(math.hypot(seen, HEARTS[WIDE]))
    assert seen < wide.uncertainty < seen + HEARTS[WIDE] / 2


def test_the_scatter_of_rest_counts_in_parts_of_the_reference_and_the_muscles_own_at_the_threshold_of_rest():
    def uncertainty(rest: tuple[float, float], held: tuple[float, float]) -> float:
        return _Seen(WIDE, np.repeat(rest, 1000), np.repeat(held, 1000), 0.0, 0.0, 0.0).uncertainty

    assert uncertainty((0.5, 1.5), (11.0, 11.0)) == pytest.approx(math.hypot(1e4 * 0.5 / 10, HEARTS[WIDE]), rel=1e-3)
    assert uncertainty((1.0, 1.0), (10.0, 12.0)) == pytest.approx(HEARTS[WIDE] + 5.0**2 * 1 / 11, rel=1e-3)


def test_motion_that_never_ends_is_as_strong_as_it_is_in_any_second():
    swaying = tone(0.002) + tone(0.1, 4.0, level=0)
    stick = measure("emg-raw", swaying, swaying + tone(0.2, level=0), RATE)
    assert stick.motion_power == pytest.approx(0.1**2 / 2, rel=0.01)


@pytest.mark.parametrize("moving", ["rest", "reference"])
def test_the_largest_motion_of_either_posture_is_kept(moving):
    quiet, sway = {"rest": tone(0.002), "reference": tone(0.2)}, tone(0.1, 4.0, level=0)
    sway[: round(3.5 * RATE)] = 0  # it begins late: the worst second counts, not the mean
    still = measure("emg-raw", quiet["rest"], quiet["reference"], RATE).motion_power
    quiet[moving] = quiet[moving] + sway
    moved = measure("emg-raw", quiet["rest"], quiet["reference"], RATE).motion_power
    assert still < 2e-4
    assert moved == pytest.approx(0.1**2 / 2, rel=0.25)
