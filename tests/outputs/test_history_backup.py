"""One file out, one file in: a new card, a moved station, a mistake; and nothing is touched before all is checked."""

from __future__ import annotations

import json
import shlex
import sqlite3
import stat
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from station.__main__ import main
from station.core import events as ev
from station.outputs.history import History, marks
from station.outputs.history.annotate import annotate


def told(folder: Path, *sources: str) -> Path:
    """A state folder (with its configuration beside it) that remembers these marks, with words to the first."""
    folder.mkdir(exist_ok=True)
    history = History(folder / "history.db", boot_id="b", asleep_s=lambda: 0.0, time_known=lambda: True)
    history.start()
    for n, source in enumerate(sources):
        history.take(ev.Moment(ev.Mark(source), float(n), 1_780_000_000.0 + n))
    assert history.flush()
    history.stop()
    annotate(history.path, 1, "words of mine")
    (folder / "calibration.json").write_text('{"yardstick": 1}', encoding="utf-8")
    folder.with_suffix(".toml").write_text(f'[station]\nstate_dir = "{folder}"\n', encoding="utf-8")
    return folder


def command(state: Path, *words: str | Path) -> int:
    return main([*map(str, words), "--config", str(state.with_suffix(".toml"))])


def test_a_new_card_remembers_what_the_old_one_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, file = told(tmp_path / "old", "button", "page"), tmp_path / "desk.zip"
    assert command(old, "backup", file) == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    said = capsys.readouterr().out
    assert said.startswith(f"From {old} to {file}: ")
    assert f"desk-station restore {file} --config {old.with_suffix('.toml')}\n" in said
    new = tmp_path / "new"
    new.with_suffix(".toml").write_text(f'[station]\nstate_dir = "{new}"\n', encoding="utf-8")
    assert command(new, "restore", file) == 0
    assert [(m["source"], m["text"]) for m in marks(new / "history.db")] == [
        ("button", "words of mine"),
        ("page", None),
    ]
    assert (new / "calibration.json").read_text() == '{"yardstick": 1}'
    assert f"Restored into {new} from {file}" in capsys.readouterr().out
    assert not [each for each in (*new.iterdir(), *tmp_path.iterdir()) if each.name.startswith(".")]


def test_a_backup_says_that_recordings_are_not_in_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = told(tmp_path / "state", "button")
    assert command(state, "backup", tmp_path / "without.zip") == 0
    assert "ecordings" not in capsys.readouterr().out, "there are none"
    (state / "recordings").mkdir()
    (state / "recordings" / "monday.edf").write_bytes(b"signal")
    assert command(state, "backup", tmp_path / "desk.zip") == 0
    first, second, _ = capsys.readouterr().out.splitlines()
    assert first.endswith(" kB).") and not first.endswith("(0 kB).")
    assert second.startswith(f"Recordings are not in it; they stay in {state}/recordings, ")


def test_what_backup_says_can_be_pasted_into_a_shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = told(tmp_path / "my state", "button")
    assert command(state, "backup", tmp_path / "my desk.zip") == 0
    pasted = shlex.split(capsys.readouterr().out.partition("Bring it back with:  ")[2])
    assert pasted[0] == "desk-station" and main(pasted[1:]) == 0


def test_a_backup_is_made_while_the_station_writes(tmp_path: Path) -> None:
    state = told(tmp_path / "state", "button")
    history = History(state / "history.db", boot_id="b2", asleep_s=lambda: 0.0)
    history.start()
    history.take(ev.Moment(ev.Mark("later"), 5.0, 1_780_000_100.0))
    assert history.flush()
    assert command(state, "backup", tmp_path / "desk.zip") == 0
    history.stop()
    with zipfile.ZipFile(tmp_path / "desk.zip") as packed:
        packed.extract("history.db", tmp_path / "look")
    assert {m["source"] for m in marks(tmp_path / "look" / "history.db")} == {"button", "later"}


def test_what_a_restore_replaces_is_kept_until_everything_is_purged(tmp_path: Path) -> None:
    state, file = told(tmp_path / "state", "first"), tmp_path / "desk.zip"
    assert command(state, "backup", file) == 0
    told(state, "second")
    assert command(state, "restore", file) == 0
    assert [m["source"] for m in marks(state / "history.db")] == ["first"]
    (kept,) = state.glob("before-restore-*.zip")
    assert command(state, "restore", kept) == 0
    assert [m["source"] for m in marks(state / "history.db")] == ["first", "second"]
    assert command(state, "purge", "--everything", "--yes") == 0
    assert not list(state.glob("before-restore-*"))


def test_a_running_station_is_not_restored_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state, file = told(tmp_path / "state", "first"), tmp_path / "desk.zip"
    assert command(state, "backup", file) == 0
    history = History(state / "history.db", boot_id="b2", asleep_s=lambda: 0.0)
    history.start()
    assert history.flush()
    assert command(state, "restore", file) == 2
    history.stop()
    heard = capsys.readouterr().err
    assert "Stop it first:  sudo systemctl stop desk-station  (in a terminal: Ctrl + C)" in heard


def test_over_a_damaged_history_the_backup_comes_back_and_the_damage_is_kept(tmp_path: Path) -> None:
    state, file = told(tmp_path / "state", "first"), tmp_path / "desk.zip"
    assert command(state, "backup", file) == 0
    (state / "history.db").write_bytes(b"this was once a diary" * 500)
    assert command(state, "restore", file) == 0
    assert [m["source"] for m in marks(state / "history.db")] == ["first"]
    assert b"this was once a diary" in b"".join(each.read_bytes() for each in state.glob("history.db.bad-*"))


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.floats(0, 1), byte=st.integers(1, 255), cut=st.booleans())
def test_a_backup_with_one_wrong_byte_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], at: float, byte: int, cut: bool
) -> None:
    state = tmp_path / "state"
    if not state.exists():
        told(state, "first")
        assert command(state, "backup", tmp_path / "good.zip") == 0
        told(state, "second")
    content = bytearray((tmp_path / "good.zip").read_bytes())
    place = min(len(content) - 1, int(at * len(content)))
    if cut:
        del content[place:]
    else:
        content[place] ^= byte
    (tmp_path / "bad.zip").write_bytes(content)
    before = (state / "history.db").read_bytes()
    if command(state, "restore", tmp_path / "bad.zip") == 0:  # a byte nobody reads, like a date in the zip
        assert [m["source"] for m in marks(state / "history.db")] == ["first"]
        told(state, "second")
        return
    assert (state / "history.db").read_bytes() == before
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["no zip", "another zip", "strange part", "later"])
def test_what_is_no_backup_of_ours_is_told_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    state, file = told(tmp_path / "state", "first"), tmp_path / "given.zip"
    if kind == "no zip":
        file.write_text("hello")
    elif kind == "another zip":
        with zipfile.ZipFile(file, "w") as packed:
            packed.writestr("photo.jpg", b"")
    elif kind == "strange part":
        with zipfile.ZipFile(file, "w") as packed:
            about = {"kind": "desk-station backup", "made": "2026", "parts": {"../../etc/passwd": ""}}
            packed.writestr("manifest.json", json.dumps(about))
    else:
        with closing(sqlite3.connect(state / "history.db")) as later:
            later.execute("PRAGMA user_version = 99")
        assert command(state, "backup", file) == 0
    assert command(state, "restore", file) == 2
    said = capsys.readouterr().err
    assert "given.zip" in said and "Traceback" not in said
