"""A rendered exercise: the exact length, every sentence at its second, ducked, never at full scale."""

import argparse
import wave
from pathlib import Path

import numpy as np
import pytest

import sounds
from station import render
from station.core import technique
from station.errors import StationError
from station.outputs.audio.levels import RATE
from station.outputs.audio.offline import OfflineMixer

pytestmark = pytest.mark.slow


def rendered(tmp_path: Path, *words: str) -> np.ndarray:
    parser = argparse.ArgumentParser()
    render.add_arguments(parser)
    out = tmp_path / "out.wav"
    assert render.run(parser.parse_args([*words, str(out)])) == 0
    with wave.open(str(out)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 2, 2)
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)[:, 0] / 32768


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_sentence_is_where_the_script_says(tmp_path: Path, language: str) -> None:
    heard = rendered(tmp_path, "breathing", "--length", "middle", "--language", language)
    script = technique.compile(sounds.read("breathing"), sounds.read("breathing", "middle"), language)
    assert script.seconds <= len(heard) / RATE <= script.seconds + render.RING_OUT_S
    assert np.max(np.abs(heard)) < 10 ** (-2.5 / 20)
    mixer = OfflineMixer(1.0)
    for step in script.steps:
        if not step.clip:
            continue
        mixer.play(0, sounds.clip("breathing", language, step.clip))
        clip = mixer.advance(mixer._frames / RATE + 1.5)[:, 0] / 32768
        mixer.fade(0, 0.001)
        mixer.advance(mixer._frames / RATE + 0.1)
        start = max(0, round((step.at - 0.5) * RATE))
        window = heard[start : start + len(clip) + RATE]
        shape = len(window) + len(clip)
        match = np.fft.irfft(np.fft.rfft(window, shape) * np.conj(np.fft.rfft(clip, shape)), shape)
        found = start + int(np.argmax(match[: len(window)]))
        assert abs(found / RATE - step.at) < 0.100, f"{step.text!r} at {found / RATE:.3f} instead of {step.at:.3f}"
    mixer.close()


def test_rendering_twice_gives_the_same_file(tmp_path: Path) -> None:
    assert np.array_equal(rendered(tmp_path, "shoulder-drop"), rendered(tmp_path, "shoulder-drop"))


def test_what_cannot_be_rendered_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StationError, match="the ending says the kind of file"):
        rendered_as(tmp_path / "out.mp4", "breathing")
    with pytest.raises(StationError, match="no exercise 'sleeping'"):
        rendered_as(tmp_path / "out.wav", "sleeping")
    with pytest.raises(StationError, match="cannot be written"):
        rendered_as(tmp_path / "nowhere" / "out.wav", "breathing")


def rendered_as(path: Path, exercise: str) -> None:
    parser = argparse.ArgumentParser()
    render.add_arguments(parser)
    render.run(parser.parse_args([exercise, str(path)]))
