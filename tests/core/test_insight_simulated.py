"""Whom nothing helps is told so, and who is helped finds out: simulated persons, whose truth is known.

The larger run that prints the figures is `tests/benchmarks/bench_insight.py`.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from tests.core.insight_people import Lives, live, naive, told

PERSONS, DAYS = 150, 36


@cache
def lives(effect: float) -> Lives:
    return live(PERSONS, DAYS, effect, seed=7)


def clear(effect: float) -> list[bool]:
    """For everybody who did thirty exercises: is a difference claimed?"""
    said = [told(lives(effect), person) for person in range(PERSONS)]
    found = [finding.effect.clear for finding in said if finding is not None and finding.effect is not None]
    assert len(found) > 80, "enough persons to tell five in a hundred from ten"
    return found


def test_before_and_after_would_claim_an_effect_where_there_is_none() -> None:
    claims = [naive(lives(0.0), person) for person in range(PERSONS)]
    low, high = np.percentile(claims, [5, 95])
    assert -0.40 < low < -0.20
    assert -0.10 < high < 0.0
    assert np.median(claims) < -0.06


def test_whom_nothing_helps_is_told_of_an_effect_in_five_of_a_hundred_cases_at_most() -> None:
    assert np.mean(clear(0.0)) <= 0.05


def test_a_quarter_less_load_is_found_with_thirty_exercises() -> None:
    assert np.mean(clear(-0.25)) >= 0.70


@pytest.mark.parametrize("effect", [0.0, -0.25])
def test_the_interval_holds_what_is_true(effect: float) -> None:
    found = [f.effect for p in range(PERSONS) if (f := told(lives(effect), p)) is not None and f.effect]
    assert np.mean([each.low <= effect <= each.high for each in found]) >= 0.93
