"""Two ADS1115 on one wire: each channel at full speed, and what is said when one of them fails."""

from __future__ import annotations

import itertools
import math

import pytest

from hardware.sensors.contract import SensorError

WIRED = {"channels": ("A0", "A0"), "second_address": 0x49}


def rows(source, seconds: float, bench) -> list:
    frames, until = [], bench.clock.now() + seconds
    while bench.clock.now() < until:
        frames.append(source.read())
    return frames


@pytest.mark.parametrize(("khz", "rate"), [(400, 500), (100, 250)])
def test_both_channels_are_fresh_in_every_row_and_none_is_lost(make_bench, khz, rate):
    """Two muscles that move differently: no row shows one in the place of the other, none is doubled or left out."""
    bench = make_bench(lambda ain, t: 1.0 + 0.5 * math.sin(2 * math.pi * 5 * t), khz)
    bench.beside(0x49, lambda ain, t: 2.5 + 0.5 * math.sin(2 * math.pi * 3 * t))
    frames = rows(bench.open(**WIRED, rate=rate, bus_khz=khz), 10.0, bench)
    left = [v for f in frames for v in f.volts[0::2]]
    right = [v for f in frames for v in f.volts[1::2]]
    assert all(f.channels == 2 and f.rate == rate for f in frames)
    assert sum(f.lost for f in frames) == 0
    assert len(left) == len(right) == pytest.approx(10 * rate, abs=rate / 20)
    for channel, middle, hz in ((left, 1.0, 5), (right, 2.5, 3)):
        assert abs(sum(channel) / len(channel) - middle) < 0.02
        assert max(abs(b - a) for a, b in itertools.pairwise(channel)) < math.pi * hz / rate * 1.3


def test_the_pins_of_the_two_may_differ_and_each_chip_is_asked_for_its_own(bench):
    bench.beside(0x4A)
    frames = rows(bench.open(channels=("A2", "A3"), second_address=0x4A), 1.0, bench)
    assert {round(v, 2) for f in frames for v in f.volts[0::2]} == {0.5}
    assert {round(v, 2) for f in frames for v in f.volts[1::2]} == {3.5}


def test_a_second_chip_that_is_not_there_is_named_and_the_first_one_is_not_offered_in_its_place(bench):
    with pytest.raises(SensorError) as told:
        bench.open(**WIRED)
    assert "0x49" in told.value.problem
    assert "0x48" not in told.value.remedy


def test_a_second_chip_that_is_unplugged_ends_in_a_sentence_that_names_it(bench):
    bench.beside(0x49)
    source = bench.open(**WIRED)
    rows(source, 1.0, bench)
    bench.bus.fault("missing", address=0x49)
    began = bench.clock.now()
    with pytest.raises(SensorError, match="0x49"):
        rows(source, 5.0, bench)
    assert bench.clock.now() - began < 1.0


def test_after_a_brown_out_of_the_second_chip_it_is_right_again_with_the_next_row(bench):
    bench.beside(0x49)
    source = bench.open(**WIRED)
    rows(source, 1.0, bench)
    bench.bus.fault("brown_out", address=0x49)
    frames = rows(source, 1.0, bench)
    wrong = [v for f in frames for v in f.volts[1::2] if abs(v - 1.5) > 1e-3]
    assert len(wrong) <= 1, "one conversion was lost in the dip"
    assert sum(f.lost for f in frames) <= 1


def test_a_burst_of_nacks_costs_both_channels_the_same_counted_gap(bench):
    bench.beside(0x49)
    source = bench.open(**WIRED)
    rows(source, 1.0, bench)
    bench.bus.fault("nack", times=3)
    frames = rows(source, 2.0, bench)
    assert 0 < sum(f.lost for f in frames) < 50
    assert {round(v, 2) for f in frames for v in f.volts[0::2]} == {1.0}
    assert {round(v, 2) for f in frames for v in f.volts[1::2]} == {1.5}
