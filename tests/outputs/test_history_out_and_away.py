"""The history taken along as files, and deleted from every byte."""

from __future__ import annotations

from pathlib import Path

from station.core import events as ev
from station.outputs.history import export_csv, export_json, marks
from station.outputs.history.erase import purge
from tests.outputs.told_history import NOON, at, begun, minute


def test_everything_can_be_exported(tmp_path: Path) -> None:
    history = begun(tmp_path / "history.db")
    history.take(at(ev.Mark("button"), 0))
    history.take(at(minute(), 60))
    assert history.flush()
    assert export_csv(history.path, tmp_path / "out") | {"spans": 0} == {
        "minutes": 1,
        "episodes": 0,
        "cues": 0,
        "withheld": 0,
        "sessions": 0,
        "marks": 1,
        "drawn": 0,
        "feelings": 0,
        "observations": 0,
        "answers": 0,
        "references": 0,
        "spans": 0,
        "hours": 1,
        "days": 1,
    }
    lines = (tmp_path / "out" / "minutes.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("ended,relative_rest_time,apdf10") and len(lines) == 2
    assert (tmp_path / "out" / "sessions.csv").read_text(encoding="utf-8").startswith("started,ended,technique")
    export_json(history.path, tmp_path / "all.json")
    assert '"2023-11-14T22:14:20.000+00:00"' in (tmp_path / "all.json").read_text(encoding="utf-8")
    history.stop()


def test_a_deleted_word_is_in_no_byte_of_any_file(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    history = begun(path)
    for n in range(300):
        history.take(at(ev.TensionStarted(12, 0.1, "a-secret-reason"), n * 10))
        history.take(at(ev.TensionEnded(5), n * 10 + 5))
    history.take(at(ev.Mark("kept-source"), 9_000))
    assert history.flush()
    files = lambda: b"".join(f.read_bytes() for f in tmp_path.iterdir())  # noqa: E731
    assert b"a-secret-reason" in files()
    gone = purge(path, until=NOON + 5_000)  # while the station runs
    assert gone["episode"] == 300 and gone["mark"] == 0
    assert b"a-secret-reason" not in files()
    assert b"kept-source" in files()
    history.take(at(ev.Mark("kept-source"), 9_001))
    assert history.flush()
    assert len(marks(path)) == 2
    history.stop()
    (tmp_path / "history.db.bad-20250101-000000").write_bytes(b"old")
    purge(path)
    assert b"kept-source" not in files()
    assert marks(path) == []
    assert not list(tmp_path.glob("*.bad-*"))
