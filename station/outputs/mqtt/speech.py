"""What is still to be said, and when.  It lives in one of three ways:

state        only as its newest version, at the pace of pace.py
event/...    for 60 s, then it is stale; what an exercise speaks no longer than its step there
log          until the broker has acknowledged it, over broker and station restarts
"""

from __future__ import annotations

import time
import uuid
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Protocol

import msgspec

from station.core import events as ev
from station.core.state import State, fold
from station.outputs.contract import House
from station.outputs.mqtt import words
from station.outputs.mqtt.connection import LIVE_EXPIRY_S
from station.outputs.mqtt.durable import DurableLog
from station.outputs.mqtt.outbox import OUTBOX_NAME
from station.outputs.mqtt.pace import StatePace
from station.outputs.mqtt.settings import Settings
from station.outputs.mqtt.waiting import Live

MOST_LIVE = 200
# Readings and minutes alone are looked at for news as seldom as the state may be said at all: ten times a second would
# be most of the thread's work on a small Pi.
LOOK_EVERY_S = 5.0


class Say(Protocol):
    """Hands one message over; answers with the number that its acknowledgement will carry."""

    def __call__(
        self, what: str, topic: str, payload: bytes, *, number: int = 0, retain: bool = False, expires_s: int = 0
    ) -> int:
        """`what` it is, in a word; `topic` below the station's own; `number` of an entry in the outbox."""


def without_overtaken(moments: Iterable[ev.Moment]) -> Iterator[ev.Moment]:
    """Of readings in a row only the last: it says all that the others said."""
    reading: ev.Moment | None = None
    for moment in moments:
        if isinstance(moment.event, ev.Reading):
            reading = moment
            continue
        if reading is not None:
            yield reading
            reading = None
        yield moment
    if reading is not None:
        yield reading


class Speech:
    """Used by one thread.  `state` is the picture to begin with."""

    def __init__(self, settings: Settings, house: House, state: State) -> None:
        self._level, self._version, self._language = settings.level, house.version, house.language
        self.state = state
        self.log = DurableLog(house.state_dir / OUTBOX_NAME, settings.level)
        self._pace = StatePace()
        self._look_at = float("-inf")
        self._live: deque[Live] = deque(maxlen=MOST_LIVE)
        self._run_id = uuid.uuid4().hex[:8]
        self._said = 0

    # --- what happens ---

    def learn(self, moments: Iterable[ev.Moment], now: float) -> None:
        """Take in what happened, in order; what is durable survives a kill afterwards."""
        records: list[tuple[float, bytes]] = []
        for moment in without_overtaken(moments):
            self._learn(moment, records, now)
        self.log.keep(records, now)

    def _learn(self, moment: ev.Moment, records: list[tuple[float, bytes]], now: float) -> None:
        if not isinstance(moment.event, ev.Reading | ev.Minute):
            self._look_at = float("-inf")
        was_private = self.state.private
        self.state = fold(self.state, moment)
        if was_private or self.state.private:
            # What began before private mode may end, but it is told to nobody.
            self._live.clear()
            return
        if type(moment.event) not in words.EVENTS and type(moment.event) not in words.LOG:
            return
        self._said += 1
        uid = f"{self._run_id}-{self._said}"
        live = words.live(moment, self._level, uid)
        if live is not None:
            topic, said = live
            self._live.append(Live(topic, msgspec.json.encode(said), now, words.lives_s(moment.event, LIVE_EXPIRY_S)))
        record = words.durable(moment, self._level, uid)
        if record is not None:
            records.append((moment.wall, msgspec.json.encode(record)))

    # --- what is said ---

    def next_look(self) -> float:
        """Before this moment there is nothing to say unless something happens."""
        return max(self._pace.open_at(), self._look_at)

    def begin(self) -> None:
        """A new connection: all that was not acknowledged is said again."""
        self.log.from_the_beginning()
        for one in self._live:
            one.mid = 0
        self.say_state_again()

    def say_state_again(self) -> None:
        """Somebody may not know it any more."""
        self._pace.forget()
        self._look_at = float("-inf")

    def speak(self, say: Say, room: int, now: float) -> None:
        """Say what is due; at most `room` entries of the log."""
        if now >= self.next_look():
            self._look_at = now + LOOK_EVERY_S
            document = words.state_document(self.state, self._version, self._level, time.time(), self._language)
            if self._pace.wants(document, now):
                say("state", "state", msgspec.json.encode(document), retain=True)
                self._pace.sent(document, now)
        if any(one.left_s(now) < 0 for one in self._live):
            self._live = deque((one for one in self._live if one.left_s(now) >= 0), MOST_LIVE)
        for one in self._live:
            if not one.mid:
                left = max(1, round(one.left_s(now)))
                one.mid = say("event", one.topic, one.payload, expires_s=left)
        if room > 0:
            for number, payload in self.log.next(room):
                say("log", "log", payload, number=number)

    def heard_event(self, mid: int) -> None:
        """The broker has answered to this event."""
        self._live = deque((one for one in self._live if one.mid != mid), MOST_LIVE)
