"""Does the yardstick still fit?  Hours that cannot be true are asked about once a day, tense or calm ones never."""

from __future__ import annotations

from typing import Any

import pytest

from station import assembly, config
from station.core.component import NEVER
from station.core.engine import Engine
from station.core.events import (
    CalibrationStep,
    ContextChanged,
    CueAnswered,
    Light,
    Minute,
    Preferred,
    ProposalAnswered,
    Proposed,
    SensorWell,
    TensionStarted,
    YardstickDoubted,
)
from station.core.fit import ENOUGH, IMPOSSIBLE_RAISED, IMPOSSIBLE_RVE, MINUTES, WEAK_RVE, Fit
from station.core.inputs import AnswerProposal, NewDay, UseCalibration
from station.core.sensing import DOUBTED, Sensing
from station.core.yardstick import Yardstick, as_dict
from tests.core.coached import CoachedDesk


def stick(signal: Any = "emg-raw", **more: Any) -> Yardstick:
    known = {"rate": 860.0, "rest_level": 1.65, "reference_level": 0.15, "rest_power": 4e-6, "reference_power": 0.02}
    return Yardstick(signal=signal, **{**known, **more})


def minute(p50: float, rest: float = 0.3, p90: float | None = None, quality: str = "A") -> Minute:
    """A minute with this median load, this share of rest, and `p90` (or twice the median) in its busiest tenth."""
    return Minute(rest, 0.0, p50, 2 * p50 if p90 is None else p90, 5, 30.0, 60.0, quality)


USUAL, IMPOSSIBLE, WEAK, STRONG = minute(6.0), minute(80.0, 0.0), minute(0.4, 0.98, 1.0), minute(25.0)
TYPING = stick(typing_p50=6.0)


def said(fit: Fit, *minutes: Minute) -> list[str]:
    """The signs that were told while these minutes passed."""
    engine = Engine([fit])
    return [e.sign for m in minutes for e in engine.handle(m, 0.0) if isinstance(e, YardstickDoubted)]


def doubt_of(fit: Fit, *minutes: Minute) -> YardstickDoubted | None:
    """The first doubt."""
    engine = Engine([fit])
    told = [e for m in minutes for e in engine.handle(m, 0.0)]
    return next((e for e in told if isinstance(e, YardstickDoubted)), None)


def one(yardstick: Yardstick | None = TYPING, signal: Any = "emg-raw") -> Fit:
    return Fit((signal,), (yardstick,))


def typed(p50: float | None) -> Fit:
    return one(stick(typing_p50=p50))


@pytest.mark.parametrize(
    ("felt", "needed", "sign"),
    [(IMPOSSIBLE, MINUTES, "impossible"), (STRONG, ENOUGH, "too_strong"), (WEAK, MINUTES, "too_weak")],
)
def test_hours_that_cannot_be_true_are_doubted_once(felt: Minute, needed: int, sign: str) -> None:
    fit = one()
    assert said(fit, *[felt] * (needed - 1)) == []
    assert said(fit, felt) == [sign]
    assert said(fit, *[felt] * 300) == []
    assert fit.due() == NEVER


def test_a_usual_day_a_tense_one_and_a_calm_one_are_believed() -> None:
    tense, calm = minute(22.0, 0.04), minute(0.3, 0.9, 1.0)
    assert said(one(), *[USUAL] * 480) == []
    assert said(one(), *[tense] * 480) == [], "who never rests is what the station is there for"
    assert said(one(), *([tense] * 40 + [minute(9.0, 0.15)] * 10) * 8) == []
    assert said(one(), *([calm] * 100 + [USUAL] * 20) * 4) == [], "two hours of listening, a little typing in them"


def test_the_doubt_is_over_when_the_hours_can_be_true_again() -> None:
    assert said(one(), *[STRONG] * 50, *[USUAL] * 51, *[STRONG] * 120) == ["too_strong", "", "too_strong"]


@pytest.mark.parametrize("quality", ["C", "X"])
def test_minutes_of_which_little_is_known_count_for_nothing(quality: str) -> None:
    unknown = Minute(None, None, None, None, 0, 0.0, 0.0, quality)
    assert said(one(), *[IMPOSSIBLE] * (MINUTES - 1), *[unknown] * 500) == []
    assert said(one(), *[IMPOSSIBLE] * (MINUTES - 1), *[unknown] * 500, IMPOSSIBLE) == ["impossible"]
    assert said(one(), *[minute(80.0, 0.0, quality="B")] * MINUTES) == ["impossible"]


