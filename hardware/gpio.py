"""Which library moves the GPIO pins, and what it means when it cannot.

gpiozero speaks through a *pin factory*.  Left alone it tries one library after the other and ends, quietly, with one
that cannot work; and its choice is global.  Here a factory is asked for by name and handed to each device, so that
a failure is loud and says what to do, and two parts of the station never disagree.

    auto     what GPIOZERO_PIN_FACTORY says, else lgpio (the one that works on every Pi up to the 5)
    mock     gpiozero's own twin: pins that a test can press and read
"""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

Severity = Literal["ok", "warning", "broken"]
Finding = tuple[Severity, str, str]

# Of a mock pin: half a minute of a fading light.
REMEMBERED: Final = 1000

Gpio = Literal["auto", "lgpio", "rpigpio", "pigpio", "native", "mock"]

FACTORIES: Final = {
    "lgpio": ("gpiozero.pins.lgpio", "LGPIOFactory"),
    "rpigpio": ("gpiozero.pins.rpigpio", "RPiGPIOFactory"),
    "pigpio": ("gpiozero.pins.pigpio", "PiGPIOFactory"),
    "native": ("gpiozero.pins.native", "NativeFactory"),
    "mock": ("gpiozero.pins.mock", "MockFactory"),
}

INSTALL: Final = (
    "On a Pi: sudo apt install python3-lgpio, and a virtual environment made with --system-site-packages; "
    f"or {sys.executable} -m pip install 'desk-station[pi]'"
)
NO_PI: Final = "Set {switch} in the configuration on a machine without GPIO pins."


class GpioError(Exception):
    """A pin cannot be used.  `problem` says which and why, `remedy` what a person can do."""

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


def pin_factory(name: Gpio = "auto", what: str = "The GPIO pins", switch: str = "enabled = false") -> Any:
    """A gpiozero pin factory; the same one for the same name, as a chip is shared.

    what, switch: see `explain`.  Raises GpioError.
    """
    chosen = os.environ.get("GPIOZERO_PIN_FACTORY", "lgpio") if name == "auto" else name
    if chosen not in FACTORIES:
        raise GpioError(
            f"GPIOZERO_PIN_FACTORY is {chosen!r}, which is no way to the pins that is known here.",
            f"There are: {', '.join(FACTORIES)}; on a Pi leave it away.",
        )
    try:
        return _factory(chosen)
    except Exception as error:
        raise explain(what, error, switch) from error


@lru_cache
def _factory(name: str) -> Any:
    if name == "lgpio":  # it makes its pipes there, and a service's own folder may not be writable
        os.environ.setdefault("LG_WD", tempfile.gettempdir())
    module, kind = FACTORIES[name]
    factory = getattr(importlib.import_module(module), kind)
    if name != "mock":
        return factory()
    return factory(pin_class=_twin())


def _twin() -> type:
    """gpiozero's mock pin, which remembers every state it was ever in, with an end to that: a demo may run for days."""
    from gpiozero.pins.mock import MockPWMPin

    class Pin(MockPWMPin):  # type: ignore[misc]  # gpiozero has no types
        def clear_states(self) -> None:
            super().clear_states()
            self.states: Any = deque(self.states, maxlen=REMEMBERED)

    return Pin


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a pin cannot be used: how to recognise it, and what to say (`{}`: the device)."""

    is_it: Callable[[Exception, str, bool], bool]
    """Of the error, what it says, and whether this machine has pins at all."""
    problem: str
    remedy: str


def _kind(name: str) -> Callable[[Exception, str, bool], bool]:
    return lambda error, said, pins: type(error).__name__ == name


# The first cause that fits is told.
CAUSES: Final = (
    Cause(  # a PC lacks the library, too, and installing it there would help nobody
        lambda error, said, pins: not pins and (isinstance(error, ImportError) or "gpiochip" in said),
        "{} cannot be used: this machine has no GPIO pins.",
        NO_PI,
    ),
    Cause(lambda error, said, pins: isinstance(error, ImportError), "{} cannot be used: {error}.", INSTALL),
    Cause(_kind("PinUnknownPi"), "{} cannot be used: this machine is not a Raspberry Pi.", NO_PI),
    Cause(
        lambda error, said, pins: isinstance(error, PermissionError) or "can not open gpiochip" in said,
        "{} cannot be used: /dev/gpiochip0 may not be opened by this user.",
        "Put the user into the group gpio (sudo adduser $USER gpio), then log in again.",
    ),
    Cause(
        lambda error, said, pins: ".lgd-nfy" in said,
        "{} cannot be used: lgpio has no folder to write its notifications to.",
        "Set LG_WD to a folder that this user may write to.",
    ),
    Cause(_kind("PinInvalidPin"), "{} does not exist.", "Use a GPIO number from 2 to 27, as printed on pinout.xyz."),
    Cause(
        lambda error, said, pins: type(error).__name__ == "GPIOPinInUse" or "busy" in said.lower(),
        "{} is in use by somebody else.",
        "See who with: gpioinfo; or choose another pin in the configuration.",
    ),
    Cause(lambda error, said, pins: True, "{} cannot be used: {error}.", "Check the wiring and the pin number."),
)


def explain(what: str, error: Exception, switch: str = "enabled = false", dev: Path = Path("/dev")) -> GpioError:
    """What a failure of gpiozero or lgpio means for a person.

    what: "The button on GPIO 17" or the like.  switch: the line of the configuration that does without it.
    dev: where the kernel shows its pins.
    """
    if isinstance(error, GpioError):
        return error
    said = str(error) or type(error).__name__
    if said[0] in "'\"" and said[0] == said[-1]:  # a KeyError quotes its own message
        said = said[1:-1]
    pins = any(dev.glob("gpiochip*"))
    cause = next(cause for cause in CAUSES if cause.is_it(error, said, pins))
    return GpioError(cause.problem.format(what, error=said), cause.remedy.format(switch=switch))
