"""Frames in, events out: the whole way of a sample, on signals made for it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.core.component import NEVER
from station.core.engine import Engine
from station.core.events import (
    CueWithheld,
    Minute,
    Presence,
    Quality,
    Reading,
    SensorTrouble,
    SensorWell,
    TensionEnded,
    TensionStarted,
)  # fmt: skip
from station.core.inputs import Frame, SensorLost, Tick, UseCalibration
from station.core.presence import PresenceWatch
from station.core.sensing import NO_YARDSTICK, Sensing, stored
from station.core.yardstick import Yardstick, measure
from tests.core.sensed import PAD, RATE, STICK, muscle, one, only, play


def test_readings_come_ten_times_a_second_and_tell_the_load():
    readings = only(play(one(), muscle([20] * 20)), Reading)
    # The window reaches 0.25 s back: of the first two tenths of a second it would describe what was before all samples.
    assert [readings[0].t, readings[-1].t] == pytest.approx([0.05, 19.75])
    assert len(readings) == 198
    assert np.diff([r.t for r in readings]) == pytest.approx(0.1)
    assert np.median([r.rve_percent for r in readings]) == pytest.approx(20, abs=1.5)
    assert not any(r.resting for r in readings[5:])


def test_a_relaxed_muscle_rests():
    readings = only(play(one(), muscle([0] * 20)), Reading)
    assert all(r.resting and r.quality == "ok" for r in readings)


def test_a_reading_describes_its_own_moment():
    readings = only(play(one(), muscle([0] * 10 + [30] * 5 + [0] * 5)), Reading)
    busy = [r.t for r in readings if not r.resting]
    assert busy[0] == pytest.approx(9.95, abs=0.1)
    assert busy[-1] == pytest.approx(14.95, abs=0.1)


def hissing(loads, seed: int = 0) -> np.ndarray:
    volts = muscle(loads, seed)
    return (volts + np.random.default_rng(seed + 7).normal(0, 0.02, len(volts))).astype(np.float32)


@pytest.mark.parametrize(("felt", "highpass_hz"), [(muscle, 45.0), (hissing, 30.0)])
@pytest.mark.parametrize("grid", [50.0, 60.0])
def test_hum_that_was_not_there_at_the_calibration_is_hum_and_no_tension(felt, highpass_hz, grid):
    """Which grid it is nobody knows before something hums; 35 %RVE of it for two minutes, over a muscle at rest."""
    stick = measure("emg-raw", felt([0] * 15, 10), felt([100] * 12, 20), RATE)
    assert stick.highpass_hz == highpass_hz
    volts, t = felt([0] * 130), np.arange(int(130 * RATE)) / RATE
    volts += (t > 10) * (0.35 * 0.15 * np.sqrt(2) * np.sin(2 * np.pi * grid * t)).astype(np.float32)
    told = play(one(stick), volts)
    (well, _), (hum, state) = [(at, said.state) for at, said in told if isinstance(said, Quality)]
    assert well < 1 and state == "hum" and hum < 10.6
    assert not only(told, TensionStarted)


def test_without_a_yardstick_it_says_why_once():
    told = play(Sensing(), muscle([20] * 3))
    assert [q.reason for q in only(told, Quality)] == [NO_YARDSTICK]
    assert all(r.rve_percent is None and not r.resting for r in only(told, Reading))


def test_a_calibration_takes_effect_at_once():
    sensing = Sensing()
    play(sensing, muscle([20] * 2))
    Engine([sensing]).handle(UseCalibration(stored([STICK])), 2.0)
    readings = only(play(sensing, muscle([20] * 2), begin=2.0), Reading)
    assert readings[-1].rve_percent == pytest.approx(20, abs=4)
    assert readings[0].t == pytest.approx(2.05), "nothing is said of what was felt before it"


def test_raised_shoulders_are_tension_and_letting_go_ends_it():
    told = play(one(), muscle([0] * 30 + [15] * 90 + [0] * 80), 86)
    (start,), (end,) = only(told, TensionStarted), only(told, TensionEnded)
    assert start.load_rve_percent == pytest.approx(15, abs=2)
    assert end.lasted_s > 60
    assert len(only(told, Minute)) == 3


VARIED = muscle([0] * 5 + [15] * 5 + [6] * 3, 3)
PLAIN = only(play(one(), VARIED, 86), Reading)


@settings(max_examples=6, deadline=None)
@given(size=st.integers(1, 3000))
def test_the_size_of_frames_changes_nothing(size):
    plain, cut = PLAIN, only(play(one(), VARIED, size), Reading)
    assert len(plain) == len(cut)
    for a, b in zip(plain, cut, strict=True):
        assert (a.resting, a.quality) == (b.resting, b.quality)
        assert a.t == pytest.approx(b.t, abs=1e-6)
        assert a.rve_percent == pytest.approx(b.rve_percent, rel=1e-6, abs=1e-6)


@settings(max_examples=3, deadline=None)
@given(gain=st.floats(0.3, 1.0))
def test_scaling_the_signal_and_its_calibration_together_changes_nothing(gain):
    def scaled(volts):
        return 1.65 + gain * (volts.astype(np.float64) - 1.65)

    stick = measure("emg-raw", scaled(muscle([0] * 15, 10)), scaled(muscle([100] * 12, 20)), RATE)
    plain, other = PLAIN, only(play(one(stick), scaled(VARIED), 86), Reading)
    assert [r.resting for r in plain] == [r.resting for r in other]
    assert [r.rve_percent for r in other] == pytest.approx([r.rve_percent for r in plain], rel=1e-3, abs=1e-2)


def test_what_comes_later_changes_nothing_before():
    volts = muscle([0] * 5 + [15] * 10, 3)
    whole, cut = only(play(one(), volts), Reading), only(play(one(), volts[: int(8 * RATE)]), Reading)
    assert whole[: len(cut)] == cut


FIVE_SECONDS = muscle([15] * 5)
SMOOTH = Yardstick(signal="emg-envelope", rate=RATE, rest_level=1.6, reference_level=2.0)


def lossy(sensing: Sensing, volts, lost: int, counted: bool = True):
    """Half of the volts, a hole of `lost` samples, the other half."""
    return holed(sensing, volts, len(volts) // 2 // 86 * 86 + 40, lost, counted)


def holed(sensing: Sensing, volts, half: int, lost: int, counted: bool):
    """The first `half` of the volts, a hole of `lost` samples, the rest."""
    engine, told = Engine([sensing]), []
    for piece, at, gone in ((volts[:half], 0, 0), (volts[half:], half + lost, lost)):
        for k in range(0, len(piece), 20):
            frame = piece[k : k + 20, None]
            t = (at + k + len(frame)) / RATE
            told += [(t, e) for e in engine.handle(Frame(frame, t, RATE, gone if counted and k == 0 else 0), t)]
    return told


@pytest.mark.parametrize("lost", [60, 300, 860, 8600])
def test_lost_samples_keep_the_time_true_and_are_never_rest(lost):
    told = lossy(one(), muscle([15] * 10), lost)
    readings = only(told, Reading)
    assert readings[-1].t == pytest.approx(10 + lost / RATE - 0.25, abs=0.11)
    assert not any(r.resting for r in readings)
    assert any(r.rve_percent is None and r.quality == "stale" for r in readings)
    assert readings[-1].rve_percent == pytest.approx(15, abs=4)


def test_a_few_lost_samples_do_not_matter():
    readings = only(lossy(one(), muscle([15] * 10), 3), Reading)
    assert all(r.rve_percent is not None for r in readings)


@pytest.mark.parametrize("kind", ["emg-raw", "emg-envelope", "pressure"])
@pytest.mark.parametrize("before", [860, 861, 900, 945, 946, 947])  # 860 and 946 are the ends of hops
def test_a_few_lost_samples_do_not_matter_wherever_they_fall(before, kind):
    stick = {"emg-raw": STICK, "emg-envelope": SMOOTH, "pressure": PAD}[kind]
    readings = only(holed(Sensing(signals=(kind,), yardsticks=(stick,)), FIVE_SECONDS, before, 3, True), Reading)
    assert {r.quality for r in readings} == {"ok"}
    assert all(r.rve_percent is not None for r in readings)
    assert np.all(np.abs(np.diff([r.t for r in readings]) - 0.1) < 1e-6)


def test_a_hole_nobody_counted_is_seen_in_the_time():
    assert any(r.quality == "stale" for r in only(lossy(one(), muscle([15] * 10), 2000, False), Reading))


@given(seconds=st.floats(0.6, 100_000), counted=st.booleans())
@settings(max_examples=12)
def test_a_silence_of_any_length_ends_and_is_nothing_but_unknown(seconds, counted):
    """A minute in private mode, an hour with the cable out, a night asleep: six hundred empty readings and more."""
    told = lossy(one(), muscle([15] * 4), int(seconds * RATE), counted)
    hole = [
        r for r in only(told, Reading) if 2.1 < r.t < 1.7 + seconds
    ]  # what follows is told with the lag of its window
    assert all(r.rve_percent is None and not r.resting for r in hole)
    assert only(told, Reading)[-1].t > seconds


@given(
    before=st.integers(200, 1400),
    lost=st.one_of(st.integers(1, 500), st.integers(500, 5000)),
    counted=st.booleans(),
    kind=st.sampled_from(["emg-raw", "emg-envelope", "pressure"]),
)
@settings(max_examples=40, deadline=None)
def test_no_reading_claims_a_time_at_which_no_samples_were(before, lost, counted, kind):
    """A window reaches back: the first ones after a hole describe a moment inside it, of which nothing is known."""
    stick = {"emg-raw": STICK, "emg-envelope": SMOOTH, "pressure": PAD}[kind]
    counted = counted or lost <= RATE / 2 + 20  # shorter ones are only known when somebody counts
    told = holed(Sensing(signals=(kind,), yardsticks=(stick,)), FIVE_SECONDS, before, lost, counted)
    begin, end = before / RATE, (before + lost) / RATE
    readings = only(told, Reading)
    # A long hole begins the grid anew; whatever comes first describes the first whole tenth, and none before.
    assert -1e-9 <= readings[0].t - 0.05 < 0.1
    for reading in readings:
        missing = min(end, reading.t + 0.05) - max(begin, reading.t - 0.05)
        assert reading.rve_percent is None or missing <= 0.2 * 0.1 + 1e-9, reading
    assert np.all(np.diff([reading.t for reading in readings]) > 0.05)
    assert any(reading.t > end and reading.rve_percent is not None for reading in readings)


def test_a_changed_rate_rebuilds_the_filters_without_a_jump():
    sensing = one()
    play(sensing, muscle([0] * 5))
    readings = only(play(sensing, muscle([0] * 5), rate=845.0, begin=5.0), Reading)
    assert all(r.resting for r in readings)


def test_what_the_signal_stands_at_does_not_matter_nor_that_it_wanders():
    wanders = np.linspace(-0.9, 0.9, len(VARIED)).astype(np.float32)
    plain, other = (only(play(one(), volts, 86), Reading) for volts in (VARIED, VARIED + wanders))
    assert [r.quality for r in other] == [r.quality for r in plain]
    assert np.mean([a.resting == b.resting for a, b in zip(plain, other, strict=True)]) > 0.99
    apart = [abs(a.rve_percent - b.rve_percent) for a, b in zip(plain, other, strict=True)]
    assert np.median(apart) < 0.02


def test_an_electrode_that_falls_off_is_no_tension():
    volts = muscle([0] * 10 + [15] * 40 + [0] * 120)
    volts[int(50 * RATE) :] = 3.3
    told = play(one(), volts, 86)
    assert not only(told, TensionStarted)
    assert [q.state for q in only(told, Quality)] == ["ok", "rail"]


def test_a_noisy_sensor_says_why_it_is_silent():
    noisy = measure("emg-raw", muscle([15] * 15, 10), muscle([100] * 12, 20), RATE)
    (withheld,) = only(play(one(noisy), muscle([40] * 70), 86), CueWithheld)
    assert "noise" in withheld.reason


def test_noise_that_is_gone_since_the_calibration_does_not_turn_light_work_into_rest():
    noisy = measure("emg-raw", muscle([11] * 15, 10), muscle([100] * 12, 20), RATE)
    # Today's rest is as loud as 5 %RVE; 5.8 above it make 7.65.
    readings = only(play(one(noisy), muscle([5] * 30 + [7.65] * 60), 86), Reading)
    assert np.mean([r.resting for r in readings[20:300]]) > 0.95
    assert np.mean([r.resting for r in readings[310:]]) < 0.1


def test_who_is_away_is_not_tense():
    sensing = one()
    Engine([sensing]).handle(Tick(), 0.0)
    assert list(sensing.routes()[Presence](Presence("away"), 0.0)) == []
    assert "nobody" in only(play(sensing, muscle([15] * 70), 86), CueWithheld)[0].reason


def test_whose_electrodes_are_off_for_the_night_is_not_tense_all_night():
    engine, told = Engine([one(), PresenceWatch()]), []
    volts = muscle([15] * 80 + [0] * 400)
    volts[int(80 * RATE) :] = 3.3
    for k in range(0, len(volts), 86):
        t = (k + 86) / RATE
        told += [(t, event) for event in engine.handle(Frame(volts[k : k + 86, None], t, RATE), t)]
    ((begun, _),) = [each for each in told if isinstance(each[1], TensionStarted)]
    ((ended, event),) = [each for each in told if isinstance(each[1], TensionEnded)]
    assert event.lasted_s == pytest.approx(80 - begun, abs=0.5)
    assert ended == pytest.approx(80 + 305, abs=2), "away after five minutes"


def test_a_sensor_that_is_gone_for_the_night_ends_the_tension_too():
    sensing = one()
    ((begun, _),) = [each for each in play(sensing, muscle([15] * 80), 86) if isinstance(each[1], TensionStarted)]
    sensing.routes()[SensorLost](SensorLost("no answer", ""), 81.0)
    (ended,) = sensing.routes()[Presence](Presence("away"), 400.0)
    assert ended.lasted_s == pytest.approx(80 - begun, abs=0.2)
    assert list(one().routes()[Presence](Presence("away"), 1.0)) == [], "before the first sample"


def test_silence_becomes_stale_once_and_well_again():
    sensing = one()
    assert sensing.due() == NEVER
    play(sensing, muscle([0] * 2))
    engine = Engine([sensing])
    assert sensing.due() == pytest.approx(2.5)
    assert engine.handle(Tick(), 2.4) == []
    assert [type(e) for e in engine.handle(Tick(), 2.6)] == [Quality]
    assert engine.handle(Tick(), 9.0) == []
    told = play(sensing, muscle([0] * 2), begin=9.0)
    assert isinstance(told[0][1], SensorWell)
    assert [q.state for q in only(told, Quality)][-1] == "ok"


def test_a_lost_sensor_is_passed_on_with_its_remedy():
    trouble, quality = Engine([one()]).handle(SensorLost("no answer", "check the plug"), 1.0)
    assert trouble == SensorTrouble("no answer", "check the plug")
    assert quality == Quality("stale", "no answer")


def test_a_pad_alone_tells_raised_shoulders():
    sensing = Sensing(signals=("pressure",), yardsticks=(PAD,))
    told = play(sensing, (muscle([1] * 70) - 0.6).astype(np.float32), 86)
    (tension,) = only(told, TensionStarted)
    assert tension.load_rve_percent == pytest.approx(75, abs=3)
    assert tension.reason == f"rest share 0 % for 60 s, load {tension.load_rve_percent:.0f} % of fully raised"
    assert not only(play(Sensing(signals=("pressure",)), muscle([1] * 2)), TensionStarted)


def test_an_envelope_sensor_tells_the_load():
    def smooth(load):
        return np.random.default_rng(1).normal(0.05 + 0.006 * load, 0.003, 1500).astype(np.float32)

    stick = measure("emg-envelope", smooth(1.2), smooth(100), 100.0)
    for load, resting in ((1.2, True), (20, False)):
        sensing = Sensing(signals=("emg-envelope",), yardsticks=(stick,))
        readings = only(play(sensing, smooth(load), 2, 100.0), Reading)
        assert readings[-1].resting is resting
    assert readings[-1].rve_percent == pytest.approx(20, abs=1.5)
    hole = lossy(Sensing(signals=("emg-envelope",), yardsticks=(stick,)), muscle([0] * 4), 4000)
    assert only(hole, Reading)
    assert only(play(Sensing(signals=("emg-envelope",)), smooth(20), 2, 100.0), Reading)[-1].rve_percent is None


def test_lost_samples_of_a_broken_electrode_leave_it_broken():
    told = lossy(one(), np.full(int(10 * RATE), 3.3, np.float32), 60)
    assert [q.state for q in only(told, Quality)] == ["ok", "rail"]
    assert only(told, Reading)[-1].quality == "rail"
