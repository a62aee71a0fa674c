"""The two weeks of looking at one thing: what is asked now, what was answered, and what it says in the end.

    GET  /api/observations             every time, the newest first, with its summary
    POST /api/observe, /observe        begin, or end with an empty subject            (the same as JSON and as a form)
    POST /api/question, /question      answer the question that stands there, or skip it
    POST /api/unanswer, /unanswer      take an answer back

The answer goes to the history, here; the station itself is told that the question is done and nothing more.
"""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from station.core.inputs import Observe, QuestionDone
from station.core.insight.observed import Observed, Said, observed
from station.core.observation import DAYS, SUBJECTS
from station.outputs.history import answers
from station.outputs.history.read import Record
from station.outputs.web import day
from station.outputs.web.answer import Answer, Asked, No, as_json, elsewhere
from station.outputs.web.commands import SOURCE
from station.outputs.web.desk import Desk
from station.outputs.web.forms import fields

HERE: Final = "/diary#observation"
KEPT: Final = "observed"
MOST_KEPT: Final = 200
# The last of the fourteen days is over at midnight, the first one began some time of its day.
WHOLE_S: Final = (DAYS - 1) * 86_400.0


@dataclass(frozen=True, slots=True)
class Observation:
    """One time of looking at something.  ended: None while it runs.  whole: it came to its end after two weeks."""

    started: float
    ended: float | None
    subject: str
    whole: bool
    answers: Sequence[Observed]


def observations(desk: Desk, most: int = 0) -> list[Observation]:
    """All of them (or the newest few), the newest first.  Raises No."""
    rows = [row for row in desk.ask("observations") if row["subject"] in SUBJECTS][-most:]
    if not rows:
        return []
    none: list[answers.Given] = []
    until = desk.wall() + 1
    given = desk.known(lambda path: answers.with_rest(path, rows[0]["started"], until), none)
    runs = bool(desk.live.state.observing)
    return [_told(desk, row, given, until, runs and row is rows[-1]) for row in reversed(rows)]


def _told(desk: Desk, row: Record, given: Sequence[answers.Given], now: float, runs: bool) -> Observation:
    started, subject = float(row["started"]), str(row["subject"])
    until = now if row["ended"] is None else float(row["ended"])
    said = tuple(
        Said(what, datetime.datetime.fromtimestamp(at).toordinal(), rest)
        for about, what, at, rest in given
        if about == subject and started <= at < until
    )
    whole = row["reason"] == "completed" and until - started >= WHOLE_S
    return Observation(started, None if runs else until, subject, whole, _observed(desk, subject, said, whole))


def _observed(desk: Desk, subject: str, said: tuple[Said, ...], whole: bool) -> Sequence[Observed]:
    """What these answers say, worked out once: two weeks that are over say the same at every view."""
    known: dict[tuple[str, tuple[Said, ...], bool], Sequence[Observed]] = desk.kept.setdefault(KEPT, {})
    found = known.get((subject, said, whole))
    if found is None:
        if len(known) >= MOST_KEPT:
            known.clear()
        found = known[subject, said, whole] = observed(SUBJECTS[subject], said, whole)
    return found


# --- as JSON -------------------------------------------------------------------------------------------------------


def listed(desk: Desk, asked: Asked) -> Answer:
    """Every time, the newest first."""
    return as_json(observations(desk))


def answered(desk: Desk, asked: Asked) -> Answer:
    """Answer the question that stands there, or skip it."""
    _answer(desk, asked.body.answer)
    return as_json({"done": True})


def unanswered(desk: Desk, asked: Asked) -> Answer:
    """Take an answer back."""
    _take_back(desk, asked.body.answer)
    return as_json({"done": True})


# --- as forms ------------------------------------------------------------------------------------------------------


def observe_form(desk: Desk, asked: Asked) -> Answer:
    """Begin, or end with an empty subject."""
    subject = fields(asked).get("subject", "")
    if subject and subject not in SUBJECTS:
        raise No(422, "There is nothing of that name to look at.")
    if subject and desk.live.state.private:
        raise No(409, "Private mode is on: nothing is recorded.")
    desk.put(Observe(subject, SOURCE))
    desk.until(lambda state: state.observing == subject)
    return elsewhere(HERE)


def question_form(desk: Desk, asked: Asked) -> Answer:
    """Answer the question that stands there, or skip it.  A second press on an old page changes nothing."""
    answer = fields(asked).get("answer", "")
    if desk.live.state.asks:
        _answer(desk, answer or None)
    return elsewhere(HERE)


def unanswer_form(desk: Desk, asked: Asked) -> Answer:
    """Take an answer back."""
    which = fields(asked).get("answer", "")
    if not (which.isascii() and which.isdigit() and len(which) <= 15):
        raise No(422, "That is no answer's number.")
    _take_back(desk, int(which))
    return elsewhere(HERE)


# --- what both do --------------------------------------------------------------------------------------------------


def _answer(desk: Desk, answer: str | None) -> None:
    state = desk.live.state
    if not state.asks or state.private:
        raise No(409, "There is no question at the moment.")
    if not desk.history.exists():
        raise No(409, "There is no history yet to keep it in.")
    if answer is not None:
        try:
            answers.keep(desk.history, desk.wall(), day.bounds(desk.today())[0], state.observing, answer)
        except ValueError:
            raise No(422, "That is no answer to this question.") from None
        except sqlite3.Error:
            raise No(503, "That could not be kept just now.") from None
    desk.put(QuestionDone(SOURCE))
    desk.until(lambda state: not state.asks)


def _take_back(desk: Desk, which: int) -> None:
    try:
        found = answers.take_back(desk.history, which)
    except sqlite3.Error:
        raise No(503, "That could not be done just now.") from None
    if not found:
        raise No(404, "There is no such answer.")
