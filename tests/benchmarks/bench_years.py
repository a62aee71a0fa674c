"""Five generated years at the desk: how large they are, how long every page and every query of it takes, and whether
export and purge are right to the row.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime
import json
import sqlite3
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from station.outputs.history import read
from station.outputs.history.export import export_csv, export_json
from station.outputs.history.store import TABLES
from station.outputs.web.asgi import build
from station.outputs.web.desk import Desk
from station.outputs.web.guard import own_names
from tests.outputs.generated_years import fill, morning, workdays
from tests.outputs.web_desk import Rig

pytestmark = pytest.mark.benchmark

YEARS = 5
MOST_MB = 120
MOST_QUERY_S = 0.020
MOST_ROLL_UP_S = 0.001
# What is told once and becomes one row of this kind.
ONE_ROW = {
    "minutes": "Minute",
    "episodes": "TensionStarted",
    "withheld": "CueWithheld",
    "sessions": "SessionStarted",
    "marks": "Mark",
    "drawn": "AlertRandomised",
    "references": "CalibrationDone",
    "observations": "ObservationBegan",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("years")


@pytest.fixture(scope="module")
def days() -> list[datetime.date]:
    return workdays(datetime.date.today(), YEARS * 365 + 1)


@pytest.fixture(scope="module")
def told(folder: Path, days: list[datetime.date]) -> dict[str, int]:
    began = time.perf_counter()
    told = fill(folder / "history.db", days)
    print(f"\n{len(days)} workdays, {sum(told.values())} events, made up in {time.perf_counter() - began:.0f} s")
    return told


Took = dict[str, list[float]]


class Timed(Desk):
    """A desk that notes how long each of its questions to the history takes."""

    took: Took = defaultdict(list)  # noqa: RUF012 - one desk

    def ask(self, kind: str, since: float | None = None, until: float | None = None) -> list[dict[str, Any]]:
        return self._timed(kind, lambda: Desk.ask(self, kind, since, until))

    def known(self, question: Callable[..., Any], nothing: Any, *more: float) -> Any:
        return self._timed(question.__qualname__, lambda: Desk.known(self, question, nothing, *more))

    def _timed(self, name: str, question: Callable[[], Any]) -> Any:
        began = time.perf_counter()
        answer = question()
        self.took[name].append(time.perf_counter() - began)
        return answer


def test_every_page_and_every_query_over_five_years(
    folder: Path, days: list[datetime.date], told: dict[str, int]
) -> None:
    size = sum(each.stat().st_size for each in folder.glob("history.db*")) / 1e6
    print(f"{told['Minute']} minutes: {size:.1f} MB")
    rig = Rig(folder)
    rig.wall = morning(days[-1]) + 7.5 * 3600  # in the afternoon of the last day
    rig.desk = Timed(**{field.name: getattr(rig.desk, field.name) for field in dataclasses.fields(Desk)})
    rig.app = build(rig.desk, rig.streams, own_names())
    client, ago = rig.client(), days[len(days) // 2]
    pages = ("/", "/day", f"/day?date={ago}", "/insight", "/exercises", "/exercises/pmr", "/diary")
    pages += (f"/diary?before={morning(ago):.0f}", "/data", "/setup", "/sheet", "/help")
    pages += ("/api/state", "/api/today", "/api/day", f"/api/day?date={ago}", "/api/marks", "/api/exercises")
    pages += ("/api/observations",)
    slow = []
    for address in pages:
        client.get(address)
        whole, first = [], []
        Timed.took.clear()
        for _ in range(7):
            began = time.perf_counter()
            assert client.get(address).status_code == 200
            whole.append(time.perf_counter() - began)
        queries = {name: median(times) for name, times in Timed.took.items()}
        if address == "/insight":  # thought anew after an exercise, and after a start
            for what in ("insight key", "days"):
                Timed.took.clear()
                times = []
                for _ in range(7):
                    rig.desk.kept.pop("insight key", None)
                    rig.desk.kept.pop(what, None)
                    began = time.perf_counter()
                    assert client.get(address).status_code == 200
                    times.append(time.perf_counter() - began)
                anew = {name: median(each) for name, each in Timed.took.items()}
                of_these = max(anew, key=lambda name: anew[name])
                first.append(
                    f"{1000 * median(times):.1f} ms when {'an exercise is new' if what != 'days' else 'started'} "
                    f"(longest query {1000 * anew[of_these]:.1f} ms)"
                )
                queries |= {name: max(took, queries.get(name, 0.0)) for name, took in anew.items()}
        longest = max(queries, key=lambda name: queries[name], default="")
        worst = f"; longest query {1000 * queries[longest]:5.1f} ms ({longest})" if longest else ""
        print(f"{address.split('?')[0]:16} {1000 * median(whole):6.1f} ms{worst} {', '.join(first)}")
        slow += [f"{address}: {name} {1000 * took:.1f} ms" for name, took in queries.items() if took >= MOST_QUERY_S]
    assert size < MOST_MB
    assert not slow


def test_roll_ups_answer_for_years_at_once(folder: Path, told: dict[str, int]) -> None:
    path = folder / "history.db"
    month = time.time() - 31 * 86_400
    with read.reading(path) as connection:
        for name, sql, column, since in (
            ("a month of days", read.QUERIES["days"][0], "first_ms", month),
            ("a week of hours", read.QUERIES["hours"][0], "start_ms", time.time() - 7 * 86_400),
            ("rest in five years", "SELECT sum(rest_us) / sum(valid_ms) FROM day", "first_ms", 0.0),
        ):
            times = []
            for _ in range(21):
                began = time.perf_counter()
                assert connection.execute(f"{sql} WHERE {column} >= ?", (round(since * 1000),)).fetchall()
                times.append(time.perf_counter() - began)
            print(f"{name}: {1000 * median(times):.2f} ms")
            assert median(times) < MOST_ROLL_UP_S


def rows(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as connection:
        return {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}


def stamps(folder: Path, kind: str) -> Iterator[float]:
    with (folder / f"{kind}.csv").open(newline="", encoding="utf-8") as file:
        for record in csv.DictReader(file):
            stamp = record.get("started") or record.get("ended") or record["at"]
            yield datetime.datetime.fromisoformat(stamp).timestamp()


def test_five_years_are_exported_and_purged_by_the_ledger(
    folder: Path, days: list[datetime.date], told: dict[str, int], tmp_path: Path
) -> None:
    """The ledger is what was told; in the middle a year goes, and then everything."""
    path = folder / "history.db"
    began = time.perf_counter()
    in_csv = export_csv(path, tmp_path / "csv")
    print(f"\nexport as CSV: {time.perf_counter() - began:.1f} s", end="; ")
    began = time.perf_counter()
    in_json = export_json(path, tmp_path / "all.json")
    print(
        f"as JSON: {time.perf_counter() - began:.1f} s, {(tmp_path / 'all.json').stat().st_size / 1e6:.0f} MB", end="; "
    )
    ledger = {kind: told[event] for kind, event in ONE_ROW.items()}
    assert {kind: in_csv[kind] for kind in ledger} == ledger
    assert in_csv == in_json
    document = json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))
    assert {kind: len(records) for kind, records in document.items()} == in_json
    assert len(document["days"]) == len(days)
    ended = [round(at) for at in stamps(tmp_path / "csv", "minutes")]
    assert ended == [round(morning(day)) + 60 * n for day in days for n in range(1, 481)]

    since, until = days[len(days) // 2], days[len(days) // 2 + 260]
    low, high = morning(since) - 8 * 3600, morning(until) + 16 * 3600
    before = rows(path)
    expected = {kind: sum(not low <= at < high for at in stamps(tmp_path / "csv", kind)) for kind in ledger}
    began = time.perf_counter()
    _purge(folder, f"--since={since}", f"--until={until}")
    print(f"a year deleted: {time.perf_counter() - began:.1f} s", end="; ")
    left = export_csv(path, tmp_path / "left")
    assert {kind: left[kind] for kind in ledger} == expected
    assert all(not low <= at < high for kind in ledger for at in stamps(tmp_path / "left", kind))
    assert left["days"] == len(days) - sum(since <= day <= until for day in days)
    assert sum(rows(path).values()) < sum(before.values())
    began = time.perf_counter()
    _purge(folder, "--everything")
    print(f"everything: {time.perf_counter() - began:.1f} s")
    assert not any(rows(path).values())
    assert not any(export_csv(path, tmp_path / "none").values())
    assert b"wieder rechts" not in b"".join(each.read_bytes() for each in folder.glob("history.db*"))


def _purge(folder: Path, *what: str) -> None:
    command = [sys.executable, "-m", "station", "purge", "--state", str(folder), *what, "--yes"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
