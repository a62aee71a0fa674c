"""A ledger beside the history: whatever was told and deleted, what comes out is what the ledger says, to the row.

The ledger is a plain list kept by the test; export and purge are the station's own.
"""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.core import events as ev
from station.outputs.history import History, export_csv, export_json, marks
from station.outputs.history.annotate import annotate
from station.outputs.history.erase import purge

NOON = 1_780_000_000.0
KINDS = ("minutes", "marks", "sessions", "episodes", "cues", "withheld", "drawn", "references", "spans")
CHANNEL = {"signal": "emg-raw", "rest_only": False, "gain": 0.9}
Entry = tuple[str, int]


def events_of(kind: str, n: int) -> list[tuple[ev.Event, float]]:
    """What is told for one entry of the ledger, and how many seconds after it."""
    return {
        "minutes": [(ev.Minute(0.4, 1.0, 5.0, 9.0, n % 9, 20.0, 60.0, "A"), 0.0)],
        "marks": [(ev.Mark(f"source-{n}"), 0.0)],
        "sessions": [
            (ev.SessionStarted(f"technique-{n}", "micro", "de", 60.0, "button"), 0.0),
            (ev.SessionEnded(f"technique-{n}", "de", "completed"), 30.0),
        ],
        "episodes": [(ev.TensionStarted(12.0, 0.1, f"reason-{n}"), 0.0), (ev.TensionEnded(20.0), 20.0)],
        "cues": [(ev.Cue("light", f"reason-{n}", "breathing"), 0.0), (ev.CueAnswered("accepted"), 9.0)],
        "withheld": [(ev.CueWithheld(f"reason-{n}"), 0.0)],
        "drawn": [(ev.AlertRandomised("silent"), 0.0)],
        "references": [(ev.CalibrationDone({"channels": [CHANNEL]}, n % 2 == 0), 0.0)],
        "spans": [(ev.ContextChanged("call", True), 0.0), (ev.ContextChanged("call", False), 50.0)],
    }[kind]


@settings(deadline=None, max_examples=20)
@given(
    told=st.lists(st.sampled_from(KINDS), min_size=1, max_size=60),
    ranges=st.lists(st.tuples(st.integers(-5, 65), st.integers(-5, 65)), max_size=3),
)
def test_what_is_exported_is_what_was_told_minus_what_was_deleted(
    tmp_path_factory: pytest.TempPathFactory, told: list[str], ranges: list[tuple[int, int]]
) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    history = History(folder / "history.db", boot_id="a", asleep_s=lambda: 0.0, time_known=lambda: True)
    history.start()
    ledger: list[Entry] = []
    for n, kind in enumerate(told):
        for event, later in events_of(kind, n):
            history.take(ev.Moment(event, 60.0 * n + later, NOON + 60 * n + later))
        ledger.append((kind, n))
    assert history.flush()
    for low, high in ranges:
        gone = purge(history.path, NOON + 60 * low, NOON + 60 * high)  # while the station runs
        left = [(kind, n) for kind, n in ledger if not low <= n < high]
        assert sum(gone.values()) == len(ledger) - len(left)
        ledger = left
    expected = {kind: [NOON + 60 * n for k, n in ledger if k == kind] for kind in KINDS}
    assert out_as_json(history.path, folder) == expected
    assert out_as_csv(history.path, folder) == expected
    everything = purge(history.path)
    assert sum(everything.values()) == len(ledger)
    assert not any(out_as_json(history.path, folder).values())
    history.stop()


def test_a_mark_keeps_its_number_when_older_ones_are_deleted(tmp_path: Path) -> None:
    """A diary page that was open before the deletion writes to the mark that it shows."""
    path = tmp_path / "history.db"
    history = History(path, boot_id="b")
    history.start()
    for n in range(4):
        history.take(ev.Moment(ev.Mark(f"mark-{n}"), 10.0 * n, NOON + 10.0 * n))
    assert history.flush()
    history.stop()
    shown = {mark["source"]: mark["id"] for mark in marks(path, NOON - 1, NOON + 99)}
    purge(path, NOON - 1, NOON + 15)
    assert annotate(path, shown["mark-3"], "words to the last")
    assert [(mark["source"], mark["text"]) for mark in marks(path, NOON - 1, NOON + 99)] == [
        ("mark-2", None),
        ("mark-3", "words to the last"),
    ]


def when(record: dict[str, str]) -> float:
    stamp = record.get("started") or record.get("ended") or record["at"]
    return datetime.fromisoformat(stamp).timestamp()


def out_as_json(path: Path, folder: Path) -> dict[str, list[float]]:
    numbers = export_json(path, folder / "all.json")
    found = json.loads((folder / "all.json").read_text(encoding="utf-8"))
    assert {kind: len(records) for kind, records in found.items()} == numbers
    minutes = len(found["minutes"])
    assert sum(h["minutes"] for h in found["hours"]) == sum(d["minutes"] for d in found["days"]) == minutes
    return {kind: [when(record) for record in found[kind]] for kind in KINDS}


def out_as_csv(path: Path, folder: Path) -> dict[str, list[float]]:
    export_csv(path, folder / "out")
    found = {}
    for kind in KINDS:
        with (folder / "out" / f"{kind}.csv").open(newline="", encoding="utf-8") as file:
            found[kind] = [when(record) for record in csv.DictReader(file)]
    return found
