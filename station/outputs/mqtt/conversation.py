"""The MQTT thread: it owns the connection, waits for acknowledgements, and comes back after a loss.

wait (bell, broker, time) ─► read, write ─► act on news ─► learn what happened ─► speak ─► wait …
"""

from __future__ import annotations

import contextlib
import logging
import queue
import time
from collections import deque
from collections.abc import Callable, Iterator

from station.core import events as ev
from station.core.state import State
from station.outputs.contract import House, OutputError
from station.outputs.mqtt import discovery, sentences
from station.outputs.mqtt.announced import Announcement
from station.outputs.mqtt.connection import LIVE_EXPIRY_S, Acked, Connected, Connection, Denied, Lost, News
from station.outputs.mqtt.ear import Ear, Reply
from station.outputs.mqtt.pace import BackOff
from station.outputs.mqtt.pulse import Pulse
from station.outputs.mqtt.settings import Settings
from station.outputs.mqtt.speech import Speech
from station.outputs.mqtt.waiting import Bell, Flight

log = logging.getLogger(__name__)

LOG_IN_FLIGHT = 20
# A broker that is reached but acknowledges nothing for so long is no broker: begin anew.
SILENCE_S = 30.0
ANSWER_S = 10.0
# A wire cut so soon after we came, twice in the same place, is no accident: some brokers (mosquitto 2.0.11) answer a
# forbidden message that way.
CUT_S = 3.0
CUTS = 2
TRIM_EVERY_S = 600.0
LOOK_AFTER_S = 5.0
# With nothing to do: so that nobody thinks it hangs (pulse.py), and no acknowledgement is old when it is read.
LONGEST_TURN_S = 2.0
GOODBYE_S = 1.0


