"""`desk-station restore FILE`: what a backup holds, back in its place; what is there now is kept in a backup, too.

Everything is checked before anything is touched: the file is whole, its parts are what its manifest says, the history
is sound and not from a later version, and no station is running over it.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import tempfile
import zipfile
import zlib
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from station import backup
from station.errors import StationError
from station.export import history_of
from station.outputs.history import FILE_NAME
from station.outputs.history.store import migrations, set_aside
from station.terminal import say

BEFORE = "before-restore-"
LARGEST_BYTES = 2_000_000_000  # five years are 120 MB


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which file, into which station."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a file that `desk-station backup` wrote")
    parser.add_argument("--config", type=Path, metavar="FILE", help="the station's configuration")


def run(args: argparse.Namespace) -> int:
    """Check, keep what is there, put back."""
    folder = history_of(args.config).parent
    with tempfile.TemporaryDirectory(dir=folder, prefix=".restore-") as name:
        about = unpacked(args.file, Path(name))
        _alone(folder)
        kept = folder / f"{BEFORE}{datetime.now():%Y%m%d-%H%M%S}.zip"
        try:
            anything = backup.write(folder, kept)
        except StationError:  # a damaged history is the best reason to restore one
            anything = []
            say(f"The history that is here cannot be copied; it is kept as {set_aside(folder / FILE_NAME).name}.")
        for part in about["parts"]:
            (Path(name) / part).replace(folder / part)
        _settle(folder)
    made = about["made"][:16].replace("T", " ")
    say(f"Restored into {folder} from {args.file} (made {made} UTC): {', '.join(about['parts'])}.")
    if anything:
        say(f"What was there before is in {kept}; delete it when you are sure.")
    return 0


def unpacked(file: Path, into: Path) -> dict[str, Any]:
    """The backup's parts in `into`, checked; its manifest.  Raises StationError that says what is wrong with it."""
    remedy = "Use another backup; nothing was changed."
    try:
        with zipfile.ZipFile(file) as packed:
            about: dict[str, Any] = json.loads(packed.read(backup.MANIFEST))
            if not isinstance(about, dict) or about.get("kind") != backup.KIND:
                raise KeyError
            if not set(about["parts"]) <= set(backup.PARTS):
                raise StationError(f"{file} holds parts this version does not know.", "Install a later Desk Station.")
            if sum(packed.getinfo(part).file_size for part in about["parts"]) > LARGEST_BYTES:
                raise StationError(f"{file} unpacks to more than any history.", remedy)
            for part, expected in about["parts"].items():
                packed.extract(part, into)
                (into / part).chmod(0o600)
                if backup.digest(into / part) != expected:
                    raise StationError(f"{file}: {part} is not what was saved.", remedy)
    except FileNotFoundError:
        raise StationError(f"There is no {file}.", "Look for it, or choose another.") from None
    except OSError as error:
        raise StationError(f"{file} cannot be read: {error.strerror}.", remedy) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise StationError(f"{file} is damaged, or no backup: {error}.", remedy) from None
    except (KeyError, TypeError, AttributeError):
        raise StationError(f"{file} is no backup of a Desk Station.", remedy) from None
    if FILE_NAME in about["parts"]:
        _sound(file, into / FILE_NAME)
    return about


def _sound(file: Path, history: Path) -> None:
    newest = migrations()[-1][0]
    try:
        with closing(sqlite3.connect(history)) as look:
            version = look.execute("PRAGMA user_version").fetchone()[0]
            finding = look.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        version, finding = 0, str(error)
    if finding != "ok":
        raise StationError(f"{file}: its history is damaged ({finding}).", "Use another backup; nothing was changed.")
    if version > newest:
        raise StationError(
            f"{file} is from a later Desk Station (history {version}, this one knows {newest}).",
            "Install that version first; nothing was changed.",
        )


def _alone(folder: Path) -> None:
    """No other program may have the history open: only then can it leave the write-ahead log.  Raises StationError."""
    if not (folder / FILE_NAME).exists():
        return
    try:
        with closing(sqlite3.connect(folder / FILE_NAME, timeout=1.0)) as look:
            look.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise StationError(
                "The station is running over this history.",
                "Stop it first:  sudo systemctl stop desk-station  (in a terminal: Ctrl + C)",
            ) from None
    except sqlite3.DatabaseError:
        pass  # it is damaged, and set aside


def _settle(folder: Path) -> None:
    """The old history's log must not be taken for the new one's; the new names are on the disk when this returns."""
    for suffix in ("-wal", "-shm", "-journal"):
        (folder / (FILE_NAME + suffix)).unlink(missing_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
