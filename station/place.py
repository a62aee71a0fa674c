"""Who this station is and where it keeps its things."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from station.errors import StationError

MACHINE_ID = Path("/etc/machine-id")


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
    """`desk_` and 8 hex digits: from the machine's id, never its name; kept in the state folder where there is none."""
    try:
        seed = MACHINE_ID.read_text().strip()
    except OSError:
        seed = ""
    if not seed:
        kept = folder / "station-id"
        if not kept.exists():
            kept.write_text(os.urandom(16).hex())
        seed = kept.read_text().strip()
    # Hashed with the application's name: a machine id itself is confidential (machine-id(5)).
    return "desk_" + hashlib.sha256(f"desk-station:{seed}".encode()).hexdigest()[:8]
