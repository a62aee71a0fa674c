"""Room on the disk, and how long an SD card bears what is written to it.

An SD card tells nobody how worn it is.  What can be known: what has been written since the start (/sys/class/block, in
sectors of 512 bytes), for how long (/proc/uptime), and how large the card is.  A card of today's kind (TLC) bears about
500 rewrites of each cell, and a small write costs the card about five times its size inside: it bears about a hundred
times its size.  That is an estimate on the careful side, and the sentence says so.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from station.doctor import Examined, Roots, read

MB: Final = 1e6
# Five years of eight-hour days are about 90 MB (DESIGN: measured); a full disk stops everything else on it, too.
FEW_MB, TOO_FEW_MB = 500.0, 50.0
SECTOR: Final = 512
REWRITES: Final = 100
FEW_YEARS: Final = 3.0
LEAST_UPTIME_S: Final = 3600.0  # the writes of a start say nothing about a day
DAY_S, YEAR_DAYS = 86400.0, 365.0


def examine(folder: Path, roots: Roots, free: Callable[[Path], float] | None = None) -> Examined:
    """About the disk that `folder` is on; `free` tells its free bytes."""
    mb = (free(folder) if free else shutil.disk_usage(folder).free) / MB
    room = "Free some: sudo apt clean; journalctl --vacuum-size=50M; old recordings below the station's folder."
    if mb < TOO_FEW_MB:
        yield "broken", f"Only {mb:.0f} MB are free where the station keeps its things.", room
    elif mb < FEW_MB:
        yield "warning", f"Only {mb:.0f} MB are free where the station keeps its things.", room
    else:
        yield "ok", f"{mb / 1000:.1f} GB are free; five years of diary take about 0.1 GB.", ""
    yield from _wear(folder, roots)


def _wear(folder: Path, roots: Roots) -> Examined:
    number = folder.stat().st_dev
    block = roots.sys / f"dev/block/{os.major(number)}:{os.minor(number)}"
    if not block.exists():  # a disk in memory, or one put together from several: nobody counts its writes
        return
    block = block.resolve()
    disk = block.parent if (block / "partition").exists() else block
    uptime = float((read(roots.proc / "uptime") or "0").split()[0])
    worn = read(disk / "device/life_time").split()  # only soldered flash (eMMC) tells; in tenths of its life
    if worn and (tenths := max(int(used, 16) for used in worn)) >= 9:
        yield (
            "warning",
            f"The built-in flash has used {tenths * 10} % of its life.",
            "Back the diary up soon:  desk-station backup FILE",
        )
    if not disk.name.startswith("mmcblk"):
        return
    if uptime < LEAST_UPTIME_S:
        yield "ok", "How long the card will last can be told an hour after the start of this machine.", ""
        return
    size, written = (float(read(disk / "size") or 0) * SECTOR, _written(disk))
    a_day = written / uptime * DAY_S
    years = size * REWRITES / max(a_day, 1.0) / YEAR_DAYS
    lasts = "for more than 20 years" if years > 20 else f"for about {years:.0f} years"
    said = (
        f"{a_day / MB:.0f} MB a day are written to the card of {size / 1e9:.0f} GB since the start; "
        f"at that rate it should last {lasts} (estimated from its size)."
    )
    if years < FEW_YEARS:
        yield "warning", said, "See who writes: sudo iotop -ao. Swap off, the journal in memory (Storage=volatile)."
    else:
        yield "ok", said, ""


def _written(disk: Path) -> float:
    """Bytes since the start (Documentation/block/stat.rst: the seventh number counts sectors written)."""
    numbers = read(disk / "stat").split()
    return float(numbers[6]) * SECTOR if len(numbers) > 6 else 0.0
