"""What the coach can say: its offers, how they ended, what it did not do and why.  Part of `events.py`."""

from __future__ import annotations

from dataclasses import dataclass

from station.core.event import Event


@dataclass(frozen=True, slots=True)
class Cue(Event):
    """The station draws attention: `light` (60 s of soft light), then, only if the tension goes on, `chime`."""

    phase: str
    reason: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class CueAnswered(Event):
    """How a cue ended: accepted, not_now, wrong, ignored or self_released.

    Or `withdrawn`: the station took it back itself (a call began, the signal was lost, quiet was asked for); no answer
    of the person's, so it is in no statistics.  A `CueWithheld` beside it says why.
    """

    answer: str


@dataclass(frozen=True, slots=True)
class CueWithheld(Event):
    """A tension that brought no cue, and the reason a person can read on the page."""

    reason: str


@dataclass(frozen=True, slots=True)
class AlertRandomised(Event):
    """An alert was due, and chance gave it an arm: `light` (a `Cue` follows) or `silent` (nothing is shown).

    Only while the owner compares (`[coach] silent_alerts`).  The page's reason for a silent one, a `CueWithheld`, comes
    when the tension is over: told at once, it would be an alert.
    """

    arm: str
