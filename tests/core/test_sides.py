"""Two channels, one of them broken: what is said of it, and that the other goes on."""

from __future__ import annotations

import pytest

from station.core.events import OutputTrouble, OutputWell
from station.core.sides import SAID, Sides
from station.core.signal import Measured
from station.german import in_german

OK, RAIL, ABSENT, MOTION = "ok", "rail", "absent", "motion"
ANSWER = Measured(0.0, 0.0, 0.5, 5.0, False, "ok")


class Story:
    """Half a second at a time."""

    def __init__(self, *signals: str) -> None:
        self.sides, self.now, self.told = Sides(signals or ("emg-raw", "emg-raw")), 0.0, []

    def for_s(self, seconds: float, *states: str, answer: str = "ok") -> Story:
        for _ in range(round(seconds * 2)):
            self.now += 0.5
            hops = [Measured(0.0, 0.0, 0.5, 5.0, False, state) for state in states]
            said = self.sides.hop(hops, Measured(0.0, 0.0, 0.5, 5.0, False, answer))
            self.told += [(self.now, type(event), event.output) for event in said]
        return self


def test_a_side_that_is_broken_for_ten_seconds_is_told_once_and_when_it_is_well_again():
    story = Story().for_s(60, OK, OK).for_s(300, RAIL, OK).for_s(60, OK, OK)
    assert story.told == [(70.0, OutputTrouble, "channel 1"), (370.0, OutputWell, "channel 1")]


def test_a_slip_of_a_few_seconds_is_not_worth_a_word():
    assert not Story().for_s(9, OK, RAIL).for_s(1, OK, OK).for_s(9, OK, RAIL).told


def test_a_moment_in_which_it_works_does_not_make_it_well():
    story = Story().for_s(20, OK, RAIL).for_s(9, OK, OK).for_s(5, OK, MOTION).for_s(9, OK, OK)
    assert [event for _, event, _ in story.told] == [OutputTrouble]


def test_while_nothing_can_be_believed_the_quality_says_so_alone():
    assert not Story().for_s(600, RAIL, RAIL, answer="rail").told


def test_an_empty_pad_is_worth_a_word_after_two_hours_of_a_muscle_that_is_felt():
    lunch = Story("emg-raw", "pressure").for_s(3600, OK, ABSENT).for_s(9000, OK, ABSENT, answer="absent")
    assert not lunch.told
    assert not lunch.for_s(3500, OK, ABSENT).told
    assert lunch.for_s(100, OK, ABSENT).told == [(16200.0, OutputTrouble, "channel 2")]


@pytest.mark.parametrize("state", ["off", "rail", "flat", "hum"])
def test_the_sentence_names_the_channel_and_what_to_do_in_both_languages(state: str):
    sides, said = Sides(("emg-raw", "emg-envelope")), []
    for _ in range(30):
        said += sides.hop([ANSWER, Measured(0.0, 0.0, 0.5, None, False, state)], ANSWER)
    (trouble,) = said
    assert trouble.problem == (
        f"Of the two channels the second (electrodes) cannot be believed: {SAID[state]}. The other one goes on alone."
    )
    german = in_german(trouble.problem)
    assert german.startswith("Dem zweiten der beiden Kanäle (Elektroden) ist nicht zu trauen: ")
    assert german.endswith(". Der andere macht allein weiter.") and SAID[state] not in german


def test_the_sentence_about_the_pad_is_german_too():
    sides, said = Sides(("emg-raw", "pressure")), []
    for _ in range(72):
        said += sides.hop([ANSWER, Measured(0.0, 0.0, 100.0, None, False, "absent")], ANSWER)
    assert "(Kissen)" in in_german(said[0].problem) and "zwei Stunden" in in_german(said[0].problem)
