"""Two channels: which one decides, and when an empty pad means that nobody is there."""

import numpy as np
import pytest

from station.core.events import (
    OutputTrouble,
    Quality,
    Reading,
)  # fmt: skip
from station.core.sensing import NO_YARDSTICK, Sensing
from tests.core.sensed import PAD, RATE, STICK, muscle, one, only, play


def test_of_two_sides_the_more_loaded_one_decides():
    sensing = Sensing(signals=("emg-raw", "emg-raw"), yardsticks=(STICK, STICK))
    readings = only(play(sensing, np.column_stack([muscle([2] * 8), muscle([25] * 8, 4)])), Reading)
    assert np.median([r.rve_percent for r in readings]) == pytest.approx(25, abs=3)


def test_one_broken_side_leaves_the_other():
    sensing = Sensing(signals=("emg-raw", "emg-raw"), yardsticks=(STICK, STICK))
    broken = np.column_stack([np.full(int(8 * RATE), 3.3, np.float32), muscle([25] * 8, 4)])
    assert all(r.rve_percent is not None for r in only(play(sensing, broken), Reading)[5:])
    longer = np.column_stack([np.full(int(12 * RATE), 3.3, np.float32), muscle([25] * 12, 4)])
    (trouble,) = only(play(sensing, longer, begin=8.0), OutputTrouble)
    assert trouble.output == "channel 1"
    both = np.full((int(8 * RATE), 2), 3.3, np.float32)
    assert only(play(sensing, both, begin=20.0), Quality)[-1].state == "rail"


def with_pad() -> Sensing:
    return Sensing(signals=("emg-raw", "pressure"), yardsticks=(STICK, PAD))


def on_an_empty_pad(loads, seed: int = 0) -> np.ndarray:
    volts = muscle(loads, seed)
    return np.column_stack([volts, np.full(len(volts), 0.02, np.float32)])


def test_with_a_pad_the_muscle_decides_and_the_pad_tells_presence():
    sensing = with_pad()
    working = only(play(sensing, on_an_empty_pad([20] * 8)), Reading)
    assert working[-1].quality == "ok"
    gone = only(play(sensing, on_an_empty_pad([0] * 35), begin=8.0), Reading)
    assert (gone[-1].quality, gone[-1].rve_percent) == ("absent", None)


def test_who_sits_forward_on_an_empty_pad_works_and_pauses_like_everybody_else():
    loads = ([20] * 6 + [0] * 3 + [20] * 2 + [0] * 20) * 2
    forward, alone = (
        only(play(sensing, volts, 86), Reading)
        for sensing, volts in ((with_pad(), on_an_empty_pad(loads)), (one(), muscle(loads)))
    )
    assert forward == alone
    assert 0.6 < np.mean([r.resting for r in forward]) < 0.8


def test_an_empty_pad_and_a_still_muscle_are_nobody_after_half_a_minute_until_one_moves():
    told = play(with_pad(), on_an_empty_pad([20] * 5 + [0] * 45 + [20] * 5 + [0] * 20), 86)
    states = [(round(t), q.state) for t, q in told if isinstance(q, Quality)]
    assert states == [(0, "ok"), (35, "absent"), (50, "ok")]
    back = with_pad()
    seated = np.column_stack([muscle([0] * 5), muscle([1] * 5)])
    for begin in (0.0, 30.0):  # twice 25 s, and the pad was sat on in between
        told = play(back, on_an_empty_pad([0] * 25), 86, begin=begin) + play(back, seated, 86, begin=begin + 25)
        assert {r.quality for r in only(told, Reading)} == {"ok"}


def test_on_an_empty_pad_a_muscle_that_moves_too_much_to_be_measured_is_somebody():
    volts = on_an_empty_pad([0] * 12)
    volts[int(4 * RATE) :, 0] += 0.5 * np.sin(2 * np.pi * 4 * np.arange(int(8 * RATE)) / RATE).astype(np.float32)
    assert [q.state for q in only(play(with_pad(), volts, 86), Quality)] == ["ok", "motion"]


def test_an_empty_pad_and_electrodes_that_feel_nothing_are_nobody_at_once():
    nothing = np.column_stack([np.full(int(8 * RATE), 3.3, np.float32), np.full(int(8 * RATE), 0.02, np.float32)])
    assert only(play(with_pad(), nothing), Quality)[-1].state == "absent"
    bare = Sensing(signals=("emg-raw", "pressure"), yardsticks=(None, PAD))
    assert only(play(bare, on_an_empty_pad([0] * 35), 86), Quality) == [Quality("ok", NO_YARDSTICK)]
