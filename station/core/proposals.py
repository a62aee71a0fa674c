"""What the station proposes when its offers do not fit, and never does by itself.

    3 of the last 10 cues were marked wrong      a wider limit       (PRODUCT §6: never a silent threshold)
    12 of the last 20 were left unanswered       fewer, or the light alone; never louder
    eight weeks of cues                          fewer: what is learnt needs less reminding

    nothing ──a rule holds──► proposed ──yes──► `Prefer`: exactly what was proposed
       ▲                         ├──no──► not again for four weeks
       └─────────────────────────┴──two weeks without an answer──► taken back, as a no

A proposal stands on the page with its reason and waits; it makes no light and no sound.  After every answer counting
begins anew.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from station.core.component import NEVER, Handler, Message
from station.core.daily import days_of
from station.core.events import CueAnswered, Preferred, ProposalAnswered, Proposed, Refused
from station.core.inputs import AnswerProposal, NewDay, Prefer

LAST_WRONG, MANY_WRONG = 10, 3
LAST_IGNORED, MANY_IGNORED = 20, 12
WEANING_DAYS = 56
AGAIN_DAYS = 28
STANDS_DAYS = 14

# What the person did; what the station took back itself is no answer.
ANSWERS = frozenset({"accepted", "not_now", "wrong", "ignored", "self_released"})

WIDEST, WIDER_BY = 200, 25
"""Limits of the tension rule in per cent of what the calibration says, and one step between them."""


class Proposals:
    """Counts answers and days; at most one proposal stands."""

    def __init__(self) -> None:
        self.open = ""
        self._why = ""
        self._answers: deque[str] = deque(maxlen=LAST_IGNORED)
        self._today = 0
        self._cued_since = 0
        """The day of the first cue since the last time weaning was talked about; 0: none yet."""
        self._opened = 0
        self._declined: dict[str, int] = {}
        self._per_day, self._chime, self._limit = 6, True, 100

    def routes(self) -> Mapping[type, Handler]:
        """How cues end, what the person says, and the days."""
        return {
            CueAnswered: self._on_cue_answered,
            AnswerProposal: self._on_answer,
            Preferred: self._on_preferred,
            NewDay: self._on_new_day,
        }

    def due(self) -> float:
        """A proposal comes with an answer or a day."""
        return NEVER

    def _on_cue_answered(self, event: CueAnswered, now: float) -> Iterable[Message]:
        if event.kind != "tension" or event.answer not in ANSWERS:
            return ()
        self._answers.append(event.answer)
        self._cued_since = self._cued_since or self._today
        return self._look()

    def _on_new_day(self, told: NewDay, now: float) -> Iterator[Message]:
        self._today = days_of(told.day)
        if self.open and self._today - self._opened >= STANDS_DAYS:
            yield from self._close(accepted=False)
        yield from self._look()

    def _on_preferred(self, event: Preferred, now: float) -> Iterable[Message]:
        if event.name == "cue_budget":
            self._per_day = int(event.value)
        elif event.name == "chime":
            self._chime = bool(event.value)
        elif event.name == "load_limit":
            self._limit = int(event.value)
        return ()

    def _on_answer(self, request: AnswerProposal, now: float) -> Iterator[Message]:
        if not self.open:
            yield Refused("proposal", "Nothing is proposed at the moment.")
            return
        name = self.open
        yield ProposalAnswered(name, request.accepted, request.source)
        yield from self._close(request.accepted)
        if request.accepted:
            yield Prefer(self._means(name), request.source)

    # --- what may be proposed -----------------------------------------------------------------------

    def _look(self) -> Iterator[Message]:
        if self.open:
            return
        for name, why in self._rules():
            if self._today - self._declined.get(name, -AGAIN_DAYS) >= AGAIN_DAYS:
                self.open, self._why, self._opened = name, why, self._today
                yield Proposed(name, why)
                return

    def _rules(self) -> Iterator[tuple[str, str]]:
        """The proposals whose reason holds now, the most pressing first."""
        wrong = list(self._answers)[-LAST_WRONG:].count("wrong")
        if wrong >= MANY_WRONG and self._limit < WIDEST:
            yield "wider_limit", f"{wrong} of the last {min(LAST_WRONG, len(self._answers))} cues were marked wrong"
        ignored = self._answers.count("ignored")
        if ignored >= MANY_IGNORED:
            why = f"{ignored} of the last {len(self._answers)} cues were left alone"
            if self._per_day > 1:
                yield "fewer", why
            if self._chime:
                yield "light_only", why
        if self._cued_since and self._today - self._cued_since >= WEANING_DAYS and self._per_day > 1:
            yield "weaning", f"the cues have been with you for {(self._today - self._cued_since) // 7} weeks"

    def _means(self, name: str) -> dict[str, str | int | bool]:
        """What saying yes changes."""
        if name == "wider_limit":
            return {"load_limit": min(WIDEST, self._limit + WIDER_BY)}
        return {"chime": False} if name == "light_only" else {"cue_budget": self._per_day // 2}

    def _close(self, accepted: bool) -> Iterator[Message]:
        if not accepted:
            self._declined[self.open] = self._today
        if self.open == "weaning":
            self._cued_since = self._today
        self.open = self._why = ""
        self._answers.clear()
        yield Proposed("", "")

    # --- across a restart ---------------------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        """What must survive."""
        return {
            "open": self.open,
            "why": self._why,
            "opened": self._opened,
            "answers": list(self._answers),
            "cued_since": self._cued_since,
            "declined": dict(self._declined),
        }

    def restore(self, data: Mapping[str, Any]) -> list[Proposed]:
        """Take it back; what was proposed still stands."""
        self.open, self._why = str(data.get("open", "")), str(data.get("why", ""))
        self._opened, self._cued_since = int(data.get("opened", 0)), int(data.get("cued_since", 0))
        self._answers.extend(str(answer) for answer in data.get("answers", ()))
        self._declined = {str(name): int(day) for name, day in data.get("declined", {}).items()}
        return [Proposed(self.open, self._why)] if self.open else []
