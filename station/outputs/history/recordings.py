"""Recordings that live with the station: EDF+ files in `recordings/`, the only place where the raw signal ever is.

A recording begins only when its owner asks for one (`desk-station record`), and it is forgotten after a week.  One
that was given a name elsewhere is its owner's own file: nothing here looks for it.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from station.outputs.whole_file import own

FOLDER = "recordings"
ENDING = ".edf"


def kept(state_dir: Path, since: float | None = None, until: float | None = None) -> list[Path]:
    """The recordings whose last second lies in `since <= t < until` (seconds since 1970; None: open), by name."""
    low, high = float("-inf") if since is None else since, float("inf") if until is None else until
    found = [path for path in (state_dir / FOLDER).glob(f"*{ENDING}") if low <= path.stat().st_mtime < high]
    return sorted(found)


def copy(state_dir: Path, target: Path, since: float | None = None, until: float | None = None) -> int:
    """Copy them into `target`, for their owner alone; how many.  Raises OSError."""
    found = kept(state_dir, since, until)
    if found:
        target.mkdir(mode=0o700, exist_ok=True)
    for path in found:
        with path.open("rb") as source, open(target / path.name, "wb", opener=own) as copied:
            shutil.copyfileobj(source, copied)
        as_it_was = path.stat()
        os.utime(target / path.name, ns=(as_it_was.st_atime_ns, as_it_was.st_mtime_ns))
    return len(found)


def forget(state_dir: Path, since: float | None = None, until: float | None = None) -> int:
    """Delete them; how many.  Raises OSError."""
    found = kept(state_dir, since, until)
    for path in found:
        path.unlink()
    return len(found)
