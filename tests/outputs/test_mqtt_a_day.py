"""A whole day of ten readings a second: how much of it goes over the wire, and into Home Assistant's recorder.

The picture of the day first (once a second, as the thread looks), then the output itself with every single reading, in
virtual time on a wire that counts: an hour of it always, 24 hours with `-m benchmark`.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from station.core import events as ev
from station.core.state import State, fold
from station.outputs import mqtt
from station.outputs.contract import House
from station.outputs.mqtt import words
from station.outputs.mqtt.connection import Acked
from station.outputs.mqtt.pace import StatePace

DAY_S = 8 * 3600


@pytest.mark.parametrize("privacy", [2, 3])
def test_a_day_at_the_desk_stays_within_the_documented_rates(privacy: int) -> None:
    chance = random.Random(7)
    pace, state, load = StatePace(), State(started=True, sensor_ok=True, signal_quality="ok"), 8.0
    sent: list[float] = []
    size, changes, last = 0, Counter[str](), dict[str, object]()
    for second in range(DAY_S):  # the thread looks at the readings once a second; anything else at once
        now = float(second)
        load = max(0.0, load + chance.gauss(0.0, 1.5) + 0.05 * (8.0 - load))
        happened: list[ev.Event] = [ev.Reading(now, load, load < 5, "ok")]
        if second % 60 == 59:
            happened.append(ev.Minute(chance.random(), 1, 5, 9, 3, 20.0, 60.0, "A"))
        if second % 1200 == 600:
            happened += [ev.TensionStarted(15.0, 0.1, "r"), ev.Cue("light", "r", "breathing")]
        if second % 1200 == 650:
            happened += [ev.CueAnswered("self_released"), ev.TensionEnded(50.0)]
        for event in happened:
            state = fold(state, ev.Moment(event, now, 1.7e9 + now))
        document = words.state_document(state, "1.0", privacy, 1.7e9 + now)
        if pace.wants(document, now):
            pace.sent(document, now)
            sent.append(now)
            size += len(msgspec.json.encode(document))
            changes.update(key for key, value in document.items() if key != "ts" and last.get(key) != value)
            last = document
    assert min(b - a for a, b in pairwise(sent)) >= 5.0
    assert max(b - a for a, b in pairwise(sent)) <= 61.0
    assert len(sent) <= DAY_S / 5 + 1
    rows = sum(changes.values())
    print(f"\nlevel {privacy}: {len(sent)} states in 8 h ({size / 1e6:.1f} MB); {rows} changes of any key in all")
    assert rows < 12_000  # of which a recorder keeps those that are entities


class Wire:
    """Takes everything and acknowledges at once; `said` is (virtual second, topic)."""

    def __init__(self) -> None:
        self.said: list[tuple[float, str]] = []
        self.now = 0.0

    def publish(self, topic: str, payload: bytes, **how: object) -> int:
        self.said.append((self.now, topic.split("/", 2)[2]))
        return len(self.said)


def readings(hours: int) -> Iterator[list[ev.Event]]:
    """What happens in each tenth of a second: typing, and in every fourth quarter of an hour madness."""
    chance = random.Random(11)
    load = 8.0
    for tenth in range(hours * 36_000):
        mad = tenth // 9_000 % 4 == 3
        load = 40.0 * (tenth % 2) if mad else max(0.0, load + chance.gauss(0.0, 0.5) + 0.005 * (8.0 - load))
        happened: list[ev.Event] = [ev.Reading(tenth / 10, load, load < 5, "ok")]
        if tenth % 600 == 599:
            happened.append(ev.Minute(chance.random(), 1, 5, 9, 3, 20.0, 60.0, "A"))
        if tenth % 12_000 == 6_000:
            happened += [ev.TensionStarted(15.0, 0.1, "r"), ev.Cue("light", "r", "breathing")]
        if tenth % 12_000 == 6_500:
            happened += [ev.CueAnswered("self_released"), ev.TensionEnded(50.0)]
        yield happened


@pytest.mark.parametrize("hours", [1, pytest.param(24, marks=pytest.mark.benchmark)])
def test_with_every_single_reading_the_output_itself_keeps_to_the_documented_rates(hours: int, tmp_path: Path) -> None:
    wire: Any = Wire()
    output = mqtt.open(mqtt.Settings(privacy=3), House("desk_0123abcd", "de", "0.1.0", tmp_path, print))
    talk = output._talk
    talk.speech.log.open()
    talk.connection, talk.linked = wire, True  # as after `Connected`, but in our time
    for tenth, happened in enumerate(readings(hours)):
        wire.now = tenth / 10
        talk.speech.learn((ev.Moment(event, wire.now, 1.7e9 + wire.now) for event in happened), wire.now)
        talk._speak(wire.now)
        while talk._flying:
            talk._acked(Acked(wire, next(iter(talk._flying))))
    talk.speech.log.close()
    states = [now for now, topic in wire.said if topic == "state"]
    assert min(b - a for a, b in pairwise(states)) >= 5.0 - 1e-9
    assert max(b - a for a, b in pairwise(states)) <= 61.0
    assert (
        hours * 3600 / 20 < len(states) <= hours * 3600 / 5 + 1
    )  # the mad quarters alone are a fourth of what is allowed
    told = Counter(topic for _, topic in wire.said)
    # Every minute; and three times an hour a tension that begins and ends, and the answer to its cue.
    assert told["log"] == hours * (60 + 3 * 3)
    assert told["event/cue"] == told["event/tension"] == hours * 2 * 3
    assert set(told) == {"state", "log", "event/cue", "event/tension"}
    print(f"\n{hours * 36_000} readings in {hours} h: {dict(told)}")
