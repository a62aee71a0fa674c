"""The path a translator walks (sounds/README.md): text files only, and each mistake told with file and line."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import sounds
from sounds.texts import clip_name, sentences
from station import assembly, config, exercises
from station.app import Inbox
from station.core.events import Preferred, SessionStarted, SessionStep
from station.core.inputs import Prefer, Start
from station.core.script import ScriptError
from station.core.technique import compile, describe
from station.errors import ConfigError, StationError
from station.library import Library
from station.outputs.audio.shelf import HouseShelf
from station.outputs.mqtt import Settings as Mqtt
from station.outputs.mqtt.discovery import payloads
from station.settings import Station
from station.voice import slots

FILES = ("breathing/technique.toml", "breathing/micro.toml")
ABOUT, SCRIPT = sounds.read("breathing"), sounds.read("breathing", "micro")
BEGUN = ABOUT.replace("title.en", 'title.fr = "Respirer"\ntitle.en')


def translated(text: str) -> str:
    """Beside every English line a French one (the words stay English: only the path is walked here)."""
    return re.sub(r"^((?:\w+\.)?)en = (.*)$", r"\1fr = \2\n\1en = \2", text, flags=re.MULTILINE)


def test_the_first_line_of_a_new_language_lists_every_sentence_that_is_still_missing() -> None:
    with pytest.raises(ScriptError) as told:
        compile(BEGUN, SCRIPT, "fr", files=FILES)
    missing = [problem for problem in told.value.problems if "fr" in problem.sentence]
    spoken = [n for n, line in enumerate(SCRIPT.splitlines(), 1) if re.match(r"\w+\.en = ", line)]
    assert len(spoken) > 3
    assert {problem.file for problem in missing} >= {FILES[1]}
    assert len([problem for problem in missing if problem.file == FILES[1]]) >= len(spoken)
    assert all(problem.line > 0 for problem in missing)


def test_with_every_sentence_added_it_is_an_exercise_of_exactly_the_same_length() -> None:
    about, script = translated(ABOUT), translated(SCRIPT)
    assert set(describe(about).languages) == {"de", "en", "fr"}
    french, english = (compile(about, script, language, files=FILES) for language in ("fr", "en"))
    assert [(step.at, step.seconds, step.text) for step in french.steps] == [
        (step.at, step.seconds, step.text) for step in english.steps
    ]


def test_a_sentence_too_long_for_its_slot_is_told_with_its_line() -> None:
    script = re.sub(r'^say\.fr = "', 'say.fr = "' + "Encore " * 12, translated(SCRIPT), count=1, flags=re.MULTILINE)
    line = next(n for n, text in enumerate(script.splitlines(), 1) if text.startswith("say.fr"))
    with pytest.raises(ScriptError) as told:
        compile(translated(ABOUT), script, "fr", files=FILES)
    assert [problem for problem in told.value.problems if problem.file == FILES[1] and abs(problem.line - line) <= 3]


@pytest.fixture
def french(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The house's sounds, in which somebody has translated the shrug of ten seconds: text files, and nothing else."""
    here = tmp_path / "sounds"
    shutil.copytree(sounds.HERE / "techniques", here / "techniques", ignore=shutil.ignore_patterns("clips"))
    for folder in (sounds.HERE / "techniques").glob("*/clips"):
        (here / "techniques" / folder.parent.name / "clips").symlink_to(folder)
    for name in ("chimes", "ambience"):
        (here / name).symlink_to(sounds.HERE / name)
    shrug = here / "techniques/shoulder-drop"
    for file in shrug.glob("*.toml"):
        file.write_text(translated(file.read_text()))
    monkeypatch.setattr(sounds, "HERE", here)
    return tmp_path


def own_voice(folder: Path) -> Path:
    """A French voice of the owner's own (English clips under their French names)."""
    (folder / "own/fr").mkdir(parents=True)
    for each in sentences():
        if each.language == "fr":
            shutil.copy(
                sounds.clip(each.technique, "en", clip_name("en", each.text)), folder / f"own/fr/{each.clip}.ogg"
            )
    return folder / "own"


