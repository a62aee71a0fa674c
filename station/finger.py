"""The button as the station's loop sees it: edges arrive in the inbox.

A button that cannot be opened is told once in the log and shows in `check`; the station works without it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from hardware.button import Button, Settings
from hardware.gpio import GpioError
from station.core.inputs import ButtonEdge, Input

log = logging.getLogger(__name__)


class ButtonDevice:
    """The one button."""

    def __init__(self, settings: Settings, put: Callable[[Input], None]) -> None:
        self._button = Button(settings, lambda pressed, at: put(ButtonEdge(pressed, at)))

    @property
    def pin(self) -> Any:
        """The gpiozero pin: a mock pin can be pressed from here."""
        return self._button.pin

    def start(self) -> None:
        """Take the pin, or say why not."""
        try:
            self._button.start()
        except GpioError as error:
            log.warning("%s %s", error.problem, error.remedy)

    def stop(self) -> None:
        """Let go of the pin."""
        self._button.stop()
