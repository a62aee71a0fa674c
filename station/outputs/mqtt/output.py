"""MQTT as an output: what the main thread sees of it.

    main thread   take(moment) ──► queue ──► the MQTT thread: conversation.py
                  look: does that thread live, and does it turn?

A thread that died or hangs is left behind with everything it holds but the queue; the next start begins a new
conversation with what is still in it.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

from station.core import events as ev
from station.outputs.contract import House, OutputError
from station.outputs.mqtt.conversation import Conversation
from station.outputs.mqtt.settings import Settings

MOST_QUEUED = 1_000
# Ten readings a second would fill the queue in a long name look-up; from here on only they are let go.
MANY_QUEUED = 300
STOP_S = 1.9


class Mqtt:
    """The station on MQTT."""

    def __init__(self, settings: Settings, house: House, chance: Callable[[], float] = random.random) -> None:
        self._settings, self._house, self._chance = settings, house, chance
        self._thread: threading.Thread | None = None
        self._rejected = 0
        self._talk = Conversation(settings, house, chance)

    def start(self) -> None:
        """Begin to connect; a broker that is not there yet is no reason to fail (see `trouble`)."""
        if self._settings.level == 0:
            return
        if self._thread is not None:
            if self._thread.is_alive() and not self._talk.left:  # told to stop in the middle of a name look-up
                raise OutputError("The last connection has not come to its end yet.", "It is tried again.")
            self._rejected = self.rejected
            self._talk = Conversation(self._settings, self._house, self._chance, before=self._talk)
        self._thread = threading.Thread(target=self._talk.run, name="mqtt", daemon=True)
        self._thread.start()

    def take(self, moment: ev.Moment) -> None:
        """Learn one event; never waits.  Raises OutputError when the thread is gone."""
        if self._settings.level == 0:
            return
        if self._thread is None or self._talk.over:
            raise OutputError("The MQTT thread has stopped.", "It is started again; please report this.")
        reading = isinstance(moment.event, ev.Reading)
        if self._talk.queue.qsize() < (MANY_QUEUED if reading else MOST_QUEUED):
            self._talk.tell(moment, wake=not reading)

    def trouble(self) -> str:
        """Why the smart home does not hear us now, or ''.  Raises OutputError when the thread hangs."""
        if self._talk.hangs(time.monotonic()):
            self._talk.leave()
            raise OutputError("The MQTT thread hangs.", "Another one is started; please report this.")
        return self._talk.trouble()

    @property
    def rejected(self) -> int:
        """How many messages were not understood."""
        return self._rejected + self._talk.ear.rejected

    def stop(self) -> None:
        """Say `offline`, wait for the broker's word for at most a second, and close."""
        if self._thread is not None and not self._talk.left:
            self._talk.stop()
            self._thread.join(STOP_S)
