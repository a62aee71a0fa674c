"""Two weeks of looking at one thing: few questions, on the page alone, an end by itself, and nothing hangs on them."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core import inputs
from station.core.events import (
    Cue,
    Light,
    Minute,
    Moment,
    ObservationBegan,
    ObservationEnded,
    Observing,
    Refused,
)
from station.core.inputs import NewDay, Observe, QuestionDone, SetPrivate
from station.core.observation import A_DAY, SUBJECTS, TABLE, Observation
from station.core.state import State, fold
from tests.core.coached import DAY, FIRST, CoachedDesk

FELT = Minute(0.4, 1.0, 5.0, 12.0, 4, 50.0, 60.0, "A")
UNKNOWN = Minute(None, None, None, None, 0, 0.0, 0.0, "X")


def at_work(desk: CoachedDesk, minutes: int, what: Minute = FELT) -> None:
    """So many minutes in which the muscle is felt (or not)."""
    for _ in range(minutes):
        desk.wait(60)
        desk.say(what)


def answer(desk: CoachedDesk) -> None:
    assert desk.state.asks
    desk.say(QuestionDone())


def morning(desk: CoachedDesk, day: int) -> None:
    desk.until("08:00", day)


def test_a_question_comes_after_half_an_hour_that_was_felt_and_the_second_two_hours_after_the_first() -> None:
    desk = CoachedDesk()
    morning(desk, 0)
    desk.say(Observe("pace"))
    assert (desk.state.observing, desk.state.observing_since) == ("pace", FIRST.isoformat())
    at_work(desk, 29)
    assert not desk.state.asks
    at_work(desk, 1)
    assert desk.state.asks
    answer(desk)
    at_work(desk, 119)
    assert not desk.state.asks
    at_work(desk, 1)
    answer(desk)
    at_work(desk, 300)
    assert not desk.state.asks, "two a day"
    morning(desk, 1)
    at_work(desk, 30)
    assert desk.state.asks, "the next day has its own"


def test_nobody_is_asked_while_nothing_is_felt() -> None:
    desk = CoachedDesk()
    morning(desk, 0)
    desk.say(Observe("task"))
    at_work(desk, 200, UNKNOWN)
    assert not desk.state.asks
    at_work(desk, 30)
    answer(desk)
    desk.wait(3 * 3600)
    at_work(desk, 1, UNKNOWN)
    assert not desk.state.asks
    at_work(desk, 1)
    assert desk.state.asks


def test_a_question_left_alone_is_gone_with_the_day_and_leaves_nothing() -> None:
    left, none = CoachedDesk(), CoachedDesk()
    for desk, minutes in ((left, 60), (none, 10)):
        morning(desk, 0)
        desk.say(Observe("felt"))
        at_work(desk, minutes)
        assert desk.state.asks is (desk is left)
        morning(desk, 1)
        assert not desk.state.asks
    assert left.observation.snapshot(left.now, 0.0) == none.observation.snapshot(none.now, 0.0)


def test_two_weeks_end_by_themselves() -> None:
    desk = CoachedDesk()
    morning(desk, 0)
    desk.say(Observe("pace"))
    for day in range(1, 14):
        morning(desk, day)
        assert desk.state.observing == "pace"
    morning(desk, 14)
    assert desk.all(ObservationEnded) == [ObservationEnded("pace", "completed")]
    assert (desk.state.observing, desk.state.observing_since, desk.state.asks) == ("", "", False)


@pytest.mark.parametrize("phase", ["waiting", "asking", "spent"])
def test_one_press_ends_it_from_everywhere(phase: str) -> None:
    desk = CoachedDesk()
    morning(desk, 0)
    desk.say(Observe("pace"))
    if phase != "waiting":
        at_work(desk, 30)
    if phase == "spent":
        answer(desk)
        at_work(desk, 120)
        answer(desk)
    assert desk.observation.phase == phase
    told = desk.say(Observe(""))
    assert told == [ObservationEnded("pace", "ended"), Observing("", "", False)]
    assert desk.say(Observe("")) == [], "and there is nothing more to end"


def test_beginning_anew_on_the_same_day_brings_no_third_question() -> None:
    desk = CoachedDesk()
    morning(desk, 0)
    desk.say(Observe("pace"))
    at_work(desk, 30)
    answer(desk)
    desk.say(Observe(""), Observe("felt"))
    at_work(desk, 119)
    assert not desk.state.asks, "still two hours apart"
    at_work(desk, 1)
    answer(desk)
    desk.say(Observe(""), Observe("task"))
    assert desk.observation.phase == "spent"
    at_work(desk, 300)
    assert not desk.state.asks


def test_what_cannot_be_is_refused_with_a_sentence() -> None:
    desk = CoachedDesk()
    [unknown] = desk.say(Observe("sleep"))
    assert isinstance(unknown, Refused) and "pace, felt, task" in unknown.reason
    desk.say(Observe("pace"))
    [twice] = desk.say(Observe("felt"))
    assert twice == Refused("observe", "Two weeks are running already; end them first.")
    desk.say(Observe(""), SetPrivate(True, "page"))
    [private] = desk.say(Observe("pace"))
    assert private == Refused("observe", "Private mode is on: nothing is recorded.")
    assert desk.say(QuestionDone()) == [], "an answer to nothing changes nothing"


def test_it_begins_in_the_open_after_private_mode() -> None:
    desk = CoachedDesk()
    desk.say(SetPrivate(True, "button"), SetPrivate(False, "button"))
    assert ObservationBegan("pace", "page") in desk.say(Observe("pace"))


def test_a_restart_keeps_the_two_weeks_the_question_and_the_wait() -> None:
    desk = CoachedDesk()
    morning(desk, 0)
    desk.say(Observe("pace"))
    at_work(desk, 30)

    def restarted(wall: float) -> tuple[Observation, State]:
        kept = json.loads(json.dumps(desk.observation.snapshot(desk.now, 1000.0)))
        again, state = Observation(), State()
        for event in again.restore(kept, 7.0, wall):
            state = fold(state, Moment(event, 7.0, wall))
        assert list(again._on_new_day(NewDay(FIRST.isoformat()), 7.0)) == [], "it is the same day"
        return again, state

    again, state = restarted(1060.0)
    assert (state.observing, state.observing_since, state.asks) == ("pace", FIRST.isoformat(), True)
    answer(desk)
    again, state = restarted(1060.0)
    assert again.phase == "waiting" and not state.asks
    again._felt_s = 3600.0
    assert list(again._on_minute(FELT, 7.0 + 7139.0)) == []
    assert list(again._on_minute(FELT, 7.0 + 7140.0)) == [Observing("pace", FIRST.isoformat(), True)]
    again, _ = restarted(-1e9)  # the clock was wrong before
    again._felt_s = 3600.0
    assert list(again._on_minute(FELT, 7.0 + 7200.0)) != []
    assert Observation().restore({}, 0.0, 0.0) == []
    assert Observation().restore({"phase": "asking", "subject": "sleep"}, 0.0, 0.0) == []


def test_every_row_of_the_table_leads_back_to_off_in_one_step() -> None:
    running = {before for before, _ in TABLE} - {"off"}
    for phase in running:
        assert TABLE[phase, "end"] == ("off", "ended")
        assert TABLE[phase, "two weeks"] == ("off", "completed")
    assert {after for after, _ in TABLE.values()} == running | {"off"}


def test_the_core_cannot_be_told_what_was_answered() -> None:
    assert [field.name for field in fields(QuestionDone)] == ["source"]
    words = {answer for answers in SUBJECTS.values() for answer in answers}
    kinds = [kind for kind in inputs.Input.__subclasses__() if kind.__module__ == inputs.__name__]
    assert kinds and not words & {field.name for kind in kinds for field in fields(kind)}


happenings = st.lists(
    st.sampled_from(
        [Observe("pace"), Observe("felt"), Observe(""), QuestionDone(), QuestionDone(), "work", "work", "hour", "day",
         SetPrivate(True, "button"), SetPrivate(False, "button")]
    ),
    max_size=60,
)  # fmt: skip


@given(happenings)
def test_whatever_happens_there_are_two_questions_a_day_at_most_and_never_a_light_or_a_sound(what: list[Any]) -> None:
    desk = CoachedDesk()
    morning(desk, 0)
    for each in what:
        if each == "work":
            at_work(desk, 31)
        elif each == "hour":
            desk.wait(3600)
            desk.tell_time()
        elif each == "day":
            morning(desk, desk.day_number + 1)
        else:
            desk.say(each)
    asked: dict[int, int] = {}
    asks = False
    for t, event in desk.told:
        if isinstance(event, Observing):
            if event.asks and not asks:
                day = int(t // DAY)
                asked[day] = asked.get(day, 0) + 1
                assert asked[day] <= A_DAY
            asks = event.asks
        assert not isinstance(event, Cue)
        assert not isinstance(event, Light) or event.pattern in ("off", "glow", "private", "quiet"), event
    began, over = len(desk.all(ObservationBegan)), len(desk.all(ObservationEnded))
    assert began - over == bool(desk.state.observing)
    desk.say(Observe(""))
    assert not desk.state.observing
