"""The diary and the memory on a disk that is really read-only, or really full; what they say and how long it takes.

    unshare -m python disk_of_its_own.py FOLDER read_only full      a disk is mounted there, for this process alone

`test_faults.py` and `bench_recovery.py` run it.  The errors are the kernel's own (EROFS, ENOSPC), not a stand-in's.
"""

from __future__ import annotations

import errno
import json
import subprocess
import sys
import time
from pathlib import Path

from station import memory
from station.core.events import Minute, Moment
from station.outputs import history

SIZE = "1200k"
WALL = 1_795_593_600.0
PATIENCE_S = 20.0


class Disk:
    """A small disk in memory, with a diary and a memory on it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file = folder, folder / history.FILE_NAME
        self.told = 0
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder], check=True)
        memory.save(folder, {"coach": {}})

    def mounted(self, how: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{how}", self.folder], check=True)

    def begin(self) -> None:
        self.diary = history.History(self.file)
        self.diary.start()

    def tell(self, minutes: int) -> None:
        for _ in range(minutes):
            minute = Minute(0.5, 1.0, 2.0, 3.0, 4, 5.0, 60.0, "ok")
            self.diary.take(Moment(minute, 60.0 * self.told, WALL + 60.0 * self.told))
            self.told += 1

    def refused(self) -> str:
        """What the diary says meanwhile; the memory is refused as well, and keeps what it had."""
        assert not self.diary.flush(0.5)
        until = time.monotonic() + PATIENCE_S
        while not self.diary.trouble():
            assert time.monotonic() < until, "the diary says nothing"
            time.sleep(0.01)
        try:
            memory.save(self.folder, {"coach": {"much": "x" * 20_000}})
        except OSError as error:
            assert error.errno in (errno.ENOSPC, errno.EROFS), error
        else:
            raise AssertionError("the memory was written")
        assert memory.load(self.folder) == {"coach": {}}
        return self.diary.trouble()

    def back_after(self) -> float:
        """Seconds until every minute that was told is on the disk, once and in order."""
        began = time.monotonic()
        while len(history.minutes(self.file)) < self.told:
            assert time.monotonic() < began + PATIENCE_S, "the diary does not come back"
            time.sleep(0.02)
        took = time.monotonic() - began
        assert [row["ended"] for row in history.minutes(self.file)] == [WALL + 60.0 * k for k in range(self.told)]
        memory.save(self.folder, {"coach": {}})
        return took

    def read_only(self) -> tuple[str, float]:
        """As a Pi starts with a card that has errors; then somebody mounts it anew."""
        self.mounted("ro")
        self.begin()
        self.tell(3)
        said = self.refused()
        self.mounted("rw")
        return said, self.back_after()

    def full(self) -> tuple[str, float]:
        """Somebody else's file takes everything, until it is deleted."""
        self.begin()
        film = self.folder / "film"
        with film.open("wb", buffering=0) as out:
            try:
                while True:
                    out.write(bytes(4096))
            except OSError as error:
                assert error.errno == errno.ENOSPC
        self.tell(600)
        said = self.refused()
        film.unlink()
        return said, self.back_after()


def main(folder: Path, *faults: str) -> None:
    """Each fault on the same disk, with the diary that the one before has left."""
    disk = Disk(folder)
    disk.begin()
    disk.tell(3)
    assert disk.diary.flush()
    disk.diary.stop()
    told = {}
    for fault in faults:
        said, back_s = getattr(disk, fault)()
        told[fault] = {"said": said, "back_s": back_s}
        disk.diary.stop()
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
