"""Builds the parts of a station from its configuration: what `app.py` runs, and what replay and tests run without it.

The order of the components is the order of the story: what the muscle does, what the hand does, what holds back, what
the coach makes of it, what the exercise does, what the light shows.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass

from station.config import Config
from station.core import budget, coach, gestures, grammar, lights, presence, quiet, sensing, session, tension
from station.core.calibrating import Calibrating
from station.core.component import Component
from station.core.engine import Engine
from station.core.yardstick import Yardstick
from station.keeper import Keeper
from station.outputs.contract import House
from station.settings import Sensor, Station


@dataclass(frozen=True, slots=True)
class Parts:
    """The engine, and those of its components that remember something across a restart."""

    engine: Engine
    coach: coach.Coach
    quiet: quiet.QuietTime


def core(
    config: Config, library: session.Library, offered: Sequence[str], yardsticks: Sequence[Yardstick | None]
) -> Parts:
    """The whole core, ready to be told things."""
    signals = config.of(Sensor).signal
    the_coach = coach.Coach(config.of(coach.Settings), budget.Budget(config.of(budget.Settings)))
    quiet_time = quiet.QuietTime(config.of(quiet.Settings))
    components: list[Component] = [
        sensing.Sensing(config.of(tension.Settings), signals, yardsticks),
        Calibrating(signals),
        presence.PresenceWatch(config.of(presence.Settings)),
        gestures.Gestures(config.of(gestures.Settings)),
        grammar.Grammar(),
        quiet_time,
        the_coach,
        session.Session(library, config.of(session.Settings), config.of(Station).language, offered),
        lights.Lights(config.of(lights.Settings)),
    ]
    return Parts(Engine(components), the_coach, quiet_time)


def outputs(config: Config, house: House) -> list[Keeper]:
    """Every output that is in use, each with its guard; names are paths."""
    return [
        Keeper(name, importlib.import_module(f"station.outputs.{name}").open(settings, house))
        for name, settings in config.outputs().items()
    ]
