"""The render step: from any voice to clips that all sound alike.  The twin voice hums instead of speaking."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

import sounds
from sounds import voice
from sounds.hear import character_errors
from sounds.kokoro import Kokoro, for_german_ears
from sounds.loudness import RATE, integrated, true_peak


class Humming:
    """Hums 0.1 s a character, in silence of 0.3 s before and after, with one loud peak."""

    rate = 24_000

    def speak(self, sentence: str) -> NDArray[np.float32]:
        t = np.arange(round(0.1 * len(sentence) * self.rate)) / self.rate
        hum = 0.1 * np.sin(2 * np.pi * 220 * t)
        hum[len(hum) // 2 : len(hum) // 2 + 40] *= 8
        return np.pad(hum, round(0.3 * self.rate)).astype(np.float32)


def test_a_clip_begins_with_its_first_sound_and_has_the_agreed_loudness() -> None:
    clip = voice.spoken("Sei ganz da.", Humming())
    loud = np.flatnonzero(np.abs(clip) > 0.02)
    assert loud[0] / RATE < 0.03
    assert abs(clip[0]) < 0.001
    assert abs(clip[-1]) < 0.001
    assert integrated(clip) == pytest.approx(voice.LOUDNESS, abs=0.5)
    assert true_peak(clip) <= voice.PEAK + 0.05
    assert len(clip) / RATE == pytest.approx(1.2 + 0.015 + 0.12, abs=0.02)


def test_a_buzzing_voice_that_coding_makes_peakier_is_written_below_the_ceiling(tmp_path: Path) -> None:
    t = np.arange(2 * RATE)
    buzz = np.where(t % 384 < 3, 1.0, 0.0) * np.sin(np.pi * t / len(t)) ** 0.2  # pulses, as espeak's glottis makes them
    voice.write(tmp_path / "buzz.ogg", buzz * 10 ** (voice.PEAK / 20))
    samples, rate = soundfile.read(tmp_path / "buzz.ogg")
    assert rate == RATE
    assert true_peak(samples) <= voice.CEILING


def test_two_sentences_have_a_breath_between_them() -> None:
    clip = voice.spoken("Sei da. Ganz hier.", Humming())
    loud = np.flatnonzero(np.abs(clip) > 0.02)
    longest = np.max(np.diff(loud)) / RATE
    assert voice.BETWEEN_SENTENCES <= longest <= voice.BETWEEN_SENTENCES + 0.2


def test_a_change_of_rate_keeps_the_tone() -> None:
    t = np.arange(24_000) / 24_000
    tone = np.sin(2 * np.pi * 1000 * t) * np.hanning(24_000)
    faster = voice.to_48k(tone, 24_000)
    t48 = np.arange(48_000) / 48_000
    assert np.max(np.abs(faster[::2] - tone)) < 1e-6
    assert np.max(np.abs(faster - np.sin(2 * np.pi * 1000 * t48) * np.interp(t48, t, np.hanning(24_000)))) < 1e-3


def test_the_limiter_leaves_quiet_sound_alone_and_bends_without_corners() -> None:
    t = np.arange(RATE) / RATE
    quiet = 0.3 * np.sin(2 * np.pi * 200 * t)
    assert voice.limited(quiet, 0.5) is quiet
    loud = quiet.copy()
    loud[20_000:20_500] *= 3
    held = voice.limited(loud, 0.5)
    assert np.max(np.abs(held)) <= 0.5 + 1e-9
    np.testing.assert_array_equal(held[:19_000], loud[:19_000])


def test_only_clips_that_nobody_speaks_are_removed(tmp_path: Path) -> None:
    kept, orphan, other = (tmp_path / f"t/clips/de/{name}" for name in ("keep.ogg", "old.ogg", "notes.txt"))
    kept.parent.mkdir(parents=True)
    for path in (kept, orphan, other):
        path.write_text("")
    assert voice.remove_orphans({kept}, tmp_path) == 1
    assert kept.exists()
    assert other.exists()
    assert not orphan.exists()


def test_a_missing_voice_says_where_to_look(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", reason="the render step's extra `voice` is not installed")
    with pytest.raises(FileNotFoundError, match=r"README"):
        Kokoro("de", tmp_path)


def test_german_r_is_a_trill_before_vowels_and_vocalised_elsewhere() -> None:
    assert for_german_ears("ʁˈɑːt") == "rˈaːt"
    assert for_german_ears("vˈaʁtən") == "vˈaʌtən"


def test_ties_become_the_one_sound_they_are() -> None:
    assert for_german_ears("t^sˈa^ɪt") == "tsˈIt"


def test_character_errors_ignore_case_and_punctuation_and_count_letters() -> None:
    assert character_errors("Und langsam ausatmen.", "und langsam, ausatmen", "de") == 0
    assert character_errors("Ab vier", "ab 4", "de") == 0
    assert character_errors("abcd", "abce", "de") == pytest.approx(0.25)


def test_a_technique_says_in_which_languages_it_can_be_heard() -> None:
    assert sounds.voiced("breathing", "de")
    assert not sounds.voiced("breathing", "xx")


def test_sounds_can_be_asked_for_by_name() -> None:
    assert sounds.sound("chime").name == "chime.wav"
    assert sounds.sound("rain").name == "rain.ogg"
    with pytest.raises(FileNotFoundError, match="bowl-end"):
        sounds.sound("gong")
