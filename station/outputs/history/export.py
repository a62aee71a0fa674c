"""Everything the station remembers, in files anyone can open: one CSV per kind, or one JSON document.

Times are ISO 8601 in UTC; units are in the column names.  Rows are written as they are read, so that years of minutes
need no more memory than a day of them.  What is sealed stays so, as hex digits, unless
the diary's key is given.  The files are for their owner alone.
"""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from station.outputs.history import read, seal
from station.outputs.whole_file import own

_TIMES = frozenset({"started", "ended", "at", "chimed", "answered"})


def _readable(record: read.Record, key: bytes | None) -> read.Record:
    def value(name: str, raw: Any) -> Any:
        if name in _TIMES and raw is not None:
            return datetime.fromtimestamp(raw, UTC).isoformat(timespec="milliseconds")
        return raw

    return {name: value(name, raw) for name, raw in seal.readable(record, key).items()}


def write_json(
    path: Path, file: TextIO, since: float | None = None, until: float | None = None, key: bytes | None = None
) -> dict[str, int]:
    """One JSON document into an open file; returns how many records of each kind it holds.  Raises sqlite3.Error."""
    numbers: dict[str, int] = {}
    file.write("{")
    for kind in read.QUERIES:
        file.write(f'{"," if numbers else ""}\n "{kind}": [')
        numbers[kind] = 0
        for record in read.each(path, kind, since, until):
            file.write(("," if numbers[kind] else "") + "\n  " + json.dumps(_readable(record, key), ensure_ascii=False))
            numbers[kind] += 1
        file.write("\n ]" if numbers[kind] else "]")
    file.write("\n}\n")
    return numbers


def write_csv(
    path: Path,
    file: TextIO,
    kind: str,
    since: float | None = None,
    until: float | None = None,
    key: bytes | None = None,
) -> int:
    """One kind into an open file, with a header even where nothing follows; how many rows.  Raises sqlite3.Error."""
    writer = csv.DictWriter(file, fieldnames=read.columns(path, kind))
    writer.writeheader()
    number = 0
    for record in read.each(path, kind, since, until):
        writer.writerow(_readable(record, key))
        number += 1
    return number


def export_json(
    path: Path, target: Path, since: float | None = None, until: float | None = None, key: bytes | None = None
) -> dict[str, int]:
    """Write one JSON document; returns how many records of each kind it holds."""
    with open(target, "w", encoding="utf-8", opener=own) as file:
        return write_json(path, file, since, until, key)


def export_csv(
    path: Path, folder: Path, since: float | None = None, until: float | None = None, key: bytes | None = None
) -> dict[str, int]:
    """Write `minutes.csv`, `sessions.csv`, ... into `folder`; returns how many rows each has.

    A kind without records still gets its file with a header, so that the set is always whole.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    numbers: dict[str, int] = {}
    for kind in read.QUERIES:
        with open(folder / f"{kind}.csv", "w", newline="", encoding="utf-8", opener=own) as file:
            numbers[kind] = write_csv(path, file, kind, since, until, key)
    return numbers
