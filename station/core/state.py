"""What the station is now: one frozen picture, folded from what happened.

    state = fold(state, moment)          pure: the same moments give the same picture everywhere

MQTT's retained `state`, the page and the demo's terminal all show this picture, so they can never disagree.
Nobody asks a component what it is doing; a component that does something says so, and this file listens.
The table `FOLDS` names every event that changes the picture and the function that changes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from station.core import events as e

# Qualities in which the signal is not to be believed for longer than a movement lasts (`motion` passes by itself,
# `absent` says that nobody leans on the pad: both are no trouble).
BROKEN_SIGNAL = frozenset({"off", "rail", "flat", "hum", "stale"})

# What private mode keeps out of the picture, should a frame still have been on its way.
MEASURED = frozenset({e.Reading, e.Minute, e.TensionStarted, e.NoRest, e.Cue, e.CueWithheld})

# How a session ended when it counts as one that was done (a replaced or aborted one leaves no trace here).
DONE = frozenset({"completed", "stopped"})


class State(msgspec.Struct, frozen=True):
    """The station's whole public state.  Times are wall seconds (since 1970, UTC); shares are 0..1.

    `state` (below) is the one word for all of it.  Fields that end in `_today` begin anew with `DayBegan`.
    """

    started: bool = False
    sensor_ok: bool = False
    sensor_problem: str = ""
    sensor_remedy: str = ""
    signal_quality: str = "unknown"
    rate: float | None = None
    level_rve_percent: float | None = None
    resting: bool = False
    relative_rest_time: float | None = None
    """Share of rest in the last whole minute; None while unknown."""
    tension: bool = False
    tension_since: float | None = None
    present: str = "unknown"
    cue: str = ""
    """`light` or `chime` while a cue is showing."""
    last_cue: float | None = None
    last_answer: str = ""
    why: str = ""
    """The reason of the last cue, or of the last one that was withheld; gone with its day."""
    why_at: float | None = None
    why_withheld: bool = False
    suggestion: str = ""
    cue_kind: str = ""
    """What the cue that shows is about: tension, daily or movement."""
    liked: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    """The exercises that the person likes, and those that are never suggested."""
    proposal: str = ""
    """What the station proposes to change, until the person has answered; `proposal_why` says why."""
    proposal_why: str = ""
    proposal_windows: tuple[e.Window, ...] = ()
    """The cues it rests on, the oldest first."""
    observing: str = ""
    """What the two weeks of looking at one thing are about; empty: nothing."""
    observing_since: str = ""
    asks: bool = False
    """Does their question stand on the page now?"""
    quiet: bool = False
    quiet_until: float | None = None
    private: bool = False
    preferences: Mapping[str, str | int | bool] = {}
    """What may be changed while the station runs, and what it is now; empty until the station has told."""
    contexts: tuple[str, ...] = ()
    """What the house says now: call, focus, away, quiet."""
    notes: Mapping[str, str] = {}
    """What the house says of the circumstances.  Stays in this house."""
    technique: str = ""
    length: str = ""
    language: str = ""
    session_ends: float | None = None
    """When the running exercise will be over; None while it is paused or none runs."""
    paused: bool = False
    saying: str = ""
    calibrating: bool = False
    """A calibration is going on, or the daily reference."""
    ended_early: str = ""
    """The exercise that was last ended before its end; empty once another has begun, and with the day."""
    ended_early_at: float | None = None
    day: str = ""
    valid_today_s: float = 0.0
    rested_today_s: float = 0.0
    longest_stretch_s: float = 0.0
    """The longest stretch without rest, today."""
    sessions_today: int = 0
    cues_today: int = 0
    marks_today: int = 0
    troubles: Mapping[str, str] = {}
    """Output -> the sentence that says what is wrong with it now."""
    trouble_kinds: Mapping[str, str] = {}
    """Output -> what its trouble is (`no_speaker`); of those whose trouble is of a kind."""

    @property
    def state(self) -> str:
        """One word: the first of `WORDS` that holds, else monitoring."""
        for word, holds in WORDS:
            if holds(self):
                return word
        return "monitoring"

    @property
    def monitoring(self) -> bool:
        """Is the sensor to be read (private mode aside)?"""
        return bool(self.preferences.get("monitoring", True))

    @property
    def rest_today(self) -> float | None:
        """Share of today's valid time that was rest, 0..1; None before the first valid minute."""
        return self.rested_today_s / self.valid_today_s if self.valid_today_s > 0 else None


