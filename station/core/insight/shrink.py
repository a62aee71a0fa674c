"""Pulled towards "no difference": how much a first, small comparison is to be believed.

Normal-normal empirical Bayes (Efron & Morris, J Am Stat Assoc 1975;70:311): true effects scatter around 0 with variance
`between`, an estimate around its true effect with `error`².  What is believed is

    estimate × between / (between + error²)      with a spread of   sqrt(between × error² / (between + error²))

so that a wild result from eight exercises shrinks a lot, and a firm one hardly.  `between` begins at 0.2² (two effects
of three within ± 20 %) with the weight of three techniques, and learns from the person's own ones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from station.core.insight.estimate import Estimate, t_quantile

BETWEEN: Final = 0.2**2
WEIGHT: Final = 3.0
LEAST_BETWEEN: Final = 0.05**2


@dataclass(frozen=True, slots=True)
class Effect:
    """What is believed, as shares of the load: -0.2 means a fifth lower.  low..high: the interval."""

    change: float
    low: float
    high: float
    exercises: int
    pauses: int

    @property
    def clear(self) -> bool:
        """Does the whole interval lie on one side?"""
        return self.high < 0 or self.low > 0


def between_of(estimates: Sequence[Estimate]) -> float:
    """How much true effects scatter around 0, learnt from these and what is usual."""
    own = sum(e.difference**2 - e.error**2 for e in estimates)
    return max(LEAST_BETWEEN, (WEIGHT * BETWEEN + own) / (WEIGHT + len(estimates)))


def shrunk(estimate: Estimate, between: float, confidence: float) -> Effect:
    """The effect to be believed, with its interval."""
    keep = between / (between + estimate.error**2)
    centre = keep * estimate.difference
    half = t_quantile(0.5 + confidence / 2, estimate.degrees) * math.sqrt(keep) * estimate.error
    return Effect(
        math.expm1(centre),
        math.expm1(centre - half),
        math.expm1(centre + half),
        estimate.exercises,
        estimate.pauses,
    )
