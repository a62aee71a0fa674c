"""Which event becomes which row: one short function per event, no database, no clock.

A `Row` is a statement with its values and one question answered: may it wait for the next minute?  Marks, sessions,
episodes and minutes may not; quality and presence may, which spares the card about half of its writes.
While private mode is on nothing becomes a row; what was already running, a session or an observation, may still end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from station.core import events as ev


@dataclass(frozen=True, slots=True)
class Row:
    """One statement; `:boot` is filled in by the writer.  `at_once`: commit now, not with the next minute."""

    sql: str
    values: dict[str, Any]
    at_once: bool = True


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _permille(share: float | None) -> int | None:
    return None if share is None else round(share * 1000)


def _tenths(percent: float | None) -> int | None:
    return None if percent is None else round(percent * 10)


MINUTE = """INSERT INTO minute VALUES (:at, :boot, :up, :rest, :p10, :p50, :p90, :gaps, :stretch, :valid, :quality)"""
EPISODE = """INSERT INTO episode VALUES (:at, :boot, :up, NULL, NULL, :load, :rest, :reason)"""
# An episode that ends because nobody is there any more is told minutes after the muscle was last felt.
EPISODE_END = """UPDATE episode SET ended_ms = min(:at, started_ms + :lasted), lasted_ms = :lasted
                 WHERE ended_ms IS NULL"""
CUE = """INSERT INTO cue VALUES (:at, :boot, :up, NULL, NULL, NULL, :reason, :suggestion)"""
CUE_CHIME = """UPDATE cue SET chime_ms = :at WHERE rowid = (SELECT max(rowid) FROM cue) AND answer IS NULL"""
CUE_ANSWER = """UPDATE cue SET answered_ms = :at, answer = :answer
                WHERE rowid = (SELECT max(rowid) FROM cue) AND answer IS NULL"""
WITHHELD = """INSERT INTO withheld VALUES (:at, :boot, :up, :reason)"""
DRAWN = """INSERT INTO drawn VALUES (:at, :boot, :up, :arm)"""
SESSION = """INSERT INTO session
             VALUES (:at, :boot, :up, NULL, :technique, :length, :language, :planned, :source, NULL)"""
SESSION_END = """UPDATE session SET ended_ms = :at, reason = :reason WHERE reason IS NULL AND technique = :technique"""
MARK = """INSERT INTO mark (at_ms, boot, up_ms, source) VALUES (:at, :boot, :up, :source)"""
SPAN_END = """UPDATE span SET ended_ms = :at WHERE kind = :kind AND ended_ms IS NULL"""
SPAN = """INSERT INTO span VALUES (:at, :boot, :up, NULL, :kind, :state, :reason)"""
REFERENCE = """INSERT INTO reference VALUES (:at, :boot, :up, :kind, :channel, :signal, :gain)"""

OBSERVATION = """INSERT INTO observation VALUES (:at, :boot, :up, NULL, :subject, NULL)"""
OBSERVATION_END = """UPDATE observation SET ended_ms = :at, reason = :reason WHERE ended_ms IS NULL"""

# A clean stop knows the time.
END_SESSIONS = """UPDATE session SET reason = 'aborted', ended_ms = :now WHERE reason IS NULL"""
END_EPISODES = """UPDATE episode SET ended_ms = :now, lasted_ms = :now - started_ms WHERE ended_ms IS NULL"""
END_SPANS = """UPDATE span SET ended_ms = :now WHERE ended_ms IS NULL"""

# What a start finds unfinished was cut off: a session says so; for the rest, the last minute known to be lived
# is the honest end.
CLOSE_SESSIONS = """UPDATE session SET reason = 'aborted' WHERE reason IS NULL"""
CLOSE_EPISODES = """UPDATE episode SET ended_ms = max(started_ms, coalesce((SELECT max(ended_ms) FROM minute), 0)),
                        lasted_ms = max(0, coalesce((SELECT max(ended_ms) FROM minute), 0) - started_ms)
                    WHERE ended_ms IS NULL"""
CLOSE_SPANS = """UPDATE span SET ended_ms = max(started_ms, coalesce((SELECT max(ended_ms) FROM minute), 0))
                 WHERE ended_ms IS NULL"""


class Rows:
    """Turns moments into rows, knowing only whether private mode is on."""

    def __init__(self) -> None:
        self._private = False
        self._contexts: set[str] = set()
        """The kinds of the context spans that were begun since the start."""

    def of(self, moment: ev.Moment) -> list[Row]:
        """The rows of one event; most events have none."""
        event = moment.event
        if isinstance(event, ev.Private):
            return self._private_changed(event, moment)
        if isinstance(event, ev.ContextChanged) and event.active and not self._private:
            self._contexts.add(f"context {event.name}")
        make = _MAKERS.get(type(event))
        if make is None or (self._private and not isinstance(event, ev.SessionEnded | ev.ObservationEnded)):
            return []
        stamp = {"at": _ms(moment.wall), "up": _ms(moment.t)}
        return [Row(row.sql, {**stamp, **row.values}, row.at_once) for row in make(event)]

    def _private_changed(self, event: ev.Private, moment: ev.Moment) -> list[Row]:
        begins = event.on and not self._private
        self._private = event.on
        if not begins:
            return []
        at = _ms(moment.wall)
        kinds = ("quality", "presence", "quiet", *self._contexts)
        ends = [Row(SPAN_END, {"at": at, "kind": kind}) for kind in kinds]
        close = """UPDATE episode SET ended_ms = :at, lasted_ms = :at - started_ms WHERE ended_ms IS NULL"""
        return [*ends, Row(close, {"at": at})]


def _minute(event: ev.Minute) -> list[Row]:
    return [
        Row(
            MINUTE,
            {
                "rest": _permille(event.relative_rest_time),
                "p10": _tenths(event.apdf10),
                "p50": _tenths(event.apdf50),
                "p90": _tenths(event.apdf90),
                "gaps": event.gaps,
                "stretch": _ms(event.longest_stretch_s),
                "valid": _ms(event.valid_s),
                "quality": event.quality,
            },
        )
    ]


def _tension_started(event: ev.TensionStarted) -> list[Row]:
    rest, load = _permille(event.relative_rest_time), _tenths(event.load_rve_percent)
    return [Row(EPISODE, {"load": load, "rest": rest, "reason": event.reason})]


def _tension_ended(event: ev.TensionEnded) -> list[Row]:
    return [Row(EPISODE_END, {"lasted": _ms(event.lasted_s)})]


def _cue(event: ev.Cue) -> list[Row]:
    if event.kind != "tension":
        return []  # what a reminder brought, its exercise tells; one that nobody took leaves no trace
    if event.phase == "chime":
        return [Row(CUE_CHIME, {})]
    return [Row(CUE, {"reason": event.reason, "suggestion": event.suggestion})]


def _cue_answered(event: ev.CueAnswered) -> list[Row]:
    return [Row(CUE_ANSWER, {"answer": event.answer})] if event.kind == "tension" else []


def _cue_withheld(event: ev.CueWithheld) -> list[Row]:
    return [Row(WITHHELD, {"reason": event.reason}, at_once=False)] if event.kind != "daily" else []


def _alert_randomised(event: ev.AlertRandomised) -> list[Row]:
    return [Row(DRAWN, {"arm": event.arm}, at_once=False)]


def _session_started(event: ev.SessionStarted) -> list[Row]:
    values = {"technique": event.technique, "length": event.length, "language": event.language}
    return [Row(SESSION, {**values, "planned": _ms(event.seconds), "source": event.source})]


def _session_ended(event: ev.SessionEnded) -> list[Row]:
    return [Row(SESSION_END, {"reason": event.reason, "technique": event.technique})]


def _mark(event: ev.Mark) -> list[Row]:
    return [Row(MARK, {"source": event.source})]


def _observation_began(event: ev.ObservationBegan) -> list[Row]:
    return [Row(OBSERVATION_END, {"reason": "ended"}), Row(OBSERVATION, {"subject": event.subject})]


def _observation_ended(event: ev.ObservationEnded) -> list[Row]:
    return [Row(OBSERVATION_END, {"reason": event.reason})]


def _calibration_done(event: ev.CalibrationDone) -> list[Row]:
    """One row for each channel."""
    return [
        Row(
            REFERENCE,
            {
                "kind": "daily" if event.daily else "rest only" if channel["rest_only"] else "complete",
                "channel": number,
                "signal": channel["signal"],
                "gain": _permille(channel["gain"]),
            },
        )
        for number, channel in enumerate(event.calibration["channels"], 1)
    ]


def _span(kind: str, state: str, reason: str = "") -> list[Row]:
    return [
        Row(SPAN_END, {"kind": kind}, at_once=False),
        Row(SPAN, {"kind": kind, "state": state, "reason": reason}, at_once=False),
    ]


def _quality(event: ev.Quality) -> list[Row]:
    return _span("quality", event.state, event.reason)


def _yardstick(event: ev.YardstickDoubted) -> list[Row]:
    """How long what was measured rested on a yardstick that did not seem to fit; while it does, there is no span."""
    if event.sign:
        return _span("yardstick", event.sign, event.reason)
    return [Row(SPAN_END, {"kind": "yardstick"}, at_once=False)]


def _presence(event: ev.Presence) -> list[Row]:
    return _span("presence", event.state)


def _quiet(event: ev.Quiet) -> list[Row]:
    if event.on:
        return _span("quiet", "on", event.source)
    return [Row(SPAN_END, {"kind": "quiet"}, at_once=False)]


def _context(event: ev.ContextChanged) -> list[Row]:
    if event.active:
        return _span(f"context {event.name}", "on")
    return [Row(SPAN_END, {"kind": f"context {event.name}"}, at_once=False)]


_MAKERS: dict[type[ev.Event], Callable[[Any], list[Row]]] = {
    ev.Minute: _minute,
    ev.TensionStarted: _tension_started,
    ev.TensionEnded: _tension_ended,
    ev.Cue: _cue,
    ev.CueAnswered: _cue_answered,
    ev.CueWithheld: _cue_withheld,
    ev.AlertRandomised: _alert_randomised,
    ev.SessionStarted: _session_started,
    ev.SessionEnded: _session_ended,
    ev.Mark: _mark,
    ev.ObservationBegan: _observation_began,
    ev.ObservationEnded: _observation_ended,
    ev.CalibrationDone: _calibration_done,
    ev.Quality: _quality,
    ev.YardstickDoubted: _yardstick,
    ev.Presence: _presence,
    ev.Quiet: _quiet,
    ev.ContextChanged: _context,
}
