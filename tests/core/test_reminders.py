"""Offers without tension: the day's small pause."""

from __future__ import annotations

import json
from typing import Any

import pytest

from station.core.daily import Daily, days_of, is_possible
from station.core.events import CueWithheld, Presence, Quality, SensorTrouble, SessionStarted
from station.core.inputs import AnswerCue, Context, Exclude, LocalTime, Prefer, SetPrivate, SetQuiet, Start
from station.core.reminders import Reminders, Settings
from tests.core.coached import DAY, MOVES, PROMPTS, CoachedDesk


def nine(desk: CoachedDesk, day: int = 0) -> None:
    desk.until("09:30", day)


def test_the_small_pause_is_off_until_somebody_wants_it() -> None:
    desk = CoachedDesk()
    desk.until("20:00")
    assert desk.cues() == []


def test_the_small_pause_comes_at_its_time_with_light_chime_and_nothing() -> None:
    desk = CoachedDesk(daily="09:30")
    desk.until("12:00")
    at = 9.5 * 3600
    assert [(t - at, *c) for t, c in zip(desk.times(type(desk.all_cues[0])), desk.cues(), strict=True)] == [
        (0.0, "light", "daily"),
        (60.0, "chime", "daily"),
    ]


def test_a_press_takes_it_and_it_is_one_of_the_prompts() -> None:
    desk = CoachedDesk(daily="09:30")
    nine(desk)
    assert desk.state.cue_kind == "daily" and desk.state.suggestion in PROMPTS
    desk.short()
    assert desk.answers() == [("accepted", "daily")]
    assert [e.technique for e in desk.all(SessionStarted)] == ["daily"]
    desk.until("18:00")
    assert len(desk.lit("daily")) == 1


def test_one_that_nobody_took_leaves_no_trace() -> None:
    """The same memory, the same picture and the same next days as at a desk where it was never offered."""
    missed, never = CoachedDesk(daily="09:30"), CoachedDesk(daily="09:30")
    never.say(SetQuiet(600))
    missed.until("12:00")
    never.until("12:00")
    never.say(SetQuiet(0))
    assert missed.answers() == [("withdrawn", "daily")]
    for desk in (missed, never):
        desk.until("00:10", 2)
    assert kept(missed) == kept(never)
    assert missed.state == never.state
    missed.until("12:00", 20)
    never.until("12:00", 20)
    assert missed.lit("daily")[2:] == never.lit("daily")[1:][-len(missed.lit("daily")[2:]) :]


def kept(desk: CoachedDesk) -> Any:
    found = {
        "coach": desk.coach.snapshot(desk.now, desk.now),
        "reminders": desk.reminders.snapshot(),
        "proposals": desk.proposals.snapshot(desk.now, desk.now),
    }
    found["coach"]["budget"]["spent"] = [t for t in found["coach"]["budget"]["spent"] if t > desk.now - DAY]
    return json.loads(json.dumps(found))


def test_no_prompt_comes_twice_within_fourteen_days() -> None:
    desk = CoachedDesk(daily="09:30")
    names = []
    for day in range(60):
        nine(desk, day)
        names.append(desk.state.suggestion)
        if day % 3:
            desk.short()
        desk.until("23:00", day)
    assert "" not in names
    for k, name in enumerate(names):
        assert name not in names[k + 1 : k + 14]


def test_what_somebody_did_on_their_own_is_today_s_and_does_not_come_again_soon() -> None:
    desk = CoachedDesk(daily="09:30")
    nine(desk)
    name = desk.state.suggestion
    fresh = CoachedDesk(daily="09:30")
    fresh.say(Start(name, source="page"))
    fresh.until("23:00")
    assert fresh.lit("daily") == []
    assert fresh.reminders.daily.prompt() != name


def test_after_a_call_there_is_one_offer_and_after_an_hour_none() -> None:
    desk = CoachedDesk(daily="09:30")
    desk.until("09:29")
    desk.say(Context("call", True, 1800))
    desk.until("11:00")
    assert desk.lit("daily") == [pytest.approx(9 * 3600 + 59 * 60, abs=1)]
    assert desk.withheld() == [("call", "daily")]
    late = CoachedDesk(daily="09:30")
    late.until("09:29")
    late.say(Context("call", True, 2 * 3600))
    late.until("23:00")
    assert late.lit("daily") == [] and late.withheld() == [("call", "daily")]


@pytest.mark.parametrize(
    "hindrance",
    [SetQuiet(240), Context("call", True, 9e4), Context("focus", True, 9e4), Context("away", True, 9e4),
     Presence("away"), SetPrivate(True), Prefer({"cues": False}), Prefer({"cue_budget": 0}),
     Prefer({"quiet_hours": "mon 09:00-12:00"})],
)  # fmt: skip
def test_it_is_silent_where_nothing_may_be_heard(hindrance: Any) -> None:
    desk = CoachedDesk(daily="09:30")
    desk.until("09:00")
    desk.say(hindrance)
    desk.until("11:00")
    assert desk.cues() == []


def test_a_broken_sensor_is_no_reason_against_it() -> None:
    desk = CoachedDesk(daily="09:30")
    desk.say(SensorTrouble("lost"), Quality("off"))
    nine(desk)
    assert desk.cues() == [("light", "daily")]


