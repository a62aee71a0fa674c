"""Eight days at the desk in virtual time: does the core or its diary grow, and is every minute kept?

The whole core and the real history writer (a real file); the load is told 2.5 times a second, so that eight days take
half a minute.  Drivers, page, MQTT and sound are not part of it: bench_soak.py soaks those, in real time.
"""

from __future__ import annotations

import gc
import itertools
import os
import time
from pathlib import Path
from typing import Any

import pytest

from station.core.events import Event, Moment, SessionEnded
from station.core.inputs import Start
from station.outputs import history
from tests.benchmarks.bench_daemon import rollup
from tests.desk import WALL, Desk

DAYS, HOURS = 8, 8
MOST_MB = 2.0
DATES = [f"2026-11-{25 + k}" if k < 6 else f"2026-12-{k - 5:02d}" for k in range(DAYS)]
HOUR = (("typing", 25), ("raised", 10), ("gesturing", 5), ("typing", 15), ("rest", 5))  # what, minutes


class Diarist(Desk):
    """A desk that writes its diary and remembers nothing else: its own list of events would look like a leak."""

    diary: history.History | None = None
    sessions = 0

    def _learn(self, event: Event) -> None:
        if self.diary is not None:
            self.diary.take(Moment(event, self.now, WALL + self.now))
        super()._learn(event)
        self.sessions += isinstance(event, SessionEnded)
        self.events.clear()
        self.heard.clear()


@pytest.mark.benchmark
def test_in_eight_days_nothing_grows_and_no_minute_is_lost(tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / history.FILE_NAME
    desk = Diarist()
    desk.diary = history.History(path)
    desk.diary.start()
    sizes, began = [], time.monotonic()
    for date in DATES:
        desk.day(date)
        for _ in range(HOURS):
            desk.say(Start("breathing", "micro"))
            for activity, minutes in HOUR:
                desk.person(activity)
                desk.wait(minutes=minutes)
            assert desk.diary.flush(), "the writer keeps up"
        desk.unplug()
        desk.wait(hours=24 - HOURS)
        desk.plug()
        gc.collect()
        sizes.append(rollup(os.getpid())[0])
    desk.diary.stop()
    kept = [row["ended"] for row in history.minutes(path)]
    days = [sum(WALL + k * 86_400 < at <= WALL + k * 86_400 + HOURS * 3600 + 60 for at in kept) for k in range(DAYS)]
    gaps = [later - sooner for sooner, later in itertools.pairwise(kept)]
    within = [gap for gap in gaps if gap < 3600]  # the others are the nights
    with capsys.disabled():
        print(f"\n{DAYS} days of {HOURS} h in {time.monotonic() - began:.0f} s; {desk.sessions} exercises")
        print(f"RSS after each day: {', '.join(f'{size:.1f}' for size in sizes)} MB ({sizes[-1] - sizes[0]:+.2f} MB)")
        print(
            f"minutes kept while the sensor was there: {days};"
            f" from one to the next {min(within):.1f} to {max(within):.1f} s"
        )
    assert sizes[-1] - sizes[0] < MOST_MB
    assert desk.sessions == DAYS * HOURS
    # The minute that was going on when the sensor was unplugged is no whole one.
    assert all(day >= HOURS * 60 - 1 for day in days), "a minute is missing"
    assert len(gaps) - len(within) == DAYS - 1 and all(59.0 < gap < 61.5 for gap in within), "a minute is missing"
