"""The real speaker: pygame's mixer on one sink, told by the system when the device goes.

SDL goes on counting as if a lost device still played: `busy()` stays true and nothing is raised.  What tells is its
event AUDIODEVICEREMOVED, and that comes only where pygame's display is initialised, if only on the dummy driver.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.core.events import NO_SPEAKER
from station.outputs.audio import sdl
from station.outputs.audio.levels import RATE, fit
from station.outputs.audio.speaker import BED, SLOTS
from station.outputs.contract import OutputError

# SDL numbers the devices it has opened from 2 on; news of others carries 0 or an index.
FIRST_OPENED = 2

REMEDY = (
    "Plug a speaker in, or name another one under [output.audio] sinks (aplay -L lists them); "
    "as a system service the station's user must be in the group 'audio'."
)


class PygameMixer:
    """Implements `station.outputs.audio.speaker.Mixer`."""

    def __init__(self, sink: str, buffer: int, volume: float) -> None:
        """`volume`: linear gain of everything, 0..1.  Raises OutputError where the sink cannot be opened."""
        sdl.prepare_environment()
        try:
            with sdl.only_sound():
                import pygame.display
                import pygame.event
                import pygame.mixer
                import pygame.sndarray
        except ImportError as error:
            raise OutputError(f"pygame cannot be loaded ({error}).", sdl.remedy(error)) from error
        sdl.hush()
        # pygame would close the device once more as Python ends, and wait for a hung sound server without end.
        atexit.unregister(pygame.quit)
        self.sink = sink
        self._volume = volume
        self._bed_gain = 1.0
        self._pygame: Any = pygame
        self._held: dict[Path, Any] = {}
        """A second in memory is 0.2 MB, and decoded in 0.05 ms: only what must sound at once is here."""
        self._pieces: list[Any] = []
        """What plays and waits in the stream.  Held, so that pygame's sound thread never frees one: it would let go of
        Python's lock for it in the middle of its books, where one piece takes over from another."""
        self._misplaced = False
        """What waits in the stream must not follow what plays."""
        self._gone = False
        self._came = False
        with directed(sink):
            if sdl.server_without_speaker():
                raise OutputError(
                    f"The sound device {named(sink)} cannot be opened: the sound server has no speaker.",
                    REMEDY,
                    NO_SPEAKER,
                )
            try:
                pygame.display.init()
                # allowedchanges=0: SDL converts, so that the files' rate is always the mixer's.
                pygame.mixer.init(RATE, -16, 2, buffer, allowedchanges=0)
            except pygame.error as error:
                problem = f"The sound device {named(sink)} cannot be opened: {error}."
                raise OutputError(problem, REMEDY, NO_SPEAKER) from error
        pygame.mixer.set_num_channels(SLOTS + 1)
        self._stream = pygame.mixer.Channel(SLOTS)
        self.driver = sdl.driver()
        self._music: Any = pygame.mixer.music
        self._channels = [pygame.mixer.Channel(i) for i in range(SLOTS)]

    def play(self, slot: int, path: Path, seconds: float = 0.0, start: float = 0.0, fade_in: float = 0.0) -> float:
        """Begin a file in a slot."""
        if slot == BED:
            return self._play_bed(path, fade_in)
        sound = self._load(path)
        if start > 0 or 0 < seconds < sound.get_length():
            sound = self._piece(sound, seconds, start)
        if sound is None:
            return 0.0
        # The volume is the sound's own, because play() puts the channel to 1: set after it, it would come too late.
        sound.set_volume(self._volume)
        self._channels[slot].play(sound, fade_ms=round(1000 * fade_in))
        return float(sound.get_length())

    def prepare(self, path: Path) -> None:
        """Decode a sound and hold it."""
        self._held[path] = self._load(path)

    def fade(self, slot: int, seconds: float) -> None:
        """Fade a slot out."""
        (self._music if slot == BED else self._channels[slot]).fadeout(round(1000 * seconds))

    def bed_gain(self, gain: float) -> None:
        """Set the ambience's gain."""
        self._bed_gain = gain
        self._music.set_volume(self._volume * gain)

    def louder(self, volume: float) -> None:
        """Set the gain of everything."""
        if volume != self._volume:
            self._volume = volume
            self.bed_gain(self._bed_gain)

    def busy(self, slot: int) -> bool:
        """Does the slot still play?"""
        return bool((self._music if slot == BED else self._channels[slot]).get_busy())

    def samples(self, path: Path) -> NDArray[np.int16]:
        """A file's frames."""
        frames: NDArray[np.int16] = self._pygame.sndarray.array(self._load(path))
        return frames

    def hungry(self) -> bool:
        """Would the stream take another piece?"""
        return self._misplaced or self._stream.get_queue() is None or not self.playing()

    def playing(self) -> bool:
        """Does a piece of the stream play?  Not `get_busy`, which says no while one piece takes over from another."""
        return self._stream.get_sound() is not None

    def feed(self, piece: NDArray[np.int16]) -> None:
        """Play a piece right after the one before it."""
        sound = self._hold(piece)
        if self.playing():
            self._stream.queue(sound)
        else:
            self._stream.play(sound)
        self._misplaced = False

    def instead(self, piece: NDArray[np.int16]) -> bool:
        """Play a piece in place of the one that waits."""
        sound = self._hold(piece)
        if self.hungry():
            return False
        waited = self._stream.get_queue()
        self._stream.queue(sound)
        # That one may have begun between the question and the deed: then this one waits behind it and must go again.
        self._misplaced = waited is None or self._stream.get_sound() is waited
        return not self._misplaced

    def lost(self) -> bool:
        """Has the device gone?"""
        self._listen()
        return self._gone

    def news(self) -> bool:
        """Has a device come?"""
        self._listen()
        came, self._came = self._came, False
        return came

    def close(self) -> None:
        """Let the device go."""
        self._held.clear()
        self._pygame.mixer.quit()
        self._pieces.clear()

    def _play_bed(self, path: Path, fade_in: float) -> float:
        try:
            with path.open("rb") as file:
                # SDL goes by the file's name, and takes every .ogg for Vorbis; Opus says what it is in its first page.
                hint = "opus" if b"OpusHead" in file.read(64) else path.suffix[1:].lower()
            self._music.load(str(path), hint)
        except self._pygame.error as error:
            raise _unplayable(path, error) from error
        self._music.play(loops=-1, fade_ms=round(1000 * fade_in))
        return float("inf")

    def _load(self, path: Path) -> Any:
        if path in self._held:
            return self._held[path]
        if not path.is_file():
            raise FileNotFoundError(path)
        try:
            return self._pygame.mixer.Sound(str(path))
        except self._pygame.error as error:
            raise _unplayable(path, error) from error

    def _hold(self, piece: NDArray[np.int16]) -> Any:
        sound = self._pygame.sndarray.make_sound(np.ascontiguousarray(piece))
        sound.set_volume(self._volume)
        # First what waits: the other way round, a piece that begins between the two questions would be neither.
        in_use = (self._stream.get_queue(), self._stream.get_sound())
        self._pieces = [sound, *(held for held in self._pieces if held in in_use)]
        return sound

    def _piece(self, sound: Any, seconds: float, start: float) -> Any:
        """The rest of a sound from `start` on, the whole cut to `seconds`; None where nothing is left."""
        samples = self._pygame.sndarray.array(sound)
        if seconds > 0:
            samples = fit(samples, seconds)
        samples = samples[round(start * RATE) :]
        return self._pygame.mixer.Sound(samples.copy()) if len(samples) else None

    def _listen(self) -> None:
        for event in self._pygame.event.get():
            kind = event.type
            if kind == self._pygame.AUDIODEVICEREMOVED and not event.iscapture and event.which >= FIRST_OPENED:
                self._gone = True
            elif kind == self._pygame.AUDIODEVICEADDED and not event.iscapture:
                self._came = True


@contextmanager
def directed(sink: str) -> Iterator[None]:
    """The environment in which SDL opens this sink: a named one is ALSA's, unless the owner has chosen a system."""
    if not sink:
        yield
        return
    before = {key: os.environ.get(key) for key in ("AUDIODEV", "SDL_AUDIODRIVER")}
    os.environ["AUDIODEV"] = sink
    os.environ.setdefault("SDL_AUDIODRIVER", "alsa")
    try:
        yield
    finally:
        for key, value in before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value


def named(sink: str) -> str:
    """A sink as a person would say it."""
    return f"'{sink}'" if sink else "chosen by the system"


def _unplayable(path: Path, error: Exception) -> OutputError:
    return OutputError(
        f"{path} cannot be played: {error}.", "Use Ogg Opus, Ogg Vorbis or WAV with 48000 samples a second."
    )
