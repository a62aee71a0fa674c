"""The loop: one inbox, one engine, every output guarded once.

    acquisition process ─frames─┐
    button ─────────────────────┤→ inbox → engine.handle(input, now) → each event, with its wall time, to every output
    MQTT, page, terminal ───────┘

Only this file (with `assembly.py`, which builds the parts) knows everyone.  The main thread takes, thinks, hands on and
feeds the watchdog; it never waits for a device.  Start is in the order of `run`, stop in the reverse.
"""

from __future__ import annotations

import logging
import queue
import signal
from collections.abc import Callable, Iterable, Sequence
from types import FrameType
from typing import Protocol

from station import clock
from station.core.engine import Engine
from station.core.events import CalibrationDone, Event, Moment, Private, SensorTrouble, SensorWell
from station.core.inputs import Frame, Input, NewDay, Tick
from station.keeper import Keeper
from station.notify import notify

log = logging.getLogger(__name__)

# How often the station looks after its outputs, its day and its watchdog when nothing else happens.
HOUSEKEEPING_S = 1.0
# 40 s of frames in the inbox: a station that far behind drops the newest, and their absence shows as a gap in time.
LONGEST_INBOX = 2000


class Device(Protocol):
    """Something that is started and stopped with the station (the sensor, the button)."""

    def start(self) -> None:
        """Begin.  Never raises for a missing device: that arrives in the inbox."""

    def stop(self) -> None:
        """End; returns within 2 s."""


class App:
    """The whole station, running."""

    def __init__(
        self,
        engine: Engine,
        outputs: Sequence[Keeper],
        sensor: Device | None = None,
        button: Device | None = None,
        keep_calibration: Callable[[dict[str, object]], None] = lambda _: None,
    ) -> None:
        self.engine = engine
        self.outputs = tuple(outputs)
        self.sensor = sensor
        self.button = button
        self.inbox: queue.SimpleQueue[Input | None] = queue.SimpleQueue()
        self._keep_calibration = keep_calibration
        self._stopping = False
        self._day = ""
        self._housekeeping_at = 0.0
        self._overrun = 0
        self._sensor_closed = False

    def put(self, message: Input) -> None:
        """Tell the station something; safe from every thread, never blocks."""
        if isinstance(message, Frame) and self.inbox.qsize() > LONGEST_INBOX:
            self._overrun += 1
            return
        self.inbox.put(message)

    def stop(self) -> None:
        """Ask the loop to end; safe from signals and threads."""
        self._stopping = True
        self.inbox.put(None)

    def run(self) -> None:
        """Run until told to stop."""
        try:
            self._begin()
            while not self._stopping:
                self.step()
        finally:
            self._end()

    def step(self) -> None:
        """Wait for one message (or for the next thing that is due) and carry it through."""
        now = clock.now()
        wait = min(self.engine.due(), self._housekeeping_at) - now
        try:
            message = self.inbox.get(timeout=max(0.0, wait)) if wait > 0 else self.inbox.get_nowait()
        except queue.Empty:
            message = Tick()
        if message is None:
            return
        now = clock.now()
        self.think(message, now)
        if now >= self.engine.due():
            self.think(Tick(), now)
        if now >= self._housekeeping_at:
            self._keep_house(now)

    def think(self, message: Input, now: float) -> None:
        """One message through the engine, and what it answers to everyone."""
        self.tell(self.engine.handle(message, now), now)

    def tell(self, events: Iterable[Event], now: float) -> None:
        """Hand events to every output; what an output says of itself is told to the others after them."""
        waiting = list(events)
        for event in waiting:
            self._own(event)
            moment = Moment(event, now, clock.wall())
            for keeper in self.outputs:
                waiting.extend(keeper.take(moment))

    def _own(self, event: Event) -> None:
        """What the station itself does about an event."""
        if isinstance(event, SensorWell):
            notify("READY=1\nSTATUS=The sensor is being read.")
        elif isinstance(event, SensorTrouble):  # it lives and says so: being stopped by the manager would help nobody
            notify(f"READY=1\nSTATUS={event.problem}")
        elif isinstance(event, CalibrationDone):
            self._keep_calibration(event.calibration)
        elif isinstance(event, Private) and self.sensor:
            self._close_sensor() if event.on else self._open_sensor()

    def _begin(self) -> None:
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._on_signal)
        self._keep_house(clock.now())
        if self.button:
            self.button.start()
        self._open_sensor()

    def _open_sensor(self) -> None:
        if self.sensor:
            self._sensor_closed = False
            self.sensor.start()

    def _close_sensor(self) -> None:
        if self.sensor and not self._sensor_closed:
            self._sensor_closed = True
            self.sensor.stop()

    def _end(self) -> None:
        notify("STOPPING=1")
        self._close_sensor()
        if self.button:
            self.button.stop()
        for keeper in reversed(self.outputs):
            keeper.stop()

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        self.stop()

    def _keep_house(self, now: float) -> None:
        """Once a second: the outputs, the day, the watchdog."""
        self._housekeeping_at = now + HOUSEKEEPING_S
        for keeper in self.outputs:
            changed = keeper.look_after(now)
            if changed:
                self.tell(changed, now)
        today = clock.today()
        if today != self._day:
            self._day = today
            self.think(NewDay(today), now)
        if self._overrun:
            log.warning("the station could not keep up: %d frames of samples were left out", self._overrun)
            self._overrun = 0
        notify("WATCHDOG=1")