class Conversation:
    """One run of the MQTT thread.  `before`: the run that ended or was left behind, whose place it takes."""

    def __init__(
        self, settings: Settings, house: House, chance: Callable[[], float], before: Conversation | None = None
    ) -> None:
        self._settings, self._house, self._chance = settings, house, chance
        self.base = f"{settings.base}/{house.station_id}"
        self.queue: queue.SimpleQueue[ev.Moment] = before.queue if before else queue.SimpleQueue()
        self.bell = Bell()
        self.pulse = Pulse()
        self.left = False
        """Hangs, and another one takes its place."""
        self.over = False
        """Its thread has ended."""
        self._stopping = False
        self.speech: Speech = Speech(settings, house, before.speech.state if before else State())
        self.ear = Ear(self.base, settings, house.inbox, self._home_is_back, self._told_later)
        self.back_off = BackOff(chance)
        self.connection: Connection | None = None
        self.linked = False
        self._fresh = before is None
        self._problem = ""
        self._denied: dict[str, str] = {}
        self._cuts: dict[str, int] = {}
        self._announcement = Announcement(house.state_dir, lambda: discovery.payloads(settings, house))
        self._told: deque[News | Reply] = deque()
        self._linked_at = float("-inf")
        self._answer_by = self._retry_at = float("-inf")
        self._flying: dict[int, Flight] = {}
        self._trim_at = self._look_after_at = float("-inf")
        self._announce_at = float("inf")
        self._greeting = False
        """First `online`, then who we are, and the rest when the broker has answered to that: should it cut the wire,
        it is known over what."""

    # --- for the main thread ---

    def tell(self, moment: ev.Moment, wake: bool) -> None:
        """Let it learn one event: at once, or when it looks next."""
        self.queue.put(moment)
        if wake:
            self.bell.ring()

    def trouble(self) -> str:
        """Why the smart home does not hear us now, or ''."""
        return next(iter(self._denied.values()), "") or self._problem or self.speech.log.trouble

    def stop(self) -> None:
        """Ask it to say goodbye and end."""
        self._stopping = True
        self.bell.ring()

    def hangs(self, now: float) -> bool:
        """Has it not turned for too long, at monotonic second `now`?  A name look-up may take its time."""
        return self.linked and self.pulse.stopped(now)

    def leave(self) -> None:
        """It hangs: cut its wire, and should it ever wake up, it goes quietly."""
        self.left = True
        if self.connection is not None:
            self.connection.cut()

    # --- the thread ---

    def run(self) -> None:
        """Until it is told to stop, or left."""
        try:
            self.speech.log.open()
            self._serve()
        except Exception:
            log.exception("the MQTT thread ends")  # the next event finds it dead, and it is started again
        finally:
            if self.connection is not None:
                self.connection.abandon()
            self.connection, self.linked = None, False
            self.speech.log.close()
            self.over = True

    def _serve(self) -> None:
        while True:
            now = time.monotonic()
            self._turn(min(self._patience(now), self.speech.log.secure_at() - now))
            if self.left:
                return
            stopping = self._stopping  # before the queue is read: what was told before it is said before it
            self._news()
            now = time.monotonic()
            self.speech.learn(self._happened(), now)
            self.speech.log.secure(now)
            if stopping:
                self._goodbye()
                return
            if self.connection is None and now >= self._retry_at:
                self._connect()
            elif self.connection is not None and not self.linked and now >= self._answer_by:
                self._drop(OutputError(f"{self._settings.where()} answers, but not as a broker.", "Check the port."))
            if self.linked:
                self._speak(now)
            if now >= self._look_after_at:
                self._look_after_at = now + LOOK_AFTER_S
                self._look_after(now)

    def _turn(self, at_most_s: float) -> None:
        """Wait for something; where there is a connection, it is its turn."""
        self.pulse.beat()
        if self.connection is None:
            self.bell.wait(at_most_s)
        else:
            self.connection.turn(at_most_s, self.bell)
        self.bell.silence()

    def _patience(self, now: float) -> float:
        """How long nothing has to be done unless somebody wakes us."""
        if self._told:  # what we said last was the end of the wire
            return 0.0
        if self.connection is None:
            return min(1.0, self._retry_at - now)
        if not self.linked:
            return min(1.0, self._answer_by - now)
        if self._greeting:
            return 1.0
        return min(LONGEST_TURN_S, self.speech.next_look() - now, self._announce_at - now)

    def _happened(self) -> Iterator[ev.Moment]:
        with contextlib.suppress(queue.Empty):
            while True:
                yield self.queue.get_nowait()

    # --- the connection ---

    def _connect(self) -> None:
        self.speech.log.secure()  # it may take a while, and nobody acknowledges anything meanwhile
        try:
            connection = Connection(
                self._settings, self._house.station_id, f"{self.base}/availability", self._told.append, self.ear.hear
            )
            self.connection = connection
            self._answer_by = time.monotonic() + ANSWER_S
            connection.open(self._fresh)
        except Exception as error:
            self._denied.clear()
            self._cuts.clear()
            self._drop(sentences.of_error(error, self._settings))

    def _drop(self, error: OutputError) -> None:
        self._suspect()
        if self.connection is not None:
            self.connection.abandon()
        self.connection, self.linked = None, False
        self._flying.clear()
        problem = f"{error.problem} {error.remedy}".rstrip()
        if problem != self._problem:
            log.warning("MQTT: %s", problem)
        self._problem = problem
        self._retry_at = time.monotonic() + self.back_off.pause_s()

    def _suspect(self) -> None:
        """Was the wire cut over what we said first and got no answer to?"""
        if self.linked and self._flying and time.monotonic() - self._linked_at < CUT_S:
            what = next(iter(self._flying.values())).what
            self._cuts[what] = self._cuts.get(what, 0) + 1
            if self._cuts[what] >= CUTS:
                self._denied[what] = f"The broker cuts the wire when we publish {what}. Check its access list."

    def _home_is_back(self) -> None:
        """Home Assistant has started: announce ourselves, but not all stations in the same second."""
        self._announce_at = time.monotonic() + 5.0 * self._chance()

    def _told_later(self, reply: Reply) -> None:
        self._told.append(reply)

    def _news(self) -> None:
        """Act on what the last turn brought."""
        while self._told:
            news = self._told.popleft()
            if isinstance(news, Reply):
                self._answer(news)
            elif news.by is not self.connection:
                pass
            elif isinstance(news, Connected):
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
        self.linked, self._linked_at, self._problem = True, time.monotonic(), ""
        self._denied.pop("listen", None)
        self._fresh = False
        self.speech.begin()
        connection.subscribe(f"{self.base}/cmd/+", with_retained=False)
        connection.subscribe(f"{self.base}/context/#", with_retained=True)
        self._greeting = True
        self._say("availability", "availability", b"online", retain=True)

    def _introduce(self) -> None:
        if self.connection is not None and self._settings.discovery != "off" and "discovery" not in self._denied:
            self.connection.subscribe(f"{self._settings.discovery_prefix}/status", with_retained=False)
            self._announce()
        self._greeted(not self._is_flying("discovery"))

    def _greeted(self, over: bool) -> None:
        self._greeting = not over
        if over and self.connection is not None:
            self.connection.be_patient(True)

    def _announce(self) -> None:
        self._announce_at = float("inf")
        assert self.connection is not None
        for topic, payload in self._announcement.messages():
            self._fly(self.connection.publish(topic, payload, retain=True), "discovery")

    def _say(
        self, what: str, topic: str, payload: bytes, *, number: int = 0, retain: bool = False, expires_s: int = 0
    ) -> int:
        assert self.connection is not None
        mid = self.connection.publish(f"{self.base}/{topic}", payload, retain=retain, expires_s=expires_s)
        self._fly(mid, what, number)
        return mid

    def _fly(self, mid: int, what: str, number: int = 0) -> None:
        self._flying[mid] = Flight(what, number, time.monotonic())

    def _is_flying(self, what: str) -> bool:
        return any(flight.what == what for flight in self._flying.values())

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
            self.back_off.reset()  # not before: who is let in and thrown out again must wait longer each time
            if flight.what == "log":
                self.speech.log.delivered(flight.number)
            elif flight.what == "discovery" and not self._is_flying("discovery"):
                self._announcement.arrived()
        if flight.what == "availability" and self._greeting:
            self._introduce()
        elif flight.what == "discovery" and self._greeting and not self._is_flying("discovery"):
            self._greeted(True)
        if flight.what == "event":
            self.speech.heard_event(ack.mid)

    # --- speaking ---

    def _speak(self, now: float) -> None:
        if self._greeting:
            return
        if now >= self._announce_at:
            self._announce()
            self.speech.say_state_again()
        room = LOG_IN_FLIGHT - sum(1 for flight in self._flying.values() if flight.what == "log")
        self.speech.speak(self._say, room, now)

    def _answer(self, reply: Reply) -> None:
        """To whoever asked and waits; who has gone meanwhile has no use for it, so it is sent once."""
        if self.connection is not None and self.linked:
            self.connection.publish(reply.topic, reply.payload, qos=0, expires_s=LIVE_EXPIRY_S, token=reply.token)

    def _look_after(self, now: float) -> None:
        """What need not be done at every turn: each line that runs once a second costs more than it looks."""
        self.speech.log.tidy(now)
        if now >= self._trim_at:
            self._trim_at = now + TRIM_EVERY_S
            self.speech.log.trim(time.time())
        if self.connection is not None and self.linked:
            self.connection.look_after()
            oldest = min((flight.since for flight in self._flying.values()), default=now)
            if now - oldest > SILENCE_S:
                where = self._settings.where()
                self._drop(OutputError(f"The broker at {where} has fallen silent.", "It is tried again."))

    # --- the end ---

    def _goodbye(self) -> None:
        """Everything that can be said at once, then `offline`; what is durable waits in the outbox."""
        until = time.monotonic() + GOODBYE_S
        connection = self.connection
        if connection is not None and self.linked:
            self._speak(time.monotonic())
            self._say("availability", "availability", b"offline", retain=True)
            connection.be_patient(False)
            while self._flying and self.connection is connection and time.monotonic() < until:
                self._turn(0.1)
                self._news()
        if connection is not None:
            connection.close()
        self.speech.log.settle()
