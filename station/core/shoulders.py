"""Have the shoulders come down?  A quick answer for the light, which cannot wait for the rule that ends a tension.

That rule asks for 30 s of recovery, longer than a light should go on shining on shoulders that have dropped.  The same
two limits (load below 7 %RVE, or more than 35 % rest) are asked here of the last seconds, smoothed by time constant.
"""

from __future__ import annotations

from math import exp

# Recovery, as the tension rule knows it (station/core/tension.py).
DOWN_RVE_PERCENT = 7.0
DOWN_REST_SHARE = 0.35

# With 8 s, shoulders that drop to rest are believed after 3.5 s; a single gap of rest between two key strokes is not.
MEMORY_S = 8.0
# Nothing felt for so long: what is remembered says nothing about now.
UNFELT_S = 10.0


class Shoulders:
    """Load and share of rest of the last few seconds."""

    def __init__(self) -> None:
        self._load = 0.0
        self._rest = 1.0
        self._at = 0.0
        self._felt = False

    def raised(self, load_rve_percent: float, rest_share: float, now: float) -> None:
        """They are up: this is what the tension rule measured."""
        self._load, self._rest, self._at, self._felt = load_rve_percent, rest_share, now, False

    def felt(self, load_rve_percent: float, resting: bool, now: float) -> None:
        """One valid reading."""
        keep = exp(-min(max(now - self._at, 0.0), MEMORY_S) / MEMORY_S)
        self._load = keep * self._load + (1 - keep) * load_rve_percent
        self._rest = keep * self._rest + (1 - keep) * resting
        self._at, self._felt = now, True

    @property
    def are_down(self) -> bool:
        """The last seconds were rest, or near it."""
        return self._load < DOWN_RVE_PERCENT or self._rest > DOWN_REST_SHARE

    def unfelt(self, now: float) -> bool:
        """Readings came, and then no more: nothing is known of them now."""
        return self._felt and now - self._at > UNFELT_S
