"""The middle of the house: one input in, all that follows from it out.

    engine.handle(input, now) -> [events]          engine.due() -> when it wants to be told the time again

Messages run through the components until nothing new is said.  Order of components is the order of reading a story:
what the muscle does, what the hand does, what the coach makes of it, what the exercise does, what the light shows.

    12:00:00   Tick ─► heralds: QuietHours ─► everybody      then   Tick ─► everybody: no light, it is quiet

Who is a herald (`component.py`) is told first, of time and of what it asked for, and all hear what it says before they
are told themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from station.core.component import NEVER, Component, Handler, Herald, Message
from station.core.events import Event
from station.core.inputs import Frame, Tick

# Answers to answers to answers ...: more of them in a row are a mistake in a table.  How many messages there are says
# nothing: after a minute without samples a single frame tells of six hundred empty readings.
LONGEST_CHAIN = 50
_TICK = Tick()


Handlers = tuple[Handler, ...]


class Routes(dict[type, tuple[Handlers, Handlers, Handlers, bool]]):
    """For each type of message which heralds want it, who else, all of them in this order; and is it an event?"""

    def __init__(self, components: Sequence[Component]) -> None:
        super().__init__()
        for component in components:
            for kind, handler in component.routes().items():
                first, then, _, is_event = self[kind]
                if isinstance(component, Herald):
                    first = (*first, handler)
                else:
                    then = (*then, handler)
                self[kind] = (first, then, first + then, is_event)

    def __missing__(self, kind: type) -> tuple[Handlers, Handlers, Handlers, bool]:
        found = self[kind] = ((), (), (), issubclass(kind, Event))
        return found


class Engine:
    """All components, one queue.  Pure: no clock, no I/O, no threads, no logging."""

    def __init__(self, components: Sequence[Component]) -> None:
        self.components = tuple(components)
        self._routes = Routes(self.components)
        heralds = [component for component in self.components if isinstance(component, Herald)]
        self._heralds = [(component.due, component.routes()[Tick]) for component in heralds]
        self._herald_due = -NEVER  # when the first of them speaks by itself; long ago: ask them
        # Most frames of samples say nothing: they change the plans of those who hear them, and of nobody else.
        hearers = [component for component in self.components if Frame in component.routes()]
        self._dues_of_hearers = [component.due for component in hearers]
        self._on_frame = [component.routes()[Frame] for component in hearers]
        self._dues_of_others = [component.due for component in self.components if component not in hearers]
        self._due_of_others: float | None = None  # None: something has happened since they were asked

    def handle(self, message: Message, now: float) -> list[Event]:
        """Everything that follows from `message` at monotonic second `now`, in order.

        `message` is usually an input; an event that the shell has to tell (an output's trouble) goes the same way.

        Raises RuntimeError when components answer each other without end (a mistake in the code).
        """
        told: list[Message] = []
        if type(message) is Frame and now < self._herald_due:  # up to fifty times a second, and no herald wants it
            for handler in self._on_frame:
                if answers := handler(message, now):
                    told += answers
            if not told:  # most have nothing to say
                return told  # type: ignore[return-value]
            said: list[Any] = []
            self._spread(told, now, said)
            return said
        said = []
        if now >= self._herald_due:
            self._hear_heralds(now, said)
        heralds, others, _, to_tell = self._routes[type(message)]
        if to_tell:
            said.append(message)
        if heralds:
            self._spread([answer for handler in heralds for answer in handler(message, now)], now, said)
            self._look_out()
        for handler in others:
            if answers := handler(message, now):
                told.extend(answers)
        if told:
            self._spread(told, now, said)
        elif type(message) is not Frame:
            self._due_of_others = None
        return said

    def _hear_heralds(self, now: float, said: list[Any]) -> None:
        """Let those speak whose time has come."""
        for due, on_tick in self._heralds:
            if now >= due():
                self._spread(list(on_tick(_TICK, now)), now, said)
        self._look_out()

    def _look_out(self) -> None:
        """When does the first herald speak by itself?"""
        self._herald_due = NEVER
        for due, _ in self._heralds:
            if (asked := due()) < self._herald_due:
                self._herald_due = asked

    def _spread(self, told: list[Message], now: float, said: list[Any]) -> None:
        """Everything that follows from `told`, until nobody answers any more; events are noted in `said`."""
        self._due_of_others = None
        routes = self._routes
        chain = 0
        while chain < LONGEST_CHAIN:
            chain += 1
            answered: list[Message] = []
            for current in told:
                heralds, _, everybody, to_tell = routes[type(current)]
                if to_tell:
                    said.append(current)
                for handler in everybody:
                    if answers := handler(current, now):
                        answered += answers
                if heralds:
                    self._look_out()
            if not answered:
                return
            told = answered
        raise RuntimeError(f"the components answer each other without end, last about {told[-1]!r}")

    def due(self) -> float:
        """The monotonic second by which somebody wants a `Tick` (`NEVER`: nobody waits)."""
        if self._due_of_others is None:
            self._due_of_others = min([due() for due in self._dues_of_others], default=NEVER)
        soonest = self._due_of_others
        for due in self._dues_of_hearers:
            if (asked := due()) < soonest:
                soonest = asked
        return soonest
