"""What the shoulders of somebody at a desk (`desk.py`) do, and a signal path that is told of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from hardware.sensors.simulated import Settings as PersonSettings
from station import rehearsal
from station.core.signal import Measured
from station.core.yardstick import Yardstick

TOLD_S = 0.4  # below the 0.5 s after which silence counts as a stale signal
RATE = 500

# What the shoulders do: (seconds, %RVE, resting), again and again.  Typing rests often enough, raised shoulders never.
ACTIVITIES: dict[str, tuple[tuple[float, float, bool], ...]] = {
    "rest": ((4.0, 0.5, True),),
    "typing": ((4.4, 6.0, False), (2.4, 0.8, True)),
    "gesturing": ((1.6, 28.0, False), (2.0, 1.0, True), (1.2, 15.0, False)),
    "raised": ((4.0, 19.0, False),),
    "phone": ((4.0, 30.0, False),),
}
# The same in the simulated person's own words.
OF_THE_PERSON = {"gesturing": "talking"}


@lru_cache
def yardsticks() -> tuple[Yardstick, ...]:
    """The simulated person's, measured once."""
    return rehearsal.yardsticks(PersonSettings())


class Told:
    """A signal path that is told the load instead of measuring it: (volts as %RVE, resting, state) in, one hop out."""

    def __init__(self) -> None:
        self.resting = True
        self.state = "ok"

    def push(self, volts: np.ndarray, t_last: float, rate: float, lost: int = 0) -> list[Measured]:
        """One hop; its only sample is the load."""
        ok = self.state == "ok"
        rve = float(volts.flat[0]) if ok else None
        return [Measured(t_last - TOLD_S / 2, t_last, TOLD_S, rve, ok and self.resting, self.state)]


def course(activity: str) -> Iterator[tuple[float, bool]]:
    """(load, resting) for each hop, without end."""
    hops = [(load, resting) for seconds, load, resting in ACTIVITIES[activity] for _ in range(round(seconds / TOLD_S))]
    return itertools.cycle(hops)
