"""Builds the parts of a station from its configuration: what `app.py` runs, and what replay and tests run without it.

The order of the components is the order of the story: what the muscle does, what the hand does, what holds back, what
the coach makes of it, what the exercise does, what the light shows.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hardware.button
import hardware.light
from station import place, yardsticks
from station.app import App, Inbox
from station.config import Config
from station.core import (
    budget,
    coach,
    fit,
    gestures,
    grammar,
    hours,
    lights,
    observation,
    preferences,
    presence,
    proposals,
    quiet,
    reminders,
    repertoire,
    sensing,
    session,
    silent_alerts,
    suggestions,
    tension,
)
from station.core.biofeedback import Biofeedback
from station.core.calibrating import Calibrating
from station.core.component import Component, Message
from station.core.engine import Engine
from station.core.yardstick import Yardstick
from station.finger import ButtonDevice
from station.keeper import Keeper
from station.library import Library
from station.outputs.contract import House
from station.sensor import SensorDevice
from station.settings import Sensor, Station
from station.version import VERSION


@dataclass(frozen=True, slots=True)
class Core:
    """The engine, and those of its components that remember something across a restart."""

    engine: Engine
    coach: coach.Coach
    quiet: quiet.QuietTime
    preferences: preferences.Preferences
    suggestions: suggestions.Suggestions
    reminders: reminders.Reminders
    proposals: proposals.Proposals
    observation: observation.Observation

    def snapshot(self, now: float, wall: float) -> dict[str, Any]:
        """What must survive a restart."""
        return {
            "coach": self.coach.snapshot(now, wall),
            "quiet": self.quiet.snapshot(now, wall),
            "preferences": self.preferences.snapshot(),
            "suggestions": self.suggestions.snapshot(),
            "reminders": self.reminders.snapshot(),
            "proposals": self.proposals.snapshot(now, wall),
            "observation": self.observation.snapshot(now, wall),
        }

    def restore(self, kept: dict[str, Any], now: float, wall: float) -> list[Message]:
        """Take it back, before the first day begins; answers with the requests that bring back the rest."""
        self.coach.restore(kept.get("coach", {}), now, wall)
        self.reminders.restore(kept.get("reminders", {}))
        preferred = self.preferences.restore(kept.get("preferences", {}))
        suggested = self.suggestions.restore(kept.get("suggestions", {}))
        proposed = self.proposals.restore(kept.get("proposals", {}), now, wall)
        observing = self.observation.restore(kept.get("observation", {}), now, wall)
        return [*preferred, *suggested, *proposed, *observing, *self.quiet.restore(kept.get("quiet", {}), wall)]


def core(
    config: Config,
    library: repertoire.Library = lambda technique, length, language: None,
    offered: Sequence[str] = (),
    measured: Sequence[Yardstick | None] = (),
    named: Callable[[str], Sequence[str]] = lambda technique: (),
    languages: Sequence[str] = preferences.LANGUAGES,
) -> Core:
    """The whole core, ready to be told things; without a library it knows no exercises.

    offered: the exercises there are.  named: those of one folder that have names of their own (`daily/jaw`).
    languages: those that can be heard.
    """
    signals = config.of(Sensor).signal
    offers, purse = config.of(coach.Settings), budget.Budget(config.of(budget.Settings))
    chooser = suggestions.Suggestions(offers.suggestion, offered)
    coin = silent_alerts.SilentAlerts(config.of(silent_alerts.Settings))
    the_coach = coach.Coach(offers, purse, coin, chooser)
    prompts, moves = (named(name) if name in offered else () for name in (reminders.DAILY, reminders.MOVEMENT))
    reminding = reminders.Reminders(config.of(reminders.Settings), purse, offers, prompts, moves)
    quiet_time = quiet.QuietTime(config.of(quiet.Settings))
    wishes = preferences.Preferences(_preferred(config), offered, languages)
    proposing, observing = proposals.Proposals(), observation.Observation()
    components: list[Component] = [
        sensing.Sensing(config.of(tension.Settings), signals, measured),
        fit.Fit(signals, measured),
        Calibrating(signals, measured),
        presence.PresenceWatch(config.of(presence.Settings)),
        gestures.Gestures(config.of(gestures.Settings)),
        grammar.Grammar(),
        wishes,
        quiet_time,
        hours.QuietWeek(config.of(hours.Settings)),
        chooser,
        the_coach,
        reminding,
        proposing,
        observing,
        session.Session(library, config.of(session.Settings), offered, config.of(Station).language),
        Biofeedback(signals, measured),
        lights.Lights(config.of(lights.Settings)),
    ]
    return Core(Engine(components), the_coach, quiet_time, wishes, chooser, reminding, proposing, observing)


def _preferred(config: Config) -> dict[str, preferences.Value]:
    """How the station begins, as far as it may be changed while it runs."""
    from station.outputs.audio import Settings as Audio

    return {
        "monitoring": True,
        "cues": True,
        "favourite": config.of(session.Settings).favourite,
        "language": config.of(Station).language,
        "quiet_minutes": round(config.of(quiet.Settings).minutes),
        "volume": config.of(Audio).volume,
        "cue_budget": config.of(budget.Settings).per_day,
        "silent_alerts": config.of(silent_alerts.Settings).silent_alerts,
        "load_limit": 100,
        "chime": config.of(coach.Settings).chime,
        "daily": config.of(reminders.Settings).daily,
        "movement": config.of(reminders.Settings).movement,
        "quiet_hours": config.of(hours.Settings).hours,
        "try_out": False,
    }


def outputs(config: Config, house: House) -> list[Keeper]:
    """Every output that is in use, each with its guard; names are paths."""

    def lamp() -> hardware.light.Lamp:
        return hardware.light.open(config.of(hardware.light.Settings))

    keepers = []
    for name, settings in config.outputs().items():
        module = importlib.import_module(f"station.outputs.{name}")
        more = {"lamp": lamp} if name == "light" else {}
        keepers.append(Keeper(name, module.open(settings, house, **more)))
    return keepers


def house(config: Config, state_dir: Path, inbox: Inbox, techniques: Sequence[str] = ()) -> House:
    """What the outputs may know of this station."""
    station = config.of(Station)
    return House(
        station_id=place.station_id(state_dir),
        language=station.shown,
        version=VERSION,
        state_dir=state_dir,
        inbox=inbox.put,
        name=station.name,
        techniques=tuple(techniques),
        signals=tuple(config.of(Sensor).signal),
        power=config.of(Sensor).power,
        simulated=config.of(Sensor).driver == "simulated",
        voice=station.language,
    )


def sticks(config: Config, state_dir: Path) -> Callable[[], Sequence[Yardstick | None]]:
    """The stored yardsticks, one for each channel; a simulated person brings their own where nothing is stored.

    A function that gives them: a simulated person is measured while the caller goes on.
    """
    stored = yardsticks.load(state_dir, config.of(Sensor).signal)
    if config.of(Sensor).driver == "simulated" and None in stored:
        from hardware.sensors.simulated import Settings as Person
        from station import rehearsal

        return rehearsal.elsewhere(config.of(Person))
    return lambda: stored


def app(config: Config, state_dir: Path) -> App:
    """A whole station, ready to run, that keeps its things in `state_dir`."""
    from station.outputs.audio import Settings as Audio

    library, inbox, sensor = Library(own=config.of(Audio).own_voice), Inbox(), config.of(Sensor)
    measured = sticks(config, state_dir)
    techniques = library.offered(config.of(Station).language)
    keepers = outputs(config, house(config, state_dir, inbox, techniques))
    the_core = core(config, library, techniques, measured(), library.named, library.languages())
    return App(
        the_core.engine,
        the_core,
        keepers,
        SensorDevice(sensor, config.driver(), inbox.put, config.of(Station).shown),
        [ButtonDevice(config.of(hardware.button.Settings), inbox.put)],
        inbox,
        state_dir,
    )
