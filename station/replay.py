"""`desk-station replay IN.edf`: what would the station have done?

--json     one event a line, for programs        --trace         the reading ten times a second, too
(else)     a summary for a person                --through-chip  through the simulated ADS1115 and its real driver
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator

import msgspec

from station.core.events import Event, Reading, as_record
from station.replaying import Prepared, load, play, prepare
from station.terminal import say

SIGNALS = ("emg-raw", "emg-envelope", "pressure")
# Lines are handed on in heaps of this many: a write for each would cost more than the thinking.
HEAP = 2000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `replay` can be asked."""
    parser.epilog = (
        "`replay` and `analyse` print the same text: "
        "take replay for every event (--json), analyse for the picture (--png)."
    )
    parser.add_argument("recording", metavar="IN.edf", help="the recording, EDF or EDF+")
    parser.add_argument(
        "--signal",
        action="append",
        choices=SIGNALS,
        default=[],
        help="what was recorded; without it the label decides, else emg-raw (once for each channel)",
    )
    parser.add_argument(
        "--channel", action="append", default=[], help="label or number of the channel to use (twice for two channels)"
    )
    parser.add_argument("--json", action="store_true", help="one event a line as JSON")
    parser.add_argument("--trace", action="store_true", help="with --json: the reading too, ten times a second")
    parser.add_argument(
        "--through-chip",
        action="store_true",
        help="send the signal through the simulated ADS1115 and its unmodified driver",
    )


def run(args: argparse.Namespace) -> int:
    """Replay, print, and return 0; what is wrong with the file is a StationError."""
    prepared = prepare(load(args.recording, args.channel), args.signal)
    for remark in prepared.remarks:
        say(remark, file=sys.stderr)
    told = events(prepared, through_chip=args.through_chip)
    if args.json:
        write_lines(told, trace=args.trace)
    else:
        from station.german import system_language
        from station.story import Story
        from station.summary import summary

        print(summary(prepared, Story.of(told, since=prepared.in_force_s), system_language()))
    return 0


def events(prepared: Prepared, *, through_chip: bool = False) -> Iterator[tuple[float, Event]]:
    """The events of the recording, straight from the file or by way of the simulated chip."""
    if not through_chip:
        return play(prepared)
    from station.through_chip import frames_through_chip

    return play(prepared, frames_through_chip(prepared.recording))


class _ReadingLine(msgspec.Struct):
    """A reading as `as_record` would have it, ten times a second and therefore without a dictionary."""

    t: float
    event: str
    rve_percent: float | None
    resting: bool
    quality: str


def write_lines(told: Iterable[tuple[float, Event]], *, trace: bool) -> None:
    """Print one JSON object a line; readings only when they are asked for."""
    out = sys.stdout.buffer
    encode = msgspec.json.Encoder().encode
    heap: list[bytes] = []
    for t, event in told:
        if type(event) is Reading:
            if not trace:
                continue
            load = event.rve_percent
            line = _ReadingLine(
                round(event.t, 3), "reading", None if load is None else round(load, 4), event.resting, event.quality
            )
            heap.append(encode(line))
        else:
            heap.append(encode(as_record(event, t)))
        if len(heap) >= HEAP:
            out.write(b"\n".join(heap) + b"\n")
            heap.clear()
    if heap:
        out.write(b"\n".join(heap) + b"\n")
    out.flush()
