"""One guard at the boundary: keeps each output alive without letting it take the station down.

    stopped ──start ok──► running ──take raises──► stopped (again in 1, 2, 4 … 60 s)
                             └── trouble() says something ──► reported, still running

An output that comes (back) is first told what still stands: private mode, quiet, preferences, the light.  It must not
have to guess whether it may speak.

What changes for the person is told as `OutputTrouble` and `OutputWell`; both go to every other output, so the page and
MQTT can show that the speaker is gone.
"""

from __future__ import annotations

import logging

from station.core.events import (
    Event,
    Excluded,
    Light,
    Liked,
    Moment,
    Observing,
    OutputTrouble,
    OutputWell,
    Preferred,
    Private,
    Proposed,
    Quiet,
)
from station.outputs.contract import Output, OutputError, Trouble

log = logging.getLogger(__name__)

FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 60.0
# Events that say how things stand from now on, in the order in which a newcomer has to know them.
STANDING = (Private, Quiet, Preferred, Liked, Excluded, Proposed, Observing, Light)


class Keeper:
    """Starts, feeds, watches and restarts one output.  Time comes in as an argument."""

    def __init__(self, name: str, output: Output) -> None:
        self.name = name
        self.output = output
        self.running = False
        self._retry_at = 0.0
        self._wait_s = FIRST_RETRY_S
        self._said = ("", "")
        self._standing: dict[tuple[type[Event], str], Moment] = {}

    def look_after(self, now: float) -> list[Event]:
        """Start what is stopped and due, ask what runs; answers what has changed for the person."""
        if not self.running:
            return self._start(now) if now >= self._retry_at else []
        try:
            return self._report(self.output.trouble())
        except Exception as error:
            return self._failed(error, now)

    def take(self, moment: Moment) -> list[Event]:
        """Hand over one event; an output that raises is stopped and tried again later."""
        if isinstance(moment.event, STANDING):
            self._standing[type(moment.event), _about(moment.event)] = moment
        if not self.running:
            return []
        try:
            self.output.take(moment)
        except Exception as error:
            return self._failed(error, moment.t)
        return []

    def stop(self) -> None:
        """Stop it for good; nothing it does can keep the others from stopping."""
        self.running = False
        try:
            self.output.stop()
        except Exception:
            log.exception("output %s did not stop cleanly", self.name)

    def _start(self, now: float) -> list[Event]:
        try:
            self.output.start()
            self.running = True
            for kind in STANDING:
                for (said, _), standing in self._standing.items():
                    if said is kind:
                        self.output.take(standing)
        except Exception as error:
            return self._failed(error, now)
        self._wait_s = FIRST_RETRY_S
        return self._report("")

    def _failed(self, error: Exception, now: float) -> list[Event]:
        said: str
        if isinstance(error, OutputError):
            said = Trouble(f"{error.problem} {error.remedy}".strip(), error.kind)
        else:
            said = f"{type(error).__name__}: {error}"
            log.error("output %s failed", self.name, exc_info=error)
        if self.running:
            self.stop()
        self._retry_at = now + self._wait_s
        self._wait_s = min(2 * self._wait_s, LONGEST_RETRY_S)
        return self._report(said)

    def _report(self, said: str) -> list[Event]:
        kind = said.kind if isinstance(said, Trouble) else ""
        if (said, kind) == self._said:
            return []
        self._said = (str(said), kind)
        return [OutputTrouble(self.name, str(said), kind) if said else OutputWell(self.name)]


def _about(event: Event) -> str:
    """What a standing event is about, where several of its kind stand beside each other."""
    if isinstance(event, Preferred):
        return event.name
    return event.technique if isinstance(event, Liked | Excluded) else ""
