"""A small desk with everything that coaches: reminders, quiet hours, suggestions, proposals; told what time it is."""

from __future__ import annotations

import datetime
from typing import Any

from station import assembly, config
from station.core import coach, reminders
from station.core.engine import Engine
from station.core.events import Cue, CueAnswered, CueWithheld
from station.core.hours import QuietWeek
from station.core.inputs import LocalTime, NewDay, Prefer
from station.core.observation import Observation
from station.core.preferences import Preferences
from station.core.proposals import Proposals
from station.core.script import Script, Step
from station.core.session import Session
from station.core.suggestions import Suggestions
from tests.core.small_desk import SmallDesk, library

DAY = 86400.0
FIRST = datetime.date(2026, 11, 23)  # a Monday
PROMPTS = tuple(f"daily/p{k:02d}" for k in range(44))
MOVES = tuple(f"movement/m{k}" for k in range(3))
OFFERED = ("breathing", "shoulder-drop", "autogenic", "daily", "movement", "pmr", "mindfulness")


def shelf(technique: str, length: str, language: str) -> Script | None:
    """The small desk's three exercises, and half a minute for everything else that is offered."""
    known, folder = library(technique, length, language), technique.partition("/")[0]
    if known or folder not in OFFERED:
        return known
    return Script(folder, "micro", language, 30.0, "none", (Step(0.0, 30.0, "say", "Los.", "clip"),), ())


class CoachedDesk(SmallDesk):
    """Monotonic second 0 is midnight before a Monday.  The time is told whenever `until` or `day` is called."""

    def __init__(self, **wishes: Any) -> None:
        super().__init__()
        offers = self.coach.settings
        self.suggestions = Suggestions("breathing", OFFERED)
        self.coach = coach.Coach(offers, None, None, self.suggestions)
        self.reminders = reminders.Reminders(None, self.coach.budget, offers, PROMPTS, MOVES)
        self.proposals = Proposals()
        self.observation = Observation()
        self.preferences = Preferences(assembly._preferred(config.defaults()), OFFERED)
        self.session = Session(shelf, None, OFFERED)
        self.parts = (
            self.gestures, self.grammar, self.preferences, self.quiet, QuietWeek(), self.suggestions, self.coach,
            self.reminders, self.proposals, self.observation, self.session, self.lights,
        )  # fmt: skip
        self.engine = Engine(self.parts)
        self.told.clear()
        self.say(*self.preferences.restore({}))
        self.told_day = -1
        self.tell_time()
        if wishes:
            self.say(Prefer(wishes))

    @property
    def day_number(self) -> int:
        return int(self.now // DAY)

    def tell_time(self) -> None:
        date = FIRST + datetime.timedelta(days=self.day_number)
        if self.day_number != self.told_day:
            self.told_day = self.day_number
            self.say(NewDay(date.isoformat(), 99))
        self.say(LocalTime(date.isoformat(), date.weekday(), self.now % DAY))

    def until(self, clock: str, day: int | None = None) -> list[Any]:
        """Let time pass until this time of day (of day `day` since the first), telling every midnight."""
        hours, _, minutes = clock.partition(":")
        goal = DAY * (self.day_number if day is None else day) + 3600 * int(hours) + 60 * int(minutes)
        fresh: list[Any] = []
        while self.now < goal:
            fresh += self.wait(min(goal, DAY * (self.day_number + 1)) - self.now)
            self.tell_time()
        return fresh

    @property
    def all_cues(self) -> list[Cue]:
        return self.all(Cue)

    @property
    def all_answers(self) -> list[CueAnswered]:
        return self.all(CueAnswered)

    def cues(self, kind: str = "") -> list[tuple[str, str]]:
        """(phase, kind) of all cues, or the phases of one kind."""
        return [(e.phase, e.kind) for e in self.all(Cue) if not kind or e.kind == kind]

    def lit(self, kind: str) -> list[float]:
        """When the lights of this kind began."""
        return [t for t, e in self.told if isinstance(e, Cue) and e.phase == "light" and e.kind == kind]

    def answers(self) -> list[tuple[str, str]]:
        return [(e.answer, e.kind) for e in self.all(CueAnswered)]

    def withheld(self) -> list[tuple[str, str]]:
        return [(e.reason.partition(":")[0], e.kind) for e in self.all(CueWithheld)]