def test_minutes_in_which_the_house_knows_that_nobody_is_there_count_for_nothing() -> None:
    fit = one()
    engine = Engine([fit])
    engine.handle(ContextChanged("away", True), 0.0)
    assert said(fit, *[WEAK] * 500) == []
    engine.handle(ContextChanged("call", False), 0.0)
    assert said(fit, *[WEAK] * 500) == [], "a call says nothing about who is there"
    engine.handle(ContextChanged("away", False), 0.0)
    assert said(fit, *[WEAK] * MINUTES) == ["too_weak"]


def test_impossible_is_what_no_neck_can_hold_for_an_hour_of_two() -> None:
    at, below = minute(IMPOSSIBLE_RVE, 0.0), minute(IMPOSSIBLE_RVE - 0.1, 0.0)
    felt = doubt_of(typed(30.0), *[at] * MINUTES)
    why = "in the last 120 min, half of the time above 60 %RVE; 100 is both arms held out"
    assert felt == YardstickDoubted("impossible", why)
    assert doubt_of(typed(30.0), *[below] * MINUTES) is None
    assert doubt_of(typed(30.0), *[at] * 60, *[below] * 60) is not None
    assert doubt_of(typed(30.0), *[at] * 59, *[below] * 61) is None
    assert doubt_of(typed(30.0), *[below] * 61, *[at] * 60) is not None, "of the last two hours, and no minute more"


@pytest.mark.parametrize(("typing", "limit"), [(None, 36.0), (1.0, 12.0), (6.0, 18.0), (12.0, 36.0), (30.0, 36.0)])
def test_too_strong_is_three_times_the_own_typing_in_minutes_with_work_and_rest(typing: Any, limit: float) -> None:
    felt = doubt_of(typed(typing), *[minute(limit)] * ENOUGH)
    against = "100 is both arms held out" if typing is None else f"your typing was at {typing:.0f}"
    assert felt == YardstickDoubted("too_strong", f"minutes with work and rest in them at {limit:.0f} %RVE; {against}")
    assert doubt_of(typed(typing), *[minute(limit - 0.1)] * MINUTES) is None


@pytest.mark.parametrize(("rest", "counts"), [(0.0, False), (0.099, False), (0.1, True), (0.6, True), (0.61, False)])
def test_without_work_or_without_rest_a_minute_says_nothing_of_the_gain(rest: float, counts: bool) -> None:
    assert said(one(), *[minute(25.0, rest)] * MINUTES) == (["too_strong"] if counts else [])
    silent = Minute(None, None, None, None, 0, 0.0, 60.0, "A")
    assert said(one(), *[silent] * (MINUTES - 1)) == []


@pytest.mark.parametrize(("typing", "limit"), [(None, WEAK_RVE), (4.0, 2.6), (8.0, 5.2), (20.0, 5.2)])
def test_too_weak_is_when_even_the_busiest_tenth_does_not_come_up_to_the_usual(typing: Any, limit: float) -> None:
    below, at = minute(0.5, 0.9, limit - 0.01), minute(0.5, 0.9, limit)
    felt = doubt_of(typed(typing), *[below] * MINUTES)
    against = "100 is both arms held out" if typing is None else f"your typing was at {typing:.0f}"
    why = f"in the last 120 min, even the busiest minutes at {limit - 0.01:.1f} %RVE; {against}"
    assert felt == YardstickDoubted("too_weak", why)
    busy = [at] * 12 + [below] * (MINUTES - 12)
    assert doubt_of(typed(typing), *busy) is None
    assert doubt_of(typed(typing), *busy[1:], below) is not None


@pytest.mark.parametrize(
    ("signal", "rate", "doubted"),
    [("emg-raw", 430.0, True), ("emg-raw", 770.0, True), ("emg-raw", 790.0, False), ("emg-raw", 940.0, False),
     ("emg-raw", 950.0, True), ("emg-envelope", 100.0, False), ("pressure", 50.0, False)],
)  # fmt: skip
def test_another_rate_than_at_the_calibration_is_another_yardstick(signal: str, rate: float, doubted: bool) -> None:
    fit = one(stick(signal), signal)
    why = f"calibrated at 860 samples a second, now there are {rate:.0f}"
    told = Engine([fit]).handle(SensorWell(rate), 0.0)
    assert [e for e in told if isinstance(e, YardstickDoubted)] == [YardstickDoubted("rate", why)] * doubted
    assert said(fit, *[USUAL] * (MINUTES + 5)) == [], "usual hours do not take it back, and it is told once"


