"""The sealed diary: no planted word in any file, readable with the passphrase alone, and everything else goes on."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("cryptography", reason="sealing needs the extra 'sealed'")
from station import backup, restore
from station.__main__ import main
from station.core import events as e
from station.outputs.history import FILE_NAME, feelings, read, seal
from station.outputs.history.annotate import annotate
from station.outputs.history.erase import purge
from station.outputs.history.export import export_csv, export_json
from station.outputs.history.store import open_store
from station.outputs.web.unlocked import REST_S, Unlocked, seal_wanted, want_seal
from tests.outputs.web_desk import Rig, remember

CHEAP = {"n": 16, "r": 8, "p": 1}
WORDS = "Zwetschgenkuchen mit Onkel Balduin"
LATER = "Murmeltierpfeifen im Besprechungsraum"
PASS = "sieben gelbe Regenschirme"
NOW = 1_795_600_000.0


def begun(folder: Path, *, words: bool = True) -> Path:
    """A history with a mark (and its words), and a feeling."""
    remember(folder, *[(NOW + k, e.Mark("button")) for k in range(2)])
    path = folder / FILE_NAME
    if words:
        assert annotate(path, 1, WORDS) and feelings.keep(path, NOW + 9, 7, 3)
    return path


def planted(folder: Path) -> list[str]:
    """The files in which one of the words can be read as it is (also packed into a zip)."""
    found = []
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        texts = [path.read_bytes()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                texts += [archive.read(name) for name in archive.namelist()]
        if any(word.split()[0].encode() in text for text in texts for word in (WORDS, LATER)):
            found.append(path.name)
    return found


# --- what is on the disk -------------------------------------------------------------------------------------------


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


# --- export, delete, backup ----------------------------------------------------------------------------------------


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


def test_on_the_command_line_the_passphrase_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seal.begin(begun(tmp_path), PASS, CHEAP)
    command = ["export", "--state", str(tmp_path), "--unseal", str(tmp_path / "out.json")]
    monkeypatch.setattr("getpass.getpass", lambda _: "not it at all")
    assert main(command) != 0 and not (tmp_path / "out.json").exists()
    monkeypatch.setattr("getpass.getpass", lambda _: PASS)
    assert main(command) == 0
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


# --- the page ------------------------------------------------------------------------------------------------------


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    begun(tmp_path)
    rig = Rig(tmp_path)
    rig.wall = NOW + 60
    return rig


def send(client: Any, path: str, **sent: str) -> Any:
    found = re.search(r'name="token" value="([^"]+)"', client.get("/diary").text)
    assert found
    return client.post(path, data={**sent, "token": found[1]})


def sealed_by(client: Any) -> None:
    answer = send(client, "/seal", passphrase=PASS, again=PASS, understood="yes")
    assert (answer.status_code, answer.headers["location"]) == (303, "/diary#seal")


def post(rig: Rig, client: Any, what: str, body: dict[str, Any]) -> int:
    return int(client.post(f"/api/{what}", json=body, headers={"x-desk-token": rig.token(client)}).status_code)


def test_it_is_said_beforehand_that_a_lost_passphrase_is_lost(rig: Rig) -> None:
    page = rig.client().get("/diary").text
    assert "Verlierst du die Passphrase, sind diese Worte verloren, für immer." in page
    for wrong in (
        {"again": "another one"},
        {"again": PASS, "understood": ""},
        {"passphrase": "short", "again": "short"},
    ):
        answer = send(rig.client(), "/seal", **{"passphrase": PASS, "understood": "yes", **wrong})
        assert answer.headers["location"] == "/diary?seal=again#seal"
    assert (
        WORDS in rig.client().get("/diary").text and "Das ging noch nicht" in rig.client().get("/diary?seal=again").text
    )


def test_who_sealed_it_reads_on_and_everybody_else_needs_the_passphrase(rig: Rig, tmp_path: Path) -> None:
    mine, other = rig.client(), rig.client()
    sealed_by(mine)
    assert planted(tmp_path) == []
    assert WORDS in mine.get("/diary").text and "Aufgeschlossen" in mine.get("/diary").text
    shut = other.get("/diary").text
    assert WORDS not in shut and "Versiegelt." in shut and "<textarea" not in shut
    assert WORDS not in other.get("/api/marks").text and WORDS in mine.get("/api/marks").text
    assert post(rig, other, "annotate", {"mark": 2, "text": LATER}) == 409
    assert post(rig, other, "feeling", {"mood": 4}) == 409
    assert post(rig, mine, "annotate", {"mark": 2, "text": LATER}) == 200
    assert post(rig, mine, "feeling", {"mood": 4}) == 200
    assert planted(tmp_path) == []
    assert send(other, "/unlock", passphrase="something else").headers["location"] == "/diary?seal=wrong#seal"
    assert send(other, "/unlock", passphrase=PASS).headers["location"] == "/diary#seal"
    assert LATER in other.get("/diary").text
    send(other, "/lock")
    assert LATER not in other.get("/diary").text and LATER in mine.get("/diary").text
    assert send(other, "/unseal").status_code == 409
    send(mine, "/unseal")
    assert LATER in other.get("/diary").text


def test_half_an_hour_without_a_look_or_a_restart_shuts_it(rig: Rig, tmp_path: Path) -> None:
    client = rig.client()
    sealed_by(client)
    rig.wall += REST_S - 1
    assert WORDS in client.get("/diary").text
    rig.wall += REST_S - 1
    assert WORDS in client.get("/diary").text, "every look counts"
    rig.wall += REST_S + 1
    assert WORDS not in client.get("/diary").text
    send(client, "/unlock", passphrase=PASS)
    rig.desk.unlocked = Unlocked(CHEAP)  # the process is a new one
    assert WORDS not in client.get("/diary").text


def test_guessing_costs_time(rig: Rig) -> None:
    client = rig.client()
    sealed_by(client)
    answers = [send(client, "/unlock", passphrase=f"guess number {n}").status_code for n in range(8)]
    assert answers[0] == 303 and answers[-1] == 429


def test_the_zip_of_an_open_diary_holds_the_words_and_of_a_shut_one_does_not(rig: Rig) -> None:
    mine, other = rig.client(), rig.client()
    sealed_by(mine)
    assert "Das Tagebuch ist zu" in other.get("/data").text and "Das Tagebuch ist zu" not in mine.get("/data").text
    for client, holds in ((mine, True), (other, False)):
        found = re.search(r'name="token" value="([^"]+)"', client.get("/data").text)
        assert found
        answer = client.post("/export", data={"token": found[1]})
        assert answer.status_code == 200
        (rig.desk.house.state_dir / "out.zip").write_bytes(answer.content)
        with zipfile.ZipFile(rig.desk.house.state_dir / "out.zip") as archive:
            assert (WORDS in archive.read("history.json").decode()) is holds
        (rig.desk.house.state_dir / "out.zip").unlink()


def test_another_history_under_a_sealed_diary_is_not_written_in_the_open(rig: Rig, tmp_path: Path) -> None:
    client = rig.client()
    sealed_by(client)
    for name in (FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    begun(tmp_path, words=False)
    assert "dieses Gedächtnis ist ein anderes" in client.get("/diary").text
    assert post(rig, client, "annotate", {"mark": 1, "text": LATER}) == 409 and planted(tmp_path) == []
    send(client, "/unseal")
    assert post(rig, client, "annotate", {"mark": 1, "text": LATER}) == 200


def test_without_the_package_the_page_says_what_is_missing(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)  # Python's own word for a package that is not there
    page = rig.client().get("/diary").text
    assert "pip install" in page and 'action="/seal"' not in page
    monkeypatch.undo()
    client = rig.client()
    sealed_by(client)
    send(client, "/lock")
    monkeypatch.setitem(sys.modules, "cryptography", None)
    page = client.get("/diary").text
    assert "pip install" in page and 'action="/unlock"' not in page
    assert client.post("/unlock", data={"passphrase": PASS, "token": rig.token(client)}).status_code == 409


def test_a_station_without_a_seal_never_imports_the_package() -> None:
    code = (
        "import sys, tempfile; from pathlib import Path; from tests.outputs.web_desk import Rig;"
        " rig = Rig(Path(tempfile.mkdtemp())); rig.client().get('/diary');"
        "sys.exit('cryptography' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode == 0
