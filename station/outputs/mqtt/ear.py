"""Hearing: what arrives from the house becomes a request in the inbox, or one line in the log and a count.

Called on the MQTT thread.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from station.core.inputs import Input
from station.outputs.mqtt import commands
from station.outputs.mqtt.connection import Received
from station.outputs.mqtt.pace import Allowance
from station.outputs.mqtt.settings import Settings

log = logging.getLogger(__name__)

LONGEST_TOPIC = 200
# By these `desk-station check` tries whether the way is open (doctor.py); they ask for nothing.
TRIED_BY_CHECK = ("cmd/check", "context/check")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to a command: understood and handed on, or why not.  `token` is what the asker knows it by."""

    topic: str
    payload: bytes
    token: bytes


class Ear:
    """base: the station's own topics begin with it.  birth: called when Home Assistant says that it is back.

    answer: takes a reply that is to be sent.
    """

    def __init__(
        self,
        base: str,
        settings: Settings,
        inbox: Callable[[Input], None],
        birth: Callable[[], None],
        answer: Callable[[Reply], None] = lambda reply: None,
    ) -> None:
        self.rejected = 0
        self._base, self._settings, self._inbox = base, settings, inbox
        self._birth_topic, self._birth = f"{settings.discovery_prefix}/status", birth
        self._answer = answer
        self._allowance = Allowance()

    def hear(self, message: Received) -> None:
        """One message."""
        if message.topic == self._birth_topic:
            if message.payload == b"online" and not message.retained:
                self._birth()
            return
        topic = message.topic.removeprefix(self._base + "/")
        if topic in TRIED_BY_CHECK:
            return
        if not self._allowance.take(time.monotonic()):
            self._refuse(f"{message.topic}: too many messages; one every 2 s is enough")
            return  # and no answer: a loop that is answered goes on
        try:
            asked = commands.read(topic, message.payload, self._settings.commands, message.retained, message.expiry_s)
        except commands.NotUnderstoodError as error:
            self._refuse(str(error))
            self._reply(message, {"ok": False, "reason": str(error)})
            return
        self._inbox(asked)
        self._reply(message, {"ok": True})

    def _refuse(self, why: str) -> None:
        self.rejected += 1
        log.warning("not understood on MQTT (%d so far): %s", self.rejected, why)

    def _reply(self, message: Received, said: dict[str, object]) -> None:
        """Where the asker gave a topic for it, and that topic is nobody's but theirs."""
        topic = message.reply_to
        ours = (self._base + "/", self._settings.discovery_prefix + "/", "$")
        if topic and len(topic) <= LONGEST_TOPIC and not topic.startswith(ours) and not set(topic) & {"+", "#", "\0"}:
            self._answer(Reply(topic, msgspec.json.encode(said), message.token))
