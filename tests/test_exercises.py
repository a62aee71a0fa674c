"""What the station says it can play is what it plays."""

from __future__ import annotations

import argparse
import json

import pytest

import sounds
from station import exercises
from station.__main__ import main
from station.core.engine import Engine
from station.core.events import Reading, Refused, SessionEnded, SessionStep
from station.core.inputs import Start, Tick
from station.core.repertoire import LENGTHS, RESTED, STILLNESS
from station.core.session import Session
from station.core.technique_words import FAMILIES
from station.errors import StationError
from station.library import Library


@pytest.fixture(scope="module")
def all_of_them() -> tuple[exercises.Exercise, ...]:
    return exercises.exercises(Library(unvoiced=True))


def test_every_line_of_the_list_can_be_asked_for_and_is_as_long_as_it_says(all_of_them) -> None:
    library = Library(unvoiced=True)
    for each in all_of_them:
        script = library(each.id, each.length, each.language)
        assert script is not None and (script.seconds, script.length) == (each.seconds, each.length)


def test_ids_lengths_and_languages_are_unique_and_of_the_known_kinds(all_of_them) -> None:
    keys = [(each.id, each.language, each.length) for each in all_of_them]
    assert len(set(keys)) == len(keys)
    assert {each.technique for each in all_of_them} <= set(FAMILIES)
    assert {each.length for each in all_of_them} <= set(LENGTHS)
    assert all(each.seconds > 0 and each.title for each in all_of_them)


def test_each_exercise_is_there_in_german_and_english_and_equally_long(all_of_them) -> None:
    german, english = (
        {(e.id, e.length): e.seconds for e in all_of_them if e.language == language} for language in ("de", "en")
    )
    assert german == english


def test_what_has_no_voice_in_a_language_is_not_offered_in_it() -> None:
    offered = {(each.id.split("/")[0], each.language) for each in exercises.exercises()}
    assert offered
    assert all(sounds.voiced(name, language) for name, language in offered)


def test_sentences_of_the_house_are_no_exercises(all_of_them) -> None:
    assert not [each.id for each in all_of_them if each.id.endswith((RESTED, STILLNESS))]


def test_a_named_exercise_knows_its_own_length() -> None:
    library = Library(unvoiced=True)
    for name in library.named("movement"):
        one = library(name, "micro", "de")
        assert one is not None and library(name, "long", "de") is one
        assert library(name, RESTED, "de") is library("movement", RESTED, "de")


def test_as_json_it_is_one_list_with_the_agreed_keys(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exercises", "--json", "--language", "en"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {"id", "technique", "language", "length", "seconds"} <= set(listed[0])
    assert {each["language"] for each in listed} == {"en"}


def test_for_a_person_it_is_a_line_an_exercise(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exercises", "--language", "de"]) == 0
    lines = capsys.readouterr().out.splitlines()
    (line,) = [line for line in lines if line.startswith("breathing ")]
    assert "Ruhig atmen" in line and line.split()[-3:] == ["1:20", "4:30", "10:11"]
    assert lines[0].split() == ["de", "micro", "middle", "long"]
    (line,) = [line for line in lines if line.startswith("biofeedback ")]
    assert "Den Muskel hören" in line and "Loslassen" not in line, "as on the page"


@pytest.mark.parametrize("system", ["de", "en"])
def test_the_language_of_the_system_comes_first_and_80_columns_are_enough(
    system: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", f"{system}_XX.UTF-8")
    assert main(["exercises"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    heads = [line.split()[0] for line in lines if line.endswith(" micro middle long")]
    assert heads[0] == system and sorted(heads) == ["de", "en"]


def test_a_language_that_nothing_speaks_is_said_in_a_sentence() -> None:
    parser = argparse.ArgumentParser()
    exercises.add_arguments(parser)
    with pytest.raises(StationError, match="No exercise speaks 'fr'"):
        exercises.run(parser.parse_args(["--language", "fr"]))


def played(name: str, length: str, load: float | None) -> tuple[list[SessionStep], float, str]:
    """One exercise of the house with a muscle of this load (None: no sensor): its steps, its length, how it ended."""
    engine = Engine([Session(Library(unvoiced=True))])
    told, now = [(0.0, event) for event in engine.handle(Start(name, length, "de"), 0.0)], 0.0
    reading_at = 0.1
    assert told and not isinstance(told[-1][1], Refused), name
    while not isinstance(told[-1][1], SessionEnded):
        if load is not None and reading_at <= engine.due():
            now, message = reading_at, Reading(reading_at, load, load < 5, "ok")
            reading_at += 0.1
        else:
            now, message = engine.due(), Tick()
        told += [(now, event) for event in engine.handle(message, now)]
    steps = [event for _, event in told if isinstance(event, SessionStep)]
    return steps, now, told[-1][1].reason


@pytest.mark.parametrize("load", [None, 1.0, 30.0], ids=["without a sensor", "loose", "tense"])
def test_whatever_the_muscle_does_each_exercise_lasts_exactly_as_long_as_it_says(all_of_them, load) -> None:
    for each in all_of_them:
        if each.language == "de" and each.technique != "daily":
            steps, seconds, reason = played(each.id, each.length, load)
            assert (round(seconds, 3), reason) == (each.seconds, "completed"), each
            assert [step.index for step in steps] == list(range(len(steps))), each


def test_letting_go_quickly_brings_the_next_group_sooner_and_a_word_into_the_stillness() -> None:
    tense, _, _ = played("pmr", "middle", 30.0)
    loose, _, _ = played("pmr", "middle", 1.0)
    extra = [step.text for step in loose if step.text not in {step.text for step in tense}]
    assert len(extra) == 2


def test_with_a_sensor_the_voice_speaks_of_the_tone_and_without_one_it_does_not() -> None:
    with_it, _, _ = played("biofeedback", "micro", 30.0)
    without, _, _ = played("biofeedback", "micro", None)
    assert "Ton" in " ".join(step.text for step in with_it)
    assert "ohne Sensor" in " ".join(step.text for step in without)
