"""Hearing: what arrives from the house becomes a request in the inbox, or one line in the log and a count.

Called on the client library's thread.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from station.core.inputs import Input
from station.outputs.mqtt import commands
from station.outputs.mqtt.connection import Received
from station.outputs.mqtt.pace import Allowance

log = logging.getLogger(__name__)


class Ear:
    """base: the station's own topics begin with it.  birth_topic: where Home Assistant says that it is back.

    birth: called when it does.
    """

    def __init__(
        self,
        base: str,
        allowed: tuple[str, ...],
        inbox: Callable[[Input], None],
        birth_topic: str,
        birth: Callable[[], None],
    ) -> None:
        self.rejected = 0
        self._base, self._allowed, self._inbox = base, allowed, inbox
        self._birth_topic, self._birth = birth_topic, birth
        self._allowance = Allowance()

    def hear(self, message: Received) -> None:
        """One message."""
        if message.topic == self._birth_topic:
            if message.payload == b"online" and not message.retained:
                self._birth()
            return
        try:
            if not self._allowance.take(time.monotonic()):
                raise commands.NotUnderstoodError(f"{message.topic}: too many messages; one every 2 s is enough")
            topic = message.topic.removeprefix(self._base + "/")
            asked = commands.read(topic, message.payload, self._allowed, message.retained, message.expiry_s)
        except commands.NotUnderstoodError as error:
            self.rejected += 1
            log.warning("not understood on MQTT (%d so far): %s", self.rejected, error)
            return
        self._inbox(asked)
