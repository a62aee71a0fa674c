"""Give every sentence of every exercise its voice: `make voice`, or `python -m sounds.voice --styles FOLDER`.

Renders only sentences that have no clip yet, and removes clips that no sentence asks for.  A clip begins with its
first sound (the press is answered at once), ends in a short fade, and is as loud as all others:

    speak each sentence -> cut silence -> pause between sentences -> 48 kHz -> -20 LUFS, peak -4.5 dBTP -> Ogg Opus
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import sounds
from sounds.kokoro import VOICES, Kokoro, Voice
from sounds.loudness import RATE, integrated, true_peak
from sounds.normal import read_aloud
from sounds.texts import Sentence, sentences

LOUDNESS = -20.0
CEILING = -3.0  # dBTP, agreed
PEAK = -4.5  # dBTP before coding: Opus moves peaks by a few tenths of a dB
BETWEEN_SENTENCES = 0.55
_LEAD, _TAIL = 0.015, 0.12
_AUDIBLE = 10 ** (-42 / 20)  # of the clip's own peak
_QUALITY = 0.9  # libsndfile's scale; 31 kbit/s for mono


def main(arguments: list[str] | None = None) -> int:
    """Render what is missing; return 0, or 1 with a sentence when the voice cannot be loaded."""
    parser = argparse.ArgumentParser(prog="python -m sounds.voice", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--styles", type=Path, default=Path("voices"), help="folder of Kokoro's style vectors (*.bin)")
    parser.add_argument("--technique", help="only this one")
    parser.add_argument("--language", help="only this one")
    parser.add_argument("--all", action="store_true", help="also those that have a clip already")
    chosen = parser.parse_args(arguments)
    wanted = sentences()
    removed = remove_orphans({path_of(sentence) for sentence in wanted}, sounds.HERE / "techniques")
    missing = [
        sentence
        for sentence in wanted
        if (chosen.all or not path_of(sentence).is_file())
        and chosen.technique in (None, sentence.technique)
        and chosen.language in (None, sentence.language)
    ]
    print(f"{len(wanted)} sentences, {len(missing)} to be rendered, {removed} orphans removed")
    for language in sorted({sentence.language for sentence in missing}):
        if language not in VOICES:
            print(f"there is no voice for {language!r}; sounds/kokoro.py lists them under VOICES", file=sys.stderr)
            return 1
        try:
            voice = Kokoro(language, chosen.styles)
        except (ImportError, FileNotFoundError) as error:
            print(f"the voice cannot be loaded: {error}\npip install 'desk-station[voice]'", file=sys.stderr)
            return 1
        for sentence in missing:
            if sentence.language == language:
                if chosen.all or not borrowed(sentence):
                    write(path_of(sentence), spoken(read_aloud(sentence.text, language), voice))
                print(language, sentence.technique, sentence.text, flush=True)
    return 0


def path_of(sentence: Sentence) -> Path:
    """Where a sentence's clip belongs."""
    return sounds.clip(sentence.technique, sentence.language, sentence.clip)


def borrowed(sentence: Sentence) -> bool:
    """Copy the clip from another technique that speaks the same words; False when none does."""
    target = path_of(sentence)
    for path in (sounds.HERE / "techniques").glob(f"*/clips/{sentence.language}/{sentence.clip}.ogg"):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        return True
    return False


def remove_orphans(keep: set[Path], root: Path) -> int:
    """Delete clips below `root` that no sentence asks for; how many there were."""
    orphans = [path for path in root.glob("*/clips/*/*.ogg") if path not in keep]
    for path in orphans:
        path.unlink()
    return len(orphans)


def spoken(text: str, voice: Voice) -> NDArray[np.float64]:
    """A finished clip (n,) at 48 kHz: its sentences with a breath between them."""
    pause = np.zeros(round(BETWEEN_SENTENCES * voice.rate))
    pieces: list[NDArray[np.float64]] = []
    for sentence in re.split(r"(?<=[.!?…])\s+", text):
        pieces += [trimmed(voice.speak(sentence).astype(np.float64), voice.rate), pause]
    return finished(to_48k(np.concatenate(pieces[:-1]), voice.rate))


def trimmed(sound: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """Without the silence around it, but with the breath of a lead and a tail."""
    audible = np.flatnonzero(np.abs(sound) > _AUDIBLE * np.max(np.abs(sound)))
    start = max(0, audible[0] - round(_LEAD * rate))
    end = min(len(sound), audible[-1] + round(_TAIL * rate))
    sound = sound[start:end].copy()
    for seconds, part in ((_LEAD, sound), (_TAIL, sound[::-1])):
        size = round(seconds * rate)
        part[:size] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(size) / size)
    return sound


def to_48k(sound: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """Resampled by its spectrum; the ends are silent, so nothing wraps around audibly."""
    size = round(len(sound) * RATE / rate)
    spectrum = np.fft.rfft(sound)
    wider = np.zeros(size // 2 + 1, complex)
    shared = min(len(wider), len(spectrum))
    wider[:shared] = spectrum[:shared]
    return np.asarray(np.fft.irfft(wider, size) * size / len(sound))


def finished(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """At the agreed loudness, with only the highest peaks turned down for some milliseconds."""
    for _ in range(3):  # turning peaks down costs a little loudness
        sound = sound * 10 ** ((LOUDNESS - integrated(sound)) / 20)
        sound = limited(sound, 10 ** (PEAK / 20))
    over = true_peak(sound) - PEAK
    return sound if over <= 0 else sound * 10 ** (-over / 20)


def limited(sound: NDArray[np.float64], ceiling: float) -> NDArray[np.float64]:
    """A look-ahead limiter: the gain bends over 10 ms around each peak above the ceiling."""
    reach = round(0.005 * RATE)
    need = np.minimum(1.0, ceiling / np.maximum(np.abs(sound), 1e-9))
    if need.min() >= 1:
        return sound
    padded = np.pad(need, reach, constant_values=1.0)
    lowest = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).min(axis=1)
    window = np.hanning(2 * reach + 1)
    gain = np.convolve(np.pad(lowest, reach, mode="edge"), window / window.sum(), mode="valid")
    return np.asarray(sound * np.minimum(gain, 1.0))


def write(path: Path, sound: NDArray[np.float64]) -> None:
    """Ogg Opus, 48 kHz, mono; quieter where coding has raised a peak above the ceiling (a buzzing voice: by 3 dB)."""
    import soundfile

    path.parent.mkdir(parents=True, exist_ok=True)
    for _ in range(4):
        soundfile.write(path, sound.astype(np.float32), RATE, format="OGG", subtype="OPUS", compression_level=_QUALITY)
        over = true_peak(soundfile.read(path)[0]) - CEILING
        if over <= 0:
            return
        sound = sound * 10 ** (-(over + 0.1) / 20)


if __name__ == "__main__":
    sys.exit(main())
