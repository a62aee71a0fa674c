"""Minutes, gaps, stretches and their roll-up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core.events import Minute
from station.core.load import MinuteBook, grade_of, roll_up, sulma_bins

SPAN = 0.1


def minutes_of(hops) -> list[Minute]:
    """Feed (load, resting) hops of 0.1 s and one more, so that a full minute closes."""
    book, told = MinuteBook(), []
    for k, (load, resting) in enumerate([*hops, (0.0, True)]):
        minute = book.hop(SPAN * k + SPAN / 2, SPAN, load, resting)
        if minute is not None:
            told.append(minute)
    return told


def test_a_minute_of_rest():
    (minute,) = minutes_of([(1.0, True)] * 600)
    assert minute.relative_rest_time == pytest.approx(1.0)
    assert (minute.gaps, minute.longest_stretch_s, minute.quality) == (1, 0.0, "A")
    assert minute.valid_s == pytest.approx(60.0)


def test_a_minute_of_load_has_one_stretch_and_no_gap():
    (minute,) = minutes_of([(12.0, False)] * 600)
    assert minute.relative_rest_time == 0.0
    assert minute.longest_stretch_s == pytest.approx(60.0)
    assert minute.gaps == 0
    assert (minute.apdf10, minute.apdf50, minute.apdf90) == (12.0, 12.0, 12.0)


def test_a_tenth_of_a_second_is_no_gap_and_two_are_one():
    one = ([(12.0, False)] * 59 + [(1.0, True)]) * 10
    two = ([(12.0, False)] * 58 + [(1.0, True)] * 2) * 10
    assert minutes_of(one)[0].gaps == 0
    assert minutes_of(two)[0].gaps == 10


def test_unknown_time_is_neither_rest_nor_load():
    (minute,) = minutes_of([(1.0, True)] * 300 + [(None, False)] * 120 + [(9.0, False)] * 180)
    assert minute.relative_rest_time == pytest.approx(300 / 480)
    assert minute.quality == "B"
    assert minute.longest_stretch_s == pytest.approx(18.0)


def test_a_minute_without_a_signal_is_unknown():
    (minute,) = minutes_of([(None, False)] * 600)
    assert minute == Minute(None, None, None, None, 0, 0.0, 0.0, "X")


def test_a_stretch_goes_on_over_the_minute():
    assert [m.longest_stretch_s for m in minutes_of([(9.0, False)] * 1800)] == pytest.approx([60.0, 120.0, 180.0])


def test_a_silent_hour_leaves_the_grid_in_place():
    book = MinuteBook()
    book.hop(0.05, SPAN, 1.0, True)
    assert book.hop(3630.05, SPAN, 1.0, True) is not None
    assert book.hop(3659.95, SPAN, 1.0, True) is None
    assert book.hop(3660.05, SPAN, 1.0, True) is not None


@pytest.mark.parametrize(
    ("share", "grade"), [(1.0, "A"), (0.95, "A"), (0.94, "B"), (0.8, "B"), (0.5, "C"), (0.49, "X")]
)
def test_grades(share, grade):
    assert grade_of(share) == grade


def test_stretches_fall_into_their_bins():
    assert sulma_bins([1.0, 1.6, 4.9, 5.0, 61.0, 1300.0]) == (2, 1, 0, 0, 1, 0, 0, 0, 0, 1)


@pytest.mark.parametrize("ends", [(1.0, True), (None, False)])
def test_the_longest_stretch_of_a_minute_need_not_be_its_last(ends):
    hops = [*[(9.0, False)] * 100, ends, *[(9.0, False)] * 40, ends, *[(9.0, False)] * 20, *[(1.0, True)] * 438]
    (minute,) = minutes_of(hops)
    assert minute.longest_stretch_s == pytest.approx(10.0)


def test_an_hour_is_weighted_with_what_is_known():
    full = Minute(0.5, 1.0, 5.0, 10.0, 6, 250.0, 60.0, "A")
    half = Minute(0.2, 2.0, 8.0, 20.0, 3, 500.0, 30.0, "C")
    dark = Minute(None, None, None, None, 0, 0.0, 0.0, "X")
    hour = roll_up([full, half, dark])
    assert hour.relative_rest_time == pytest.approx(0.4)
    assert hour.apdf50 == pytest.approx(6.0)
    assert hour.gaps_per_minute == pytest.approx(6.0)
    assert (hour.minutes_over_4, hour.minutes_over_8, hour.longest_stretch_s) == (2, 1, 500.0)
    assert hour.grades == {"A": 1, "B": 0, "C": 1, "X": 1}


def test_nothing_known_rolls_up_to_unknown():
    span = roll_up([Minute(None, None, None, None, 0, 0.0, 0.0, "X")])
    assert span.relative_rest_time is None
    assert span.valid_s == 0.0


hop = st.one_of(st.just((None, False)), st.tuples(st.floats(0, 100), st.booleans()))


@given(st.lists(st.tuples(hop, st.integers(1, 300)), min_size=3, max_size=20))
def test_shares_and_levels_keep_their_bounds(stretches):
    for minute in minutes_of([one for one, count in stretches for _ in range(count)]):
        assert 0 <= minute.valid_s <= 60
        if minute.relative_rest_time is not None:
            assert 0 <= minute.relative_rest_time <= 1
            assert minute.apdf10 <= minute.apdf50 <= minute.apdf90


@given(st.lists(st.booleans(), min_size=60, max_size=60), st.integers(0, 599))
def test_a_longer_rest_never_lowers_the_rest_share(seconds, where):
    rests = [rest for rest in seconds for _ in range(10)]
    longer = list(rests)
    longer[where] = True
    (before,), (after,) = (minutes_of([(1.0 if r else 9.0, r) for r in rs]) for rs in (rests, longer))
    assert after.relative_rest_time >= before.relative_rest_time
