"""`desk-station purge`: what the station remembers, gone for good, and looked at again afterwards."""

from __future__ import annotations

import argparse
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from station import assembly, config, memory, place, restore
from station.app import Inbox
from station.errors import StationError
from station.export import add_range, counting, history_of, range_of
from station.library import Library
from station.outputs import whole_file
from station.outputs.contract import OutputError
from station.outputs.history import FILE_NAME, purge, recordings
from station.outputs.history.erase import NotErasedError
from station.outputs.mqtt import Settings as MqttSettings
from station.outputs.mqtt import retire
from station.outputs.mqtt.outbox import OUTBOX_NAME, Outbox
from station.outputs.web.unlocked import FILE_NAME as SEAL
from station.settings import Station
from station.terminal import fitted, said, say

# Copies of a diary: those that `restore` and systemd/install.sh keep of the one they replaced, and a damaged one.
COPIES = (f"{restore.BEFORE}*.zip", "before-upgrade/*.db", f"{FILE_NAME}.bad-*")
# What else was set aside.
ASIDE = (
    f"{OUTBOX_NAME}.bad-*",
    "memory.bad",
    f"{memory.NAME}.new",  # as earlier versions called it
    whole_file.beside(Path(memory.NAME)).name,
)
MEMORY_LEFT = "Your settings are in it, and the day's budget. Make room on the disk, then try again."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which days, or everything."""
    add_range(parser)
    parser.add_argument("--everything", action="store_true", help="delete everything the station remembers of you")
    parser.add_argument(
        "--discovery", action="store_true", help="take the station out of Home Assistant and off its broker instead"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(args: argparse.Namespace) -> int:
    """Ask, delete, verify, and say what is gone."""
    if args.discovery:
        return _leave_home(args)
    since, until = range_of(args)
    some = "--since" if args.since else "--until" if args.until else ""
    if args.everything and some:
        raise StationError(
            f"--everything and {some} do not go together.", "Either everything, or the days from --since to --until."
        )
    if not args.everything and not some:
        raise StationError(
            "Say what is to be deleted.",
            "Either --everything, or --since DAY and --until DAY (one of them is enough), or --discovery.",
        )
    path = history_of(args.config, args.state)
    if not args.yes and not _sure(f"Delete {_words(args)} that the station in {path.parent} remembers, for good?"):
        say("Nothing was deleted.")
        return 1
    try:
        gone = purge(path, since, until)
        recorded = recordings.forget(path.parent, since, until)
    except NotErasedError as error:
        raise StationError(str(error)) from None
    except OSError as error:
        raise StationError(f"A recording cannot be deleted: {error}.", "Delete it by hand.") from None
    if args.everything:
        _remove_rest(path.parent)
    say(f"Deleted and verified: {counting('entries', sum(gone.values()))}, {counting('recordings', recorded)}.")
    if args.everything:
        say("Your calibration, your settings, private mode and the page's passphrase stay.")
        say("Backups, exports and recordings that you put elsewhere are still there.")
    elif copies := _copies(path.parent):
        say(f"Older copies stay and may still hold it: {', '.join(copies)}.")
        say(f"Delete them by hand in {path.parent}, or delete everything with --everything.")
    return 0


def _leave_home(args: argparse.Namespace) -> int:
    """Everything that brokers and Home Assistant keep of this station."""
    settings = config.read(args.config) if args.config else config.defaults()
    mqtt = settings.of(MqttSettings)
    if not args.yes and not _sure(f"Delete what {mqtt.where()} and Home Assistant keep of this station, for good?"):
        say("Nothing was deleted.")
        return 1
    folder = place.state_dir(settings.of(Station).state_dir)
    try:
        topics = retire(mqtt, assembly.house(settings, folder, Inbox(), Library.names()))
    except OutputError as error:
        raise StationError(error.problem, error.remedy) from None
    say(f"Emptied on {mqtt.where()}: {len(topics)} topics.")
    say("A running station announces itself again: stop it first.")
    return 0


def _remove_rest(folder: Path) -> None:
    """What was waiting for the smart home, what the day's budget was, and every copy."""
    try:
        memory.forget(folder)
    except OSError as error:
        raise StationError(f"{folder / memory.NAME} cannot be written: {error.strerror}.", MEMORY_LEFT) from None
    (folder / SEAL).unlink(missing_ok=True)
    if (folder / OUTBOX_NAME).exists():
        try:
            with closing(Outbox(folder / OUTBOX_NAME, privacy=0)) as outbox:
                outbox.clear()
        except sqlite3.Error as error:
            raise StationError(f"{folder / OUTBOX_NAME}: {error}.", "Stop the station and try again.") from None
    for pattern in (*COPIES, *ASIDE):
        for aside in folder.glob(pattern):
            aside.unlink()


def _copies(folder: Path) -> list[str]:
    return sorted(str(found.relative_to(folder)) for pattern in COPIES for found in folder.glob(pattern))


def _words(args: argparse.Namespace) -> str:
    since = f" since {args.since}" if args.since else ""
    until = f" until {args.until}" if args.until else ""
    return f"everything{since}{until}"


def _sure(question: str) -> bool:
    if not sys.stdin.isatty():
        raise StationError("Nobody can be asked here.", "Add --yes if you are sure.")
    return input(fitted(f"{said(question)} {said('Type yes:')}", sys.stdout) + " ").strip().lower() in ("yes", "ja")
