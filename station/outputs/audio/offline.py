"""The same mix without a speaker: what the player asks for, added up sample by sample into a file.

A second implementation of `Mixer`: the player cannot tell it from the real one, so a rendered exercise has the same
sentences, fades and ducking as a heard one.  Fades here are per sample, not per buffer; nothing waits for a clock.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.outputs.audio import sdl
from station.outputs.audio.levels import RATE, fit
from station.outputs.audio.speaker import BED, NoDevice
from station.outputs.contract import OutputError

Samples = NDArray[np.float32]


@dataclass(slots=True)
class _Running:
    """One file on its way: what is left of it, and its fade (gain a sample and gain now)."""

    samples: NDArray[np.int16]
    position: int
    gain: float = 1.0
    slope: float = 0.0
    loops: bool = False


class OfflineMixer(NoDevice):
    """Mixes into arrays.  `advance(seconds)` answers the sound up to that second of the piece."""

    sink = "a file"

    def __init__(self, volume: float) -> None:
        """`volume`: linear gain of everything, 0..1.  Raises OutputError where pygame, the decoder, is missing."""
        sdl.prepare_environment()
        before = os.environ.get("SDL_AUDIODRIVER")
        os.environ["SDL_AUDIODRIVER"] = "dummy"
        try:
            import pygame.mixer
            import pygame.sndarray

            pygame.mixer.init(RATE, -16, 2, 1024, allowedchanges=0)
        except ImportError as error:
            raise OutputError(f"pygame cannot be loaded ({error}).", sdl.remedy(error)) from error
        finally:
            if before is None:
                os.environ.pop("SDL_AUDIODRIVER")
            else:
                os.environ["SDL_AUDIODRIVER"] = before
        self._pygame: Any = pygame
        self._volume = volume
        self._running: dict[int, _Running] = {}
        self._bed_from = self._bed_to = 1.0
        self._frames = 0

    def play(self, slot: int, path: Path, seconds: float = 0.0, start: float = 0.0, fade_in: float = 0.0) -> float:
        """Begin a file in a slot."""
        samples = self._decode(path)
        if seconds > 0:
            samples = fit(samples, seconds)
        running = _Running(samples, round(start * RATE), loops=slot == BED)
        if fade_in > 0:
            running.gain, running.slope = 0.0, 1 / (fade_in * RATE)
        self._running[slot] = running
        return float("inf") if slot == BED else max(0.0, (len(samples) - running.position) / RATE)

    def fade(self, slot: int, seconds: float) -> None:
        """Fade a slot out from where it stands."""
        if slot in self._running:
            running = self._running[slot]
            running.slope = -max(running.gain, 1e-6) / (seconds * RATE)

    def bed_gain(self, gain: float) -> None:
        """Set the ambience's gain; it glides there until the next `advance`."""
        self._bed_to = gain

    def samples(self, path: Path) -> NDArray[np.int16]:
        """A file's frames."""
        return self._decode(path)

    def busy(self, slot: int) -> bool:
        """Does the slot still play?"""
        return slot in self._running

    def close(self) -> None:
        """Let the decoder go."""
        self._pygame.mixer.quit()

    def advance(self, until: float) -> NDArray[np.int16]:
        """The mix from where it stood up to second `until`: (frames, 2), 16 bits."""
        frames = max(0, round(until * RATE) - self._frames)
        self._frames += frames
        mix = np.zeros((frames, 2), dtype=np.float32)
        for slot, running in list(self._running.items()):
            piece, over = self._take(running, frames)
            if slot == BED:
                piece = piece * np.linspace(self._bed_from, self._bed_to, frames, dtype=np.float32)[:, None]
            mix += piece
            if over:
                del self._running[slot]
        self._bed_from = self._bed_to
        limit = np.iinfo(np.int16)
        mixed: NDArray[np.int16] = np.clip(np.rint(self._volume * mix), limit.min, limit.max).astype(np.int16)
        return mixed

    @staticmethod
    def _take(running: _Running, frames: int) -> tuple[Samples, bool]:
        """The next frames of one file with its fade, and whether it is over."""
        at, whole = running.position, len(running.samples)
        running.position += frames
        if running.loops:
            piece = running.samples[np.arange(at, at + frames) % whole].astype(np.float32)
        else:
            piece = np.zeros((frames, 2), dtype=np.float32)
            rest = running.samples[at : at + frames]
            piece[: len(rest)] = rest
        over = not running.loops and running.position >= whole
        if running.slope:
            gains = np.clip(running.gain + running.slope * np.arange(1, frames + 1), 0.0, 1.0)
            piece *= gains.astype(np.float32)[:, None]
            if frames:
                running.gain = float(gains[-1])
            over = over or (running.slope < 0 and running.gain <= 0.0)
            running.slope = 0.0 if running.slope > 0 and running.gain >= 1.0 else running.slope
        return piece, over

    def _decode(self, path: Path) -> NDArray[np.int16]:
        if not path.is_file():
            raise FileNotFoundError(path)
        try:
            decoded: NDArray[np.int16] = self._pygame.sndarray.array(self._pygame.mixer.Sound(str(path)))
        except self._pygame.error as error:
            raise OutputError(f"{path} cannot be played: {error}.", "Render the voice anew.") from error
        return decoded
