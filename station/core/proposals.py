"""What the station proposes when its offers do not fit, and never does by itself.

    3 of the last 10 cues were marked wrong      a wider limit       (PRODUCT §6: never a silent threshold)
    12 of the last 20 were left unanswered       fewer, or the light alone; never louder
    eight weeks of cues                          fewer: what is learnt needs less reminding
    hours that cannot be true (fit.py)           today's reference: 20 s, asked on one day once at most

    nothing ──a rule holds──► proposed ──yes──► `Prefer`: exactly what was proposed
       ▲                         ├──no──► not again for four weeks
       └─────────────────────────┴──two weeks without an answer──► taken back, as a no
                                    (the reference: with the day, or when the doubt is over)

A proposal stands on the page with its reason and the cues it rests on (`Window`), and waits; it makes no light and no
sound.  After every answer counting begins anew.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from station.core.component import NEVER, Handler, Message
from station.core.daily import days_of
from station.core.events import (
    Cue,
    CueAnswered,
    Preferred,
    ProposalAnswered,
    Proposed,
    Refused,
    TensionStarted,
    Window,
    YardstickDoubted,
)
from station.core.inputs import AnswerProposal, Calibrate, NewDay, Prefer

LAST_WRONG, MANY_WRONG = 10, 3
LAST_IGNORED, MANY_IGNORED = 20, 12
WEANING_DAYS = 56
AGAIN_DAYS = 28
STANDS_DAYS = 14
REFERENCE = "daily_reference"
"""The one proposal that is about today: it stands for this day, and is made anew on another one at the earliest."""

# What the person did; what the station took back itself is no answer.
ANSWERS = frozenset({"accepted", "not_now", "wrong", "ignored", "self_released"})

WIDEST, WIDER_BY = 200, 25
"""Limits of the tension rule in per cent of what the calibration says, and one step between them."""


@dataclass(frozen=True, slots=True)
class Answered:
    """How a cue ended, and the stretch of time it was about where that is known."""

    answer: str
    window: Window | None = None


class Proposals:
    """Counts answers and days; at most one proposal stands."""

    def __init__(self) -> None:
        self.open = ""
        self._why = ""
        self._windows: tuple[Window, ...] = ()
        self._answers: deque[Answered] = deque(maxlen=LAST_IGNORED)
        self._tension: Window | None = None
        """The last one that was noticed."""
        self._cued: Window | None = None
        """The one that brought the cue on show."""
        self._today = 0
        self._cued_since = 0
        """The day of the first cue since the last time weaning was talked about; 0: none yet."""
        self._opened = 0
        self._declined: dict[str, int] = {}
        self._per_day, self._chime, self._limit = 6, True, 100
        self._doubt = ""
        """Why the yardstick does not seem to fit; empty: it does."""

    def routes(self) -> Mapping[type, Handler]:
        """How cues end, what the person says, and the days."""
        return {
            TensionStarted: self._on_tension,
            Cue: self._on_cue,
            CueAnswered: self._on_cue_answered,
            AnswerProposal: self._on_answer,
            Preferred: self._on_preferred,
            NewDay: self._on_new_day,
            YardstickDoubted: self._on_doubt,
        }

    def due(self) -> float:
        """A proposal comes with an answer or a day."""
        return NEVER

    def _on_tension(self, event: TensionStarted, now: float) -> Iterable[Message]:
        self._tension = Window(now, now, "", event.reason)
        return ()

    def _on_cue(self, event: Cue, now: float) -> Iterable[Message]:
        if event.kind == "tension" and event.phase == "light":
            self._cued = self._tension
        return ()

    def _on_cue_answered(self, event: CueAnswered, now: float) -> Iterable[Message]:
        if event.kind != "tension":
            return ()
        window, self._cued = self._cued, None
        if event.answer not in ANSWERS:
            return ()
        about = None if window is None else replace(window, until=now, answer=event.answer)
        self._answers.append(Answered(event.answer, about))
        self._cued_since = self._cued_since or self._today
        return self._look()

    def _on_new_day(self, told: NewDay, now: float) -> Iterator[Message]:
        self._today = days_of(told.day)
        if self.open and self._today - self._opened >= (1 if self.open == REFERENCE else STANDS_DAYS):
            yield from self._close(accepted=False)
        yield from self._look()

    def _on_doubt(self, event: YardstickDoubted, now: float) -> Iterator[Message]:
        self._doubt = event.reason
        if self.open == REFERENCE and not self._doubt:
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
            means = self._means(name)
            yield Prefer(means, request.source) if means else Calibrate("daily", request.source)

    # --- what may be proposed -----------------------------------------------------------------------

    def _look(self) -> Iterator[Message]:
        if self.open:
            return
        for name, why, rests_on in self._rules():
            again = 1 if name == REFERENCE else AGAIN_DAYS
            if self._today - self._declined.get(name, -again) >= again:
                self.open, self._why, self._opened = name, why, self._today
                self._windows = tuple(each.window for each in rests_on if each.window is not None)
                if name == REFERENCE:  # whatever is said to it, that was it for today
                    self._declined[name] = self._today
                yield Proposed(name, why, self._windows)
                return

    def _rules(self) -> Iterator[tuple[str, str, Sequence[Answered]]]:
        """The proposals whose reason holds now, the most pressing first, each with the answers it rests on."""
        if self._doubt:
            yield REFERENCE, self._doubt, ()
        last = list(self._answers)[-LAST_WRONG:]
        wrong = [each for each in last if each.answer == "wrong"]
        if len(wrong) >= MANY_WRONG and self._limit < WIDEST:
            yield "wider_limit", f"{len(wrong)} of the last {len(last)} cues were marked wrong", wrong
        ignored = [each for each in self._answers if each.answer == "ignored"]
        if len(ignored) >= MANY_IGNORED:
            why = f"{len(ignored)} of the last {len(self._answers)} cues were left alone"
            if self._per_day > 1:
                yield "fewer", why, ignored
            if self._chime:
                yield "light_only", why, ignored
        if self._cued_since and self._today - self._cued_since >= WEANING_DAYS and self._per_day > 1:
            yield "weaning", f"the cues have been with you for {(self._today - self._cued_since) // 7} weeks", ()

    def _means(self, name: str) -> dict[str, str | int | bool]:
        """What saying yes changes; nothing where it is a reference."""
        if name == REFERENCE:
            return {}
        if name == "wider_limit":
            return {"load_limit": min(WIDEST, self._limit + WIDER_BY)}
        return {"chime": False} if name == "light_only" else {"cue_budget": self._per_day // 2}

    def _close(self, accepted: bool) -> Iterator[Message]:
        if self.open != REFERENCE:  # it has had its day, and is not about the cues that are counted here
            self._answers.clear()
            if not accepted:
                self._declined[self.open] = self._today
        if self.open == "weaning":
            self._cued_since = self._today
        self.open, self._why, self._windows = "", "", ()
        yield Proposed("", "")

    # --- across a restart ---------------------------------------------------------------------------

    def snapshot(self, now: float, wall: float) -> dict[str, Any]:
        """What must survive; times in wall seconds."""
        began = wall - now
        return {
            "open": self.open,
            "why": self._why,
            "windows": [_kept(each, began) for each in self._windows],
            "opened": self._opened,
            "answers": [_kept(each.window, began) if each.window else each.answer for each in self._answers],
            "cued_since": self._cued_since,
            "declined": dict(self._declined),
        }

    def restore(self, data: Mapping[str, Any], now: float, wall: float) -> list[Proposed]:
        """Take it back; what was proposed still stands."""
        began = wall - now
        self.open, self._why = str(data.get("open", "")), str(data.get("why", ""))
        self._windows = tuple(_window(each, began) for each in data.get("windows", ()))
        self._opened, self._cued_since = int(data.get("opened", 0)), int(data.get("cued_since", 0))
        self._answers.extend(_answered(each, began) for each in data.get("answers", ()))
        self._declined = {str(name): int(day) for name, day in data.get("declined", {}).items()}
        return [Proposed(self.open, self._why, self._windows)] if self.open else []


def _kept(window: Window, began: float) -> list[Any]:
    return [window.since + began, window.until + began, window.answer, window.reason]


def _window(kept: Sequence[Any], began: float) -> Window:
    since, until, answer, reason = kept
    return Window(float(since) - began, float(until) - began, str(answer), str(reason))


def _answered(kept: str | Sequence[Any], began: float) -> Answered:
    """An answer as it is kept: with its window, or the bare word (as earlier versions did)."""
    if isinstance(kept, str):
        return Answered(kept)
    window = _window(kept, began)
    return Answered(window.answer, window)
