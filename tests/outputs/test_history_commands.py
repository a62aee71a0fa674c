"""`desk-station export` and `desk-station purge`, as a person would type them."""

from __future__ import annotations

import json
import os
import stat
from datetime import datetime
from pathlib import Path
from typing import IO

import pytest

from station import assembly, config, memory
from station.__main__ import main
from station.core import events as ev
from station.core.inputs import Like, Prefer, SetPrivate
from station.outputs.history import History, marks
from station.outputs.mqtt.outbox import OUTBOX_NAME, Outbox


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder whose history has a mark at noon on the 1st, 2nd and 3rd of November 2026 (local time)."""
    folder = tmp_path / "state"
    folder.mkdir()
    history = History(folder / "history.db", boot_id="b", asleep_s=lambda: 0.0)
    history.start()
    begin = datetime(2026, 11, 1, 12).timestamp()
    for day in range(3):
        wall = datetime(2026, 11, 1 + day, 12).timestamp()
        history.take(ev.Moment(ev.Mark("button"), wall - begin, wall))
    assert history.flush()
    history.stop()
    (tmp_path / "desk.toml").write_text(f'[station]\nstate_dir = "{folder}"\n', encoding="utf-8")
    return folder


def command(state: Path, *words: str) -> int:
    return main([*words, "--config", str(state.parent / "desk.toml")])


def test_a_range_of_days_includes_its_last_day(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = state.parent / "out.json"
    assert command(state, "export", str(target), "--since", "2026-11-01", "--until", "2026-11-02") == 0
    assert len(json.loads(target.read_text(encoding="utf-8"))["marks"]) == 2
    assert "2 marks" in capsys.readouterr().out


def test_csv_goes_into_a_folder(state: Path) -> None:
    assert command(state, "export", str(state.parent / "out")) == 0
    assert len((state.parent / "out" / "marks.csv").read_text(encoding="utf-8").splitlines()) == 4


@pytest.mark.parametrize("name", ["out", "out.json"])
def test_an_export_that_is_there_is_overwritten_only_when_asked_to(
    state: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    target = state.parent / name
    assert command(state, "export", str(target)) == 0
    assert f"From {state} to {target}: " in capsys.readouterr().out
    file = target / "marks.csv" if target.is_dir() else target
    file.write_text("another station's")
    assert command(state, "export", str(target)) == 2
    assert f"{target} exists already." in capsys.readouterr().err and file.read_text() == "another station's"
    assert command(state, "export", str(target), "--force") == 0
    assert file.read_text() != "another station's"


def test_recordings_are_not_mixed_with_those_of_another_export(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (state.parent / "recordings").mkdir()
    (state.parent / "recordings" / "another.edf").touch()
    assert command(state, "export", str(state.parent / "one.json")) == 0, "there is nothing to mix"
    (state / "recordings").mkdir()
    (state / "recordings" / "mine.edf").touch()
    assert command(state, "export", str(state.parent / "two.json")) == 2
    assert "recordings exists already. " in capsys.readouterr().err.replace("\n", " ")
    assert not (state.parent / "two.json").exists()


@pytest.mark.parametrize("name", ["out", "out.json"])
def test_an_export_is_for_its_owner_alone_also_over_an_earlier_one(
    state: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (state / "recordings").mkdir()
    (state / "recordings" / "mine.edf").write_bytes(b"signal")
    old = state.parent / name if name.endswith(".json") else state.parent / name / "marks.csv"
    old.parent.mkdir(exist_ok=True)
    old.touch(0o644)
    assert command(state, "export", str(state.parent / name), "--force") == 0
    copied = old.parent / "recordings" / "mine.edf"
    assert [stat.S_IMODE(file.stat().st_mode) for file in (old, copied)] == [0o600, 0o600]
    assert copied.stat().st_mtime_ns == (state / "recordings" / "mine.edf").stat().st_mtime_ns
    assert f"Your recordings are in {copied.parent}, as EDF+ files: 1\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", ["export no/where", "export no/where.json", "backup no/where.zip", "render pmr no/x.wav"]
)
def test_a_folder_that_is_not_there_is_not_made_on_the_way(
    state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    monkeypatch.chdir(state.parent)
    typed = words.split()
    assert (main(typed) if typed[0] == "render" else command(state, *typed)) == 2
    assert capsys.readouterr().err == "There is no folder no.\nCreate it, or choose another place.\n"
    assert not (state.parent / "no").exists()


def test_csv_goes_into_a_folder_that_was_made_for_it(state: Path) -> None:
    (state.parent / "out").mkdir()
    assert command(state, "export", str(state.parent / "out")) == 0


def test_a_day_that_is_none_is_told_without_a_traceback(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(state, "export", "out", "--since", "yesterday") == 2
    assert "'yesterday' is no day" in capsys.readouterr().err


def test_purge_of_a_range_leaves_the_rest(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(state, "purge", "--since", "2026-11-02", "--yes") == 0
    assert "Deleted and verified: 2 entries" in capsys.readouterr().out
    assert len(marks(state / "history.db")) == 1


def test_purge_of_everything_also_forgets_what_waited_for_the_broker(state: Path) -> None:
    outbox = Outbox(state / OUTBOX_NAME, 2)
    outbox.add([(1.0, b"session")])
    assert command(state, "purge", "--everything", "--yes") == 0
    assert marks(state / "history.db") == []
    assert len(outbox) == 0
    outbox.close()


def test_purge_of_everything_takes_the_copies_along_that_the_installer_keeps_of_a_diary(state: Path) -> None:
    kept = state / "before-upgrade" / "0.1.0-12345678-py3.13.db"  # systemd/install.sh, keep_diary
    kept.parent.mkdir()
    kept.write_bytes((state / "history.db").read_bytes())
    assert command(state, "purge", "--since", "2026-11-02", "--yes") == 0
    assert kept.exists(), "what was before that day is still in it"
    assert command(state, "purge", "--everything", "--yes") == 0
    assert not kept.exists()


def test_purge_of_everything_leaves_what_the_person_has_set_and_private_mode_on(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The station's own way: remembered at its end, purged, and recalled at the next start."""
    core = assembly.core(config.defaults(), offered=["pmr"])
    for request in (Like("pmr"), Prefer({"volume": 20}), SetPrivate(True)):
        core.engine.handle(request, 1.0)
    memory.save(state, {**core.snapshot(2.0, 1_000.0), "workdays": {"day": "2026-11-03"}})
    assert command(state, "purge", "--everything", "--yes") == 0
    assert "Your calibration, your settings, private mode and the page's passphrase stay.\n" in capsys.readouterr().out
    left = memory.load(state)
    assert left["quiet"]["private"] is True and left["preferences"]["volume"][0] == 20
    assert set(left) == {"quiet", "preferences"}, "what the station has seen of the person is gone"


