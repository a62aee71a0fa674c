"""What a person at a desk does, as two tables: activities, and stories made of them.

    story      [(12 s, rest), (14 s, typing), (90 s, raised), ...]
    activity   how hard the neck works, how steadily, with how many small pauses, and what the hands do
    `Habits`   turns an activity into an activation in %RVE, 64 times a second

Levels are in %RVE, the per cent of the reference contraction (arms held out).  Keyboard work usually lies between 2 and
10 %RVE in its working stretches and is full of gaps; raised shoulders and a clamped telephone have no gaps at all,
which is what the station is there to notice (Veiersted 1990: fewer gaps, more pain; Mathiassen 1995: the yardstick).
The levels are chosen from these ranges, not fitted to anybody.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hardware.sensors.person.muscle import CONTROL_RATE, CONTROL_STEPS

FOREVER: Final = math.inf
RELAXED_RVE: Final = 0.2  # a muscle at rest is all but silent


@dataclass(frozen=True, slots=True)
class Activity:
    """One thing a person does.

    level: median activation while the muscle works, %RVE.
    spread: how much that differs from stretch to stretch (log standard deviation).
    flutter: how much it wavers within a stretch (log standard deviation, about a second long).
    work_s, rest_s: mean length of a working stretch and of the rest after it; rest_s 0 means no rest at all.
    reaches: short strong movements a minute (mouse, cup, papers), 15-50 %RVE.
    keys: key strikes a second while the muscle works.
    bumps: motion artefacts a minute.
    raised: how far the shoulders are up, 0..1; only the pressure pad sees it.
    present: at the desk.
    """

    level: float
    spread: float = 0.0
    flutter: float = 0.08
    work_s: float = 4.0
    rest_s: float = 0.0
    reaches: float = 0.0
    keys: float = 0.0
    bumps: float = 0.0
    raised: float = 0.0
    present: bool = True


ACTIVITIES: Final[dict[str, Activity]] = {
    "rest": Activity(RELAXED_RVE, flutter=0.2),
    "reading": Activity(3.0, spread=0.4, flutter=0.15, work_s=6, rest_s=6, reaches=0.5, bumps=0.2),
    "typing": Activity(6.0, spread=0.35, flutter=0.18, work_s=4.5, rest_s=2.2, reaches=0.5, keys=5, bumps=0.3),
    "mouse": Activity(7.5, spread=0.3, flutter=0.15, work_s=7, rest_s=2.5, reaches=1.0, bumps=0.3),
    "raised": Activity(19.0, spread=0.08, flutter=0.12, keys=4, bumps=0.2, raised=0.8),
    "phone": Activity(30.0, spread=0.1, flutter=0.15, bumps=0.5, raised=0.9),
    "talking": Activity(9.0, spread=0.6, flutter=0.3, work_s=2.5, rest_s=3, reaches=4, bumps=2, raised=0.2),
    "exercise": Activity(0.6, flutter=0.4, work_s=3, rest_s=12),
    "reference": Activity(100.0, flutter=0.05),
    "shrug": Activity(150.0, flutter=0.08, raised=1.0),
    "away": Activity(14.0, spread=0.6, flutter=0.4, work_s=5, rest_s=2, reaches=2, bumps=12, present=False),
}

FAULTS: Final = ("off", "drying", "rail", "flat", "hum", "motion")


@dataclass(frozen=True, slots=True)
class Step:
    """So many seconds of an activity, perhaps with a fault of the sensor."""

    seconds: float
    activity: str
    fault: str = ""


def _story(*steps: tuple[float, str] | tuple[float, str, str]) -> tuple[Step, ...]:
    return tuple(Step(*step) for step in steps)


def _minutes(*steps: tuple[float, str]) -> tuple[Step, ...]:
    return tuple(Step(60 * minutes, activity) for minutes, activity in steps)


# Every story begins again when it is over.
# fmt: off
STORIES: Final[dict[str, tuple[Step, ...]]] = {
    # Rest, work, and shoulders that go up and stay up until an exercise plays: all of it within two minutes.
    "demo": _story((12, "rest"), (13, "typing"), (90, "raised"), (6, "rest"), (40, "typing"), (15, "rest")),
    "relaxed": _story((FOREVER, "rest")),
    "typing": _story((FOREVER, "typing")),
    "tense": _story((FOREVER, "raised")),
    # The lesson of the calibration: rest, twice the gentle reference, shrug and drop.
    "calibration": _story(
        (60, "rest"), (15, "reference"), (10, "rest"), (15, "reference"), (10, "rest"), (5, "shrug"), (FOREVER, "rest")
    ),
    "faults": _story(
        (20, "rest"), (40, "typing"), (20, "typing", "off"), (30, "typing"), (60, "typing", "drying"), (30, "typing"),
        (15, "typing", "rail"), (30, "typing"), (15, "typing", "flat"), (30, "typing"), (20, "typing", "hum"),
        (30, "typing"), (20, "typing", "motion"), (30, "typing"), (60, "away"), (30, "typing"),
    ),
    # Eight hours: what a day is made of, with three stretches of raised shoulders and a long call.
    "day": _minutes(
        (3, "rest"), (22, "typing"), (8, "reading"), (6, "raised"), (15, "typing"), (4, "away"), (25, "mouse"),
        (12, "talking"), (20, "typing"), (7, "raised"), (18, "typing"), (5, "away"), (30, "mouse"), (10, "reading"),
        (25, "typing"), (35, "away"), (20, "reading"), (30, "typing"), (14, "phone"), (25, "typing"), (9, "raised"),
        (16, "mouse"), (5, "away"), (28, "typing"), (20, "talking"), (22, "typing"), (12, "reading"), (24, "typing"),
        (10, "rest"),
    ),
}
# fmt: on

RISE_S: Final = 0.06  # a muscle is on in 0.1-0.2 s ...
FALL_S: Final = 0.09  # ... and takes a little longer to let go
FLUTTER_S: Final = 1.2
POSTURE_S: Final = 0.5  # shoulders travel up or down in about a second


@dataclass(frozen=True, slots=True)
class Stretch:
    """What happens during one chunk of 0.25 s, at each control step.

    activation: %RVE.  raised: 0..1.  keys: strikes a second.  bumps: artefacts a minute.  present: at the desk.
    """

    activation: NDArray[np.float64]
    raised: NDArray[np.float64]
    keys: float
    bumps: float
    present: bool


class Habits:
    """Turns activities into activation, with the small irregularities of a person."""

    def __init__(self, seed: np.random.SeedSequence) -> None:
        self._rng = np.random.default_rng(seed)
        self._activity: Activity | None = None
        self._working = False
        self._left_s = 0.0  # of this working stretch or rest
        self._level = RELAXED_RVE
        self._reach_left_s = 0.0
        self._reach_level = 0.0
        self._flutter = 0.0
        self._first = self._second = RELAXED_RVE  # the muscle follows the will through two slow stages
        self._raised = 0.0

    def chunk(self, activity: Activity) -> Stretch:
        """The next 0.25 s of `activity`."""
        if activity is not self._activity:
            self._activity, self._working, self._left_s = activity, False, 0.0
        activation = np.empty(CONTROL_STEPS)
        raised = np.empty(CONTROL_STEPS)
        normals = self._rng.standard_normal(CONTROL_STEPS)
        chances = self._rng.random(CONTROL_STEPS)
        for i in range(CONTROL_STEPS):
            target = self._will(activity, chances[i], normals[i])
            pace = 1 - math.exp(-1 / (CONTROL_RATE * (RISE_S if target > self._second else FALL_S)))
            self._first += pace * (target - self._first)
            self._second += pace * (self._first - self._second)
            self._raised += (activity.raised - self._raised) / (CONTROL_RATE * POSTURE_S)
            activation[i], raised[i] = self._second, self._raised
        keys = activity.keys if self._working else 0.0
        return Stretch(activation, raised, keys, activity.bumps, activity.present)

    def _will(self, activity: Activity, chance: float, normal: float) -> float:
        """What the person is up to at this control step, %RVE."""
        step = 1 / CONTROL_RATE
        self._left_s -= step
        if self._left_s <= 0:
            self._turn(activity)
        keep = math.exp(-step / FLUTTER_S)
        self._flutter = keep * self._flutter + math.sqrt(1 - keep * keep) * normal
        if self._reach_left_s > 0:
            self._reach_left_s -= step
        elif chance < activity.reaches / 60 * step:
            self._reach_left_s = float(self._rng.uniform(0.7, 2.5))
            self._reach_level = float(self._rng.uniform(15, 50))
        level = self._level * math.exp(activity.flutter * self._flutter) if self._working else RELAXED_RVE
        return max(level, self._reach_level) if self._reach_left_s > 0 else level

    def _turn(self, activity: Activity) -> None:
        """From work to rest or from rest to work; lengths are irregular (gamma, shape 2)."""
        self._working = not self._working or activity.rest_s == 0
        mean = activity.work_s if self._working else activity.rest_s
        self._left_s = max(0.3, float(self._rng.gamma(2.0, mean / 2)))
        self._level = activity.level * math.exp(activity.spread * float(self._rng.standard_normal()))
