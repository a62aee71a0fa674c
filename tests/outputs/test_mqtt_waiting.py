"""What waits in the MQTT output: nothing is lost, doubled or turned round, and nobody is woken without need."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from station.outputs.mqtt.connection import Acked, Lost
from station.outputs.mqtt.durable import MOST_AT_HAND, DurableLog
from station.outputs.mqtt.waiting import FEW, Acks

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
            log.keep((1.7e9, b"%d" % n) for n in range(kept, kept + number))
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
    log.keep([(1.7e9, b"one")])
    assert log._outbox is not None
    log._outbox.after = None  # type: ignore[method-assign, assignment]  # whoever asks now falls
    assert [payload for _, payload in log.next(5)] == [b"one"]
    log.close()


def test_while_records_keep_coming_the_delivered_are_deleted_by_the_way(tmp_path: Path) -> None:
    log = DurableLog(tmp_path / "outbox.db", 2)
    log.open()
    assert log._outbox is not None
    log._outbox.done = None  # type: ignore[method-assign, assignment]  # a wait for the disk of its own: not needed
    for n in range(30):
        log.keep([(1.7e9 + n, b"x")])
        for number, _ in log.next(5):
            log.delivered(number)
        log.tidy()
        log.tidy()
    assert len(log) == 1
    log.close()


def test_a_few_acknowledgements_wait_and_what_cannot_wait_wakes() -> None:
    woken: list[object] = []
    acks, connection = Acks(woken.append), Any
    for mid in range(FEW):
        acks.tell(Acked(connection, mid))  # type: ignore[arg-type]
    assert woken == []
    acks.tell(Acked(connection, 99))  # type: ignore[arg-type]
    acks.tell(Acked(connection, 100, "not authorized"))  # type: ignore[arg-type]
    lost = Lost(connection, None)  # type: ignore[arg-type]
    acks.tell(lost)
    assert [one.mid for one in woken[:2]] == [99, 100] and woken[2] is lost  # type: ignore[attr-defined]
    assert [ack.mid for ack in acks.read()] == list(range(FEW))
    assert acks.read() == []
    acks.tell(Acked(connection, 1))  # type: ignore[arg-type]
    acks.patient = False
    acks.tell(Acked(connection, 2))  # type: ignore[arg-type]
    assert [one.mid for one in woken[3:]] == [2] and [ack.mid for ack in acks.read()] == [1]  # type: ignore[attr-defined]
