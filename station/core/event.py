"""What an event is, when it was, and how it is written down; the events themselves are in `events.py`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import msgspec


class Event:
    """Anything the core can say."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """One event with its time: `t` monotonic seconds when it was decided, `wall` seconds since 1970 (UTC)."""

    event: Event
    t: float
    wall: float


def slots_of(kind: type, *names: str) -> tuple[Callable[[object, object], None], ...]:
    """What writes each of these fields of a frozen class, for an `__init__` that runs fifty times a second.

    The one that dataclasses makes for a frozen class costs four times as much.
    """
    return tuple(vars(kind)[name].__set__ for name in names)


def fields_of(kind: type) -> tuple[str, ...]:
    """The names of an event's or an input's fields, in order."""
    return kind.__struct_fields__ if issubclass(kind, msgspec.Struct) else tuple(f.name for f in fields(kind))  # type: ignore[arg-type]


def name_of(kind: type[Event]) -> str:
    """`TensionStarted` -> `tension_started`."""
    return _shape(kind)[0]


def as_record(event: Event, t: float, only: tuple[str, ...] | None = None) -> dict[str, Any]:
    """`{"t": ..., "event": name, ...fields}`; times to a millisecond, other floats to 4 digits.

    only: these of its fields, instead of all.
    """
    name, keys = _shape(type(event))
    record: dict[str, Any] = {"t": round(getattr(event, "t", t), 3), "event": name}
    for key in keys if only is None else only:
        value = getattr(event, key)
        record[key] = round(value, 4) if isinstance(value, float) else value
    return record


_shapes: dict[type[Event], tuple[str, tuple[str, ...]]] = {}


def _shape(kind: type[Event]) -> tuple[str, tuple[str, ...]]:
    """An event type's wire name and keys, worked out once: this is on the 10 Hz path."""
    known = _shapes.get(kind)
    if known is None:
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()
        known = _shapes[kind] = (name, tuple(key for key in fields_of(kind) if key != "t"))
    return known
