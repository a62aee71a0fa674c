"""An exercise, played step by step at its exact seconds.

    Start ──► playing ──TogglePause──► paused          every step is due at `began + step.at`, so nothing drifts:
                │  ▲────TogglePause──────┘             a late Tick plays the step late, and the next one on time.
                ├── the last second ──► SessionEnded("completed"), then what was to follow, if anything
                └── Stop ──► closing (the short way back, where the script has one) ──► SessionEnded("stopped")
                                └── Stop again: over at once

The table `TABLE` says which request does what in which phase; a pair that is not in it does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from station.core.component import NEVER, Handler, Message
from station.core.events import (
    Private,
    Refused,
    SessionClosing,
    SessionEnded,
    SessionPaused,
    SessionResumed,
    SessionStarted,
    SessionStep,
)
from station.core.inputs import NextStep, Start, Stop, Tick, TogglePause
from station.core.script import Script, Step

Library = Callable[[str, str, str], Script | None]
"""(technique, length, language) -> its script, or None where this house has none."""

LENGTHS = ("micro", "middle", "long")
BREATHS = frozenset({"breath_in", "breath_out"})

# A step whose time has wholly passed when the station wakes up late (a suspended host) is left out instead of being
# crammed in; one that is at most this late is played however short it is.
LATE_S = 2.0

# Sums of floats that should be equal may differ in the last bit; a microsecond is far below what anyone hears.
SAME_S = 1e-6

# (phase, request) -> what is done.  `idle` takes only Start.
TABLE: Mapping[tuple[str, str], str] = {
    ("idle", "start"): "begin",
    ("playing", "start"): "replace",
    ("playing", "pause"): "pause",
    ("playing", "next"): "skip",
    ("playing", "stop"): "close",
    ("paused", "start"): "replace",
    ("paused", "pause"): "resume",
    ("paused", "next"): "resume and skip",
    ("paused", "stop"): "close",
    ("closing", "start"): "replace",
    ("closing", "next"): "skip",
    ("closing", "stop"): "end",
}


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which exercise a short press starts, and how exercises are played."""

    favourite: Annotated[
        str, msgspec.Meta(description="the exercise a short press starts, by the name of its folder")
    ] = "breathing"
    length: Annotated[
        Literal["micro", "middle", "long"],
        msgspec.Meta(description="micro (1-3 minutes), middle (4-7) or long (10-15), where nobody says otherwise"),
    ] = "micro"
    forgotten_pause_s: Annotated[
        float,
        msgspec.Meta(ge=10, le=86400, description="seconds after which a paused exercise ends by itself, silently"),
    ] = 900.0


@dataclass(frozen=True, slots=True)
class _Wish:
    """What was asked for, with nothing left empty."""

    technique: str
    length: str
    language: str
    source: str
    then: str


