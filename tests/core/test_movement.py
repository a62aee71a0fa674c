"""Offers to move after a long time of sitting, and how they share light and purse with everything else."""

from __future__ import annotations

import itertools
from typing import Any

from station.core.coach import SHOWING
from station.core.events import Presence, Private, SessionEnded, SessionStarted
from station.core.inputs import AnswerCue, Context, Exclude, Start
from station.core.reminders import TABLE
from tests.core.coached import MOVES, CoachedDesk


def sitting(**wishes: Any) -> CoachedDesk:
    desk = CoachedDesk(movement=True, **wishes)
    desk.until("09:00")
    desk.say(Presence("present"))
    return desk


def test_an_hour_of_sitting_brings_an_offer_to_move_and_another_hour_the_next() -> None:
    desk = sitting()
    desk.until("10:00")
    assert desk.lit("movement") == [10 * 3600.0] and desk.state.suggestion in MOVES
    first = desk.state.suggestion
    desk.short()
    assert [e.technique for e in desk.all(SessionStarted)] == ["movement"]
    desk.until("11:01")
    assert len(desk.lit("movement")) == 2 and desk.state.last_answer == "accepted"
    assert desk.all_cues[-1].suggestion != first


def test_being_away_for_five_minutes_is_a_break_and_for_four_it_is_not() -> None:
    for minutes, at in ((4, "10:04"), (6, "10:56")):
        desk = sitting()
        desk.until("09:50")
        desk.say(Presence("away"))
        desk.wait(60 * minutes)
        desk.say(Presence("present"))
        desk.until("12:00")
        hours, _, rest = at.partition(":")
        assert desk.lit("movement")[0] >= 3600 * int(hours) + 60 * int(rest)
        assert desk.lit("movement")[0] <= 3600 * int(hours) + 60 * int(rest) + 60


def test_an_electrode_that_slipped_is_no_break_and_no_sitting() -> None:
    desk = sitting()
    desk.until("09:30")
    desk.say(Presence("unknown"))
    desk.until("09:40")
    desk.say(Presence("present"))
    desk.until("11:00")
    assert desk.lit("movement") == [10 * 3600 + 600.0]


def test_who_moves_on_their_own_is_not_reminded() -> None:
    desk = sitting()
    desk.until("09:50")
    desk.say(Start("movement", source="page"))
    desk.until("10:49")
    assert desk.lit("movement") == []


def test_nobody_there_is_not_reminded_and_a_reminder_that_waits_goes_with_them() -> None:
    desk = sitting()
    desk.until("09:59")
    desk.say(Context("focus", True, 7200))
    desk.until("10:05")
    assert desk.withheld() == [("focus", "movement")]
    desk.say(Presence("away"))
    desk.say(Context("focus", False))
    desk.until("10:20")
    desk.say(Presence("present"))
    desk.until("11:10")
    assert desk.lit("movement") == []


def test_ignored_ones_move_apart_like_cues() -> None:
    desk = sitting()
    desk.until("10:03")
    assert desk.answers() == [("ignored", "movement")]
    assert desk.coach.budget.apart_s() == 1800


def test_a_cue_and_a_reminder_are_never_on_show_together() -> None:
    desk = sitting()
    desk.coach.budget.settings = type(desk.coach.budget.settings)(per_hour=6, per_day=24, apart_min=0)
    desk.until("09:59")
    desk.wait(30)
    desk.tension()
    desk.until("10:03")
    assert [c for c in desk.cues() if c[0] == "light"] == [("light", "tension"), ("light", "movement")]
    lit, over = desk.lit("tension")[0], desk.times(type(desk.all_answers[0]))[0]
    assert lit < over <= desk.lit("movement")[0]
    assert ("offer", "movement") in desk.withheld()


def test_the_daily_pause_goes_before_a_movement_that_waits() -> None:
    desk = sitting(daily="10:10")
    desk.until("09:59")
    desk.say(Context("call", True, 1200))
    desk.until("10:25")
    assert desk.lit("daily") and not desk.lit("movement")


def test_moves_can_be_left_out_all_or_one() -> None:
    desk = sitting()
    desk.say(Exclude(MOVES[0]))
    desk.until("10:00")
    assert desk.state.suggestion == MOVES[1]
    none = sitting()
    none.say(Exclude("movement"))
    none.until("12:00")
    assert none.cues() == []
    none.say(Exclude("movement", on=False))
    none.wait(60)
    assert none.lit("movement")


def test_what_the_table_says_of_showing_phases_is_whole() -> None:
    whats = {what for phase, what in TABLE if phase in SHOWING} - {"alone"}
    for phase in SHOWING:
        assert {what for p, what in TABLE if p == phase} - {"alone"} == whats


def test_an_exercise_from_the_page_takes_the_offer() -> None:
    desk = sitting()
    desk.until("10:00")
    desk.say(Start("breathing", source="page"))
    assert desk.answers() == [("accepted", "movement")]
    desk.wait(60)
    assert len(desk.all(SessionEnded)) == 1


def test_private_mode_has_no_reminder_due() -> None:
    desk = sitting()
    desk.say(Private(True, "button"))
    assert desk.reminders.due() == float("inf")


def test_reminders_and_cues_share_one_purse() -> None:
    desk = sitting(daily="09:10")
    for _ in range(9 * 60):
        desk.recover()
        desk.tension()
        desk.wait(60)
        desk.say(AnswerCue("wrong"))
    every = sorted([*desk.lit("daily"), *desk.lit("movement"), *desk.lit("tension")])
    assert len(every) == 6
    assert all(b - a >= 1200 for a, b in itertools.pairwise(every))
