"""What the station makes of tension: a light, perhaps one chime, and an offer that may be left alone.

    tension ──patience──► light 60 s ──still raised──► chime, offer 45 s ──nothing──► over ("ignored")
       │                    │                            │
       └ ends: nothing      └ shoulders drop: over, a success without a sound ("self_released")

One tension brings one offer at most.  While something stands against a cue (quiet, a call, the budget ...) the tension
waits: when the hindrance ends and the shoulders are still up, there is one offer; if they came down, none.  So nothing
can pile up, because nothing is stored: only the tension that goes on now can ask.

`TABLE` is the whole course; what can stand against a cue is in `hindrances.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

import msgspec

from station.core.budget import Block, Budget
from station.core.component import NEVER, Handler, Message
from station.core.events import (
    AlertRandomised,
    Cue,
    CueAnswered,
    CueWithheld,
    DayBegan,
    Preferred,
    Private,
    Reading,
    SessionStarted,
    TensionEnded,
    TensionStarted,
)
from station.core.hindrances import LEARNS, Hindrances
from station.core.inputs import AnswerCue, NewDay, SetQuiet, Start, Tick
from station.core.shoulders import Shoulders
from station.core.silent_alerts import SilentAlerts
from station.core.suggestions import Suggestions

# (phase, what happens) -> (next phase, how the cue ended, if one was showing).  What is not here changes nothing.
# calm: no tension.  waiting: tension, no cue yet.  light, offer: a cue is showing.  spent: tension that had its cue.
TABLE: Mapping[tuple[str, str], tuple[str, str]] = {
    ("calm", "tension"): ("waiting", ""),
    ("waiting", "tension"): ("waiting", ""),
    ("waiting", "tension ended"): ("calm", ""),
    ("waiting", "time"): ("light", ""),
    ("waiting", "silent"): ("spent", ""),
    ("waiting", "private"): ("calm", ""),
    ("light", "time"): ("offer", ""),
    ("light", "alone"): ("spent", "ignored"),
    ("light", "dropped"): ("spent", "self_released"),
    ("light", "tension ended"): ("calm", "self_released"),
    ("light", "accepted"): ("spent", "accepted"),
    ("light", "not_now"): ("spent", "not_now"),
    ("light", "wrong"): ("spent", "wrong"),
    ("light", "hindered"): ("waiting", "withdrawn"),
    ("light", "private"): ("calm", "withdrawn"),
    ("offer", "time"): ("spent", "ignored"),
    ("offer", "dropped"): ("spent", "self_released"),
    ("offer", "tension ended"): ("calm", "self_released"),
    ("offer", "accepted"): ("spent", "accepted"),
    ("offer", "not_now"): ("spent", "not_now"),
    ("offer", "wrong"): ("spent", "wrong"),
    ("offer", "hindered"): ("waiting", "withdrawn"),
    ("offer", "private"): ("calm", "withdrawn"),
    ("spent", "tension"): ("waiting", ""),
    ("spent", "tension ended"): ("calm", ""),
    ("spent", "private"): ("calm", ""),
}
SHOWING = frozenset({"light", "offer"})
ANSWERS = frozenset({"accepted", "not_now", "wrong"})

# A cue that comes later than this (a suspended host, a stalled loop) speaks of something that is over.
STALE_S = 60.0
# Shoulders that are down for the moment, while the tension as a whole still holds.
LOOK_AGAIN_S = 1.0


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When the station offers a pause, and which one."""

    patience_s: Annotated[
        float,
        msgspec.Meta(
            ge=0,
            le=1800,
            description="seconds a tension must go on before the light comes; the usual 180 let "
            "a phone call, a drink or a laugh of under 3 minutes pass without a word",
        ),
    ] = 180.0
    light_s: Annotated[float, msgspec.Meta(ge=1, le=600, description="seconds of light before the chime")] = 60.0
    offer_s: Annotated[float, msgspec.Meta(ge=5, le=600, description="seconds the offer stays after the chime")] = 45.0
    settle_s: Annotated[
        float, msgspec.Meta(ge=0, le=7200, description="seconds without a cue after the sensor was put on")
    ] = 600.0
    return_s: Annotated[
        float, msgspec.Meta(ge=0, le=7200, description="seconds without a cue after you come back to the desk")
    ] = 300.0
    after_exercise_s: Annotated[
        float, msgspec.Meta(ge=0, le=7200, description="seconds without a cue after an exercise")
    ] = 300.0
    baseline_days: Annotated[
        int, msgspec.Meta(ge=0, le=30, description="so many first workdays are only watched, without any cue")
    ] = 3
    chime: Annotated[
        bool, msgspec.Meta(description="one soft chime after the light; without it the light stays a little longer")
    ] = True
    first: Annotated[
        str, msgspec.Meta(description="the exercise that comes first when you accept; empty: the suggested one at once")
    ] = "shoulder-drop"
    suggestion: Annotated[str, msgspec.Meta(description="the exercise a cue suggests, by the name of its folder")] = (
        "breathing"
    )


