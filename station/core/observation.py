"""Two weeks of looking at one thing: at most two questions a day, on the page alone, and an end that comes by itself.

    off ──begin──► waiting ──half an hour felt today──► asking ──done──► waiting ──two hours──► asking ──done──► spent
                      ▲                                   │                                                       │
                      └───────────────────────────── the next day ◄───────────────────────────────────────────────┘
    from everywhere: end (one press), or two weeks are over ──► off

A question makes no light and no sound.  It comes only while the person is felt, so that there is something to put
beside the answer; left alone it is gone with the day, and nothing remembers it.  Skipping is the same as answering:
nobody here is told which it was, nor what was said.  The page writes answers to the history itself, so nothing can
depend on them.

`TABLE` is the whole course; what the answers say in the end is `insight/observed.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from station.core.component import NEVER, Handler, Message
from station.core.daily import days_of
from station.core.events import Minute, ObservationBegan, ObservationEnded, Observing, Private, Refused
from station.core.inputs import NewDay, Observe, QuestionDone

SUBJECTS: Mapping[str, tuple[str, ...]] = {
    "pace": ("calm", "pressing"),
    "felt": ("down", "up"),
    "task": ("writing", "mouse", "reading", "talking"),
}
"""What can be looked at, and the answers there are to its question."""

DAYS = 14
A_DAY = 2
FIRST_AFTER_S = 30 * 60.0
"""So much has to be felt on a day before its first question: ten minutes of it are put beside the answer."""
APART_S = 2 * 3600.0

# (phase, what happens) -> (next phase, how the two weeks ended, if they did).  What is not here changes nothing.
TABLE: Mapping[tuple[str, str], tuple[str, str]] = {
    ("off", "begin"): ("waiting", ""),
    ("off", "begin, enough asked today"): ("spent", ""),
    ("waiting", "felt"): ("asking", ""),
    ("waiting", "new day"): ("waiting", ""),
    ("waiting", "end"): ("off", "ended"),
    ("waiting", "two weeks"): ("off", "completed"),
    ("asking", "done"): ("waiting", ""),
    ("asking", "done, enough asked today"): ("spent", ""),
    ("asking", "new day"): ("waiting", ""),
    ("asking", "end"): ("off", "ended"),
    ("asking", "two weeks"): ("off", "completed"),
    ("spent", "new day"): ("waiting", ""),
    ("spent", "end"): ("off", "ended"),
    ("spent", "two weeks"): ("off", "completed"),
}


class Observation:
    """Says when a question may stand on the page."""

    def __init__(self) -> None:
        self.phase = "off"
        self.subject = ""
        self._since = ""
        """The day on which the two weeks began (`2026-11-23`)."""
        self._today = ""
        self._done = 0
        """Questions that stood on the page today and no longer do, whatever the two weeks they belong to."""
        self._felt_s = 0.0
        self._not_before = -NEVER
        self._private = False

    def routes(self) -> Mapping[type, Handler]:
        """The person's wish, the days, and the minutes in which they were felt."""
        return {
            Observe: self._on_observe,
            QuestionDone: self._on_done,
            NewDay: self._on_new_day,
            Minute: self._on_minute,
            Private: self._on_private,
        }

    def due(self) -> float:
        """A question comes with a minute that was felt; nothing here happens by the second."""
        return NEVER

    # --- what happens -------------------------------------------------------------------------------

    def _on_observe(self, request: Observe, now: float) -> Iterator[Message]:
        if not request.subject:
            self._count(now)
            yield from self._step("end")
        elif self._private:
            yield Refused("observe", "Private mode is on: nothing is recorded.")
        elif request.subject not in SUBJECTS:
            there_are = ", ".join(SUBJECTS)
            yield Refused("observe", f"There is nothing called '{request.subject}' to look at; there are: {there_are}.")
        elif self.phase != "off":
            yield Refused("observe", "Two weeks are running already; end them first.")
        else:
            self.subject, self._since = request.subject, self._today
            yield ObservationBegan(self.subject, request.source)
            yield from self._step(self._enough("begin"))

    def _on_done(self, request: QuestionDone, now: float) -> Iterator[Message]:
        self._count(now)
        yield from self._step(self._enough("done"))

    def _on_new_day(self, told: NewDay, now: float) -> Iterator[Message]:
        if told.day == self._today:
            return
        self._today, self._done, self._felt_s, self._not_before = told.day, 0, 0.0, -NEVER
        over = days_of(told.day) - days_of(self._since) >= DAYS
        yield from self._step("two weeks" if over else "new day")

    def _on_minute(self, event: Minute, now: float) -> Iterable[Message]:
        self._felt_s += event.valid_s
        if event.valid_s > 0 and self._felt_s >= FIRST_AFTER_S and now >= self._not_before:
            return self._step("felt")
        return ()

    def _on_private(self, event: Private, now: float) -> Iterable[Message]:
        self._private = event.on
        return ()

    # --- the course ---------------------------------------------------------------------------------

    def _count(self, now: float) -> None:
        """A question that stood there is one of today's, however it went."""
        if self.phase == "asking":
            self._done, self._not_before = self._done + 1, now + APART_S

    def _enough(self, what: str) -> str:
        return f"{what}, enough asked today" if self._done >= A_DAY else what

    def _step(self, what: str) -> Iterator[Message]:
        if (self.phase, what) not in TABLE:
            return
        self.phase, ended = TABLE[self.phase, what]
        if ended:
            yield ObservationEnded(self.subject, ended)
            self.subject = self._since = ""
        yield self._stands()

    def _stands(self) -> Observing:
        return Observing(self.subject, self._since, self.phase == "asking")

    # --- across a restart ---------------------------------------------------------------------------

    def snapshot(self, now: float, wall: float) -> dict[str, Any]:
        """What must survive; times in wall seconds."""
        waits = max(0.0, self._not_before - now)
        return {
            "phase": self.phase,
            "subject": self.subject,
            "since": self._since,
            "day": self._today,
            "done": self._done,
            "not_before": wall + waits,
        }

    def restore(self, data: Mapping[str, Any], now: float, wall: float) -> list[Observing]:
        """Take it back, before the first `NewDay`; a question that stood there stands there again."""
        phase, subject = str(data.get("phase", "off")), str(data.get("subject", ""))
        self._today, self._done = str(data.get("day", "")), int(data.get("done", 0))
        # By a clock that was wrong before, the wait is at most as long as it ever is.
        self._not_before = now + min(APART_S, max(0.0, float(data.get("not_before", wall)) - wall))
        if subject not in SUBJECTS or phase not in ("waiting", "asking", "spent"):
            return []
        self.phase, self.subject, self._since = phase, subject, str(data.get("since", ""))
        return [self._stands()]
