"""Offers that need no tension: the day's small pause, and movement after a long time of sitting.

    due ──nothing stands against it──► light 60 s ──► chime, offer 45 s ──nothing──► over
     └── its time is over, or somebody got up: over, without a word

The same light, the same chime and the same press as a cue of the coach's, out of the same purse (`budget.py`), held
back by the same circumstances (`hindrances.py`); only the sensor and the days of watching do not concern them.  `TABLE`
is the whole course.  A daily pause that nobody took ends as `withdrawn`: the station takes its offer back, nothing was
left undone, nothing is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any

import msgspec

from station.core.budget import Block, Budget
from station.core.coach import ANSWERS, SHOWING, STALE_S
from station.core.coach import Settings as Offers
from station.core.component import NEVER, Handler, Message
from station.core.daily import Daily
from station.core.daily import is_possible as is_daily
from station.core.events import (
    Cue,
    CueAnswered,
    CueWithheld,
    Excluded,
    Preferred,
    Presence,
    Private,
    Reading,
    SessionStarted,
)
from station.core.hindrances import LEARNS, Hindrances
from station.core.inputs import AnswerCue, LocalTime, SetQuiet, Start, Tick
from station.core.sitting import Sitting

# (phase, what happens) -> (next phase, how the offer ended, if one was showing).  What is not here changes nothing.
TABLE: Mapping[tuple[str, str], tuple[str, str]] = {
    ("idle", "due"): ("waiting", ""),
    ("waiting", "time"): ("light", ""),
    ("waiting", "over"): ("idle", ""),
    ("waiting", "private"): ("idle", ""),
    ("light", "time"): ("offer", ""),
    ("light", "alone"): ("idle", "ignored"),
    ("light", "accepted"): ("idle", "accepted"),
    ("light", "not_now"): ("idle", "not_now"),
    ("light", "hindered"): ("idle", "withdrawn"),
    ("light", "private"): ("idle", "withdrawn"),
    ("offer", "time"): ("idle", "ignored"),
    ("offer", "accepted"): ("idle", "accepted"),
    ("offer", "not_now"): ("idle", "not_now"),
    ("offer", "hindered"): ("idle", "withdrawn"),
    ("offer", "private"): ("idle", "withdrawn"),
}

# What stands against a cue but not against a reminder: it does not ask what the muscle does.
NEEDS_NO = frozenset({"sensor", "baseline", "settling", "steadying"})
DAILY, MOVEMENT = "daily", "movement"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Offers that come without tension; both are off until you want them."""

    daily: Annotated[
        str,
        msgspec.Meta(
            description="one small pause a day: a time like '09:30', 'arrival' (when you come to the desk), "
            "'return' (back from your midday break), or 'off'"
        ),
    ] = "off"
    movement: Annotated[
        bool, msgspec.Meta(description="a reminder to move after a long time of sitting; being away counts as a break")
    ] = False
    movement_after_min: Annotated[
        float, msgspec.Meta(ge=20, le=240, description="minutes of sitting without a break of five minutes")
    ] = 60.0

    def __post_init__(self) -> None:
        """Raise ValueError when the daily pause has no possible time."""
        if not is_daily(self.daily):
            raise ValueError("daily is a time like 09:30, or arrival, return or off")


