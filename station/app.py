"""The loop: one inbox, one engine, every output guarded once.

    acquisition process ─frames─┐
    button ─────────────────────┤→ inbox → engine.handle(input, now) → each event, with its wall time, to every output
    MQTT, page, terminal ───────┘

The main thread takes, thinks, hands on and feeds the watchdog; it never waits for a device.  Start is in the order of
`run`, stop in the reverse.  Who the parts are, `assembly.py` decides.
"""

from __future__ import annotations

import logging
import queue
import signal
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

from station import clock, memory, yardsticks
from station.core.component import Message
from station.core.engine import Engine
from station.core.events import (
    CalibrationDone,
    CalibrationRefused,
    CalibrationStep,
    Event,
    Excluded,
    Liked,
    Moment,
    Observing,
    Preferred,
    Private,
    Proposed,
    Quiet,
    SensorTrouble,
    SensorWell,
    SessionEnded,
    SessionStarted,
)
from station.core.inputs import Frame, Input, LocalTime, Tick
from station.keeper import Keeper
from station.notify import notify
from station.workdays import Workdays

log = logging.getLogger(__name__)

# How often the station looks after its outputs, its day and its watchdog when nothing else happens.
HOUSEKEEPING_S = 1.0
# How much of the day's budget a power cut may cost.
REMEMBER_S = 60.0
# How often the core is told the time of day: a clock that is set (or put forward in spring) is wrong no longer.
TIME_S = 60.0
# 200 s of frames in the inbox (40 s of short ones): a station that far behind drops the newest, and their absence shows
# as a gap in time.
LONGEST_INBOX = 2000


class Device(Protocol):
    """Something that is started and stopped with the station: the sensor, the button."""

    def start(self) -> None:
        """Begin.  Never raises for a missing device."""

    def stop(self) -> None:
        """End; returns within 2 s.  Safe to call twice."""


class Sensor(Device, Protocol):
    """The device that private mode closes."""

    def closely(self, on: bool) -> None:
        """Short frames, because somebody listens to the muscle; or the usual ones again."""

    def release(self) -> None:
        """End as `stop` does, but return at once: the loop goes on while the sensor closes."""


class Rememberer(Protocol):
    """The parts of the core that remember something across a restart."""

    def snapshot(self, now: float, wall: float) -> dict[str, Any]:
        """What must survive."""

    def restore(self, kept: dict[str, Any], now: float, wall: float) -> list[Message]:
        """Take it back; answers with the requests that bring back the rest."""