# The first that holds is the word.  What the person asked for stands above what the station notices; an exercise needs
# no sensor, so its word stands above the sensor's trouble.  A calibration whose sensor is lost ends by itself.
WORDS: tuple[tuple[str, Callable[[State], bool]], ...] = (
    ("private", lambda s: s.private),
    ("exercise", lambda s: bool(s.technique)),
    ("calibration", lambda s: s.calibrating),
    ("offer", lambda s: s.cue == "chime"),
    ("cue", lambda s: s.cue == "light"),
    ("standby", lambda s: not s.monitoring),
    ("starting", lambda s: not s.started),
    ("sensor_trouble", lambda s: not s.sensor_ok or s.signal_quality in BROKEN_SIGNAL),
    ("quiet", lambda s: s.quiet),
    ("away", lambda s: s.present == "away"),
)


def fold(state: State, moment: e.Moment) -> State:
    """The picture after `moment`.  Events that change nothing give the same object back."""
    folder = FOLDS.get(type(moment.event))
    unmeasured = state.private or not state.monitoring
    if folder is None or (unmeasured and type(moment.event) in MEASURED):
        return state
    after = msgspec.structs.replace(state, **folder(state, moment.event, moment))
    return state if after == state else after


def _reading(s: State, event: e.Reading, _: e.Moment) -> dict[str, Any]:
    return {"level_rve_percent": event.rve_percent, "resting": event.resting}


def _quality(s: State, event: e.Quality, _: e.Moment) -> dict[str, Any]:
    unknown = {"level_rve_percent": None, "resting": False} if event.state in BROKEN_SIGNAL else {}
    return {"signal_quality": event.state, **unknown}


def _sensor_well(s: State, event: e.SensorWell, _: e.Moment) -> dict[str, Any]:
    return {"started": True, "sensor_ok": True, "sensor_problem": "", "sensor_remedy": "", "rate": event.rate}


def _sensor_trouble(s: State, event: e.SensorTrouble, _: e.Moment) -> dict[str, Any]:
    return {
        "started": True,
        "sensor_ok": False,
        "sensor_problem": event.problem,
        "sensor_remedy": event.remedy,
        "rate": None,
        "level_rve_percent": None,
        "resting": False,
        "relative_rest_time": None,
    }


def _tension_started(s: State, event: e.TensionStarted, moment: e.Moment) -> dict[str, Any]:
    return {"tension": True, "tension_since": moment.wall}


def _tension_ended(s: State, event: e.TensionEnded, _: e.Moment) -> dict[str, Any]:
    return {"tension": False, "tension_since": None}


def _no_rest(s: State, event: e.NoRest, _: e.Moment) -> dict[str, Any]:
    return {"longest_stretch_s": max(s.longest_stretch_s, event.stretch_s)}


def _minute(s: State, event: e.Minute, _: e.Moment) -> dict[str, Any]:
    changes: dict[str, Any] = {
        "relative_rest_time": event.relative_rest_time,
        "longest_stretch_s": max(s.longest_stretch_s, event.longest_stretch_s),
    }
    if event.relative_rest_time is not None:
        changes["valid_today_s"] = s.valid_today_s + event.valid_s
        changes["rested_today_s"] = s.rested_today_s + event.relative_rest_time * event.valid_s
    return changes


def _presence(s: State, event: e.Presence, _: e.Moment) -> dict[str, Any]:
    return {"present": event.state}


