"""What the person may change while the station runs, by page or smart home, without touching the configuration file.

    Prefer({"volume": 40}) ──► possible? ──yes──► Preferred("volume", 40) ──► whoever it concerns changes at once
                                  └──────no───► Refused, with what would be possible

The configuration says how the station begins.  What is changed later is remembered across restarts, until the
configuration says something new: the latest word counts.  Private mode is no preference: it ends only at the desk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from station.core import daily, hours
from station.core.component import NEVER, Handler, Message
from station.core.events import Preferred, Refused
from station.core.inputs import Prefer

Value = str | int | bool

LANGUAGES = ("de", "en")

# name -> (is it possible?, what would be).  Limits are those of the settings that each of them stands for.
POSSIBLE: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "monitoring": (lambda v: isinstance(v, bool), "true or false"),
    "cues": (lambda v: isinstance(v, bool), "true or false"),
    "favourite": (lambda v: isinstance(v, str) and v != "", "the name of an exercise"),
    "language": (lambda v: isinstance(v, str) and v != "", "a language, like de or en"),
    "quiet_minutes": (lambda v: _whole(v) and 1 <= v <= 720, "a whole number from 1 to 720"),
    "volume": (lambda v: _whole(v) and 0 <= v <= 100, "a whole number from 0 to 100"),
    "cue_budget": (lambda v: _whole(v) and 0 <= v <= 24, "a whole number from 0 to 24"),
    "silent_alerts": (lambda v: isinstance(v, bool), "true or false"),
    "load_limit": (lambda v: _whole(v) and 100 <= v <= 200, "a whole number from 100 to 200"),
    "chime": (lambda v: isinstance(v, bool), "true or false"),
    "daily": (daily.is_possible, "a time like 09:30, or arrival, return or off"),
    "movement": (lambda v: isinstance(v, bool), "true or false"),
    "quiet_hours": (hours.is_possible, "times of the week like mon-fri 12:00-13:00, sat-sun, or nothing"),
    "try_out": (lambda v: isinstance(v, bool), "true or false"),
}

# How the station coaches is its person's affair: changed on the page, or with `cmd/set`, but no entity of the house.
PERSONAL = frozenset({"silent_alerts", "load_limit", "chime", "daily", "movement", "quiet_hours", "try_out"})


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


class Preferences:
    """What is in force now; every other part learns it from `Preferred`."""

    def __init__(
        self, defaults: Mapping[str, Value], techniques: Sequence[str] = (), languages: Sequence[str] = LANGUAGES
    ) -> None:
        """defaults: what the configuration says, a value for every name in `POSSIBLE`.

        techniques, languages: those there are.
        """
        self._defaults = dict(defaults)
        self._techniques = tuple(techniques)
        self._languages = tuple(languages)
        self._changed: dict[str, Value] = {}

    def routes(self) -> Mapping[type, Handler]:
        """Only requests."""
        return {Prefer: self._on_prefer}

    def due(self) -> float:
        """Nothing here ends by itself."""
        return NEVER

    def snapshot(self) -> dict[str, Any]:
        """What was changed, each with what the configuration said then."""
        return {name: [value, self._defaults[name]] for name, value in self._changed.items()}

    def restore(self, data: Mapping[str, Any]) -> list[Prefer]:
        """The request that brings everything into force: what was changed, else what the configuration says."""
        self._changed = {}
        values = dict(self._defaults)
        for name, (value, said_then) in data.items():
            if name in values and said_then == self._defaults[name] and not self._wrong(name, value):
                values[name] = value
        return [Prefer(values, source="restart")]

    def _on_prefer(self, request: Prefer, now: float) -> Iterable[Message]:
        wrong = [sentence for name, value in request.values.items() if (sentence := self._wrong(name, value))]
        if wrong:  # all or nothing: half a request would leave a state that nobody asked for
            return (Refused("prefer", " ".join(wrong)),)
        return self._take(request)

    def _take(self, request: Prefer) -> Iterator[Message]:
        for name, value in request.values.items():
            if value == self._defaults[name]:
                self._changed.pop(name, None)
            else:
                self._changed[name] = value
            yield Preferred(name, value, request.source)

    def _wrong(self, name: str, value: Any) -> str:
        """Why this cannot be, or ''."""
        if name not in POSSIBLE:
            return f"There is nothing called '{name}' to change; there are: {', '.join(POSSIBLE)}."
        if value == self._defaults[name]:
            return ""  # the configuration has been judged already
        possible, what_would_be = POSSIBLE[name]
        if not possible(value):
            return f"{name} = {value!r} is not possible; it is {what_would_be}."
        if name == "favourite" and self._techniques and value not in self._techniques:
            return f"There is no exercise '{value}'; there are: {', '.join(self._techniques)}."
        if name == "language" and value not in self._languages:
            return f"No exercise speaks '{value}'; there are: {', '.join(self._languages)}."
        return ""
