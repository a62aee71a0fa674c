"""The report of a recording: a table in the terminal and a page that can be printed."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from edfio import Edf, EdfAnnotation, EdfSignal

from station import report
from station.__main__ import main
from station.replaying import load, play, prepare
from station.story import Story

RATE = 50.0


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Calibration, a minute of rest, three tense minutes, a minute with the sensor at its limit, a minute of rest."""
    path = tmp_path_factory.mktemp("edf") / "day.edf"
    parts = ((15, 0.05), (15, 1.05), (60, 0.06), (180, 0.30), (60, 3.3), (60, 0.06))
    level = np.concatenate([np.full(round(s * RATE), v) for s, v in parts])
    volts = np.clip(level + np.random.default_rng(1).normal(0, 0.002, len(level)), 0, 3.3)
    notes = [EdfAnnotation(0, 15, "calibration/rest"), EdfAnnotation(15, 15, "calibration/reference")]
    signal = EdfSignal(volts, RATE, label="EMG envelope", physical_dimension="V", physical_range=(0, 3.3))
    Edf([signal], annotations=[*notes, EdfAnnotation(100, None, "mark")]).write(path)
    return path


def test_the_table_says_what_happened_in_order_of_time(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyse", str(recording)]) == 0
    out = capsys.readouterr().out
    assert "Sustained tension once" in out
    assert "day.edf: 6:30 long; “EMG envelope”, 50 samples a second" in out
    assert re.search(r"believable +\d:\d\d of 6:00; its first 0:30, with the calibration, are not counted$", out, re.M)
    times = [int(m) * 60 + int(s) for m, s in re.findall(r"^  at +(\d+):(\d\d)", out, re.MULTILINE)]
    assert times == sorted(times) and times
    assert "rail" in out


@pytest.mark.parametrize("command", ["analyse", "replay"])
def test_each_help_says_which_of_the_two_is_for_what(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "replay for every event (--json)" in said and "analyse for the picture (--png)" in said


def test_the_table_counts_gaps_and_unbroken_stretches_by_their_length(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["analyse", str(recording)]) == 0
    out = capsys.readouterr().out
    assert re.search(r"^  unbroken +2 min to 4 min: 1$", out, re.MULTILINE), out
    assert re.search(r"^  gaps +\d\.\d a minute$", out, re.MULTILINE), out


@pytest.mark.slow
@pytest.mark.parametrize("language", ["de", "en"])
def test_the_picture_is_drawn(recording: Path, tmp_path: Path, language: str) -> None:
    assert main(["analyse", str(recording), "--png", str(tmp_path / "a.png"), "--language", language]) == 0
    assert (tmp_path / "a.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


@pytest.mark.slow
def test_the_picture_says_in_words_what_its_colours_say(recording: Path, tmp_path: Path) -> None:
    prepared = prepare(load(str(recording)))
    report.draw(prepared, Story.of(play(prepared), since=prepared.in_force_s), tmp_path / "a.svg", "de")
    drawn = (tmp_path / "a.svg").read_text()
    for words in ("day.edf", "Pausenanteil", "Anschlag", "Was die Station bemerkt hätte", "kein Medizinprodukt"):
        assert f"<!-- {words}" in drawn or words in drawn


def test_a_picture_that_cannot_be_written_gives_a_sentence(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyse", str(recording), "--png", str(recording.parent / "no" / "a.png")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_every_word_is_there_in_both_languages() -> None:
    assert all(len(pair) == 2 and all(pair) for pair in report.WORDS.values())
    assert set(report.STATES) <= set(report.WORDS)


def test_a_recording_without_a_believable_moment_still_has_a_report(tmp_path: Path) -> None:
    prepared = prepare(load(str(_dead(tmp_path / "a.edf"))))
    story = Story.of(play(prepared), since=prepared.in_force_s)
    report.draw(prepared, story, tmp_path / "a.png", "en")
    assert story.valid_s < 2


def _dead(path: Path) -> Path:
    """A good calibration, then nothing but the supply rail."""
    rng = np.random.default_rng(2)
    volts = np.concatenate([rng.normal(0.05, 0.002, 750), rng.normal(1.05, 0.002, 750), np.full(3000, 3.3)])
    signal = EdfSignal(np.clip(volts, 0, 3.3), RATE, label="EMG env", physical_dimension="V", physical_range=(0, 3.3))
    notes = [EdfAnnotation(0, 15, "calibration/rest"), EdfAnnotation(15, 15, "calibration/reference")]
    Edf([signal], annotations=notes).write(path)
    return path
