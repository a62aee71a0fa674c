"""The day's measures, minute by minute: how much rest, how many gaps, how long without.

Rest is what counts, not posture.  A minute is closed on a fixed grid of 60 s that begins with the first hop; unknown
time is neither rest nor load, and a minute with too little known time is itself unknown (grade X).

    relative rest time   share of known time at rest                            Hermens & Hutten 2002
    gaps                 rests of at least 0.2 s                                Veiersted, Westgaard & Andersen 1990
    stretches (SULMA)    unbroken activity, binned 1.6-5 s ... > 20 min         Østensvik et al. 2009
    apdf10, 50, 90       the load that is exceeded 90, 50, 10 % of the time     Jonsson 1982 (J Human Ergol 11:73-88)
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from station.core.events import Minute

MINUTE_S = 60.0
# The shortest EMG gap: Veiersted, Westgaard & Andersen 1990 (Int Arch Occup Environ Health 62:31-41), whose gaps last
# 2 s at most; here a longer rest is one gap, too.
GAP_S = 0.2
LEAST_GAP_S = GAP_S - 1e-6  # two hops are one, however their tenths are rounded
# Lower edges of the bins of sustained low-level muscle activity, seconds: Østensvik, Veiersted & Nilsen 2009
# (J Electromyogr Kinesiol 19:283-294); in their field studies the long ones, > 4 and > 8 min, went with neck pain.
SULMA_EDGES_S = (1.6, 5.0, 10.0, 20.0, 60.0, 120.0, 240.0, 480.0, 600.0, 1200.0)
LONG_S, VERY_LONG_S = 240.0, 480.0
# Known share of a minute for the grades A, B, C; below C it is X.
GRADES = ((0.95, "A"), (0.80, "B"), (0.50, "C"))
UNKNOWN = "X"


def grade_of(valid_share: float) -> str:
    """A, B, C or X (unknown) for the share of a span that is known."""
    return next((grade for least, grade in GRADES if valid_share >= least), UNKNOWN)


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The value below which this share lies, by straight line: to the last bit numpy's own, which loads 1.3 MB."""
    at = (len(ordered) - 1) * (percent / 100)
    below = int(at)
    low, high, part = ordered[below], ordered[min(below + 1, len(ordered) - 1)], at - below
    return low + (high - low) * part if part < 0.5 else high - (high - low) * (1 - part)


class Stretches:
    """Unbroken activity as it grows: sustained low-level muscle activity, SULMA (Østensvik, Veiersted & Nilsen 2009).

    Rest ends a stretch; unknown time ends it too, uncounted as longer.
    """

    def __init__(self) -> None:
        self.running_s = 0.0

    def hop(self, span: float, load: float | None, resting: bool) -> float | None:
        """One more hop; the length of the stretch it ended, if it was at least 1.6 s long."""
        if load is not None and not resting:
            self.running_s += span
            return None
        ended, self.running_s = self.running_s, 0.0
        return ended if ended >= SULMA_EDGES_S[0] else None


def sulma_bins(lengths_s: Iterable[float]) -> tuple[int, ...]:
    """How many stretches fall between each edge (Østensvik et al. 2009) and the next; the last bin is open."""
    counts = [0] * len(SULMA_EDGES_S)
    for length in lengths_s:
        index = sum(length >= edge for edge in SULMA_EDGES_S) - 1
        if index >= 0:
            counts[index] += 1
    return tuple(counts)


class MinuteBook:
    """Gathers hops into minutes.

    Relative rest time (Hermens & Hutten 2002) is the share of known time at rest; a gap (Veiersted et al. 1990) is a
    rest of at least 0.2 s, counted in the minute in which it has become that long; the percentiles are those of the
    amplitude probability distribution (Jonsson 1982); a stretch (Østensvik et al. 2009) goes on over a minute's edge.
    """

    def __init__(self) -> None:
        self._begin = -math.inf
        self._stretch_s = self._gap_s = 0.0  # of activity and of rest, as far as they have come
        self._open()

    def _open(self) -> None:
        self._loads: list[float] = []
        self._rest_s = self._valid_s = self._longest_s = 0.0
        self._gaps = 0

    def hop(self, t: float, span: float, load: float | None, resting: bool) -> Minute | None:
        """One more hop centred at `t`; the minute it closed, if any.  Minutes without a single hop are not told."""
        closed = self._turn(t, span) if t - self._begin >= MINUTE_S else None
        if load is not None:
            self._loads.append(load)
            self._valid_s += span
            if not resting:
                self._gap_s = 0.0
                self._stretch_s = stretch = self._stretch_s + span
                self._longest_s = stretch if stretch > self._longest_s else self._longest_s
                return closed
        self._stretch_s = 0.0
        if load is None:
            self._gap_s = 0.0
            return closed
        self._rest_s += span
        gap = self._gap_s + span
        if self._gap_s < LEAST_GAP_S <= gap:
            self._gaps += 1
        self._gap_s = gap
        return closed

    def _turn(self, t: float, span: float) -> Minute | None:
        """Begin the minute of a hop centred at `t`; the one before it, if there was one."""
        if self._begin == -math.inf:
            self._begin = t - span / 2
            return None
        self._begin += MINUTE_S * ((t - self._begin) // MINUTE_S)
        return self._close()

    def _close(self) -> Minute:
        valid_s, grade = min(self._valid_s, MINUTE_S), grade_of(self._valid_s / MINUTE_S)
        if self._loads:
            ordered = sorted(self._loads)
            p10, p50, p90 = (percentile(ordered, percent) for percent in (10, 50, 90))
            rest = self._rest_s / self._valid_s
            told = Minute(rest, p10, p50, p90, self._gaps, self._longest_s, valid_s, grade)
        else:
            told = Minute(None, None, None, None, 0, 0.0, 0.0, grade)
        self._open()
        return told


@dataclass(frozen=True, slots=True)
class Span:
    """An hour's or a day's measures, rolled up from its minutes."""

    relative_rest_time: float | None
    apdf10: float | None
    apdf50: float | None
    apdf90: float | None
    gaps_per_minute: float | None
    longest_stretch_s: float
    minutes_over_4: int  # minutes in which an unbroken stretch was longer than 4 minutes
    minutes_over_8: int
    valid_s: float
    grades: Mapping[str, int]


def roll_up(minutes: Iterable[Minute]) -> Span:
    """Roll minutes up into a longer span.

    Shares and levels are weighted with each minute's known time; X minutes count as unknown.  The percentiles are the
    weighted means of the minutes' percentiles, not those of the whole span: like, not equal to, one long APDF.
    """
    grades = {"A": 0, "B": 0, "C": 0, UNKNOWN: 0}
    known: list[Minute] = []
    for minute in minutes:
        grades[minute.quality] += 1
        if minute.quality != UNKNOWN:
            known.append(minute)
    valid = sum(minute.valid_s for minute in known)
    if not known:
        return Span(None, None, None, None, None, 0.0, 0, 0, 0.0, grades)

    def weighted(name: str) -> float:
        return float(sum(getattr(minute, name) * minute.valid_s for minute in known)) / valid

    longest = [minute.longest_stretch_s for minute in known]
    return Span(
        relative_rest_time=weighted("relative_rest_time"),
        apdf10=weighted("apdf10"),
        apdf50=weighted("apdf50"),
        apdf90=weighted("apdf90"),
        gaps_per_minute=60 * sum(minute.gaps for minute in known) / valid,
        longest_stretch_s=max(longest),
        minutes_over_4=sum(length > LONG_S for length in longest),
        minutes_over_8=sum(length > VERY_LONG_S for length in longest),
        valid_s=valid,
        grades=grades,
    )
