"""Marks and the words to them, on the page and in its diary."""

from __future__ import annotations

import re
from pathlib import Path

from station.core import events as e
from tests.outputs.web_desk import Rig, remember


def test_what_is_written_to_a_mark_cannot_break_the_page(rig: Rig, tmp_path: Path) -> None:
    remember(tmp_path, (rig.wall - 60, e.Mark("button")))
    client = rig.client()
    words = '</textarea><script>alert("x")</script>'
    answer = client.post("/api/annotate", json={"mark": 1, "text": words}, headers={"x-desk-token": rig.token(client)})
    assert answer.status_code == 200
    assert client.get("/api/marks").json()[0]["text"] == words
    assert "<script>alert" not in client.get("/diary").text
    assert "<script>alert" not in client.get("/day").text


def test_a_mark_that_does_not_exist_takes_no_words(rig: Rig, tmp_path: Path) -> None:
    client = rig.client()
    header = {"x-desk-token": rig.token(client)}
    assert client.post("/api/annotate", json={"mark": 9, "text": "x"}, headers=header).status_code == 404
    remember(tmp_path, (rig.wall - 60, e.Mark("button")))
    assert client.post("/api/annotate", json={"mark": 9, "text": "x"}, headers=header).status_code == 404
    assert client.post("/api/annotate", json={"mark": 1, "text": "x" * 2001}, headers=header).status_code == 422


def test_words_to_a_mark_can_be_taken_back(rig: Rig, tmp_path: Path) -> None:
    remember(tmp_path, (rig.wall - 60, e.Mark("button")))
    client = rig.client()
    header = {"x-desk-token": rig.token(client)}
    client.post("/api/annotate", json={"mark": 1, "text": "am Telefon"}, headers=header)
    client.post("/api/annotate", json={"mark": 1, "text": " "}, headers=header)
    assert client.get("/api/marks").json()[0]["text"] is None


def test_the_diary_tells_what_was_before_a_mark(rig: Rig, tmp_path: Path) -> None:
    at = rig.wall - 7200
    minutes = [(at - 60 * n, e.Minute(0.4, 2.0, 6.0, 14.0, 9, 45.0, 60.0, "A")) for n in range(1, 10)]
    earlier = [(at - 900, e.Minute(1.0, 2.0, 6.0, 14.0, 9, 45.0, 60.0, "A"))]
    remember(tmp_path, *sorted([*minutes, *earlier]), (at, e.Mark("button")), (at + 3600, e.Mark("page")))
    text = rig.client().get("/diary").text
    assert "zehn Minuten davor: 40\u202f% Ruhe" in text
    assert "davor: nicht gemessen" in text
    assert re.search(r"Gemessene Tage: [12]\.", rig.client().get("/insight").text)
