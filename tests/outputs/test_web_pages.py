"""The page without a browser: every page can be read without a script, asks nobody else, and weighs little."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from station.outputs.web.routes import ROUTES
from tests.outputs.web_desk import Rig

PAGES = [
    route.path.replace("{name}", "breathing") for route in ROUTES if route.kind == "page" and route.path != "/login"
]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["de", "en"])
def test_every_page_can_be_read_without_a_script(rig: Rig, path: str, language: str) -> None:
    answer = rig.client().get(path, params={"lang": language})
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.text
    assert len(re.findall("<h1", answer.text)) == 1
    assert "/help" in answer.text or path == "/sheet"
    assert not re.search(r"<[^>]+ style=|<[^>]+ on[a-z]+=|javascript:", answer.text), "the policy would refuse it"


@pytest.mark.parametrize("path", PAGES)
def test_no_page_asks_for_anything_from_elsewhere(rig: Rig, path: str) -> None:
    text = rig.client().get(path).text
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', text)
    for name, (_, content, _) in rig.desk.files.items():
        if name.endswith((".js", ".css")):
            assert b"http://" not in content and b"https://" not in content, name


def test_the_policy_allows_nothing_but_this_station(rig: Rig) -> None:
    for path in ("/", "/api/state", "/static/style.css", "/nowhere"):
        headers = rig.client().get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert "server" not in headers


def test_a_chosen_language_is_kept_and_hidden_figures_stay_hidden(rig: Rig) -> None:
    client = rig.client()
    client.get("/?lang=en&numbers=hide")
    text = client.get("/day").text
    assert 'lang="en"' in text and 'class="no-numbers"' in text


@pytest.mark.parametrize(("signal", "words"), [("emg-raw", "Arme zur Seite"), ("pressure", "Schultern sanft hoch")])
def test_the_set_up_offers_the_days_reference_in_the_words_of_its_sensor(
    tmp_path: Path, signal: str, words: str
) -> None:
    rig = Rig(tmp_path)
    rig.desk.house = replace(rig.desk.house, signal=signal)
    text = rig.client().get("/setup", params={"step": "calibration"}).text
    place = text[text.index('id="daily"') :]
    assert words in place and 'data-move="daily"' in place
    for step in ("flags", "power", "sensor", "sound", "calibration", "button", "privacy"):
        rig.desk.progress.finish(step, "2026-11-28", "")
    assert 'href="/setup?step=calibration#daily"' in rig.client().get("/setup").text, "the way there stays"


def test_the_set_up_can_be_left_and_taken_up_again(rig: Rig, tmp_path: Path) -> None:
    client = rig.client()
    header = {"x-desk-token": rig.token(client)}
    assert client.post("/api/setup", json={"step": "flags"}, headers=header).json() == {"next": "power"}
    client.post("/api/setup", json={"step": "power", "choice": "battery"}, headers=header)
    again = Rig(tmp_path).client()
    assert again.get("/api/setup").json()["next"] == "sensor"
    assert "Den Sensor anlegen" in again.get("/setup").text


def test_everything_together_weighs_less_than_a_photo(rig: Rig) -> None:
    import gzip

    pages = sum(len(gzip.compress(rig.client().get(path).content)) for path in PAGES)
    files = sum(len(gzip.compress(content)) for _, content, _ in rig.desk.files.values())
    print(f"\n{len(PAGES)} pages {pages / 1000:.0f} kB, {len(rig.desk.files)} files {files / 1000:.0f} kB, all as gzip")
    assert pages + files < 250_000


def test_unchanged_files_are_not_sent_twice(rig: Rig) -> None:
    client = rig.client()
    etag = client.get("/static/style.css").headers["etag"]
    again = client.get("/static/style.css", headers={"if-none-match": etag})
    assert again.status_code == 304 and again.content == b""


def test_the_manifest_names_icons_that_exist(rig: Rig) -> None:
    manifest = rig.client().get("/manifest.webmanifest")
    assert manifest.headers["content-type"] == "application/manifest+json"
    assert all(rig.client().get(icon["src"]).status_code == 200 for icon in manifest.json()["icons"])
