"""`desk-station render`: a whole exercise as one sound file, to take along.

    Session (virtual time) ─ events ─► the station's own Player ─► OfflineMixer ─► OUT.wav, OUT.ogg or OUT.mp3

What is written is what would be heard: the same sentences at the same seconds, the same fades and ducking.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import importlib
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import sounds
from station import place
from station.core.engine import Engine
from station.core.events import Event, Refused, SessionEnded, SessionStarted, SessionStep
from station.core.inputs import Start, Tick
from station.core.repertoire import LENGTHS
from station.core.session import Session
from station.errors import StationError
from station.library import Library
from station.outputs.audio.levels import RATE, gain
from station.outputs.audio.offline import OfflineMixer
from station.outputs.audio.player import Player
from station.outputs.audio.shelf import HouseShelf
from station.outputs.contract import OutputError
from station.outputs.installing import installing
from station.terminal import say

# The last bowl rings on after the end, and the ambience takes three seconds to go.
RING_OUT_S = 8.0

Write = Callable[[NDArray[np.int16]], Any]

# File ending -> what soundfile is asked for.  MP3 at its default would be 320 kbit/s; this is 128, plenty for a voice.
COMPRESSED: dict[str, dict[str, Any]] = {
    ".ogg": {"format": "OGG", "subtype": "OPUS"},
    ".mp3": {"format": "MP3", "subtype": "MPEG_LAYER_III", "bitrate_mode": "CONSTANT", "compression_level": 0.7},
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which exercise, and where to."""
    names = ", ".join(_renderable())
    parser.add_argument("exercise", metavar="EXERCISE", help=f"one of: {names}; `desk-station exercises` knows more")
    parser.add_argument("to", type=Path, metavar="OUT", help="the file to write: NAME.wav, NAME.ogg or NAME.mp3")
    parser.add_argument("--language", default="de", help="de or en (default: de)")
    parser.add_argument("--length", default="micro", help="micro, middle or long (default: micro)")
    parser.add_argument("--volume", type=int, default=100, help="0 to 100 (default: 100, as recorded)")
    parser.add_argument("--force", action="store_true", help="overwrite the file if there is one")
    parser.add_argument(
        "--ambience",
        default="as_written",
        choices=["as_written", "none", "rain", "waves", "brown"],
        help="what sounds behind the voice (default: as its script says)",
    )


def run(args: argparse.Namespace) -> int:
    """Render, and say how long it is."""
    if not 0 <= args.volume <= 100:
        raise StationError(f"--volume {args.volume} is not from 0 to 100.", "100 is as loud as it was recorded.")
    _, told = begin(args.exercise, args.length, args.language)  # a slip is told before any file is touched
    length = next(event.length for event in told if isinstance(event, SessionStarted))
    if args.to.exists() and not args.force:
        raise StationError(f"{args.to} exists already.", "Choose another name, or overwrite it with --force.")
    place.has_folder(args.to)
    part = args.to.with_name(f"{args.to.name}.part")
    try:
        with _file(part, args.to) as write:
            seconds, missing = render(
                args.exercise, args.length, args.language, write, gain(args.volume), args.ambience
            )
        part.replace(args.to)
    except OutputError as error:
        raise StationError(error.problem, error.remedy) from None
    except OSError as error:
        raise StationError(f"{args.to} cannot be written: {error.strerror}.", "Choose another place.") from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    minutes, rest = divmod(round(seconds), 60)
    print(f"{args.to}: {args.exercise} ({length}, {args.language}), {minutes} min {rest} s")
    if missing:
        say(f"Something is silent in it: {missing}")
    return 1 if missing else 0


def begin(exercise: str, length: str, language: str) -> tuple[Engine, list[Event]]:
    """A session in virtual time that has begun with this exercise, and what it told.

    Raises StationError where there is no such exercise, with the nearest one.
    """
    engine = Engine([Session(Library(), offered=Library.names())])
    told = engine.handle(Start(exercise, length, language, "render"), 0.0)
    if any(isinstance(event, Refused) for event in told):
        raise _unknown(exercise, length, language)
    return engine, told


def _renderable() -> tuple[str, ...]:
    """The exercises there are; of a folder that has only exercises with names of their own, one of them and more."""
    return tuple(
        name if set(sounds.scripts(name)) & set(LENGTHS) else f"{Library.named(name)[0]} …"
        for name in Library.names()
        if sounds.scripts(name)
    )


