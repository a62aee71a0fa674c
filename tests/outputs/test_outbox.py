"""What waits on the disk until the broker has acknowledged it."""

from __future__ import annotations

from pathlib import Path

from station.outputs.mqtt.durable import MOST_SPILLED, DurableLog
from station.outputs.mqtt.outbox import MOST_ENTRIES, Outbox


def test_what_is_not_acknowledged_is_there_after_a_restart_in_order(tmp_path: Path) -> None:
    box = Outbox(tmp_path / "o.db", 2)
    box.add((float(n), f"{n}".encode()) for n in range(10))
    first = box.after(0, 4)
    assert [payload for _, payload in first] == [b"0", b"1", b"2", b"3"]
    box.done(number for number, _ in first[1:])
    box.close()
    again = Outbox(tmp_path / "o.db", 2)
    assert [payload for _, payload in again.after(0, 3)] == [b"0", b"4", b"5"]
    again.close()


def test_the_outbox_is_bounded_by_age_and_number_and_spares_a_clock_that_knows_nothing(tmp_path: Path) -> None:
    box = Outbox(tmp_path / "o.db", 2)
    now = 1_800_000_000.0
    box.add([(now - 15 * 86_400, b"old"), (500.0, b"1970"), (now, b"new")])
    assert box.trim(now) == 1
    assert [payload for _, payload in box.after(0, 9)] == [b"1970", b"new"]
    box.add((now, b"x") for _ in range(MOST_ENTRIES))
    box.trim(now)
    assert len(box) == MOST_ENTRIES
    box.close()


def test_who_lowers_the_privacy_level_takes_back_what_was_waiting(tmp_path: Path) -> None:
    box = Outbox(tmp_path / "o.db", 3)
    box.add([(1.0, b"detailed")])
    box.close()
    box = Outbox(tmp_path / "o.db", 2)
    assert box.after(0, 9) == []
    box.close()


def test_a_damaged_outbox_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "o.db").write_bytes(b"no database" * 500)
    box = Outbox(tmp_path / "o.db", 2)
    assert len(box) == 0
    assert len(list(tmp_path.glob("o.db.bad-*"))) == 1
    box.close()


def test_a_thousand_records_at_once_are_all_kept(tmp_path: Path) -> None:
    log = DurableLog(tmp_path / "o.db", 2)
    log.open()
    log.keep(((float(n), b"x") for n in range(1_000)), 0.0)
    assert len(log) == 1_000
    log.close()


def test_while_the_disk_takes_nothing_the_newest_wait_in_memory(tmp_path: Path) -> None:
    log = DurableLog(tmp_path / "not there" / "o.db", 2)
    log.open()
    assert "there and writable?" in log.trouble
    log.keep(((float(n), str(n).encode()) for n in range(MOST_SPILLED + 3)), 0.0)
    (tmp_path / "not there").mkdir()
    log.keep([(9e3, b"last")], 1.0)
    assert log.trouble == ""
    kept = [payload for _, payload in log.next(1_000)]
    assert (kept[0], kept[-1], len(kept)) == (b"3", b"last", MOST_SPILLED + 1)
    log.close()
