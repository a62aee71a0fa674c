"""What would be heard, for tests: the whole output plays into SDL's disk driver, and the file's size is the clock.

Files here are generated: the sentence is a 440 Hz tone, the chime 880 Hz, the breath 220 Hz, the ambience a noise above
3 kHz, so that each can be found in the mix by its own frequency.
"""

import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from station.core.events import Cue, Event, Moment, SessionStarted, SessionStep
from station.outputs.audio import Settings
from station.outputs.audio.output import Audio

RATE = 48_000
BUFFER_S = 1024 / RATE
CHIME = Cue("chime", "rest share 4 % for 6 min", "breathing")
STARTED = SessionStarted("breathing", "micro", "de", 180.0, "button")
SAY = SessionStep("breathing", "de", 1, "say", 6.0, text="Schön, dass du da bist.", clip="001")
RAIN = SessionStep("breathing", "de", 0, "bed", 0.0, sound="rain")

# SDL times its fades by the wall clock: where a busy machine leaves the disk driver waiting for longer than a fade, the
# fade is a cut.  A real card does not wait.  So fades are tried a few times; a real click would be in every round.
ROUNDS = 3

# Quieter than one step of the 16-bit file that anyone could hear: -72 dBFS.
SILENT = 8


def tone(hertz: float, seconds: float, level: float) -> NDArray[np.float64]:
    t = np.arange(round(seconds * RATE)) / RATE
    rise = np.minimum(1.0, np.minimum(t, seconds - t) / 0.015)
    return level * np.sin(2 * np.pi * hertz * t) * rise


class Shelf:
    """The shelf's twin: the same two questions, answered from a folder of generated files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        rng = np.random.default_rng(7)
        noise = sosfilt(butter(6, 3000, "high", fs=RATE, output="sos"), rng.standard_normal(20 * RATE))
        # A little silence at the end: libsndfile's Opus loses the last milliseconds of what it is given.
        self._write("clip.ogg", np.append(tone(440, 5.0, 0.15), np.zeros(RATE // 20)), "OPUS")
        self._write("chime.wav", tone(880, 1.4, 0.2))
        self._write("bowl.wav", tone(660, 3.0, 0.2))
        self._write("tick.wav", tone(1500, 0.06, 0.1))
        self._write("breath-in-4.wav", tone(220, 4.0, 0.1))
        self._write("rain.ogg", 0.05 * noise / noise.std(), "OPUS")

    def clip(self, technique: str, language: str, clip: str) -> Path:
        if clip == "broken":
            return self.folder / "broken.ogg"
        return self.folder / "clip.ogg"

    def sound(self, name: str) -> Path:
        return next(iter(self.folder.glob(f"{name}.*")), self.folder / f"{name}.missing")

    def _write(self, name: str, samples: NDArray[np.float64], subtype: str = "PCM_16") -> None:
        kind = "OGG" if name.endswith("ogg") else "WAV"
        soundfile.write(self.folder / name, samples, RATE, format=kind, subtype=subtype)


class Desk:
    """The output with a capture beside it."""

    def __init__(self, audio: Audio, capture: Path) -> None:
        self.audio = audio
        self.capture = capture

    def tell(self, *events: Event) -> float:
        """Tell the output; answers the second of the capture that was being heard at that moment."""
        file = self.capture.stat()
        # The buffer written last is the one that is heard now: its age says how far it has been heard.
        at = file.st_size / 4 / RATE - BUFFER_S + min(max(0.0, time.time() - file.st_mtime), BUFFER_S)
        for event in events:
            self.audio.take(Moment(event, time.monotonic(), time.time()))
        return at

    def listen(self, seconds: float) -> None:
        """Wait until so many more seconds of sound have been written."""
        until = self.capture.stat().st_size + round(seconds * RATE) * 4
        give_up = time.monotonic() + 10 * seconds + 5
        while self.capture.stat().st_size < until:
            assert time.monotonic() < give_up, f"the capture stopped: {self.audio.trouble()}"
            time.sleep(0.02)

    def heard(self) -> NDArray[np.int64]:
        """Everything so far: the left channel, as whole numbers of 16 bits."""
        raw = np.fromfile(self.capture, dtype=np.int16)
        return raw[: len(raw) // 2 * 2].reshape(-1, 2)[:, 0].astype(np.int64)


def open_desk(shelf: Shelf, folder: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Desk:
    capture = folder / "heard.raw"
    monkeypatch.setenv("SDL_AUDIODRIVER", "disk")
    monkeypatch.setenv("SDL_DISKAUDIOFILE", str(capture))
    audio = Audio(settings, shelf)
    audio.start()
    give_up = time.monotonic() + 10
    while not (capture.exists() and capture.stat().st_size > 0.2 * RATE * 4):
        assert time.monotonic() < give_up, audio.trouble()
        time.sleep(0.02)
    return Desk(audio, capture)


def first_sound(heard: NDArray[np.int64], after: float) -> float:
    """Seconds from `after` to the first sample that is not silence."""
    loud = np.flatnonzero(np.abs(heard[round(after * RATE) :]) > SILENT)
    assert len(loud), "nothing was heard"
    return float(loud[0] / RATE)


def last_sound(heard: NDArray[np.int64], after: float, until: float | None = None) -> float:
    """Seconds from `after` to the last sample that is not silence."""
    part = heard[round(after * RATE) : None if until is None else round(until * RATE)]
    loud = np.flatnonzero(np.abs(part) > SILENT)
    return float(loud[-1] / RATE) if len(loud) else 0.0


def level_at(heard: NDArray[np.int64], hertz: float, start: float, seconds: float) -> float:
    """The amplitude (of 1) of one frequency within a stretch of the capture."""
    part = heard[round(start * RATE) : round((start + seconds) * RATE)] / 32768
    t = np.arange(len(part)) / RATE
    return float(2 * abs(np.mean(part * np.exp(-2j * np.pi * hertz * t))))


def rms_above(heard: NDArray[np.int64], start: float, seconds: float) -> float:
    """The level of the ambience (above 3 kHz) within a stretch of the capture."""
    part = heard[round(start * RATE) : round((start + seconds) * RATE)] / 32768
    return float(np.sqrt(np.mean(sosfilt(butter(6, 2500, "high", fs=RATE, output="sos"), part)[2000:] ** 2)))


def biggest_jump(heard: NDArray[np.int64]) -> float:
    """The largest step between two neighbouring samples, of 1."""
    return float(np.max(np.abs(np.diff(heard)))) / 32768
