"""What a recording tells, gathered from its events: for the words in the terminal (summary.py) and the picture.

story = Story.of(play(prepared))        shares are 0..1, times are seconds from the start of the recording
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from station.core.events import (
    Cue,
    CueWithheld,
    Event,
    Minute,
    NoRest,
    Presence,
    Quality,
    Reading,
    TensionEnded,
    TensionStarted,
)
from station.core.load import Stretches, roll_up, sulma_bins

Numbers = npt.NDArray[np.float64]


@dataclass(slots=True)
class Tension:
    """One episode.  `lasted_s` is None when the recording ends first."""

    t: float
    reason: str
    load_rve_percent: float
    relative_rest_time: float
    lasted_s: float | None = None


@dataclass(slots=True)
class Story:
    """Everything worth showing of one recording."""

    tensions: list[Tension] = field(default_factory=list)
    cues: list[tuple[float, str]] = field(default_factory=list)
    withheld: list[tuple[float, str]] = field(default_factory=list)
    no_rest: list[tuple[float, float]] = field(default_factory=list)
    minutes: list[tuple[float, Minute]] = field(default_factory=list)
    qualities: list[tuple[float, str]] = field(default_factory=list)
    presences: list[tuple[float, str]] = field(default_factory=list)
    _t: list[float] = field(default_factory=list)
    _rve: list[float] = field(default_factory=list)
    _resting: list[bool] = field(default_factory=list)
    _states: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, told: Iterable[tuple[float, Event]], since: float = 0.0) -> Story:
        """Gather the events of a whole recording from second `since` on (when its calibration is over)."""
        story = cls()
        for t, event in told:
            if t >= since:
                story.add(t, event)
        return story

    def add(self, t: float, event: Event) -> None:
        """Take one event."""
        match event:
            case Reading():
                self._t.append(event.t)
                self._rve.append(float("nan") if event.rve_percent is None else event.rve_percent)
                self._resting.append(event.resting)
                self._states.append(event.quality)
            case TensionStarted():
                self.tensions.append(Tension(t, event.reason, event.load_rve_percent, event.relative_rest_time))
            case TensionEnded() if self.tensions:
                self.tensions[-1].lasted_s = event.lasted_s
            case Cue():
                self.cues.append((t, event.phase))
            case CueWithheld():
                self.withheld.append((t, event.reason))
            case NoRest():
                self.no_rest.append((t, event.stretch_s))
            case Minute():
                self.minutes.append((t, event))
            case Quality():
                self.qualities.append((t, event.state))
            case Presence():
                self.presences.append((t, event.state))
            case _:
                pass

    @property
    def t(self) -> Numbers:
        """Times of the readings (centres of their windows)."""
        return np.array(self._t)

    @property
    def rve_percent(self) -> Numbers:
        """Load of each reading; NaN while the signal is not to be believed."""
        return np.array(self._rve)

    @property
    def resting(self) -> npt.NDArray[np.bool_]:
        """Whether each reading was rest."""
        return np.array(self._resting, dtype=bool)

    @property
    def step_s(self) -> float:
        """Seconds from one reading to the next."""
        return float(np.median(np.diff(self.t))) if len(self._t) > 1 else 0.1

    @property
    def valid_s(self) -> float:
        """Seconds of believable signal."""
        return float(np.count_nonzero(np.isfinite(self.rve_percent))) * self.step_s

    @property
    def relative_rest_time(self) -> float | None:
        """Share of rest in the believable signal; None when there is none."""
        valid = np.isfinite(self.rve_percent)
        return float(self.resting[valid].mean()) if valid.any() else None

    def percentiles(self) -> tuple[float, float, float] | None:
        """Load below which the muscle stayed for 10, 50 and 90 % of the time (APDF, Jonsson 1982), %RVE."""
        load = self.rve_percent[np.isfinite(self.rve_percent)]
        if not len(load):
            return None
        low, middle, high = np.percentile(load, (10, 50, 90))
        return float(low), float(middle), float(high)

    def _stretches(self) -> list[float]:
        """The unbroken stretches of activity of at least 1.6 s, and the one that may go on; unknown time ends one."""
        stretches, step = Stretches(), self.step_s
        loads = [None if math.isnan(rve) else rve for rve in self._rve]
        ended = [stretches.hop(step, load, resting) for load, resting in zip(loads, self._resting, strict=True)]
        return [*(length for length in ended if length is not None), stretches.running_s]

    def longest_stretch_s(self) -> float:
        """The longest of them, as in the minutes: unknown time is no activity."""
        return max(self._stretches())

    def sulma(self) -> tuple[int, ...]:
        """How many unbroken stretches of activity there were of each length (SULMA_EDGES_S)."""
        return sulma_bins(self._stretches())

    def gaps_per_minute(self) -> float | None:
        """Rests of at least 0.2 s in a minute of believable signal; None before the first whole minute."""
        return roll_up(minute for _, minute in self.minutes).gaps_per_minute

    def happened(self) -> list[tuple[float, str, str]]:
        """(second, what, reason) of each cue and each that was withheld: `light`, `chime` or `withheld`."""
        told = [(t, phase, "") for t, phase in self.cues]
        return sorted([*told, *((t, "withheld", reason) for t, reason in self.withheld)])

    def quality_shares(self) -> list[tuple[str, float]]:
        """(state, share of the readings), the commonest first."""
        count = Counter(self._states)
        return [(state, number / len(self._states)) for state, number in count.most_common()]


def clock(seconds: float) -> str:
    """`1:02:03` or `2:03`."""
    minutes, rest = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def percent(share: float, language: str = "en") -> str:
    """`7 %`; never 0 % for something that happened."""
    least = "unter 1 %" if language == "de" else "under 1 %"
    return least if 0 < share < 0.005 else f"{100 * share:.0f} %"
