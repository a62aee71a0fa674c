"""When the station holds back: quiet time, private mode, and what the house knows of calls and absence.

    long press ──► quiet for 60 min ──long press, or the hour is over──► as before
    hold 6 s   ──► private          ──hold 6 s, never from afar───────► as before
    context/call, focus, away, quiet: as long as the house says so, at the longest until it expires

This component only knows *that* it is quiet; what that means for a cue the coach knows, for an exercise the session.
Quiet by the person's hand and quiet by the house are kept apart, so that the end of one does not end the other;
the person's hand ends both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

import msgspec

from station.core.component import NEVER, Handler, Message
from station.core.events import ContextChanged, NoteChanged, Preferred, Private, Quiet, Refused
from station.core.inputs import Context, Input, Note, SetPrivate, SetQuiet, Tick

CONTEXTS = ("call", "focus", "away", "quiet")

# Who is not at the desk may make the station more private, never less.
REMOTE = frozenset({"mqtt"})

# A house that forgets to take something back must not silence a desk for ever.
LONGEST_S = 24 * 3600.0
MOST_NOTES = 20


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long quiet lasts when you ask for it with the button."""

    minutes: Annotated[float, msgspec.Meta(ge=1, le=720, description="minutes of quiet after a long press")] = 60.0


class QuietTime:
    """Quiet, private mode and context."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.private = False
        self._by_hand = -NEVER
        """Monotonic second until which the person asked for quiet."""
        self._contexts: dict[str, float] = {}
        self._notes: dict[str, tuple[str, float]] = {}
        """Name -> (what the house says of the circumstances, until which monotonic second)."""
        self._told: float | None = None
        """The end of quiet as it was told last; None: told that there is none."""

    def routes(self) -> Mapping[type, Handler]:
        """Requests, the house's knowledge, and time."""
        return {
            SetQuiet: self._on_set_quiet,
            SetPrivate: self._on_set_private,
            Context: self._on_context,
            Note: self._on_note,
            Preferred: self._on_preferred,
            Tick: self._on_tick,
        }

    def due(self) -> float:
        """The next thing that ends by itself."""
        ends = [*self._contexts.values(), *(until for _, until in self._notes.values())]
        if self._told is not None:
            ends.append(self._told)
        return min(ends, default=NEVER)

    def snapshot(self, now: float, wall: float) -> dict[str, Any]:
        """What must survive a restart.  What the house knows is not in it: the house will say it again."""
        return {"private": self.private, "quiet_until": wall + self._by_hand - now if self._by_hand > now else None}

    def restore(self, data: Mapping[str, Any], wall: float) -> list[Input]:
        """The requests that bring a snapshot back; the app hands them to the engine like any other."""
        requests: list[Input] = []
        until = data.get("quiet_until")
        if until is not None and until > wall:
            requests.append(SetQuiet(min((until - wall), LONGEST_S) / 60, source="restart"))
        if data.get("private"):
            requests.append(SetPrivate(True, source="restart"))
        return requests

    def _on_set_quiet(self, request: SetQuiet, now: float) -> Iterable[Message]:
        minutes = request.minutes
        if minutes is None:
            is_quiet = self._ends(now) is not None
            wanted = not is_quiet if request.on is None else request.on
            if wanted and is_quiet:
                return ()
            minutes = self.settings.minutes if wanted else 0.0
        told: list[Message] = []
        if minutes > 0:
            self._by_hand = now + min(minutes * 60, LONGEST_S)
        else:
            self._by_hand = -NEVER
            if self._contexts.pop("quiet", None) is not None:
                told.append(ContextChanged("quiet", False))
        return (*told, *self._tell(now, request.source))

    def _on_set_private(self, request: SetPrivate, now: float) -> Iterable[Message]:
        on = not self.private if request.on is None else request.on
        if on == self.private:
            return ()
        if not on and request.source in REMOTE:
            return (Refused("private", "Private mode ends only at the desk: hold the button for six seconds."),)
        self.private = on
        return (Private(on, request.source),)

    def _on_context(self, context: Context, now: float) -> Iterable[Message]:
        if context.name not in CONTEXTS:
            there_are = ", ".join(CONTEXTS)
            return (Refused("context", f"There is no context '{context.name}'; there are: {there_are}."),)
        was = context.name in self._contexts
        on = context.active and context.expires_s > 0
        if on:
            self._contexts[context.name] = now + min(context.expires_s, LONGEST_S)
        else:
            self._contexts.pop(context.name, None)
        told: list[Message] = [ContextChanged(context.name, on)] if on != was else []
        return (*told, *self._tell(now, "context"))

    def _on_note(self, note: Note, now: float) -> Iterable[Message]:
        text, was = note.text.strip(), self._notes.get(note.name, ("", 0.0))[0]
        if not text or note.expires_s <= 0:
            self._notes.pop(note.name, None)
            return (NoteChanged(note.name, ""),) if was else ()
        if note.name not in self._notes and len(self._notes) >= MOST_NOTES:
            return (Refused("note", f"There are {MOST_NOTES} notes already; let one of them end first."),)
        self._notes[note.name] = (text, now + min(note.expires_s, LONGEST_S))
        return (NoteChanged(note.name, text),) if text != was else ()

    def _on_preferred(self, event: Preferred, now: float) -> Iterable[Message]:
        if event.name == "quiet_minutes":
            self.settings = Settings(minutes=float(event.value))
        return ()

    def _on_tick(self, _: Tick, now: float) -> Iterator[Message]:
        if now < self.due():
            return
        for name in [name for name, (_, until) in self._notes.items() if now >= until]:
            del self._notes[name]
            yield NoteChanged(name, "")
        for name in [name for name, until in self._contexts.items() if now >= until]:
            del self._contexts[name]
            yield ContextChanged(name, False)
        yield from self._tell(now, "time")

    def _ends(self, now: float) -> float | None:
        """When the quiet that holds at `now` will end; None when it is not quiet."""
        end = max(self._by_hand, self._contexts.get("quiet", -NEVER))
        return end if end > now else None

    def _tell(self, now: float, source: str) -> Iterable[Message]:
        ends = self._ends(now)
        if ends == self._told:
            return ()
        self._told = ends
        return (Quiet(ends is not None, ends, source),)
