"""When things go wrong at the desk: what is unknown is neither rest nor load, and what was asked for stays."""

from __future__ import annotations

import pytest

from station.core.events import (
    Minute,
    Quality,
    SensorTrouble,
    SensorWell,
    SessionStarted,
)
from tests.desk import Desk


def test_a_fallen_electrode_gives_unknown_minutes_and_no_alert_and_is_no_rest(desk: Desk) -> None:
    desk.settle()
    desk.person("raised")
    desk.wait(minutes=2)
    rested, valid, fell = desk.state.rested_today_s, desk.state.valid_today_s, desk.now
    desk.electrode("off")
    desk.wait(minutes=4)
    assert desk.light == "sensor" and desk.state.state == "sensor_trouble"
    desk.wait(minutes=26)
    unknown = [minute for t, minute in desk.events if isinstance(minute, Minute) and t > fell + 60]
    assert len(unknown) >= 28 and {minute.quality for minute in unknown} == {"X"}
    assert desk.cues == []
    assert desk.state.rested_today_s <= rested + 1e-6 and desk.state.valid_today_s <= valid + 60
    said = [quality for t, quality in desk.events if isinstance(quality, Quality) and t >= fell]
    assert [quality.state for quality in said] == ["off"], "said once, not every minute"
    desk.electrode("ok")
    desk.person("typing")
    desk.wait(minutes=2)
    assert desk.light == "off" and desk.minutes[-1].quality in ("A", "B")


def test_an_electrode_that_falls_off_during_the_light_takes_it_back_without_a_chime(desk: Desk) -> None:
    desk.settle()
    desk.until_the_light()
    desk.electrode("off")
    desk.wait(minutes=10)
    assert desk.answers == ["withdrawn"] and desk.heard == []


def test_an_electrode_that_sticks_again_is_trusted_after_a_minute(desk: Desk) -> None:
    desk.settle()
    desk.person("raised")
    desk.wait(minutes=3)
    desk.electrode("off")
    desk.wait(40)
    desk.electrode("ok")
    stuck = desk.now
    desk.wait(59)
    assert desk.cues == []
    desk.wait(minutes=2)
    assert desk.cues[0] == "light" and desk.lights[0] >= stuck + 60


def test_a_sensor_that_cannot_be_read_blinks_then_asks_for_a_hand_and_comes_back_by_itself(desk: Desk) -> None:
    desk.settle()
    desk.unplug()
    assert desk.light == "sensor" and desk.told(SensorTrouble)
    desk.wait(61)
    assert desk.light == "fault"
    desk.short()
    assert desk.told(SessionStarted), "an exercise needs no sensor"
    desk.long()
    desk.plug()
    desk.wait(1)
    assert len(desk.told(SensorWell)) == 2 and desk.light != "fault"


def test_without_a_speaker_the_light_still_comes_and_the_page_knows_why_it_is_silent(desk: Desk) -> None:
    desk.settle()
    desk.output_fails("audio", "The sound device is gone.")
    assert desk.state.troubles == {"audio": "The sound device is gone."}
    assert desk.light == "off", "a speaker that is gone is nothing to blink about"
    desk.until_the_light()
    desk.output_works("audio")
    assert desk.state.troubles == {}


def test_a_power_cut_gives_no_budget_back_and_ends_neither_quiet_nor_private(desk: Desk) -> None:
    desk.settle()
    desk.until_the_chime()
    desk.wait(minutes=2)
    desk.person("rest")
    desk.wait(minutes=3)
    desk.restart()
    shone = len(desk.lights)
    desk.person("raised")
    desk.wait(minutes=10)
    assert len(desk.lights) == shone and "apart" in desk.reasons
    desk.long()
    desk.restart()
    assert desk.state.quiet
    desk.long()
    desk.hold()
    desk.restart()
    assert desk.state.private


@pytest.mark.slow
def test_the_simulated_persons_fallen_electrode_is_unknown_within_seconds() -> None:
    desk = Desk(signal=True)
    desk.person("typing")
    desk.wait(minutes=2)
    desk.electrode("off")
    desk.wait(10)
    assert desk.state.state == "sensor_trouble"
    desk.wait(minutes=3)
    assert desk.minutes[-1].quality == "X" and desk.cues == []
