"""What the light shows, and that it only speaks when something changes."""

from __future__ import annotations

import pytest

from station.core.events import (
    ButtonHeld,
    CalibrationRefused,
    CalibrationStep,
    Light,
    OutputTrouble,
    OutputWell,
    Presence,
    Proposed,
    Quality,
    SensorTrouble,
    SensorWell,
    Tone,
)
from station.core.inputs import ButtonEdge, SetPrivate, SetQuiet, Start, Stop, TogglePause
from station.core.lights import PATTERNS, Settings


def shown(desk):
    return [(round(t, 3), e.pattern) for t, e in desk.told if isinstance(e, Light)]


def test_all_is_well_is_dark_or_a_very_dim_glow(small_desk):
    assert small_desk().pattern() == "off"
    assert small_desk(lights=Settings(monitoring="glow")).pattern() == "glow"


def test_the_cue_fades_in_becomes_an_offer_and_goes_out_by_itself(small_desk):
    desk = small_desk()
    desk.tension()
    desk.wait(300)
    assert shown(desk) == [(0, "cue"), (60, "offer"), (105, "off")]
    assert desk.all(Light)[0].seconds == 30.0


def test_brightness_follows_the_breath_without_falling_back_in_between(small_desk):
    desk = small_desk()
    desk.say(Start("breathing"))
    desk.wait(30)
    assert shown(desk) == [(0, "breathing"), (4, "breath_in"), (8, "breath_out"), (14.2, "breathing"), (20, "off")]
    assert [e.seconds for e in desk.all(Light) if e.pattern.startswith("breath_")] == [4.0, 6.0]


def test_while_holding_the_light_shows_what_a_release_would_do_and_then_joins_the_breath_where_it_is(small_desk):
    desk = small_desk()
    desk.say(Start("breathing"))
    desk.wait(8)
    desk.told.clear()
    desk.say(ButtonEdge(True, 8.0))
    desk.wait(3)
    desk.say(ButtonHeld("none"))
    patterns = [(e.pattern, e.seconds) for e in desk.all(Light)]
    assert patterns[0] == ("held_short", 0.0) and ("held_long", 0.0) in patterns
    assert patterns[-1] == ("breath_out", pytest.approx(3.0))


def test_a_pause_holds_the_light(small_desk):
    desk = small_desk()
    desk.say(Start("breathing"))
    desk.wait(5)
    desk.say(TogglePause())
    assert desk.pattern() == "paused"
    desk.say(TogglePause())
    assert desk.pattern() == "breathing"
    desk.say(Stop())
    assert desk.pattern() == "off"


def test_a_mark_nods_shortly(small_desk):
    desk = small_desk()
    desk.double()
    desk.wait(5)
    assert [p for _, p in shown(desk)][-2:] == ["mark", "off"]


def test_quiet_and_private_have_their_own_light(small_desk):
    desk = small_desk()
    desk.long()
    assert desk.pattern() == "quiet"
    desk.say(SetPrivate(True))
    assert desk.pattern() == "private"


def test_a_loose_electrode_blinks_but_not_at_an_empty_chair(small_desk):
    desk = small_desk()
    desk.say(Quality("off", "an electrode is off"))
    assert desk.pattern() == "sensor"
    desk.say(Presence("away"))
    assert desk.pattern() == "off"


def test_a_moving_arm_is_no_trouble(small_desk):
    desk = small_desk()
    desk.say(Quality("motion"))
    assert desk.pattern() == "off"


def test_a_sensor_that_stays_lost_needs_a_hand_one_that_comes_back_does_not(small_desk):
    desk = small_desk()
    desk.say(SensorTrouble("no answer"))
    desk.wait(30)
    assert desk.pattern() == "sensor"
    desk.say(SensorTrouble("still no answer"))
    desk.wait(31)
    assert desk.pattern() == "fault"
    desk.say(SensorWell(500.0))
    assert desk.pattern() == "off"


def test_a_broker_that_is_gone_does_not_blink_at_the_person_a_full_disk_does(small_desk):
    desk = small_desk()
    desk.say(OutputTrouble("mqtt", "broker gone"))
    assert desk.pattern() == "off"
    desk.say(OutputTrouble("history", "disk full"))
    assert desk.pattern() == "fault"
    desk.say(OutputWell("history"))
    assert desk.pattern() == "off"


def test_the_light_leads_through_a_calibration(small_desk):
    desk = small_desk()
    for step in ("rest", "reference_1", "reference_pause", "shrug"):
        desk.say(CalibrationStep(step, 10.0))
    desk.say(Tone(0.5), Tone(None), CalibrationRefused("stopped"))
    patterns = [pattern for _, pattern in shown(desk)]
    assert patterns == [
        "calibration", "calibration_hold", "calibration", "calibration_hold", "feedback", "calibration_hold", "off",
    ]  # fmt: skip


def test_tension_is_never_a_fault(small_desk):
    desk = small_desk()
    desk.tension()
    desk.wait(3600)
    assert "fault" not in {p for _, p in shown(desk)}


def test_the_same_light_is_told_once(small_desk):
    desk = small_desk()
    for _ in range(5):
        desk.say(Quality("off"), Quality("rail"))
    assert shown(desk) == [(0, "sensor")]


def test_every_pattern_is_named_once():
    names = [name for name, _ in PATTERNS]
    assert len(names) == len(set(names)) and names[-1] == "off"


def test_whether_the_yardstick_fits_is_asked_for_five_minutes_and_never_over_quiet_or_an_empty_chair(small_desk):
    desk = small_desk()
    asked = Proposed(
        "daily_reference", "in the last 120 min, half of the time above 84 %RVE; 100 is both arms held out"
    )
    desk.say(asked)
    desk.wait(400)
    assert shown(desk) == [(0, "yardstick"), (300, "off")]
    desk.say(asked, Proposed("", ""))
    assert shown(desk)[2:] == [(400, "yardstick"), (400, "off")]
    desk.say(Presence("away"), asked)
    assert desk.pattern() == "off"
    desk.say(Presence("present"))
    assert desk.pattern() == "yardstick"
    desk.say(SetQuiet(30))
    assert desk.pattern() == "quiet"
    desk.say(Proposed("fewer", "12 of the last 20 cues were left alone"), SetQuiet(0))
    assert desk.pattern() == "off", "other proposals only stand on the page"
