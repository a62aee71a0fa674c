"""What does not fit is proposed, with its reason; nothing changes before the person says yes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from station.core.events import (
    CueAnswered,
    Moment,
    Preferred,
    ProposalAnswered,
    Proposed,
    Refused,
    TensionStarted,
    Window,
)
from station.core.inputs import AnswerCue, AnswerProposal, Context, NewDay
from station.core.proposals import Proposals
from station.core.sensing import Sensing
from station.core.state import State, fold
from tests.core.coached import CoachedDesk
from tests.core.small_desk import WALL


def answers(desk: CoachedDesk, *counts: tuple[str, int]) -> None:
    for answer, count in counts:
        for _ in range(count):
            desk.say(CueAnswered(answer))


def proposed(desk: CoachedDesk) -> list[str]:
    return [e.name for e in desk.all(Proposed)]


def changed(desk: CoachedDesk) -> list[tuple[str, Any]]:
    return [(e.name, e.value) for e in desk.all(Preferred) if e.source == "page"]


def test_three_of_ten_marked_wrong_propose_a_wider_limit_and_only_a_yes_changes_it() -> None:
    desk = CoachedDesk()
    answers(desk, ("wrong", 2), ("accepted", 7))
    assert proposed(desk) == []
    answers(desk, ("wrong", 1))
    assert desk.state.proposal == "wider_limit"
    assert desk.state.proposal_why == "3 of the last 10 cues were marked wrong"
    assert changed(desk) == []
    desk.say(AnswerProposal(True))
    assert changed(desk) == [("load_limit", 125)]
    assert desk.all(ProposalAnswered) == [ProposalAnswered("wider_limit", True, "page")]
    assert desk.state.proposal == ""


def test_three_wrong_ones_among_eleven_are_too_long_ago() -> None:
    desk = CoachedDesk()
    answers(desk, ("wrong", 2), ("accepted", 9), ("wrong", 1))
    assert proposed(desk) == []


def test_sixty_per_cent_of_twenty_ignored_propose_fewer_and_then_the_light_alone() -> None:
    desk = CoachedDesk()
    answers(desk, ("accepted", 8), ("ignored", 11))
    assert proposed(desk) == []
    answers(desk, ("ignored", 1))
    assert (desk.state.proposal, desk.state.proposal_why) == ("fewer", "12 of the last 20 cues were left alone")
    desk.say(AnswerProposal(True))
    assert changed(desk) == [("cue_budget", 3)] and desk.coach.budget.settings.per_day == 3
    answers(desk, ("ignored", 12))
    desk.say(AnswerProposal(True))
    assert changed(desk)[-1] == ("cue_budget", 1)
    answers(desk, ("ignored", 12))
    assert desk.state.proposal == "light_only"
    desk.say(AnswerProposal(True))
    assert changed(desk)[-1] == ("chime", False)
    answers(desk, ("ignored", 30))
    assert proposed(desk)[-1] == "", "there is nothing quieter left to propose"


def test_a_no_is_respected_for_four_weeks() -> None:
    desk = CoachedDesk()
    answers(desk, ("wrong", 3))
    desk.say(AnswerProposal(False))
    assert changed(desk) == []
    answers(desk, ("wrong", 10))
    desk.until("09:00", 27)
    assert proposed(desk) == ["wider_limit", ""]
    desk.until("09:00", 28)
    assert proposed(desk)[-1] == "wider_limit"


def test_one_that_nobody_answers_is_taken_back_after_two_weeks() -> None:
    desk = CoachedDesk()
    answers(desk, ("wrong", 3))
    answers(desk, ("ignored", 20))
    assert proposed(desk) == ["wider_limit"], "one at a time"
    desk.until("09:00", 14)
    assert proposed(desk) == ["wider_limit", ""] and desk.all(ProposalAnswered) == []


def test_after_eight_weeks_of_cues_fewer_are_proposed_and_again_eight_weeks_later() -> None:
    desk = CoachedDesk()
    desk.until("09:00", 70)
    assert proposed(desk) == [], "no cue has been there yet"
    answers(desk, ("accepted", 1))
    desk.until("09:00", 126)
    assert (desk.state.proposal, desk.state.proposal_why) == ("weaning", "the cues have been with you for 8 weeks")
    desk.say(AnswerProposal(True))
    assert changed(desk) == [("cue_budget", 3)]
    desk.until("09:00", 181)
    assert proposed(desk)[-1] == ""
    desk.until("09:00", 182)
    assert proposed(desk)[-1] == "weaning"


def tension(desk: CoachedDesk, clock: str, rest: int, *reactions: Any) -> None:
    """Raised shoulders at this time of day, and what becomes of their light."""
    desk.until(clock)
    desk.say(TensionStarted(18.0, rest / 100, f"rest share {rest} % for 60 s, load 18 %RVE"))
    desk.wait(10)
    desk.say(*reactions)
    desk.wait(200)
    desk.recover()


def test_a_proposal_lists_the_cues_it_rests_on_and_no_others() -> None:
    desk = CoachedDesk()
    tension(desk, "08:00", 4, AnswerCue("wrong"))
    tension(desk, "09:00", 5)
    tension(desk, "10:00", 6, AnswerCue("wrong"))
    assert desk.state.proposal_windows == ()
    tension(desk, "11:00", 7, AnswerCue("wrong"))
    assert desk.state.proposal == "wider_limit"
    at_eight = WALL + 8 * 3600
    assert desk.state.proposal_windows == tuple(
        Window(
            at_eight + hours * 3600,
            at_eight + hours * 3600 + 10,
            "wrong",
            f"rest share {rest} % for 60 s, load 18 %RVE",
        )
        for hours, rest in ((0, 4), (2, 6), (3, 7))
    )
    desk.say(AnswerProposal(False))
    assert desk.state.proposal_windows == ()


def test_ignored_cues_are_listed_from_the_tension_to_the_end_of_the_offer() -> None:
    desk = CoachedDesk()
    for day in range(6):
        desk.until("00:01", day)
        tension(desk, "08:00", 3)
        tension(desk, "14:00", 3)
    assert desk.state.proposal == "fewer"
    windows = desk.state.proposal_windows
    assert len(windows) == 12 and {each.answer for each in windows} == {"ignored"}
    assert [round(each.until - each.since) for each in windows] == [105] * 12, "60 s of light, 45 s of offer"


def test_what_the_station_took_back_is_no_window_and_the_next_cue_has_its_own() -> None:
    desk = CoachedDesk()
    tension(desk, "08:00", 1, Context("call", True, 600))
    answers(desk, ("wrong", 2))
    tension(desk, "10:00", 2, AnswerCue("wrong"))
    assert [each.reason[:14] for each in desk.state.proposal_windows] == ["rest share 2 %"]


def test_the_windows_survive_a_restart_of_the_machine_at_their_own_time() -> None:
    desk = CoachedDesk()
    for clock in ("08:00", "09:00", "10:00"):
        tension(desk, clock, 4, AnswerCue("wrong"))
    listed = desk.state.proposal_windows
    kept = json.loads(json.dumps(desk.proposals.snapshot(desk.now, WALL + desk.now)))
    again, state = Proposals(), State()
    for proposed in again.restore(kept, 5.0, WALL + 90_000.0):  # the next boot, a day later
        state = fold(state, Moment(proposed, 5.0, WALL + 90_000.0))
    assert [(round(w.since), round(w.until), w.answer, w.reason) for w in state.proposal_windows] == [
        (round(w.since), round(w.until), w.answer, w.reason) for w in listed
    ]
    assert json.loads(json.dumps(again.snapshot(5.0, WALL + 90_000.0)))["windows"] == kept["windows"]


def test_what_an_earlier_version_remembered_still_counts() -> None:
    proposals = Proposals()
    proposals.restore({"answers": ["wrong", "wrong", "accepted"]}, 0.0, 0.0)
    [told] = proposals._on_cue_answered(CueAnswered("wrong"), 1.0)
    assert told == Proposed("wider_limit", "3 of the last 4 cues were marked wrong", ())


def test_reminders_and_what_the_station_took_back_count_as_nothing() -> None:
    desk = CoachedDesk()
    for _ in range(30):
        desk.say(CueAnswered("withdrawn"), CueAnswered("ignored", "movement"), CueAnswered("wrong", "daily"))
    assert proposed(desk) == []


def test_an_answer_to_nothing_is_refused_kindly() -> None:
    (refused,) = CoachedDesk().say(AnswerProposal(True))
    assert isinstance(refused, Refused) and refused.reason == "Nothing is proposed at the moment."


def test_the_limit_has_an_end() -> None:
    desk = CoachedDesk(load_limit=200)
    answers(desk, ("wrong", 10))
    assert proposed(desk) == []


def test_a_restart_keeps_what_stands_and_what_was_counted() -> None:
    desk = CoachedDesk()
    answers(desk, ("wrong", 3))
    again = Proposals()
    told = again.restore(json.loads(json.dumps(desk.proposals.snapshot(0.0, 0.0))), 0.0, 0.0)
    assert told == [Proposed("wider_limit", "3 of the last 3 cues were marked wrong")]
    assert Proposals().restore({}, 0.0, 0.0) == [] and again.due() == float("inf")
    assert list(again._on_new_day(NewDay("2026-12-07"), 0.0)) == [Proposed("", "")] and again.open == ""


@pytest.mark.parametrize(("limit", "threshold"), [(100, 10.0), (150, 15.0)])
def test_a_wider_limit_widens_the_rule_and_nothing_else(limit: int, threshold: float) -> None:
    sensing = Sensing()
    list(sensing._on_preferred(Preferred("load_limit", limit, "page"), 0.0))
    list(sensing._on_preferred(Preferred("volume", 10, "page"), 0.0))
    assert sensing._rule.load_threshold == threshold and sensing._rule.recovery_load == 7.0
    sensing._use(())
    assert sensing._rule.load_threshold == threshold
