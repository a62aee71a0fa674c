"""What `calibrate` and `record` share: which sensor, a queue of what it says, keys, and a line that stays in its place.

options: --config FILE, or --simulated: the simulated person, who needs no hardware and no configuration
"""

from __future__ import annotations

import argparse
import queue
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import numpy as np

from station import config
from station.core.inputs import Frame, Input
from station.german import system_language
from station.terminal import fitted

BAR = 24
LEAST_WAY_V = 0.1
REDRAW_S = 0.1
# What the simulated person does at each step of the calibration; a real one reads the words.
ACTS = {
    "reference_1": "reference",
    "reference_2": "reference",
    "daily_reference": "reference",
    "shrug": "shrug",
    "typing": "typing",
}


def add_sensor_arguments(parser: argparse.ArgumentParser) -> None:
    """Which sensor."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--config", type=Path, metavar="FILE", help="the station's configuration")
    which.add_argument("--simulated", action="store_true", help="the simulated person instead of a sensor")


def configured(args: argparse.Namespace) -> config.Config:
    """The configuration these arguments ask for.  Raises StationError."""
    if args.simulated:
        return config.from_text(f'[station]\nlanguage = "{system_language()}"\n[sensor]\ndriver = "simulated"\n')
    return config.read(args.config)


class Keys:
    """Lines typed into the terminal, as they come; none where there is no terminal."""

    def __init__(self, put: Callable[[str], None]) -> None:
        self._put = put

    def start(self) -> None:
        """Listen in a thread of its own, which ends with the process."""
        if sys.stdin.isatty():
            threading.Thread(target=self._listen, name="keys", daemon=True).start()

    def _listen(self) -> None:
        for line in sys.stdin:
            self._put(line.strip().lower())


class Screen:
    """Sentences that stay, and one line that is written over; where nobody watches, only the sentences."""

    def __init__(self, out: TextIO | None = None) -> None:
        self.out = out or sys.stdout
        self._live = self.out.isatty()
        self._shown = ""

    def say(self, sentence: str) -> None:
        """A sentence that stays, in lines that fit."""
        if self._shown:
            self.out.write("\r\x1b[K")
            self._shown = ""
        self.out.write(fitted(sentence, self.out) + "\n")
        self.out.flush()

    def entered(self) -> None:
        """Somebody pressed Enter, and the terminal went to the next line: take the old one away."""
        if self._shown:
            self.out.write("\x1b[A\r\x1b[K")
            self._shown = ""

    def show(self, line: str) -> None:
        """The line that is written over."""
        if self._live and line != self._shown:
            self.out.write(f"\r\x1b[K{line}")
            self.out.flush()
            self._shown = line


class Meter:
    """How strong the signal is now, between the weakest and the strongest so far: a bar that needs no yardstick."""

    def __init__(self, signal: str) -> None:
        self._raw = signal == "emg-raw"
        self._low, self._high, self._now = float("inf"), float("-inf"), 0.0

    def take(self, frame: Frame) -> None:
        """Follow one frame's first channel."""
        volts = frame.volts[:, 0]
        value = float(np.std(volts) if self._raw else np.mean(volts))
        # 0.2 s of smoothing: a bar that flickers with every frame cannot be read.
        share = min(1.0, len(volts) / frame.rate / 0.2)
        self._now = value if self._low > self._high else self._now + share * (value - self._now)
        self._low, self._high = min(self._low, self._now), max(self._high, self._now)

    def bar(self) -> str:
        """`▮▮▮▮▯▯▯▯`; empty until the first frame has come, which a busy machine may let wait."""
        if self._low > self._high:
            return "▯" * BAR
        # Until something stronger was seen, full scale is ten times rest: noise alone shall not fill the bar.
        way = max(self._high - self._low, 9 * self._low if self._raw else LEAST_WAY_V)
        full = round(BAR * min(1.0, (self._now - self._low) / way)) if way > 0 else 0
        return "▮" * full + "▯" * (BAR - full)


class Inbox:
    """What the sensor and the keys say, in order."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Input] = queue.SimpleQueue()

    def put(self, message: Input) -> None:
        """From any thread."""
        self._queue.put(message)

    def take(self, seconds: float) -> Input | None:
        """The next one; None when none came within `seconds`."""
        try:
            return self._queue.get(timeout=max(0.001, seconds))
        except queue.Empty:
            return None
