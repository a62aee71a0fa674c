"""What the one light shows: the most important of all that could be shown, told only when it changes.

The rows of `PATTERNS` stand in order of importance; the first that holds is shown.  The finger stands above
everything, because the light is how the button answers; the person's wishes stand above the station's troubles.
How a pattern looks (brightness, colour, rhythm) is the light output's business; here it only has its name.

    breath_in ▁▂▄▆█ breath_out █▆▄▂▁      `seconds` is what is left of the breath: a light that was busy with a held
                                          button joins in where the breath is
    feedback  █▆▅▄▃▂▁▁▁▁                  as bright as the tone is loud, told as often as the tone is
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

import msgspec

from station.core.component import NEVER, Handler, Message
from station.core.events import (
    ButtonHeld,
    CalibrationDone,
    CalibrationRefused,
    CalibrationStep,
    Cue,
    CueAnswered,
    Light,
    Mark,
    OutputTrouble,
    OutputWell,
    Preferred,
    Presence,
    Private,
    Proposed,
    Quality,
    Quiet,
    SensorTrouble,
    SensorWell,
    SessionClosing,
    SessionEnded,
    SessionPaused,
    SessionResumed,
    SessionStarted,
    SessionStep,
    Tone,
)
from station.core.inputs import Tick
from station.core.proposals import REFERENCE
from station.core.state import BROKEN_SIGNAL

# What a release would do, as the light shows it.  A second short press would be a double: it looks like a short one.
HELD = {"short": "held_short", "double": "held_short", "long": "held_long", "hold": "held_hold"}

# Outputs without which marks and sessions are lost: somebody must look.  A speaker or a broker that is gone is told on
# the page instead; the light does not blink at the person for the sake of a network.
NEED_A_HAND = frozenset({"history"})

# Steps of a calibration in which something is held up; in the others it is rest, or a moment between.
HELD_UP = frozenset({"reference_1", "reference_2", "shrug", "daily_reference"})

MARK_S = 0.7
"""The nod to a mark: long enough to be seen, short enough not to be a signal."""

ASK_S = 300.0
"""So long the light asks whether the yardstick still fits; after that only the page does."""

# The next breath begins as this one ends; without this the light would fall back for an instant in between.
BETWEEN_BREATHS_S = 0.2

# The feedback's brightness glides from one word to the next; at rest a glow is left, so that the light is seen to live.
GLIDE_S = 0.03
DIMMEST = 0.06


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the light shows."""

    monitoring: Annotated[
        Literal["off", "glow"], msgspec.Meta(description="while all is well: off, or a very dim glow")
    ] = "off"
    fade_s: Annotated[float, msgspec.Meta(ge=0, le=120, description="seconds in which the light of a cue fades in")] = (
        30.0
    )
    fault_after_s: Annotated[
        float, msgspec.Meta(ge=5, le=3600, description="seconds after which a sensor that cannot be read needs a hand")
    ] = 60.0


@dataclass(frozen=True, slots=True)
class Seen:
    """All that the light could show."""

    held: str = ""
    marked_until: float = -NEVER
    private: bool = False
    exercise: bool = False
    paused: bool = False
    breath: str = ""
    breath_until: float = -NEVER
    tone: float | None = None
    calibrating: str = ""
    """The step of the calibration that goes on."""
    cue: str = ""
    sensor_lost_at: float | None = None
    broken_signal: bool = False
    away: bool = False
    hands_needed: frozenset[str] = frozenset()
    quiet: bool = False
    asked_until: float = -NEVER
    monitoring: bool = True


# (pattern, when it holds).  First the finger; then what the person chose; then what the station offers; then trouble.
# An electrode that hangs loose on an empty chair is no trouble of anybody's.
PATTERNS: tuple[tuple[str, Callable[[Seen, float, Settings], bool]], ...] = (
    ("held_short", lambda s, now, _: s.held == "held_short"),
    ("held_long", lambda s, now, _: s.held == "held_long"),
    ("held_hold", lambda s, now, _: s.held == "held_hold"),
    ("mark", lambda s, now, _: now < s.marked_until),
    ("paused", lambda s, now, _: s.exercise and s.paused),
    ("feedback", lambda s, now, _: (s.exercise or s.calibrating != "") and s.tone is not None),
    (
        "breath_in",
        lambda s, now, _: s.exercise and s.breath == "breath_in" and now < s.breath_until + BETWEEN_BREATHS_S,
    ),
    (
        "breath_out",
        lambda s, now, _: s.exercise and s.breath == "breath_out" and now < s.breath_until + BETWEEN_BREATHS_S,
    ),
    ("breathing", lambda s, now, _: s.exercise),
    ("private", lambda s, now, _: s.private),
    ("calibration_hold", lambda s, now, _: s.calibrating in HELD_UP),
    ("calibration", lambda s, now, _: s.calibrating != ""),
    ("offer", lambda s, now, _: s.cue == "chime"),
    ("cue", lambda s, now, _: s.cue == "light"),
    ("fault", lambda s, now, settings: bool(s.hands_needed) or _lost_for(s, now) >= settings.fault_after_s),
    ("sensor", lambda s, now, _: _sensor_needs_help(s)),
    ("quiet", lambda s, now, _: s.quiet),
    ("yardstick", lambda s, now, _: now < s.asked_until and not s.away),
    ("glow", lambda s, now, settings: settings.monitoring == "glow"),
    ("off", lambda s, now, _: True),
)


