"""The sealed diary on the disk: no planted word in any file, and readable with the passphrase alone."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from station import backup, restore
from station.__main__ import main
from station.outputs.history import FILE_NAME, feelings, read, seal
from station.outputs.history.annotate import annotate
from station.outputs.history.erase import purge
from station.outputs.history.export import export_csv, export_json
from station.outputs.history.store import open_store
from station.outputs.web.unlocked import seal_wanted, want_seal
from tests.outputs.sealed_words import CHEAP, LATER, NOW, PASS, WORDS, begun, planted


def test_the_words_are_in_the_file_before_so_that_this_test_could_find_them(tmp_path: Path) -> None:
    begun(tmp_path)
    assert planted(tmp_path) != []


def test_after_sealing_no_word_is_left_in_file_journal_or_backup(tmp_path: Path) -> None:
    path = begun(tmp_path)
    with closing(open_store(path)) as station:  # another connection, as the running station has one
        station.execute("SELECT count(*) FROM mark").fetchone()
        key = seal.begin(path, PASS, CHEAP)
        assert annotate(path, 2, LATER, key) and feelings.keep(path, NOW + 20, None, 9, key)
        assert (tmp_path / f"{FILE_NAME}-wal").stat().st_size > 0, "the journal holds the newest"
        assert planted(tmp_path) == []
        backup.write(tmp_path, tmp_path / "kept.zip")
        assert planted(tmp_path) == []
        for secret in (PASS.encode(), key, key.hex().encode()):
            assert not any(secret in file.read_bytes() for file in tmp_path.iterdir())
    with closing(sqlite3.connect(path)) as look:
        assert look.execute(
            "SELECT count(*) FROM feeling WHERE discomfort IS NOT NULL OR mood IS NOT NULL"
        ).fetchone() == (0,)


def test_the_passphrase_opens_it_and_nothing_else_does(tmp_path: Path) -> None:
    path = begun(tmp_path)
    key = seal.begin(path, PASS, CHEAP)
    assert seal.unlock(path, PASS) == key and seal.unlock(path, PASS + " ") is None
    mark, feeling = read.marks(path)[0], read.ask(path, "feelings")[0]
    assert mark["text"] is None and feeling["discomfort"] is None
    assert seal.readable(mark, key)["text"] == WORDS and seal.readable(mark, None) == mark
    assert (seal.readable(feeling, key)["discomfort"], seal.readable(feeling, key)["mood"]) == (7, 3)
    assert seal.readable(mark, os.urandom(32)) == mark, "another key leaves it as it is"
    changed = bytearray(bytes.fromhex(mark["sealed"]))
    changed[20] ^= 1
    with pytest.raises(seal.SealedError):
        seal.opened(key, "mark", bytes(changed))
    with pytest.raises(seal.SealedError):
        seal.opened(key, "feeling", bytes.fromhex(mark["sealed"]))


def test_the_same_words_never_look_alike_and_short_ones_are_as_long_as_longer_ones() -> None:
    key = os.urandom(32)
    one, two, other = seal.shut(key, "mark", b"ja"), seal.shut(key, "mark", b"ja"), seal.shut(key, "mark", b"n\0" * 30)
    assert one != two and len(one) == len(other) and seal.opened(key, "mark", other) == b"n\0" * 30


def test_without_the_key_nothing_is_written_in_the_open(tmp_path: Path) -> None:
    path = begun(tmp_path)
    key = seal.begin(path, PASS, CHEAP)
    with pytest.raises(seal.SealedError):
        annotate(path, 2, LATER)
    with pytest.raises(seal.SealedError):
        feelings.keep(path, NOW, 3, 3)
    assert annotate(path, 1, "", key), "words can be taken back"
    assert read.marks(path)[0] | {"id": 0} == {**read.marks(path)[0], "id": 0, "text": None, "sealed": None}
    with pytest.raises(ValueError, match="already"):
        seal.begin(path, PASS, CHEAP)
    with pytest.raises(ValueError, match="10"):
        seal.begin(begun_elsewhere(tmp_path), "short", CHEAP)


def begun_elsewhere(folder: Path) -> Path:
    (folder / "other").mkdir()
    return begun(folder / "other", words=False)


def test_taking_the_seal_off_brings_everything_back(tmp_path: Path) -> None:
    path = begun(tmp_path)
    before = read.marks(path), read.ask(path, "feelings")
    key = seal.begin(path, PASS, CHEAP)
    with pytest.raises(seal.SealedError):
        seal.end(path, os.urandom(32))
    assert seal.is_sealed(path) and planted(tmp_path) == [], "all of it or nothing"
    seal.end(path, key)
    assert (read.marks(path), read.ask(path, "feelings")) == before and not seal.is_sealed(path)
    assert annotate(path, 2, LATER), "and writing needs no key again"


def test_the_export_holds_the_words_for_whoever_has_the_key_and_else_their_seal(tmp_path: Path) -> None:
    path = begun(tmp_path)
    key = seal.begin(path, PASS, CHEAP)
    export_json(path, tmp_path / "shut.json")
    export_csv(path, tmp_path / "shut")
    assert planted(tmp_path) == []
    sealed = json.loads((tmp_path / "shut.json").read_text())
    assert sealed["marks"][0]["text"] is None and len(sealed["marks"][0]["sealed"]) > 100
    export_json(path, tmp_path / "open.json", key=key)
    export_csv(path, tmp_path / "open", key=key)
    whole = json.loads((tmp_path / "open.json").read_text())
    assert whole["marks"][0]["text"] == WORDS and whole["feelings"][0]["discomfort"] == 7
    assert WORDS in (tmp_path / "open" / "marks.csv").read_text()


@pytest.mark.slow
def test_on_the_command_line_the_passphrase_is_asked_for(tmp_path: Path) -> None:
    seal.begin(begun(tmp_path), PASS, CHEAP)
    command = ["export", "--state", str(tmp_path), "--unseal", str(tmp_path / "out.json")]

    def typed(line: str) -> subprocess.CompletedProcess[str]:
        """Without a terminal of its own it is read from the pipe, as a script would give it."""
        whole = [sys.executable, "-P", "-m", "station", *command]
        return subprocess.run(
            whole, input=f"{line}\n", capture_output=True, text=True, check=False, start_new_session=True
        )

    wrong = typed("not it at all")
    assert wrong.returncode != 0 and not (tmp_path / "out.json").exists()
    assert "The diary's passphrase: " in wrong.stderr + wrong.stdout
    assert typed(PASS).returncode == 0
    assert json.loads((tmp_path / "out.json").read_text())["marks"][0]["text"] == WORDS


def test_purging_everything_forgets_that_a_seal_was_wanted(tmp_path: Path) -> None:
    seal.begin(begun(tmp_path), PASS, CHEAP)
    want_seal(tmp_path, True)
    assert main(["purge", "--state", str(tmp_path), "--everything", "--yes"]) == 0
    assert not seal_wanted(tmp_path) and not seal.is_sealed(tmp_path / FILE_NAME)


def test_a_backup_comes_back_sealed_and_opens_with_the_same_passphrase(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        folder.mkdir()
    key = seal.begin(begun(old), PASS, CHEAP)
    backup.write(old, tmp_path / "kept.zip")
    restored = subprocess.run(
        [sys.executable, "-m", "station", "restore", str(tmp_path / "kept.zip"), "--config", str(configured(new))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert restored.returncode == 0, restored.stderr
    assert seal.unlock(new / FILE_NAME, PASS) == key and planted(tmp_path) == []
    assert seal.readable(read.marks(new / FILE_NAME)[0], key)["text"] == WORDS
    assert restore.BEFORE


def configured(folder: Path) -> Path:
    file = folder / "desk.toml"
    file.write_text(f'[station]\nstate_dir = "{folder}"\n')
    return file


def test_deleting_days_leaves_the_seal_and_deleting_everything_takes_it_along(tmp_path: Path) -> None:
    path = begun(tmp_path)
    key = seal.begin(path, PASS, CHEAP)
    assert purge(path, until=NOW + 0.5)["mark"] == 1
    assert seal.unlock(path, PASS) == key
    purge(path)
    assert not seal.is_sealed(path) and read.marks(path) == []
