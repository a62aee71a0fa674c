"""`desk-station voice`: another voice for the exercises, made once, kept in a folder of one's own.

    list    every sentence with the name of its file, to read them out oneself
    render  a voice program speaks them:  --engine piper|kokoro|espeak --model FILE  FOLDER
    take    one's own recordings, any length of silence around them, any loudness:  RECORDINGS FOLDER

    FOLDER/LANGUAGE/CLIP.ogg ── [output.audio] own_voice = "FOLDER" ──► spoken; what is not there, the house speaks

Sentences may come one by one: each that is there replaces the house's.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import sounds
from sounds.normal import read_aloud
from sounds.texts import Sentence, sentences
from station.core import technique
from station.core.calibrating import STEPS
from station.core.calibrating_words import LANGUAGES, words
from station.core.script import ScriptError, clip_name
from station.errors import StationError
from station.outputs.installing import installing
from station.terminal import say

RECORDED = (".wav", ".flac", ".ogg", ".opus", ".mp3")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to do, and with which voice."""
    ways = parser.add_subparsers(dest="way", required=True, metavar="list|render|take")
    listed = ways.add_parser("list", help="every sentence with the name of its file")
    rendered = ways.add_parser("render", help="let a voice program speak them")
    taken = ways.add_parser("take", help="make voice files of your own recordings")
    taken.add_argument("recordings", type=Path, metavar="RECORDINGS", help="a folder of CLIP.wav, .flac, .ogg, .mp3")
    for each in (rendered, taken):
        each.add_argument("to", type=Path, metavar="FOLDER", help="where the voice files go")
    rendered.add_argument(
        "--engine", choices=["piper", "kokoro", "espeak"], default="piper", help="which program speaks (default: piper)"
    )
    rendered.add_argument("--model", type=Path, metavar="FILE", help="piper: VOICE.onnx; kokoro: folder of styles")
    rendered.add_argument("--program", metavar="COMMAND", help="another program that is called like the engine's")
    names = (*sounds.techniques(), *(name for name, _ in sounds.BESIDE))
    for each in (listed, rendered, taken):
        each.add_argument("--language", default="de", help="de, en or a language you added (default: de)")
        each.add_argument("--technique", choices=names, metavar="NAME", help="only this one")


def run(args: argparse.Namespace) -> int:
    """List, render or take; 1 when a sentence had to be left out."""
    wanted = {
        each.clip: each
        for each in sentences()
        if each.language == args.language and args.technique in (None, each.technique)
    }
    if not wanted:
        known = ", ".join(sorted({each.language for each in sentences()}))
        raise StationError(f"Nothing is written in '{args.language}'.", f"There are: {known}.")
    if args.way == "list":
        for clip, each in wanted.items():
            print(f"{clip}  {each.text}")
        return 0
    try:
        import soundfile  # noqa: F401 - asked for here, so that nobody waits for a voice that cannot be written
    except ImportError:
        raise StationError(
            "Voice files need the package soundfile.", f"Install it:  {installing('soundfile')}"
        ) from None
    source = _taken(args.recordings, wanted) if args.way == "take" else _rendered(args, wanted)
    return _write(source, wanted, args.to)


def _rendered(args: argparse.Namespace, wanted: dict[str, Sentence]) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Each sentence that has no file yet, as a promise to speak it."""
    from sounds.voice import spoken

    voice = _engine(args)
    for clip, each in wanted.items():
        if not (args.to / each.language / f"{clip}.ogg").is_file():
            text = read_aloud(each.text, each.language)
            yield clip, lambda text=text: spoken(text, voice)  # type: ignore[misc]


def _engine(args: argparse.Namespace) -> Any:
    from sounds import engines

    if args.engine == "espeak":
        return engines.espeak(args.language, args.program or "espeak-ng")
    if args.model is None:
        raise StationError(f"{args.engine} needs a voice.", "Say which: --model FILE")
    if args.engine == "piper":
        try:
            return engines.piper(args.model, args.program or "piper")
        except engines.EngineError as error:
            raise StationError(str(error)) from None
    from sounds.kokoro import Kokoro

    try:
        return Kokoro(args.language, args.model)
    except (ImportError, FileNotFoundError) as error:
        raise StationError(
            f"The voice cannot be loaded: {error}.", f"Install it:  {installing('desk-station[voice]')}"
        ) from None


def _taken(folder: Path, wanted: dict[str, Sentence]) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Each recording that is named after a sentence, as a promise to read it."""
    import soundfile

    from sounds.voice import finished, to_48k, trimmed

    found = [path for path in sorted(folder.glob("*")) if path.suffix.lower() in RECORDED]
    if not any(path.stem in wanted for path in found):
        raise StationError(
            f"No recording in {folder} is named after a sentence.",
            "`desk-station voice list` says the names: the sentence behind each is what to read out.",
        )
    for path in found:
        if path.stem in wanted:

            def read(path: Path = path) -> Any:
                samples, rate = soundfile.read(path, always_2d=True)
                if not np.any(samples):
                    raise ValueError("it is silent")
                return finished(to_48k(trimmed(samples.mean(axis=1), rate), rate))

            yield path.stem, read


def _write(source: Iterator[tuple[str, Callable[[], Any]]], wanted: dict[str, Sentence], to: Path) -> int:
    """Write each as a voice file that fits its slot; what does not is left to the house's voice, and said."""
    from sounds.engines import EngineError
    from sounds.loudness import RATE
    from sounds.voice import write

    room, written, left_out = slots(next(iter(wanted.values())).language), 0, 0
    for clip, make in source:
        each = wanted[clip]
        try:
            sound = make()
        except EngineError as error:  # the next sentence would fail alike
            raise StationError(str(error)) from None
        except (OSError, ValueError, RuntimeError) as error:
            say(f"{clip} is left out: {error}")
            left_out += 1
            continue
        if len(sound) / RATE > room.get(clip, 0.0):
            say(f"{clip} is left out: {len(sound) / RATE:.1f} s do not fit into {room.get(clip, 0.0):g} s: {each.text}")
            left_out += 1
            continue
        try:
            write(to / each.language / f"{clip}.ogg", sound)
        except OSError as error:
            raise StationError(f"{to} cannot be written: {error.strerror}.", "Choose another folder.") from None
        written += 1
    say(f'{to}: {written} sentences written, {left_out} left out. To hear them: [output.audio] own_voice = "{to}"')
    return int(left_out > 0)


def slots(language: str) -> dict[str, float]:
    """The shortest time each sentence has until the next one begins, in seconds."""
    room: dict[str, float] = {}
    every = [(name, script) for name in sounds.techniques() for script in sounds.scripts(name)]
    for name, script in every:
        files = (f"sounds/techniques/{name}/technique.toml", f"sounds/techniques/{name}/{script}.toml")
        try:
            if language not in technique.describe(sounds.read(name), files[0]).languages:
                continue  # a translation begins somewhere
            made = technique.compile(sounds.read(name), sounds.read(name, script), language, files=files)
        except ScriptError as error:
            lines = f"\n{error}"
            raise StationError(f"An exercise has mistakes:{lines}", "Mend these lines first.") from None
        else:
            for step in (*made.steps, *made.closing):
                if step.clip:
                    room[step.clip] = min(room.get(step.clip, float("inf")), step.seconds)
    for signal in ("emg-raw", "pressure") if language in LANGUAGES else ():
        for name, calibrating in STEPS.items():
            clip = clip_name(language, words(name, language, calibrating.seconds, signal))
            room[clip] = min(room.get(clip, float("inf")), calibrating.seconds)
    return room
