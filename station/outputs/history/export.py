"""Everything the station remembers, in files anyone can open: one CSV per kind, or one JSON document.

Times are ISO 8601 in UTC; units are in the column names.
"""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from station.outputs.history import read

_TIMES = frozenset({"started", "ended", "at", "chimed", "answered"})


def _readable(record: read.Record) -> read.Record:
    def value(key: str, raw: Any) -> Any:
        if key in _TIMES and raw is not None:
            return datetime.fromtimestamp(raw, UTC).isoformat(timespec="milliseconds")
        return raw

    return {key: value(key, raw) for key, raw in record.items()}


def gather(path: Path, since: float | None = None, until: float | None = None) -> dict[str, list[read.Record]]:
    """Every kind with its records.  Raises sqlite3.Error when the file cannot be read."""
    return {kind: [_readable(r) for r in read.ask(path, kind, since, until)] for kind in read.QUERIES}


def export_json(path: Path, target: Path, since: float | None = None, until: float | None = None) -> dict[str, int]:
    """Write one JSON document; returns how many records of each kind it holds."""
    everything = gather(path, since, until)
    target.write_text(json.dumps(everything, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return {kind: len(records) for kind, records in everything.items()}


def export_csv(path: Path, folder: Path, since: float | None = None, until: float | None = None) -> dict[str, int]:
    """Write `minutes.csv`, `sessions.csv`, ... into `folder`; returns how many rows each has.

    A kind without records still gets its file with a header, so that the set is always whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    numbers: dict[str, int] = {}
    for kind, records in gather(path, since, until).items():
        with (folder / f"{kind}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=read.columns(path, kind))
            writer.writeheader()
            writer.writerows(records)
        numbers[kind] = len(records)
    return numbers
