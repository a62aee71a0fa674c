"""The finger: what is fired, when, and what is not."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core.engine import Engine
from station.core.events import Button, ButtonHeld
from station.core.gestures import Gestures, Settings
from station.core.inputs import ButtonEdge, Tick


def play(edges, until=40.0, settings=None):
    """Edges [(pressed, at)] with a Tick whenever one is due; [(t, event)]."""
    engine = Engine([Gestures(settings)])
    told, now = [], 0.0
    for pressed, at in [*edges, (None, until)]:
        while engine.due() < at:
            now = engine.due()
            told += [(round(now, 6), e) for e in engine.handle(Tick(), now)]
            assert engine.due() > now
        if pressed is not None:
            told += [(at, e) for e in engine.handle(ButtonEdge(pressed, at), at)]
    return told


def gestures(told):
    return [(t, e.gesture) for t, e in told if isinstance(e, Button)]


def test_a_short_press_is_known_half_a_second_after_its_release():
    assert gestures(play([(True, 1.0), (False, 1.2)])) == [(1.7, "short")]


def test_two_short_presses_are_one_double_and_no_short():
    assert gestures(play([(True, 1.0), (False, 1.2), (True, 1.5), (False, 1.6)])) == [(1.6, "double")]


def test_a_second_press_at_the_last_moment_is_still_a_double():
    assert gestures(play([(True, 1.0), (False, 1.25), (True, 1.75), (False, 1.9)])) == [(1.9, "double")]


def test_two_presses_further_apart_are_two_short_ones():
    told = play([(True, 1.0), (False, 1.2), (True, 1.8), (False, 1.9)])
    assert gestures(told) == [(1.7, "short"), (2.4, "short")]


def test_a_long_press_fires_on_release_and_not_before():
    told = play([(True, 1.0), (False, 3.0)])
    assert gestures(told) == [(3.0, "long")]


def test_on_the_way_to_a_hold_nothing_fires_and_the_light_says_what_would():
    told = play([(True, 1.0), (False, 7.5)])
    assert gestures(told) == [(7.5, "hold")]
    held = [(t, e.stage) for t, e in told if isinstance(e, ButtonHeld)]
    assert held == [(1.0, "short"), (1.6, "none"), (2.5, "long"), (7.0, "hold"), (7.5, "none")]


def test_a_hand_that_hesitates_between_short_and_long_has_decided_nothing():
    assert gestures(play([(True, 1.0), (False, 2.0)])) == []


def test_a_short_press_before_a_long_one_does_not_fire():
    assert gestures(play([(True, 1.0), (False, 1.2), (True, 1.5), (False, 3.5)])) == [(3.5, "long")]


def test_something_that_leans_on_the_button_is_no_gesture():
    told = play([(True, 1.0), (False, 31.0)])
    assert gestures(told) == []
    assert [e.stage for _, e in told if isinstance(e, ButtonHeld)][-1] == "none"


def test_a_bouncing_contact_is_one_press():
    edges = [(True, 1.0), (False, 1.01), (True, 1.02), (False, 1.3), (True, 1.31), (False, 1.33)]
    assert gestures(play(edges)) == [(1.8, "short")]


def test_a_release_inside_the_bounce_time_is_not_lost():
    told = play([(True, 1.0), (False, 1.03)])
    assert gestures(told) == [(1.55, "short")]


def test_a_busy_loop_judges_by_the_edges_own_times():
    engine = Engine([Gestures()])
    engine.handle(ButtonEdge(True, 1.0), 4.0)
    told = engine.handle(ButtonEdge(False, 1.2), 4.0)
    told += engine.handle(Tick(), 4.0)
    assert [e.gesture for e in told if isinstance(e, Button)] == ["short"]


def test_times_that_do_not_grow_are_refused():
    with pytest.raises(msgspec.ValidationError, match="must grow"):
        msgspec.convert({"long_s": 4.0, "hold_s": 3.0}, Settings)


@given(st.lists(st.floats(0.001, 30.0), min_size=1, max_size=30))
def test_whatever_the_contact_does_the_finger_up_ends_at_rest(gaps):
    """However it rattles: once it is open for good, no stage is left on, and each gesture had a press of its own."""
    t, pressed, edges = 1.0, True, []
    for gap in gaps:
        edges.append((pressed, t))
        t, pressed = t + gap, not pressed
    edges.append((False, t))
    told = play(edges, until=t + 10.0)
    stages = [e.stage for _, e in told if isinstance(e, ButtonHeld)]
    assert not stages or stages[-1] == "none"
    assert len(gestures(told)) <= sum(pressed for pressed, _ in edges)
