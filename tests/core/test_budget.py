"""How often a cue may come at all, and what of that outlives a restart."""

from __future__ import annotations

import itertools

import pytest

from station.core.budget import Budget
from station.core.coach import Coach, Settings
from station.core.events import Cue, DayBegan, Private, Quiet, SensorWell
from station.core.inputs import AnswerCue, Context, NewDay, SetPrivate
from tests.core.small_desk import codes, cues


def an_ignored_cue(desk):
    """Tension that nobody answers, and its end."""
    desk.tension()
    desk.wait(110)
    desk.recover()


def test_two_cues_are_twenty_minutes_apart(small_desk):
    desk = small_desk()
    desk.tension()
    desk.say(AnswerCue("wrong"))
    desk.recover()
    desk.wait(60)
    desk.tension()
    desk.wait(3000)
    lights = [t for t, e in desk.told if isinstance(e, Cue) and e.phase == "light"]
    assert lights == [0.0, 1200.0] and codes(desk) == ["apart"]


def test_ignored_cues_move_apart_and_an_accepted_one_brings_them_back():
    budget = Budget()
    assert budget.apart_s() == 1200
    budget.answered("ignored")
    assert budget.apart_s() == 1800
    budget.answered("ignored")
    assert budget.apart_s() == 2700
    budget.answered("wrong")
    assert budget.apart_s() == 2700
    budget.answered("self_released")
    assert budget.apart_s() == 1200


def test_a_year_of_ignoring_does_not_overflow():
    budget = Budget()
    for _ in range(10_000):
        budget.answered("ignored")
    assert budget.apart_s() == 240 * 60


def test_at_most_two_an_hour_and_six_a_day_however_tense_the_day(small_desk):
    desk = small_desk()
    desk.say(NewDay("2026-11-23"))
    for _ in range(10 * 60):
        desk.tension()
        desk.say(AnswerCue("wrong"))
        desk.recover()
        desk.wait(60)
    lights = [t for t, e in desk.told if isinstance(e, Cue) and e.phase == "light"]
    assert len(lights) == 6
    assert all(later - earlier >= 3600 for earlier, later in zip(lights, lights[2:], strict=False))
    assert codes(desk)[-1] == "day"
    desk.say(NewDay("2026-11-24"))
    desk.tension()
    assert cues(desk)[-1] == "light" and len(cues(desk)) == 7


def test_cues_that_were_ignored_all_day_become_few(small_desk):
    desk = small_desk()
    for _ in range(10 * 60):
        if desk.coach.phase in ("calm", "spent"):
            desk.recover()
            desk.tension()
        desk.wait(60)
    lights = [t for t, e in desk.told if isinstance(e, Cue) and e.phase == "light"]
    gaps = [b - a for a, b in itertools.pairwise(lights)]
    assert gaps == [pytest.approx(60 * m) for m in (30, 45, 67.5, 101.25, 151.875)]


def test_a_withdrawn_cue_is_no_answer_and_does_not_move_the_next_one(small_desk):
    desk = small_desk()
    desk.tension()
    desk.say(Context("call", True))
    assert desk.coach.budget.apart_s() == 1200


def test_a_restart_does_not_give_the_budget_back(small_desk):
    desk = small_desk()
    desk.say(NewDay("2026-11-23"))
    an_ignored_cue(desk)
    kept = desk.coach.snapshot(desk.now, wall=5000.0)
    after = Coach(Settings(patience_s=0, settle_s=0))
    after.restore(kept, now=3.0, wall=5060.0)
    assert list(after._on_new_day(NewDay("2026-11-23"), 3.0)) == [DayBegan("2026-11-23")]
    block = after.budget.blocks(3.0)
    assert block is not None and block.code == "apart"
    assert block.until == pytest.approx(3.0 + 1800 - 60 - 110)
    assert after.budget.spend(5000.0).endswith("2 of 6 today")


def test_a_restart_in_the_same_sitting_does_not_settle_anew(small_desk):
    desk = small_desk(Settings())
    desk.wait(900)
    kept = desk.coach.snapshot(desk.now, wall=5000.0)
    for later, settles in ((5060.0, False), (9000.0, True)):
        again = small_desk(Settings(patience_s=0))
        again.coach = Coach(Settings(patience_s=0))
        again.coach.restore(kept, now=0.0, wall=later)
        again.engine = type(again.engine)([again.coach])
        again.say(SensorWell(500.0))
        again.tension()
        assert codes(again) == (["settling"] if settles else [])


def test_quiet_and_private_survive_a_restart(small_desk):
    desk = small_desk()
    desk.long()
    desk.hold()
    kept = desk.quiet.snapshot(desk.now, wall=5000.0)
    again = small_desk()
    again.say(*again.quiet.restore(kept, wall=5600.0))
    assert again.all(Private) == [Private(True, "restart")]
    assert again.all(Quiet)[0].until == pytest.approx(3600 - 600, abs=10)
    assert again.quiet.restore(kept, wall=9000.0) == [SetPrivate(True, "restart")]


def test_where_nobody_tells_the_date_a_day_is_any_24_hours():
    budget = Budget()
    for hour in range(6):
        budget.spend(hour * 3600.0)
    block = budget.blocks(8 * 3600.0)
    assert block is not None and block.code == "day" and block.until == 24 * 3600.0
    assert budget.blocks(24 * 3600.0 + 1) is None
