"""Which settings exist: every section of the configuration file, and the classes that describe its keys.

Names are paths: `[output.mqtt]` is `station/outputs/mqtt`, `[sensor] driver = "ads1115"` is
`hardware/sensors/ads1115.py`.  A section may be described by several classes; each key belongs to exactly one.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from station.errors import StationError

# What page and terminal are written in.  Exercises may speak more: sounds/README.md, "Add a language".
PAGE_LANGUAGES = ("de", "en")

Signal = Literal["emg-raw", "emg-envelope", "pressure"]


class Station(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The station as a whole."""

    name: Annotated[str, Meta(max_length=40, description="What dashboards call this station.")] = "Desk Station"
    language: Annotated[
        str,
        Meta(
            description="The language it speaks and shows: de, en, or one that somebody added (sounds/README.md says "
            "how): that one is spoken, and the page and the terminal are in English."
        ),
    ] = "de"
    state_dir: Annotated[
        str,
        Meta(description="Where it keeps what must survive; empty: the service's own folder, or ~/.local/state."),
    ] = ""

    def __post_init__(self) -> None:
        """Raise ValueError for a language that nobody here speaks."""
        if self.language not in PAGE_LANGUAGES:
            import sounds

            if self.language not in sounds.languages():
                there_are = " | ".join(f'"{each}"' for each in sorted({*PAGE_LANGUAGES, *sounds.languages()}))
                raise ValueError(f'language = "{self.language}" is not possible; allowed: {there_are}')

    @property
    def shown(self) -> str:
        """The language of the page and the terminal: that of the voice where they have its words, else English."""
        return self.language if self.language in PAGE_LANGUAGES else "en"


class Sensor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The sensor, whichever driver reads it."""

    driver: Annotated[str, Meta(description="Who reads it: a file name in hardware/sensors.")] = "ads1115"
    signal: Annotated[
        tuple[Signal, ...],
        Meta(min_length=1, max_length=2, description="What each channel measures, in the order of the channels."),
    ] = ("emg-raw",)
    power: Annotated[
        Literal["undeclared", "battery", "isolated", "mains"],
        Meta(
            description="How the station is powered. With electrodes on the skin only battery or isolated is safe; "
            "on mains the station refuses to read them."
        ),
    ] = "undeclared"


class Output(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What every output can be told."""

    enabled: Annotated[bool, Meta(description="Whether this output is used at all.")] = True


class OutputOnRequest(Output, frozen=True, forbid_unknown_fields=True):
    """An output that needs something not every house has, so it is used only when asked for."""

    enabled: Annotated[bool, Meta(description="Whether this output is used at all.")] = False


# Section -> the classes that describe its keys; {driver} is what `[sensor] driver` says.
SECTIONS: dict[str, tuple[str, ...]] = {
    "station": ("station.settings:Station",),
    "sensor": ("station.settings:Sensor", "hardware.sensors.{driver}:Settings"),
    "tension": ("station.core.tension:Settings",),
    "presence": ("station.core.presence:Settings",),
    "button": ("hardware.button:Settings", "station.core.gestures:Settings"),
    "light": ("hardware.light:Settings", "station.core.lights:Settings"),
    "coach": ("station.core.coach:Settings", "station.core.silent_alerts:Settings"),
    "budget": ("station.core.budget:Settings",),
    "reminders": ("station.core.reminders:Settings",),
    "quiet": ("station.core.quiet:Settings", "station.core.hours:Settings"),
    "session": ("station.core.session:Settings",),
}


# What stands beside the outputs in their folder and serves them.
NO_OUTPUTS = frozenset({"contract", "installing", "whole_file"})


def outputs() -> list[str]:
    """The names of all outputs there are."""
    from station import outputs as package

    return sorted(name for _, name, _ in pkgutil.iter_modules(package.__path__) if name not in NO_OUTPUTS)


def switch(name: str) -> type[Output]:
    """Whether this output is used unless somebody says otherwise: its module says `ON_REQUEST = True` if not."""
    module = importlib.import_module(f"station.outputs.{name}")
    return OutputOnRequest if getattr(module, "ON_REQUEST", False) else Output


def drivers() -> list[str]:
    """The names of all sensor drivers there are: the modules in hardware/sensors that can be opened."""
    from hardware import sensors as package

    names = sorted(name for _, name, _ in pkgutil.iter_modules(package.__path__))
    return [name for name in names if is_driver(name)]


def is_driver(name: str) -> bool:
    """True when hardware/sensors/NAME.py is there and can be opened."""
    try:
        module = importlib.import_module(f"hardware.sensors.{name}")
    except ImportError:
        return False
    return hasattr(module, "open") and hasattr(module, "Settings")


def load(reference: str) -> type[msgspec.Struct]:
    """`module:Class` -> the class.  Raises StationError when there is no such driver or output."""
    module, _, name = reference.partition(":")
    try:
        found: type[msgspec.Struct] = getattr(importlib.import_module(module), name)
    except (ModuleNotFoundError, AttributeError) as error:
        raise StationError(f"there is no {module.replace('.', '/')}.py with {name}") from error
    return found
