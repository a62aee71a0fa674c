"""`desk-station analyse RECORDING.edf [--png OUT.png]`: a report of one recording, for a maker or a physiotherapist."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from station.errors import StationError
from station.german import system_language
from station.outputs.installing import installing
from station.replay import SIGNALS
from station.replaying import Prepared, load, play, prepare
from station.story import Story
from station.summary import summary
from station.terminal import say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which recording, and where the picture goes."""
    parser.epilog = (
        "`replay` and `analyse` print the same text: "
        "take replay for every event (--json), analyse for the picture (--png)."
    )
    parser.add_argument("recording", metavar="RECORDING.edf", help="the recording, EDF or EDF+")
    parser.add_argument("--png", type=Path, metavar="OUT.png", help="draw the report as a picture, too")
    parser.add_argument(
        "--language", choices=("de", "en"), help="the language of the words and the picture (default: the system's)"
    )
    parser.add_argument("--signal", action="append", choices=SIGNALS, default=[], help="what was recorded")
    parser.add_argument("--channel", action="append", default=[], help="label or number of the channel to use")


def run(args: argparse.Namespace) -> int:
    """Print the table, draw the picture."""
    if args.png and args.png.suffix.lower() != ".png":
        raise StationError(f"{args.png}: the picture is a PNG.", f"Name it {args.png.with_suffix('.png').name}.")
    if args.png:
        ready_to_draw()
    prepared = prepare(load(args.recording, args.channel), args.signal)
    language = args.language or system_language()
    for remark in prepared.remarks:
        say(remark, language, file=sys.stderr)
    story = Story.of(play(prepared), since=prepared.in_force_s)
    print(summary(prepared, story, language))
    if args.png:
        draw(prepared, story, args.png, language)
        print()
        say(f"The picture is in {args.png}.", language)
    return 0


def ready_to_draw() -> None:
    """Asked before the work, so that nobody waits for what cannot be drawn.  Raises StationError."""
    try:
        import matplotlib.figure  # noqa: F401 - it is needed later
    except ImportError:
        raise StationError(
            "The picture needs matplotlib, which is not installed.",
            f"Install it:  {installing('desk-station[report]')}",
        ) from None


def draw(prepared: Prepared, story: Story, path: Path, language: str) -> None:
    """Draw the report.  Raises StationError where the file cannot be written."""
    from station import report

    try:
        report.draw(prepared, story, path, language)
    except (OSError, ValueError) as error:
        raise StationError(
            f"The picture cannot be written to {path}: {error}.", "Choose a name that ends in .png."
        ) from None
