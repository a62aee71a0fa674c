"""What the coach can say: its offers, how they ended, what it did not do and why.  Part of `events.py`."""

from __future__ import annotations

from dataclasses import dataclass

from station.core.event import Event


@dataclass(frozen=True, slots=True)
class Cue(Event):
    """The station draws attention: `light` (60 s of soft light), then, only if the tension goes on, `chime`.

    `kind`: tension, or one of the reminders, daily or movement, which need no muscle.
    """

    phase: str
    reason: str
    suggestion: str
    kind: str = "tension"


@dataclass(frozen=True, slots=True)
class CueAnswered(Event):
    """How a cue ended: accepted, not_now, wrong, ignored or self_released.

    Or `withdrawn`: the station took it back itself (a call began, the signal was lost, quiet was asked for); no answer
    of the person's, so it is in no statistics.  A `CueWithheld` beside it says why.
    """

    answer: str
    kind: str = "tension"


@dataclass(frozen=True, slots=True)
class CueWithheld(Event):
    """A tension (or a reminder's hour) that brought no cue, and the reason a person can read on the page."""

    reason: str
    kind: str = "tension"


@dataclass(frozen=True, slots=True)
class AlertRandomised(Event):
    """An alert was due, and chance gave it an arm: `light` (a `Cue` follows) or `silent` (nothing is shown).

    Only while the owner compares (`[coach] silent_alerts`).  The page's reason for a silent one, a `CueWithheld`, comes
    when the tension is over: told at once, it would be an alert.
    """

    arm: str


@dataclass(frozen=True, slots=True)
class QuietHours(Event):
    """The person's quiet hours began or ended; `until` is the monotonic second at which they end."""

    on: bool
    until: float | None


@dataclass(frozen=True, slots=True)
class Liked(Event):
    """The person likes this exercise (or no longer says so)."""

    technique: str
    on: bool
    source: str


@dataclass(frozen=True, slots=True)
class Excluded(Event):
    """The person leaves this exercise out of all suggestions (or no longer does)."""

    technique: str
    on: bool
    source: str


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time that a proposal rests on: from the tension that was noticed to the end of its cue.

    answer: how the cue ended.  reason: what was measured when the tension was noticed.
    """

    since: float
    until: float
    answer: str
    reason: str


@dataclass(frozen=True, slots=True)
class Proposed(Event):
    """The station proposes to change something, and why; nothing changes before the person says yes.

    `name`: wider_limit, fewer, light_only, weaning or daily_reference.  An empty name: what was proposed is over.
    `windows`: the cues that it rests on, in monotonic seconds (before the start of this machine they are below 0).
    """

    name: str
    reason: str
    windows: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class ProposalAnswered(Event):
    """What the person said to a proposal."""

    name: str
    accepted: bool
    source: str


@dataclass(frozen=True, slots=True)
class ObservationBegan(Event):
    """Two weeks of looking at one thing began: pace, felt or task."""

    subject: str
    source: str


@dataclass(frozen=True, slots=True)
class ObservationEnded(Event):
    """They are over: `completed` after two weeks, `ended` before that, by a press."""

    subject: str
    reason: str


@dataclass(frozen=True, slots=True)
class Observing(Event):
    """How it stands with them: since which day (`2026-11-23`), and whether a question stands on the page now.

    An empty subject: nothing is looked at.
    """

    subject: str
    since: str
    asks: bool
