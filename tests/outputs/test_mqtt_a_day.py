"""A whole day of ten readings a second: how much of it goes over the wire, and into Home Assistant's recorder."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import msgspec
import pytest

from station.core import events as ev
from station.core.state import State, fold
from station.outputs.mqtt import words
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
