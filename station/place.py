"""Who this station is and where it keeps its things."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from station.errors import StationError

MACHINE_ID = Path("/etc/machine-id")
ID_FILE = "station-id"


# What a disk says that takes nothing at this moment: mounted read-only, no room, a fault of its own.
PASSES = frozenset({errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EIO})


def state_dir(wanted: str = "", *, unwritable: bool = False) -> Path:
    """The folder for what must survive, made if need be.

    `wanted` (the setting) wins; else systemd's STATE_DIRECTORY; else ~/.local/state/desk-station.
    unwritable: it will do as it is, if it is there and only its disk takes nothing at this moment.
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
        if unwritable and error.errno in PASSES and chosen.is_dir():
            return chosen
        raise StationError(
            f"The folder {chosen} cannot be written: {error.strerror}.",
            "Give [station] state_dir a folder of yours, or make this one writable.",
        ) from error
    return chosen


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold this folder for one station.  Raises StationError while another one runs over it.

    A lock of the kernel's on the folder itself: it leaves no file, it goes with its process however that ends, and who
    only reads along (a backup, an export, `check`) neither takes it nor is hindered.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise StationError(
            f"A station is already running over {folder}.",
            "Stop it first:  sudo systemctl stop desk-station      Or give this one a [station] state_dir of its own.",
        ) from None
    except OSError:
        pass  # a file system without locks: better unguarded than no station
    try:
        yield
    finally:
        os.close(handle)


def station_id(folder: Path) -> str:
    """`desk_` and 8 hex digits: from the machine's id, never its name.

    A file `station-id` in the state folder wins: it is written where the machine has no id, and by the demo, which is
    not the machine's own station.
    """
    kept = folder / ID_FILE
    seed = _read(kept) or _read(MACHINE_ID)
    if not seed:
        seed = os.urandom(16).hex()
        with contextlib.suppress(OSError):  # a disk that takes nothing: another name at the next start
            kept.write_text(seed)
    # Hashed with the application's name: a machine id itself is confidential (machine-id(5)).
    return "desk_" + hashlib.sha256(f"desk-station:{seed}".encode()).hexdigest()[:8]


def _read(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError:
        return ""
