"""Another voice than the house's: a program's or one's own, sentence by sentence."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

import sounds
from sounds.loudness import RATE, integrated
from sounds.texts import sentences
from station.__main__ import main
from station.outputs.audio.shelf import HouseShelf

# Speaks like piper (`--output_file`) and like espeak-ng (`-w`): a hum of 50 ms a character, at 22.05 kHz.
HUMMING = """#!{python}
import math, struct, sys, wave
text = sys.stdin.read().strip()
assert text
with wave.open(sys.argv[-1], "wb") as out:
    out.setnchannels(1); out.setsampwidth(2); out.setframerate(22050)
    size = int(22050 * 0.05 * len(text))
    out.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(i / 16))) for i in range(size)))
"""
SHRUG = [each for each in sentences() if each.technique == "shoulder-drop" and each.language == "de"]


@pytest.fixture
def humming(tmp_path: Path) -> Path:
    program = tmp_path / "humming"
    program.write_text(HUMMING.format(python=sys.executable))
    program.chmod(0o755)
    return program


def render(*words: object) -> int:
    return main(["voice", "render", "--technique", "shoulder-drop", *map(str, words)])


@pytest.mark.parametrize("engine", ["piper", "espeak"])
def test_a_program_speaks_every_sentence_as_loud_as_the_house(tmp_path: Path, humming: Path, engine: str) -> None:
    model = tmp_path / "voice.onnx"
    model.touch()
    assert render("--engine", engine, "--model", model, "--program", humming, tmp_path / "own") == 0
    files = sorted((tmp_path / "own" / "de").glob("*.ogg"))
    assert {path.stem for path in files} == {each.clip for each in SHRUG}
    for path in files:
        samples, rate = soundfile.read(path)
        assert rate == RATE
        assert integrated(samples) == pytest.approx(-20, abs=1)


def test_what_is_there_is_not_rendered_again(tmp_path: Path, humming: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert render("--engine", "espeak", "--program", humming, tmp_path / "own") == 0
    first, second = capsys.readouterr().out.strip().splitlines()
    assert f"{len(SHRUG)} sentences written" in first
    assert " 0 sentences written" in second


def test_a_sentence_that_does_not_fit_its_slot_is_left_to_the_house_and_said(
    tmp_path: Path, humming: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    humming.write_text(humming.read_text().replace("0.05", "0.5"))
    assert render("--engine", "espeak", "--program", humming, tmp_path / "own") == 1
    assert "do not fit" in capsys.readouterr().out
    assert not list((tmp_path / "own").rglob("*.ogg"))


def test_a_voice_that_cannot_speak_is_a_sentence_with_what_to_do(
    tmp_path: Path, humming: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own"
    assert render("--engine", "piper", own) == 2
    assert "--model FILE" in capsys.readouterr().err
    assert render("--engine", "piper", "--model", tmp_path / "none.onnx", own) == 2
    assert "none.onnx" in capsys.readouterr().err
    assert render("--engine", "espeak", "--program", tmp_path / "nobody", own) == 2
    assert "apt install espeak-ng" in capsys.readouterr().err
    humming.write_text(f"#!{sys.executable}\nraise SystemExit('no voice today')\n")
    assert render("--engine", "espeak", "--program", humming, own) == 2
    assert "no voice today" in capsys.readouterr().err


def test_the_list_says_which_file_each_sentence_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["voice", "list", "--technique", "shoulder-drop"]) == 0
    assert [line.split("  ", 1) for line in capsys.readouterr().out.splitlines()] == [
        [each.clip, each.text] for each in SHRUG
    ]


def test_one_recording_of_ones_own_replaces_one_sentence_and_the_house_speaks_the_others(tmp_path: Path) -> None:
    mine, others = SHRUG[0], SHRUG[1:]
    t = np.arange(44_100) / 44_100
    loud = np.pad(0.9 * np.sin(2 * np.pi * 300 * t), 44_100)  # with a second of silence on both sides, in stereo
    (tmp_path / "recorded").mkdir()
    soundfile.write(tmp_path / "recorded" / f"{mine.clip}.wav", np.stack([loud, loud], axis=1), 44_100)
    (tmp_path / "recorded" / "notes.txt").write_text("")
    assert main(["voice", "take", str(tmp_path / "recorded"), str(tmp_path / "own")]) == 0
    shelf = HouseShelf(str(tmp_path / "own"))
    own = shelf.clip("shoulder-drop", "de", mine.clip)
    samples, rate = soundfile.read(own)
    assert own.parent == tmp_path / "own" / "de"
    assert (rate, samples.ndim) == (RATE, 1)
    assert len(samples) / RATE == pytest.approx(1.1, abs=0.1)
    assert integrated(samples) == pytest.approx(-20, abs=1)
    for each in others:
        assert shelf.clip("shoulder-drop", "de", each.clip) == sounds.clip("shoulder-drop", "de", each.clip)
    assert HouseShelf().clip("shoulder-drop", "de", mine.clip) == sounds.clip("shoulder-drop", "de", mine.clip)


def test_recordings_that_are_named_otherwise_or_silent_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    soundfile.write(tmp_path / "hello.wav", np.zeros(4800), RATE)
    assert main(["voice", "take", str(tmp_path), str(tmp_path / "own")]) == 2
    assert "voice list" in capsys.readouterr().err
    soundfile.write(tmp_path / f"{SHRUG[0].clip}.wav", np.zeros(4800), RATE)
    assert main(["voice", "take", str(tmp_path), str(tmp_path / "own")]) == 1
    assert "it is silent" in capsys.readouterr().out
