"""The arithmetic of loudness, and the box between the threads: what always holds."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from station.core.events import Cue, Event, Mark, SessionEnded, SessionPaused, SessionStarted, SessionStep
from station.outputs.audio.levels import DUCKED, HOLD_S, RATE, Duck, Ramp, fit, gain
from station.outputs.audio.mailbox import STALE_S, Mailbox, passing

SAY = SessionStep("breathing", "de", 0, "say", 8.0, clip="one")
BED = SessionStep("breathing", "de", 0, "bed", 8.0, sound="rain")
ENDED = SessionEnded("breathing", "de", "stopped")
PAUSED = SessionPaused("breathing", "de")
STARTED = SessionStarted("breathing", "micro", "de", 80.0, "button")
ANY_EVENT = st.sampled_from([SAY, BED, ENDED, PAUSED, STARTED, Mark("page"), Cue("chime", "why", "breathing")])


def test_half_the_volume_is_twelve_decibels_less() -> None:
    assert gain(100) == 1.0
    assert gain(0) == 0.0
    assert math.isclose(20 * math.log10(gain(50)), -12.04, abs_tol=0.01)


@given(st.integers(-10, 200), st.integers(0, 100))
def test_the_ceiling_is_never_exceeded(volume: int, ceiling: int) -> None:
    assert 0.0 <= gain(volume, ceiling) <= gain(ceiling)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 100), st.floats(0, 10), st.floats(-1, 120))
def test_a_ramp_stays_between_its_ends(start: float, end: float, began: float, seconds: float, now: float) -> None:
    assert min(start, end) - 1e-9 <= Ramp(start, end, began, seconds).at(now) <= max(start, end) + 1e-9


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_ramp_turned_round_begins_where_the_old_one_stood(share: float, end: float) -> None:
    old = Ramp(0.0, 1.0, 10.0, 2.0)
    now = 10 + 2 * share
    assert math.isclose(old.towards(end, now, 0.3).at(now), old.at(now), abs_tol=1e-9)


@given(st.lists(st.tuples(st.floats(0.001, 2.0), st.booleans()), min_size=1, max_size=60))
def test_ducking_never_moves_faster_than_its_ramp(story: list[tuple[float, bool]]) -> None:
    duck, now = Duck(), 0.0
    before = duck.hear(False, now)
    for seconds, speaking in story:
        now += seconds
        level = duck.hear(speaking, now)
        assert DUCKED - 1e-9 <= level <= 1.0
        assert abs(level - before) <= seconds * (1 - DUCKED) / 0.30 + 1e-9
        before = level


def test_between_two_sentences_the_ambience_does_not_pump() -> None:
    duck = Duck()
    duck.hear(True, 0.0)
    assert math.isclose(duck.hear(True, 1.0), DUCKED)
    assert math.isclose(duck.hear(False, 1.0 + 0.9 * HOLD_S), DUCKED)
    assert math.isclose(duck.hear(True, 1.0 + 0.95 * HOLD_S), DUCKED)


def test_ducking_says_when_it_will_move() -> None:
    duck = Duck()
    assert duck.due(0.0) == float("inf")
    duck.hear(True, 0.0)
    assert duck.due(0.1) == 0.0
    duck.hear(True, 2.0)
    assert math.isclose(duck.due(2.1), HOLD_S - 0.1)


@given(st.integers(1, 30_000), st.floats(0.001, 0.6))
def test_a_sound_is_cut_to_its_seconds_and_never_made_louder(frames: int, seconds: float) -> None:
    samples = np.full((frames, 2), 1000, dtype=np.int16)
    cut = fit(samples, seconds)
    assert len(cut) == min(frames, max(1, round(seconds * RATE)))
    assert np.all(np.abs(cut) <= 1000)


def test_a_cut_sound_ends_in_silence_without_a_step() -> None:
    cut = fit(np.full((RATE, 2), 20_000, dtype=np.int16), 0.5)
    assert cut[-1, 0] == 0
    assert np.max(np.abs(np.diff(cut[:, 0].astype(int)))) < 20


# --- the mailbox ----------------------------------------------------------------------------------


def test_what_is_late_and_would_sound_is_left_out_and_counted() -> None:
    box = Mailbox()
    box.put(SAY, 0.0)
    box.put(PAUSED, 0.0)
    assert box.get(STALE_S + 0.1) is PAUSED
    assert box.get(STALE_S + 0.1) is None
    assert box.dropped == 1


def test_how_things_stand_is_never_stale() -> None:
    box = Mailbox()
    for event in (STARTED, BED, PAUSED, ENDED):
        box.put(event, 0.0)
    assert [box.get(3600.0) for _ in range(4)] == [STARTED, BED, PAUSED, ENDED]


def test_a_full_box_gives_up_the_oldest_sound_first() -> None:
    box = Mailbox(room=3)
    for event in (PAUSED, SAY, ENDED, STARTED):
        box.put(event, 0.0)
    assert [box.get(0.0) for _ in range(4)] == [PAUSED, ENDED, STARTED, None]


@given(st.lists(ANY_EVENT, max_size=40), st.integers(1, 8))
def test_the_box_is_bounded_keeps_its_order_and_the_newest(events: list[Event], room: int) -> None:
    box = Mailbox(room)
    for event in events:
        box.put(event, 0.0)
        assert len(box) <= room
    left = [event for _ in range(len(box)) if (event := box.get(0.0)) is not None]
    rest = iter(events)
    assert all(event in rest for event in left)
    assert box.dropped == len(events) - len(left)
    if events:
        assert left[-1] is events[-1]


@given(st.lists(ANY_EVENT, min_size=9, max_size=40))
def test_a_sound_is_given_up_before_a_state(events: list[Event]) -> None:
    box = Mailbox(room=8)
    for event in events:
        box.put(event, 0.0)
    states = [event for event in events if not passing(event)]
    left = [event for _ in range(8) if (event := box.get(0.0)) is not None]
    if len(states) < 8:
        assert [event for event in left if not passing(event)] == states
