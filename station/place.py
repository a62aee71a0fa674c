"""Who this station is and where it keeps its things."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from station.errors import StationError

MACHINE_ID = Path("/etc/machine-id")
ID_FILE = "station-id"


def state_dir(wanted: str = "") -> Path:
    """The folder for what must survive, made if need be.

    `wanted` (the setting) wins; else systemd's STATE_DIRECTORY; else ~/.local/state/desk-station.
    Raises StationError with a remedy when it cannot be written.
    """
    home = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    chosen = Path(wanted or os.environ.get("STATE_DIRECTORY", "").split(":")[0] or home / "desk-station").expanduser()
    try:
        chosen.mkdir(parents=True, exist_ok=True)
        probe = chosen / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StationError(
            f"The folder {chosen} cannot be written: {error.strerror}.",
            "Give [station] state_dir a folder of yours, or make this one writable.",
        ) from error
    return chosen


def station_id(folder: Path) -> str:
    """`desk_` and 8 hex digits: from the machine's id, never its name.

    A file `station-id` in the state folder wins: it is written where the machine has no id, and by the demo, which is
    not the machine's own station.
    """
    kept = folder / ID_FILE
    seed = _read(kept) or _read(MACHINE_ID)
    if not seed:
        kept.write_text(os.urandom(16).hex())
        seed = _read(kept)
    # Hashed with the application's name: a machine id itself is confidential (machine-id(5)).
    return "desk_" + hashlib.sha256(f"desk-station:{seed}".encode()).hexdigest()[:8]


def _read(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError:
        return ""
