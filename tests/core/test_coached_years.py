"""Years at the desk, whatever they bring: the purse holds, quiet is quiet, what was missed leaves nothing behind.

A day is a handful of things that happen at any time of it, drawn by Hypothesis; nights are long and nobody is there.
"""

from __future__ import annotations

import datetime
import itertools
import random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from station.core.events import (
    Cue,
    CueAnswered,
    Presence,
    Private,
    Quiet,
    QuietHours,
    SessionEnded,
    SessionStarted,
    SessionStep,
)
from station.core.inputs import (
    AnswerProposal,
    Context,
    Exclude,
    Like,
    LocalTime,
    NewDay,
    Observe,
    Prefer,
    QuestionDone,
    SetQuiet,
    Start,
)
from tests.core.coached import DAY, FIRST, CoachedDesk

HAPPENINGS: tuple[Any, ...] = (
    "tension", "tension", "tension", "recover", "short", "double", "long", "hold",
    Presence("present"), Presence("away"), Context("call", True, 3600), Context("call", False), SetQuiet(90, "page"),
    Start("breathing", source="page"), Start("daily/p07", source="page"), Like("pmr"), Exclude("daily/p03"),
    Exclude("movement"), Exclude("movement", on=False), AnswerProposal(True), AnswerProposal(False),
    Prefer({"daily": "arrival"}), Prefer({"daily": "10:15"}), Prefer({"movement": False}), Prefer({"movement": True}),
    Prefer({"chime": False}), Prefer({"silent_alerts": True}), Prefer({"cue_budget": 6}), Prefer({"try_out": True}),
    Prefer({"quiet_hours": "mon-fri 12:00-13:00, sat-sun"}), Observe("pace"), Observe(""), QuestionDone(),
)  # fmt: skip

BERLIN = ZoneInfo("Europe/Berlin")
MIDNIGHT = datetime.datetime.combine(FIRST, datetime.time(), BERLIN).timestamp()

times_of_day = st.lists(st.tuples(st.integers(7 * 60, 19 * 60), st.sampled_from(HAPPENINGS)), max_size=10)


def live(desk: CoachedDesk, happenings: list[tuple[int, Any]]) -> None:
    """One day with what happens in it, from the morning to the next midnight."""
    day = desk.day_number
    desk.until("08:00", day)
    desk.say(Presence("present"))
    for minute, what in sorted(happenings, key=lambda each: each[0]):
        desk.until(f"{minute // 60}:{minute % 60:02d}", day)
        if isinstance(what, str):
            getattr(desk, what)()
        else:
            desk.say(what)
    desk.recover()
    desk.until("20:00", day)
    desk.say(Presence("away"))
    desk.until("24:00", day)