@pytest.mark.parametrize("content", ["no JSON", "[]", "{}", '{"coach": {"spent": [1.0]}}'])
def test_purge_of_everything_leaves_no_memory_in_which_nothing_is_set(state: Path, content: str) -> None:
    (state / memory.NAME).write_text(content)
    assert command(state, "purge", "--everything", "--yes") == 0
    assert [file.name for file in state.iterdir() if "memory" in file.name] == []


def test_purge_of_some_days_names_the_copies_that_still_hold_them(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("before-restore-20261103-100000.zip", "before-upgrade/0.1.0.db", "history.db.bad-20261101-000000"):
        (state / name).parent.mkdir(exist_ok=True)
        (state / name).write_bytes(b"a diary of then")
    assert command(state, "purge", "--since", "2026-11-02", "--yes") == 0
    _, second, third = capsys.readouterr().out.splitlines()
    names = "before-restore-20261103-100000.zip, before-upgrade/0.1.0.db, history.db.bad-20261101-000000"
    assert second == f"Older copies stay and may still hold it: {names}."
    assert third == f"Delete them by hand in {state}, or delete everything with --everything."
    assert command(state, "purge", "--everything", "--yes") == 0
    assert "Older copies" not in capsys.readouterr().out
    assert b"a diary of then" not in b"".join(file.read_bytes() for file in state.rglob("*") if file.is_file())


def test_recordings_of_the_stations_own_are_exported_and_purged_with_the_rest(state: Path) -> None:
    folder = state / "recordings"
    folder.mkdir()
    for day in (1, 3):
        (folder / f"{day}.edf").write_bytes(b"signal")
        os.utime(folder / f"{day}.edf", (datetime(2026, 11, day, 12).timestamp(),) * 2)
    assert command(state, "export", str(state.parent / "out"), "--until", "2026-11-02") == 0
    assert [path.name for path in (state.parent / "out" / "recordings").iterdir()] == ["1.edf"]
    assert command(state, "purge", "--since", "2026-11-02", "--yes") == 0
    assert [path.name for path in folder.iterdir()] == ["1.edf"]
    assert command(state, "purge", "--everything", "--yes") == 0
    assert list(folder.iterdir()) == []


def test_purge_asks_for_a_word_it_was_not_given(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(state, "purge", "--yes") == 2
    assert command(state, "purge", "--everything") == 2  # nobody sits at this terminal
    assert len(marks(state / "history.db")) == 3
    assert "Add --yes" in capsys.readouterr().err


@pytest.mark.parametrize("days", ["--since", "--until"])
def test_everything_and_some_days_are_not_purged_together(
    state: Path, capsys: pytest.CaptureFixture[str], days: str
) -> None:
    assert command(state, "purge", "--everything", days, "2026-11-02", "--yes") == 2
    assert capsys.readouterr().err.startswith(f"--everything and {days} do not go together.\n")
    assert len(marks(state / "history.db")) == 3


def test_purge_names_the_folder_before_it_asks(
    state: Path, keyboard: IO[bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    for words, days in ((["--everything"], ""), (["--since", "2026-11-02"], " since 2026-11-02")):
        keyboard.write(b"no\n")
        assert command(state, "purge", *words) == 1
        asked = f"Delete everything{days} that the station in {state} remembers, for good? Type yes: "
        assert capsys.readouterr().out == f"{asked}Nothing was deleted.\n"
    assert len(marks(state / "history.db")) == 3
