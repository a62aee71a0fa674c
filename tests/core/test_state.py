"""The one picture of the station, folded from what happened."""

from __future__ import annotations

import json

import msgspec
import pytest

from station.core import events as e
from station.core.state import FOLDS, State, fold


def told(*events, state=None, t=100.0, wall=1_000_000.0):
    state = state or State()
    for event in events:
        state = fold(state, e.Moment(event, t, wall))
    return state


WELL = e.SensorWell(500.0)


@pytest.mark.parametrize(
    "events, word",
    [
        ((), "starting"),
        ((WELL,), "monitoring"),
        ((WELL, e.Presence("away")), "away"),
        ((WELL, e.Quiet(True, 3700.0, "button")), "quiet"),
        ((WELL, e.Quality("off")), "sensor_trouble"),
        ((e.SensorTrouble("no chip"),), "sensor_trouble"),
        ((WELL, e.Cue("light", "r", "breathing")), "cue"),
        ((WELL, e.Cue("light", "r", "b"), e.Cue("chime", "r", "b")), "offer"),
        ((e.SensorTrouble("no chip"), e.SessionStarted("pmr", "micro", "de", 90.0, "web")), "exercise"),
        ((WELL, e.SessionStarted("pmr", "micro", "de", 90.0, "web"), e.Private(True, "button")), "private"),
        ((WELL, e.Cue("light", "r", "b"), e.CueAnswered("wrong")), "monitoring"),
        ((WELL, e.Quality("hum"), e.Presence("away"), e.CalibrationStep("reference_1", 15.0)), "calibration"),
        ((WELL, e.CalibrationStep("shrug", 8.0), e.Private(True, "button")), "private"),
        ((WELL, e.CalibrationStep("daily_ready", 5.0), e.CalibrationDone({}, daily=True)), "monitoring"),
        ((WELL, e.CalibrationStep("rest", 60.0), e.CalibrationRefused("r")), "monitoring"),
    ],
)
def test_one_word_for_all_of_it(events, word):
    assert told(*events).state == word


def test_the_end_of_quiet_is_told_by_the_wall_clock():
    state = told(e.Quiet(True, 3700.0, "button"))
    assert state.quiet_until == 1_003_600.0
    assert told(e.Quiet(False, None, "time"), state=state).quiet_until is None


def test_rest_today_weighs_minutes_by_their_valid_seconds_and_unknown_is_not_rest():
    minutes = [
        e.Minute(1.0, 1, 2, 3, 4, 5.0, 60.0, "A"),
        e.Minute(0.5, 1, 2, 3, 4, 50.0, 20.0, "B"),
        e.Minute(None, None, None, None, 0, 0.0, 0.0, "X"),
    ]
    state = told(*minutes)
    assert state.rest_today == pytest.approx((60 + 10) / 80)
    assert state.relative_rest_time is None and state.longest_stretch_s == 50.0


def test_a_new_day_begins_at_nothing_and_the_same_day_told_again_changes_nothing():
    done = (e.SessionStarted("pmr", "micro", "de", 90.0, "web"), e.SessionEnded("pmr", "de", "completed"))
    state = told(e.DayBegan("2026-11-23"), *done, e.Mark("button"), e.Cue("light", "r", "b"), e.NoRest(300.0))
    assert (state.sessions_today, state.marks_today, state.cues_today, state.longest_stretch_s) == (1, 1, 1, 300.0)
    assert told(e.DayBegan("2026-11-23"), state=state) is state
    fresh = told(e.DayBegan("2026-11-24"), state=state)
    assert (fresh.sessions_today, fresh.marks_today, fresh.cues_today, fresh.longest_stretch_s) == (0, 0, 0, 0.0)


def test_a_replaced_or_aborted_exercise_leaves_no_trace():
    for reason in ("replaced", "aborted"):
        assert told(e.SessionEnded("pmr", "de", reason)).sessions_today == 0