def test_the_reference_of_today_is_of_todays_rate_and_ends_that_doubt() -> None:
    fit = one()
    engine = Engine([fit])
    assert engine.handle(SensorWell(430.0), 0.0)
    assert YardstickDoubted("rate", "calibrated at 860 samples a second, now there are 430") not in engine.handle(
        NewDay("2026-11-26", 3), 1.0
    ), "it was said, and is still so"
    assert engine.handle(UseCalibration((as_dict(stick(rate=430.0, gain=1.45)),)), 2.0) == [YardstickDoubted("", "")]


def test_a_rate_that_comes_before_the_first_calibration_is_no_other_one() -> None:
    assert not [e for e in Engine([one(None)]).handle(SensorWell(430.0), 0.0) if isinstance(e, YardstickDoubted)]
    assert not [e for e in Engine([one(stick(rest_only=True))]).handle(SensorWell(430.0), 0.0)
                if isinstance(e, YardstickDoubted)]  # fmt: skip


def test_without_a_reference_there_is_nothing_that_could_fit() -> None:
    assert said(one(None), *[STRONG] * 200) == []
    assert said(one(stick(rest_only=True)), *[STRONG] * 200) == []
    assert said(Fit(), *[STRONG] * 200) == []
    assert said(Fit(("emg-raw", "emg-raw"), (TYPING, None)), *[STRONG] * 200) == []


def test_of_two_sides_the_more_loaded_typing_counts_and_a_pad_beside_them_does_not() -> None:
    sides = Fit(("emg-raw", "pressure", "emg-raw"), (stick(typing_p50=4.0), None, stick(typing_p50=9.0)))
    assert said(sides, *[minute(26.0)] * MINUTES) == []
    assert said(sides, *[minute(28.0)] * MINUTES) == ["too_strong"]


def test_a_pad_is_doubted_when_shoulders_stay_beyond_fully_raised_and_for_nothing_else() -> None:
    pad = stick("pressure")
    felt = doubt_of(one(pad, "pressure"), *[minute(IMPOSSIBLE_RAISED, 0.2)] * MINUTES)
    assert felt == YardstickDoubted("impossible", "in the last 120 min, half of the time above 100 % of fully raised")
    assert said(one(pad, "pressure"), *[minute(99.9, 0.2)] * MINUTES) == []
    assert said(one(pad, "pressure"), *[minute(0.0, 1.0)] * 500) == [], "leaning back is fine"


def test_a_new_yardstick_and_a_new_day_begin_anew() -> None:
    for fresh in (UseCalibration((as_dict(TYPING),)), NewDay("2026-11-24")):
        fit = one()
        assert said(fit, *[IMPOSSIBLE] * MINUTES) == ["impossible"]
        assert Engine([fit]).handle(fresh, 0.0) == [YardstickDoubted("", "")]
        assert said(fit, *[IMPOSSIBLE] * (MINUTES - 1)) == []
        assert said(fit, IMPOSSIBLE) == ["impossible"]


def test_the_typing_of_a_new_yardstick_is_the_usual_from_now_on() -> None:
    fit = one()
    Engine([fit]).handle(UseCalibration((as_dict(stick(typing_p50=9.0)),)), 0.0)
    assert said(fit, *[STRONG] * MINUTES) == []
    Engine([fit]).handle(UseCalibration((as_dict(stick(rest_only=True)),)), 0.0)
    assert said(fit, *[IMPOSSIBLE] * MINUTES) == []


# --- what becomes of a doubt --------------------------------------------------------------------------


DOUBT = YardstickDoubted("too_weak", "in the last 120 min, even the busiest minutes at 1.0 %RVE; your typing was at 6")


def proposed(desk: CoachedDesk) -> list[str]:
    return [e.name for e in desk.all(Proposed)]


def test_a_doubt_proposes_the_reference_of_today_with_its_reason_and_a_yes_begins_it() -> None:
    desk = CoachedDesk()
    desk.say(DOUBT)
    assert (desk.state.proposal, desk.state.proposal_why) == ("daily_reference", DOUBT.reason)
    asked = desk.proposals.routes()[AnswerProposal](AnswerProposal(True, "page"), desk.now)
    answered, closed, request = list(asked)
    assert answered == ProposalAnswered("daily_reference", True, "page") and closed == Proposed("", "")
    assert (request.action, request.source) == ("daily", "page")
    assert desk.all(Preferred) and not [e for e in desk.all(Preferred) if e.source == "page"]
    assert not desk.all(CalibrationStep)


