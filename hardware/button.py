"""The one button: from GPIO 17 to ground, held up by the Pi's own resistor.

    released ▔▔▔▔▔╲╱╲▁▁▁▁▁▁▁▁▁▁╱╲╱▔▔▔▔    the contact bounces for some milliseconds
    told             down          up      50 ms later, once each: on_edge(pressed, at)

It only tells edges and their time; what a short, a double or a long press *means* is the core's table
(station/core/gestures.py).  `on_edge` is called on gpiozero's thread and should do one thing: put it into the inbox.

The twin is gpiozero's mock pin: `button.pin.drive_low()` is a finger.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Annotated, Any, Final

import msgspec

from hardware.gpio import Finding, Gpio, GpioError, explain, pin_factory

log = logging.getLogger(__name__)

BOUNCE_S: Final = 0.05  # cheap push buttons bounce for 1-20 ms; a finger cannot press twice within 50 ms

SWITCH: Final = "[button] enabled = false"

OnEdge = Callable[[bool, float], None]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The button's wire."""

    enabled: Annotated[bool, msgspec.Meta(description="Whether a button is connected.")] = True
    pin: Annotated[
        int, msgspec.Meta(ge=2, le=27, description="GPIO number; the button connects it to ground when pressed.")
    ] = 17
    gpio: Annotated[
        Gpio,
        msgspec.Meta(description="Library that moves the pins: auto takes GPIOZERO_PIN_FACTORY, else lgpio."),
    ] = "auto"


class Button:
    """A debounced button.

    on_edge: called with (pressed, CLOCK_MONOTONIC second), on another thread.
    factory: a gpiozero pin factory instead of the one that the settings name.
    """

    def __init__(self, settings: Settings, on_edge: OnEdge, factory: Any = None) -> None:
        self.settings = settings
        self._on_edge = on_edge
        self._factory = factory
        self._device: Any = None

    @property
    def pin(self) -> Any:
        """The gpiozero pin (a mock pin in a test); None while stopped."""
        return self._device.pin if self._device else None

    def start(self) -> None:
        """Take the pin.  Raises GpioError; a button that is switched off in the settings does nothing."""
        if self._device is not None or not self.settings.enabled:
            return
        what = f"The button on GPIO {self.settings.pin}"
        factory = self._factory or pin_factory(self.settings.gpio, what, SWITCH)
        try:
            from gpiozero import Button as Wire

            self._device = Wire(self.settings.pin, pull_up=True, bounce_time=BOUNCE_S, pin_factory=factory)
        except Exception as error:
            raise explain(what, error, SWITCH) from error
        self._device.when_pressed = self._pressed
        self._device.when_released = self._released

    def stop(self) -> None:
        """Let go of the pin.  Safe to call twice, and never in the way of what else has to end."""
        device, self._device = self._device, None
        if device is None:
            return
        try:
            device.close()
        except Exception as error:  # lgpio: 'GPIO busy' for a moment after the last edge; the kernel frees it with us
            log.warning("The button's pin %d could not be let go: %s.", self.settings.pin, error)

    def _pressed(self) -> None:
        self._on_edge(True, time.monotonic())

    def _released(self) -> None:
        self._on_edge(False, time.monotonic())


def examine(settings: Settings, factory: Any = None) -> list[Finding]:
    """What `desk-station check` says about the button: (severity, sentence, remedy).  Takes the pin for a moment."""
    where = f"The button on GPIO {settings.pin}"
    if not settings.enabled:
        return [("ok", "No button is configured.", "")]
    button = Button(settings, lambda pressed, at: None, factory)
    try:
        button.start()
        held = button._device.is_pressed
    except GpioError as error:
        return [("broken", error.problem, error.remedy)]
    finally:
        button.stop()
    if held:
        remedy = (
            "If nobody presses it, look for a short between the pin and ground, or for a button turned by 90 degrees."
        )
        return [("warning", f"{where} reads as pressed.", remedy)]
    return [("ok", f"{where} can be read and is up.", "")]
