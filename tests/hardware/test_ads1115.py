"""The ADS1115 driver on its twin: settings, ranges, rates, one and two channels, and the time base."""

from __future__ import annotations

import itertools
import math

import msgspec
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from hardware.sensors.ads1115 import Settings
from hardware.sensors.ads1115_link import longest_conversion_s
from hardware.sensors.frames import FrameBuilder
from station.core.signal import SignalPath


def rows(source, seconds: float, bench) -> list:
    frames, until = [], bench.clock.now() + seconds
    while bench.clock.now() < until:
        frames.append(source.read())
    return frames


def settings_from(text: dict) -> Settings:
    return msgspec.convert(text, Settings)


# --- settings -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ({"address": 0x47}, ">= 72"),
        ({"address": 0x4C}, "<= 75"),
        ({"channels": []}, "length >= 1"),
        ({"channels": ["A0", "A1", "A2"]}, "length <= 2"),
        ({"channels": ["A4"]}, "A4"),
        ({"channels": ["A1-A0"]}, "A1-A0"),
        ({"channels": ["A0", "A0"]}, "twice"),
        ({"rate": 501}, "<= 500"),
        ({"rate": 500, "bus_khz": 100}, "at most 400"),
        ({"mode": "rdy", "channels": ["A0", "A1"]}, "one channel"),
        ({"mode": "rdy", "channels": ["A0", "A0"], "second_address": 0x49}, "both chips up to 500 times a second"),
        ({"second_address": 0x49}, "one input"),
        ({"second_address": 0x48, "channels": ["A0", "A1"]}, "first chip's"),
        ({"second_address": 0x50, "channels": ["A0", "A1"]}, "80"),
        ({"second_address": 0x49, "channels": ["A0", "A0"], "rate": 400, "bus_khz": 100}, "two chips: at most 250"),
        ({"gain": 3}, "3"),
        ({"bus_khz": 200}, "200"),
        ({"pin": 22}, "pin"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_with_a_sentence(text, says):
    with pytest.raises(msgspec.ValidationError, match=says):
        settings_from(text)


def test_the_settings_as_an_owner_would_write_them():
    made = settings_from({"address": 0x49, "channels": ["A0", "A2"], "gain": "2/3", "rate": 200, "bus_khz": 100})
    assert (made.address, made.channels, made.gain) == (0x49, ("A0", "A2"), "2/3")


# --- what is measured ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("gain", "top"), [("2/3", 6.144), (1, 4.096), (2, 2.048), (4, 1.024), (8, 0.512), (16, 0.256)])
@pytest.mark.parametrize("mode", ["timed", "rdy"])
def test_every_gain_gives_volts_and_clips_at_its_range(make_bench, mode, gain, top):
    low = make_bench(lambda ain, t: 0.2).open(gain=gain, mode=mode).read()
    assert low.volts[-1] == pytest.approx(0.2, abs=top / 30000)
    high = make_bench(lambda ain, t: 3.0).open(gain=gain, mode=mode).read()
    assert high.volts[-1] == pytest.approx(min(3.0, top), rel=1e-3)


def test_the_second_chip_address_works_too(make_bench):
    assert make_bench(address=0x4B).open(address=0x4B).read().volts[0] == pytest.approx(1.0, abs=2e-4)


@pytest.mark.parametrize("rate", [8, 50, 100, 250, 475, 500])
def test_a_timed_source_keeps_the_hosts_pace_whatever_the_chips_clock_does(make_bench, rate):
    for clock_error in (-0.1, 0.1):
        bench = make_bench(lambda ain, t: 1.5 + math.sin(2 * math.pi * 0.2 * t), clock_error=clock_error)
        frames = rows(bench.open(rate=rate), 5.0, bench)
        got = [v for f in frames for v in f.volts]
        assert sum(f.lost for f in frames) == 0
        assert {f.rate for f in frames} == {float(rate)}
        first = frames[-1].t_last - (len(got) - 1) / rate
        # Every sample is the signal at its own place on the grid, within the conversion's length and the slot's jitter.
        for i in range(0, len(got), 37):
            assert got[i] == pytest.approx(1.5 + math.sin(2 * math.pi * 0.2 * (first + i / rate)), abs=1.3 * 1.5 / rate)


def test_a_slow_rate_uses_a_long_quiet_conversion(make_bench):
    """At 50/s there is time for 64/s conversions: ten times less noise bandwidth than at 860/s."""
    bench = make_bench()
    source = bench.open(rate=50)
    assert bench.registers()[1] >> 5 & 7 == 4  # 128/s: 64/s could take 17.4 ms, too close to the 20 ms slot
    assert source.read().volts[0] == pytest.approx(1.0, abs=2e-4)


@pytest.mark.parametrize("clock_error", [-0.1, -0.03, 0.0, 0.1])
def test_rdy_mode_measures_the_chips_true_rate(make_bench, clock_error):
    bench = make_bench(clock_error=clock_error)
    frames = rows(bench.open(mode="rdy"), 3.0, bench)
    assert frames[-1].rate == pytest.approx(860 * (1 + clock_error), rel=1e-4)
    assert sum(f.lost for f in frames) == 0


def test_rdy_mode_counts_what_a_late_host_missed_and_doubles_nothing(make_bench):
    bench = make_bench(lambda ain, t: t % 3.0)
    source = bench.open(mode="rdy")
    frames = [source.read()]
    for i in range(300):
        bench.clock.sleep((i * 37 % 11) * 1e-3)
        frames.append(source.read())
    got = [v for f in frames for v in f.volts]
    steps = [b - a for a, b in itertools.pairwise(got) if b > a - 1.0]
    assert min(steps) > 0.5 / 860  # never the same conversion twice
    lost = sum(f.lost for f in frames[1:])
    span = (frames[-1].t_last - frames[0].t_last) * 860
    assert len(got) - len(frames[0].volts) + lost == pytest.approx(span, abs=2)
    assert lost > 900


# --- two channels -------------------------------------------------------------------------------------


def test_two_channels_that_fit_are_both_read_in_every_slot(make_bench):
    bench = make_bench(lambda ain, t: 1.0 + ain + 0.1 * (t % 1.0))
    frames = rows(bench.open(channels=("A0", "A1"), rate=200), 3.0, bench)
    assert all(f.channels == 2 and f.rate == 200.0 for f in frames)
    assert all(1.0 <= v < 1.11 for f in frames for v in f.volts[0::2])
    assert all(2.0 <= v < 2.11 for f in frames for v in f.volts[1::2])
    assert sum(len(f.volts) for f in frames) == pytest.approx(3.0 * 400, abs=20)


def test_two_channels_too_fast_for_both_make_the_second_a_guest(make_bench):
    """The muscle keeps its rate; the pad is read ten times a second and held between."""
    bench = make_bench(lambda ain, t: 1.5 + math.sin(2 * math.pi * 5 * t) if ain == 0 else (t - 100) / 5)
    frames = rows(bench.open(channels=("A0", "A1"), rate=500), 5.0, bench)
    muscle = [v for f in frames for v in f.volts[0::2]]
    pad = [v for f in frames for v in f.volts[1::2]]
    assert sum(f.lost for f in frames) == 0
    assert len(muscle) == pytest.approx(2500, abs=25)
    steps = [abs(b - a) for a, b in itertools.pairwise(muscle)]
    # No slot of the muscle shows the pad, and none is doubled or left out.
    assert max(steps) < 2 * math.pi * 5 / 500 * 1.3
    assert len(set(pad)) == pytest.approx(50, abs=2)


# --- the frames ---------------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 4), min_size=1, max_size=200), st.integers(1, 3), st.booleans())
def test_rows_and_losses_always_add_up(steps, channels, closely):
    builder = FrameBuilder(channels, lambda: 500.0)
    builder.closely = closely
    row = 0
    builder.add(row, 0.0, [0.0] * channels)
    for step in steps:
        row += step
        builder.add(row, row / 500, [float(row)] * channels)
    builder.flush()
    frames = list(builder.ready)
    assert sum(len(f.volts) // channels + f.lost for f in frames) == row + 1
    assert all(len(f.volts) <= 50 * channels for f in frames)
    assert not closely or all(len(f.volts) <= 10 * channels for f in frames[1:])
    for f in frames:  # no frame spans a gap
        assert f.volts[-1] - f.volts[0] == len(f.volts) // channels - 1


@given(
    st.lists(st.one_of(st.just(1), st.integers(1, 3), st.integers(2, 40), st.integers(400, 900)), max_size=300),
    st.sampled_from([8, 50, 128, 333, 500, 860]),
    st.booleans(),
)
@example([1, 1, 1, 2, 2], 128, False)  # the row that would have ended a hop is lost, and the next but one again
def test_what_completes_a_hop_of_the_cores_is_the_end_of_a_frame(steps, rate, closely):
    """Else what the muscle did would be known a frame later.  A hop that ends in a hole is known behind it."""
    builder, path = FrameBuilder(1, lambda: float(rate)), SignalPath("emg-envelope", None)
    builder.closely = closely
    row = ends = 0
    for step in [1] * 100 + steps + [1] * 100:
        row += step
        builder.add(row, row / rate, [1.0])
        while builder.ready:
            frame = builder.ready.popleft()
            volts = np.array(frame.volts, np.float32).reshape(-1, 1)
            told = path.push(volts, frame.t_last, frame.rate, frame.lost)
            if told and told[-1].state == "ok":
                ends += 1
                if frame.lost and told[-1].end < frame.t_last - (len(volts) - 0.5) / rate:
                    continue
                assert told[-1].end == pytest.approx(frame.t_last), "known when it was over, not a frame later"
    assert ends > 0


def test_somebody_who_listens_closely_gets_five_frames_for_one(make_bench):
    source = make_bench().open(rate=500)
    assert [len(source.read().volts) for _ in range(3)] == [50, 50, 50]
    source.control({"closely": True})
    assert [len(source.read().volts) for _ in range(6)] == [50, 10, 10, 10, 10, 10]
    source.control({"closely": False})
    assert [len(source.read().volts) for _ in range(4)] == [10, 40, 50, 50]


@examples(max_examples=25, deadline=None)
@given(
    rate=st.integers(20, 500),
    away=st.lists(st.tuples(st.integers(1, 30), st.floats(0, 0.05)), max_size=10),
    clock_error=st.floats(-0.1, 0.1),
)
def test_timed_samples_and_losses_always_fill_the_clock(make_bench, rate, away, clock_error):
    bench = make_bench(clock_error=clock_error)
    source = bench.open(rate=rate)
    first = source.read()
    frames = []
    for every, pause in [*away, (20, 0.0)]:
        frames += [source.read() for _ in range(every)]
        bench.clock.sleep(pause)
    frames.append(source.read())
    rows_seen = sum(len(f.volts) + f.lost for f in frames)
    assert rows_seen == pytest.approx((frames[-1].t_last - first.t_last) * rate, abs=1.6)


def test_the_longest_conversion_covers_the_slowest_chip():
    assert longest_conversion_s(860) == pytest.approx(1 / 774 + 25e-6)


# --- closing ------------------------------------------------------------------------------------------


def test_closing_rdy_mode_puts_the_chip_to_sleep(bench):
    source = bench.open(mode="rdy")
    source.read()
    source.close()
    source.close()
    bench.chip.settle(bench.clock.now() + 1.0)
    done = bench.chip.conversions
    bench.chip.settle(bench.clock.now() + 2.0)
    assert bench.chip.conversions == done


def test_a_twin_can_be_told_to_break_and_to_heal(bench):
    source = bench.open()
    source.read()
    source.control({"shoulders": 20.0})  # nothing for the bus
    source.control({"fault": "nack", "times": 1})
    frames = rows(source, 0.5, bench)
    assert sum(f.lost for f in frames) > 0
    source.control({"heal": True})
    assert sum(f.lost for f in rows(source, 0.5, bench)) == 0
