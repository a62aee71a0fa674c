"""What the muscle may change in an exercise, and what it never changes: the length that was told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core.engine import Engine
from station.core.events import (
    CueAnswered,
    Reading,
    SessionClosing,
    SessionEnded,
    SessionStarted,
    SessionStep,
)
from station.core.feeling import Feeling
from station.core.inputs import NextStep, Start, Tick, TogglePause
from station.core.script import Condition, Script, Step
from station.core.session import Session, Settings

LOOSE, TENSE = 2.0, 30.0
SOFT = Condition("until", "relaxed", after=5.0, hold=2.0)


def say(at: float, seconds: float, text: str, condition: Condition | None = None) -> Step:
    return Step(at, seconds, "say", text, condition=condition)


# Three groups of 5 s tense and 20 s release, and a return: 85 s.
PMR = Script(
    "pmr",
    "micro",
    "de",
    85.0,
    "none",
    (
        say(0, 5, "A hoch."),
        say(5, 20, "A los.", SOFT),
        say(25, 5, "B hoch."),
        say(30, 20, "B los.", SOFT),
        say(50, 5, "C hoch."),
        say(55, 20, "C los.", SOFT),
        say(75, 10, "Zurück."),
    ),
    (),
)
STILL = Script("pmr", "micro", "de", 24.0, "none", (say(0, 12, "Bleib noch."), say(12, 12, "Nichts zu tun.")), ())
BRANCH = Script(
    "branch",
    "micro",
    "de",
    30.0,
    "none",
    (
        say(0, 10, "Hallo du."),
        say(10, 10, "Mit Ton.", Condition("when", "sensor_ok")),
        say(10, 10, "Ohne Ton.", Condition("otherwise", "sensor_ok")),
        say(20, 10, "Gut so."),
    ),
    (),
)
BREATH = Script(
    "breathing",
    "micro",
    "de",
    80.0,
    "rain",
    tuple(Step(i * 10.0 + at, 5.0, kind) for i in range(8) for at, kind in ((0, "breath_in"), (5, "breath_out"))),
    (),
)
RESTED = Script("breathing", "micro", "de", 8.0, "none", (say(0, 8, "Das genügt für jetzt."),), ())


class Evening:
    """An exercise and a muscle in virtual time: `wear` says how loaded it is (None: no sensor)."""

    def __init__(self, scripts: dict[tuple[str, str], Script], settings: Settings | None = None) -> None:
        self.session = Session(lambda name, length, _: scripts.get((name, length)), settings)
        self.engine = Engine([self.session])
        self.now = 1000.0
        self.began = self.now
        self.told: list[tuple[float, Any]] = []

    def say(self, *messages: Any) -> None:
        for message in messages:
            self.told += [(self.now - self.began, event) for event in self.engine.handle(message, self.now)]

    def wear(self, load: float | None, seconds: float) -> None:
        """Tenths of a second with this load; a Tick whenever somebody asked for one."""
        for _ in range(round(seconds * 10)):
            until = self.now + 0.1
            while self.engine.due() <= until:
                self.now = max(self.now, self.engine.due())
                self.say(Tick())
            self.now = until
            if load is not None:
                self.say(Reading(self.now - 0.25, load, load < 5, "ok"))

    def said(self) -> list[tuple[float, str]]:
        return [(round(t, 1), e.text) for t, e in self.told if isinstance(e, SessionStep) and e.text]

    def ends(self) -> list[tuple[float, str]]:
        return [(round(t, 1), e.reason) for t, e in self.told if isinstance(e, SessionEnded)]


def pmr(**more: Script) -> Evening:
    evening = Evening({("pmr", "micro"): PMR, **{("pmr", name): script for name, script in more.items()}})
    evening.say(Start("pmr"))
    return evening


def test_without_a_sensor_every_group_takes_its_plain_time():
    evening = pmr()
    evening.wear(None, 100)
    assert [t for t, _ in evening.said()] == [0, 5, 25, 30, 50, 55, 75]
    assert evening.ends() == [(85.0, "completed")]


def test_the_next_group_begins_when_the_muscle_has_let_go():
    evening = pmr()
    evening.wear(TENSE, 10)
    evening.wear(LOOSE, 8)
    assert evening.said()[2][1] == "B hoch."
    released = evening.said()[2][0]
    # 5 s after the release began at the earliest, and then 2 s of looseness (half of the last second must be loose).
    assert 12.0 <= released <= 13.0


def test_a_muscle_that_does_not_let_go_is_not_waited_for_longer_than_the_slot():
    evening = pmr()
    evening.wear(TENSE, 100)
    assert [t for t, _ in evening.said()] == [0, 5, 25, 30, 50, 55, 75]


def test_a_short_dip_is_not_letting_go():
    evening = pmr()
    for _ in range(20):
        evening.wear(LOOSE, 1.4)
        evening.wear(TENSE, 1.4)
    assert evening.said()[2] == (25.0, "B hoch.")


def test_what_is_saved_is_given_back_as_stillness_and_the_total_is_exact():
    evening = pmr(stillness=STILL)
    evening.wear(LOOSE, 100)
    said = evening.said()
    # 5 s after its release each, as the muscle was loose all along: twice 15 s saved.
    assert said[:5] == [(0, "A hoch."), (5, "A los."), (10, "B hoch."), (15, "B los."), (20, "C hoch.")]
    assert said[5:] == [(25, "C los."), (45, "Bleib noch."), (57, "Nichts zu tun."), (75, "Zurück.")]
    assert evening.ends() == [(85.0, "completed")]


def test_a_stillness_that_is_too_short_for_a_sentence_is_silent():
    evening = pmr(stillness=STILL)
    evening.wear(LOOSE, 10)
    evening.wear(TENSE, 85)
    assert "Nichts zu tun." not in [text for _, text in evening.said()]
    assert evening.ends() == [(85.0, "completed")]


def test_a_sentence_is_never_cut_off_by_a_quick_muscle():
    long_words = "Und lass die Schultern ganz in Ruhe so weit sinken, wie sie von selbst sinken mögen."
    script = Script(
        "pmr",
        "micro",
        "de",
        60.0,
        "none",
        (
            say(0, 30, long_words, Condition("until", "relaxed")),
            say(30, 20, "Noch eins.", SOFT),
            say(50, 10, "Zurück."),
        ),
        (),
    )
    evening = Evening({("pmr", "micro"): script})
    evening.say(Start("pmr"))
    evening.wear(LOOSE, 60)
    assert evening.said()[1][0] > len(long_words) / 13


def test_indices_are_consecutive_through_branches_and_stillness():
    """The player takes a gap in the numbers for a place that was left, and fades what rings."""
    evening = pmr(stillness=STILL)
    evening.wear(LOOSE, 100)
    assert [e.index for _, e in evening.told if isinstance(e, SessionStep)] == list(range(9))
    evening = Evening({("branch", "micro"): BRANCH})
    evening.say(Start("branch"))
    evening.wear(LOOSE, 40)
    assert [e.index for _, e in evening.told if isinstance(e, SessionStep)] == [0, 1, 2]


@pytest.mark.parametrize(("load", "text"), [(LOOSE, "Mit Ton."), (TENSE, "Mit Ton."), (None, "Ohne Ton.")])
def test_a_branch_asks_the_sensor_as_it_begins(load, text):
    evening = Evening({("branch", "micro"): BRANCH})
    evening.say(Start("branch"))
    evening.wear(load, 40)
    assert [said for _, said in evening.said()] == ["Hallo du.", text, "Gut so."]


def test_a_sensor_that_falls_silent_is_none():
    evening = Evening({("branch", "micro"): BRANCH})
    evening.say(Start("branch"))
    evening.wear(LOOSE, 5)
    evening.wear(None, 40)
    assert "Ohne Ton." in [said for _, said in evening.said()]


def test_a_pause_does_not_count_as_letting_go():
    evening = pmr()
    evening.wear(TENSE, 9)
    evening.wear(LOOSE, 0.5)
    evening.say(TogglePause())
    evening.wear(LOOSE, 60)
    evening.say(TogglePause())
    evening.wear(TENSE, 30)
    assert evening.said()[2] == (85.0, "B hoch.")
    assert not [e for _, e in evening.told if isinstance(e, SessionClosing)]


def test_next_in_the_stillness_goes_on_at_once():
    evening = pmr()
    evening.wear(LOOSE, 50)
    evening.say(NextStep())
    assert evening.said()[-1] == (50.0, "Zurück.")
    evening.wear(LOOSE, 20)
    assert evening.ends() == [(60.0, "completed")]


def breathing(ends: str = "offers", accepted: bool = True, rested: Script | None = RESTED) -> Evening:
    scripts = {("breathing", "micro"): BREATH}
    if rested:
        scripts["breathing", "rested"] = rested
    evening = Evening(scripts, Settings(ends_when_rested=ends))  # type: ignore[arg-type]
    evening.say(*([CueAnswered("accepted")] if accepted else []), Start("breathing"))
    return evening


def test_an_accepted_offer_ends_early_and_kindly_when_the_muscle_has_rested():
    evening = breathing()
    evening.wear(LOOSE, 80)
    assert evening.said() == [(40.0, "Das genügt für jetzt.")]
    assert evening.ends() == [(48.0, "completed")]
    assert [e.seconds for _, e in evening.told if isinstance(e, SessionClosing)] == [8.0]


def test_it_rests_for_twenty_seconds_first():
    evening = breathing()
    evening.wear(TENSE, 30)
    evening.wear(LOOSE, 60)
    # More than half of the last ten seconds is rest from 35 s on; that is enough twenty seconds later, in the middle
    # of a breath, which is not cut in two.
    assert evening.said()[0][0] == 60.0


@pytest.mark.parametrize(
    ("how", "load"),
    [
        ({"accepted": False}, LOOSE),
        ({"ends": "never"}, LOOSE),
        ({"rested": None}, LOOSE),
        ({}, TENSE),
        ({}, None),
    ],
)
def test_otherwise_it_goes_on_to_its_end(how, load):
    evening = breathing(**how)
    evening.wear(load, 100)
    assert evening.ends() == [(80.0, "completed")] and not evening.said()


def test_an_exercise_one_has_started_oneself_ends_early_only_where_the_owner_wants_it():
    evening = breathing("always", accepted=False)
    evening.wear(LOOSE, 80)
    assert evening.ends() == [(48.0, "completed")]


def test_what_follows_the_first_exercise_of_an_offer_is_part_of_the_offer():
    shrug = Script("shrug", "micro", "de", 10.0, "none", (say(0, 10, "Hoch und los."),), ())
    scripts = {("breathing", "micro"): BREATH, ("breathing", "rested"): RESTED, ("shrug", "micro"): shrug}
    evening = Evening(scripts)
    evening.say(CueAnswered("accepted"), Start("shrug", then="breathing"))
    evening.wear(LOOSE, 100)
    assert evening.ends() == [(10.0, "completed"), (58.0, "completed")]


def test_the_share_of_rest_is_unknown_before_enough_of_it_was_measured():
    feeling = Feeling()
    for i in range(60):
        feeling.feel(Reading(0, LOOSE, True, "ok"), i / 10)
    assert feeling.rest_share(5.9) is None
    for i in range(60, 80):
        feeling.feel(Reading(0, LOOSE, True, "ok"), i / 10)
    assert feeling.rest_share(7.9) == 1.0


@pytest.mark.parametrize(("drop", "after", "holds"), [(0.5, 9.0, True), (0.5, 16.0, False), (0.9, 9.0, False)])
def test_a_drop_is_measured_from_the_last_minutes_highest_second(drop, after, holds):
    feeling = Feeling()
    for i in range(100):
        feeling.feel(Reading(0, 30.0 if i < 50 else after, False, "ok"), i / 10)
    assert feeling.holds(f"tension_drop >= {drop}", 9.9) is holds


@given(st.lists(st.tuples(st.sampled_from([LOOSE, TENSE, None]), st.floats(0.2, 20)), max_size=20))
def test_whatever_the_muscle_does_every_step_is_told_once_and_the_total_is_exact(moves):
    evening = pmr(stillness=STILL)
    for load, seconds in moves:
        evening.wear(load, seconds)
    evening.wear(None, 100)
    told = [text for _, text in evening.said() if text not in ("Bleib noch.", "Nichts zu tun.")]
    assert told == [step.text for step in PMR.steps]
    started = next(e for _, e in evening.told if isinstance(e, SessionStarted))
    assert evening.ends() == [(started.seconds, "completed")]


def test_skipping_on_lays_down_the_bed_that_the_next_section_sounds_on():
    steps = (say(0, 10, "Hallo du."), Step(10, 20, "bed", sound="rain"), Step(10, 5, "silence"), say(15, 15, "Regen."))
    evening = Evening({("walk", "micro"): Script("walk", "micro", "de", 30.0, "none", steps, ())})
    evening.say(Start("walk"))
    evening.wear(None, 2)
    evening.say(NextStep("page"))
    told = [(e.kind, e.sound or e.text) for _, e in evening.told if isinstance(e, SessionStep)]
    assert told == [("say", "Hallo du."), ("bed", "rain"), ("say", "Regen.")]


def test_an_exercise_of_words_may_end_early_between_any_two_of_them():
    """No breath is on its way there that could be cut in two."""
    steps = tuple(say(10.0 * k, 10.0, "Spür nach.") for k in range(8))
    evening = Evening(
        {("still", "micro"): Script("still", "micro", "de", 80.0, "none", steps, ()), ("still", "rested"): RESTED}
    )
    evening.say(CueAnswered("accepted"), Start("still"))
    evening.wear(LOOSE, 100)
    ((ended, reason),) = evening.ends()
    assert (reason, ended < 70) == ("completed", True)
