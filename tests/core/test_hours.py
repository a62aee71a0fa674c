"""Quiet hours of the week: written by a person, kept to the second."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core.events import Cue, Preferred, Presence, QuietHours, Reading
from station.core.hours import QuietWeek, Settings, is_possible, parse
from station.core.inputs import LocalTime, Prefer, Tick
from tests.core.coached import DAY, CoachedDesk


def told(desk: Any) -> list[tuple[float, bool]]:
    return [(t, e.on) for t, e in desk.told if isinstance(e, QuietHours)]


def test_lunch_is_quiet_on_weekdays_and_the_weekend_is_quiet() -> None:
    desk = CoachedDesk(quiet_hours="Mon-Fri 12:00-13:00, sat - sun")
    desk.until("09:00", 7)
    lunch = [(DAY * k + 3600 * h, h == 12) for k in range(5) for h in (12, 13)]
    assert told(desk) == [*lunch, (5 * DAY, True), (7 * DAY, False)]


def test_a_night_reaches_into_the_next_day_without_a_gap() -> None:
    desk = CoachedDesk(quiet_hours="mon-sun 22:00-06:30")
    desk.until("12:00", 1)
    assert told(desk)[-2:] == [(22 * 3600.0, True), (DAY + 6.5 * 3600, False)]


def test_in_quiet_hours_no_cue_comes_and_one_that_shows_goes() -> None:
    desk = CoachedDesk(quiet_hours="mo 12:00-13:00")
    desk.until("11:59")
    desk.tension()
    desk.wait(30)
    assert desk.state.cue == "light"
    desk.until("12:01")
    assert desk.state.cue == "" and desk.answers() == [("withdrawn", "tension")]
    assert desk.withheld() == [("hours", "tension")]
    assert desk.state.why == "hours: these are your quiet hours, 60 min left"
    desk.until("13:00")
    desk.wait(2)
    assert desk.state.cue == "light"
    assert not desk.state.quiet, "nothing blinks, nothing has to be ended"


def test_german_and_english_days_mean_the_same() -> None:
    assert parse("di 8:00-9:00, mittwoch, sonntag-montag") == parse("tue 08:00-09:00, wednesday, sun-mon")
    assert parse("") == ((),) * 7


@pytest.mark.parametrize(
    ("text", "helps"),
    [("monday at noon", "mon-fri 12:00-13:00"), ("xyz 12:00-13:00", "mon, tue"), ("mon 25:00-26:00", "00:00 to 24:00"),
     ("mon 12:70-13:00", "00:00 to 24:00"), ("mon 12:00-12:00", "00:00 to 24:00"), ("m 12:00-13:00", "no day")],
)  # fmt: skip
def test_what_is_no_time_of_the_week_is_refused_with_what_would_be(text: str, helps: str) -> None:
    with pytest.raises(ValueError, match=helps):
        parse(text)
    assert not is_possible(text)
    with pytest.raises(ValueError):
        Settings(text)


@pytest.mark.parametrize("value", [7, None, "mon, " * 60])
def test_what_is_no_short_text_is_not_possible(value: Any) -> None:
    assert not is_possible(value)


def test_without_knowing_the_time_nothing_is_said_and_a_wish_takes_effect_at_once() -> None:
    week = QuietWeek()
    assert list(week._on_preferred(Preferred("quiet_hours", "mon-sun", "page"), 5.0)) == []
    assert list(week._on_preferred(Preferred("volume", 1, "page"), 5.0)) == [] and week.due() == float("inf")
    (begun,) = week._on_time(LocalTime("2026-11-23", 0, 100.0), 100.0)
    assert begun == QuietHours(True, 8 * DAY)
    assert list(week._on_tick(Tick(), 101.0)) == []
    desk = CoachedDesk()
    desk.until("10:00")
    desk.say(Prefer({"quiet_hours": "mon 09:00-11:00"}))
    assert told(desk) == [(36000.0, True)]
    desk.say(Prefer({"quiet_hours": ""}))
    assert told(desk)[-1] == (36000.0, False)


@given(st.text(max_size=40))
def test_any_text_is_a_week_or_a_sentence(text: str) -> None:
    try:
        week = parse(text)
    except ValueError as error:
        assert str(error)
        return
    assert len(week) == 7 and all(0 <= a < b <= DAY for day in week for a, b in day)


def test_a_small_pause_due_at_the_moment_in_which_quiet_begins_is_not_offered() -> None:
    """It was lit and taken back in the same moment, and had cost one of the day's reminders."""
    desk = CoachedDesk(daily="12:00", quiet_hours="mon-fri 12:00-13:00")
    desk.until("08:00")
    desk.say(Presence("present"))
    desk.until("12:30")
    assert not any(isinstance(event, Cue) for _, event in desk.told)


def test_a_small_pause_is_not_offered_by_a_clock_that_is_told_in_the_middle_of_quiet_hours() -> None:
    """The station starts at half past twelve: the first time that it hears of tells of both."""
    desk = CoachedDesk(daily="12:00", quiet_hours="mon-fri 12:00-13:00")
    desk.now = 12.5 * 3600
    desk.say(Presence("present"))
    desk.tell_time()
    assert desk.all_cues == [] and desk.state.why.startswith("hours: ")


def test_what_the_muscle_does_just_after_quiet_hours_began_finds_them_told() -> None:
    """A reading that comes before the Tick of a busy loop: its tension gets no light that is taken back at once."""
    desk = CoachedDesk(quiet_hours="mon 12:00-13:00")
    desk.coach.settings = msgspec.structs.replace(desk.coach.settings, patience_s=60.0)
    desk.until("11:58")
    desk.wait(60.1)
    desk.tension()
    desk.feel(30.0, 59.0)
    desk.now = 12 * 3600 + 0.12
    desk.say(Reading(desk.now, 30.0, False, "ok"))
    assert desk.all_cues == [] and told(desk)[-1] == (desk.now, True)
    assert desk.withheld() == [("hours", "tension")]
