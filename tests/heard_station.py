"""The core in a loop like the station's, with the outputs it is given: the real time that benchmarks measure in."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import NamedTuple

from station import clock
from station.app import Inbox
from station.core.component import Message
from station.core.engine import Engine
from station.core.events import Event, Moment
from station.core.inputs import Frame, Tick
from station.outputs.contract import Output
from tests.capture import Capture


class Told(NamedTuple):
    """An event, the monotonic second of its decision, and the second of the capture that was being heard then."""

    at: float
    event: Event
    heard_at: float


class HeardStation:
    """Runs from the moment it is made; `inbox.put(message)` is how the world speaks to it."""

    def __init__(self, engine: Engine, outputs: Sequence[Output], capture: Capture) -> None:
        self.inbox, self.engine, self.outputs, self.capture = Inbox(), engine, tuple(outputs), capture
        self.told: list[Told] = []
        self.frames: list[Frame] = []
        self.busy_s = 0.0
        self._stopping = False
        for output in self.outputs:
            output.start()
        capture.wait_for_sound()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def wait_for(self, kind: type[Event], after: float = 0.0) -> Told:
        """The first event of a kind that is decided after monotonic second `after`."""
        give_up = time.monotonic() + 30
        while time.monotonic() < give_up:
            for told in list(self.told):
                if told.at >= after and isinstance(told.event, kind):
                    return told
            time.sleep(0.002)
        raise AssertionError(f"{kind.__name__} did not come")

    def stop(self) -> None:
        """End the loop, then the outputs."""
        self._stopping = True
        self.inbox.wake()
        self._thread.join(2)
        for output in self.outputs:
            output.stop()

    def _run(self) -> None:
        while not self._stopping:
            message = self.inbox.take(min(self.engine.due() - clock.now(), 1.0))
            began = time.thread_time()
            if message is not None:
                if isinstance(message, Frame):
                    self.frames.append(message)
                self._think(message)
            if clock.now() >= self.engine.due():
                self._think(Tick())
            self.busy_s += time.thread_time() - began

    def _think(self, message: Message) -> None:
        now = clock.now()
        events = self.engine.handle(message, now)
        heard_at = self.capture.now() if events else 0.0
        for event in events:
            self.told.append(Told(now, event, heard_at))
            for output in self.outputs:
                output.take(Moment(event, now, clock.wall()))
