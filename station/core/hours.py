"""Quiet hours: times of the week at which the station never draws attention, as its person writes them.

    "mon-fri 12:00-13:00, wed 15:00-16:30, sat-sun"        mo-fr 12:00-13:00, mi 15:00-16:30, sa-so

A day without a time is the whole day; a time that ends before it begins reaches into the next day.  Not the quiet of a
long press: nothing blinks and nothing has to be ended.  It stands against offers (`hindrances.py`), against nothing
that a person starts.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from typing import Annotated

import msgspec

from station.core.component import NEVER, Handler, Herald, Message
from station.core.events import Preferred, QuietHours
from station.core.inputs import LocalTime, Tick

DAY_S = 86400.0

# Both languages' usual short names, Monday first; a longer name counts by its beginning.
DAYS = (("mon", "mo"), ("tue", "di"), ("wed", "mi"), ("thu", "do"), ("fri", "fr"), ("sat", "sa"), ("sun", "so"))
_PART = re.compile(r"([a-z]+)(?:\s*-\s*([a-z]+))?(?:\s+(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2}))?")

Week = tuple[tuple[tuple[float, float], ...], ...]
"""For each weekday, Monday first: the spans (from, to) in seconds of the day."""


def parse(text: str) -> Week:
    """The week that a text describes.  Raises ValueError with a sentence."""
    week: list[list[tuple[float, float]]] = [[] for _ in DAYS]
    for part in filter(None, (each.strip().lower() for each in text.split(","))):
        found = _PART.fullmatch(part)
        if not found:
            raise ValueError(f"'{part}' is no quiet time; write for example 'mon-fri 12:00-13:00, sat-sun'")
        first, last, *times = found.groups()
        begin, end = _span(times, part)
        start = _day(first)
        for k in range((_day(last) - start) % 7 + 1 if last else 1):
            day = (start + k) % 7
            if begin < end:
                week[day].append((begin, end))
            else:
                week[day].append((begin, DAY_S))
                week[(day + 1) % 7].append((0.0, end))
    return tuple(tuple(sorted(spans)) for spans in week)


def _day(name: str) -> int:
    for number, (english, german) in enumerate(DAYS):
        if name == german or name.startswith(english) or (len(name) > 2 and GERMAN[number].startswith(name)):
            return number
    raise ValueError(f"'{name}' is no day of the week; there are: {', '.join(english for english, _ in DAYS)}")


GERMAN = ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag")


def _span(times: list[str | None], part: str) -> tuple[float, float]:
    if times[0] is None:
        return 0.0, DAY_S
    from_h, from_m, to_h, to_m = (int(each or 0) for each in times)
    begin, end = 60.0 * (60 * from_h + from_m), 60.0 * (60 * to_h + to_m)
    if from_m > 59 or to_m > 59 or begin >= DAY_S or end > DAY_S or begin == end:
        raise ValueError(f"'{part}' has a time that does not exist; a day goes from 00:00 to 24:00")
    return begin, end


def is_possible(text: object) -> bool:
    """Can this be quiet hours?"""
    try:
        return isinstance(text, str) and len(text) <= 200 and bool(parse(text))
    except ValueError:
        return False


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When the station never draws attention, week by week."""

    hours: Annotated[
        str,
        msgspec.Meta(
            max_length=200,
            description="times of the week without any offer: 'mon-fri 12:00-13:00, sat-sun'; empty: none",
        ),
    ] = ""

    def __post_init__(self) -> None:
        """Raise ValueError when this is no time of the week."""
        parse(self.hours)


class QuietWeek(Herald):
    """Says when the quiet hours begin and end, as soon as it is told what time it is.

    A herald: what is due at the very moment in which they begin (a small pause at noon) finds them told.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self._week = parse((settings or Settings()).hours)
        self._midnight: float | None = None
        """Monotonic second at which `_weekday` began; None while nobody has told the time."""
        self._weekday = 0
        self._ends: float | None = None
        """When the hours that were told end; None: told that there are none."""
        self._next = NEVER

    def routes(self) -> Mapping[type, Handler]:
        """The time of day, the person's wish, and time passing."""
        return {LocalTime: self._on_time, Preferred: self._on_preferred, Tick: self._on_tick}

    def due(self) -> float:
        """The next beginning or end."""
        return self._next

    def _on_time(self, told: LocalTime, now: float) -> Iterable[Message]:
        self._midnight, self._weekday = now - told.second, told.weekday
        return self._look(now)

    def _on_preferred(self, event: Preferred, now: float) -> Iterable[Message]:
        if event.name != "quiet_hours":
            return ()
        self._week = parse(str(event.value))
        return self._look(now)

    def _on_tick(self, _: Tick, now: float) -> Iterable[Message]:
        return self._look(now) if now >= self._next else ()

    def _look(self, now: float) -> Iterable[Message]:
        if self._midnight is None:
            return ()
        joined: list[tuple[float, float]] = []
        for begin, end in self._ahead(self._midnight):
            if joined and begin <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((begin, end))
        ends = next((end for begin, end in joined if begin <= now < end), None)
        self._next = next((t for t in itertools.chain.from_iterable(joined) if t > now), NEVER)
        if ends == self._ends:
            return ()
        self._ends = ends
        return (QuietHours(ends is not None, ends),)

    def _ahead(self, midnight: float) -> Iterable[tuple[float, float]]:
        """The spans of the week that lies ahead, today first, in monotonic seconds."""
        for k in range(8):
            for begin, end in self._week[(self._weekday + k) % 7]:
                yield midnight + DAY_S * k + begin, midnight + DAY_S * k + end