def _cue(s: State, event: e.Cue, moment: e.Moment) -> dict[str, Any]:
    changes: dict[str, Any] = {"cue": event.phase, "suggestion": event.suggestion}
    changes |= {"why": event.reason, "why_at": moment.wall, "why_withheld": False}
    changes["cue_kind"] = event.kind
    if event.phase == "light" and event.kind != "daily":
        changes |= {"last_cue": moment.wall, "cues_today": s.cues_today + 1}
    return changes


def _cue_answered(s: State, event: e.CueAnswered, _: e.Moment) -> dict[str, Any]:
    over = {"cue": "", "cue_kind": "", "suggestion": ""}
    # A daily pause that nobody took leaves no trace.
    return {**over, "why": ""} if event.kind == "daily" else {**over, "last_answer": event.answer}


def _cue_withheld(s: State, event: e.CueWithheld, moment: e.Moment) -> dict[str, Any]:
    if s.cue and event.kind != s.cue_kind:
        return {}  # what is on show keeps its own reason
    return {"why": event.reason, "why_at": moment.wall, "why_withheld": True}


def _liked(s: State, event: e.Liked, _: e.Moment) -> dict[str, Any]:
    return {"liked": _with(s.liked, event.technique, event.on)}


def _excluded(s: State, event: e.Excluded, _: e.Moment) -> dict[str, Any]:
    return {"left_out": _with(s.left_out, event.technique, event.on)}


def _with(names: tuple[str, ...], name: str, on: bool) -> tuple[str, ...]:
    others = tuple(each for each in names if each != name)
    return (*others, name) if on else others


def _proposed(s: State, event: e.Proposed, moment: e.Moment) -> dict[str, Any]:
    began = moment.wall - moment.t
    windows = tuple(replace(each, since=each.since + began, until=each.until + began) for each in event.windows)
    return {"proposal": event.name, "proposal_why": event.reason, "proposal_windows": windows}


def _observing(s: State, event: e.Observing, _: e.Moment) -> dict[str, Any]:
    return {"observing": event.subject, "observing_since": event.since, "asks": event.asks}


def _quiet(s: State, event: e.Quiet, moment: e.Moment) -> dict[str, Any]:
    until = moment.wall + (event.until - moment.t) if event.on and event.until is not None else None
    return {"quiet": event.on, "quiet_until": until}


# What is not said of a muscle that nobody measures.
_UNMEASURED: dict[str, Any] = {
    "level_rve_percent": None,
    "resting": False,
    "relative_rest_time": None,
    "tension": False,
    "tension_since": None,
}


def _private(s: State, event: e.Private, _: e.Moment) -> dict[str, Any]:
    # Nothing measured may shine through private mode, and nothing stale may stand there after it.
    return {"private": event.on, "ended_early": "", "ended_early_at": None, **_UNMEASURED}


def _preferred(s: State, event: e.Preferred, _: e.Moment) -> dict[str, Any]:
    hidden = _UNMEASURED if event.name == "monitoring" and not event.value else {}
    return {"preferences": {**s.preferences, event.name: event.value}, **hidden}


def _context_changed(s: State, event: e.ContextChanged, _: e.Moment) -> dict[str, Any]:
    return {"contexts": _with(s.contexts, event.name, event.active)}


def _note_changed(s: State, event: e.NoteChanged, _: e.Moment) -> dict[str, Any]:
    others = {name: text for name, text in s.notes.items() if name != event.name}
    return {"notes": {**others, event.name: event.text} if event.text else others}


def _session_started(s: State, event: e.SessionStarted, moment: e.Moment) -> dict[str, Any]:
    return {
        "technique": event.technique,
        "length": event.length,
        "language": event.language,
        "session_ends": moment.wall + event.seconds,
        "paused": False,
        "saying": "",
        "ended_early": "",
        "ended_early_at": None,
    }


def _session_step(s: State, event: e.SessionStep, moment: e.Moment) -> dict[str, Any]:
    return {"saying": event.text} if event.text else {}


def _session_paused(s: State, event: e.SessionPaused, _: e.Moment) -> dict[str, Any]:
    return {"paused": True, "session_ends": None}