class Session:
    """The one exercise that is running, or none."""

    def __init__(
        self, library: Library, settings: Settings | None = None, offered: Sequence[str] = (), language: str = "de"
    ) -> None:
        """What it may play, and in which `language` where nobody asks for another one.

        offered: the names the library knows, for the sentence that helps when a name is wrong.
        """
        self.settings = settings or Settings()
        self._language = language
        self.phase = "idle"
        self._library = library
        self._offered = tuple(offered)
        self._private = False
        self._wish = _Wish("", "", "", "", "")
        self._steps: tuple[Step, ...] = ()
        self._index = 0
        self._numbered = 0
        """Index of the first step of `_steps` in the whole session: the closing's steps count on."""
        self._seconds = 0.0
        self._closing: tuple[Step, ...] = ()
        self._began = 0.0
        """Monotonic second at which position 0 of `_steps` was, or would have been without the pauses."""
        self._paused_at = 0.0

    def routes(self) -> Mapping[type, Handler]:
        """Requests of the person, private mode, and time."""
        return {
            Start: self._on_start,
            TogglePause: lambda _, now: self._asked("pause", now),
            NextStep: lambda _, now: self._asked("next", now),
            Stop: lambda _, now: self._asked("stop", now),
            Private: self._on_private,
            Tick: self._on_tick,
        }

    def due(self) -> float:
        """The next step, the end, or the second at which a pause counts as forgotten."""
        if self.phase == "idle":
            return NEVER
        if self.phase == "paused":
            return self._paused_at + self.settings.forgotten_pause_s
        if self._index < len(self._steps):
            return self._began + min(self._steps[self._index].at, self._seconds)
        return self._began + self._seconds

    # --- requests ---------------------------------------------------------------------------------

    def _on_start(self, request: Start, now: float) -> Iterable[Message]:
        if self._private:
            return (Refused("start", "Private mode is on; hold the button for six seconds to end it."),)
        wish = _Wish(
            request.technique or self.settings.favourite,
            request.length or self.settings.length,
            request.language or self._language,
            request.source,
            request.then,
        )
        script = self._library(wish.technique, wish.length, wish.language)
        if script is None and wish.then:
            return (Start(wish.then, "", wish.language, wish.source),)
        if script is None:
            return (Refused("start", self._what_there_is(wish)),)
        return self._do(TABLE[self.phase, "start"], now, wish, script)

    def _asked(self, request: str, now: float) -> Iterable[Message]:
        action = TABLE.get((self.phase, request))
        return self._do(action, now) if action else ()

    def _on_private(self, event: Private, now: float) -> Iterable[Message]:
        self._private = event.on
        # Not cut off: who is deep in an autogenic exercise is led back even now.
        return self._close(now) if event.on and self.phase in ("playing", "paused") else ()

    def _on_tick(self, _: Tick, now: float) -> Iterable[Message]:
        if self.phase == "idle" or now < self.due():
            return ()
        if self.phase == "paused":
            return self._end("stopped")
        return self._play(now)

    def _do(self, action: str, now: float, wish: _Wish | None = None, script: Script | None = None) -> list[Message]:
        """Carry out one entry of the table."""
        told: list[Message] = []
        if action == "replace":
            told += self._end("replaced")
        if action in ("begin", "replace") and wish and script:
            told += self._begin(wish, script, now)
        if action == "pause":
            told += self._pause(now)
        if action.startswith("resume"):
            told += self._resume(now)
        if action.endswith("skip"):
            told += self._skip(now)
        if action == "close":
            told += self._close(now)
        if action == "end":
            told += self._end("stopped")
        return told

    # --- what is done -----------------------------------------------------------------------------

    def _begin(self, wish: _Wish, script: Script, now: float) -> Iterator[Message]:
        self._wish = wish
        self.phase, self._began, self._index, self._numbered = "playing", now, 0, 0
        self._steps, self._seconds, self._closing = _heard(script), script.seconds, script.closing
        yield SessionStarted(wish.technique, wish.length, wish.language, script.seconds, wish.source)
        yield from self._play(now)

    def _pause(self, now: float) -> Iterator[Message]:
        self.phase, self._paused_at = "paused", now
        yield SessionPaused(self._wish.technique, self._wish.language)

    def _resume(self, now: float) -> Iterator[Message]:
        self.phase = "playing"
        self._began += now - self._paused_at
        remaining = max(0.0, self._began + self._seconds - now)
        yield SessionResumed(self._wish.technique, self._wish.language, remaining)

    def _skip(self, now: float) -> Iterator[Message]:
        """On to the next section; what it sounds on (a bed) is laid down on the way."""
        target = next((i for i in range(self._index, len(self._steps)) if self._opens_section(i)), None)
        skipped = range(self._index, len(self._steps) if target is None else target)
        for i in skipped:
            if self._steps[i].kind == "bed" and target is not None:
                yield self._as_event(i)
        if target is None:
            yield from self._complete()
            return
        self._index = target
        self._began = now - self._steps[target].at
        yield from self._play(now)

    def _opens_section(self, index: int) -> bool:
        """A spoken step opens a section; so does the first breath after one that is not a breath."""
        kind = self._steps[index].kind
        return kind == "say" or (kind in BREATHS and (index == 0 or self._steps[index - 1].kind not in BREATHS))

    def _close(self, now: float) -> Iterator[Message]:
        if not self._closing:
            yield from self._end("stopped")
            return
        self.phase, self._began = "closing", now - self._closing[0].at
        self._numbered += len(self._steps)
        self._steps, self._index = self._closing, 0
        self._seconds = max(step.at + step.seconds for step in self._closing)
        seconds = self._seconds - self._closing[0].at
        yield SessionClosing(self._wish.technique, self._wish.language, seconds)
        yield from self._play(now)

    def _play(self, now: float) -> Iterator[Message]:
        """Every step that is due; and the end, when its second has come."""
        position = now - self._began
        while self._index < len(self._steps) and self._began + self._steps[self._index].at <= now + SAME_S:
            step = self._steps[self._index]
            if step.kind == "bed" or step.at + max(step.seconds, LATE_S) >= position:
                yield self._as_event(self._index)
            self._index += 1
        if self._began + self._seconds <= now + SAME_S:
            yield from self._complete()

    def _complete(self) -> Iterator[Message]:
        if self.phase == "closing":
            yield from self._end("stopped")
            return
        wish = self._wish
        yield from self._end("completed")
        if wish.then:
            yield Start(wish.then, "", wish.language, wish.source)

    def _end(self, reason: str) -> Iterator[Message]:
        self.phase = "idle"
        yield SessionEnded(self._wish.technique, self._wish.language, reason)

    def _as_event(self, index: int) -> SessionStep:
        step = self._steps[index]
        return SessionStep(
            technique=self._wish.technique,
            language=self._wish.language,
            index=self._numbered + index,
            kind=step.kind,
            seconds=step.seconds,
            text=step.text,
            clip=step.clip,
            sound=step.sound,
        )

    def _what_there_is(self, wish: _Wish) -> str:
        """The sentence for an exercise that this house does not have."""
        lengths = [length for length in LENGTHS if self._library(wish.technique, length, wish.language)]
        if lengths:
            return f"There is no {wish.length} '{wish.technique}'; there is: {', '.join(lengths)}."
        there_are = f"; there are: {', '.join(self._offered)}" if self._offered else ""
        return f"There is no exercise '{wish.technique}' in '{wish.language}'{there_are}."


def _heard(script: Script) -> tuple[Step, ...]:
    """The script's steps as they are played without a sensor: the bed first, and no branch that only a sensor opens."""
    bed = (Step(0.0, script.seconds, "bed", sound=script.bed),) if script.bed not in ("", "none") else ()
    return bed + tuple(step for step in script.steps if step.condition is None or step.condition.role != "when")
