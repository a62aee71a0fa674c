"""When is it tension?  Sustained load *and* too little rest, for a whole window, on a signal that can be believed.

    quiet ──tense──► tension ──recovered (30 s long), or left──► quiet
      └──doubtful──► withheld ──tense──► tension        withheld ──calm──► quiet

Load with rest in it is what muscles are for.  Veiersted, Westgaard & Andersen 1990 (Int Arch Occup Environ Health
62:31-41) counted fewer EMG gaps in packers who had had complaints before; Hermens & Hutten 2002 (Int J Ind Ergon
30:325-336) gave feedback on a relative rest time below 20 %.

Who has left, or whose electrodes were off for as long (presence.py), is not tense any more: the episode ended when the
muscle was last felt.  A shorter hole neither ends an episode nor adds to one.

The window is kept as counts (how many tenths of a second lie above each limit), so a hop costs the same however long
the window is: "the median is at least 10" is "at least half of them are".
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from station.core.events import CueWithheld, Event, NoRest, TensionEnded, TensionStarted


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[tension]: when sustained load counts as tension."""

    load_rve_percent: Annotated[
        float, Meta(ge=3, le=60, description="Median load over the window from which tension is said, in %RVE.")
    ] = 10.0
    window_s: Annotated[
        float, Meta(ge=20, le=600, description="The window over which load and rest are judged, in seconds.")
    ] = 60.0
    rest_share: Annotated[
        float, Meta(ge=0.02, le=0.6, description="Tension needs a share of rest below this (0.2 = 20 %).")
    ] = 0.20
    valid_share: Annotated[
        float, Meta(ge=0.5, le=1, description="Share of the window that must hold a believable signal.")
    ] = 0.70
    recovery_s: Annotated[
        float, Meta(ge=5, le=600, description="So long must recovery last before an episode is over, in seconds.")
    ] = 30.0
    recovery_load_rve_percent: Annotated[
        float, Meta(ge=1, le=60, description="Load below this counts as recovery, in %RVE.")
    ] = 7.0
    recovery_rest_share: Annotated[
        float, Meta(ge=0.05, le=0.95, description="A share of rest above this counts as recovery (0.35 = 35 %).")
    ] = 0.35
    pressure_load_percent: Annotated[
        float,
        Meta(
            ge=10,
            le=90,
            description="With a pressure pad: median raise from which tension is said, in % of fully raised.",
        ),
    ] = 40.0
    no_rest_s: Annotated[
        float, Meta(ge=60, le=3600, description="Without one gap of rest for so long, the station says so, in seconds.")
    ] = 240.0
    noise_limit_rve_percent: Annotated[
        float, Meta(ge=2, le=30, description="A sensor noisier than this at rest gives no tension alerts, in %RVE.")
    ] = 12.0


# The window is counted anew when hops have become longer or shorter by this part.
TREMBLES = 1e-3

# A personal load threshold is so many times the wearer's own typing, within these bounds (%RVE).
TYPING_FACTOR, PERSONAL_LEAST, PERSONAL_MOST = 1.5, 6.0, 30.0

QUIET, TENSION, WITHHELD = "quiet", "tension", "withheld"
TENSE, DOUBTFUL, CALM, RECOVERED, BETWEEN, LEFT = "tense", "doubtful", "calm", "recovered", "between", "left"

# Of a window of which less than this is known nothing is said at all, not even that it is withheld.
LEAST_KNOWN = 0.5

# What a hop in the window counts as: known?, loaded?, light?, resting?
Kind = tuple[bool, bool, bool, bool]
UNKNOWN: Kind = (False, False, False, False)

# (state, evidence) -> next state; what is not here changes nothing.
TABLE: Mapping[tuple[str, str], str] = {
    (QUIET, TENSE): TENSION,
    (QUIET, DOUBTFUL): WITHHELD,
    (WITHHELD, TENSE): TENSION,
    (WITHHELD, CALM): QUIET,
    (WITHHELD, RECOVERED): QUIET,
    (TENSION, RECOVERED): QUIET,
    (TENSION, LEFT): QUIET,
}
# What the window alone can say, and the evidence it becomes with what else is known.
BECOMES: Mapping[str, tuple[str, ...]] = {TENSE: (TENSE, DOUBTFUL), CALM: (CALM, RECOVERED), BETWEEN: ()}
# state -> what the window must say for anything to follow; most hops say what leaves everything as it is.
HEEDS: Mapping[str, tuple[str, ...]] = {
    state: tuple(said for said, found in BECOMES.items() if any((state, evidence) in TABLE for evidence in found))
    for state in (QUIET, TENSION, WITHHELD)
}


def personal_threshold(settings: Settings, typing_p50: float | None) -> float:
    """The load from which tension is said, %RVE: the owner's setting, or 1.5 times the median of their typing."""
    if typing_p50 is None:
        return settings.load_rve_percent
    return min(max(TYPING_FACTOR * typing_p50, PERSONAL_LEAST), PERSONAL_MOST)


