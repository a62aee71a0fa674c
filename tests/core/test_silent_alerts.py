"""Alerts left out by chance: what they must share with the shown ones, and that nobody notices them in time."""

from __future__ import annotations

from typing import Any

import pytest

from station.core.budget import Budget
from station.core.coach import Coach
from station.core.coach import Settings as CoachSettings
from station.core.events import AlertRandomised, Cue, CueWithheld, Light, Preferred
from station.core.inputs import Context, NewDay
from station.core.silent_alerts import Settings, SilentAlerts


def arms(desk: Any) -> list[str]:
    return [event.arm for event in desk.all(AlertRandomised)]


def comparing(small_desk: Any, arm: str = "") -> Any:
    """A desk that compares; with an arm, every coin falls on that side."""
    desk = small_desk()
    desk.say(Preferred("silent_alerts", True, "page"))
    desk.coach.silent.share = {"silent": 1.0, "light": 0.0}.get(arm, 0.2)
    return desk


def test_without_the_owners_wish_no_coin_is_thrown(small_desk: Any) -> None:
    desk = small_desk()
    desk.tension()
    assert arms(desk) == [] and len(desk.all(Cue)) == 1


def test_a_silent_alert_shows_nothing_and_its_reason_comes_when_the_tension_is_over(small_desk: Any) -> None:
    desk = comparing(small_desk, "silent")
    desk.tension()
    desk.feel(15.0, 300)
    assert arms(desk) == ["silent"]
    assert desk.all(Cue) == [] and desk.all(Light) == [] and desk.all(CueWithheld) == []
    desk.recover()
    assert [e.reason for e in desk.all(CueWithheld)] == ["silent: left out by chance, to find out what alerts change"]
    desk.tension()
    desk.recover()
    assert len([e for e in desk.all(CueWithheld) if e.reason.startswith("silent")]) == 1


def test_a_shown_alert_of_the_comparison_is_an_ordinary_one(small_desk: Any) -> None:
    desk = comparing(small_desk, "light")
    desk.tension()
    desk.wait(3600)
    assert arms(desk) == ["light"] and [e.phase for e in desk.all(Cue)] == ["light", "chime"]


def test_both_arms_spend_the_same_budget(small_desk: Any) -> None:
    desk = comparing(small_desk, "silent")
    desk.tension()
    desk.recover()
    desk.wait(60)
    desk.tension()
    assert arms(desk) == ["silent"] and desk.coach.budget.blocks(desk.now).code == "apart"
    desk.wait(1200)
    assert arms(desk) == ["silent", "silent"]


def test_what_stands_against_an_alert_stands_against_the_coin_too(small_desk: Any) -> None:
    desk = comparing(small_desk)
    desk.say(Context("call", True))
    desk.tension()
    desk.wait(600)
    assert arms(desk) == []


def test_private_mode_says_nothing_of_a_silent_alert(small_desk: Any) -> None:
    desk = comparing(small_desk, "silent")
    desk.tension()
    desk.hold()
    desk.hold()
    desk.tension()
    desk.recover()
    assert not [e for e in desk.all(CueWithheld) if e.reason.startswith("silent")]


def test_about_one_in_five_is_left_out_and_the_same_days_give_the_same_story() -> None:
    def year() -> list[str]:
        coins = SilentAlerts(Settings(silent_alerts=True))
        return [coins.draw(f"2026-{k // 180}-{k // 6 % 30}") for k in range(2000)]

    first = year()
    assert first == year()
    assert 0.17 < first.count("silent") / 2000 < 0.23


def test_no_coin_is_thrown_twice_after_a_restart() -> None:
    before = Coach(CoachSettings(), Budget(), SilentAlerts(Settings(silent_alerts=True)))
    before.silent.draw("2026-11-28")
    kept = before.snapshot(10.0, 1000.0)
    after = Coach()
    after.restore(kept, 0.0, 1010.0)
    assert after.silent.drawn == 1
    assert list(after._on_new_day(NewDay("2026-11-28"), 0.0))


@pytest.mark.parametrize("share", [0.15, 0.20])
def test_the_share_can_be_set(share: float) -> None:
    assert SilentAlerts(Settings(silent_share=share)).share == share
