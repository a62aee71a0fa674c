"""The middle of the house: one input in, all that follows from it out.

    engine.handle(input, now) -> [events]          engine.due() -> when it wants to be told the time again

Messages run through the components until nothing new is said.  Order of components is the order of reading a story:
what the muscle does, what the hand does, what the coach makes of it, what the exercise does, what the light shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from station.core.component import NEVER, Component, Handler, Message
from station.core.events import Event
from station.core.inputs import Frame

# Answers to answers to answers ...: more of them in a row are a mistake in a table.  How many messages there are says
# nothing: after a minute without samples a single frame tells of six hundred empty readings.
LONGEST_CHAIN = 50


class Routes(dict[type, tuple[tuple[Handler, ...], bool]]):
    """For each type of message who wants it, in the components' order, and whether it is an event."""

    def __init__(self, components: Sequence[Component]) -> None:
        super().__init__()
        for component in components:
            for kind, handler in component.routes().items():
                self[kind] = ((*self[kind][0], handler), issubclass(kind, Event))

    def __missing__(self, kind: type) -> tuple[tuple[Handler, ...], bool]:
        found = self[kind] = ((), issubclass(kind, Event))
        return found


class Engine:
    """All components, one queue.  Pure: no clock, no I/O, no threads, no logging."""

    def __init__(self, components: Sequence[Component]) -> None:
        self.components = tuple(components)
        self._routes = Routes(self.components)
        # Most frames of samples say nothing: they change the plans of those who hear them, and of nobody else.
        hearers = [component for component in self.components if Frame in component.routes()]
        self._dues_of_hearers = [component.due for component in hearers]
        self._dues_of_others = [component.due for component in self.components if component not in hearers]
        self._due_of_others: float | None = None  # None: something has happened since they were asked

    def handle(self, message: Message, now: float) -> list[Event]:
        """Everything that follows from `message` at monotonic second `now`, in order.

        `message` is usually an input; an event that the shell has to tell (an output's trouble) goes the same way.

        Raises RuntimeError when components answer each other without end (a mistake in the code).
        """
        routes = self._routes
        handlers, to_tell = routes[type(message)]
        told: list[Message] = []
        for handler in handlers:
            if answers := handler(message, now):
                told.extend(answers)
        said: list[Any] = [message] if to_tell else []
        if not told:
            if type(message) is not Frame:
                self._due_of_others = None
            return said
        self._due_of_others = None
        for _ in range(LONGEST_CHAIN):
            answered: list[Message] = []
            for current in told:
                handlers, to_tell = routes[type(current)]
                if to_tell:
                    said.append(current)
                for handler in handlers:
                    if answers := handler(current, now):
                        answered.extend(answers)
            if not answered:
                return said
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
