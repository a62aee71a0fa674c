"""How the parts of the core work together.

A component says which messages it wants and until when it may sleep:

    routes()  ->  {Reading: self.on_reading, Tick: self.on_tick, ...}      each (message, now) -> events or requests
    due()     ->  the monotonic second at which it wants a Tick (inf: not at all)

The engine offers every message to every component that asked for its type, in one fixed order, and puts what they
answer at the end of the same queue: a short press becomes `Button("short")`, which becomes `Start`, which becomes
`SessionStarted`.  Nobody calls anybody; nobody reads a clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from station.core.events import Event
from station.core.inputs import Input

Message = Event | Input
Handler = Callable[[Any, float], Iterable[Message]]

NEVER = float("inf")


class Component(Protocol):
    """One part of the core: pure, told the time, answering with events and requests."""

    def routes(self) -> Mapping[type, Handler]:
        """The message types this component wants, and what handles each."""

    def due(self) -> float:
        """The monotonic second by which it wants a `Tick`; `NEVER` when it waits for nothing."""


class Herald:
    """A component that hears of every moment before all others, and whom they hear before they hear of it.

    For what the clock alone decides: quiet hours begin at noon, whatever else is due at noon, and also for a sample
    that was taken just before and is told just after.  What a late message could still change is no herald's.
    """
