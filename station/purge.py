"""`desk-station purge`: what the station remembers, gone for good, and looked at again afterwards."""

from __future__ import annotations

import argparse
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from station import memory
from station.errors import StationError
from station.export import add_range, history_of, range_of
from station.outputs.history import purge
from station.outputs.history.erase import NotErasedError
from station.outputs.mqtt.outbox import OUTBOX_NAME, Outbox


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which days, or everything."""
    add_range(parser)
    parser.add_argument("--everything", action="store_true", help="delete everything the station remembers of you")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(args: argparse.Namespace) -> int:
    """Ask, delete, verify, and say what is gone."""
    since, until = range_of(args)
    if args.everything == (since is not None or until is not None):
        raise StationError(
            "Say what is to be deleted.", "Either --everything, or --since DAY and --until DAY (one of them is enough)."
        )
    path = history_of(args.config)
    if not args.yes and not _sure("everything" if args.everything else _words(args)):
        print("Nothing was deleted.")
        return 1
    try:
        gone = purge(path, since, until)
    except NotErasedError as error:
        raise StationError(str(error)) from None
    if args.everything:
        _remove_rest(path.parent)
    print(f"Deleted and verified: {sum(gone.values())} entries.")
    if args.everything:
        print("Your calibration stays, so that the station can go on; recordings are where you put them.")
    return 0


def _remove_rest(folder: Path) -> None:
    """What was waiting for the smart home, and what the day's budget was."""
    (folder / memory.NAME).unlink(missing_ok=True)
    if (folder / OUTBOX_NAME).exists():
        try:
            with closing(Outbox(folder / OUTBOX_NAME, privacy=0)) as outbox:
                outbox.clear()
        except sqlite3.Error as error:
            raise StationError(f"{folder / OUTBOX_NAME}: {error}.", "Stop the station and try again.") from None
    for aside in folder.glob(f"{OUTBOX_NAME}.bad-*"):
        aside.unlink()


def _words(args: argparse.Namespace) -> str:
    since = f" since {args.since}" if args.since else ""
    until = f" until {args.until}" if args.until else ""
    return f"everything{since}{until}"


def _sure(what: str) -> bool:
    if not sys.stdin.isatty():
        raise StationError("Nobody can be asked here.", "Add --yes if you are sure.")
    return input(f"Delete {what}, for good? Type yes: ").strip().lower() in ("yes", "ja")
