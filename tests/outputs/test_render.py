"""A rendered exercise: the exact length, every sentence at its second, ducked, never at full scale."""

import argparse
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile

import sounds
from station import render
from station.core import technique
from station.errors import StationError
from station.outputs.audio.levels import RATE
from tests.heard import Played, listen, sounding

pytestmark = pytest.mark.slow

# Any one sentence of the breathing exercise.
SENTENCE = sorted(sounds.clip("breathing", "de", "").parent.glob("*.ogg"))[0].stem


def rendered(tmp_path: Path, *words: str) -> np.ndarray:
    parser = argparse.ArgumentParser()
    render.add_arguments(parser)
    out = tmp_path / f"out-{len(list(tmp_path.iterdir()))}.wav"
    assert render.run(parser.parse_args([*words, str(out)])) == 0
    with wave.open(str(out)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 2, 2)
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)[:, 0] / 32768


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_sentence_is_where_the_script_says_as_loud_as_agreed_and_without_a_click(
    tmp_path: Path, language: str
) -> None:
    """One exercise with a bed, breath tones and bowls; `make bench` measures all of them (bench_heard.py)."""
    heard = rendered(tmp_path, "breathing", "--length", "middle", "--language", language)
    script = technique.compile(sounds.read("breathing"), sounds.read("breathing", "middle"), language)
    assert script.seconds <= len(heard) / RATE <= script.seconds + render.RING_OUT_S
    steps = render.steps("breathing", "middle", language)
    measured = listen(heard, [played for at, step in steps for played in sounding(step, at)])
    assert len(measured.late) > len([step for _, step in steps if step.clip]) > 5
    assert not measured.faults()


def test_what_is_measured_notices_a_late_sentence_a_missing_one_a_click_and_a_wrong_loudness() -> None:
    path = sounds.clip("breathing", "de", SENTENCE)
    clip, _ = soundfile.read(path)
    mix = np.zeros(len(clip) + 2 * RATE)
    mix[RATE : RATE + len(clip)] = clip
    good = listen(mix, [Played(path, 1.0)])
    assert not good.faults()
    assert abs(good.late[0]) < 0.001
    (late,) = listen(mix, [Played(path, 0.8)]).faults()
    assert "+0.200 s" in late
    missing = listen(mix, [Played(path, 1.0), Played(path, 1.0)]).faults()
    assert any("belongs to no sound" in fault for fault in missing)
    assert any("LUFS" in fault for fault in listen(mix * 0.5, [Played(path, 1.0)]).faults())
    mix[RATE + 1] += 0.2
    at_the_seam, _ = listen(mix, [Played(path, 1.0)]).faults()
    assert "at a seam" in at_the_seam
    mix[RATE + 1] -= 0.2
    mix[RATE + len(clip) // 2] += 0.05
    (within,) = listen(mix, [Played(path, 1.0)]).faults()
    assert "belongs to no sound" in within


def test_rendering_twice_gives_the_same_file(tmp_path: Path) -> None:
    assert np.array_equal(rendered(tmp_path, "shoulder-drop"), rendered(tmp_path, "shoulder-drop"))


def test_what_cannot_be_rendered_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StationError, match="the ending says the kind of file"):
        rendered_as(tmp_path / "out.mp4", "breathing")
    with pytest.raises(StationError, match="no exercise 'sleeping'"):
        rendered_as(tmp_path / "out.wav", "sleeping")
    with pytest.raises(StationError, match="There is no folder"):
        rendered_as(tmp_path / "nowhere" / "out.wav", "breathing")


def rendered_as(path: Path, exercise: str) -> None:
    parser = argparse.ArgumentParser()
    render.add_arguments(parser)
    render.run(parser.parse_args([exercise, str(path)]))