@pytest.mark.parametrize("answer", [True, False, None])
def test_it_asks_on_one_day_once_whatever_is_answered(answer: bool | None) -> None:
    desk = CoachedDesk()
    desk.say(DOUBT)
    if answer is not None:
        desk.say(AnswerProposal(answer))
    for _ in range(20):
        desk.say(YardstickDoubted("", ""), DOUBT)
    assert proposed(desk) == ["daily_reference", ""]
    desk.say(YardstickDoubted("", ""))
    desk.until("09:00", 1)
    assert desk.state.proposal == ""
    desk.say(DOUBT)
    assert desk.state.proposal == "daily_reference"


def test_what_nobody_answers_goes_with_its_day_or_with_the_doubt() -> None:
    desk = CoachedDesk()
    desk.say(DOUBT)
    desk.until("23:00")
    assert desk.state.proposal == "daily_reference"
    desk.say(YardstickDoubted("", ""))
    assert desk.state.proposal == ""
    desk.until("09:00", 1)
    desk.say(DOUBT)
    desk.proposals._doubt = ""  # the station was started anew, and what it doubted is forgotten
    desk.until("09:00", 2)
    assert proposed(desk) == ["daily_reference", ""] * 2


def test_another_proposal_that_stands_is_not_pushed_aside_and_cues_go_on_counting() -> None:
    desk = CoachedDesk()
    desk.say(*[CueAnswered("wrong")] * 2)
    desk.say(DOUBT, AnswerProposal(False))
    desk.say(CueAnswered("wrong"))
    assert desk.state.proposal == "wider_limit", "two answers before the question, one after it"
    desk.until("08:00", 1)
    desk.say(YardstickDoubted("", ""), DOUBT)
    assert desk.state.proposal == "wider_limit"
    desk.say(AnswerProposal(False))
    desk.say(CueAnswered("accepted"))
    assert desk.state.proposal == "daily_reference"


def test_it_asks_no_second_time_after_a_restart_on_the_same_day() -> None:
    desk = CoachedDesk()
    desk.say(DOUBT, AnswerProposal(False))
    kept = desk.proposals.snapshot(desk.now, 1e9)
    again = CoachedDesk()
    again.proposals.restore(kept, again.now, 1e9)
    again.say(DOUBT)
    assert proposed(again) == []


@pytest.mark.parametrize(
    ("sign", "withheld"), [("rate", False), ("impossible", True), ("too_strong", False), ("too_weak", False)]
)
def test_what_cannot_be_makes_no_days_of_false_alarms(sign: str, withheld: bool) -> None:
    sensing = Sensing(signals=("emg-raw",), yardsticks=(TYPING,))
    engine = Engine([sensing])
    engine.handle(YardstickDoubted(sign, "why"), 0.0)
    assert sensing._rule.doubt == (DOUBTED if withheld else "")
    told = [e for k in range(700) for e in sensing._rule.hop(k / 10, 0.1, 90.0, False)]
    assert any(isinstance(e, TensionStarted) for e in told) != withheld
    engine.handle(YardstickDoubted("", ""), 70.0)
    assert sensing._rule.doubt == ""


def test_a_noisy_sensor_stays_in_doubt_whatever_the_hours_say() -> None:
    sensing = Sensing(signals=("emg-raw",), yardsticks=(stick(noise_rve_percent=20.0),))
    Engine([sensing]).handle(YardstickDoubted("", ""), 0.0)
    assert "noise" in sensing._rule.doubt


def test_the_whole_core_leads_from_hours_that_cannot_be_to_the_arms_held_out() -> None:
    whole = assembly.core(config.defaults(), measured=[TYPING]).engine
    told = [e for _ in range(ENOUGH) for e in whole.handle(STRONG, 0.0)]
    why = "minutes with work and rest in them at 25 %RVE; your typing was at 6"
    assert [e for e in told if not isinstance(e, Minute)] == [
        YardstickDoubted("too_strong", why),
        Proposed("daily_reference", why),
        Light("yardstick"),
    ]
    said = whole.handle(AnswerProposal(True), 1.0)
    assert ProposalAnswered("daily_reference", True, "page") in said
    assert CalibrationStep("daily_ready", 5) in said and Light("calibration") in said
