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
SERVICE = Path("/var/lib/desk-station")  # systemd/desk-station.service
# What a station leaves that has run; calibrating or looking leaves none of these.
LIVED = ("memory.json", "mqtt-outbox.db", "mqtt-announced.json")

# What a disk says that takes nothing at this moment: mounted read-only, no room, a fault of its own.
PASSES = frozenset({errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EIO})


def state_dir(wanted: str = "", *, unwritable: bool = False) -> Path:
    """The folder for what must survive, made if need be.

    `wanted` (the setting) wins; else systemd's STATE_DIRECTORY; else ~/.local/state/desk-station.
    unwritable: it will do as it is, if it is there and only its disk takes nothing at this moment.
    Raises StationError with a remedy when it cannot be written.
    """
    chosen = Path(wanted or service_folder() or _home()).expanduser()
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


def has_folder(target: Path) -> None:
    """A file (or a folder) is made only where its folder is: a slip of the hand makes none.  Raises StationError."""
    if not target.parent.is_dir():
        raise StationError(f"There is no folder {target.parent}.", "Create it, or choose another place.")


def service_folder() -> Path | None:
    """The folder that systemd has made for the service (STATE_DIRECTORY); None where no service runs."""
    given = os.environ.get("STATE_DIRECTORY", "").split(":")[0]
    return Path(given) if given else None


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
            f"A station is already running in {folder}.",
            "Stop it first:  sudo systemctl stop desk-station  (in a terminal: Ctrl + C)      "
            "Or give this one a [station] state_dir of its own.",
        ) from None
    except OSError:
        pass  # a file system without locks: better unguarded than no station
    try:
        yield
    finally:
        os.close(handle)


def station_id(folder: Path, machine_id: Path = MACHINE_ID) -> str:
    """`desk_` and 8 hex digits: from the machine's id, never its name; a second station on it has one of its own.

    A file `station-id` in the folder wins.  It is written where the machine has no id, by the demo, and where a station
    begins in a folder that is not the usual one: beside it another may live.  Who has lived there before the file was
    thought of keeps the machine's, by which a smart home knows them.
    """
    kept = folder / ID_FILE
    machine = _read(machine_id)
    seed = _read(kept)
    if not seed and machine and (folder.resolve() in _usual() or any((folder / name).exists() for name in LIVED)):
        seed = machine
    elif not seed:
        # Of the folder, so that it is the same again where the file could not be kept, or the folder was emptied.
        seed = hashlib.sha256(f"{machine} {folder.resolve()}".encode()).hexdigest() if machine else os.urandom(16).hex()
        with contextlib.suppress(OSError):  # a disk that takes nothing
            kept.write_text(seed)
    return _named(seed)


def id_of_the_machine(machine_id: Path = MACHINE_ID) -> str:
    """The id of the station in the usual folder."""
    return _named(_read(machine_id))


def _named(seed: str) -> str:
    # Hashed with the application's name: a machine id itself is confidential (machine-id(5)).
    return "desk_" + hashlib.sha256(f"desk-station:{seed}".encode()).hexdigest()[:8]


def _usual() -> set[Path]:
    """Where a station keeps its things that was given no folder: as a service, or as a person's own program."""
    return {each.resolve() for each in (SERVICE, _home(), service_folder()) if each}


def _home() -> Path:
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "desk-station"


def _read(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError:
        return ""
