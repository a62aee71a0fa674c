"""What leaves the station on MQTT, and from which privacy level on: this file is the whole answer.

    0 nothing   1 the health of the device   2 coarse states (default)   3 details

`STATE` is the retained `state` document, key by key; `EVENTS` and `LOG` say the same for what happens.  A key above the
level is there with the value null, so that templates never fail.  In private mode everything is null but the word
`private`, and nothing else is sent.  Texts of marks and the signal itself are in no table; the sentences of an exercise
are the house's own, the same for everybody, and say no more than that this exercise runs.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from station.core import events as ev
from station.core.state import State
from station.german import in_language
from station.outputs.web import reasons

HEALTH, COARSE, DETAILED = 1, 2, 3

# Words that say something about the person look like plain monitoring where only health may leave.
_HEALTH_WORDS = frozenset({"starting", "sensor_trouble", "private"})


def stamp(wall: float | None) -> str | None:
    """ISO 8601 in UTC, to the millisecond; None stays None."""
    if wall is None:
        return None
    return datetime.fromtimestamp(wall, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _rounded(value: float | None, digits: int = 0) -> float | None:
    return None if value is None else round(value, digits)


def _worn(state: State) -> bool | None:
    """Is the sensor on the body, as far as its signal tells?"""
    if not state.sensor_ok or state.signal_quality == "unknown":
        return None
    return state.signal_quality not in _NOT_WORN


# Qualities of a signal that comes from no body.
_NOT_WORN = frozenset({"off", "rail", "flat", "absent"})

# Key -> (privacy level, how it is read from the picture).  None of them may be called like a method of a Python
# dictionary: `value_json.items` in a Home Assistant template is the method, not the key.
STATE: dict[str, tuple[int, Callable[[State], Any]]] = {
    "sensor_ok": (HEALTH, lambda s: s.sensor_ok),
    "sensor_problem": (HEALTH, lambda s: f"{s.sensor_problem} {s.sensor_remedy}".strip()),
    "signal_quality": (HEALTH, lambda s: s.signal_quality),
    "sampling_rate": (HEALTH, lambda s: _rounded(s.rate)),
    "troubles": (HEALTH, lambda s: [f"{name}: {problem}" for name, problem in sorted(s.troubles.items())]),
    "tension": (COARSE, lambda s: s.tension),
    "tension_since": (COARSE, lambda s: stamp(s.tension_since)),
    "level_rve_percent": (COARSE, lambda s: _rounded(s.level_rve_percent, 1)),
    "relative_rest_time": (COARSE, lambda s: _rounded(s.relative_rest_time, 2)),
    "rest_today": (COARSE, lambda s: _rounded(s.rest_today, 2)),
    "longest_stretch_s": (COARSE, lambda s: _rounded(s.longest_stretch_s)),
    "present": (COARSE, lambda s: s.present),
    "worn": (COARSE, _worn),
    "cue": (COARSE, lambda s: s.cue),
    "last_cue": (COARSE, lambda s: stamp(s.last_cue)),
    "last_answer": (COARSE, lambda s: s.last_answer),
    "suggestion": (COARSE, lambda s: s.suggestion),
    "quiet": (COARSE, lambda s: s.quiet),
    "quiet_until": (COARSE, lambda s: stamp(s.quiet_until)),
    "technique": (COARSE, lambda s: s.technique),
    "length": (COARSE, lambda s: s.length),
    "paused": (COARSE, lambda s: s.paused),
    "session_ends": (COARSE, lambda s: stamp(s.session_ends)),
    "sessions_today": (COARSE, lambda s: s.sessions_today),
    "cues_today": (COARSE, lambda s: s.cues_today),
    "monitoring": (COARSE, lambda s: s.preferences.get("monitoring")),
    "cues": (COARSE, lambda s: s.preferences.get("cues")),
    "favourite": (COARSE, lambda s: s.preferences.get("favourite")),
    "language": (COARSE, lambda s: s.preferences.get("language")),
    "quiet_minutes": (COARSE, lambda s: s.preferences.get("quiet_minutes")),
    "volume": (COARSE, lambda s: s.preferences.get("volume")),
    "cue_budget": (COARSE, lambda s: s.preferences.get("cue_budget")),
    "why": (DETAILED, lambda s: s.why),
    "marks_today": (DETAILED, lambda s: s.marks_today),
}

# At level 2 the load is told in steps of this many %RVE.
COARSE_STEP = 5


def state_document(state: State, version: str, privacy: int, wall: float, language: str = "en") -> dict[str, Any]:
    """The retained `state`: always all keys, null where the level or private mode says so; sentences in `language`."""
    if state.private:
        return {"state": "private", "ts": None, "version": None, **dict.fromkeys(STATE)}
    state = _spoken(state, privacy, language)
    word = state.state if privacy >= COARSE or state.state in _HEALTH_WORDS else "monitoring"
    values = {key: read(state) if privacy >= level else None for key, (level, read) in STATE.items()}
    load = values["level_rve_percent"]
    if load is not None and privacy < DETAILED:
        values["level_rve_percent"] = COARSE_STEP * round(load / COARSE_STEP)
    return {"state": word, "ts": stamp(wall), "version": version, **values}


def _spoken(state: State, privacy: int, language: str) -> State:
    """The picture with its sentences as the page says them: they are read on dashboards."""
    said: dict[str, Any] = {}
    if state.sensor_problem or state.troubles:
        said["sensor_problem"] = in_language(state.sensor_problem, language)
        said["sensor_remedy"] = in_language(state.sensor_remedy, language)
        said["troubles"] = {name: in_language(each, language) for name, each in state.troubles.items()}
    if state.why and privacy >= DETAILED:
        said["why"] = reasons.in_language(state.why, language)
    return msgspec.structs.replace(state, **said) if said else state


# The gesture's name -> Home Assistant's usual name for it.
_PRESSES = {"short": "press", "double": "double_press", "long": "long_press", "hold": "hold"}


def _tension_started(e: ev.TensionStarted, detailed: bool) -> dict[str, Any]:
    more = {"load_rve_percent": e.load_rve_percent, "relative_rest_time": e.relative_rest_time, "reason": e.reason}
    return {"event_type": "started", **(more if detailed else {})}


def _cue(e: ev.Cue, detailed: bool) -> dict[str, Any]:
    return {"event_type": e.phase, "suggestion": e.suggestion, **({"reason": e.reason} if detailed else {})}


def _sentence(e: ev.SessionStep, _: bool) -> dict[str, Any] | None:
    """What the voice says now; breath tones and silences have no words."""
    if not e.text:
        return None
    about = {"technique": e.technique, "language": e.language, "seconds": round(e.seconds, 1)}
    return {"event_type": "sentence", "text": e.text, **about}


# Event -> (topic below event/, what it says, or None).  All of them are coarse states: level 2 and up.
EVENTS: dict[type[ev.Event], tuple[str, Callable[[Any, bool], dict[str, Any] | None]]] = {
    ev.TensionStarted: ("tension", _tension_started),
    ev.TensionEnded: ("tension", lambda e, _: {"event_type": "ended", "lasted_s": round(e.lasted_s)}),
    ev.NoRest: ("tension", lambda e, _: {"event_type": "no_rest", "stretch_s": round(e.stretch_s)}),
    ev.Cue: ("cue", _cue),
    ev.CueAnswered: ("cue", lambda e, _: {"event_type": e.answer}),
    ev.Button: ("button", lambda e, _: {"event_type": _PRESSES.get(e.gesture, e.gesture)}),
    ev.SessionStarted: (
        "session",
        lambda e, _: {
            "event_type": "started",
            "technique": e.technique,
            "length": e.length,
            "language": e.language,
            "seconds": round(e.seconds),
        },
    ),
    ev.SessionPaused: ("session", lambda e, _: {"event_type": "paused", "technique": e.technique}),
    ev.SessionResumed: ("session", lambda e, _: {"event_type": "resumed", "technique": e.technique}),
    ev.SessionEnded: ("session", lambda e, _: {"event_type": "ended", "technique": e.technique, "reason": e.reason}),
    ev.SessionStep: ("spoken", _sentence),
}


def lives_s(event: ev.Event, usual_s: float) -> float:
    """How long an event is worth telling: a sentence no longer than it stands in its exercise."""
    return min(max(event.seconds, 1.0), usual_s) if isinstance(event, ev.SessionStep) else usual_s


# Every value `event_type` can have on each topic, for discovery.
EVENT_TYPES: dict[str, tuple[str, ...]] = {
    "tension": ("started", "ended", "no_rest"),
    "cue": ("light", "chime", "accepted", "not_now", "wrong", "ignored", "self_released", "withdrawn"),
    "button": tuple(_PRESSES.values()),
    "session": ("started", "paused", "resumed", "ended"),
    "spoken": ("sentence",),
}

# Event -> (level from which it is logged at all, keys at level 2); level 3 has all keys.
LOG: dict[type[ev.Event], tuple[int, tuple[str, ...]]] = {
    ev.Minute: (COARSE, ("relative_rest_time", "valid_s", "quality")),
    ev.TensionStarted: (COARSE, ()),
    ev.TensionEnded: (COARSE, ("lasted_s",)),
    ev.CueAnswered: (COARSE, ("answer",)),
    ev.SessionStarted: (COARSE, ("technique", "length", "language", "seconds", "source")),
    ev.SessionEnded: (COARSE, ("technique", "language", "reason")),
    ev.Mark: (DETAILED, ()),
}


def live(moment: ev.Moment, privacy: int, uid: str) -> tuple[str, dict[str, Any]] | None:
    """(`event/...`, payload) for those who react now, or None."""
    entry = EVENTS.get(type(moment.event))
    if entry is None or privacy < COARSE:
        return None
    topic, say = entry
    said = say(moment.event, privacy >= DETAILED)
    if said is None:
        return None
    return f"event/{topic}", {**said, "ts": stamp(moment.wall), "id": uid}


def durable(moment: ev.Moment, privacy: int, uid: str) -> dict[str, Any] | None:
    """The payload for `log`, for those who keep records, or None."""
    entry = LOG.get(type(moment.event))
    if entry is None or privacy < entry[0]:
        return None
    if getattr(moment.event, "kind", "") == "daily":  # a daily pause that nobody took leaves no trace
        return None
    record = ev.as_record(moment.event, moment.t, None if privacy >= DETAILED else entry[1])
    del record["t"]  # counts from the station's boot: means nothing elsewhere
    return {**record, "ts": stamp(moment.wall), "id": uid}
