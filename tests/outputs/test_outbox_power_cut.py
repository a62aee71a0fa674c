"""What the outbox owes to a kill, what to a power cut, and how often it waits for the disk.

Killed at any moment it has everything.  The power may take what is younger than SECURE_AFTER_S, never the whole file,
and may bring back what was already delivered, to the letter.
"""

from __future__ import annotations

import importlib.util
import json
import os
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from station.core import events as ev
from station.outputs import mqtt
from station.outputs.contract import House
from station.outputs.mqtt.durable import NEVER, SECURE_AFTER_S, DurableLog
from station.outputs.mqtt.outbox import OUTBOX_NAME, Outbox

_found = importlib.util.spec_from_file_location("power_cut", Path(__file__).parents[1] / "power_cut.py")
assert _found and _found.loader
power_cut = importlib.util.module_from_spec(_found)
sys.modules["power_cut"] = power_cut  # its dataclasses look themselves up
_found.loader.exec_module(power_cut)

pytestmark = pytest.mark.skipif(power_cut.library() is None, reason="this Python has its SQLite built in")

Make = Callable[..., Any]
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
TOLD = b'{"event":"minute","id":"1a2b3c4d-%d"}'


class Careless(DurableLog):
    """Never waits for the disk."""

    def secure(self, now: float = NEVER) -> None:
        """Nothing."""


def opened(folder: Path, kind: type[DurableLog] = DurableLog) -> DurableLog:
    log = kind(folder / OUTBOX_NAME, 2)
    log.open()
    assert log.trouble == ""
    return log


def syncs(wire: Any) -> int:
    return sum(op[0] == "sync" for op in wire.told)


# --- how often ---------------------------------------------------------------------------------------


def test_who_is_acknowledged_in_time_never_waits_for_the_disk(tmp_path: Path) -> None:
    with power_cut.watched() as wire:
        log = opened(tmp_path)
        before = syncs(wire)
        for second in range(200):
            log.keep([(float(second), TOLD % second)], float(second))
            ((number, _),) = log.next(20)
            log.secure(second + 0.9)
            log.delivered(number)
            log.secure(second + 0.9)
        assert syncs(wire) == before
        log.close()


def test_what_nobody_acknowledges_is_on_the_disk_after_a_moment_with_one_wait_for_all(tmp_path: Path) -> None:
    with power_cut.watched() as wire:
        log = opened(tmp_path)
        before = syncs(wire)
        assert log.secure_at() == float("inf")
        for tenth in range(10):
            log.keep([(0.0, TOLD % tenth)], 100.0 + tenth / 10)
        assert log.secure_at() == 100.0 + SECURE_AFTER_S
        log.secure(100.0 + SECURE_AFTER_S - 0.001)
        assert syncs(wire) == before
        log.secure(100.0 + SECURE_AFTER_S)
        assert syncs(wire) == before + 1
        log.secure(1e6)  # and nothing more is owed
        assert log.secure_at() == float("inf") and syncs(wire) == before + 1
        log.close()


def test_a_day_without_the_broker_costs_one_wait_for_each_thing_that_happens() -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder, power_cut.watched() as wire:
        log = opened(Path(folder))
        before = syncs(wire)
        for minute in range(24 * 60):
            log.keep([(60.0 * minute, TOLD % minute)], 60.0 * minute)
            for second in range(1, 5):
                log.secure(60.0 * minute + second)
        moved = sum(op[0] == "sync" and op[1] == OUTBOX_NAME for op in wire.told)  # the log, moved into the file
        assert 24 * 60 <= syncs(wire) - before <= 24 * 60 + 3 * moved
        assert moved < 10 and len(log) == 24 * 60
        log.close()


def test_where_nobody_will_answer_for_a_while_it_is_secured_at_once_and_only_if_it_must(tmp_path: Path) -> None:
    with power_cut.watched() as wire:
        log = opened(tmp_path)
        log.keep([(0.0, TOLD % 1)], 0.0)
        before = syncs(wire)
        log.secure()
        assert syncs(wire) == before + 1
        log.secure()
        assert syncs(wire) == before + 1
        log.close()


def test_what_a_killed_station_left_behind_is_secured_by_the_next_one(tmp_path: Path) -> None:
    log = opened(tmp_path)
    log.keep([(0.0, TOLD % 1)], 0.0)  # and no `close`: it was killed
    with power_cut.watched() as wire:
        after = opened(tmp_path)
        assert syncs(wire) == 1
        assert [payload for _, payload in after.next(9)] == [TOLD % 1]
        after.close()
    log.close()


# --- what is left ------------------------------------------------------------------------------------


