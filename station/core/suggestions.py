"""Which exercise an offer suggests: first what the person likes, then what was measured, never what they left out.

    trying out (two weeks)     all of them in turn, evenly: the one that was suggested least
    movement reminders on      every second suggestion is movement
    liked                      one press on the page; among several, the one with the larger measured effect
    measured                   the largest effect that can be known by now
    otherwise                  what the configuration says

The parts of this answer are told apart in the cue's reason.  Discomfort and mood are in none of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from station.core.component import NEVER, Handler, Message
from station.core.daily import days_of
from station.core.events import Excluded, Liked, Preferred, Refused, SessionEnded, SessionStarted
from station.core.inputs import EffectsKnown, Exclude, Like, NewDay, Prefer, Stop

# Movement first: it is equal in rank, and a rotation has to begin somewhere.
TECHNIQUES = ("movement", "breathing", "pmr", "mindfulness", "autogenic", "imagery", "biofeedback")
TRY_OUT_DAYS = 14


class Suggestions:
    """Chooses, and remembers what the person said."""

    def __init__(self, usual: str = "breathing", offered: Sequence[str] = ()) -> None:
        """usual: what the configuration suggests.  offered: the exercises there are; none known: only the usual one."""
        self._usual = usual
        self._offered = tuple(offered)
        self.liked: tuple[str, ...] = ()
        self.left_out: frozenset[str] = frozenset()
        self._effects: tuple[str, ...] = ()
        self._movement = False
        self._last = ""
        self._trying = False
        self._began = 0
        """The day on which the try-out began (`days_of`); 0: not told yet."""
        self._tried: dict[str, int] = {}
        self._today = 0
        self._running = ""

    def routes(self) -> Mapping[type, Handler]:
        """The person's word, what was measured, and the days."""
        return {
            Like: self._on_like,
            Exclude: self._on_exclude,
            EffectsKnown: self._on_effects,
            Preferred: self._on_preferred,
            NewDay: self._on_new_day,
            SessionStarted: self._on_session_started,
            SessionEnded: self._on_session_ended,
        }

    def due(self) -> float:
        """Nothing here ends by the second; a try-out ends with a day."""
        return NEVER

    def choose(self) -> tuple[str, str]:
        """The exercise to suggest now ('' where all are left out), and the words that say why."""
        open_ = [name for name in TECHNIQUES if name in self._offered and name not in self.left_out]
        self._last, why = self._of(open_)
        return self._last, why

    def _of(self, open_: list[str]) -> tuple[str, str]:
        if self._trying and open_:
            name = min(open_, key=lambda each: self._tried.get(each, 0))
            self._tried[name] = self._tried.get(name, 0) + 1
            return name, "its turn in the try-out"
        if self._movement and "movement" in open_ and self._last != "movement":
            return "movement", "every second time it is movement"
        ranked = sorted(open_, key=lambda name: self._effects.index(name) if name in self._effects else len(TECHNIQUES))
        if liked := [name for name in ranked if name in self.liked]:
            return liked[0], "you like it"
        if ranked and ranked[0] in self._effects:
            return ranked[0], "the largest effect that was measured"
        if self._usual not in self.left_out:
            return self._usual, ""
        return (ranked[0] if ranked else ""), ""

    # --- what the person says -----------------------------------------------------------------------

    def _on_like(self, request: Like, now: float) -> Iterable[Message]:
        if wrong := self._unknown(request.technique):
            return (Refused("like", wrong),)
        if request.on == (request.technique in self.liked):
            return ()
        others = tuple(name for name in self.liked if name != request.technique)
        self.liked = (*others, request.technique) if request.on else others
        return (Liked(request.technique, request.on, request.source),)

    def _on_exclude(self, request: Exclude, now: float) -> Iterator[Message]:
        name = request.technique
        if wrong := self._unknown(name):
            yield Refused("exclude", wrong)
        elif request.on != (name in self.left_out):
            self.left_out = self.left_out | {name} if request.on else self.left_out - {name}
            yield Excluded(name, request.on, request.source)
            if request.on and name == self._running:
                yield Stop(request.source)

    def _unknown(self, name: str) -> str:
        """Why there is no such exercise, or ''."""
        if not self._offered or name.partition("/")[0] in self._offered:
            return ""
        return f"There is no exercise '{name}'; there are: {', '.join(self._offered)}."

    def _on_effects(self, told: EffectsKnown, now: float) -> Iterable[Message]:
        self._effects = told.best_first
        return ()

    def _on_preferred(self, event: Preferred, now: float) -> Iterable[Message]:
        if event.name == "movement":
            self._movement = bool(event.value)
        elif event.name == "try_out" and bool(event.value) != self._trying:
            self._trying = bool(event.value)
            if event.source != "restart":
                self._began, self._tried = self._today, {}
        return ()

    # --- time and exercises -------------------------------------------------------------------------

    def _on_new_day(self, told: NewDay, now: float) -> Iterable[Message]:
        self._today = days_of(told.day)
        if not self._trying:
            return ()
        self._began = self._began or self._today
        if self._today - self._began < TRY_OUT_DAYS:
            return ()
        return (Prefer({"try_out": False}, source="coach"),)

    def _on_session_started(self, event: SessionStarted, now: float) -> Iterable[Message]:
        self._running = event.technique
        return ()

    def _on_session_ended(self, event: SessionEnded, now: float) -> Iterable[Message]:
        self._running = ""
        return ()

    # --- across a restart ---------------------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        """What must survive."""
        return {
            "liked": list(self.liked),
            "left_out": sorted(self.left_out),
            "last": self._last,
            "began": self._began,
            "tried": dict(self._tried),
        }

    def restore(self, data: Mapping[str, Any]) -> list[Like | Exclude]:
        """Take it back; the requests that tell everybody what the person likes and leaves out."""
        self._last, self._began = str(data.get("last", "")), int(data.get("began", 0))
        self._tried = {str(name): int(count) for name, count in data.get("tried", {}).items()}
        known = [str(name) for name in data.get("liked", ())], [str(name) for name in data.get("left_out", ())]
        liked = [Like(name, source="restart") for name in known[0] if not self._unknown(name)]
        return [*liked, *(Exclude(name, source="restart") for name in known[1] if not self._unknown(name))]
