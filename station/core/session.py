"""An exercise, played step by step at its exact seconds.

    Start ──► playing ──TogglePause──► paused          when each step is due, and what the muscle changes in it,
                │  ▲────TogglePause──────┘             `playback.py` knows
                ├── the last second ──► SessionEnded("completed"), then what was to follow, if anything
                ├── the muscle has rested ──► closing (a kind sentence) ──► SessionEnded("completed")
                ├── a call begins ──► paused: during a call nothing sounds but what the person's own hand resumes
                └── Stop ──► closing (the short way back, where the script has one) ──► SessionEnded("stopped")
                                └── Stop again: over at once

The table `TABLE` says which request does what in which phase; a pair that is not in it does nothing.  What there is to
play is in `repertoire.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal

import msgspec

from station.core.component import NEVER, Handler, Message
from station.core.events import (
    ContextChanged,
    CueAnswered,
    Preferred,
    Private,
    Reading,
    Refused,
    SessionClosing,
    SessionEnded,
    SessionPaused,
    SessionResumed,
    SessionStarted,
    SessionStep,
)
from station.core.feeling import Feeling
from station.core.inputs import NextStep, Start, Stop, Tick, TogglePause
from station.core.playback import Playback
from station.core.repertoire import Library, Repertoire
from station.core.script import Script, Step

# The muscle has rested: more than half of the last ten seconds, for so long; and an exercise is not cut short before
# its half, nor in the very last seconds, when its own end is nearer than any kind sentence.
RESTED_S = 20.0
NOT_BEFORE = 0.5
LAST_S = 15.0

# Who is deep in one of these is led back, however it ends: before another exercise begins, too (PRODUCT §3).
ALWAYS_LED_BACK = frozenset({"autogenic"})

# During a call the house starts nothing; who is at the desk may.
FROM_AFAR = frozenset({"mqtt"})

# (phase, request) -> what is done.  `idle` takes only Start.
TABLE: Mapping[tuple[str, str], str] = {
    ("idle", "start"): "begin",
    ("playing", "start"): "replace",
    ("playing", "pause"): "pause",
    ("playing", "call"): "pause",
    ("playing", "next"): "skip",
    ("playing", "stop"): "close",
    ("playing", "rested"): "let go",
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
    ends_when_rested: Annotated[
        Literal["never", "offers", "always"],
        msgspec.Meta(
            description="an exercise may end early, with a kind word, once your muscle has been resting for a while: "
            "never, only those that you took as an offer, or always"
        ),
    ] = "offers"
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
    offered: bool
    """It follows an offer that was accepted."""


class Session:
    """The one exercise that is running, or none."""

    def __init__(
        self, library: Library, settings: Settings | None = None, offered: Sequence[str] = (), language: str = "de"
    ) -> None:
        """What it may play (`offered` are its names), and in which `language` where nobody asks for another one."""
        self.settings = settings or Settings()
        self._language = language
        self.phase = "idle"
        self._repertoire = Repertoire(library, offered)
        self._private = False
        self._call = False
        self._feeling = Feeling()
        self._wish = _Wish("", "", "", "", "", False)
        self._script = Script("", "", "", 0.0, "", (), ())
        self._playback = Playback((), 0.0, 0.0, self._feeling)
        self._rested: Script | None = None
        """What is said when the muscle has rested; None where this exercise does not end early."""
        self._following: tuple[_Wish, Script] | None = None
        """What was asked for meanwhile, and begins once the way back has been played."""
        self._ends = "stopped"
        """The reason of the end, once the way back has been played."""
        self._paused_at = 0.0
        self._accepted_at = -NEVER

    def routes(self) -> Mapping[type, Handler]:
        """Requests of the person, the muscle, a call, private mode, and time."""
        return {
            Start: self._on_start,
            TogglePause: lambda _, now: self._asked("pause", now),
            NextStep: lambda _, now: self._asked("next", now),
            Stop: lambda _, now: self._asked("stop", now),
            CueAnswered: self._on_answer,
            ContextChanged: self._on_context,
            Reading: self._on_reading,
            Preferred: self._on_preferred,
            Private: self._on_private,
            Tick: self._on_tick,
        }

    def due(self) -> float:
        """The next step, the end, or the second at which a pause counts as forgotten."""
        if self.phase == "idle":
            return NEVER
        if self.phase == "paused":
            return self._paused_at + self.settings.forgotten_pause_s
        return self._playback.due()

    # --- requests ---------------------------------------------------------------------------------

    def _on_start(self, request: Start, now: float) -> Iterable[Message]:
        if self._private:
            return (Refused("start", "Private mode is on; hold the button for six seconds to end it."),)
        if self._call and request.source in FROM_AFAR:
            return (Refused("start", "The house says there is a call: exercises are started at the desk now."),)
        wish = _Wish(
            request.technique or self.settings.favourite,
            request.length or self.settings.length,
            request.language or self._language,
            request.source,
            request.then,
            # An accepted offer asks in the same instant, and again for what follows when its first exercise is done.
            now == self._accepted_at,
        )
        script, language = self._repertoire.find(wish.technique, wish.length, wish.language, self._language)
        wish = replace(wish, language=language)
        if script is None and wish.then:
            return (Start(wish.then, "", wish.language, wish.source),)
        if script is None:
            said = self._repertoire.what_there_is(wish.technique, wish.length, wish.language)
            return (Refused("start", said),)
        return self._do(TABLE[self.phase, "start"], now, wish, script)

    def _asked(self, request: str, now: float) -> Iterable[Message]:
        action = TABLE.get((self.phase, request))
        return self._do(action, now) if action else ()

    def _on_answer(self, event: CueAnswered, now: float) -> Iterable[Message]:
        if event.answer == "accepted":
            self._accepted_at = now
        return ()

    def _on_context(self, event: ContextChanged, now: float) -> Iterable[Message]:
        if event.name != "call":
            return ()
        self._call = event.active
        return self._asked("call", now) if event.active else ()

    def _on_reading(self, event: Reading, now: float) -> Iterable[Message]:
        self._feeling.feel(event, now)
        if self.phase != "playing":
            return ()
        if self._playback.feel(now):
            return self._play(now)
        return self._asked("rested", now) if self._has_rested(now) else ()

    def _on_preferred(self, event: Preferred, now: float) -> Iterable[Message]:
        """The next exercise is what the person prefers; the one that runs goes on as it began."""
        if event.name == "favourite":
            self.settings = msgspec.structs.replace(self.settings, favourite=str(event.value))
        elif event.name == "language":
            self._language = str(event.value)
        return ()

    def _on_private(self, event: Private, now: float) -> Iterable[Message]:
        self._private = event.on
        if event.on:
            self._following = None
        # Not cut off: who is deep in an autogenic exercise is led back even now.
        return self._close(now) if event.on and self.phase in ("playing", "paused") else ()

    def _on_tick(self, _: Tick, now: float) -> Iterable[Message]:
        if self.phase == "idle" or now < self.due():
            return ()
        if self.phase == "paused":
            return self._end("stopped")
        if self.phase == "playing" and self._has_rested(now):
            return self._asked("rested", now)
        return self._play(now)

    def _do(self, action: str, now: float, wish: _Wish | None = None, script: Script | None = None) -> list[Message]:
        """Carry out one entry of the table."""
        told: list[Message] = []
        if wish and script:
            told += self._replace(wish, script, now) if action == "replace" else self._begin(wish, script, now)
        if action == "pause":
            told += self._pause(now)
        if action.startswith("resume"):
            told += self._resume(now)
        if action.endswith("skip"):
            told += self._skip(now)
        if action == "close":
            told += self._close(now)
        if action == "let go" and self._rested:
            told += self._lead_out(self._rested.steps, "completed", now)
        if action == "end":
            told += self._end(self._ends)
        return told

    # --- what is done -----------------------------------------------------------------------------

    def _begin(self, wish: _Wish, script: Script, now: float) -> Iterator[Message]:
        self._wish, self._script = wish, script
        self.phase = "playing"
        said = self._repertoire.stillness(wish.technique, wish.language)
        self._feeling.begin()
        self._playback = Playback(_with_bed(script), script.seconds, now, self._feeling, stillness=said)
        ends = self.settings.ends_when_rested
        early = ends == "always" or (ends == "offers" and wish.offered)
        self._rested = self._repertoire.rested(wish.technique, wish.language) if early else None
        yield SessionStarted(script.technique, script.length, wish.language, script.seconds, wish.source)
        yield from self._play(now)

    def _replace(self, wish: _Wish, script: Script, now: float) -> Iterator[Message]:
        if self.phase != "closing" and self._script.family in ALWAYS_LED_BACK:
            self._following = wish, script
            yield from self._lead_out(self._script.closing, "replaced", now)
            return
        yield from self._end("replaced")
        yield from self._begin(wish, script, now)

    def _pause(self, now: float) -> Iterator[Message]:
        self.phase, self._paused_at = "paused", now
        self._playback.pause(now)
        yield SessionPaused(self._script.technique, self._wish.language)

    def _resume(self, now: float) -> Iterator[Message]:
        self.phase = "playing"
        self._feeling.begin()
        self._playback.resume(now)
        yield SessionResumed(self._script.technique, self._wish.language, self._playback.remaining_s(now))

    def _skip(self, now: float) -> Iterator[Message]:
        yield from self._as_events(self._playback.skip(now))
        if self._playback.over(now):
            yield from self._complete(now)

    def _has_rested(self, now: float) -> bool:
        """Has the muscle rested so long that the rest of the exercise is not needed?  No breath is cut in two."""
        if self._rested is None or self._feeling.rested_s(now) < RESTED_S or self._playback.in_breath(now):
            return False
        remaining = self._playback.remaining_s(now)
        return LAST_S < remaining <= (1 - NOT_BEFORE) * self._script.seconds

    def _close(self, now: float) -> Iterator[Message]:
        if self._script.closing:
            yield from self._lead_out(self._script.closing, "stopped", now)
        else:
            yield from self._end("stopped")

    def _lead_out(self, steps: tuple[Step, ...], reason: str, now: float) -> Iterator[Message]:
        """The short way back: what is played instead of the rest."""
        self.phase, self._ends = "closing", reason
        end = max(step.at + step.seconds for step in steps)
        self._playback = Playback(steps, end, now, self._feeling, self._playback.count + 1)
        yield SessionClosing(self._script.technique, self._wish.language, self._playback.remaining_s(now))
        yield from self._play(now)

    def _play(self, now: float) -> Iterator[Message]:
        """Every step that is due; and the end, when its second has come."""
        yield from self._as_events(self._playback.advance(now))
        if self._playback.over(now):
            yield from self._complete(now)

    def _complete(self, now: float) -> Iterator[Message]:
        if self.phase == "closing":
            following = self._following
            yield from self._end(self._ends)
            if following:
                yield from self._begin(*following, now)
            return
        wish = self._wish
        if wish.offered:
            self._accepted_at = now
        yield from self._end("completed")
        if wish.then:
            yield Start(wish.then, "", wish.language, wish.source)

    def _end(self, reason: str) -> Iterator[Message]:
        self.phase, self._following = "idle", None
        yield SessionEnded(self._script.technique, self._wish.language, reason)

    def _as_events(self, played: Iterable[tuple[int, Step]]) -> Iterator[SessionStep]:
        for index, step in played:
            yield SessionStep(
                technique=self._script.technique,
                language=self._wish.language,
                index=index,
                kind=step.kind,
                seconds=step.seconds,
                text=step.text,
                clip=step.clip,
                sound=step.sound,
            )


def _with_bed(script: Script) -> tuple[Step, ...]:
    """The script's steps, the bed first."""
    if script.bed in ("", "none"):
        return script.steps
    return (Step(0.0, script.seconds, "bed", sound=script.bed), *script.steps)
