"""What two weeks of answers may say: nothing before its time or from too few, and seldom what is not so."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from station.core.insight.observed import Observed, Said, observed
from station.core.observation import SUBJECTS

PACE = SUBJECTS["pace"]


def two_weeks(draw: random.Random, effect: float, answers: Sequence[str] = PACE, of_days: float = 0.08) -> list[Said]:
    """Two answers on each of fourteen days; before the first kind there is so much less rest than before the others."""
    said = []
    usual = draw.uniform(0.3, 0.6)
    for day in range(14):
        level, lean = usual + draw.gauss(0, of_days), min(0.9, max(0.1, draw.gauss(0.5, 0.25)))
        for _ in range(2):
            answer = answers[0] if draw.random() < lean else draw.choice(answers[1:])
            share = level + draw.gauss(0, 0.12) - (effect if answer == answers[0] else 0.0)
            said.append(Said(answer, day, min(1.0, max(0.0, share))))
    return said


def alternating(n: int, *rests: float | None) -> list[Said]:
    """n answers of each of the two kinds, on n days."""
    return [Said(answer, day, rest) for day in range(n) for answer, rest in zip(PACE, rests, strict=True)]


def test_eight_measured_answers_of_each_kind_are_the_least() -> None:
    few = observed(PACE, alternating(7, 0.5, 0.1), whole=True)
    assert [each.difference for each in few] == [None, None] and [each.measured for each in few] == [7, 7]
    enough = observed(PACE, alternating(8, 0.5, 0.1), whole=True)
    assert [each.clear for each in enough] == [True, True]
    assert enough[0].difference == pytest.approx(-enough[1].difference)
    assert enough[0].difference == pytest.approx(0.4, abs=0.001)


def test_before_the_two_weeks_are_over_nothing_is_compared() -> None:
    assert [each.difference for each in observed(PACE, alternating(14, 0.5, 0.1), whole=False)] == [None, None]


def test_an_answer_before_which_nothing_was_measured_counts_as_said_and_as_nothing_else() -> None:
    calm, pressing = observed(PACE, alternating(9, 0.5, None), whole=True)
    assert (calm.said, calm.measured, calm.rest, calm.difference) == (9, 9, 0.5, None)
    assert pressing == Observed("pressing", 9, 0, None) and not pressing.clear


def test_sixteen_answers_of_four_days_say_nothing_of_days() -> None:
    crowded = [Said(answer, k % 4, 0.5 - 0.3 * (answer == "calm")) for k in range(8) for answer in PACE]
    assert [each.difference for each in observed(PACE, crowded, whole=True)] == [None, None]


def test_of_four_kinds_only_those_with_enough_on_either_side_are_compared() -> None:
    said = [Said("writing", k, 0.2) for k in range(10)] + [Said("talking", k, 0.6) for k in range(9)]
    said += [Said("mouse", 3, 0.4)]
    told = {each.answer: each for each in observed(SUBJECTS["task"], said, whole=True)}
    assert told["writing"].clear and told["writing"].high < 0 and told["talking"].low > 0
    assert told["mouse"].difference is None and told["reading"] == Observed("reading", 0, 0, None)


@pytest.mark.parametrize("answers", [PACE, SUBJECTS["task"]], ids=["two kinds", "four kinds"])
def test_where_there_is_no_difference_one_is_told_to_at_most_one_person_in_twenty(answers: Sequence[str]) -> None:
    draw, claims = random.Random(4), 0
    for _ in range(300):
        claims += any(each.clear for each in observed(answers, two_weeks(draw, 0.0, answers), whole=True))
    assert claims <= 15, claims


def test_a_large_difference_is_found_in_most_who_can_be_told_anything() -> None:
    draw, told, found = random.Random(4), 0, 0
    for _ in range(200):
        calm, _ = observed(PACE, two_weeks(draw, 0.3), whole=True)
        told += calm.difference is not None
        found += calm.clear and calm.high < 0
    assert told >= 160 and found >= 0.9 * told, (told, found)