def _session_resumed(s: State, event: e.SessionResumed, moment: e.Moment) -> dict[str, Any]:
    return {"paused": False, "session_ends": moment.wall + event.remaining_s}


def _session_closing(s: State, event: e.SessionClosing, moment: e.Moment) -> dict[str, Any]:
    return {"paused": False, "session_ends": moment.wall + event.seconds}


def _session_ended(s: State, event: e.SessionEnded, moment: e.Moment) -> dict[str, Any]:
    done = s.sessions_today + (event.reason in DONE)
    over = {"technique": "", "length": "", "session_ends": None, "paused": False, "saying": ""}
    early = event.reason == "stopped" and not s.private
    since = {"ended_early": event.technique, "ended_early_at": moment.wall} if early else {}
    return {**over, "sessions_today": done, **since}


def _calibration_step(s: State, event: e.CalibrationStep, _: e.Moment) -> dict[str, Any]:
    return {"calibrating": True}


def _calibration_over(s: State, event: e.CalibrationDone | e.CalibrationRefused, _: e.Moment) -> dict[str, Any]:
    return {"calibrating": False}


def _mark(s: State, event: e.Mark, _: e.Moment) -> dict[str, Any]:
    return {"marks_today": s.marks_today + 1}


def _output_trouble(s: State, event: e.OutputTrouble, _: e.Moment) -> dict[str, Any]:
    kind = {event.output: event.kind} if event.kind else {}
    return {
        "troubles": {**s.troubles, event.output: event.problem},
        "trouble_kinds": _without(s.trouble_kinds, event.output) | kind,
    }


def _output_well(s: State, event: e.OutputWell, _: e.Moment) -> dict[str, Any]:
    return {
        "troubles": _without(s.troubles, event.output),
        "trouble_kinds": _without(s.trouble_kinds, event.output),
    }


def _without(told: Mapping[str, str], output: str) -> dict[str, str]:
    return {name: said for name, said in told.items() if name != output}


def _day_began(s: State, event: e.DayBegan, _: e.Moment) -> dict[str, Any]:
    if event.day == s.day:
        return {}
    emptied: dict[str, Any] = {"valid_today_s": 0.0, "rested_today_s": 0.0, "longest_stretch_s": 0.0}
    emptied |= {"ended_early": "", "ended_early_at": None}
    reason = {} if s.cue else {"why": "", "why_at": None, "why_withheld": False}
    return {"day": event.day, **emptied, **reason, "sessions_today": 0, "cues_today": 0, "marks_today": 0}


FOLDS: Mapping[type[e.Event], Callable[[State, Any, e.Moment], dict[str, Any]]] = {
    e.Reading: _reading,
    e.Quality: _quality,
    e.SensorWell: _sensor_well,
    e.SensorTrouble: _sensor_trouble,
    e.TensionStarted: _tension_started,
    e.TensionEnded: _tension_ended,
    e.NoRest: _no_rest,
    e.Minute: _minute,
    e.Presence: _presence,
    e.Cue: _cue,
    e.CueAnswered: _cue_answered,
    e.CueWithheld: _cue_withheld,
    e.Liked: _liked,
    e.Excluded: _excluded,
    e.Proposed: _proposed,
    e.Observing: _observing,
    e.Quiet: _quiet,
    e.Private: _private,
    e.Preferred: _preferred,
    e.ContextChanged: _context_changed,
    e.NoteChanged: _note_changed,
    e.SessionStarted: _session_started,
    e.SessionStep: _session_step,
    e.SessionPaused: _session_paused,
    e.SessionResumed: _session_resumed,
    e.SessionClosing: _session_closing,
    e.SessionEnded: _session_ended,
    e.CalibrationStep: _calibration_step,
    e.CalibrationDone: _calibration_over,
    e.CalibrationRefused: _calibration_over,
    e.Mark: _mark,
    e.OutputTrouble: _output_trouble,
    e.OutputWell: _output_well,
    e.DayBegan: _day_began,
}
