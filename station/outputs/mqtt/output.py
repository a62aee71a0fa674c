"""MQTT as an output: one thread that owns the connection, the outbox and what is still to be said.

    main thread   take(moment) ──┐
    paho's thread  news, acks  ──┴─► queue ──► this thread: fold the picture, write the outbox, publish, wait for acks
    paho's thread  commands ───────────────► house.inbox

What is said lives in one of three ways:  `state` only as its newest version;  `event/...` for 60 s, then it is stale;
`log` until the broker has acknowledged it, over broker and station restarts.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import random
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable

import msgspec

from station.core import events as ev
from station.core.state import State, fold
from station.outputs.contract import House, OutputError
from station.outputs.mqtt import discovery, sentences, words
from station.outputs.mqtt.announced import Announcement
from station.outputs.mqtt.connection import LIVE_EXPIRY_S, Acked, Connected, Connection, Denied, Lost, News
from station.outputs.mqtt.durable import DurableLog
from station.outputs.mqtt.ear import Ear, Reply
from station.outputs.mqtt.outbox import OUTBOX_NAME
from station.outputs.mqtt.pace import BackOff, StatePace
from station.outputs.mqtt.settings import Settings
from station.outputs.mqtt.waiting import Acks, Flight, Live

log = logging.getLogger(__name__)

MOST_QUEUED = 1_000
# Ten readings a second would fill the queue in a long name look-up; from here on only they are let go.
MANY_QUEUED = 300
MOST_LIVE = 200
LOG_IN_FLIGHT = 20
# A broker that is reached but acknowledges nothing for so long is no broker: begin anew.
SILENCE_S = 30.0
ANSWER_S = 10.0
# A wire cut so soon after we came, twice in the same place, is no accident: some brokers (mosquitto 2.0.11) answer a
# forbidden message that way.
CUT_S = 3.0
CUTS = 2
TRIM_EVERY_S = 600.0
# Readings and minutes alone are looked at every other second for news: ten times would be most of this thread's work on
# a small Pi.
LOOK_EVERY_S = 2.0
GOODBYE_S = 1.0
STOP_S = 1.9


class _Stop:
    pass


class Mqtt:
    """The station on MQTT."""

    def __init__(self, settings: Settings, house: House, chance: Callable[[], float] = random.random) -> None:
        self._settings, self._house, self._chance = settings, house, chance
        self.base = f"{settings.base}/{house.station_id}"
        self._queue: queue.SimpleQueue[ev.Moment | News | Reply | _Stop] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._problem = ""
        self._denied: dict[str, str] = {}
        self._cuts: dict[str, int] = {}
        self._state = State()
        self._pace = StatePace()
        self._look_at = float("-inf")
        self._back_off = BackOff(chance)
        self._ear = Ear(self.base, settings, house.inbox, self._home_is_back, self._reply_later)
        self._announcement = Announcement(house.state_dir, lambda: discovery.payloads(settings, house))
        self._run_id = uuid.uuid4().hex[:8]
        self._said = 0
        self._log = DurableLog(house.state_dir / OUTBOX_NAME, settings.level)
        self._live: deque[Live] = deque(maxlen=MOST_LIVE)
        self._connection: Connection | None = None
        self._linked = False
        self._linked_at = float("-inf")
        self._answer_by = self._retry_at = float("-inf")
        self._fresh = True
        self._flying: dict[int, Flight] = {}
        self._acks = Acks(self._wake)
        self._trim_at = float("-inf")
        self._announce_at = float("inf")

    # --- for the main thread ---

    def start(self) -> None:
        """Begin to connect; a broker that is not there yet is no reason to fail (see `trouble`)."""
        if self._settings.level == 0:
            return
        if self._thread is not None and self._thread.is_alive():  # told to stop in the middle of a name look-up
            raise OutputError("The last connection has not come to its end yet.", "It is tried again.")
        self._queue = queue.SimpleQueue()
        self._acks.patient = True
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)
        self._thread.start()

    def take(self, moment: ev.Moment) -> None:
        """Learn one event; never waits.  Raises OutputError when the thread is gone."""
        if self._settings.level == 0:
            return
        if self._thread is None or not self._thread.is_alive():
            raise OutputError("The MQTT thread has stopped.", "It is started again; please report this.")
        waiting = self._queue.qsize()
        if waiting < (MANY_QUEUED if isinstance(moment.event, ev.Reading) else MOST_QUEUED):
            self._queue.put(moment)

    def trouble(self) -> str:
        """Why the smart home does not hear us now, or ''."""
        return next(iter(self._denied.values()), "") or self._problem or self._log.trouble

    @property
    def rejected(self) -> int:
        """How many messages were not understood."""
        return self._ear.rejected

    def stop(self) -> None:
        """Say `offline`, wait for the broker's word for at most a second, and close."""
        if self._thread is not None:
            self._queue.put(_Stop())
            self._thread.join(STOP_S)

    def _home_is_back(self) -> None:
        """Home Assistant has started: announce ourselves, but not all stations in the same second."""
        self._announce_at = time.monotonic() + 5.0 * self._chance()

    def _wake(self, news: News) -> None:
        self._queue.put(news)

    def _reply_later(self, reply: Reply) -> None:
        self._queue.put(reply)

    # --- on our own thread ---

    def _run(self) -> None:
        try:
            self._log.open()
            self._serve()
        except Exception:
            log.exception("the MQTT thread ends")  # the next event finds it dead, and it is started again
        finally:
            if self._connection is not None:
                self._connection.abandon()
            self._connection, self._linked = None, False
            self._flying.clear()
            self._log.close()

    def _serve(self) -> None:
        while True:
            stopping = self._collect()
            now = time.monotonic()
            if stopping:
                self._goodbye()
                return
            if self._connection is None and now >= self._retry_at:
                self._connect()
            elif self._connection is not None and not self._linked and now >= self._answer_by:
                self._drop(OutputError(f"{self._settings.where()} answers, but not as a broker.", "Check the port."))
            if self._linked:
                self._speak(now)
                self._watch(now)
            if now >= self._trim_at:
                self._trim_at = now + TRIM_EVERY_S
                self._log.trim(time.time())

    def _collect(self) -> bool:
        """Take in everything that waits, or wait a moment for the next; True when asked to stop."""
        records: list[tuple[float, bytes]] = []
        stopping = False
        try:
            item = self._queue.get(timeout=self._patience())
            while True:
                if isinstance(item, ev.Moment):
                    self._learn(item, records, time.monotonic())
                elif isinstance(item, _Stop):
                    stopping = True
                    break
                elif isinstance(item, Reply):
                    self._answer(item)
                else:
                    self._news(item)
                item = self._queue.get_nowait()
        except queue.Empty:
            pass
        for ack in self._acks.read():
            self._news(ack)
        self._log.keep(records)
        self._log.tidy()
        return stopping

    def _patience(self) -> float:
        now = time.monotonic()
        if self._connection is None:
            return min(1.0, max(0.0, self._retry_at - now))
        if not self._linked:
            return 0.2
        opens_in = self._pace.open_at() - now
        return opens_in if 0.0 < opens_in < 1.0 else 1.0

    def _learn(self, moment: ev.Moment, records: list[tuple[float, bytes]], now: float) -> None:
        if not isinstance(moment.event, (ev.Reading, ev.Minute)):
            self._look_at = float("-inf")
        was_private = self._state.private
        self._state = fold(self._state, moment)
        if was_private or self._state.private:
            # What began before private mode may end, but it is told to nobody.
            self._live.clear()
            return
        if type(moment.event) not in words.EVENTS and type(moment.event) not in words.LOG:
            return
        self._said += 1
        uid = f"{self._run_id}-{self._said}"
        live = words.live(moment, self._settings.level, uid)
        if live is not None:
            topic, said = live
            self._live.append(Live(topic, msgspec.json.encode(said), now))
        record = words.durable(moment, self._settings.level, uid)
        if record is not None:
            records.append((moment.wall, msgspec.json.encode(record)))

    # --- the connection ---

    def _connect(self) -> None:
        try:
            connection = Connection(
                self._settings, self._house.station_id, f"{self.base}/availability", self._acks.tell, self._ear.hear
            )
            self._connection = connection
            self._answer_by = time.monotonic() + ANSWER_S
            connection.open(self._fresh)
        except Exception as error:
            self._denied.clear()
            self._cuts.clear()
            self._drop(sentences.of_error(error, self._settings))

    def _drop(self, error: OutputError) -> None:
        self._suspect()
        if self._connection is not None:
            self._connection.abandon()
        self._connection, self._linked = None, False
        self._flying.clear()
        for waiting in self._live:
            waiting.mid = 0
        problem = f"{error.problem} {error.remedy}".rstrip()
        if problem != self._problem:
            log.warning("MQTT: %s", problem)
        self._problem = problem
        self._retry_at = time.monotonic() + self._back_off.pause_s()

    def _suspect(self) -> None:
        """Was the wire cut over what we said first and got no answer to?"""
        if self._linked and self._flying and time.monotonic() - self._linked_at < CUT_S:
            what = next(iter(self._flying.values())).what
            self._cuts[what] = self._cuts.get(what, 0) + 1
            if self._cuts[what] >= CUTS:
                self._denied[what] = f"The broker cuts the wire when we publish {what}. Check its access list."

    def _news(self, news: News) -> None:
        if news.by is not self._connection:
            return
        if isinstance(news, Connected):
            self._arrived(news.by)
        elif isinstance(news, Lost):
            self._drop(news.error)
        elif isinstance(news, Denied):
            self._denied["listen"] = (
                f"The broker does not let us listen to commands ({news.reason}). Check its access list."
            )
        else:
            self._acked(news)

    def _arrived(self, connection: Connection) -> None:
        self._linked, self._linked_at, self._problem = True, time.monotonic(), ""
        self._denied.pop("listen", None)
        self._fresh = False
        self._log.from_the_beginning()
        self._pace.forget()
        self._look_at = float("-inf")
        connection.subscribe(f"{self.base}/cmd/+", with_retained=False)
        connection.subscribe(f"{self.base}/context/#", with_retained=True)
        self._fly(connection.publish(f"{self.base}/availability", b"online", retain=True), "availability")
        if self._settings.discovery != "off" and "discovery" not in self._denied:
            connection.subscribe(f"{self._settings.discovery_prefix}/status", with_retained=False)
            self._announce(connection)

    def _announce(self, connection: Connection) -> None:
        self._announce_at = float("inf")
        for topic, payload in self._announcement.messages():
            self._fly(connection.publish(topic, payload, retain=True), "discovery")

    def _fly(self, mid: int, what: str, number: int = 0) -> None:
        self._flying[mid] = Flight(what, number, time.monotonic())

    def _acked(self, ack: Acked) -> None:
        flight = self._flying.pop(ack.mid, None)
        if flight is None:
            return
        if ack.refusal:
            # Not deleted: when the owner mends the access list, a later connection delivers it.
            self._denied[flight.what] = (
                f"The broker does not let us publish {flight.what} ({ack.refusal}). Check its access list."
            )
        else:
            self._denied.pop(flight.what, None)
            self._cuts.pop(flight.what, None)
            self._back_off.reset()  # not before: who is let in and thrown out again must wait longer each time
            if flight.what == "log":
                self._log.delivered(flight.number)
            elif flight.what == "discovery" and not any(f.what == "discovery" for f in self._flying.values()):
                self._announcement.arrived()
        if flight.what == "event":
            self._live = deque((one for one in self._live if one.mid != ack.mid), MOST_LIVE)

    # --- speaking ---

    def _speak(self, now: float) -> None:
        connection = self._connection
        assert connection is not None
        if now >= self._announce_at:
            self._announce(connection)
            self._pace.forget()
        if now >= max(self._pace.open_at(), self._look_at):
            self._look_at = now + LOOK_EVERY_S
            self._speak_state(connection, now)
        while self._live and now - self._live[0].born > LIVE_EXPIRY_S:
            self._live.popleft()
        for one in self._live:
            if not one.mid:
                left = max(1, round(LIVE_EXPIRY_S - (now - one.born)))
                one.mid = connection.publish(f"{self.base}/{one.topic}", one.payload, expires_s=left)
                self._fly(one.mid, "event")
        room = LOG_IN_FLIGHT - sum(1 for flight in self._flying.values() if flight.what == "log")
        if room > 0:
            for number, payload in self._log.next(room):
                self._fly(connection.publish(f"{self.base}/log", payload), "log", number)

    def _speak_state(self, connection: Connection, now: float) -> None:
        document = words.state_document(self._state, self._house.version, self._settings.level, time.time())
        if self._pace.wants(document, now):
            payload = msgspec.json.encode(document)
            self._fly(connection.publish(f"{self.base}/state", payload, retain=True), "state")
            self._pace.sent(document, now)

    def _answer(self, reply: Reply) -> None:
        """To whoever asked and waits; who has gone meanwhile has no use for it, so it is sent once."""
        if self._connection is not None and self._linked:
            self._connection.publish(reply.topic, reply.payload, qos=0, expires_s=LIVE_EXPIRY_S, token=reply.token)

    def _watch(self, now: float) -> None:
        assert self._connection is not None
        if self._connection.pulse.stopped(now):
            self._drop(
                OutputError("The MQTT client's own thread has stopped.", "It connects again; please report this.")
            )
            return
        oldest = min((flight.since for flight in self._flying.values()), default=now)
        if now - oldest > SILENCE_S:
            self._drop(OutputError(f"The broker at {self._settings.where()} has fallen silent.", "It is tried again."))

    # --- the end ---

    def _goodbye(self) -> None:
        """Everything that can be said at once, then `offline`; what is durable waits in the outbox."""
        until = time.monotonic() + GOODBYE_S
        connection = self._connection
        if connection is not None and self._linked:
            self._speak(time.monotonic())
            last = connection.publish(f"{self.base}/availability", b"offline", retain=True)
            self._fly(last, "availability")
            self._acks.patient = False
            while self._flying and self._connection is connection and time.monotonic() < until:
                for ack in self._acks.read():
                    self._news(ack)
                with contextlib.suppress(queue.Empty):
                    item = self._queue.get(timeout=0.1 if self._flying else 0.0)
                    if isinstance(item, (Acked, Lost)):
                        self._news(item)
        if connection is not None:
            connection.close()
        self._log.settle()
