"""The figures of minutes and hours at their edges, where a slip of one would hide."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core.events import Minute
from station.core.load import MinuteBook, Span, Stretches, percentile, roll_up, sulma_bins

SPAN = 0.1
REST, WORK, DARK = (1.0, True), (9.0, False), (None, False)
UNKNOWN_MINUTE = Minute(None, None, None, None, 0, 0.0, 0.0, "X")


def minutes_of(hops, span=SPAN) -> list[Minute]:
    book = MinuteBook()
    told = [book.hop(span * k + span / 2, span, *hop) for k, hop in enumerate([*hops, REST])]
    return [minute for minute in told if minute is not None]


@given(st.lists(st.floats(0, 500), min_size=1, max_size=700), st.floats(0, 100))
def test_a_percentile_is_numpy_s(values: list[float], percent: float):
    assert percentile(sorted(values), percent) == float(np.percentile(values, percent))


def test_the_percentiles_of_a_minute_are_numpy_s_to_the_last_bit():
    random = np.random.default_rng(0)
    for count in range(1, 200):
        loads = np.sort(random.uniform(0, 100, count))
        found = [percentile(loads.tolist(), percent) for percent in (10, 50, 90)]
        assert found == np.percentile(loads, (10, 50, 90)).tolist()


def test_an_hour_tells_every_measure():
    full = Minute(0.5, 1.0, 5.0, 10.0, 6, 250.0, 60.0, "A")
    half = Minute(0.2, 2.5, 8.0, 20.5, 3, 500.0, 30.0, "C")
    hour = roll_up([UNKNOWN_MINUTE, full, half, full, UNKNOWN_MINUTE])
    assert hour == Span(
        relative_rest_time=pytest.approx(0.44),
        apdf10=pytest.approx(1.3),
        apdf50=pytest.approx(5.6),
        apdf90=pytest.approx(12.1),
        gaps_per_minute=pytest.approx(6.0),
        longest_stretch_s=500.0,
        minutes_over_4=3,
        minutes_over_8=1,
        valid_s=150.0,
        grades={"A": 2, "B": 0, "C": 1, "X": 2},
    )


def test_an_hour_of_nothing_is_unknown_in_every_measure():
    dark = {"A": 0, "B": 0, "C": 0, "X": 2}
    assert roll_up([UNKNOWN_MINUTE] * 2) == Span(None, None, None, None, None, 0.0, 0, 0, 0.0, dark)


def test_a_minute_too_dark_to_be_graded_counts_for_nothing():
    dim = Minute(1.0, 0.0, 0.0, 0.0, 9, 999.0, 29.0, "X")
    full = Minute(0.5, 1.0, 5.0, 10.0, 6, 10.0, 60.0, "B")
    assert roll_up([dim, full]).relative_rest_time == pytest.approx(0.5)
    assert roll_up([dim, full]).longest_stretch_s == 10.0


@pytest.mark.parametrize(("length", "over"), [(240.0, (0, 0)), (240.1, (1, 0)), (480.0, (1, 0)), (480.1, (1, 1))])
def test_four_and_eight_minutes_are_still_long_enough(length, over):
    hour = roll_up([Minute(0.0, 1.0, 2.0, 3.0, 0, length, 60.0, "A")])
    assert (hour.minutes_over_4, hour.minutes_over_8) == over


def test_a_stretch_is_told_when_it_ends_and_only_if_it_is_one():
    stretches = Stretches()
    for _ in range(3):
        assert stretches.hop(0.8, *WORK) is None
    assert stretches.hop(0.8, *REST) == pytest.approx(2.4)
    assert stretches.running_s == 0.0
    stretches.hop(1.6, *WORK)
    assert stretches.hop(0.1, *DARK) == 1.6  # exactly the first edge, and ended by not knowing
    stretches.hop(1.5, *WORK)
    assert stretches.hop(0.1, *REST) is None


@pytest.mark.parametrize("k", range(10))
def test_every_edge_opens_its_own_bin(k):
    edge = (1.6, 5.0, 10.0, 20.0, 60.0, 120.0, 240.0, 480.0, 600.0, 1200.0)[k]
    assert sulma_bins([edge])[k] == 1
    assert sulma_bins([edge - 0.01, edge - 0.01])[k] == 0
    assert sum(sulma_bins([edge, edge])) == 2


def test_a_minutes_levels_are_its_percentiles():
    (minute,) = minutes_of([(k / 10, False) for k in range(600)])
    assert (minute.apdf10, minute.apdf50, minute.apdf90) == pytest.approx((5.99, 29.95, 53.91))


def test_a_gap_begins_anew_after_work_and_after_not_knowing():
    broken = [REST, DARK] * 50 + [REST, WORK] * 50
    assert minutes_of(broken + [WORK] * 400)[0].gaps == 0
    whole = [REST, REST, DARK, REST, REST, WORK, REST, REST, REST, REST, REST, WORK]
    assert minutes_of(whole + [WORK] * 588)[0].gaps == 3


def test_a_gap_over_the_end_of_a_minute_is_counted_once():
    first, second = minutes_of([WORK] * 599 + [REST] * 10 + [WORK] * 591)
    assert (first.gaps, second.gaps) == (0, 1)
    first, second = minutes_of([WORK] * 598 + [REST] * 10 + [WORK] * 592)
    assert (first.gaps, second.gaps) == (1, 0)


def test_each_minute_begins_with_an_empty_book():
    first, second = minutes_of([REST] * 300 + [(30.0, False)] * 300 + [WORK] * 300 + [DARK] * 300)
    assert (first.relative_rest_time, first.gaps, first.longest_stretch_s) == (
        pytest.approx(0.5),
        1,
        pytest.approx(30.0),
    )
    assert second == Minute(0.0, 9.0, 9.0, 9.0, 0, pytest.approx(60.0), pytest.approx(30.0), "C")


def test_the_grid_begins_with_the_first_hop_and_stays():
    book = MinuteBook()
    assert book.hop(100.5, 1.0, *WORK) is None
    assert book.hop(159.9, 1.0, *WORK) is None
    assert book.hop(160.0, 1.0, *WORK) is not None
    assert book.hop(219.9, 1.0, *WORK) is None
    assert book.hop(400.0, 1.0, *WORK) is not None  # minutes of silence are not told
    assert book.hop(459.9, 1.0, *WORK) is None
    assert book.hop(460.0, 1.0, *WORK) is not None


def test_long_hops_do_not_make_a_minute_longer_than_itself():
    book = MinuteBook()
    for k in range(7):
        assert book.hop(10.0 * k, 10.0, *REST) is None or k == 6
    minute = book.hop(115.0, 10.0, *REST)
    assert minute is not None
    assert (minute.valid_s, minute.relative_rest_time) == (10.0, 1.0)


@given(st.lists(st.sampled_from([REST, WORK, DARK]), min_size=60, max_size=60), st.integers(0, 599))
def test_not_knowing_is_neither_rest_nor_load(seconds, where):
    """Whatever else happened: a minute's rest, levels and stretches are those of its known part alone."""
    hops = [hop for hop in seconds for _ in range(10)]
    known = [hop for hop in hops if hop[0] is not None]
    (minute,) = minutes_of(hops)
    assert minute.valid_s == pytest.approx(len(known) * SPAN)
    if known:
        assert minute.relative_rest_time == pytest.approx(sum(resting for _, resting in known) / len(known))
        assert minute.apdf50 == pytest.approx(sorted(load for load, _ in known)[len(known) // 2], abs=4.1)
    darker = list(hops)
    darker[where] = DARK
    (after,) = minutes_of(darker)
    assert after.longest_stretch_s <= minute.longest_stretch_s + 1e-9
    assert after.valid_s <= minute.valid_s


@given(st.lists(st.sampled_from([REST, WORK, DARK]), min_size=30, max_size=30), st.integers(0, 29))
def test_a_longer_rest_never_raises_load(pieces, where):
    """Two seconds of work become rest: no level rises, no stretch grows, the share of rest does not fall."""
    rested = list(pieces)
    if pieces[where] == WORK:
        rested[where] = REST
    (before,), (after,) = (minutes_of([hop for hop in each for _ in range(20)]) for each in (pieces, rested))
    assert after.longest_stretch_s <= before.longest_stretch_s
    if before.relative_rest_time is not None:
        assert after.relative_rest_time >= before.relative_rest_time
        for level in ("apdf10", "apdf50", "apdf90"):
            assert getattr(after, level) <= getattr(before, level)
