"""The load now, for the ear and the eye: near the muscle, deaf to a single spike, the same for frames of any size."""

from __future__ import annotations

import numpy as np
import pytest

from station.core.quick import QuickLevel
from station.core.yardstick import measure
from tests.core.taught import RAISED, RATE, STICK, rng, volts


@pytest.mark.parametrize("load", [5.0, 15.0, 60.0])
def test_the_quick_level_is_near_the_load(load):
    quick = QuickLevel(STICK)
    found = [quick.push(volts(load, 0.02), RATE) for _ in range(500)]
    assert np.mean(found[50:]) == pytest.approx(load, rel=0.2)


def test_a_single_spike_is_not_heard():
    quick = QuickLevel(STICK)
    for _ in range(50):
        quick.push(volts(0, 0.02), RATE)
    beat = volts(0, 0.02)
    beat += 0.06 * np.hanning(len(beat))  # as high as 60 %RVE
    levels = [quick.push(beat, RATE)] + [quick.push(volts(0, 0.02), RATE) for _ in range(10)]
    assert max(levels) < 3.0


def test_frames_of_any_size_give_the_same_levels():
    signal = volts(RAISED, 2.0)
    whole, pieces = QuickLevel(STICK), QuickLevel(STICK)
    for at in range(0, 1000, 10):
        one = whole.push(signal[at : at + 10], RATE)
    for at in range(0, 1000, 4):
        other = pieces.push(signal[at : at + 4], RATE)
    assert one == pytest.approx(other, rel=0.05)


@pytest.mark.parametrize("signal", ["emg-envelope", "pressure"])
def test_a_smoothed_sensor_teaches_too(signal):
    at_rest = 0.3 + 0.002 * rng.standard_normal(1500)
    held = 1.3 + 0.02 * rng.standard_normal(1500)
    quick = QuickLevel(measure(signal, at_rest, held, 100.0))
    for _ in range(10):
        level = quick.push(np.full(2, 0.8), 100.0)
    assert level == pytest.approx(50, abs=2)


def test_raw_emg_that_is_sampled_too_slowly_is_not_heard():
    assert QuickLevel(STICK).push(volts(RAISED, 1.0), 60.0) is None
