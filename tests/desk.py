"""A desk with somebody at it, in virtual time: the whole core of the station, told about days in seconds.

    desk.person("raised")         what the shoulders do from now on
    desk.wait(minutes=3)          time passes
    desk.press(0.2)               a finger; desk.short(), double(), long(), hold()
    desk.told(Cue)                the events of a kind; desk.heard, what the speaker gave; desk.light, what shines

Two ways to feel the shoulders.  *Told* (the usual one): the load is handed over 2.5 times a second behind the signal
path; tension rule, minutes and everything after them are the station's own.  An eight-hour day takes seconds.
*Signal*: the simulated person's volts, 500 a second, through the real signal path, for short stories.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np

from hardware.sensors.person import Person
from station import assembly, config
from station.config import Config
from station.core import sensing
from station.core.events import (
    Cue,
    CueAnswered,
    CueWithheld,
    Event,
    Light,
    Minute,
    Moment,
    OutputTrouble,
    OutputWell,
    Private,
    Reading,
    SessionStep,
)
from station.core.inputs import ButtonEdge, Frame, Input, NewDay, SensorLost, Tick
from station.core.state import State, fold
from station.library import Library
from tests.shoulders import OF_THE_PERSON, RATE, TOLD_S, Told, course, yardsticks

WALL = 1_795_593_600.0  # 2026-11-25, 08:00 UTC; only labels


class Desk:
    """The whole core, a person, and everything that was said."""

    def __init__(self, *, signal: bool = False, **sections: dict[str, Any]) -> None:
        """`Desk(coach={"light_s": 30})`: settings by section; without any, the station's own, and no days of watching.

        signal: feel the simulated person through the signal path instead of being told.
        """
        self.config = _with({**sections, "coach": {"baseline_days": 0, **sections.get("coach", {})}})
        self.now = 0.0
        self.state = State()
        self.events: list[tuple[float, Event]] = []
        self.readings = 0
        self.heard: list[tuple[float, str]] = []
        """What the speaker gave: `chime`, spoken sentences, sounds."""
        self.light = "off"
        self.one_frame_in = 1
        """So many frames of the signal become one: the others are lost on a machine that is too slow."""
        self._signal = signal
        self._person = Person("relaxed", 1)
        self._plugged = True
        self._next_frame = 0.0
        self._activity = "rest"
        self._moves = course("rest")
        self._told = Told()

        self._switch_on()
        self.day()

    def _switch_on(self) -> None:
        library = Library()
        self.core = assembly.core(self.config, library, library.names(), yardsticks())
        if not self._signal:
            for component in self.core.engine.components:
                if isinstance(component, sensing.Sensing):
                    component._paths = [self._told]  # type: ignore[list-item]
                    component._push = self._told.push  # type: ignore[assignment]

    def day(self, date: str = "2026-11-25", workdays_before: int = 0) -> None:
        """A day begins."""
        self.say(NewDay(date, workdays_before))

    # --- what happens at the desk -----------------------------------------------------------------

    def person(self, activity: str) -> None:
        """From now on the person does this."""
        self._activity, self._moves = activity, course(activity)
        self._person.control({"activity": OF_THE_PERSON.get(activity, activity)})

    def electrode(self, state: str) -> None:
        """`off`: it has fallen off; `ok`: it sticks again; other names of the signal's quality as well."""
        self._told.state = state
        self._person.control({"fault": "" if state == "ok" else state})

    def unplug(self, problem: str = "No ADS1115 answers.", remedy: str = "Check its four wires.") -> None:
        """The sensor cannot be read any more."""
        self._plugged = False
        self.say(SensorLost(problem, remedy))

    def plug(self) -> None:
        """The sensor can be read again."""
        self._plugged, self._next_frame = True, self.now

    def output_fails(self, name: str, problem: str) -> None:
        """The guard of an output reports that it does not work."""
        self.say(OutputTrouble(name, problem))

    def output_works(self, name: str) -> None:
        """It works again."""
        self.say(OutputWell(name))

    def restart(self, asleep_s: float = 5.0) -> None:
        """A power cut: what was remembered last is given to a new station."""
        kept = msgspec.json.decode(msgspec.json.encode(self.core.snapshot(self.now, WALL + self.now)))
        self.now += asleep_s
        self._next_frame = self.now
        self._switch_on()
        requests = self.core.restore(kept, self.now, WALL + self.now)
        self.state = State()
        self.day()
        self.say(*requests)

    def press(self, *held: float) -> None:
        """Presses of these lengths, 0.2 s apart; and wait until the gesture is known."""
        for seconds in held:
            self.say(ButtonEdge(True, self.now))
            self.wait(seconds)
            self.say(ButtonEdge(False, self.now))
            self.wait(0.2)
        self.wait(0.4)

    def short(self) -> None:
        """Start, accept, pause."""
        self.press(0.2)

    def double(self) -> None:
        """Mark, wrong, next."""
        self.press(0.2, 0.2)

    def long(self) -> None:
        """Quiet, not now, stop."""
        self.press(2.0)

    def hold(self) -> None:
        """Private mode."""
        self.press(6.5)

    def say(self, *messages: Input | Event) -> None:
        """Hand something to the engine now."""
        for message in messages:
            for event in self.core.engine.handle(message, self.now):
                self._learn(event)

    def wait(self, seconds: float = 0.0, *, minutes: float = 0.0, hours: float = 0.0) -> None:
        """Time passes, with frames while the sensor can be read, and a Tick whenever somebody asked for one."""
        until = self.now + seconds + 60 * minutes + 3600 * hours
        for frame in self._frames(until):
            self._ticks(frame.t_last)
            if self._open:
                self.now = max(self.now, frame.t_last)
                self.say(frame)
        self._ticks(until, inclusive=True)
        self.now = until

    # --- what many days begin with ----------------------------------------------------------------

    def settle(self) -> None:
        """The first ten minutes after putting the sensor on."""
        self.person("typing")
        self.wait(minutes=12)

    def until_the_light(self, within_min: float = 5.0) -> None:
        """The shoulders go up, and stay up until the light comes."""
        self.person("raised")
        for _ in range(round(within_min * 30)):
            self.wait(2)
            if self.cues and self.state.cue == "light":
                return
        raise AssertionError(f"no light; withheld: {self.reasons}")

    def until_the_chime(self) -> None:
        """And a minute longer."""
        self.until_the_light()
        self.wait(61)
        assert self.state.cue == "chime"

    # --- what can be seen afterwards --------------------------------------------------------------

    def told(self, kind: type[Event], since: float = 0.0) -> list[Any]:
        """Every event of this kind from second `since` on."""
        return [event for t, event in self.events if isinstance(event, kind) and t >= since]

    def times(self, kind: type[Event]) -> list[float]:
        """When events of this kind were decided."""
        return [t for t, event in self.events if isinstance(event, kind)]

    @property
    def cues(self) -> list[str]:
        """The phases of all cues, in order."""
        return [cue.phase for cue in self.told(Cue)]

    @property
    def lights(self) -> list[float]:
        """When a light began."""
        return [t for t, event in self.events if isinstance(event, Cue) and event.phase == "light"]

    @property
    def answers(self) -> list[str]:
        """How the cues ended."""
        return [answer.answer for answer in self.told(CueAnswered)]

    @property
    def reasons(self) -> list[str]:
        """Why there was no cue: the codes, in order."""
        return [withheld.reason.split(":")[0] for withheld in self.told(CueWithheld)]

    @property
    def chimes(self) -> list[float]:
        """When a chime was heard."""
        return [t for t, what in self.heard if what == "chime"]

    @property
    def minutes(self) -> list[Minute]:
        """All minutes, in order."""
        return self.told(Minute)

    # --- inside -----------------------------------------------------------------------------------

    @property
    def _open(self) -> bool:
        """Frames arrive: the sensor is there, and private mode has not closed it."""
        return self._plugged and not self.state.private

    def _learn(self, event: Event) -> None:
        if isinstance(event, Reading):  # ten thousand an hour, and nothing here asks for them
            self.readings += 1
            return
        self.events.append((self.now, event))
        self.state = fold(self.state, Moment(event, self.now, WALL + self.now))
        if isinstance(event, Light):
            self.light = event.pattern
        elif isinstance(event, Cue) and event.phase == "chime":
            self.heard.append((self.now, "chime"))
        elif isinstance(event, SessionStep) and (event.text or event.sound):
            self.heard.append((self.now, event.text or event.sound))
        elif isinstance(event, Private):
            self._next_frame = self.now

    def _ticks(self, until: float, inclusive: bool = False) -> None:
        engine = self.core.engine
        while (due := engine.due()) < until or (inclusive and due == until):
            self.now = max(self.now, due)
            self.say(Tick())
            assert engine.due() > self.now, f"somebody wants the same Tick again and again at {self.now}"

    def _frames(self, until: float) -> Iterator[Frame]:
        if self._signal:
            yield from self._measured(until)
            return
        while self._next_frame <= until:
            t, self._next_frame = self._next_frame, self._next_frame + TOLD_S
            load, self._told.resting = next(self._moves)
            yield Frame(np.array([[load]]), t, 1 / TOLD_S)

    def _measured(self, until: float) -> Iterator[Frame]:
        """The person's volts until `until`, a tenth of a second a frame."""
        count = int((until - self._next_frame) * 10)
        if count < 1:
            return
        volts, _ = self._person.render(count / 10, RATE)
        rows = volts.astype(np.float32).reshape(-1, 1)
        size = RATE // 10
        for k in range(count):
            self._next_frame += 0.1
            if k % self.one_frame_in:
                continue
            yield Frame(rows[k * size : (k + 1) * size], self._next_frame - 1 / RATE, float(RATE))


def _with(sections: dict[str, dict[str, Any]]) -> Config:
    """The defaults of a station with a simulated sensor, with these keys changed."""
    read = config.from_text('[sensor]\ndriver = "simulated"\n')
    for name, keys in sections.items():
        for part in read.sections[name]:
            mine = {field: value for field, value in keys.items() if hasattr(part, field)}
            read = read.with_parts(msgspec.structs.replace(part, **mine)) if mine else read
    return read
