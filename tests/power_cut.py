"""What a power cut leaves on a disk: SQLite's own writes and syncs, watched, and then forgotten in every way allowed.

    with watched() as wire:              the process's own SQLite, unchanged, writing real files meanwhile
        ... history.take(...), flush(), wire.say("acknowledged", 7) ...
    for cut in cuts(wire.told, points):  the files as they may be found after the power went at that point

Between the last sync of a file and the cut anything may have happened to what was written: all of it arrived, none of
it, or any part of it in any order, torn at sectors.  What a sync returned for is there.  A file nobody ever synced may
not exist; a deletion that was not made durable may not have happened.  Nothing outside a written range changes, which
is what SQLite expects of a disk by default (SQLITE_IOCAP_POWERSAFE_OVERWRITE).

The shared memory beside a write-ahead log (`-shm`) is memory: it never survives.
"""

from __future__ import annotations

import contextlib
import ctypes
import random
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SECTOR = 512
# The first sync of a new journal also syncs its folder, with every deletion in it (os_unix.c: UNIXFILE_DIRSYNC).
_CREATE, _JOURNALS = 0x4, 0x800 | 0x4000 | 0x80000
_P, _I, _L, _S = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64, ctypes.c_char_p

# SQLite keeps the pointer to the name for as long as the file is open: it must be handed on as it came, not as a copy.
_OPEN = ctypes.CFUNCTYPE(_I, _P, _P, _P, _I, _P)
_DELETE = ctypes.CFUNCTYPE(_I, _P, _S, _I)
_WRITE = ctypes.CFUNCTYPE(_I, _P, _P, _I, _L)
_TRUNCATE = ctypes.CFUNCTYPE(_I, _P, _L)
_SYNC = ctypes.CFUNCTYPE(_I, _P, _I)


class _Vfs(ctypes.Structure):
    """The beginning of `sqlite3_vfs` (sqlite3.h)."""

    _fields_ = (
        *(("version", _I), ("size", _I), ("longest", _I), ("next", _P), ("name", _S), ("data", _P)),
        *(("open", _P), ("delete", _P)),
    )


class _Methods(ctypes.Structure):
    """`sqlite3_io_methods` (sqlite3.h), all three versions of it."""

    _fields_ = (
        *(("version", _I), ("close", _P), ("read", _P), ("write", _P), ("truncate", _P), ("sync", _P)),
        ("rest", _P * 13),
    )


@dataclass
class Wire:
    """Everything SQLite told the disk, in order: (what, file's name, ...), and what the test said in between."""

    told: list[tuple[Any, ...]] = field(default_factory=list)

    def say(self, *words: Any) -> None:
        """Put a word of the test's own between the writes."""
        self.told.append(("said", *words))


def library() -> ctypes.CDLL | None:
    """The SQLite that this Python uses; None where it is built in and cannot be reached."""
    assert sqlite3.sqlite_version
    for line in Path("/proc/self/maps").read_text().splitlines():
        if "libsqlite3" in line:
            return ctypes.CDLL(line.split()[-1])
    return None


@contextlib.contextmanager
def watched() -> Iterator[Wire]:
    """Listen to every file that SQLite opens from here on."""
    sqlite = library()
    assert sqlite is not None
    sqlite.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
    vfs = sqlite.sqlite3_vfs_find(None).contents
    wire = Wire()
    alive: list[Any] = []  # what C holds on to
    was_open, was_delete = vfs.open, vfs.delete
    real_open, real_delete = _OPEN(was_open), _DELETE(was_delete)

    def opened(this: int, name: int | None, file: int, flags: int, out: int) -> int:
        result = real_open(this, name, file, flags, out)
        methods = _P.from_address(file)
        if result == 0 and name is not None and methods.value:
            with_folder = bool(flags & _CREATE and flags & _JOURNALS)
            path = Path(ctypes.string_at(name).decode())
            _listen(methods, path.name, wire, alive, with_folder=with_folder)
        return int(result)

    def deleted(this: int, name: bytes, durable: int) -> int:
        result = real_delete(this, name, durable)
        if result == 0:
            wire.told.append(("delete", Path(name.decode()).name, bool(durable)))
        return int(result)

    ours = _OPEN(opened), _DELETE(deleted)
    vfs.open, vfs.delete = (ctypes.cast(each, _P).value for each in ours)
    try:
        yield wire
    finally:
        vfs.open, vfs.delete = was_open, was_delete
        _KEPT.append((alive, ours))


# A connection closed late may still call what it was opened with.
_KEPT: list[Any] = []


