"""Which exercise is suggested: liking first, measured effect second, what is left out never."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from station.core.engine import Engine
from station.core.events import Excluded, Liked, Preferred, Refused, SessionEnded, SessionStarted
from station.core.inputs import EffectsKnown, Exclude, Like, NewDay, Prefer, Start
from station.core.suggestions import Suggestions
from tests.core.coached import OFFERED, CoachedDesk


def suggested(desk: CoachedDesk) -> tuple[str, str]:
    """What the next cue suggests, and the last part of its reason."""
    desk.recover()
    desk.wait(4 * 3600)
    desk.tell_time()
    desk.tension()
    cue = desk.all_cues[-1]
    assert cue.phase == "light"
    return cue.suggestion, cue.reason.rpartition("; ")[2]


def test_without_a_word_it_is_what_the_configuration_says() -> None:
    assert suggested(CoachedDesk())[0] == "breathing"


def test_liking_comes_first_and_measured_effect_second() -> None:
    desk = CoachedDesk()
    desk.say(EffectsKnown(("pmr", "movement")))
    assert suggested(desk) == ("pmr", "the largest effect that was measured")
    desk.say(Like("autogenic"))
    assert suggested(desk) == ("autogenic", "you like it")
    desk.say(Like("movement"))
    assert suggested(desk) == ("movement", "you like it")
    desk.say(Like("movement", False), Like("autogenic", False))
    assert suggested(desk)[0] == "pmr"


def test_what_is_left_out_is_never_suggested_and_never_started_by_an_offer() -> None:
    desk = CoachedDesk()
    desk.say(Like("pmr"), Exclude("pmr"), Exclude("breathing"), Exclude("shoulder-drop"))
    name, _ = suggested(desk)
    assert name == "movement"
    desk.short()
    assert [e.technique for e in desk.all(SessionStarted)] == ["movement"]
    desk.say(*(Exclude(each) for each in OFFERED))
    assert suggested(desk)[0] == ""


def test_what_feels_worse_ends_gently_and_is_left_out() -> None:
    desk = CoachedDesk()
    desk.say(Start("pmr", source="page"))
    desk.say(Exclude("autogenic"))
    assert desk.all(SessionEnded) == []
    desk.say(Exclude("pmr"))
    assert [e.reason for e in desk.all(SessionEnded)] == ["stopped"]
    assert desk.state.left_out == ("autogenic", "pmr")
    desk.say(Exclude("pmr", on=False))
    assert desk.state.left_out == ("autogenic",)


def test_saying_it_twice_says_it_once_and_an_unknown_exercise_is_refused() -> None:
    desk = CoachedDesk()
    desk.say(Like("pmr"), Like("pmr"), Exclude("pmr"), Exclude("pmr"))
    assert len(desk.all(Liked)) == len(desk.all(Excluded)) == 1
    desk.say(Like("yoga"), Exclude("yoga"), Exclude("daily/p01"))
    assert [e.what for e in desk.all(Refused)] == ["like", "exclude"]
    assert "there are: breathing" in desk.all(Refused)[0].reason
    assert desk.state.liked == ("pmr",)


def test_a_try_out_takes_all_in_turn_and_ends_by_itself_after_two_weeks() -> None:
    desk = CoachedDesk()
    desk.say(Like("pmr"), Exclude("mindfulness"), Prefer({"try_out": True}))
    seen: list[str] = []
    for _ in range(14 * 6 + 6):
        name, why = suggested(desk)
        if why != "its turn in the try-out":
            break
        seen.append(name)
    counts = Counter(seen)
    assert set(counts) == {"movement", "breathing", "pmr", "autogenic"}
    assert max(counts.values()) - min(counts.values()) <= 1
    assert why == "you like it" and desk.day_number == 14 and desk.state.preferences["try_out"] is False
    assert suggested(desk) == ("pmr", "you like it")


def test_a_second_try_out_begins_anew() -> None:
    desk = CoachedDesk(try_out=True)
    desk.until("09:00", 20)
    desk.say(Prefer({"try_out": True}))
    desk.until("09:00", 30)
    assert desk.state.preferences["try_out"] is True
    desk.until("09:00", 34)
    assert desk.state.preferences["try_out"] is False


def test_with_movement_reminders_every_second_suggestion_is_movement() -> None:
    desk = CoachedDesk(movement=True)
    assert [suggested(desk)[0] for _ in range(4)] == ["movement", "breathing", "movement", "breathing"]


def test_everything_said_is_there_after_a_restart() -> None:
    desk = CoachedDesk(try_out=True)
    desk.say(Like("pmr"), Exclude("breathing"))
    suggested(desk)
    kept = json.loads(json.dumps(desk.suggestions.snapshot()))
    again = Suggestions("breathing", OFFERED)
    requests = again.restore(kept)
    assert requests == [Like("pmr", True, "restart"), Exclude("breathing", True, "restart")]
    Engine([again]).handle(Preferred("try_out", True, "restart"), 0.0)
    for request in requests:
        Engine([again]).handle(request, 0.0)
    assert again.choose()[0] == "pmr"  # movement had its turn before, breathing is left out
    without = Suggestions("breathing", ("breathing",))
    assert without.restore(kept) == [Exclude("breathing", True, "restart")]


def test_a_try_out_whose_beginning_nobody_knows_begins_with_the_first_day() -> None:
    part = Suggestions("breathing", OFFERED)
    list(part._on_preferred(Preferred("try_out", True, "restart"), 0.0))
    assert list(part._on_new_day(NewDay("2026-11-23"), 0.0)) == []
    assert list(part._on_new_day(NewDay("2026-12-06"), 0.0)) == []
    assert list(part._on_new_day(NewDay("2026-12-07"), 0.0)) == [Prefer({"try_out": False}, "coach")]
    assert part.due() == float("inf")


@pytest.mark.parametrize("name", ["breathing", ""])
def test_a_house_without_exercises_suggests_its_usual_one(name: str) -> None:
    part = Suggestions(name)
    list(part._on_preferred(Preferred("try_out", True, "page"), 0.0))
    assert part.choose() == (name, "")
    assert part._unknown("anything") == ""
