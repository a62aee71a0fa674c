"""What every open browser sees: the station's public state and the last minute's readings, written once for all.

    main thread   take(moment) ── folds the state, appends to what is new ──► wake the pump
    web thread    frame()      ── everything new as one message, written once ──► each open stream
                  snapshot()   ── the whole picture, for one that has just come

A frame is a server-sent event: `{"now", "readings": [[at, %RVE or null, resting, quality], …], "events": […],
"state": {…}}`; `state` is left out while nothing but the level changed.  Times are wall seconds.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import asdict
from typing import Any, Final

import msgspec

from station import german
from station.core import events as e
from station.core.calibrating import MOVES, TIME
from station.core.calibrating_words import words as calibration_words
from station.core.state import MEASURED, State, fold
from station.outputs.web.plain import beside, plain
from station.outputs.web.reasons import in_german, in_language
from station.outputs.web.spoken import shown as saying

TRACE_S: Final = 60.0
READINGS_PER_S: Final = 10

# What a browser is not told one by one: readings have their own place, light and tone have their own outputs.
UNTOLD: Final = (e.Reading, e.Light, e.Tone)

_FIELDS: Final = State.__struct_fields__


def sensor_trouble(state: State, language: str) -> str:
    """What is wrong with the sensor and what to do; empty while nothing is."""
    return " ".join(german.in_language(each, language) for each in (state.sensor_problem, state.sensor_remedy) if each)


def needs_nobody(state: State) -> list[bool]:
    """Of each output's trouble: is it only that there is no speaker?  That is no alarm."""
    return [state.trouble_kinds.get(name) == e.NO_SPEAKER for name in state.troubles]


def busy(state: State) -> bool:
    """An exercise or an offer stands on the first page: what is not pressing steps back behind it."""
    return bool(state.technique or state.cue)


def picture(state: State) -> dict[str, Any]:
    """The public state as plain data, with its one word and today's share of rest."""
    shown = {name: getattr(state, name) for name in _FIELDS}
    shown["troubles"] = dict(state.troubles)
    shown["troubles_small"] = needs_nobody(state)
    for language in ("de", "en"):
        shown[f"saying_{language}"] = saying(state, language)
        shown[f"sensor_{language}"] = sensor_trouble(state, language)
        shown[f"troubles_{language}"] = [german.in_language(each, language) for each in state.troubles.values()]
    shown["state"] = state.state
    shown["proposal_why_de"] = in_german(state.proposal_why)
    shown["proposal_why_en"] = in_language(state.proposal_why, "en")
    shown["proposal_windows"] = [
        {**asdict(each), "reason_de": in_german(each.reason), "reason_en": in_language(each.reason, "en")}
        for each in state.proposal_windows
    ]
    shown["rest_today"] = state.rest_today
    # Private mode and a sensor that is switched off have no reason to tell.
    if state.private or not state.monitoring:
        shown |= {"why": "", "why_at": None, "why_withheld": False}
    for language in ("de", "en"):
        shown[f"why_{language}"] = in_language(shown["why"], language)
        shown[f"why_plain_{language}"] = plain(shown["why"], language)
        shown[f"why_beside_{language}"] = beside(shown["why"], language)
    return shown


class Live:
    """See the module.  `take` belongs to the main thread; the rest may be called from any."""

    def __init__(self, signal: str = "emg-raw") -> None:
        self.state = State()
        self._signal = signal
        self._lock = threading.Lock()
        self._trace: deque[list[Any]] = deque(maxlen=round(TRACE_S * READINGS_PER_S))
        self._readings: list[list[Any]] = []
        self._events: list[dict[str, Any]] = []
        self._told = self._still(self.state)
        self._step: dict[str, Any] | None = None
        self._session: dict[str, float | None] | None = None
        self._calibration: dict[str, Any] | None = None
        self._wall = 0.0

    def take(self, moment: e.Moment) -> bool:
        """Learn one event; True when a browser should hear of it."""
        event = moment.event
        with self._lock:
            hidden = self.state.private and type(event) in MEASURED
            self._time(event, moment.wall)
            self.state = fold(self.state, moment)
            self._wall = moment.wall
            if hidden:
                return False
            if isinstance(event, e.Reading):
                at = round(moment.wall - (moment.t - event.t), 3)
                level = None if event.rve_percent is None else round(event.rve_percent, 2)
                reading = [at, level, event.resting, event.quality, round(moment.wall, 3)]
                self._trace.append(reading)
                self._readings.append(reading)
                del self._readings[: -len(self._trace)]
            elif isinstance(event, UNTOLD):
                return False
            else:
                self._tell(event, moment)
        return True

    def frame(self) -> bytes | None:
        """What is new since the last call, as one server-sent event; None when nothing is."""
        with self._lock:
            state = self.state
            changed = (still := self._still(state)) != self._told
            if not (changed or self._readings or self._events):
                return None
            news: dict[str, Any] = {"now": round(self._wall, 3), "readings": self._readings, "events": self._events}
            self._told = still
            self._readings, self._events = [], []
        if changed:
            news["state"] = picture(state)
        return sse(news)

    def snapshot(self) -> dict[str, Any]:
        """The whole picture now: state, the last minute, the running step of an exercise or a calibration.

        `session` is how long the whole exercise takes, and while it is paused what is left of it.
        """
        with self._lock:
            state = self.state
            whole = {
                "now": round(self._wall, 3),
                "readings": list(self._trace),
                "events": [],
                "step": self._step if self.state.technique else None,
                "session": self._session,
                "calibration": self._calibration,
            }
        return {**whole, "state": picture(state)}

    def _time(self, event: e.Event, wall: float) -> None:
        """Keep how long the running exercise takes in all; what is left of it is in the state unless it is paused."""
        if isinstance(event, e.SessionStarted | e.SessionClosing):
            self._session = {"seconds": event.seconds, "left": None}
        elif isinstance(event, e.SessionEnded):
            self._session = None
        elif self._session and isinstance(event, e.SessionPaused | e.SessionResumed):
            ends = self.state.session_ends if isinstance(event, e.SessionPaused) else None
            self._session = {**self._session, "left": None if ends is None else round(ends - wall, 3)}

    def _tell(self, event: e.Event, moment: e.Moment) -> None:
        record = {**e.as_record(event, moment.t), "at": round(moment.wall, 3)}
        del record["t"]
        record.pop("windows", None)  # in wall seconds, in the state
        if "reason" in record:
            record["reason_de"] = in_german(record["reason"])
        if isinstance(event, e.SessionStep) and (event.text or event.kind.startswith("breath")):
            self._step = record
        elif isinstance(event, e.SessionEnded | e.SessionStarted):
            self._step = None
        elif isinstance(event, e.Private) and event.on:
            self._trace.clear()
            self._readings.clear()
        elif isinstance(event, e.CalibrationStep):
            record["words"] = {
                language: calibration_words(event.step, language, event.seconds, self._signal)
                for language in ("de", "en")
            }
            record["can"] = sorted(what for step, what in MOVES if step == event.step and what != TIME)
            self._calibration = record
        elif isinstance(event, e.CalibrationDone | e.CalibrationRefused):
            self._calibration = None
        self._events.append(record)
        # Nobody listens: what a newcomer needs is in the snapshot.
        del self._events[:-200]

    @staticmethod
    def _still(state: State) -> State:
        """The state without what changes ten times a second."""
        return msgspec.structs.replace(state, level_rve_percent=None, resting=False)


def sse(what: Any) -> bytes:
    """One server-sent event."""
    return b"data: " + msgspec.json.encode(what) + b"\n\n"