def lived(folder: Path, turns: int, kind: type[DurableLog] = DurableLog) -> Any:
    """Now with a broker, now without; what the disk heard, and what was owed and no longer owed when."""
    chance, now = random.Random(5), 0.0
    with power_cut.watched() as wire:
        log = opened(folder, kind)
        flying: list[tuple[int, bytes]] = []
        for n in range(turns):
            now += chance.choice((0.1, 1.0, 60.0))
            log.keep([(now, TOLD % n)], now)
            if n // 25 % 2 == 0:  # there is a broker
                flying += log.next(20)
                while flying and chance.random() < 0.8:
                    number, payload = flying.pop(0)
                    wire.say("may go", payload)
                    log.delivered(number)
            else:
                flying = []
                log.from_the_beginning()
            log.secure(now + SECURE_AFTER_S + 0.1)
            wire.say("kept", TOLD % n)
        log.close()
        wire.say("closed")
    return wire


def found_out(cut: Any) -> list[str]:
    """What is wrong after one cut; opened as the station opens it."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        cut.lay(Path(name))
        try:
            with closing(sqlite3.connect(Path(name) / OUTBOX_NAME)) as file:
                if (whole := file.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
                    return [f"corrupt: {whole}"]
            with closing(Outbox(Path(name) / OUTBOX_NAME, 2)) as box:
                left = [payload for _, payload in box.after(0, 10_000)]
        except sqlite3.Error as error:
            return [f"corrupt: {error}"]
        if list(Path(name).glob("*.bad-*")):
            return ["set aside"]
    owed = {said[1] for said in cut.said if said[0] == "kept"} - {said[1] for said in cut.said if said[0] == "may go"}
    wrong = [f"lost: {payload!r}" for payload in owed - set(left)]
    if len(set(left)) != len(left):
        wrong.append("the same one twice in the file")
    return wrong + [f"not ours: {payload!r}" for payload in left if json.loads(payload)["event"] != "minute"]


def judged(wire: Any, points: set[int]) -> tuple[int, list[str]]:
    images, wrong = 0, []
    for cut in power_cut.cuts(wire.told, points):
        images += 1
        wrong += [f"cut at {cut.at}: {each}" for each in found_out(cut)]
    return images, wrong


def test_whenever_the_power_goes_the_outbox_is_whole_and_has_what_was_owed_for_longer_than_a_moment(
    tmp_path: Path,
) -> None:
    wire = lived(tmp_path, 1_000)
    moved = [at for at, op in enumerate(wire.told) if op[0] != "said" and op[1] == OUTBOX_NAME]
    assert max(b - a for a, b in pairwise(moved)) > 500  # by itself, and at the end
    chance = random.Random(3)
    points = {*chance.sample(range(len(wire.told)), 40), *moved, len(wire.told), *range(0, 24, 4)}
    images, wrong = judged(wire, points)
    assert not wrong, wrong[:5]
    assert images >= 150


def test_an_outbox_that_never_waited_for_the_disk_would_be_caught(tmp_path: Path) -> None:
    """The measure itself."""
    wire = lived(tmp_path, 60, Careless)
    _, wrong = judged(wire, {at + 1 for at, op in enumerate(wire.told) if op[:2] == ("said", "kept")})
    assert any("lost" in each for each in wrong)
    assert not any("corrupt" in each for each in wrong)


# --- the whole output --------------------------------------------------------------------------------


@pytest.mark.slow
def test_with_a_broker_no_event_waits_for_the_disk_and_without_one_each_is_there_within_two_seconds(
    make_broker: Make, eventually: Make, tmp_path: Path
) -> None:
    broker = make_broker()
    output = mqtt.open(
        mqtt.Settings(host="127.0.0.1", port=broker.port), House("desk_0123abcd", "de", "0.1.0", tmp_path, print)
    )

    def say() -> None:
        output.take(ev.Moment(ev.SessionEnded("breathing", "de", "completed"), time.monotonic(), time.time()))

    with power_cut.watched() as wire:
        output.start()
        try:
            eventually(lambda: output._talk.linked and not output._talk._greeting)
            before = syncs(wire)
            for _ in range(20):
                say()
                time.sleep(0.05)
            time.sleep(SECURE_AFTER_S + 1.0)  # the last one's acknowledgement is read in time, too
            assert syncs(wire) == before
            assert len(output._talk.speech.log._delivered) > 0
            broker.kill()
            eventually(lambda: output.trouble() != "")
            before = syncs(wire)
            began = time.monotonic()
            say()
            eventually(lambda: syncs(wire) > before)
            assert time.monotonic() - began < SECURE_AFTER_S + 1.0
            assert syncs(wire) == before + 1
        finally:
            output.stop()
