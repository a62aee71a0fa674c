"""When is it tension?  Sustained load *and* too little rest, for a whole window, on a signal that can be believed.

    quiet --(load high, rest scarce, 60 s)--> tense --(recovered for 30 s)--> quiet

Load alone is not harmful: a muscle that works hard and rests often is well.  Veiersted, Westgaard & Andersen 1990 (Int
Arch Occup Environ Health 62:31-41) found fewer EMG gaps in workers who became patients; Hermens & Hutten 2002 (Int J
Ind Ergon 30:259-268) made "relative rest time below 20 %" a feedback rule.
"""

from __future__ import annotations

from collections import deque
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


class TensionRule:
    """The rule over a stream of hops.  Times in seconds, loads in %RVE."""

    def __init__(self, settings: Settings, load_threshold: float, recovery_load: float, blocked: str = "") -> None:
        self.settings = settings
        self.load_threshold = load_threshold
        self.recovery_load = recovery_load
        self.blocked = blocked
        self._loads: deque[float | None] = deque()
        self._rests: deque[bool] = deque()
        self._started: float | None = None
        self._recovered_s = 0.0
        self._stretch_s = 0.0
        self._said_no_rest = False

    def hop(self, end: float, span: float, rve: float | None, resting: bool) -> list[Event]:
        """One more hop, known at `end`; what the rule says."""
        told: list[Event] = []
        size = round(self.settings.window_s / span)
        self._loads.append(rve)
        self._rests.append(resting)
        while len(self._loads) > size:
            self._loads.popleft()
            self._rests.popleft()
        if rve is not None:
            self._no_rest(span, resting, told)
        if len(self._loads) < size:
            return told
        valid = sorted(load for load in self._loads if load is not None)
        if len(valid) < self.settings.valid_share * size:
            return told
        load = valid[len(valid) // 2]
        rest = sum(self._rests) / len(valid)
        if self._started is None:
            self._maybe_start(end, load, rest, told)
        else:
            self._maybe_end(end, span, load, rest, told)
        return told

    def _maybe_start(self, end: float, load: float, rest: float, told: list[Event]) -> None:
        if load < self.load_threshold or rest >= self.settings.rest_share:
            return
        reason = f"rest share {100 * rest:.0f} % for {self.settings.window_s:.0f} s, load {load:.0f} %RVE"
        self._started = end
        self._recovered_s = 0.0
        if self.blocked:
            told.append(CueWithheld(f"{reason}; {self.blocked}"))
        else:
            told.append(TensionStarted(load, rest, reason))

    def _maybe_end(self, end: float, span: float, load: float, rest: float, told: list[Event]) -> None:
        recovered = load < self.recovery_load or rest > self.settings.recovery_rest_share
        self._recovered_s = self._recovered_s + span if recovered else 0.0
        if self._recovered_s >= self.settings.recovery_s and self._started is not None:
            if not self.blocked:
                told.append(TensionEnded(end - self._started))
            self._started = None

    def _no_rest(self, span: float, resting: bool, told: list[Event]) -> None:
        if resting:
            self._stretch_s, self._said_no_rest = 0.0, False
            return
        self._stretch_s += span
        if self._stretch_s > self.settings.no_rest_s and not self._said_no_rest:
            self._said_no_rest = True
            told.append(NoRest(self._stretch_s))
