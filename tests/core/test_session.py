"""An exercise in time: each step at its second, whatever the hand does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core.engine import Engine
from station.core.events import (
    Refused,
    SessionClosing,
    SessionEnded,
    SessionPaused,
    SessionResumed,
    SessionStarted,
    SessionStep,
)
from station.core.inputs import Context, NextStep, SetPrivate, Start, Stop, Tick, TogglePause
from station.core.script import Script, Step
from station.core.session import Session, Settings


def steps(desk):
    return [(round(t, 6), e.kind) for t, e in desk.told if isinstance(e, SessionStep)]


def reasons(desk):
    return [(e.technique, e.reason) for e in desk.all(SessionEnded)]


def test_every_step_comes_at_its_second_and_the_end_at_the_last(small_desk):
    desk = small_desk()
    desk.say(Start("breathing", "micro", "de", "web"))
    desk.wait(60)
    assert desk.all(SessionStarted) == [SessionStarted("breathing", "micro", "de", 20.0, "web")]
    assert steps(desk) == [(0, "bed"), (0, "say"), (4, "breath_in"), (8, "breath_out"), (14, "say")]
    assert desk.times(SessionEnded) == [20.0] and reasons(desk) == [("breathing", "completed")]


def test_a_late_tick_plays_the_late_step_and_the_next_one_on_time():
    engine = Engine(
        [Session(lambda *_: Script("x", "micro", "de", 9, "", tuple(Step(i, 1.0, "say") for i in range(9)), ()))]
    )
    engine.handle(Start("x"), 100.0)
    assert [e.index for e in engine.handle(Tick(), 101.7)] == [1]
    assert engine.due() == 102.0


def test_after_a_long_sleep_of_the_host_what_is_past_is_not_crammed_in():
    engine = Engine(
        [Session(lambda *_: Script("x", "micro", "de", 90, "", tuple(Step(i, 1.0, "say") for i in range(90)), ()))]
    )
    engine.handle(Start("x"), 0.0)
    assert [e.index for e in engine.handle(Tick(), 60.5)] == [59, 60]


def test_a_pause_moves_everything_by_its_length(small_desk):
    desk = small_desk()
    desk.say(Start())
    desk.wait(5)
    desk.say(TogglePause())
    desk.wait(100)
    assert SessionResumed("breathing", "de", 15.0) in desk.say(TogglePause())
    desk.wait(60)
    assert steps(desk)[2:] == [(4, "breath_in"), (108, "breath_out"), (114, "say")]
    assert desk.times(SessionEnded) == [120.0]


def test_a_forgotten_pause_ends_by_itself_and_silently(small_desk):
    desk = small_desk(session=Settings(favourite="autogenic"))
    desk.say(Start())
    desk.say(TogglePause())
    desk.wait(2000)
    assert reasons(desk) == [("autogenic", "stopped")] and not desk.all(SessionClosing)
    assert desk.times(SessionEnded) == [900.0]


def test_next_goes_to_the_next_sentence_or_first_breath_and_past_the_last_to_the_end(small_desk):
    desk = small_desk()
    desk.say(Start())
    desk.wait(1)
    desk.say(NextStep())
    desk.say(NextStep())
    assert steps(desk)[2:] == [(1, "breath_in"), (1, "say")]
    desk.say(NextStep())
    assert reasons(desk) == [("breathing", "completed")]


def test_next_in_a_pause_goes_on(small_desk):
    desk = small_desk()
    desk.say(Start())
    desk.say(TogglePause())
    desk.say(NextStep())
    assert not desk.state.paused and desk.state.technique == "breathing"


def test_an_exercise_without_a_way_back_stops_at_once(small_desk):
    desk = small_desk()
    desk.say(Start())
    desk.say(Stop())
    assert reasons(desk) == [("breathing", "stopped")]


@pytest.mark.parametrize("paused", [False, True])
def test_autogenic_training_leads_back_when_it_is_ended_early(small_desk, paused):
    desk = small_desk()
    desk.say(Start("autogenic"))
    desk.wait(10)
    if paused:
        desk.say(TogglePause())
    desk.say(Stop())
    assert desk.all(SessionClosing) == [SessionClosing("autogenic", "de", 12.0)]
    desk.wait(60)
    said = [(t, e.text, e.index) for t, e in desk.told if isinstance(e, SessionStep)]
    assert said[1:] == [(10, "Arme fest.", 2), (16, "Augen auf.", 3)]
    assert desk.times(SessionEnded) == [22.0] and reasons(desk) == [("autogenic", "stopped")]


def test_a_second_stop_ends_at_once(small_desk):
    desk = small_desk()
    desk.say(Start("autogenic"))
    desk.say(Stop())
    desk.wait(1)
    desk.say(Stop())
    assert desk.times(SessionEnded) == [1.0]


def test_the_way_back_cannot_be_paused(small_desk):
    desk = small_desk()
    desk.say(Start("autogenic"), Stop(), TogglePause())
    assert not desk.all(SessionPaused)


def test_private_mode_leads_back_too_and_then_nothing_starts(small_desk):
    desk = small_desk()
    desk.say(Start("autogenic"))
    desk.say(SetPrivate(True))
    assert desk.all(SessionClosing)
    desk.wait(20)
    (refusal,) = desk.say(Start("breathing", source="mqtt"))
    assert isinstance(refusal, Refused) and "Private mode" in refusal.reason


def test_another_start_replaces_the_running_one(small_desk):
    desk = small_desk()
    desk.say(Start("breathing"))
    desk.say(Start("autogenic"))
    assert reasons(desk) == [("breathing", "replaced")]
    assert desk.state.technique == "autogenic"


@pytest.mark.parametrize("paused", [False, True])
def test_who_is_deep_in_autogenic_training_is_led_back_before_another_exercise_begins(small_desk, paused):
    desk = small_desk()
    desk.say(Start("autogenic"))
    desk.wait(10)
    desk.say(*([TogglePause()] if paused else []), Start("breathing", source="page"))
    assert desk.all(SessionClosing) == [SessionClosing("autogenic", "de", 12.0)] and reasons(desk) == []
    desk.wait(12)
    assert reasons(desk) == [("autogenic", "replaced")] and desk.state.technique == "breathing"
    assert desk.times(SessionStarted) == [0.0, 22.0]


def test_what_was_to_follow_the_way_back_is_forgotten_when_it_is_ended_at_once(small_desk):
    desk = small_desk()
    desk.say(Start("autogenic"), Start("breathing", source="page"), Stop())
    assert reasons(desk) == [("autogenic", "replaced")]
    desk.wait(60)
    assert len(desk.all(SessionStarted)) == 1


def test_private_mode_on_the_way_back_begins_nothing_after_it(small_desk):
    desk = small_desk()
    desk.say(Start("autogenic"), Start("breathing", source="page"), SetPrivate(True))
    desk.wait(60)
    assert len(desk.all(SessionStarted)) == 1 and reasons(desk) == [("autogenic", "replaced")]


def test_a_second_wish_on_the_way_back_begins_at_once(small_desk):
    desk = small_desk()
    desk.say(Start("autogenic"), Start("breathing", source="page"), Start("shoulder-drop", source="page"))
    assert reasons(desk) == [("autogenic", "replaced")] and desk.state.technique == "shoulder-drop"


def test_a_call_holds_the_exercise_and_only_the_hand_goes_on_with_it(small_desk):
    desk = small_desk()
    desk.say(Start("breathing"))
    desk.wait(2)
    desk.say(Context("focus", True))
    assert not desk.state.paused
    desk.say(Context("call", True))
    assert desk.state.paused
    desk.wait(60)
    assert steps(desk) == [(0, "bed"), (0, "say")]
    desk.say(Context("call", False))
    assert desk.state.paused, "nothing begins to speak by itself"
    desk.short()
    assert not desk.state.paused


def test_during_a_call_the_house_starts_no_exercise_and_the_hand_may(small_desk):
    desk = small_desk()
    desk.say(Context("call", True))
    (refusal,) = desk.say(Start("breathing", source="mqtt"))
    assert isinstance(refusal, Refused) and "call" in refusal.reason
    desk.short()
    assert desk.state.technique == "breathing"


def test_an_unknown_exercise_is_refused_with_those_there_are_and_does_not_disturb(small_desk):
    desk = small_desk()
    desk.say(Start("breathing"))
    (refusal,) = desk.say(Start("breathign"))
    assert refusal == Refused(
        "start", "There is no exercise 'breathign' in 'de'; there are: breathing, shoulder-drop, autogenic."
    )
    assert desk.state.technique == "breathing"


def test_a_length_that_does_not_exist_names_those_that_do():
    script = Script("x", "long", "de", 9, "", (), ())
    engine = Engine([Session(lambda name, length, _: script if length == "long" else None)])
    (refusal,) = engine.handle(Start("x", "micro"), 0.0)
    assert refusal.reason == "There is no micro 'x'; there is: long."


def in_two_languages(technique, length, language):
    """Everything in English; of an added language only the breathing."""
    if language == "en" or (technique, language) == ("breathing", "fr"):
        return Script(technique, length, language, 9, "", (), ())
    return None


@pytest.mark.parametrize(
    ("technique", "asked", "heard"),
    [("breathing", "", "fr"), ("pmr", "", "en"), ("pmr", "fr", "en")],
)
def test_what_an_added_language_lacks_yet_is_played_in_english(technique, asked, heard):
    told = Engine([Session(in_two_languages, language="fr")]).handle(Start(technique, "micro", asked), 0.0)
    assert [e.language for e in told if isinstance(e, SessionStarted)] == [heard]


@pytest.mark.parametrize(("home", "language"), [("de", "fr"), ("de", ""), ("fr", "it")])
def test_another_language_than_the_station_s_own_is_never_replaced(home, language):
    (refusal,) = Engine([Session(in_two_languages, language=home)]).handle(Start("pmr", "micro", language), 0.0)
    assert isinstance(refusal, Refused)


def test_a_chain_whose_first_is_not_in_this_house_starts_with_the_second(small_desk):
    desk = small_desk()
    desk.say(Start("not-there", then="breathing"))
    assert desk.state.technique == "breathing"


def test_a_chain_that_is_stopped_does_not_go_on(small_desk):
    desk = small_desk()
    desk.say(Start("shoulder-drop", then="breathing"))
    desk.say(Stop())
    desk.wait(60)
    assert reasons(desk) == [("shoulder-drop", "stopped")]


def test_without_a_sensor_the_branch_is_the_other_one(small_desk):
    desk = small_desk()
    desk.say(Start("shoulder-drop"))
    desk.wait(20)
    assert [e.text for e in desk.all(SessionStep)] == ["Hochziehen.", "Fallen lassen."]


def test_requests_without_an_exercise_do_nothing(small_desk):
    assert small_desk().say(Stop(), TogglePause(), NextStep()) == []


@given(st.lists(st.tuples(st.floats(0.01, 30), st.sampled_from(["tick", "pause", "next"])), max_size=25))
def test_whatever_the_hand_does_no_step_comes_before_its_second_or_twice(moves):
    """Played time (without pauses) can only be shortened by `next`; indices only grow; one start, one end."""
    script = Script("x", "micro", "de", 60, "", tuple(Step(i * 5.0, 5.0, "say") for i in range(12)), ())
    engine = Engine([Session(lambda *_: script, Settings(forgotten_pause_s=86400))])
    told, now = list(engine.handle(Start("x"), 0.0)), 0.0
    for gap, what in moves:
        until = now + gap
        while engine.due() <= until:
            now = engine.due()
            told += engine.handle(Tick(), now)
        now = until
        told += engine.handle({"tick": Tick(), "pause": TogglePause(), "next": NextStep()}[what], now)
    indices = [e.index for e in told if isinstance(e, SessionStep)]
    assert indices == sorted(set(indices))
    if not any(what != "tick" for _, what in moves):
        assert len(indices) == min(12, int(now // 5) + 1)
    assert sum(isinstance(e, SessionEnded) for e in told) <= 1
