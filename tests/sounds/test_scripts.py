"""Every exercise that ships: valid, complete in both languages, and kind in its words."""

from __future__ import annotations

import re
import tomllib

import pytest

import sounds
from sounds.texts import clip_name, sentences
from station.core import calibrating_words
from station.core import technique_words as words
from station.core.calibrating import STEPS
from station.core.script import Names, Script
from station.core.script import clip_name as clip_name_of_the_station
from station.core.session import ALWAYS_LED_BACK
from station.core.suggestions import TECHNIQUES
from station.core.technique import compile, describe

NAMES = Names(frozenset(sounds.sound_names()))
ALL = [(technique, script) for technique in sounds.techniques() for script in sounds.scripts(technique)]
# Seconds an exercise of a length may take (PRODUCT §3); the shrug of ten seconds is the one that is shorter.
SPANS = {"micro": (20, 180), "middle": (240, 420), "long": (600, 900)}


def compiled(technique: str, script: str, language: str) -> Script:
    files = (f"{technique}/technique.toml", f"{technique}/{script}.toml")
    return compile(sounds.read(technique), sounds.read(technique, script), language, NAMES, files)


@pytest.mark.parametrize(("technique", "script"), ALL, ids=["/".join(each) for each in ALL])
def test_a_script_is_valid_in_both_languages_and_named_after_its_file(technique: str, script: str) -> None:
    assert describe(sounds.read(technique)).languages == ("de", "en")
    for language in ("de", "en"):
        made = compiled(technique, script, language)
        wanted = f'sounds/techniques/{technique}/{script}.toml, line 1: its technique is "{technique}", like its folder'
        assert (made.technique, made.name, made.language) == (technique, script, language), wanted
        assert script not in words.LENGTHS or made.length == script
        low, high = SPANS[made.length]
        assert low <= made.seconds <= high or technique == "shoulder-drop" or script in words.ACCOMPANYING


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_every_technique_has_a_micro_a_middle_and_a_long_version(technique: str) -> None:
    assert {"micro", "middle", "long"} <= set(sounds.scripts(technique))


def test_there_are_twelve_moves_and_two_minutes_of_walking() -> None:
    moves = [name for name in sounds.scripts("movement") if name not in words.LENGTHS]
    assert "walk" in moves and len(moves) == 13
    assert compiled("movement", "walk", "de").seconds == 120


def test_feel_the_difference_asks_six_times_and_gap_training_takes_ninety_seconds() -> None:
    asked = [step for step in compiled("biofeedback", "middle", "de").steps if step.sound == "guess"]
    gaps = [step for step in compiled("biofeedback", "gaps", "de").steps if step.sound == "gaps"]
    assert len(asked) == 6 and sum(step.seconds for step in gaps) == 90


@pytest.mark.parametrize("script", ["micro", "middle", "long"])
def test_autogenic_training_always_has_its_way_back(script: str) -> None:
    made = compiled("autogenic", script, "de")
    assert made.family in ALWAYS_LED_BACK and sum(step.seconds for step in made.closing if step.kind == "say") >= 10


def test_the_station_always_has_a_breathing_exercise_of_three_minutes_and_a_shrug_of_ten_seconds() -> None:
    assert compiled("breathing", "three-minutes", "de").seconds == 180
    assert compiled("shoulder-drop", "micro", "en").seconds == 10


@pytest.mark.parametrize("script", ["three-minutes", "middle", "long"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_the_breathing_exercise_speaks_a_breath_at_once_and_guides_six_a_minute(language: str, script: str) -> None:
    made = compiled("breathing", script, language)
    assert made.steps[0].at == 0
    assert re.search(r"atme|breath", made.steps[0].text, re.IGNORECASE)
    ins = [step for step in made.steps if step.kind == "breath_in"]
    assert len(ins) >= 8
    assert {step.seconds for step in ins} == {4.0}


def test_the_renderer_and_the_station_call_a_clip_by_the_same_name() -> None:
    assert clip_name("de", "Und ausatmen.") == clip_name_of_the_station("de", "Und ausatmen.")


def test_the_renderer_finds_exactly_what_the_scripts_and_the_calibration_speak() -> None:
    spoken = set()
    for technique, script in ALL:
        for language in ("de", "en"):
            made = compiled(technique, script, language)
            spoken |= {(technique, language, step.clip) for step in (*made.steps, *made.closing) if step.clip}
    for language in calibrating_words.LANGUAGES:
        said = {
            calibrating_words.words(name, language, step.seconds, signal)
            for name, step in STEPS.items()
            for signal in ("emg-raw", "pressure")
        }
        said |= {calibrating_words.in_language(reason, language) for reason in calibrating_words.GERMAN}
        said |= {calibrating_words.taken(language)}
        spoken |= {("calibration", language, clip_name(language, text)) for text in said}
    assert {(each.technique, each.language, each.clip) for each in sentences()} == spoken


def test_descriptions_promise_nothing() -> None:
    for technique in sounds.techniques():
        texts = tomllib.loads(sounds.read(technique))
        for key in ("title", "about", "evidence"):
            for language, text in texts[key].items():
                faults = [fault for fault in words.faults_of(text, language) if "medical" in fault]
                assert not faults, f"{technique} {key}.{language}: {faults}"


def test_every_exercise_that_can_unsettle_says_what_to_do_then() -> None:
    for technique in sounds.techniques():
        texts = tomllib.loads(sounds.read(technique))
        assert texts["closing"], f"{technique} can be ended with a sentence"
        if "unsettling" in texts["safety"] and texts["family"] in {"mindfulness", "imagery"}:
            assert "Augen" in texts["caution"]["de"]
            assert "eyes" in texts["caution"]["en"]


WORSE = {
    "de": r"unangenehm|zu still|schwindlig|jederzeit aufhören|passt dir das Bild",
    "en": r"unpleasant|too quiet|too still|dizzy|stop at any time|picture does not",
}
OFFERED = {"de": r"schau dich um|beweg|streck|locker", "en": r"look around|move|stretch|loose"}


@pytest.mark.parametrize("language", ["de", "en"])
def test_who_feels_worse_is_told_a_way_out_in_every_longer_exercise_and_led_to_eyes_open_or_movement(
    language: str,
) -> None:
    for technique, script in ALL:
        made = compiled(technique, script, language)
        if "unsettling" not in made.safety and technique not in {"pmr", "biofeedback"}:
            continue  # a minute of movement, or of the day
        if made.length != "micro" and technique != "biofeedback":
            assert re.search(WORSE[language], " ".join(step.text for step in made.steps), re.IGNORECASE), (
                f"{technique}/{script} says nowhere what to do when it feels worse"
            )
        told = " ".join(step.text for step in made.closing)
        assert re.search(OFFERED[language], told, re.IGNORECASE), f"{technique}: {told}"
