"""The sealed diary on the page: who has the passphrase reads on, and everything else goes on."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from station.outputs.history import FILE_NAME
from station.outputs.web.unlocked import REST_S, Unlocked
from tests.outputs.sealed_words import CHEAP, LATER, NOW, PASS, WORDS, begun, planted
from tests.outputs.web_desk import Rig


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


def test_it_is_said_beforehand_that_a_lost_passphrase_is_lost(rig: Rig) -> None:
    page = rig.client().get("/diary").text
    assert "Verlierst du das Kennwort, sind diese Worte verloren, für immer." in page
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
    assert rig.post("annotate", {"mark": 2, "text": LATER}, other) == 409
    assert rig.post("feeling", {"mood": 4}, other) == 409
    assert rig.post("annotate", {"mark": 2, "text": LATER}, mine) == 200
    assert rig.post("feeling", {"mood": 4}, mine) == 200
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
    assert "das hier ist ein anderes" in client.get("/diary").text
    assert rig.post("annotate", {"mark": 1, "text": LATER}, client) == 409 and planted(tmp_path) == []
    send(client, "/unseal")
    assert rig.post("annotate", {"mark": 1, "text": LATER}, client) == 200


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
