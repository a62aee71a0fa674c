"""Is somebody at the desk?  Told by the signal, the pad and the house; never guessed from the clock.

Every moment gives one piece of *evidence*, and each state waits its own time before it believes it:

                     here        still       unclear      gone        told
    unknown       present 5 s  present 5 s  away 5 min   away 20 s   away 0 s
    present            -       dozed 20 min unknown 5 s  away 20 s   away 0 s
    away          present 5 s  present 5 s      -            -           -
    dozed         present 2 s      -        unknown 5 s  away 20 s   away 0 s

    here     a believable signal with activity in it          gone   the pressure pad feels nobody
    still    a believable signal at complete rest             told   the house says `away` (until it expires)
    unclear  electrode off, flat, railed, or no sensor at all

`dozed` is away, too, but only movement ends it: work at a desk moves the shoulders at least once in 20 minutes.
A short slip of an electrode is `unknown` and not a pause; minutes of `away` are a pause (PRODUCT §6).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated

import msgspec

from station.core.component import NEVER, Handler, Message
from station.core.events import Presence, Private, Quality, Reading, SensorTrouble
from station.core.inputs import Context, Tick

HERE, STILL, UNCLEAR, GONE, TOLD = "here", "still", "unclear", "gone", "told"
UNKNOWN, PRESENT, AWAY, DOZED = "unknown", "present", "away", "dozed"

# What each state of the signal says about the person.  Motion and hum come from somebody near the electrodes.
EVIDENCE: Mapping[str, str] = {
    "ok": HERE,
    "motion": HERE,
    "hum": HERE,
    "off": UNCLEAR,
    "rail": UNCLEAR,
    "flat": UNCLEAR,
    "stale": UNCLEAR,
    "absent": GONE,
}

# (state, evidence) -> (seconds the evidence must last, next state).  What is not in the table changes nothing.
TABLE: Mapping[tuple[str, str], tuple[float, str]] = {
    (UNKNOWN, HERE): (5.0, PRESENT),
    (UNKNOWN, STILL): (5.0, PRESENT),
    (UNKNOWN, UNCLEAR): (300.0, AWAY),
    (UNKNOWN, GONE): (20.0, AWAY),
    (UNKNOWN, TOLD): (0.0, AWAY),
    (PRESENT, STILL): (1200.0, DOZED),
    (PRESENT, UNCLEAR): (5.0, UNKNOWN),
    (PRESENT, GONE): (20.0, AWAY),
    (PRESENT, TOLD): (0.0, AWAY),
    (AWAY, HERE): (5.0, PRESENT),
    (AWAY, STILL): (5.0, PRESENT),
    (DOZED, HERE): (2.0, PRESENT),
    (DOZED, UNCLEAR): (5.0, UNKNOWN),
    (DOZED, GONE): (20.0, AWAY),
    (DOZED, TOLD): (0.0, AWAY),
}


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When the station believes that nobody is there."""

    still_minutes: Annotated[
        float,
        msgspec.Meta(ge=5, le=240, description="After so many minutes of complete stillness nobody is at the desk."),
    ] = 20.0
    lost_minutes: Annotated[
        float,
        msgspec.Meta(ge=1, le=60, description="After so many minutes without a usable signal nobody is at the desk."),
    ] = 5.0


class PresenceWatch:
    """Follows the evidence through the table and says `Presence` when the answer changes."""

    def __init__(self, settings: Settings | None = None) -> None:
        settings = settings or Settings()
        self._table = dict(TABLE)
        self._table[PRESENT, STILL] = (settings.still_minutes * 60.0, DOZED)
        self._table[UNKNOWN, UNCLEAR] = (settings.lost_minutes * 60.0, AWAY)
        self._state = UNKNOWN
        self._told_until = -NEVER
        self._signal = UNCLEAR
        self._resting = False
        self._evidence = UNCLEAR
        self._since: float | None = None  # since when this evidence has lasted; None until the first message

    def routes(self) -> Mapping[type, Handler]:
        """What tells of the person: signal quality, activity, the sensor, the house and time."""
        return {
            Quality: self._on_quality,
            Reading: self._on_reading,
            SensorTrouble: self._on_no_signal,
            Private: self._on_no_signal,
            Context: self._on_context,
            Tick: self._on_tick,
        }

    def due(self) -> float:
        """When the evidence will have lasted long enough, or the house's word runs out."""
        move = self._table.get((self._state, self._evidence))
        believed = self._since + move[0] if move and self._since is not None else NEVER
        return min(believed, self._told_until) if self._evidence == TOLD else believed

    def _on_quality(self, event: Quality, now: float) -> Iterable[Message]:
        self._signal = EVIDENCE.get(event.state, UNCLEAR)
        return self._weigh(now)

    def _on_reading(self, event: Reading, now: float) -> Iterable[Message]:
        # Ten times a second, so only a change is worth a thought.
        signal = EVIDENCE.get(event.quality, UNCLEAR)
        if event.resting != self._resting or signal != self._signal or now >= self.due():
            self._resting, self._signal = event.resting, signal
            return self._weigh(now)
        return ()

    def _on_no_signal(self, event: SensorTrouble | Private, now: float) -> Iterable[Message]:
        self._signal = UNCLEAR
        return self._weigh(now)

    def _on_context(self, context: Context, now: float) -> Iterable[Message]:
        if context.name != "away":
            return ()
        self._told_until = now + context.expires_s if context.active else -NEVER
        return self._weigh(now)

    def _on_tick(self, tick: Tick, now: float) -> Iterable[Message]:
        return self._weigh(now)

    def _weigh(self, now: float) -> list[Message]:
        """Take the evidence of this moment, and the step it has lasted long enough for."""
        evidence = self._evidence_at(now)
        if evidence != self._evidence or self._since is None:
            self._evidence, self._since = evidence, now
        move = self._table.get((self._state, evidence))
        if move is None or now < self._since + move[0]:
            return []
        before, self._state, self._since = self._state, move[1], now
        return [] if _spoken(before) == _spoken(self._state) else [Presence(_spoken(self._state))]

    def _evidence_at(self, now: float) -> str:
        """The strongest evidence: the house's word, then the pad, then the signal."""
        if now < self._told_until:
            return TOLD
        if self._signal == HERE and self._resting:
            return STILL
        return self._signal


def _spoken(state: str) -> str:
    return AWAY if state == DOZED else state
