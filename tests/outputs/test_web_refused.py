"""Who is refused: other names, other sites, requests without the page's token, and without the passphrase everybody."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Any

import pytest

from station.outputs.web.access import Access
from station.outputs.web.routes import ROUTES
from tests.outputs.web_desk import PASSPHRASE, Rig

FOREIGN = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "127.0.0.1.nip.io", "10.0.0.99"])
@pytest.mark.parametrize("path", ["/", "/api/state", "/help", "/static/style.css"])
def test_a_name_that_is_not_ours_is_refused(rig: Rig, host: str, path: str) -> None:
    assert rig.client().get(path, headers={"host": host}).status_code == 421


def test_our_names_are_known_with_and_without_a_port(rig: Rig) -> None:
    for host in ("localhost", "localhost:8765", "127.0.0.1:8765", "[::1]:8765", "LOCALHOST:8765"):
        assert rig.client().get("/api/state", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/api/state", "/api/mark", "/login", "/api/live"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_sites_script_is_refused(rig: Rig, method: str, path: str) -> None:
    assert rig.client().request(method, path, headers=FOREIGN).status_code == 403
    assert rig.client().request(method, path, headers={"origin": "null"}).status_code == 403
    assert rig.told == []


def test_without_the_pages_token_nothing_is_changed(rig: Rig) -> None:
    client = rig.client()
    assert client.post("/api/mark", json={}).status_code == 403
    assert client.post("/api/mark", json={}, headers={"x-desk-token": "guess"}).status_code == 403
    assert rig.told == []


@pytest.mark.parametrize(
    "path",
    ["/static/../access.py", "/static/..%2faccess.py", "/static/%2e%2e/%2e%2e/etc/passwd", "/static/",
     "/static//etc/passwd", "/exercises/..%2f..%2fetc", "/static/style.css%00.js", "/%00", "/static/words/de.toml"],
)  # fmt: skip
def test_no_path_leaves_the_folder(rig: Rig, path: str) -> None:
    assert rig.client().get(path).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(rig: Rig, method: str) -> None:
    assert rig.client().request(method, "/api/mark").status_code in (404, 405)


@pytest.mark.parametrize("route", [r for r in ROUTES if not r.open], ids=lambda r: f"{r.method} {r.path}")
def test_with_a_passphrase_nothing_is_answered_without_a_session(locked: Rig, route: Any) -> None:
    client = locked.client()
    answer = client.request(route.method, route.path.replace("{name}", "breathing"), json={} if route.body else None)
    if route.kind == "page":
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    else:
        assert answer.status_code == 401
    assert locked.told == []


def test_help_needs_no_session(locked: Rig) -> None:
    assert "112" in locked.client().get("/help").text


def test_the_passphrase_opens_the_door_by_form_and_by_json(locked: Rig) -> None:
    by_form = locked.client()
    token = re.search(r'name="token" value="([^"]+)"', by_form.get("/login").text)
    assert token
    answer = by_form.post("/login", data={"passphrase": PASSPHRASE, "token": token[1]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "HttpOnly" in answer.headers["set-cookie"] and "SameSite=Strict" in answer.headers["set-cookie"]
    assert by_form.get("/").status_code == 200
    assert by_form.post("/api/mark", json={}, headers={"x-desk-token": locked.token(by_form)}).status_code == 202

    by_json = locked.client()
    header = {"x-desk-token": token[1]}
    assert by_json.post("/api/login", json={"passphrase": PASSPHRASE}, headers=header).status_code == 200
    assert by_json.get("/api/state").status_code == 200
    # The token from before the session does not open anything any more.
    assert by_json.post("/api/mark", json={}, headers=header).status_code == 403


def test_a_session_ends_when_it_is_ended(locked: Rig) -> None:
    client = locked.client()
    client.post("/api/login", json={"passphrase": PASSPHRASE}, headers={"x-desk-token": locked.desk.access.token})
    cookie = client.cookies["desk_session"]
    assert client.post("/api/logout", json={}, headers={"x-desk-token": locked.token(client)}).status_code == 200
    client.cookies.set("desk_session", cookie)
    assert client.get("/api/state").status_code == 401


def test_a_session_ends_after_thirty_days(locked: Rig) -> None:
    client = locked.client()
    client.post("/api/login", json={"passphrase": PASSPHRASE}, headers={"x-desk-token": locked.desk.access.token})
    assert client.get("/api/state").status_code == 200
    locked.wall += 31 * 86_400
    assert client.get("/api/state").status_code == 401


def test_a_hundred_wrong_passphrases_are_refused_and_soon_only_waited_for(locked: Rig) -> None:
    client, header = locked.client(), {"x-desk-token": locked.desk.access.token}
    answers = [
        client.post("/api/login", json={"passphrase": f"geraten {n:03d}"}, headers=header).status_code
        for n in range(100)
    ]
    assert set(answers) == {401, 429}
    assert answers.count(401) == 5, "five tries, then the wait begins"
    # Even the right one has to wait, so that nobody learns anything in between.
    right = client.post("/api/login", json={"passphrase": PASSPHRASE}, headers=header)
    assert right.status_code == 429 and int(right.headers["retry-after"]) >= 1
    locked.wall += 3
    assert client.post("/api/login", json={"passphrase": PASSPHRASE}, headers=header).status_code == 200


def test_guessing_from_many_addresses_slows_down_too(locked: Rig) -> None:
    header = {"x-desk-token": locked.desk.access.token}
    tried = 0
    for n in range(40):
        client = locked.client(f"192.168.1.{n + 1}")
        tried += client.post("/api/login", json={"passphrase": "geraten geraten"}, headers=header).status_code == 401
    assert tried == 30


def test_setting_a_passphrase_keeps_this_browser_in_and_lets_the_network_in(rig: Rig, tmp_path: Path) -> None:
    client = rig.client()
    header = {"x-desk-token": rig.token(client)}
    assert client.post("/api/passphrase", json={"passphrase": "kurz"}, headers=header).status_code == 422
    assert rig.rebound == 0
    assert client.post("/api/passphrase", json={"passphrase": PASSPHRASE}, headers=header).status_code == 200
    assert rig.rebound == 1
    assert client.get("/api/state").status_code == 200
    assert rig.client().get("/api/state").status_code == 401
    kept = (tmp_path / "page-access.json").read_text()
    assert PASSPHRASE not in kept and client.cookies["desk_session"] not in kept
    assert (tmp_path / "page-access.json").stat().st_mode & 0o077 == 0


def test_a_passphrase_that_is_removed_while_somebody_signs_in_breaks_nothing(tmp_path: Path) -> None:
    access = Access(tmp_path, PASSPHRASE, cost={"n": 2, "r": 8, "p": 1})
    over, wrong = threading.Event(), []

    def come_and_go() -> None:
        while not over.is_set():
            access.remove()
            access.set(PASSPHRASE)

    other = threading.Thread(target=come_and_go)
    other.start()
    try:
        for n in range(500):
            cookie = access.sign_in(PASSPHRASE, "127.0.0.1", float(n))
            access.sign_out(cookie)
    except KeyError as error:
        wrong.append(error)
    finally:
        over.set()
        other.join()
    assert not wrong
    assert access.locked, "a sign-in never brings back what was removed, nor removes what was set"


def test_a_damaged_passphrase_file_lets_nobody_in(tmp_path: Path) -> None:
    (tmp_path / "page-access.json").write_text("{broken")
    assert Rig(tmp_path).client().get("/api/state").status_code == 401
