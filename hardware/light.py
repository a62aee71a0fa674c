"""The one light: an LED on a GPIO pin, dimmed by pulse width; one pin for a plain LED, three for red, green, blue.

    show(r, g, b)    0..1 as the *eye* sees it; 0.5 looks half as bright

The eye is roughly logarithmic, an LED is linear: brightness is raised to the power of 2.2 before it becomes a pulse
width.  A plain LED shows the strongest of the three.  What is shown, and when, is decided elsewhere
(station/core/lights.py which pattern, station/outputs/light what it looks like).
"""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec

from hardware.gpio import Finding, Gpio, GpioError, explain, pin_factory

GAMMA: Final = 2.2
PULSES_HZ: Final = 200  # software pulse width; flicker is invisible from about 100 Hz on
RGB: Final = 3
SWITCH: Final = "[output.light] enabled = false"

Pin = Annotated[int, msgspec.Meta(ge=2, le=27)]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The light's wire."""

    pins: Annotated[
        tuple[Pin, ...],
        msgspec.Meta(
            min_length=1,
            max_length=3,
            description="GPIO numbers: [27] for one LED, [27, 23, 24] for red, green and blue.",
        ),
    ] = (27,)
    brightness: Annotated[
        float, msgspec.Meta(ge=0.02, le=1, description="Brightness of the brightest moment, as the eye sees it, 0..1.")
    ] = 0.8
    active_high: Annotated[
        bool, msgspec.Meta(description="true: the pin feeds the LED; false: common anode, the pin draws it to ground.")
    ] = True
    gpio: Annotated[
        Gpio,
        msgspec.Meta(description="Library that moves the pins: auto takes GPIOZERO_PIN_FACTORY, else lgpio."),
    ] = "auto"

    def __post_init__(self) -> None:
        """Refuse two pins, and the same pin twice."""
        if len(self.pins) not in (1, RGB):
            raise ValueError("pins must name one pin (a plain LED) or three (red, green, blue)")
        if len(set(self.pins)) != len(self.pins):
            raise ValueError(f"pins names the same pin twice: {list(self.pins)}")


def open(settings: Settings, factory: Any = None) -> Lamp:
    """Take the pins; the light is off.  Raises GpioError."""
    return Lamp(settings, factory)


class Lamp:
    """One LED, plain or coloured."""

    def __init__(self, settings: Settings, factory: Any = None) -> None:
        self.settings = settings
        self._leds: list[Any] = []
        what = f"The light on GPIO {', '.join(map(str, settings.pins))}"
        used = factory or pin_factory(settings.gpio, what, SWITCH)
        try:
            from gpiozero import PWMLED

            # Three plain LEDs instead of gpiozero's RGBLED, which cannot be given a pulse frequency.
            for pin in settings.pins:
                led = PWMLED(pin, active_high=settings.active_high, frequency=PULSES_HZ, pin_factory=used)
                self._leds.append(led)
        except Exception as error:
            self.close()
            raise explain(what, error, SWITCH) from error

    def show(self, red: float, green: float, blue: float) -> None:
        """Show a colour; each part 0..1 as the eye sees it."""
        parts = (red, green, blue) if len(self._leds) == RGB else (max(red, green, blue),)
        for led, part in zip(self._leds, parts, strict=True):
            led.value = pulse_width(part * self.settings.brightness)

    def close(self) -> None:
        """Dark, and let go of the pins.  Safe to call twice."""
        leds, self._leds = self._leds, []
        for led in leds:
            led.close()


def pulse_width(seen: float) -> float:
    """The share of time an LED must be on to look `seen` bright (0..1, both)."""
    return float(min(max(seen, 0.0), 1.0) ** GAMMA)


def examine(settings: Settings, factory: Any = None) -> list[Finding]:
    """What `desk-station check` says about the light: (severity, sentence, remedy).  Takes the pins for a moment."""
    try:
        open(settings, factory).close()
    except GpioError as error:
        return [("broken", error.problem, error.remedy)]
    kind = "coloured light" if len(settings.pins) == RGB else "light"
    return [("ok", f"The {kind} on GPIO {', '.join(map(str, settings.pins))} can be driven.", "")]
