"""What two weeks of answers say in the end: how much the muscle rested in the ten minutes before each of them.

    answers ─ share of rest before each ─► one answer against all others ─► an interval, or "can't be known yet"

Rule 1: nothing is compared before the two weeks are over, nor before eight measured answers of either side.
Rule 2: one look, at the end; 95 % holds for all answers together (Bonferroni), the answers of a day hang together
        (`estimate.py`), and small numbers are pulled towards "no difference", as for situations.
Rule 3: only a difference whose whole interval lies on one side is called one.  It is a picture, not a cause: the person
        chose what to do, and when to answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Final

import numpy as np

from station.core.insight.contrast import Contrast, believed
from station.core.insight.estimate import fitted
from station.core.insight.findings import LEAST_EACH

ALPHA: Final = 0.05


@dataclass(frozen=True, slots=True)
class Said:
    """One answer: on which day (an ordinal), and the share of rest in the ten minutes before; None: not measured."""

    answer: str
    day: int
    rest: float | None


@dataclass(frozen=True, slots=True)
class Observed(Contrast):
    """One kind of answer: how often it was given, how often something was measured before it, the mean share of rest.

    Compared with all other answers.
    """

    answer: str
    said: int
    measured: int
    rest: float | None


def observed(answers: Sequence[str], said: Sequence[Said], whole: bool) -> list[Observed]:
    """One of each, in the order of `answers`.  whole: the two weeks came to their end."""
    measured = [each for each in said if each.rest is not None]
    counts = {answer: sum(each.answer == answer for each in measured) for answer in answers}
    others = sum(counts.values())
    open_ = [a for a in answers if whole and counts[a] >= LEAST_EACH and others - counts[a] >= LEAST_EACH]
    # Of two kinds of answers, the one against the other and the other against the one are a single question.
    together = 1 if len(answers) == 2 else len(open_)
    return [_observed(answer, said, measured, together if answer in open_ else 0) for answer in answers]


def _observed(answer: str, said: Sequence[Said], measured: Sequence[Said], together: int) -> Observed:
    shares = [each.rest for each in measured if each.answer == answer and each.rest is not None]
    plain = Observed(answer, sum(s.answer == answer for s in said), len(shares), fmean(shares) if shares else None)
    found = _fit(answer, measured) if together else None
    if found is None:
        return plain
    difference, error, degrees = found
    return replace(plain, **believed(difference, error**2, degrees, ALPHA / together))


def _fit(answer: str, measured: Sequence[Said]) -> tuple[float, float, int] | None:
    """The difference of the means; with few days, the days are what counts."""
    days = np.array([each.day for each in measured])
    chosen = np.array([float(each.answer == answer) for each in measured])
    design = np.column_stack([np.ones(len(measured)), chosen])
    found = fitted(design, np.array([each.rest for each in measured], dtype=float), days)
    apart = len(np.unique(days)) - 1
    return (found[0], found[1], min(found[2], apart)) if found and apart >= 4 else None
