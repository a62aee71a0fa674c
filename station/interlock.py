"""Looks twice a second whether the sensor may still be read, on a thread of its own.

    cable in ──≤ 0.5 s──► look ──► sensor process asked to close ──≤ 0.2 s──► killed if it hangs     (within 1 s in all)
    cable out ─► 5 s without anything ─► the sensor is opened again

A thread, because the loop may be busy with sound or a slow disk, and this must not wait for it.  The rule itself is in
hardware/power.py; what to do about it, in sensor.py.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

log = logging.getLogger(__name__)

LOOK_S: Final = 0.5
CALM_S: Final = 5.0  # a plug that is being pushed in touches and lets go a few times
PATIENCE_S: Final = 0.2  # ten frames: a sensor process that is well has long closed by then
GIVE_UP_S: Final = 2.0


class Watch:
    """Calls `look` every half second until stopped."""

    def __init__(self, look: Callable[[], None]) -> None:
        self._look = look
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._run, name="interlock", daemon=True)

    def start(self) -> None:
        """Begin; the first look comes half a second later."""
        self._thread.start()

    def stop(self) -> None:
        """End; a look that has begun is finished.  Safe to call twice."""
        self._enough.set()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(GIVE_UP_S)

    def _run(self) -> None:
        while not self._enough.wait(LOOK_S):
            try:
                self._look()
            except Exception:  # a watch that ends unseen would be worse than any single failed look
                log.exception("the interlock could not look")
