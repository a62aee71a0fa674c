"""Other voices than the house's: programs that write one sentence into a WAV file.  For rendering only.

    piper     piper --model FILE --output_file OUT --length_scale 1.25   the sentence on standard input
    espeak    espeak-ng -v de -s 130 -w OUT                             the last resort, understood by everyone

Any program that can be called like one of them can be used: `command` names it.
"""

from __future__ import annotations

import subprocess
import tempfile
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# Slower than these voices speak by themselves: 90 to 110 words a minute leave room to follow.
PIPER_LENGTH_SCALE = "1.25"
ESPEAK_WORDS_A_MINUTE = "130"
LONGEST_S = 120


class EngineError(Exception):
    """A voice that cannot speak, in a sentence with what to do."""


class Program:
    """A voice that is a program.  `rate` is that of the last sentence (and of a first, silent guess before it)."""

    def __init__(self, words: tuple[str, ...], out: str, remedy: str) -> None:
        self.rate = 22_050
        self._words, self._out, self._remedy = words, out, remedy

    def speak(self, sentence: str) -> NDArray[np.float32]:
        """One sentence as samples (n,) at `rate`.  Raises EngineError with what the program said."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "sentence.wav"
            try:
                ran = subprocess.run(
                    [*self._words, self._out, str(file)],
                    input=sentence + "\n", text=True, capture_output=True, timeout=LONGEST_S, check=False,
                )  # fmt: skip
            except FileNotFoundError:
                raise EngineError(f"There is no program {self._words[0]}. {self._remedy}") from None
            except subprocess.TimeoutExpired:
                raise EngineError(f"{self._words[0]} took over {LONGEST_S} s for: {sentence}") from None
            if ran.returncode or not file.is_file():
                said = (ran.stderr.strip() or "it wrote no sound").splitlines()[-1]
                raise EngineError(f"{self._words[0]} could not speak: {said}")
            return self._samples(file)

    def _samples(self, file: Path) -> NDArray[np.float32]:
        with wave.open(str(file)) as sound:
            if sound.getsampwidth() != 2 or not sound.getnframes():
                raise EngineError(f"{self._words[0]} wrote no sound of 16 bits.")
            self.rate = sound.getframerate()
            frames = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").reshape(-1, sound.getnchannels())
        return np.asarray(frames[:, 0] / 32768, np.float32)


def piper(model: Path, command: str = "piper") -> Program:
    """A piper voice (MODEL.onnx, with MODEL.onnx.json beside it)."""
    if not model.is_file():
        raise EngineError(f"There is no voice {model}. Piper's voices are files that end in .onnx.")
    words = (command, "--model", str(model), "--length_scale", PIPER_LENGTH_SCALE)
    return Program(words, "--output_file", "Install it: pip install piper-tts")


def espeak(language: str, command: str = "espeak-ng") -> Program:
    """espeak-ng's own voice of a language."""
    return Program((command, "-v", language, "-s", ESPEAK_WORDS_A_MINUTE), "-w", "Install it: apt install espeak-ng")