class Coach:
    """Turns tension into at most one offer, and says why when it does not."""

    def __init__(
        self,
        settings: Settings | None = None,
        budget: Budget | None = None,
        silent: SilentAlerts | None = None,
        suggestions: Suggestions | None = None,
    ) -> None:
        """`budget`: shared with whatever else may remind.  `silent`: the coin that leaves out some alerts."""
        self.settings = s = settings or Settings()
        self.budget = budget or Budget()
        self.silent = silent or SilentAlerts()
        self.suggestions = suggestions or Suggestions(s.suggestion)
        self.phase = "calm"
        self._hindrances = Hindrances(s.settle_s, s.return_s, s.after_exercise_s, s.baseline_days, self.budget)
        self._shoulders = Shoulders()
        self._tension = TensionStarted(0.0, 0.0, "")
        self._tension_at = 0.0
        self._deadline = NEVER
        """When the phase ends by time; while waiting, when to look again."""
        self._told: set[str] = set()
        """The codes of the hindrances that were told for this tension."""
        self._suggested = ""
        """The exercise that the cue on show suggests."""
        self._kept_silent = False
        """This tension's alert was left out by the coin, and that is still to be said."""
        self._private = False
        self._day = ""

    def routes(self) -> Mapping[type, Handler]:
        """What the muscle does, what the person answers, what stands against a cue, and time."""
        return {
            **dict.fromkeys(LEARNS, self._on_circumstance),
            Reading: self._on_reading,
            SessionStarted: self._on_session_started,
            NewDay: self._on_new_day,
            TensionStarted: self._on_tension,
            TensionEnded: self._on_tension_ended,
            AnswerCue: self._on_answer,
            Preferred: self._on_preferred,
            Private: self._on_private,
            Tick: self._on_tick,
        }

    def due(self) -> float:
        """The end of the phase, or of what stands against a cue."""
        return self._deadline if self.phase in ("waiting", *SHOWING) else NEVER

    # --- the muscle and the hand ------------------------------------------------------------------

    def _on_tension(self, event: TensionStarted, now: float) -> Iterable[Message]:
        if self._private or self.phase in SHOWING:
            return ()
        self._tension, self._tension_at, self._told = event, now, set()
        self._shoulders.raised(event.load_rve_percent, event.relative_rest_time, now)
        self._deadline = now + self.settings.patience_s
        return (*self._step("tension", now), *self._reconsider(now))

    def _on_tension_ended(self, event: TensionEnded, now: float) -> Iterator[Message]:
        if self.phase == "waiting" and not self._told:
            yield CueWithheld(self._why_brief(now))
        if self._kept_silent:
            self._kept_silent = False
            yield CueWithheld("silent: left out by chance, to find out what alerts change")
        yield from self._step("tension ended", now)

    def _why_brief(self, now: float) -> str:
        """What ended a tension before it was time for a light: the shoulders, or that nobody could feel them."""
        block = self._hindrances.unfelt(now)
        return block.reason if block else "brief: the shoulders came down before it was time for a light"

    def _on_reading(self, event: Reading, now: float) -> Iterable[Message]:
        self._hindrances.learn(event, now)
        if self.phase in ("calm", "spent"):
            return ()
        if event.rve_percent is None:
            return self._look_around(now) if self.phase in SHOWING else ()
        self._shoulders.felt(event.rve_percent, event.resting, now)
        if self.phase in SHOWING and self._shoulders.are_down:
            return self._step("dropped", now)
        return self._reconsider(now)

    def _on_answer(self, request: AnswerCue, now: float) -> Iterator[Message]:
        if self.phase not in SHOWING or request.answer not in ANSWERS:
            return
        yield from self._step(request.answer, now)
        if request.answer == "not_now":
            yield SetQuiet(source=request.source)
        if request.answer == "accepted":
            first = "" if self.settings.first in self.suggestions.left_out else self.settings.first
            if first and first != self._suggested:
                yield Start(first, source=request.source, then=self._suggested)
            else:
                yield Start(self._suggested, source=request.source)

    # --- what stands against a cue ----------------------------------------------------------------

    def _on_circumstance(self, event: Any, now: float) -> Iterable[Message]:
        self._hindrances.learn(event, now)
        return self._look_around(now)

    def _on_session_started(self, event: SessionStarted, now: float) -> Iterable[Message]:
        # Whoever starts an exercise while a cue shows, by page or from afar, has taken the offer.
        return (*self._step("accepted", now), *self._on_circumstance(event, now))

    def _on_new_day(self, request: NewDay, now: float) -> Iterator[Message]:
        if request.day != self._day:
            self._day = request.day
            self.budget.new_day(now)
        yield DayBegan(request.day)
        yield from self._on_circumstance(request, now)

    def _on_private(self, event: Private, now: float) -> Iterable[Message]:
        self._private = event.on
        self._kept_silent = False
        return self._step("private", now) if event.on else ()

    def _on_preferred(self, event: Preferred, now: float) -> Iterable[Message]:
        if event.name == "silent_alerts":
            self.silent.on = bool(event.value)
        if event.name == "chime":
            self.settings = msgspec.structs.replace(self.settings, chime=bool(event.value))
        if event.name == "monitoring" and not event.value:
            return self._step("private", now)  # the sensor is closed: nothing is known of the shoulders either
        return self._on_circumstance(event, now)

    def _look_around(self, now: float) -> Iterator[Message]:
        """Something changed: a cue that shows may have to go, one that waits may come."""
        if self.phase == "waiting":
            self._deadline = max(now, self._tension_at + self.settings.patience_s)
            yield from self._reconsider(now)
        elif self.phase in SHOWING:
            block = self._hindrances.against_showing(now)
            if block is not None:
                yield from self._take_back(block, now)

    def _reconsider(self, now: float) -> Iterator[Message]:
        """May the tension that waits have its light now?  If not: why, and when to look again."""
        if self.phase != "waiting" or now < self._deadline:
            return
        if self._shoulders.are_down or self._shoulders.unfelt(now):
            self._deadline = now + LOOK_AGAIN_S
            return
        block = self._hindrances.against_new(now)
        if block is None:
            yield from self._alert(now)
            return
        self._deadline = block.until
        yield from self._tell(block)

    def _alert(self, now: float) -> Iterator[Message]:
        """The light; or, where the coin says so, nothing, though everything was ready for it."""
        arm = self.silent.draw(self._day)
        if arm:
            yield AlertRandomised(arm)
        if arm == "silent":
            self._kept_silent = True
            self.budget.spend(now)  # or the next alert would come sooner after a silent one, and the arms differ
        yield from self._step(arm if arm == "silent" else "time", now)

    def _take_back(self, block: Block, now: float) -> Iterator[Message]:
        yield from self._step("hindered", now)
        self._deadline = block.until
        yield from self._tell(block)

    def _tell(self, block: Block) -> Iterator[Message]:
        """Say once per tension and hindrance why there is no cue."""
        if block.code not in self._told:
            self._told.add(block.code)
            yield CueWithheld(block.reason)

    # --- the course -------------------------------------------------------------------------------

    def _on_tick(self, _: Tick, now: float) -> Iterable[Message]:
        if now < self._deadline:
            return ()
        if self.phase == "light" and (now > self._deadline + STALE_S or self._shoulders.unfelt(now)):
            why = "when it was time for the chime, nothing was known of the shoulders"
            return self._take_back(Block("stale", why, now + LOOK_AGAIN_S), now)
        if self.phase == "waiting":
            return self._reconsider(now)
        return self._step("alone" if self.phase == "light" and not self.settings.chime else "time", now)

    def _step(self, what: str, now: float) -> Iterator[Message]:
        """One step through the table, and what belongs to it."""
        if (self.phase, what) not in TABLE:
            return
        self.phase, answer = TABLE[self.phase, what]
        if answer:
            self.budget.showing = False
            self.budget.answered(answer)
            yield CueAnswered(answer)
        if what == "time" and self.phase == "light":
            yield self._light(now)
        if what == "time" and self.phase == "offer":
            yield self._chime(now)

    def _light(self, now: float) -> Message:
        s = self.settings
        self._deadline = now + s.light_s + (0.0 if s.chime else s.offer_s)
        self._suggested, why = self.suggestions.choose()
        minutes = (now - self._tension_at) / 60
        reason = f"{self._tension.reason or 'tension'}; {minutes:.0f} min since; {self.budget.spend(now)}"
        self.budget.showing = True
        return Cue("light", f"{reason}; {why}" if why else reason, self._suggested)

    def _chime(self, now: float) -> Message:
        self._deadline = now + self.settings.offer_s
        reason = f"{self._tension.reason or 'tension'}; still so after {self.settings.light_s:.0f} s of light"
        return Cue("chime", reason, self._suggested)

    # --- across a restart -------------------------------------------------------------------------

    def snapshot(self, now: float, wall: float) -> dict[str, Any]:
        """What must survive a restart: the day's budget, and how long the sensor has been worn."""
        budget = self.budget.snapshot(now, wall)
        hindrances = self._hindrances.snapshot(now, wall)
        return {"day": self._day, "budget": budget, "hindrances": hindrances, "coins": self.silent.drawn}

    def restore(self, data: Mapping[str, Any], now: float, wall: float) -> None:
        """Take a snapshot back, before the first `NewDay`."""
        self._day = str(data.get("day", ""))
        self.silent.drawn = int(data.get("coins", 0))
        self.budget.restore(data.get("budget", {}), now, wall)
        self._hindrances.restore(data.get("hindrances", {}), now, wall)
