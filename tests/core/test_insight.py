"""What the insight may say, and when: timelines of exercises and pauses with known loads."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core.insight.estimate import Estimate, compare, t_quantile
from station.core.insight.findings import LOOKS, Finding, findings
from station.core.insight.occasions import Occasion, alerts, exercises, pauses
from station.core.insight.shrink import LEAST_BETWEEN, between_of, shrunk
from station.core.insight.situations import Piece, situations
from station.core.insight.windows import Seen, Track, columns

DAY = 86_400.0
BEGAN = 20_000 * DAY


def cue(at: float, answer: str = "ignored") -> dict[str, object]:
    return {"started": at, "answer": answer}


def session(at: float, ended: float | None, technique: str = "breathing") -> dict[str, object]:
    return {"started": at, "ended": ended, "technique": technique}


def away(at: float, ended: float | None, state: str = "away", kind: str = "presence") -> dict[str, object]:
    return {"kind": kind, "state": state, "started": at, "ended": ended}


# --- which occasions there are --------------------------------------------------------------------------------------


def test_an_exercise_soon_after_a_cue_belongs_to_it_and_others_are_free() -> None:
    done = exercises([session(5000, 5090), session(1060, 1150)], [cue(1000, "accepted")])
    assert done == [Occasion(1060, 1150, "breathing", "cue"), Occasion(5000, 5090, "breathing", "free")]


def test_the_shrug_that_opens_an_offer_and_the_breath_after_it_are_one_occasion() -> None:
    shrug, breath = session(1060, 1090, "shoulder-drop"), session(1095, 1190)
    assert exercises([shrug, breath], []) == [Occasion(1060, 1190, "breathing", "free")]
    assert exercises([breath, session(1200, 1220, "shoulder-drop")], []) == [Occasion(1095, 1220, "breathing", "free")]


def test_what_was_cut_off_unseen_or_lasted_ten_seconds_is_no_exercise() -> None:
    assert exercises([session(1000, None), session(5000, 5010)], []) == []


def test_tension_without_an_exercise_and_short_absences_are_pauses() -> None:
    cues = [cue(10_000), cue(20_000, "self_released"), cue(30_000, "accepted")]
    withheld = [{"at": 40_000.0, "reason": "hour: 2 of 2"}, {"at": 50_000.0, "reason": "call: the house says 'call'"}]
    drawn = [{"at": 70_000.0, "arm": "silent"}, {"at": 75_000.0, "arm": "light"}]
    spans = [away(60_000, 60_300), away(80_000, 90_000), away(1, None), away(1, 300, "present"), away(1, 99, "on", "q")]
    assert [(p.at, p.began) for p in pauses([], cues, withheld, spans, drawn)] == [
        (10_000, "cue"),
        (40_000, "cue"),
        (60_000, "free"),
        (70_000, "cue"),
    ]


def test_a_pause_lasts_as_long_as_exercises_usually_do_and_stands_alone() -> None:
    done = [Occasion(9_000, 9_100, "breathing", "free"), Occasion(90_000, 90_300, "pmr", "free")]
    cues = [cue(9_500), cue(12_000), cue(12_600), cue(20_000)]
    assert [(p.at, p.ended) for p in pauses(done, cues, [], [])] == [(12_000, 12_200), (20_000, 20_200)]


def test_alerts_are_compared_with_those_that_the_lot_left_out() -> None:
    shown, silent = alerts(
        [{"at": 4000.0, "arm": "light"}, {"at": 2000.0, "arm": "silent"}, {"at": 1.0, "arm": "light"}]
    )
    assert shown == [Occasion(1, 121, "alert", "cue"), Occasion(4000, 4120, "alert", "cue")]
    assert silent == [Occasion(2000, 2120, "", "cue")]


# --- the windows -----------------------------------------------------------------------------------------------------


def test_the_minutes_that_brought_the_cue_are_no_baseline() -> None:
    ended = np.arange(1, 61) * 60.0
    load = np.full(60, 8.0)
    load[25:30] = 40.0  # the five minutes before second 1800
    load[33:] = 4.0
    [seen] = Track(ended, load).seen([Occasion(1800.0, 1920.0, "breathing", "cue")])
    assert seen.before == pytest.approx(math.log(8))
    assert seen.trigger == pytest.approx(math.log(40))
    assert seen.after == pytest.approx(math.log(4))


def test_what_was_hardly_measured_is_left_out() -> None:
    def minute(n: int, load: float | None = 8.0, valid_s: float = 60.0) -> tuple[float, float | None, float]:
        return 60.0 * n, load, valid_s

    whole = Occasion(1800.0, 1920.0, "breathing", "cue")
    for gap in (range(11, 20), range(26, 30), range(34, 45)):
        minutes = [minute(n, None if n in gap and n % 2 else 8.0, 20.0 if n in gap else 60.0) for n in range(61)]
        assert Track.of([columns(minutes)]).seen([whole]) == []
    halves = [[minute(n, 0.2) for n in part] for part in (range(30), range(30, 30), range(30, 61))]
    assert len(Track.of([columns(half) for half in halves]).seen([whole])) == 1
    assert Track.of([columns([])]).seen([whole]) == []
    assert Track.of([]).seen([whole]) == []


# --- the estimate ---------------------------------------------------------------------------------------------------


def seen(n: int, done: str, after: float, before: float = 2.0, trigger: float = 3.0, began: str = "cue") -> Seen:
    at = BEGAN + n * DAY
    return Seen(Occasion(at, at + 120, done, began), before, trigger, after)


def scattered(count: int, done: str, effect: float, seed: int = 0, began: str = "cue") -> list[Seen]:
    """`count` occasions in which the load after depends on the load before, and on the exercise by `effect`."""
    random = np.random.default_rng(seed + bool(done))
    found = []
    for n in range(count):
        before, trigger = random.normal(2, 0.3), random.normal(3, 0.1)
        after = 1 + 0.5 * before + random.normal(0, 0.2) + effect
        found.append(seen(n, done, after, before, trigger, began))
    return found


@pytest.mark.parametrize("degrees", [4, 6, 14, 60])
def test_students_t_is_close_enough(degrees: int) -> None:
    exact = {4: 2.7764, 6: 2.4469, 14: 2.1448, 60: 2.0003}
    assert t_quantile(0.975, degrees) == pytest.approx(exact[degrees], rel=0.005)


def test_the_difference_is_the_one_that_was_put_in() -> None:
    found = compare(scattered(400, "breathing", -0.3), scattered(400, "", 0.0))
    assert found is not None
    assert found.difference == pytest.approx(-0.3, abs=0.05)
    assert found.error == pytest.approx(0.2 * math.sqrt(2 / 400), rel=0.2)


def test_pauses_that_began_lower_do_not_make_an_effect() -> None:
    """Whoever does an exercise when it is worst is compared with what such a beginning comes to by itself."""
    pauses_ = scattered(400, "", 0.0)
    worst = [s for s in scattered(800, "breathing", 0.0) if s.before > 2.2]
    found = compare(worst, pauses_)
    assert found is not None
    assert abs(found.difference) < 2 * found.error
    plain = np.mean([s.after for s in worst]) - np.mean([s.after for s in pauses_])
    assert plain > 4 * found.error, "the plain difference would have claimed one"


def test_days_that_hang_together_widen_the_error() -> None:
    days = np.repeat(np.random.default_rng(1).normal(0, 0.5, 12), 4)
    one_day = [Seen(Occasion(BEGAN + n // 4 * DAY + n % 4, 0, "x", "cue"), 2.0, 3.0, float(days[n])) for n in range(48)]
    apart = [Seen(Occasion(BEGAN + n * DAY, 0, "x", "cue"), 2.0, 3.0, float(days[n])) for n in range(48)]
    together, single = compare(one_day[:24], one_day[24:]), compare(apart[:24], apart[24:])
    assert together is not None
    assert single is not None
    assert together.error > 1.5 * single.error


def test_too_few_or_what_cannot_be_told_apart_is_no_estimate() -> None:
    assert compare([], []) is None
    assert compare(scattered(2, "x", 0), scattered(2, "", 0)) is None
    assert compare(scattered(20, "x", 0), []) is None
    same_day = [Seen(Occasion(BEGAN, BEGAN, "", "cue"), 2.0, 3.0, float(n)) for n in range(16)]
    found = compare(same_day[:8], same_day[8:])
    assert found is not None
    assert found.error > 0


def test_both_ways_to_begin_are_told_apart() -> None:
    done = [*scattered(30, "x", 0.0), *scattered(30, "x", 1.0, seed=5, began="free")]
    without = [*scattered(30, "", 0.0, seed=7), *scattered(30, "", 1.0, seed=9, began="free")]
    found = compare(done, without)
    assert found is not None
    assert abs(found.difference) < 0.15
    assert found.error < 0.1, "what only differs by its beginning is no scatter"


# --- the pull towards no difference -----------------------------------------------------------------------------------


@given(st.floats(-1, 1), st.floats(0.01, 1.0), st.integers(4, 500))
def test_nothing_is_ever_believed_more_than_it_was_measured(difference: float, error: float, degrees: int) -> None:
    estimate = Estimate(difference, error, degrees, 8, 8)
    effect = shrunk(estimate, between_of([estimate]), 0.98)
    assert abs(math.log1p(effect.change)) <= abs(difference) + 1e-9
    assert effect.low <= effect.change <= effect.high
    if effect.clear:
        half = t_quantile(0.975, degrees) * error
        assert abs(difference) > half, "what is called a difference is one without the pull, too"


def test_a_wild_first_result_shrinks_more_than_a_firm_one() -> None:
    wild, firm = Estimate(-0.5, 0.4, 14, 8, 8), Estimate(-0.5, 0.05, 100, 60, 60)
    assert shrunk(wild, 0.04, 0.95).change > -0.15
    assert shrunk(firm, 0.04, 0.95).change < -0.36
    assert not shrunk(wild, 0.04, 0.95).clear
    assert shrunk(firm, 0.04, 0.95).clear
    assert shrunk(Estimate(0.5, 0.05, 100, 60, 60), 0.04, 0.95).clear
    assert between_of([Estimate(0.0, 1.0, 9, 8, 8)] * 9) == LEAST_BETWEEN


# --- what is said ----------------------------------------------------------------------------------------------------


def only(done: list[Seen], without: list[Seen], days: float) -> Finding:
    [finding] = findings(done, without, BEGAN + days * DAY)
    return finding


def test_nothing_is_compared_before_eight_of_each_and_two_weeks() -> None:
    assert only(scattered(7, "x", -1), scattered(50, "", 0), 60).effect is None
    assert only(scattered(50, "x", -1), scattered(7, "", 0), 60).effect is None
    early = only(scattered(20, "x", -1), scattered(20, "", 0), 13.9)
    assert early.effect is None
    assert early.wait_s == pytest.approx(0.1 * DAY)
    assert only(scattered(20, "x", -1), scattered(30, "", 0), 14.1).effect is not None


def test_pauses_of_another_beginning_are_no_comparison() -> None:
    finding = only(scattered(30, "x", -1, began="free"), scattered(30, "", 0), 60)
    assert (finding.effect, finding.exercises, finding.pauses, finding.wait_s) == (None, 0, 0, 14 * DAY)


def test_between_two_planned_looks_the_answer_stays_as_it_is() -> None:
    without = scattered(60, "", 0)
    at_15 = only(scattered(29, "x", -0.2)[:15], without[:29], 60)
    at_29 = only(scattered(29, "x", -0.2), without[:29], 60)
    at_30 = only(scattered(30, "x", -0.2), without[:30], 60)
    assert at_15.effect is not None
    assert at_29.effect == only(scattered(20, "x", -0.2), without[:20], 60).effect
    assert at_30.effect != at_29.effect
    assert (at_29.next_look, at_30.next_look) == (30, 60)
    assert only(scattered(480, "x", 0), scattered(480, "", 0), 999).next_look == 0
    assert list(LOOKS) == sorted(LOOKS)


def test_more_exercises_to_compare_make_each_interval_wider() -> None:
    without = scattered(30, "", 0)
    [alone] = findings(scattered(30, "a", -0.3), without, BEGAN + 60 * DAY)
    both = findings([*scattered(30, "a", -0.3), *scattered(30, "b", -0.3, seed=3)], without, BEGAN + 60 * DAY)
    assert [f.name for f in both] == ["a", "b"]
    assert alone.effect is not None
    assert both[0].effect is not None
    assert math.log((1 + both[0].effect.high) / (1 + both[0].effect.low)) > math.log(
        (1 + alone.effect.high) / (1 + alone.effect.low)
    )


def test_what_does_not_vary_at_all_is_not_known() -> None:
    flat = [seen(n, "x", 1.0, before=n) for n in range(8)]
    assert only(flat, [seen(n + 0.1, "", 1.0, before=-n) for n in range(8)], 60).effect is not None
    assert findings([], [], BEGAN) == []


# --- situations -----------------------------------------------------------------------------------------------------


def week(days: int, in_call: float, else_: float, seed: int = 1) -> list[Piece]:
    random = np.random.default_rng(seed)
    pieces = []
    for day in range(days):
        for n in range(24):
            called = 6 <= n < 12
            rest = (in_call if called else else_) + random.normal(0, 0.1)
            contexts = frozenset({"call"} if called else ())
            pieces.append(Piece(day, day % 7, 8 + n // 6, contexts, 600 * min(1, max(0, rest)), 600.0, True))
    return pieces


def test_a_situation_with_less_rest_stands_out_against_its_own_days() -> None:
    found = {s.name: s for s in situations(week(30, 0.1, 0.4))}
    call = found["context call"]
    assert call.clear
    assert call.difference == pytest.approx(-0.3, abs=0.05)
    assert call.rest == pytest.approx(0.1, abs=0.05)
    assert next(iter(found)) == "context call"
    assert [name for name in found if name.startswith("hour")] == ["hour 8", "hour 10"]


def test_where_nothing_differs_nothing_stands_out() -> None:
    false = sum(s.clear for seed in range(40) for s in situations(week(63, 0.3, 0.3, seed)))
    assert false <= 2, "five in a hundred of these persons at most"


def test_situations_are_compared_only_after_eight_days_and_two_weeks() -> None:
    assert all(s.difference is None for s in situations(week(13, 0.1, 0.4)))
    assert any(s.clear for s in situations(week(14, 0.1, 0.4)))
    assert not situations([Piece(1, 0, 8, frozenset(), 10.0, 60.0)]), "a minute is no situation"
    assert all(s.difference is None for s in situations(week(8, 0.1, 0.4)))


def mondays_apart(referenced: bool = True) -> list[Piece]:
    """Ten weeks with more rest on Mondays."""
    rests = [(d, 0.6 if d % 7 == 0 else 0.3 + d % 5 / 50) for d in range(70)] + [(d, 0.5) for d in range(70)]
    return [Piece(d, d % 7, 9, frozenset(), 600 * rest, 600.0, referenced) for d, rest in rests]


def test_days_without_a_reference_of_their_own_are_not_compared_with_each_other() -> None:
    found = {s.name: s for s in situations(mondays_apart(referenced=False))}
    assert found["weekday 0"].difference is None and found["weekday 0"].rest == pytest.approx(0.55)
    before = [replace(each, rest_s=600.0, referenced=False) for each in week(70, 0.1, 0.4) if each.day % 7 == 0]
    both = {s.name: s for s in situations([*week(70, 0.1, 0.4), *before])}
    assert not both["weekday 0"].clear, "what was measured before the reference of its day does not count"


def test_weekdays_are_compared_after_eight_of_them() -> None:
    found = {s.name: s for s in situations(mondays_apart())}
    assert found["weekday 0"].clear
    assert found["weekday 0"].days == 10
    assert found["hour 8"].difference is None, "where there is no other hour there is nothing to compare with"