class Reminders:
    """At most one reminder at a time, and why there is none."""

    def __init__(
        self,
        settings: Settings | None = None,
        budget: Budget | None = None,
        offers: Offers | None = None,
        daily: Sequence[str] = (),
        moves: Sequence[str] = (),
    ) -> None:
        """budget: the coach's own.  daily, moves: the exercises that may be offered; without any, nothing is."""
        settings, self._offers = settings or Settings(), offers or Offers()
        self.budget = budget or Budget()
        self.phase = "idle"
        self.kind = ""
        self.daily = Daily(settings.daily, daily)
        self._sitting = Sitting()
        self._movement, self._after_s = settings.movement, 60 * settings.movement_after_min
        self._moves = tuple(moves)
        self._moves_out: set[str] = set()
        self._nudges = 0
        s = self._offers
        self._hindrances = Hindrances(0.0, s.return_s, s.after_exercise_s, 0, self.budget, NEEDS_NO)
        self._deadline = NEVER
        self._suggested = ""
        self._asked = ""
        """The exercise that was asked for last."""
        self._told: set[str] = set()
        self._private = False

    def routes(self) -> Mapping[type, Handler]:
        """Circumstances, presence, the time of day, answers, and time passing."""
        circumstances = {kind: self._on_circumstance for kind in LEARNS if kind is not Reading}
        return {
            **circumstances,
            Presence: self._on_presence,
            SessionStarted: self._on_session_started,
            Preferred: self._on_preferred,
            LocalTime: self._on_time,
            Start: self._on_start,
            Excluded: self._on_excluded,
            AnswerCue: self._on_answer,
            Private: self._on_private,
            Tick: self._on_tick,
        }

    def due(self) -> float:
        """The end of the phase; while idle, when the next reminder is due."""
        if self._private:
            return NEVER
        if self.phase != "idle":
            return self._deadline
        return min(self.daily.opens if self.daily.prompt() else NEVER, self._sat_long_at())

    # --- what is due --------------------------------------------------------------------------------

    def _sat_long_at(self) -> float:
        return self._sitting.reaches(self._after_s) if self._movement and self._next_move() else NEVER

    def _next_move(self) -> str:
        open_ = [name for name in self._moves if name not in self._moves_out]
        return open_[self._nudges % len(open_)] if open_ else ""

    def _wanted(self, now: float) -> str:
        if self.daily.due(now):
            return DAILY
        return MOVEMENT if now >= self._sat_long_at() else ""

    def _consider(self, now: float) -> Iterator[Message]:
        """Is something due; may it show; is what waited over?"""
        if self._private or self.phase in SHOWING:
            return
        wanted = self._wanted(now)
        if self.phase == "waiting" and wanted != self.kind:
            yield from self._step("over", now)
        if self.phase == "idle" and wanted:
            self.kind, self._told, self._deadline = wanted, set(), now
            yield from self._step("due", now)
        if self.phase == "waiting":
            yield from self._may_it(now)

    def _may_it(self, now: float) -> Iterator[Message]:
        block = self._hindrances.against_new(now)
        if block is None:
            yield from self._step("time", now)
            return
        self._deadline = min(max(block.until, now + 1.0), self._otherwise_at(now))
        yield from self._tell(block)

    def _otherwise_at(self, now: float) -> float:
        """When the clock alone makes something else due than what waits, or nothing any more."""
        at = self.daily.closes if self.kind == DAILY else self.daily.opens
        return at if at > now else NEVER

    def _tell(self, block: Block) -> Iterator[Message]:
        """Say once per reminder and hindrance why there is none."""
        if block.code not in self._told:
            self._told.add(block.code)
            yield CueWithheld(block.reason, self.kind)

    # --- what happens -------------------------------------------------------------------------------

    def _on_circumstance(self, event: Any, now: float) -> Iterator[Message]:
        self._hindrances.learn(event, now)
        if self.phase in SHOWING and (block := self._hindrances.against_showing(now)):
            yield from self._step("hindered", now)
            yield CueWithheld(block.reason, self.kind)
        yield from self._consider(now)

    def _on_presence(self, event: Presence, now: float) -> Iterable[Message]:
        self._sitting.presence(event.state, now)
        self.daily.presence(event.state, now)
        return self._on_circumstance(event, now)

    def _on_session_started(self, event: SessionStarted, now: float) -> Iterator[Message]:
        if event.technique == DAILY:
            self.daily.done(self._asked)
        if event.technique == MOVEMENT:
            self._sitting.moved(now)
        yield from self._step("accepted", now)
        yield from self._on_circumstance(event, now)

    def _on_start(self, request: Start, now: float) -> Iterable[Message]:
        self._asked = request.technique
        return ()

    def _on_preferred(self, event: Preferred, now: float) -> Iterable[Message]:
        if event.name == "daily":
            self.daily.wish = str(event.value)
        elif event.name == "movement":
            self._movement = bool(event.value)
        elif event.name == "chime":
            self._offers = msgspec.structs.replace(self._offers, chime=bool(event.value))
        return self._on_circumstance(event, now)

    def _on_time(self, told: LocalTime, now: float) -> Iterable[Message]:
        self.daily.time(told, now)
        return self._consider(now)

    def _on_excluded(self, event: Excluded, now: float) -> Iterable[Message]:
        self.daily.leave_out(event.technique, event.on)
        names = {name for name in self._moves if event.technique in (name, name.partition("/")[0])}
        self._moves_out = self._moves_out | names if event.on else self._moves_out - names
        return self._consider(now)

    def _on_answer(self, request: AnswerCue, now: float) -> Iterator[Message]:
        if self.phase not in SHOWING or request.answer not in ANSWERS:
            return
        # There was no alarm that could have been a false one: a double press means no here.
        yield from self._step("accepted" if request.answer == "accepted" else "not_now", now)
        if request.answer == "not_now":
            yield SetQuiet(source=request.source)
        if request.answer == "accepted":
            yield Start(self._suggested, source=request.source)

    def _on_private(self, event: Private, now: float) -> Iterator[Message]:
        self._private = event.on
        if event.on:
            yield from self._step("private", now)
        else:
            yield from self._consider(now)

    def _on_tick(self, _: Tick, now: float) -> Iterator[Message]:
        if now < self.due():
            return
        if self.phase == "light" and now > self._deadline + STALE_S:  # the host slept: it speaks of what is over
            yield from self._step("hindered", now)
        elif self.phase in SHOWING:
            yield from self._step("alone" if self.phase == "light" and not self._offers.chime else "time", now)
        yield from self._consider(now)

    # --- the course ---------------------------------------------------------------------------------

    def _step(self, what: str, now: float) -> Iterator[Message]:
        """One step through the table, and what belongs to it."""
        if (self.phase, what) not in TABLE:
            return
        before = self.phase
        self.phase, answer = TABLE[self.phase, what]
        if answer:
            self.budget.showing = False
            if self.kind == DAILY and answer == "ignored":
                answer = "withdrawn"
            self.budget.answered(answer)
            yield CueAnswered(answer, self.kind)
        if (before, what) == ("waiting", "time"):
            yield self._light(now)
        if (before, what) == ("light", "time"):
            self._deadline = now + self._offers.offer_s
            yield Cue(
                "chime", f"still on offer after {self._offers.light_s:.0f} s of light", self._suggested, self.kind
            )

    def _light(self, now: float) -> Message:
        s = self._offers
        self._deadline = now + s.light_s + (0.0 if s.chime else s.offer_s)
        if self.kind == DAILY:
            self._suggested, why = self.daily.prompt(), "your small pause of the day"
            self.daily.offered()
        else:
            self._suggested, why = self._next_move(), f"{self._after_s / 60:.0f} min of sitting without a break"
            self._sitting.moved(now)
            self._nudges += 1
        spent = self.budget.spend(now)
        self.budget.showing = True
        return Cue("light", f"{why}; {spent}", self._suggested, self.kind)

    # --- across a restart ---------------------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        """What must survive: today's pause, and which movement comes next."""
        return {"daily": self.daily.snapshot(), "nudges": self._nudges}

    def restore(self, data: Mapping[str, Any]) -> None:
        """Take it back, before the first `LocalTime`."""
        self.daily.restore(data.get("daily", {}))
        self._nudges = int(data.get("nudges", 0))
