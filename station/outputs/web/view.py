"""Words and figures in one language: what every page is written with.

    view.w("now.title")      a sentence from words/LANGUAGE.toml
    view.share(0.43)         "43 %"        view.span(4800) "1 h 20 min"      view.clock(t) "14:05"

Where the person has hidden the figures, `share`, `span` and `number` give a plain word or nothing instead.
"""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).with_name("words")
# Between a figure and its sign in German; English has nothing there.
NARROW = "\N{NARROW NO-BREAK SPACE}"
_PERCENT = re.compile(r"(?<=\d) %(?!\w)")


def percent(said: str, language: str) -> str:
    """A sentence's percent signs as the language writes them; a unit such as %RVE stays apart from its figure."""
    return _PERCENT.sub(f"{NARROW}%" if language == "de" else "%", said)


@lru_cache(maxsize=4)
def words(language: str) -> Mapping[str, Any]:
    """Every sentence of a language, by `section.key`; lists stay lists."""
    return _flat(tomllib.loads((HERE / f"{language}.toml").read_text(encoding="utf-8")))


def _flat(table: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            found.update(_flat(value, f"{before}{key}."))
        else:
            found[before + key] = value
    return found


@dataclass(frozen=True, slots=True)
class View:
    """One language, with or without figures."""

    language: str
    numbers: bool = True

    def w(self, key: str, **values: object) -> str:
        """The sentence of this key.  Raises KeyError."""
        said = str(words(self.language)[key])
        return said.format(**values) if values else said

    def list(self, key: str) -> list[str]:
        """The sentences of this key."""
        return [str(each) for each in words(self.language)[key]]

    def section(self, *names: str) -> dict[str, Any]:
        """Whole sections, for the page's scripts."""
        return {k: v for k, v in words(self.language).items() if k.partition(".")[0] in names}

    def known(self, section: str, key: str) -> str:
        """The word for something from elsewhere; itself where there is none."""
        return str(words(self.language).get(f"{section}.{key}", key))

    def number(self, value: float, digits: int = 0) -> str:
        """With the language's decimal mark."""
        said = f"{value:.{digits}f}"
        return said.replace(".", ",") if self.language == "de" else said

    def share(self, value: float | None) -> str:
        """0.43 -> "43 %"."""
        if value is None:
            return self.w("figures.unknown")
        if not self.numbers:
            return self.w(f"figures.{'much' if value >= 0.5 else 'some' if value >= 0.2 else 'little'}")
        return percent(f"{100 * value:.0f} %", self.language)

    def span(self, seconds: float) -> str:
        """4800 -> "1 h 20 min", 75 -> "1 min", 40 -> "40 s"."""
        if seconds < 60:
            return f"{seconds:.0f} s"
        minutes = round(seconds / 60)
        return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"

    def length(self, seconds: float) -> str:
        """An exercise's length: 80 -> "1 min 20 s"."""
        minutes, rest = divmod(round(seconds), 60)
        if not minutes:
            return f"{rest} s"
        return f"{minutes} min" if not rest else f"{minutes} min {rest} s"

    def clock(self, t: float) -> str:
        """Local time of day."""
        return datetime.datetime.fromtimestamp(t).strftime("%H:%M")

    def date(self, day: datetime.date) -> str:
        """ "Montag, 23. November 2026"."""
        weekday = self.list("calendar.weekdays")[day.weekday()]
        month = self.list("calendar.months")[day.month - 1]
        return self.w("calendar.date", weekday=weekday, day=day.day, month=month, year=day.year)

    def short_date(self, day: datetime.date) -> str:
        """ "28.11.2026" or "28 Nov 2026"."""
        month = self.list("calendar.months_short")[day.month - 1]
        return self.w("calendar.short", day=day.day, month=month, year=day.year)

    def weekday(self, day: datetime.date) -> str:
        """ "Sa 28.11." or "Sat 28 Nov", for a table of days."""
        weekday = self.list("calendar.weekdays_short")[day.weekday()]
        month = self.list("calendar.months_short")[day.month - 1]
        return self.w("calendar.day", weekday=weekday, day=day.day, month=month)