class TensionRule:
    """The rule over a stream of hops.  Times in seconds, loads in %RVE (or % raised)."""

    def __init__(
        self, settings: Settings, load_threshold: float, recovery_load: float, doubt: str = "", unit: str = "%RVE"
    ) -> None:
        """`doubt` is a standing reason to withhold tension, such as a noisy sensor; `unit`: what loads are told in."""
        self.settings = settings
        self.unit = unit
        self.load_threshold = load_threshold
        self.recovery_load = recovery_load
        self.doubt = doubt
        self.state = QUIET
        self._window: deque[tuple[float | None, Kind]] = deque()
        self._size = 1  # the window in hops of any length between these, seconds: a measured rate trembles
        self._least = self._most = 0.0
        self._valid = self._loaded = self._light = self._resting = 0
        self._verdict = BETWEEN  # what these counts say: TENSE, CALM or BETWEEN
        self._since = 0.0
        self._felt_until = 0.0  # the end of the newest known hop
        self._recovered_s = 0.0
        self._stretch_s = 0.0
        self._said_no_rest = False

    def hop(self, end: float, span: float, load: float | None, resting: bool, away: bool = False) -> list[Event]:
        """One more hop of `span` seconds, known at `end`; `load` None is unknown: neither rest nor load."""
        told: list[Event] = []
        if not self._least < span < self._most:
            self._resize(span)
        kind = UNKNOWN if load is None else (True, load >= self.load_threshold, load < self.recovery_load, resting)
        window = self._window
        window.append((load, kind))
        if len(window) <= self._size:
            self._count(kind, 1)
            if len(window) == self._size:
                self._judge()
        elif (gone := window.popleft()[1]) != kind:  # most are like the one a minute ago: everything stays as it was
            self._count(gone, -1)
            self._count(kind, 1)
            self._judge()
        if load is None:
            self._recovered_s = 0.0
            return told
        self._felt_until = end
        if resting:
            self._stretch_s, self._said_no_rest = 0.0, False
        else:
            self._stretch_s += span
            if self._stretch_s > self.settings.no_rest_s and not self._said_no_rest:
                self._said_no_rest = True
                told.append(NoRest(self._stretch_s))
        if self._verdict in HEEDS[self.state]:
            self._weigh(end, span, away, told)
        else:
            self._recovered_s = 0.0
        return told

    def leave(self) -> list[Event]:
        """Nobody is there any more.  A pause ends every stretch, and an episode ended when the muscle was last felt."""
        self._stretch_s, self._said_no_rest = 0.0, False
        told: list[Event] = []
        if (following := TABLE.get((self.state, LEFT))) is not None:
            self._move(following, self._felt_until, "", told)
        return told

    def _resize(self, span: float) -> None:
        """Hops of another length: the window holds another number of them."""
        self._least, self._most = (1 - TREMBLES) * span, (1 + TREMBLES) * span
        self._size = max(1, round(self.settings.window_s / span))
        while len(self._window) > self._size:
            self._count(self._window.popleft()[1], -1)
        self._judge()

    def _count(self, kind: Kind, step: int) -> None:
        known, loaded, light, resting = kind
        self._valid += step * known
        self._loaded += step * loaded
        self._light += step * light
        self._resting += step * resting

    def _judge(self) -> None:
        """What the window says, were there no doubt."""
        valid, settings = self._valid, self.settings
        self._verdict = BETWEEN
        if valid and len(self._window) == self._size:
            rest = self._resting / valid
            if 2 * self._loaded >= valid and rest < settings.rest_share:
                self._verdict = TENSE if valid >= LEAST_KNOWN * self._size else BETWEEN
            elif 2 * self._light > valid or rest > settings.recovery_rest_share:
                self._verdict = CALM

    def _weigh(self, end: float, span: float, away: bool, told: list[Event]) -> None:
        """The evidence of this hop, and what follows from it."""
        verdict = self._verdict
        evidence, reason = verdict, ""
        self._recovered_s = self._recovered_s + span if verdict == CALM else 0.0
        if verdict == TENSE:
            reason = self._doubts(away)
            evidence = DOUBTFUL if reason else TENSE
        elif self._recovered_s >= self.settings.recovery_s - 1e-6:  # tenths of a second add up to a little more or less
            evidence = RECOVERED
        following = TABLE.get((self.state, evidence))
        if following is not None:
            self._move(following, end, reason, told)

    def _doubts(self, away: bool) -> str:
        """Why tension is not to be said; empty without a reason."""
        if away:
            return "nobody is at the desk"
        if self._valid < self.settings.valid_share * self._size:
            return f"only {100 * self._valid / self._size:.0f} % of the signal could be believed"
        return self.doubt

    def _move(self, following: str, end: float, reason: str, told: list[Event]) -> None:
        before, self.state = self.state, following
        if following == QUIET:
            if before == TENSION:
                told.append(TensionEnded(end - self._since))
            return
        known = sorted(entry[0] for entry in self._window if entry[0] is not None)
        load, rest = known[len(known) // 2], self._resting / self._valid
        text = f"rest share {math.floor(100 * rest)} % for {self.settings.window_s:.0f} s, load {load:.0f} {self.unit}"
        if following == TENSION:
            self._since = end
            told.append(TensionStarted(load, rest, text))
        else:
            told.append(CueWithheld(f"{text}; {reason}"))