def judge(desk: CoachedDesk) -> None:
    """What holds for all that was told."""
    private = quiet = hours = exercise = False
    since_midnight: list[float] = []
    lights: list[float] = []
    daily_of_day: set[int] = set()
    open_kind = ""
    for t, event in desk.told:
        match event:
            case Private():
                private = event.on
            case Quiet():
                quiet = event.on
            case QuietHours():
                hours = event.on
            case SessionStep():
                assert not private, f"a voice in private mode, at {t}"
            case SessionStarted() | SessionEnded():
                exercise = isinstance(event, SessionStarted)
            case Cue():
                assert not (private or quiet or hours or exercise), f"an offer where none may be, at {t}"
                if event.phase == "light":
                    assert open_kind == "", "two offers at once"
                    lights.append(t)
                    since_midnight = [*(x for x in since_midnight if x // DAY == t // DAY), t]
                    assert len(since_midnight) <= 6
                    if event.kind == "daily":
                        assert t // DAY not in daily_of_day, "a second small pause on one day"
                        daily_of_day.add(int(t // DAY))
                assert event.phase == "light" or open_kind == event.kind
                open_kind = event.kind
            case CueAnswered():
                assert event.kind == open_kind
                assert (event.kind, event.answer) != ("daily", "ignored"), "a small pause that was 'missed'"
                open_kind = ""
    assert all(b - a >= 1200 - 0.01 for a, b in itertools.pairwise(lights))
    assert all(b - a >= 3600 - 0.01 for a, b in zip(lights, lights[2:], strict=False))


def ways_out(desk: CoachedDesk) -> None:
    """From wherever the day has led, one press (two, out of an exercise with a way back) leads out."""
    if desk.state.technique:
        desk.long()
        if desk.state.technique:
            desk.long()
        assert not desk.state.technique
    if desk.quiet.private:
        desk.hold()
        assert not desk.quiet.private
    if desk.state.cue:
        desk.long()
        assert not desk.state.cue
    if desk.state.quiet:
        desk.long()
        assert not desk.state.quiet


@settings(max_examples=max(6, settings.default.max_examples // 4))  # a few weeks each time, many in `make deep`
@given(st.lists(times_of_day, min_size=1, max_size=7))
def test_weeks_of_anything_keep_to_the_purse_to_quiet_and_to_one_offer_at_a_time(days: list[Any]) -> None:
    desk = CoachedDesk(daily="09:30", movement=True)
    for day in itertools.islice(itertools.cycle(days), 14):
        live(desk, day)
        ways_out(desk)
    judge(desk)


class BerlinDesk(CoachedDesk):
    """The same desk where the clock is put forward in spring and back in autumn: a day of 23 hours and one of 25."""

    def tell_time(self) -> None:
        local = datetime.datetime.fromtimestamp(MIDNIGHT + self.now, BERLIN)
        date = local.date()
        if date.toordinal() != self.told_day:
            self.told_day = date.toordinal()
            self.say(NewDay(date.isoformat(), 99))
        self.say(LocalTime(date.isoformat(), date.weekday(), 3600.0 * local.hour + 60 * local.minute + local.second))


@example(134)  # a reminder to move, due in the moment in which quiet hours begin
@settings(max_examples=max(1, settings.default.max_examples // 50))  # a year each time, ten of them in `make deep`
@given(st.integers(0, 2**32))
def test_a_year_of_anybodys_days_keeps_to_all_of_it(seed: int) -> None:
    """Busy days and idle ones, days and weeks away, calls, everything ignored or answered; summer time and winter."""
    chance, desk, worked = random.Random(seed), BerlinDesk(daily="09:30", movement=True), 0
    holidays = {day for start in chance.sample(range(360), 3) for day in range(start, start + 14)}
    for day in range(366):
        if day in holidays or day % 7 > 4 or chance.random() < 0.05:
            desk.until("24:00", day)
            continue
        worked += 1
        happens = [(chance.randrange(7 * 60, 19 * 60), chance.choice(HAPPENINGS)) for _ in range(chance.randrange(11))]
        live(desk, happens)
        if chance.random() < 0.7:  # else whatever stands at night still stands in the morning
            ways_out(desk)
    judge(desk)
    assert worked > 200
    assert sum(isinstance(event, Cue) for _, event in desk.told) > 100, "there was something to judge"
    ways_out(desk)


def test_a_year_of_plain_days_brings_a_small_pause_each_day_and_no_prompt_twice_in_two_weeks() -> None:
    desk = CoachedDesk(daily="09:30", quiet_hours="sat-sun")
    offered: list[tuple[int, str]] = []
    for day in range(365):
        desk.until("08:00", day)
        desk.say(Presence("present"))
        desk.until("09:30", day)
        if desk.state.cue_kind == "daily":
            offered.append((day, desk.state.suggestion))
            if day % 2:
                desk.short()
        desk.until("12:00", day)
        desk.say(Presence("away"))
        desk.until("24:00", day)
    assert [day for day, _ in offered] == [day for day in range(365) if day % 7 < 5]
    for k, (day, name) in enumerate(offered):
        assert all(name != other for later, other in offered[k + 1 :] if later < day + 14)
    judge(desk)


@pytest.mark.parametrize("answer", ["short", "double", "long", "hold"])
@pytest.mark.parametrize("kind", ["daily", "movement", "tension"])
def test_every_press_ends_every_kind_of_offer(kind: str, answer: str) -> None:
    desk = CoachedDesk(**({"daily": "09:30"} if kind == "daily" else {"movement": kind == "movement"}))
    desk.until("08:30")
    desk.say(Presence("present"))
    if kind == "tension":
        desk.tension()
    desk.until("09:30")
    if kind == "tension":
        desk.recover()
        desk.tension()
    assert desk.state.cue_kind == kind
    getattr(desk, answer)()
    assert desk.state.cue == ""
    desk.say(NewDay("2026-11-24", 99))
