"""The light: draws the pattern the core chose, breath by breath, from a thread of its own.

    Light("breath_in", 4.0)  ──take──►  what and since when  ──thread, 40/s while it moves──►  lamp.show(r, g, b)

The thread computes brightness from the table in `patterns.py` and sleeps whenever nothing moves: a dark or steady light
costs nothing.  The lamp is anything with `show` and `close` (`hardware/light.py`); the app hands in how to open it.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final, Protocol

import msgspec

from station.core.events import Light, Moment
from station.outputs.contract import House, OutputError
from station.outputs.light.patterns import BLACK, PATTERNS, Rgb, level, still_s

JOIN_S: Final = 1.0


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The light as an output; its pins are under [light]."""

    steps_per_s: Annotated[
        float, msgspec.Meta(ge=10, le=100, description="How often a second a moving light is redrawn.")
    ] = 40.0


class Lamp(Protocol):
    """Something that shines."""

    def show(self, red: float, green: float, blue: float) -> None:
        """A colour; each part 0..1 as the eye sees it."""

    def close(self) -> None:
        """Dark, and released."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A pattern, when it began (monotonic), the seconds that came with it, and what was to be seen then."""

    pattern: str
    since: float
    seconds: float
    start: Rgb
    brightness: float = 0.0

    def at(self, now: float) -> Rgb:
        """The light at monotonic second `now`."""
        return level(self.pattern, max(0.0, now - self.since), self.seconds, self.start, self.brightness)


def open(settings: Settings, house: House, lamp: Callable[[], Lamp]) -> LightOutput:
    """An output that is not started yet; `lamp` opens the device when it is."""
    return LightOutput(settings, lamp)


class LightOutput:
    """See `station.outputs.contract.Output`."""

    def __init__(self, settings: Settings, lamp: Callable[[], Lamp]) -> None:
        self._settings = settings
        self._open_lamp = lamp
        self._lamp: Lamp | None = None
        self._thread: threading.Thread | None = None
        self._changed = threading.Condition()
        self._stopping = False
        self._shown = Shown("off", 0.0, 0.0, BLACK)
        self._trouble = ""

    def start(self) -> None:
        """Take the lamp, dark.  Raises OutputError."""
        try:
            self._lamp = self._open_lamp()
        except Exception as error:
            problem = str(getattr(error, "problem", "")) or f"The light cannot be opened: {error}."
            raise OutputError(problem, str(getattr(error, "remedy", ""))) from error
        self._stopping = False
        self._trouble = ""
        self._shown = Shown("off", 0.0, 0.0, BLACK)
        self._thread = threading.Thread(target=self._draw, args=(self._lamp,), name="light", daemon=True)
        self._thread.start()

    def take(self, moment: Moment) -> None:
        """Learn that the pattern changed.  Raises OutputError once the lamp has failed."""
        if self._trouble:
            raise OutputError(self._trouble)
        event = moment.event
        if not isinstance(event, Light) or event.pattern not in PATTERNS:
            return
        with self._changed:
            start = self._shown.at(moment.t)
            self._shown = Shown(event.pattern, moment.t, event.seconds, start, event.brightness)
            self._changed.notify()

    def trouble(self) -> str:
        """Why the light does not shine, or an empty string."""
        return self._trouble

    def stop(self) -> None:
        """Dark, and the pins released."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(JOIN_S)
        lamp, self._lamp = self._lamp, None
        if lamp is not None:
            lamp.close()

    def _draw(self, lamp: Lamp) -> None:
        """The thread: show, then sleep until something moves or is told."""
        last: Rgb | None = None
        while True:
            with self._changed:
                if self._stopping:
                    return
                shown = self._shown
            now = time.monotonic()
            light = shown.at(now)
            try:
                if light != last:
                    lamp.show(*light)
            except Exception as error:
                self._trouble = f"The light failed: {error}."
                return
            last = light
            wait = max(
                1 / self._settings.steps_per_s, still_s(shown.pattern, max(0.0, now - shown.since), shown.seconds)
            )
            with self._changed:
                if self._shown is shown and not self._stopping:
                    self._changed.wait(None if math.isinf(wait) else wait)
