"""Every synthesised sound: at its agreed loudness, without clicks, the same each time."""

from __future__ import annotations

import wave

import numpy as np
import pytest
from numpy.typing import NDArray

import sounds
from sounds import synth
from sounds.loudness import RATE, integrated, momentary, true_peak

TONES = sorted(synth.tones())


def stored(name: str) -> NDArray[np.float64]:
    with wave.open(str(sounds.sound(name))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768.0


def pitch_of(sound: NDArray[np.float64]) -> float:
    """Hz of the strongest line."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 2**17))
    return float(np.argmax(spectrum) * RATE / 2**17)


@pytest.mark.parametrize("name", TONES)
def test_the_stored_tone_is_what_the_script_makes(name: str) -> None:
    assert np.max(np.abs(stored(name) - synth.tones()[name]())) < 3 / 32768


@pytest.mark.parametrize("name", [name for name in TONES if name != "tension"])
def test_a_tone_begins_and_ends_in_silence(name: str) -> None:
    sound = stored(name)
    assert np.max(np.abs(sound[:10])) < 0.002
    assert np.max(np.abs(sound[-10:])) < 0.002


def test_the_chime_is_short_soft_and_falls() -> None:
    chime = stored("chime")
    assert len(chime) / RATE <= 1.5
    assert np.max(momentary(chime)) == pytest.approx(-24, abs=0.3)
    assert true_peak(chime) < -10
    first, second = chime[: int(0.26 * RATE)], chime[int(0.45 * RATE) : int(1.0 * RATE)]
    assert pitch_of(second) < pitch_of(first) * 0.9


@pytest.mark.parametrize(("name", "lufs"), [("bowl-start", -28), ("bowl-end", -28), ("tick", -31)])
def test_a_cue_is_quieter_than_a_voice(name: str, lufs: float) -> None:
    assert np.max(momentary(stored(name))) == pytest.approx(lufs, abs=0.3)


@pytest.mark.parametrize("name", [name for name in TONES if name.startswith("breath")])
def test_the_pacer_lasts_its_breath_and_glides_up_for_in_and_down_for_out(name: str) -> None:
    sound = stored(name)
    seconds = int(name.rsplit("-", 1)[1])
    assert len(sound) == seconds * RATE
    assert integrated(sound) == pytest.approx(-29, abs=0.3)
    start, end = pitch_of(sound[RATE // 2 : RATE]), pitch_of(sound[-RATE : -RATE // 2])
    assert end > start * 1.15 if "-in-" in name else end < start / 1.15


def test_the_tension_tone_loops_on_the_sample() -> None:
    tone = stored("tension")
    twice = np.tile(tone, 2)
    inside = np.max(np.abs(np.diff(tone, 2)))
    assert np.max(np.abs(np.diff(twice, 2)[len(tone) - 4 : len(tone) + 4])) <= inside * 1.05
    assert integrated(np.tile(tone, 4)) == pytest.approx(-32, abs=0.3)


@pytest.mark.parametrize("name", ["rain", "waves", "brown"])
def test_a_bed_is_soft_and_its_seam_is_like_any_other_place(name: str) -> None:
    soundfile = pytest.importorskip("soundfile", reason="decoding Ogg needs soundfile (test extra)")
    bed, rate = soundfile.read(sounds.sound(name))
    assert (rate, bed.ndim, len(bed)) == (RATE, 1, synth.BED_SECONDS * RATE)
    assert integrated(bed) == pytest.approx(-38, abs=1)
    assert true_peak(bed) < -15
    around = np.concatenate((bed[-RATE // 2 :], bed[: RATE // 2]))
    jumps = np.abs(np.diff(around, 2))
    seam = np.max(jumps[RATE // 2 - 6 : RATE // 2 + 6])
    assert seam <= 1.2 * np.max(np.abs(np.diff(bed[RATE : 4 * RATE], 2)))


def test_loudness_agrees_with_the_standard_on_its_reference_tone() -> None:
    """BS.1770: a full-scale sine of 997 Hz in one channel measures -3.01 LUFS."""
    t = np.arange(5 * RATE) / RATE
    assert integrated(np.sin(2 * np.pi * 997 * t)) == pytest.approx(-3.01, abs=0.05)
    assert integrated(np.zeros(RATE)) == float("-inf")


def test_true_peak_sees_between_the_samples() -> None:
    t = np.arange(RATE) / RATE
    between = np.sin(2 * np.pi * RATE / 4 * t + np.pi / 4)  # every sample at 0.707, the curve at 1
    assert np.max(np.abs(between)) < 0.71
    assert true_peak(between) == pytest.approx(0, abs=0.1)
