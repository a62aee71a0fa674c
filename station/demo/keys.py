"""The newcomer's keyboard as the station's button: a key moves the mock pin, and everything after that is real.

Terminal settings are put back in every case; without a terminal there are no keys, and one that goes away says so.
"""

from __future__ import annotations

import contextlib
import os
import select
import sys
import threading
from collections.abc import Callable, Mapping

# A press as (seconds down, seconds up, seconds down, ...).
SHORT = (0.15,)
DOUBLE = (0.12, 0.15, 0.12)
LONG = (1.8,)
HOLD = (6.3,)


class Finger:
    """Presses the pin, on its own thread, one gesture after the other."""

    def __init__(self, press: Callable[[], None], release: Callable[[], None]) -> None:
        self._press, self._release = press, release
        self._busy = threading.Lock()

    def do(self, pattern: tuple[float, ...]) -> None:
        """Carry out one press pattern; ignored while another is on its way."""
        threading.Thread(target=self._carry_out, args=(pattern,), daemon=True, name="finger").start()

    def _carry_out(self, pattern: tuple[float, ...]) -> None:
        if not self._busy.acquire(blocking=False):
            return
        try:
            pause = threading.Event()
            for index, seconds in enumerate(pattern):
                down = index % 2 == 0
                (self._press if down else self._release)()
                pause.wait(seconds)
            self._release()
        finally:
            self._busy.release()


class Keys:
    """Reads single keys from the terminal and calls what belongs to them."""

    def __init__(self, actions: Mapping[str, Callable[[], None]], gone: Callable[[], None]) -> None:
        """`gone` is called when the terminal is closed: nobody can see or press anything any more."""
        self._actions, self._gone = actions, gone
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._read, name="keys", daemon=True)

    def start(self) -> None:
        """Begin to listen, where there is a terminal."""
        if sys.stdin.isatty():
            self._thread.start()

    def stop(self) -> None:
        """Give the terminal back."""
        self._done.set()
        if self._thread.is_alive():
            self._thread.join(timeout=1.0)

    def _read(self) -> None:
        import termios
        import tty

        wire = sys.stdin.fileno()
        before = termios.tcgetattr(wire)
        try:
            tty.setcbreak(wire)
            while not self._done.is_set():
                if not select.select([wire], [], [], 0.2)[0]:
                    continue
                if not (pressed := _pressed(wire)):
                    self._gone()
                    return
                for key in pressed:
                    if action := self._actions.get(key):
                        action()
        finally:
            with contextlib.suppress(termios.error):  # a closed terminal needs nothing back
                termios.tcsetattr(wire, termios.TCSADRAIN, before)


def _pressed(wire: int) -> str:
    """The keys that wait; empty when the terminal is closed."""
    try:
        return os.read(wire, 64).decode(errors="ignore").lower()
    except OSError:
        return ""
