"""`desk-station export`: what the station remembers, as files anyone can open."""

from __future__ import annotations

import argparse
import getpass
import sqlite3
from datetime import datetime, time
from pathlib import Path

from station import config, place
from station.errors import StationError
from station.outputs.history import FILE_NAME, export_csv, export_json, recordings, seal
from station.outputs.installing import installing
from station.settings import Station
from station.terminal import said, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What, from when to when, and where to."""
    parser.add_argument(
        "to",
        type=Path,
        metavar="TO",
        help="a folder for CSV files and recordings/; or a file ending in .json, with recordings/ beside it",
    )
    parser.add_argument("--unseal", action="store_true", help="ask for the sealed diary's passphrase: its words, too")
    parser.add_argument("--force", action="store_true", help="overwrite what is there already")
    add_range(parser)


def add_range(parser: argparse.ArgumentParser) -> None:
    """Which station, and which days: the same words for `export` and `purge`."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="the station's configuration")
    parser.add_argument("--state", type=Path, metavar="FOLDER", help="the station's folder, instead of a configuration")
    parser.add_argument("--since", metavar="DAY", help="from this day on (2026-11-01, or 2026-11-01T14:30)")
    parser.add_argument("--until", metavar="DAY", help="up to and including this day (or up to this time)")


def run(args: argparse.Namespace) -> int:
    """Write the files and say what they hold."""
    path = history_of(args.config, args.state)
    since, until = range_of(args)
    if not path.exists():
        raise StationError(f"There is no history yet ({path}).", "It begins with the first `desk-station run`.")
    place.has_folder(args.to)
    beside = args.to.parent if args.to.suffix == ".json" else args.to
    if not args.force:
        _refuse_what_is_there(args.to, beside / recordings.FOLDER, any(recordings.kept(path.parent, since, until)))
    key = _key(path) if args.unseal else None
    write = export_json if args.to.suffix == ".json" else export_csv
    try:
        numbers = write(path, args.to, since, until, key)
    except sqlite3.Error as error:
        raise StationError(f"The history {path} cannot be read: {error}.", "`desk-station check` says more.") from None
    except OSError as error:
        raise StationError(f"{args.to} cannot be written: {error.strerror}.", "Choose another place.") from None
    say(f"From {path.parent} to {args.to}: {counted(numbers)}")
    try:
        copied = recordings.copy(path.parent, beside / recordings.FOLDER, since, until)
    except OSError as error:
        raise StationError(f"The recordings cannot be copied: {error.strerror}.", "Choose another place.") from None
    if copied:
        say(f"Your recordings are in {beside / recordings.FOLDER}, as EDF+ files: {copied}")
    return 0


def counted(numbers: dict[str, int]) -> str:
    """`1 minute, 3 marks`: how many there are of each kind, of which there are any."""
    return ", ".join(said(counting(kind, number)) for kind, number in numbers.items() if number) or said("nothing yet")


def counting(kind: str, number: int) -> str:
    """`1 minute`, `2 minutes`; `1 entry`, `2 entries`."""
    if number != 1:
        return f"{number} {kind}"
    return f"1 {kind.removesuffix('ies')}y" if kind.endswith("ies") else f"1 {kind.removesuffix('s')}"


def _refuse_what_is_there(target: Path, beside: Path, recorded: bool) -> None:
    """Another station's export must not be overwritten, or mixed with this one's.  An empty folder is no export."""
    for there in (target, beside) if recorded else (target,):
        if any(there.iterdir()) if there.is_dir() else there.exists():
            raise StationError(f"{there} exists already.", "Choose another name, or overwrite it with --force.")


def _key(path: Path) -> bytes | None:
    """The sealed diary's key, for whoever knows its passphrase."""
    try:
        if not seal.is_sealed(path):
            return None
        key = seal.unlock(path, getpass.getpass(said("The diary's passphrase:") + " "))
    except sqlite3.Error as error:
        raise StationError(f"The history {path} cannot be read: {error}.", "`desk-station check` says more.") from None
    except ImportError:
        raise StationError(
            "The package that seals is missing.", f"Install it:  {installing('desk-station[sealed]')}"
        ) from None
    if key is None:
        raise StationError("That is not the passphrase.", "Try again; without --unseal the words come along sealed.")
    return key


def history_of(configuration: Path | None, state_dir: Path | None = None) -> Path:
    """Where the history of this station is."""
    if state_dir is not None:
        return state_dir / FILE_NAME
    settings = config.read(configuration) if configuration else config.defaults()
    return place.state_dir(settings.of(Station).state_dir) / FILE_NAME


def range_of(args: argparse.Namespace) -> tuple[float | None, float | None]:
    """`--since` and `--until` as seconds since 1970, in the local time of this machine."""
    since = _moment(args.since, time.min) if args.since else None
    until = _moment(args.until, time.max) if args.until else None
    if since is not None and until is not None and until <= since:
        raise StationError(f"--until {args.until} is before --since {args.since}.", "Exchange them.")
    return since, until


def _moment(text: str, of_day: time) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise StationError(f"{text!r} is no day or time.", "Write it like 2026-11-01 or 2026-11-01T14:30.") from None
    if "T" not in text and " " not in text:
        moment = datetime.combine(moment.date(), of_day)
    return moment.timestamp()
