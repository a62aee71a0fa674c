"""What only a person can confirm, with `check --try`: the light shines, the speaker sounds, the button is pressed.

Nothing here happens unasked: nobody expects a sound from a command that only looks.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final

import hardware.button
import hardware.light
from hardware.gpio import GpioError
from station.doctor import Examined

SHINE_S: Final = 2.0
STEP_S: Final = 0.05
PRESS_S: Final = 15.0
TAIL_S: Final = 0.3  # what the sound system still has in hand
COLOURS: Final = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (1.0, 1.0, 1.0))
Pause = Callable[[float], Any]


def shine(settings: hardware.light.Settings, factory: Any = None, pause: Pause = time.sleep) -> Examined:
    """Every colour once, each fading in."""
    try:
        lamp = hardware.light.open(settings, factory)
    except GpioError as error:
        yield "broken", error.problem, error.remedy
        return
    steps = round(SHINE_S / STEP_S / len(COLOURS))
    for colour in COLOURS:
        for step in range(1, steps + 1):
            lamp.show(*(part * step / steps for part in colour))
            pause(STEP_S)
    lamp.close()
    yield (
        "ok",
        "The light has shone for two seconds. Did you see it? If not, turn the LED round: the long leg to the pin.",
        "",
    )


def press(settings: hardware.button.Settings, factory: Any = None, patience_s: float = PRESS_S) -> Examined:
    """Wait for the button to be pressed and released."""
    if not settings.enabled:
        return
    released = threading.Event()
    button = hardware.button.Button(settings, lambda pressed, at: None if pressed else released.set(), factory)
    try:
        button.start()
        came = released.wait(patience_s)
    except GpioError as error:
        yield "broken", error.problem, error.remedy
        return
    finally:
        button.stop()
    if came:
        yield "ok", "The button was pressed and released.", ""
    else:
        remedy = (
            f"Press it when asked. If you did: it belongs between GPIO {settings.pin} and ground, "
            "and two of its four legs are joined inside: use two that lie diagonally."
        )
        yield "warning", f"Nobody pressed the button within {patience_s:.0f} s.", remedy


def sound(settings: Any, pause: Pause = time.sleep) -> Examined:
    """The station's own chime, once, at its own loudness (`[output.audio]`), on the sink it would choose."""
    import sounds
    from station.outputs.audio.levels import gain
    from station.outputs.audio.sinks import open_first
    from station.outputs.contract import OutputError

    try:
        mixer = open_first(settings.sinks, settings.buffer, gain(settings.volume, settings.ceiling))
    except OutputError as error:
        yield "broken", error.problem, error.remedy
        return
    try:
        pause(mixer.play(0, sounds.HERE / "chimes/chime.wav") + TAIL_S)
    finally:
        mixer.close()
    yield (
        "ok",
        "The chime has sounded. Did you hear it? If not: alsamixer, the cable, [output.audio] sinks and volume.",
        "",
    )
