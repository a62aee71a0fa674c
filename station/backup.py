"""`desk-station backup FILE`: everything the station remembers in one file, to keep elsewhere or to take to a new card.

    FILE (a zip)   manifest.json    who made it, when, and the SHA-256 of every other part
                   history.db       a copy that SQLite itself makes while the station runs, whole and checked
                   calibration.json, memory.json, setup.json

Left out: recordings (they are files of their own), the page's passphrase and sessions, and what waits for a broker.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shlex
import sqlite3
import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from station import memory, place, yardsticks
from station.errors import StationError
from station.export import history_of
from station.outputs.history import FILE_NAME, recordings
from station.outputs.history.store import copy_to
from station.outputs.web.progress import FILE_NAME as SETUP
from station.terminal import say
from station.version import VERSION

MANIFEST = "manifest.json"
KIND = "desk-station backup"
PARTS = (FILE_NAME, yardsticks.NAME, memory.NAME, SETUP)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to, and of which station."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the new file, for example desk-2026-11-28.zip")
    parser.add_argument("--config", type=Path, metavar="FILE", help="the station's configuration")
    parser.add_argument("--force", action="store_true", help="overwrite the file if there is one")


def run(args: argparse.Namespace) -> int:
    """Write the file and say what it holds.  The station may go on meanwhile."""
    if args.file.exists() and not args.force:
        raise StationError(f"{args.file} exists already.", "Choose another name, or overwrite it with --force.")
    place.has_folder(args.file)
    folder = history_of(args.config).parent
    parts = write(folder, args.file)
    if not parts:
        raise StationError(f"There is nothing to keep yet in {folder}.", "It begins with the first `desk-station run`.")
    size = args.file.stat().st_size
    measure = f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
    back = ["desk-station", "restore", str(args.file), *(["--config", str(args.config)] if args.config else [])]
    say(f"From {folder} to {args.file}: {', '.join(parts)} ({measure}).")
    if recordings.kept(folder):
        kept = folder / recordings.FOLDER
        say(f"Recordings are not in it; they stay in {kept}, and `desk-station export` takes them.")
    say(f"Bring it back with:  {shlex.join(back)}")
    return 0


def write(folder: Path, target: Path) -> list[str]:
    """Everything in `folder` that is remembered into `target`; the names of its parts, none: nothing was written.

    The file is readable for its owner alone, complete, and on the disk before it has its name.  Raises StationError.
    """
    new = target.with_name(target.name + ".new")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as name:
            parts = _gather(folder, Path(name))
            if not parts:
                return []
            hashes = {part: digest(Path(name) / part) for part in parts}
            about = {"kind": KIND, "station": VERSION, "made": datetime.now(UTC).isoformat(), "parts": hashes}
            with (
                os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw,
                zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as file,
            ):
                file.writestr(MANIFEST, json.dumps(about, indent=1))
                for part in parts:
                    file.write(Path(name) / part, part)
                file.close()
                raw.flush()
                os.fsync(raw.fileno())
            new.replace(target)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise StationError(f"{target} cannot be written: {error.strerror}.", "Choose another place.") from None
    return parts


def _gather(folder: Path, into: Path) -> list[str]:
    parts = []
    for part in PARTS:
        if not (folder / part).exists():
            continue
        if part == FILE_NAME:
            try:
                copy_to(folder / part, into / part)
            except sqlite3.Error as error:
                raise StationError(
                    f"The history {folder / part} cannot be copied: {error}.", "`desk-station check` says more."
                ) from None
        else:
            (into / part).write_bytes((folder / part).read_bytes())
        parts.append(part)
    return parts


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
