"""The middle of the house: one input in, all that follows from it out.

    engine.handle(input, now) -> [events]          engine.due() -> when it wants to be told the time again

Messages run through the components until nothing new is said.  Order of components is the order of reading a story:
what the muscle does, what the hand does, what the coach makes of it, what the exercise does, what the light shows.
"""

from __future__ import annotations

from collections.abc import Sequence

from station.core.component import NEVER, Component, Handler, Message
from station.core.events import Event

# Answers to answers to answers ...: more of them in a row are a mistake in a table.  How many messages there are says
# nothing: after a minute without samples a single frame tells of six hundred empty readings.
LONGEST_CHAIN = 50


class Engine:
    """All components, one queue.  Pure: no clock, no I/O, no threads, no logging."""

    def __init__(self, components: Sequence[Component]) -> None:
        self.components = tuple(components)
        self._dues = [component.due for component in self.components]
        self._routes: dict[type, list[Handler]] = {}
        for component in self.components:
            for kind, handler in component.routes().items():
                self._routes.setdefault(kind, []).append(handler)

    def handle(self, message: Message, now: float) -> list[Event]:
        """Everything that follows from `message` at monotonic second `now`, in order.

        `message` is usually an input; an event that the shell has to tell (an output's trouble) goes the same way.

        Raises RuntimeError when components answer each other without end (a mistake in the code).
        """
        told: list[Message] = []
        routes = self._routes
        for handler in routes.get(type(message), ()):
            if answers := handler(message, now):
                told.extend(answers)
        if not told:  # most frames of samples say nothing
            return [message] if isinstance(message, Event) else []
        start = 0
        for _ in range(LONGEST_CHAIN):
            end = len(told)
            for current in told[start:end]:
                for handler in routes.get(type(current), ()):
                    if answers := handler(current, now):
                        told.extend(answers)
            start = end
            if len(told) == end:
                break
        else:
            raise RuntimeError(f"the components answer each other without end, last about {told[-1]!r}")
        if isinstance(message, Event):
            told.insert(0, message)
        return [each for each in told if isinstance(each, Event)]

    def due(self) -> float:
        """The monotonic second by which somebody wants a `Tick` (`NEVER`: nobody waits)."""
        return min([due() for due in self._dues], default=NEVER)
