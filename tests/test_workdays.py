"""The first workdays are only watched: which days count, and what survives a restart."""

from __future__ import annotations

import json

from station.core.events import Minute
from station.core.inputs import NewDay
from station.workdays import Workdays


def measured(days: Workdays, minutes: int, valid_s: float = 60.0) -> None:
    for _ in range(minutes):
        days.take(Minute(0.5, 1.0, 2.0, 3.0, 4, 20.0, valid_s, "A"))


def test_a_day_counts_when_an_hour_of_it_was_measured() -> None:
    days = Workdays()
    assert days.begin("2026-11-23") == NewDay("2026-11-23", 0)
    measured(days, 60)
    assert days.begin("2026-11-24") == NewDay("2026-11-24", 1)


def test_an_evening_of_trying_and_a_day_with_a_loose_electrode_are_no_workdays() -> None:
    days = Workdays()
    days.begin("2026-11-23")
    measured(days, 20)
    days.begin("2026-11-24")
    measured(days, 400, valid_s=0.0)
    assert days.begin("2026-11-25").workdays_before == 0


def test_a_restart_in_the_middle_of_a_day_neither_counts_it_twice_nor_forgets_it() -> None:
    days = Workdays()
    days.begin("2026-11-23")
    measured(days, 40)
    again = Workdays()
    again.restore(json.loads(json.dumps(days.snapshot())))
    assert again.begin("2026-11-23").workdays_before == 0
    measured(again, 30)
    assert again.begin("2026-11-24").workdays_before == 1
    assert again.begin("2026-11-24").workdays_before == 1