def _unknown(exercise: str, length: str, language: str) -> StationError:
    folder = exercise.partition("/")[0]
    remedy = "All exercises with their languages and lengths:  desk-station exercises"
    if folder not in Library.names():
        near = difflib.get_close_matches(folder, Library.names(), 1)
        problem = f"There is no exercise {exercise!r}{f'; did you mean {near[0]!r}?' if near else '.'}"
    elif folder not in Library.names(language):
        problem = f"The exercise {exercise!r} is not spoken in {language!r}."
        if Library(unvoiced=True)(exercise, length, language):
            problem = f"The exercise {exercise!r} has no voice in {language!r} yet."
            remedy = "Give it one:  make voice  (sounds/README.md)"
    elif exercise == folder and not set(sounds.scripts(folder)) & set(LENGTHS):
        problem = f"{exercise!r} is a folder of exercises; choose one: {', '.join(Library.named(folder))}."
    elif "/" in exercise:
        problem = f"There is no exercise {exercise!r}; there are: {', '.join((folder, *Library.named(folder)))}."
    else:
        lengths = [each for each in LENGTHS if each in sounds.scripts(folder)]
        problem = f"The exercise {exercise!r} has no length {length!r}; there is: {', '.join(lengths)}."
    return StationError(problem, remedy)


def render(
    exercise: str, length: str, language: str, write: Write, volume: float = 1.0, ambience: str = "as_written"
) -> tuple[float, str]:
    """Mix one exercise and hand it over in pieces (frames, 2) of 16 bits; as fast as this machine can.

    Returns the seconds up to the exercise's end, and a sentence about what was missing (or an empty string).
    Raises StationError where there is no such exercise, OutputError where nothing can be decoded.
    """
    engine, told = begin(exercise, length, language)
    mixer = OfflineMixer(volume)
    player = Player(mixer, HouseShelf(), ambience)
    try:
        ended = now = _play(engine, player, mixer, told, write)
        while now < ended + RING_OUT_S and not player.idle():
            now = _step(player, mixer, now, ended + RING_OUT_S, write)
    finally:
        mixer.close()
    return ended, player.tracks.missing


def steps(exercise: str, length: str, language: str) -> list[tuple[float, SessionStep]]:
    """What an exercise does without a sensor, and at which second: computed, nothing is played."""
    engine = Engine([Session(Library(), offered=Library.names())])
    now, told, found = 0.0, engine.handle(Start(exercise, length, language, "render"), 0.0), []
    while not any(isinstance(event, Refused | SessionEnded) for event in told):
        found += [(now, event) for event in told if isinstance(event, SessionStep)]
        now = engine.due()
        told = engine.handle(Tick(), now)
    return found


def _play(engine: Engine, player: Player, mixer: OfflineMixer, told: list[Event], write: Write) -> float:
    """From the first event to the last; answers the second of the last."""
    now = 0.0
    while True:
        for event in told:
            player.take(event, now)
        player.tick(now)
        if any(isinstance(event, SessionEnded) for event in told):
            return now
        due = engine.due()
        while now < due:
            now = _step(player, mixer, now, due, write)
        told = engine.handle(Tick(), now)


def _step(player: Player, mixer: OfflineMixer, now: float, until: float, write: Write) -> float:
    """One small step of time: the mix up to there, then what the player makes of it."""
    now = min(now + player.due(now), until)
    write(mixer.advance(now))
    player.tick(now)
    return now


@contextmanager
def _file(path: Path, name: Path) -> Iterator[Write]:
    """A sound file at `path` to write pieces into, of the kind that the ending of `name` says."""
    ending = name.suffix.lower()
    if ending == ".wav":
        with path.open("wb") as raw, wave.open(raw, "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(RATE)
            yield lambda piece: file.writeframes(piece.astype("<i2").tobytes())
    elif ending in COMPRESSED:
        try:
            soundfile: Any = importlib.import_module("soundfile")  # carries no types
        except ImportError:
            raise StationError(
                "Ogg and MP3 files need the package soundfile, which is not installed.",
                f"Name the file .wav, or install it:  {installing('soundfile')}",
            ) from None
        kind = COMPRESSED[ending]
        with path.open("wb") as raw, soundfile.SoundFile(raw, "w", RATE, 2, **kind) as file:
            yield file.write
    else:
        raise StationError(
            f"{name}: the ending says the kind of file, and {ending or 'none'} is not one of them.",
            "Name it NAME.wav, NAME.ogg or NAME.mp3.",
        )