def test_a_call_that_begins_takes_the_light_back() -> None:
    desk = CoachedDesk(daily="09:30")
    nine(desk)
    desk.say(Context("call", True))
    assert desk.answers() == [("withdrawn", "daily")] and desk.pattern() != "cue"
    assert desk.withheld()[-1] == ("call", "daily")
    desk.say(Context("call", False))
    desk.until("12:00")
    assert desk.cues() == [("light", "daily")]


def test_private_mode_takes_the_light_back_and_says_nothing() -> None:
    desk = CoachedDesk(daily="09:30")
    nine(desk)
    desk.hold()
    assert desk.answers() == [("withdrawn", "daily")] and desk.all(CueWithheld) == []
    desk.hold()
    desk.until("12:00")
    assert desk.cues() == [("light", "daily")]


def test_a_wish_for_a_time_that_passed_waits_for_tomorrow() -> None:
    desk = CoachedDesk()
    desk.until("15:00")
    desk.say(Prefer({"daily": "09:30"}))
    desk.until("09:29", 1)
    assert desk.cues() == []
    desk.until("09:30", 1)
    assert desk.cues() == [("light", "daily")]


def test_long_and_double_presses_mean_no() -> None:
    desk = CoachedDesk(daily="09:30")
    nine(desk)
    desk.long()
    assert desk.answers() == [("not_now", "daily")] and desk.state.quiet
    desk.long()
    nine(desk, 1)
    desk.double()
    assert desk.answers()[-1] == ("not_now", "daily") and not desk.state.quiet
    assert desk.say(AnswerCue("accepted")) == []


def test_without_a_chime_the_light_stays_a_little_longer() -> None:
    desk = CoachedDesk(daily="09:30", chime=False)
    desk.until("09:31")
    assert desk.state.cue == "light"
    desk.until("12:00")
    desk.tension()
    desk.wait(3600)
    assert desk.cues() == [("light", "daily"), ("light", "tension")]
    assert desk.answers() == [("withdrawn", "daily"), ("ignored", "tension")]


def test_a_host_that_slept_does_not_chime_when_it_wakes() -> None:
    desk = CoachedDesk(daily="09:30")
    nine(desk)
    desk.now += 3000
    desk.wait(1)
    assert desk.cues() == [("light", "daily")] and desk.answers() == [("withdrawn", "daily")]


def test_the_anchors_follow_the_person() -> None:
    arrival, back = CoachedDesk(daily="arrival"), CoachedDesk(daily="return")
    for desk in (arrival, back):
        desk.until("08:00")
        desk.say(Presence("present"))
        desk.until("10:00")
        desk.say(Presence("away"))
        desk.until("10:30")
        desk.say(Presence("present"))
        desk.until("12:00")
        desk.say(Presence("away"))
        desk.until("12:10")
        desk.say(Presence("unknown"), Presence("away"))
        desk.until("12:40")
        desk.say(Presence("present"))
        desk.until("18:00")
        desk.say(Presence("away"))
    assert arrival.lit("daily") == [8 * 3600.0]
    assert back.lit("daily") == [12 * 3600 + 45 * 60.0]
    arrival.until("08:00", 1)
    arrival.say(Presence("present"))
    arrival.until("08:10", 1)
    assert len(arrival.lit("daily")) == 2


def test_left_out_prompts_do_not_come_and_the_whole_pause_can_be_left_out() -> None:
    desk = CoachedDesk(daily="09:30")
    nine(desk)
    name = desk.state.suggestion
    again = CoachedDesk(daily="09:30")
    again.say(Exclude(name))
    nine(again)
    assert again.state.suggestion not in ("", name)
    again.say(Exclude("daily"))
    nine(again, 1)
    again.until("12:00", 1)
    again.say(Exclude("daily", on=False))
    assert len(again.lit("daily")) == 1
    nine(again, 2)
    assert len(again.lit("daily")) == 2


def test_a_restart_neither_offers_twice_nor_forgets() -> None:
    desk = CoachedDesk(daily="09:30")
    nine(desk)
    desk.short()
    desk.until("09:40")
    again = Reminders(Settings(daily="09:30"), None, None, PROMPTS, MOVES)
    again.restore(json.loads(json.dumps(desk.reminders.snapshot())))
    list(again._on_time(LocalTime("2026-11-23", 0, desk.now), desk.now))
    assert again.daily.opens == float("inf")
    assert again.daily.prompt() != desk.reminders.daily._prompts[days_of("2026-11-23") % 44]
    assert Reminders().due() == float("inf")


def test_days_follow_each_other_over_leap_days_and_new_years() -> None:
    for earlier, later in [("2028-02-28", "2028-02-29"), ("2028-02-29", "2028-03-01"), ("2026-12-31", "2027-01-01")]:
        assert days_of(later) - days_of(earlier) == 1
    assert days_of("2027-11-23") - days_of("2026-11-23") == 365 and days_of("someday") == 0


@pytest.mark.parametrize(("wish", "possible"), [("09:30", True), ("off", True), ("return", True), ("24:00", False),
                                                ("9:30", False), (930, False), ("noon", False)])  # fmt: skip
def test_which_wishes_are_possible(wish: Any, possible: bool) -> None:
    assert is_possible(wish) is possible
    if isinstance(wish, str) and not possible:
        with pytest.raises(ValueError, match="09:30"):
            Settings(daily=wish)


def test_a_prompt_that_is_none_of_them_is_nothing_done() -> None:
    daily = Daily("09:30", PROMPTS)
    daily.done("daily/else")
    assert daily.snapshot()["done"] == {}


# --- movement ---------------------------------------------------------------------------------------