def test_a_station_may_be_told_to_speak_it_and_shows_what_nobody_has_translated_in_english(french: Path) -> None:
    settings = config.from_text('[station]\nlanguage = "fr"\n')
    assert settings.of(Station).shown == "en"
    house = assembly.house(settings, french, Inbox())
    assert (house.language, house.voice) == ("en", "fr")
    with pytest.raises(ConfigError) as told:
        config.from_text('[station]\nlanguage = "xx"\n', "desk.toml")
    assert told.value.problems == [
        'desk.toml:2: [station] language = "xx" is not possible; allowed: "de" | "en" | "fr".'
    ]


def test_a_voice_can_be_made_while_other_exercises_are_not_translated_yet(french: Path) -> None:
    room = slots("fr")
    assert set(room) == {each.clip for each in sentences() if each.language == "fr"}
    script = french / "sounds/techniques/shoulder-drop/micro.toml"
    script.write_text(script.read_text().replace("say.fr = ", "sey.fr = ", 1))
    with pytest.raises(StationError, match=r"shoulder-drop/micro.toml, line \d+"):
        slots("fr")


def test_with_a_voice_of_ones_own_what_is_translated_is_heard_in_it_and_the_rest_in_english(french: Path) -> None:
    own = own_voice(french)
    settings = config.from_text(f'[station]\nlanguage = "fr"\n[output.audio]\nown_voice = "{own}"\n')
    library = Library(own=str(own))
    assert library.spoken("fr") == ("shoulder-drop",)
    assert library.languages() == ("de", "en", "fr")
    assert library.offered("fr") == library.names("en")
    engine = assembly.core(settings, library, library.offered("fr"), (), library.named, library.languages()).engine
    told = engine.handle(Start("shoulder-drop"), 0.0)
    (started,) = [event for event in told if isinstance(event, SessionStarted)]
    assert (started.technique, started.language, started.seconds) == ("shoulder-drop", "fr", 10.0)
    (said,) = [event for event in told if isinstance(event, SessionStep) and event.clip]
    assert HouseShelf(str(own)).clip("shoulder-drop", "fr", said.clip).parent == own / "fr"
    told = engine.handle(Start("breathing"), 1.0)
    (started,) = [event for event in told if isinstance(event, SessionStarted)]
    assert (started.technique, started.language) == ("breathing", "en")
    told = engine.handle(Prefer({"language": "fr"}), 2.0)
    assert [(event.name, event.value) for event in told if isinstance(event, Preferred)] == [("language", "fr")]


def test_without_a_voice_the_new_language_is_not_offered_and_english_is_heard(french: Path) -> None:
    library = Library()
    assert library.languages() == ("de", "en")
    settings = config.from_text('[station]\nlanguage = "fr"\n')
    engine = assembly.core(settings, library, library.offered("fr")).engine
    told = engine.handle(Start("shoulder-drop"), 0.0)
    assert [event.language for event in told if isinstance(event, SessionStarted)] == ["en"]


def test_the_home_may_choose_the_new_language_where_the_station_speaks_it(french: Path) -> None:
    settings = config.from_text('[station]\nlanguage = "fr"\n')
    ((_, document), *_) = payloads(Mqtt(discovery="device"), assembly.house(settings, french, Inbox(), ("breathing",)))
    assert document["components"]["language"]["options"] == ["de", "en", "fr"]


def test_with_a_voice_the_station_offers_it_and_no_code_was_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "techniques/breathing"
    (folder / "clips/fr").mkdir(parents=True)
    (folder / "technique.toml").write_text(translated(ABOUT))
    (folder / "micro.toml").write_text(translated(SCRIPT))
    english = compile(ABOUT, SCRIPT, "en", files=FILES)
    for step in (*english.steps, *english.closing):
        if step.clip:
            voice = sounds.clip("breathing", "en", step.clip)
            shutil.copy(voice, folder / f"clips/fr/{clip_name('fr', step.text)}.ogg")
    monkeypatch.setattr(sounds, "HERE", tmp_path)
    (each,) = [each for each in exercises.exercises(Library()) if each.language == "fr"]
    assert (each.id, each.length, each.title) == ("breathing", "micro", describe(translated(ABOUT)).title["fr"])
