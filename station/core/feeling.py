"""What an exercise may ask of the muscle: is it loose, is it tense, has it let go, has it been resting for a while?

    Reading ─► the last second (loose? tense?) ─► the last ten (share of rest) ─► the last minute (how high it was)

The answers are those of the closed list in exercise scripts (`until`, `when`): `relaxed`, `tensed`, `sensor_ok`,
`tension_drop >= x`.  Whoever does not know says so: without a valid reading in the last second nothing holds, and an
exercise takes its plain time.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from station.core.events import Reading
from station.core.shoulders import DOWN_RVE_PERCENT

NOW_S = 1.0
REST_S = 10.0
MEMORY_S = 60.0

# From here on a load counts as tension (DESIGN §4); pressure pads reach it long before, and there rest decides alone.
TENSED_RVE_PERCENT = 10.0
HALF = 0.5

# So much of the last ten seconds must have been measured before their share of rest means anything (as in DESIGN §4).
KNOWN_SHARE = 0.7
DROP = "tension_drop >= "


@dataclass(frozen=True, slots=True)
class _Felt:
    """One valid reading, when it came."""

    at: float
    load: float
    resting: bool


class Feeling:
    """The last minute of the muscle, as far as it could be measured."""

    def __init__(self) -> None:
        self._felt: deque[_Felt] = deque()
        self._resting = 0
        """How many of them are rest."""
        self._highs: deque[tuple[float, float]] = deque()
        """(when, mean of a second), falling: the first is the highest of the last minute."""
        self._rests_since: float | None = None

    def begin(self) -> None:
        """An exercise begins: how long the muscle has been resting counts from here."""
        self._rests_since = None

    def feel(self, reading: Reading, now: float) -> None:
        """Take one reading; one that is not to be believed says nothing."""
        while self._felt and self._felt[0].at <= now - REST_S:
            self._resting -= self._felt.popleft().resting
        if reading.rve_percent is not None:
            self._felt.append(_Felt(now, reading.rve_percent, reading.resting))
            self._resting += reading.resting
            self._remember(self._load(now), now)
        share = self.rest_share(now)
        if share is None or share <= HALF:
            self._rests_since = None
        elif self._rests_since is None:
            self._rests_since = now

    def holds(self, state: str, now: float) -> bool:
        """Is the muscle in this state of the closed list?  Never, while nothing is known of it."""
        last = self._last(now)
        if not last:
            return False
        if state == "sensor_ok":
            return True
        load = self._load(now)
        rests = sum(felt.resting for felt in last) >= HALF * len(last)
        if state == "relaxed":
            return rests or load < DOWN_RVE_PERCENT
        if state == "tensed":
            return not rests and load >= TENSED_RVE_PERCENT
        if state.startswith(DROP):
            return self._drop(load, now) >= float(state.removeprefix(DROP))
        return False

    def rest_share(self, now: float) -> float | None:
        """The share of rest in the last ten seconds, 0..1; None while too little of them is known."""
        if not self._felt or now - self._felt[-1].at > NOW_S:
            return None
        if self._felt[-1].at - self._felt[0].at < KNOWN_SHARE * REST_S:
            return None
        return self._resting / len(self._felt)

    def rested_s(self, now: float) -> float:
        """For how long more than half of the last ten seconds has been rest, since the exercise began."""
        return 0.0 if self._rests_since is None else now - self._rests_since

    def _last(self, now: float) -> list[_Felt]:
        """The valid readings of the last second, newest first."""
        found = []
        for felt in reversed(self._felt):
            if felt.at <= now - NOW_S:
                break
            found.append(felt)
        return found

    def _load(self, now: float) -> float:
        last = self._last(now)
        return sum(felt.load for felt in last) / len(last) if last else 0.0

    def _remember(self, load: float, now: float) -> None:
        while self._highs and self._highs[0][0] < now - MEMORY_S:
            self._highs.popleft()
        while self._highs and self._highs[-1][1] <= load:
            self._highs.pop()
        self._highs.append((now, load))

    def _drop(self, load: float, now: float) -> float:
        """By which share of the last minute's highest second the load has fallen."""
        highest = max((high for at, high in self._highs if at >= now - MEMORY_S), default=0.0)
        return 1 - load / highest if highest > 0 else 0.0
