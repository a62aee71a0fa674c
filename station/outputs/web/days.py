"""The measured days as the insight needs them, each read once: half a year of minutes is not asked for at every view.

a day's roll-up looks as it did  ──►  what was read of the day is still right
it looks different               ──►  the day is read anew (today, one that was moved, one of which was deleted)
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from station.core.insight.windows import columns
from station.outputs.history.read import Loads, Pieces, days_told, loads, rest_in_pieces
from station.outputs.web import day
from station.outputs.web.desk import Desk

PIECE_S: Final = 600
KEPT: Final = "days"


@dataclass(frozen=True, slots=True)
class OneDay:
    """looked: its roll-up when it was read.  ended, load: see `windows.Track`.  pieces: (start, rest_s, valid_s)."""

    looked: tuple[Any, ...]
    ended: np.ndarray
    load: np.ndarray
    pieces: Pieces


def days(desk: Desk, since: float, until: float) -> list[OneDay]:
    """Every measured day that begins in this range, oldest first.  Raises No."""
    before: dict[str, OneDay] = desk.kept.get(KEPT, {})
    nothing: list[tuple[str, tuple[Any, ...]]] = []
    looks = dict(desk.known(days_told, nothing, since, until))
    anew = [name for name, looked in looks.items() if name not in before or before[name].looked != looked]
    found = {**before, **dict(zip(anew, _read(desk, anew, looks), strict=True))}
    desk.kept[KEPT] = found = {name: found[name] for name in looks}
    return list(found.values())


def _read(desk: Desk, names: Sequence[str], looks: Mapping[str, tuple[Any, ...]]) -> Iterator[OneDay]:
    ranges = [day.bounds(datetime.date.fromisoformat(name)) for name in names]
    no_loads: list[Loads] = [[] for _ in ranges]
    no_pieces: list[Pieces] = [[] for _ in ranges]
    minutes = desk.known(lambda path: loads(path, ranges), no_loads)
    pieces = desk.known(lambda path: rest_in_pieces(path, ranges, PIECE_S), no_pieces)
    for name, of_day, in_pieces in zip(names, minutes, pieces, strict=True):
        yield OneDay(looks[name], *columns(of_day), in_pieces)