def _lost_for(seen: Seen, now: float) -> float:
    # A sensor that is closed on purpose is not lost.
    return 0.0 if seen.sensor_lost_at is None or not seen.monitoring else now - seen.sensor_lost_at


def _sensor_needs_help(seen: Seen) -> bool:
    return seen.monitoring and (seen.sensor_lost_at is not None or (seen.broken_signal and not seen.away))


class Lights:
    """Picks the pattern."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.pattern = "off"
        self._seen = Seen()

    def routes(self) -> Mapping[type, Handler]:
        """Everything that has a light."""
        return {**dict.fromkeys(SEES, self._on_event), Tick: self._on_tick}

    def due(self) -> float:
        """When something that shows ends by itself, or a lost sensor becomes a fault."""
        s = self._seen
        ends = [s.marked_until] if self.pattern == "mark" else []
        if self.pattern == "yardstick":
            ends.append(s.asked_until)
        if self.pattern in ("breath_in", "breath_out"):
            ends.append(s.breath_until + BETWEEN_BREATHS_S)
        if s.sensor_lost_at is not None and self.pattern == "sensor":
            ends.append(s.sensor_lost_at + self.settings.fault_after_s)
        return min(ends, default=NEVER)

    def _on_event(self, event: Any, now: float) -> Iterable[Message]:
        before = self._seen
        self._seen = replace(before, **SEES[type(event)](before, event, now))
        fresh_breath = isinstance(event, SessionStep) and self._seen.breath_until != before.breath_until
        return self._show(now, again=fresh_breath or self._seen.tone != before.tone)

    def _on_tick(self, _: Tick, now: float) -> Iterable[Message]:
        return self._show(now) if now >= self.due() else ()

    def _show(self, now: float, again: bool = False) -> Iterable[Message]:
        pattern = next(name for name, holds in PATTERNS if holds(self._seen, now, self.settings))
        breath = pattern in ("breath_in", "breath_out")
        if pattern == self.pattern and not (again and (breath or pattern == "feedback")):
            return ()
        self.pattern = pattern
        if pattern == "feedback":
            brightness = DIMMEST + (1 - DIMMEST) * (self._seen.tone or 0.0)
            return (Light(pattern, GLIDE_S, round(brightness, 3)),)
        if breath:
            return (Light(pattern, round(max(0.0, self._seen.breath_until - now), 3)),)
        return (Light(pattern, self.settings.fade_s if pattern == "cue" else 0.0),)


def _step(s: Seen, event: SessionStep, now: float) -> dict[str, Any]:
    if event.kind in ("breath_in", "breath_out"):
        return {"breath": event.kind, "breath_until": now + event.seconds}
    return {}


def _resumed(s: Seen, event: SessionResumed, now: float) -> dict[str, Any]:
    # The breath that was cut off by the pause is over; the next one brings the light back.
    return {"paused": False, "breath": ""}


def _output_well(s: Seen, event: OutputWell, now: float) -> dict[str, Any]:
    return {"hands_needed": s.hands_needed - {event.output}}


_IDLE: dict[str, Any] = {"exercise": False, "paused": False, "breath": ""}
_BEGUN: dict[str, Any] = {"exercise": True, "paused": False, "breath": ""}

SEES: Mapping[type, Callable[[Seen, Any, float], dict[str, Any]]] = {
    ButtonHeld: lambda s, event, now: {"held": HELD.get(event.stage, "")},
    Mark: lambda s, event, now: {"marked_until": now + MARK_S},
    Private: lambda s, event, now: {"private": event.on},
    Quiet: lambda s, event, now: {"quiet": event.on},
    Preferred: lambda s, event, now: {"monitoring": event.value} if event.name == "monitoring" else {},
    Cue: lambda s, event, now: {"cue": event.phase},
    CueAnswered: lambda s, event, now: {"cue": ""},
    SessionStarted: lambda s, event, now: _BEGUN,
    SessionStep: _step,
    SessionPaused: lambda s, event, now: {"paused": True},
    SessionResumed: _resumed,
    SessionClosing: lambda s, event, now: _BEGUN,
    SessionEnded: lambda s, event, now: _IDLE,
    CalibrationStep: lambda s, event, now: {"calibrating": event.step},
    CalibrationDone: lambda s, event, now: {"calibrating": ""},
    CalibrationRefused: lambda s, event, now: {"calibrating": ""},
    Tone: lambda s, event, now: {"tone": event.level},
    Proposed: lambda s, event, now: {"asked_until": now + ASK_S if event.name == REFERENCE else -NEVER},
    Quality: lambda s, event, now: {"broken_signal": event.state in BROKEN_SIGNAL},
    Presence: lambda s, event, now: {"away": event.state == "away"},
    SensorTrouble: lambda s, event, now: {"sensor_lost_at": now if s.sensor_lost_at is None else s.sensor_lost_at},
    SensorWell: lambda s, event, now: {"sensor_lost_at": None},
    OutputTrouble: lambda s, event, now: {"hands_needed": s.hands_needed | ({event.output} & NEED_A_HAND)},
    OutputWell: _output_well,
}