def test_an_exercise_that_was_broken_off_is_known_until_another_begins_and_never_in_private_mode():
    begun = e.SessionStarted("pmr", "micro", "de", 90.0, "web")
    stopped = e.SessionEnded("pmr", "de", "stopped")
    state = told(begun, stopped)
    assert state.ended_early == "pmr" and state.ended_early_at is not None
    again = told(e.SessionStarted("movement", "micro", "de", 60.0, "web"), state=state)
    assert (again.ended_early, again.ended_early_at) == ("", None)
    assert told(e.SessionEnded("movement", "de", "completed"), state=again).ended_early == ""
    assert told(e.DayBegan("2026-11-24"), state=state).ended_early == ""
    assert told(e.Private(True, "button"), state=state).ended_early == ""
    assert told(begun, e.Private(True, "button"), stopped).ended_early == ""


def test_nothing_measured_shines_through_private_mode():
    measured = (e.Reading(0.0, 12.0, False, "ok"), e.TensionStarted(12.0, 0.1, "r"))
    state = told(WELL, *measured, e.Private(True, "button"), *measured)
    assert state.level_rve_percent is None and not state.tension


def test_a_lost_sensor_leaves_no_stale_level_behind():
    state = told(WELL, e.Reading(0.0, 12.0, False, "ok"), e.SensorTrouble("gone", "look at the plug"))
    assert state.level_rve_percent is None and state.rate is None and state.sensor_remedy == "look at the plug"


def test_the_end_of_an_exercise_moves_with_its_pause():
    state = told(e.SessionStarted("pmr", "micro", "de", 90.0, "web"))
    assert state.session_ends == 1_000_090.0
    state = told(e.SessionPaused("pmr", "de"), state=state)
    assert state.paused and state.session_ends is None
    state = told(e.SessionResumed("pmr", "de", 40.0), state=state, t=200.0, wall=1_000_100.0)
    assert not state.paused and state.session_ends == 1_000_140.0


def test_troubles_are_kept_by_output_until_it_is_well():
    state = told(e.OutputTrouble("mqtt", "no broker"), e.OutputTrouble("audio", "no card"), e.OutputWell("mqtt"))
    assert state.troubles == {"audio": "no card"}


def test_what_a_trouble_is_goes_with_it_and_with_the_next_one_that_is_of_no_kind():
    gone = e.OutputTrouble("audio", "no card", e.NO_SPEAKER)
    state = told(gone, e.OutputTrouble("mqtt", "no broker"))
    assert state.trouble_kinds == {"audio": "no_speaker"}
    assert told(e.OutputWell("audio"), state=state).trouble_kinds == {}
    assert told(e.OutputTrouble("audio", "it hangs"), state=state).trouble_kinds == {}
    assert told(e.OutputWell("mqtt"), state=state).trouble_kinds == {"audio": "no_speaker"}


def test_a_withheld_cue_leaves_its_reason():
    state = told(e.CueWithheld("call: the house says 'call'"))
    assert state.why.startswith("call:") and state.why_withheld and state.why_at is not None


def test_what_is_on_show_keeps_its_own_reason_and_a_new_day_forgets_the_one_that_is_over():
    state = told(
        WELL, e.Cue("light", "tension", "breathing"), e.CueWithheld("offer: another offer is on show", "daily")
    )
    assert (state.why, state.why_withheld) == ("tension", False)
    state = told(e.DayBegan("2026-11-28"), state=state)
    assert state.why == "tension", "it is still on show"
    state = told(e.CueAnswered("ignored"), e.DayBegan("2026-11-29"), state=state)
    assert (state.why, state.why_at) == ("", None)


def test_the_picture_can_be_written_down():
    assert json.loads(json.dumps(msgspec.structs.asdict(told(WELL, e.OutputTrouble("mqtt", "x")))))["troubles"] == {
        "mqtt": "x"
    }


def test_an_event_that_changes_nothing_gives_the_same_picture_back():
    state = State()
    assert told(e.Button("short"), state=state) is state
    assert e.Button not in FOLDS


def test_what_the_house_says_is_told_once_and_as_long_as_it_is_so():
    state = told(e.ContextChanged("call", True), e.ContextChanged("away", True), e.ContextChanged("call", True))
    assert state.contexts == ("away", "call")
    assert told(e.ContextChanged("call", False), state=state).contexts == ("away",)
