"""The page without a browser: every page can be read without a script, asks nobody else, and weighs little."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest

from station.outputs.web.language import preferred
from station.outputs.web.routes import ROUTES
from station.outputs.web.view import words
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


@pytest.mark.parametrize(
    ("accepts", "rather"),
    [
        ("", ""),
        ("en", "en"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("de-AT, de;q=0.9, en;q=0.7", "de"),
        ("fr-CA,fr;q=0.9,en;q=0.2", "en"),
        ("en;q=0.3,DE;q=0.5", "de"),
        ("fr,it;q=0.9", ""),
        ("en;q=0", ""),
        ("*", ""),
        ("en;q=high,;;q=,de;q=9,\x00", ""),
    ],
)
def test_what_a_browser_would_rather_read_is_what_it_ranks_first(accepts: str, rather: str) -> None:
    assert preferred(accepts) == rather


@pytest.mark.parametrize("path", PAGES)
def test_a_browser_of_the_other_language_is_asked_in_it_once(rig: Rig, path: str) -> None:
    question = words("en")["frame.rather"]
    client = rig.client()
    for accepts, asked in (("en-GB,de;q=0.8", True), ("de,en;q=0.9", False), ("fr", False)):
        page = client.get(path, headers={"accept-language": accepts}).text
        assert '<html lang="de"' in page, "the page goes with the station's voice"
        assert (question in page) is asked, accepts
    kept = client.get(path, params={"lang": "de"}, headers={"accept-language": "en"}).text
    assert question not in kept and question not in client.get(path, headers={"accept-language": "en"}).text


@pytest.mark.parametrize("path", ["/day?date=2026-11-23", "/setup?step=privacy", "/exercises/breathing"])
def test_who_changes_language_or_figures_stays_on_the_same_page(rig: Rig, path: str) -> None:
    client = rig.client()
    title = re.compile("<h1[^>]*>(.*?)</h1>")
    english = title.search(client.get(path, params={"lang": "en"}).text)
    german = client.get(path, params={"lang": "de"}).text
    (other,) = re.findall('<footer.*?href="([^"]*lang=en)"', german, re.DOTALL)
    (numbers,) = re.findall('<footer.*?href="([^"]*numbers=hide)"', german, re.DOTALL)
    there = client.get(html.unescape(other)).text
    assert english and english[1] in there and '<html lang="en"' in there
    assert english[1] in client.get(html.unescape(numbers)).text


def test_the_question_before_deleting_has_a_way_to_the_other_language(rig: Rig) -> None:
    client = rig.client()
    asked = client.post("/forget", data={"what": "everything", "token": rig.token(client)})
    (other,) = re.findall('<footer.*?href="([^"]*lang=en)"', asked.text, re.DOTALL)
    assert asked.status_code == 200 and client.get(other).status_code == 200


@pytest.mark.parametrize(("signal", "words"), [("emg-raw", "Arme zur Seite"), ("pressure", "Schultern sanft hoch")])
def test_the_set_up_offers_the_days_reference_in_the_words_of_its_sensor(
    tmp_path: Path, signal: str, words: str
) -> None:
    rig = Rig(tmp_path)
    rig.desk.house = replace(rig.desk.house, signals=(signal,))
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
