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
from station.outputs.history.read import Lived, days_told, minutes_in
from station.outputs.web import day
from station.outputs.web.desk import Desk

PIECE_S: Final = 600
KEPT: Final = "days"
# Days that are read by one question; a workday is some 480 minutes.
AT_ONCE: Final = 15

Pieces = list[tuple[float, float, float]]


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
    """A few weeks at a time, so that no single question takes long."""
    for n in range(0, len(names), AT_ONCE):
        some = names[n : n + AT_ONCE]
        ranges = [day.bounds(datetime.date.fromisoformat(name)) for name in some]
        for name, lived in zip(some, _lived(desk, ranges), strict=True):
            table = np.array(lived, dtype=float).reshape(-1, 4)
            yield OneDay(looks[name], *columns(table[:, :3]), pieces(table))


def _lived(desk: Desk, ranges: Sequence[tuple[float, float]]) -> list[Lived]:
    nothing: list[Lived] = [[] for _ in ranges]
    return desk.known(lambda path: minutes_in(path, ranges), nothing)


def pieces(minutes: np.ndarray) -> Pieces:
    """(start, rest_s, valid_s) of every piece of ten minutes in which anything was measured; see `read.minutes_in`."""
    ended, _, valid_s, rest = minutes[np.isfinite(minutes[:, 3])].T
    starts, which = np.unique((ended - 30.0) // PIECE_S * PIECE_S, return_inverse=True)
    sums = (np.bincount(which, weights).tolist() for weights in (rest * valid_s, valid_s))
    return list(zip(starts.tolist(), *sums, strict=True))
