"""The path a translator walks (sounds/README.md): text files only, and each mistake told with file and line."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import sounds
from sounds.texts import clip_name
from station import exercises
from station.core.script import ScriptError
from station.core.technique import compile, describe
from station.library import Library

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
