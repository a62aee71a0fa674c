"""What waits in the MQTT output: nothing is lost, doubled or turned round, and nobody is woken without need."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.core import events as ev
from station.core.state import State
from station.outputs import mqtt
from station.outputs.contract import House
from station.outputs.mqtt import speech
from station.outputs.mqtt.durable import MOST_AT_HAND, SETTLE_S, DurableLog
from station.outputs.mqtt.waiting import Bell

# So many records are kept at once, or so many (at most) are taken out.
steps = st.lists(st.tuples(st.sampled_from(["keep", "next"]), st.integers(1, MOST_AT_HAND + 20)), max_size=12)


@settings(max_examples=25, deadline=None)
@given(steps)
def test_every_record_is_given_out_once_and_in_order_however_they_come_and_go(
    tmp_path_factory: Any, todo: list[tuple[str, int]]
) -> None:
    log = DurableLog(tmp_path_factory.mktemp("log") / "outbox.db", 2)
    log.open()
    kept, given_out = 0, []
    for what, number in [*todo, ("next", MOST_AT_HAND * 20)]:
        if what == "keep":
            log.keep(((1.7e9, b"%d" % n) for n in range(kept, kept + number)), 0.0)
            kept += number
        else:
            given_out += log.next(number)
    given_out += log.next(MOST_AT_HAND * 20)  # the first may have emptied only what was at hand
    assert [payload for _, payload in given_out] == [b"%d" % n for n in range(kept)]
    log.from_the_beginning()  # nothing was acknowledged: all of it again
    assert log.next(kept + 1) == given_out
    for number, _ in given_out:
        log.delivered(number)
    log.settle()
    log.from_the_beginning()
    assert log.next(1) == [] and len(log) == 0
    log.close()


def test_what_was_just_kept_is_not_read_from_the_disk_again(tmp_path: Path) -> None:
    log = DurableLog(tmp_path / "outbox.db", 2)
    log.open()
    assert log.next(5) == []
    log.keep([(1.7e9, b"one")], 0.0)
    assert log._outbox is not None
    log._outbox.after = None  # type: ignore[method-assign, assignment]  # whoever asks now falls
    assert [payload for _, payload in log.next(5)] == [b"one"]
    log.close()


def test_while_records_keep_coming_the_delivered_are_deleted_by_the_way(tmp_path: Path) -> None:
    log = DurableLog(tmp_path / "outbox.db", 2)
    log.open()
    assert log._outbox is not None
    log._outbox.done = None  # type: ignore[method-assign, assignment]  # a commit of its own: not needed
    for minute in range(30):
        log.keep([(1.7e9 + 60 * minute, b"x")], 60.0 * minute)
        for number, _ in log.next(5):
            log.delivered(number)
        for second in range(60):
            log.tidy(60.0 * minute + second)
    assert len(log) == 1
    log.close()


def test_what_was_delivered_last_is_deleted_when_nothing_comes_any_more(tmp_path: Path) -> None:
    log = DurableLog(tmp_path / "outbox.db", 2)
    log.open()
    log.keep([(1.7e9, b"x")], 0.0)
    log.tidy(0.0)
    (entry,) = log.next(5)
    log.delivered(entry[0])
    log.tidy(1_000.0)
    log.tidy(1_000.0 + SETTLE_S - 0.1)
    assert len(log) == 1
    log.tidy(1_000.0 + SETTLE_S)
    assert len(log) == 0
    log.close()


def test_a_late_word_about_an_entry_of_a_damaged_file_deletes_nothing_of_the_next_file(tmp_path: Path) -> None:
    log = DurableLog(tmp_path / "outbox.db", 2)
    log.open()
    log.keep([(1.7e9, b"old"), (1.7e9, b"old too")], 0.0)
    sent = log.next(5)
    log.close()
    (tmp_path / "outbox.db").write_bytes(b"no database at all" * 100)
    log.keep([(1.7e9, b"new"), (1.7e9, b"new too")], 1.0)
    for number, _ in sent:
        log.delivered(number)
    log.settle()
    log.from_the_beginning()
    assert [payload for _, payload in log.next(5)] == [b"new", b"new too"]
    log.close()


def test_who_rings_before_anybody_looks_is_heard_and_a_bell_that_nobody_hears_never_holds_anyone_up() -> None:
    bell = Bell()
    bell.ring()
    bell.wait(60.0)  # or this test never ends
    for _ in range(100_000):
        bell.ring()
    for _ in range(20):
        bell.silence()
    bell.ring()
    bell.wait(60.0)


@pytest.mark.parametrize("event", [ev.Button("short"), ev.Private(True, "page")])
def test_of_readings_in_a_row_the_last_is_learned_and_always_before_what_came_after_it(
    tmp_path: Path, event: ev.Event
) -> None:
    talk = speech.Speech(mqtt.Settings(), House("desk_1", "de", "1", tmp_path, print), State())
    one, two, three, four = (ev.Reading(load, load, False, "ok") for load in (1.0, 2.0, 3.0, 4.0))
    happened = [ev.Moment(each, 0.0, 1.7e9) for each in (one, two, event, three, four)]
    assert [moment.event for moment in speech.without_overtaken(happened)] == [two, event, four]
    talk.learn(iter(happened), 0.0)
    assert talk.state.level_rve_percent == (None if talk.state.private else 4.0)
    talk.log.close()
