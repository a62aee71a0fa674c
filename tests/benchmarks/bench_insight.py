"""What before/after claims where nothing helps, and what the station says: a thousand simulated persons.

.venv/bin/python -m pytest tests/benchmarks/bench_insight.py -s -m benchmark
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.core.insight_people import live, naive, told

pytestmark = pytest.mark.benchmark

PERSONS, AT_ONCE, DAYS = 1000, 125, 40


def lives(effect: float) -> list[tuple[object, int]]:
    groups = [live(AT_ONCE, DAYS, effect, seed) for seed in range(PERSONS // AT_ONCE)]
    return [(group, person) for group in groups for person in range(AT_ONCE)]


def test_what_is_claimed_and_what_is_true() -> None:
    print()
    for effect in (0.0, -0.10, -0.25, -0.40):
        people = lives(effect)
        claims = [naive(*each) for each in people]
        print(
            f"true effect {100 * effect:+.0f} %: before/after claims {100 * np.median(claims):+.0f} % "
            f"({100 * np.percentile(claims, 2.5):+.0f} to {100 * np.percentile(claims, 97.5):+.0f})"
        )
        for most in (8, 15, 30):
            said = [told(*each, most) for each in people]
            known = [f.effect for f in said if f is not None and f.effect is not None]
            right = np.mean([e.low <= effect <= e.high for e in known])
            print(
                f"  {most:2d} exercises: {len(known)} persons, a difference is called one in "
                f"{100 * np.mean([e.clear for e in known]):.1f} %, "
                f"median {100 * np.median([e.change for e in known]):+.1f} %, "
                f"the interval holds the truth in {100 * right:.1f} %"
            )
        looks = [[told(*each, most) for most in (8, 15, 30)] for each in people]
        ever = [any(f and f.effect and f.effect.clear for f in three) for three in looks if three[-1] is not None]
        print(f"  at any of the three looks: {100 * np.mean(ever):.1f} %")