class Inbox:
    """Everything anyone tells the station, in order.  `put` is safe from every thread and never blocks."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Input | None] = queue.SimpleQueue()
        self.left_out = 0
        """Frames that found the inbox full."""

    def put(self, message: Input) -> None:
        """Tell the station something."""
        if isinstance(message, Frame) and self._queue.qsize() > LONGEST_INBOX:
            self.left_out += 1
            return
        self._queue.put(message)

    def wake(self) -> None:
        """Make a waiting loop look around."""
        self._queue.put(None)

    def take(self, wait_s: float) -> Input | None:
        """The next message; a Tick when none comes for `wait_s` seconds; None when somebody called `wake`."""
        try:
            return self._queue.get(timeout=wait_s) if wait_s > 0 else self._queue.get_nowait()
        except queue.Empty:
            return Tick()


class App:
    """The whole station, running."""

    def __init__(
        self,
        engine: Engine,
        rememberer: Rememberer,
        outputs: Sequence[Keeper],
        sensor: Sensor,
        devices: Sequence[Device],
        inbox: Inbox,
        state_dir: Path,
    ) -> None:
        """`devices`: all but the sensor."""
        self.engine = engine
        self.rememberer = rememberer
        self.outputs = list(outputs)
        self.sensor = sensor
        self.devices = tuple(devices)
        self.inbox = inbox
        self.state_dir = state_dir
        self._stopping = False
        self._begun = False
        self._private = False
        self._monitoring = True
        self._workdays = Workdays()
        self._day = ""
        self._housekeeping_at = 0.0
        self._remember_at = 0.0
        self._time_at = 0.0

    def stop(self) -> None:
        """Ask the loop to end; safe from signals and threads."""
        self._stopping = True
        self.inbox.wake()

    def run(self) -> None:
        """Run until told to stop."""
        try:
            self._begin()
            while not self._stopping:
                self._step()
        finally:
            self._end()

    def _step(self) -> None:
        """Wait for one message, or for the next thing that is due, and carry it through."""
        message = self.inbox.take(min(self.engine.due(), self._housekeeping_at) - clock.now())
        if message is None:
            return
        now = clock.now()
        self._think(message, now)
        if now >= self.engine.due():
            self._think(Tick(), now)
        if now >= self._housekeeping_at:
            self._keep_house(now)

    def _think(self, message: Message, now: float) -> None:
        """One message through the engine, and what it answers to everyone."""
        self._tell(self.engine.handle(message, now), now)

    def _tell(self, events: Iterable[Event], now: float) -> None:
        """Hand events to every output; what an output says of itself is told to all of them, too."""
        waiting = list(events)
        for event in waiting:  # grows while it is walked through
            self._act(event)
            moment = Moment(event, now, clock.wall())
            for keeper in self.outputs:
                for said in keeper.take(moment):
                    waiting.extend(self.engine.handle(said, now))

    def _act(self, event: Event) -> None:
        """What the station itself does about an event."""
        self._workdays.take(event)
        if isinstance(event, SensorWell):
            notify("READY=1\nSTATUS=The sensor is being read.")
        elif isinstance(event, SensorTrouble):  # it lives and says so: a restart by the manager would help nobody
            notify(f"READY=1\nSTATUS={event.problem}")
        elif isinstance(event, SessionStarted | CalibrationStep):
            self.sensor.closely(True)
        elif isinstance(event, SessionEnded | CalibrationRefused):
            self.sensor.closely(False)
        elif isinstance(event, CalibrationDone):
            yardsticks.save(self.state_dir, event.calibration)
            self.sensor.closely(False)
        elif isinstance(event, Private):
            self._private = event.on
            self._remember_at = 0.0  # what the person asked for outlives a power cut a second later
            self._sensor_follows()
        elif isinstance(event, Preferred):
            self._remember_at = 0.0
            if event.name == "monitoring" and event.value != self._monitoring:
                self._monitoring = bool(event.value)
                self._sensor_follows()
        elif isinstance(event, Quiet | Liked | Excluded | Proposed | Observing):
            self._remember_at = 0.0

    def _sensor_follows(self) -> None:
        """The sensor is open unless the person wants it closed, for privacy or for now."""
        if not self._begun:
            return
        if self._private or not self._monitoring:
            self.sensor.release()
        else:
            self.sensor.start()

    def _begin(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # that is what nohup asks for
                signal.signal(number, self._on_signal)
        now = clock.now()
        requests = self._recall(now)
        self._remember_at = now + REMEMBER_S  # not before the requests have brought back what is remembered
        for request in requests:  # the outputs are told what stands when they start
            self._think(request, now)
        self._begun = True
        if self._private or not self._monitoring:
            notify("READY=1\nSTATUS=The sensor is closed, as its owner wishes.")
        else:
            self.sensor.start()  # before the outputs: its process gets ready while they open their devices
        self._keep_house(now)
        for device in self.devices:
            device.start()

    def _end(self) -> None:
        notify("STOPPING=1")
        for device in (self.sensor, *self.devices):
            device.stop()
        self._remember(clock.now())
        for keeper in reversed(self.outputs):
            keeper.stop()

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        self.stop()

    def _keep_house(self, now: float) -> None:
        """Once a second: the outputs, the day, the memory, the watchdog."""
        self._housekeeping_at = now + HOUSEKEEPING_S
        # All of them first: what one says at its start is for those, too, that start after it.
        for said in [event for keeper in self.outputs for event in keeper.look_after(now)]:
            self._think(said, now)
        if (today := clock.today()) != self._day:
            self._day = today
            self._think(self._workdays.begin(today), now)
        if now >= self._time_at:
            self._time_at = now + TIME_S
            self._think(LocalTime(self._day, clock.weekday(), clock.second_of_day()), now)
        if now >= self._remember_at:
            self._remember(now)
        if self.inbox.left_out:
            log.warning("the station could not keep up: %d frames of samples were left out", self.inbox.left_out)
            self.inbox.left_out = 0
        notify("WATCHDOG=1")

    def _recall(self, now: float) -> list[Message]:
        """What was remembered goes back to where it came from; the requests that bring back the rest."""
        kept = memory.load(self.state_dir)
        try:
            self._workdays.restore(kept.get("workdays", {}))
            return self.rememberer.restore(kept, now, clock.wall())
        except (AttributeError, TypeError, ValueError) as error:
            memory.set_aside(self.state_dir, error)
            return self.rememberer.restore({}, now, clock.wall())

    def _remember(self, now: float) -> None:
        self._remember_at = now + REMEMBER_S
        kept = {**self.rememberer.snapshot(now, clock.wall()), "workdays": self._workdays.snapshot()}
        try:
            memory.save(self.state_dir, kept)
        except OSError as error:
            log.warning("the day's budget cannot be written to %s: %s", self.state_dir, error.strerror)
