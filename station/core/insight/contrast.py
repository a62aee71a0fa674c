"""A difference between two shares of rest, pulled towards "no difference", with its interval.

What `shrink.py` does for the effects of exercises, for shares: differences usually lie within 10 points, and one look
at the person's own data is too little to learn another spread from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

from station.core.insight.estimate import t_quantile

BETWEEN: Final = 0.1**2
LEAST_VARIANCE: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """difference, low, high: against the others, in shares; None: can't be known yet."""

    difference: float | None = None
    low: float = 0.0
    high: float = 0.0

    @property
    def clear(self) -> bool:
        """Does the whole interval lie on one side?"""
        return self.difference is not None and (self.low > 0 or self.high < 0)


def believed(difference: float, variance: float, degrees: int, alpha: float) -> dict[str, Any]:
    """What is believed of a measured difference, as the fields of a `Contrast` with its 1 - `alpha` interval (t).

    variance: of the difference; degrees: of freedom.
    """
    variance = max(LEAST_VARIANCE, variance)
    keep = BETWEEN / (BETWEEN + variance)
    half = t_quantile(1 - alpha / 2, degrees) * math.sqrt(keep * variance)
    centre = keep * difference
    return {"difference": centre, "low": centre - half, "high": centre + half}
