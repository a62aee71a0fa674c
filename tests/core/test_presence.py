"""Presence: timelines of a person who comes, goes, slips an electrode, or sits very still."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from station.core.component import NEVER
from station.core.engine import Engine
from station.core.events import Event, Presence, Private, Quality, Reading, SensorTrouble
from station.core.inputs import Context, Input, Tick
from station.core.presence import EVIDENCE, TABLE, PresenceWatch, Settings


class Desk:
    """The component on a timeline: it is told things, and time passes as it asks for it."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.part = PresenceWatch(settings)
        self.now = 0.0
        self.said: list[tuple[float, str]] = []
        self._told_by_event = {k: h for k, h in self.part.routes().items() if issubclass(k, Event)}
        self._engine = Engine([self.part])

    def tell(self, message: Event | Input) -> None:
        if isinstance(message, Event):
            self._note(self._told_by_event[type(message)](message, self.now))
        else:
            self._note(self._engine.handle(message, self.now))

    def wait(self, seconds: float) -> None:
        """Let time pass; the engine is told the time when the component asks for it."""
        until = self.now + seconds
        while self.part.due() <= until:
            self.now = max(self.now, self.part.due())
            before = self.part.due()
            self.tell(Tick())
            if self.part.due() == before:
                break
        self.now = until

    def quality(self, state: str) -> None:
        self.tell(Quality(state))

    def rest(self, resting: bool) -> None:
        self.tell(Reading(self.now, 2.0 if resting else 12.0, resting, "ok"))

    def _note(self, answers) -> None:
        self.said += [(self.now, a.state) for a in answers if isinstance(a, Presence)]


def at_work() -> Desk:
    desk = Desk()
    desk.quality("ok")
    desk.rest(False)
    desk.wait(60)
    assert desk.said == [(5.0, "present")]
    desk.said.clear()
    return desk


def test_a_person_who_puts_the_sensor_on_is_there_after_five_seconds() -> None:
    at_work()


def test_a_slipped_electrode_is_unknown_and_only_after_five_minutes_away() -> None:
    desk = at_work()
    desk.quality("off")
    desk.wait(400)
    assert desk.said == [(65.0, "unknown"), (365.0, "away")]


def test_an_electrode_put_back_within_five_minutes_was_never_away() -> None:
    desk = at_work()
    desk.quality("off")
    desk.wait(200)
    desk.quality("ok")
    desk.wait(60)
    assert desk.said == [(65.0, "unknown"), (265.0, "present")]


def test_a_crackle_of_a_second_is_not_worth_a_word() -> None:
    desk = at_work()
    for state in ("off", "ok", "flat", "ok", "motion", "rail", "ok"):
        desk.quality(state)
        desk.wait(1)
    assert desk.said == []


def test_a_pad_that_feels_nobody_is_away_after_twenty_seconds_but_not_while_leaning_forward() -> None:
    desk = at_work()
    desk.quality("absent")
    desk.wait(15)
    desk.quality("ok")
    desk.wait(60)
    assert desk.said == []
    desk.quality("absent")
    desk.wait(60)
    assert [s for _, s in desk.said] == ["away"]


def test_the_house_says_away_and_it_is_so_at_once_until_it_expires() -> None:
    desk = at_work()
    desk.tell(Context("away", True, 600))
    assert desk.said == [(60.0, "away")]
    desk.wait(700)
    assert desk.said[1:] == [(665.0, "present")]


def test_the_house_takes_its_word_back() -> None:
    desk = at_work()
    desk.tell(Context("away", True, 600))
    desk.wait(30)
    desk.tell(Context("away", False))
    desk.wait(30)
    assert desk.said == [(60.0, "away"), (95.0, "present")]


def test_a_call_says_nothing_about_presence() -> None:
    desk = at_work()
    desk.tell(Context("call", True, 600))
    desk.wait(60)
    assert desk.said == []


def test_twenty_minutes_without_a_stir_is_nobody_and_a_stir_brings_them_back() -> None:
    desk = at_work()
    desk.rest(True)
    desk.wait(1300)
    assert desk.said == [(1260.0, "away")]
    desk.rest(False)
    desk.wait(5)
    assert desk.said[1:] == [(1362.0, "present")]


def test_a_relaxed_person_who_stirs_now_and_then_stays() -> None:
    desk = at_work()
    for _ in range(6):
        desk.rest(True)
        desk.wait(900)
        desk.rest(False)
        desk.wait(0.1)
    assert desk.said == []


def test_a_dead_sensor_and_private_mode_leave_the_question_open() -> None:
    for event in (SensorTrouble("gone"), Private(True, "button")):
        desk = at_work()
        desk.tell(event)
        desk.wait(60)
        assert desk.said == [(65.0, "unknown")]


def test_the_owner_decides_how_long_stillness_is() -> None:
    desk = Desk(Settings(still_minutes=5))
    desk.quality("ok")
    desk.rest(True)
    desk.wait(400)
    assert desk.said == [(5.0, "present"), (305.0, "away")]


def test_every_state_of_the_table_can_be_left() -> None:
    states = {state for state, _ in TABLE} | {to for _, to in TABLE.values()}
    assert all(any(state == start for start, _ in TABLE) for state in states)
    assert set(EVIDENCE.values()) <= {evidence for _, evidence in TABLE}


messages = st.one_of(
    st.sampled_from([Quality(q) for q in EVIDENCE]),
    st.builds(
        lambda r, q: Reading(0.0, None if q != "ok" else 3.0, r, q), st.booleans(), st.sampled_from(list(EVIDENCE))
    ),
    st.builds(Context, st.just("away"), st.booleans(), st.floats(1, 500)),
)


@given(st.lists(st.tuples(messages, st.floats(0, 400)), max_size=40))
def test_it_never_says_the_same_thing_twice_and_never_asks_for_the_past(story) -> None:
    desk = Desk()
    for message, pause in story:
        desk.tell(message)
        desk.wait(pause)
        assert desk.part.due() == NEVER or desk.part.due() >= desk.now - 1e-6
    words = [s for _, s in desk.said]
    assert all(a != b for a, b in pairwise(words))
    assert set(words) <= {"present", "away", "unknown"}
