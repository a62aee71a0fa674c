"""The whole export as one zip on the standard output, in a process of its own: `python -m ...bundle STATE_DIR > file`.

The same files as `desk-station export`: a CSV of each kind, `history.json`, and the recordings (EDF+).  The page starts
it, so that years of minutes are written beside the station and not within it.  The sealed diary's key, if somebody
has opened it, comes on the standard input.
"""

from __future__ import annotations

import io
import os
import sys
import zipfile
from pathlib import Path
from typing import BinaryIO

from station.outputs.history import FILE_NAME, recordings
from station.outputs.history.export import write_csv, write_json
from station.outputs.history.read import QUERIES

# Below everything that has to keep time.
NICE = 10


def bundle(state_dir: Path, to: BinaryIO, key: bytes | None = None) -> None:
    """Write the zip.  Raises sqlite3.Error and OSError."""
    path = state_dir / FILE_NAME
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for kind in QUERIES:
            with (
                archive.open(f"{kind}.csv", "w") as part,
                io.TextIOWrapper(part, encoding="utf-8", newline="") as file,
            ):
                write_csv(path, file, kind, key=key)
        with archive.open("history.json", "w") as part, io.TextIOWrapper(part, encoding="utf-8") as file:
            write_json(path, file, key=key)
        for recording in recordings.kept(state_dir):
            archive.write(recording, f"{recordings.FOLDER}/{recording.name}")


if __name__ == "__main__":
    os.nice(NICE)
    bundle(Path(sys.argv[1]), sys.stdout.buffer, sys.stdin.buffer.read() or None)