def _listen(methods: ctypes.c_void_p, name: str, wire: Wire, alive: list[Any], *, with_folder: bool) -> None:
    """Put our ear between SQLite and one open file."""
    assert methods.value
    real = _Methods.from_address(methods.value)
    copy = _Methods.from_buffer_copy(real)
    write, truncate, sync = _WRITE(real.write), _TRUNCATE(real.truncate), _SYNC(real.sync)

    def on_write(file: int, data: int, amount: int, offset: int) -> int:
        result = write(file, data, amount, offset)
        wire.told.append(("write", name, offset, ctypes.string_at(data, amount)))
        return int(result)

    def on_truncate(file: int, size: int) -> int:
        result = truncate(file, size)
        wire.told.append(("truncate", name, size))
        return int(result)

    def on_sync(file: int, flags: int) -> int:
        nonlocal with_folder
        result = sync(file, flags)
        wire.told.append(("sync", name, with_folder))
        with_folder = False
        return int(result)

    ours = _WRITE(on_write), _TRUNCATE(on_truncate), _SYNC(on_sync)
    copy.write, copy.truncate, copy.sync = (ctypes.cast(each, _P).value for each in ours)
    alive.append((copy, ours))
    methods.value = ctypes.addressof(copy)


@dataclass
class Cut:
    """The files as they are found afterwards, and what the test had said before the power went."""

    at: int
    files: dict[str, bytes]
    said: list[tuple[Any, ...]]

    def lay(self, folder: Path) -> None:
        """Write them down."""
        for name, content in self.files.items():
            (folder / name).write_bytes(content)


def cuts(told: list[tuple[Any, ...]], points: Iterable[int], seed: int = 1, guesses: int = 2) -> Iterator[Cut]:
    """For each point (number of things told before the cut): nothing unsynced, all of it, and `guesses` between."""
    chance = random.Random(seed)
    wanted = set(points)
    durable: dict[str, bytearray] = {}
    pending: dict[str, list[tuple[Any, ...]]] = {}
    said: list[tuple[Any, ...]] = []
    for at, each in enumerate([*told, ("end",)]):
        if at in wanted:
            for share in (0.0, 1.0, *[0.5] * guesses):
                yield Cut(at, _guess(durable, pending, share, chance), list(said))
        match each:
            case ("said", *words):
                said.append(tuple(words))
            case ("sync", name, with_folder):
                _settle(durable, pending, name)
                if with_folder:
                    for other in [o for o, ops in pending.items() if any(op[0] == "delete" for op in ops)]:
                        _delete(durable, pending, other)
            case ("delete", name, True):
                durable.pop(name, None)
                pending.pop(name, None)
            case (_, name, *_):
                pending.setdefault(name, []).append(each)


def _delete(durable: dict[str, bytearray], pending: dict[str, list[tuple[Any, ...]]], name: str) -> None:
    """The deletion of this file can no longer be undone; what was written under the name since may still be lost."""
    last = max(n for n, op in enumerate(pending[name]) if op[0] == "delete")
    durable.pop(name, None)
    pending[name] = pending[name][last + 1 :]


def _settle(durable: dict[str, bytearray], pending: dict[str, list[tuple[Any, ...]]], name: str) -> None:
    content: bytearray | None = durable.get(name)
    for op in pending.pop(name, []):
        content = _applied(content, op)
    durable[name] = bytearray() if content is None else content


def _guess(
    durable: dict[str, bytearray], pending: dict[str, list[tuple[Any, ...]]], share: float, chance: random.Random
) -> dict[str, bytes]:
    """One way it may have ended.  share: how likely each unsynced sector (or deletion, or cut) arrived."""
    found: dict[str, bytes] = {}
    for name in {*durable, *pending}:
        content: bytearray | None = bytearray(durable[name]) if name in durable else None
        for op in pending.get(name, []):
            for part in _sectors(op):
                if chance.random() < share:
                    content = _applied(content, part)
        if content is not None:
            found[name] = bytes(content)
    return found


def _sectors(op: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    if op[0] != "write":
        yield op
        return
    _, name, offset, data = op
    begin = 0
    while begin < len(data):
        end = min(len(data), begin + SECTOR - (offset + begin) % SECTOR)
        yield ("write", name, offset + begin, data[begin:end])
        begin = end


def _applied(content: bytearray | None, op: tuple[Any, ...]) -> bytearray | None:
    if op[0] == "delete":
        return None
    content = bytearray() if content is None else content
    if op[0] == "truncate":
        del content[op[2] :]
        return content
    _, _, offset, data = op
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data
    return content
