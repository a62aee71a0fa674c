"""The page's interface: each command becomes one request, and what is not understood changes nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from station.core import inputs as i
from station.outputs.web.answer import No
from station.outputs.web.commands import COMMANDS
from station.outputs.web.guard import check_length
from station.outputs.web.routes import ROUTES
from tests.outputs.web_desk import PASSPHRASE, Rig

BODIES: dict[str, tuple[dict[str, Any], i.Input]] = {
    "start": ({"technique": "breathing", "length": "micro"}, i.Start("breathing", "micro", "", "page")),
    "stop": ({}, i.Stop("page")),
    "pause": ({}, i.TogglePause("page")),
    "next": ({}, i.NextStep("page")),
    "quiet": ({"minutes": 30}, i.SetQuiet(30, "page")),
    "context": ({"context": "call"}, i.Context("call", False)),
    "private": ({"on": True}, i.SetPrivate(True, "page")),
    "mark": ({}, i.MarkNow("page")),
    "answer": ({"answer": "not_now"}, i.AnswerCue("not_now", "page")),
    "guess": ({"value": 4}, i.Guess(4, "page")),
    "prefer": ({"volume": 40}, i.Prefer({"volume": 40}, "page")),
    "like": ({"technique": "pmr"}, i.Like("pmr", True, "page")),
    "exclude": ({"technique": "daily/jaw", "on": False}, i.Exclude("daily/jaw", False, "page")),
    "proposal": ({"accepted": True}, i.AnswerProposal(True, "page")),
    "observe": ({"subject": "pace"}, i.Observe("pace", "page")),
    "calibrate": ({"action": "start"}, i.Calibrate("start", "page")),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_becomes_the_one_request(rig: Rig, name: str) -> None:
    client, (body, wanted) = rig.client(), BODIES[name]
    answer = client.post(f"/api/{name}", json=body, headers={"x-desk-token": rig.token(client)})
    assert answer.status_code == 202
    assert rig.told == [wanted]


@pytest.mark.parametrize("path", [r.path for r in ROUTES if r.method == "POST" and r.kind == "json"])
@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[]", "application/json", 422),
        (b'{"nonsense": 1}', "application/json", 422),
        (b"[" * 5000, "application/json", 422),
        (b'{"technique": ' + b"[" * 5000, "application/json", 422),
        (b"a=1", "application/x-www-form-urlencoded", 415),
        (b"x" * 20_000, "application/json", 413),
    ],
)
def test_what_is_not_understood_changes_nothing(rig: Rig, path: str, body: bytes, kind: str, status: int) -> None:
    client = rig.client()
    header = {"x-desk-token": rig.token(client), "content-type": kind}
    answer = client.post(path, content=body, headers=header)
    assert answer.status_code == status
    assert answer.json()["error"]
    assert rig.told == []


def test_programs_are_refused_in_english_and_the_page_s_scripts_in_its_language(rig: Rig) -> None:
    far = rig.client("192.168.1.50")
    header = {"x-desk-token": rig.token(far)}
    for accepts, said in (
        ({}, "Private mode ends only at the desk"),
        ({"accept-language": "de"}, "Privat endet nur am Schreibtisch: Halt den Knopf sechs Sekunden lang."),
        ({"accept-language": "en"}, "Private mode ends only at the desk"),
    ):
        answer = far.post("/api/private", json={"on": False}, headers=header | accepts)
        assert answer.status_code == 403 and answer.json()["error"].startswith(said)


@pytest.mark.parametrize("length", ["²", "-1", "1e3", "0x10", "٣", "9" * 5000])
def test_a_length_that_is_no_number_is_refused(rig: Rig, length: str) -> None:
    with pytest.raises(No) as refused:
        check_length({"content-length": length})
    assert refused.value.status in (400, 413)


def test_what_cannot_be_kept_is_said_and_not_thrown(rig: Rig, tmp_path: Path) -> None:
    """A card that is full or cannot be written; here a folder lies where each file should."""
    client = rig.client()
    header = {"x-desk-token": rig.token(client)}
    for name, path, body in (
        ("diary-feelings", "/api/feelings", {"on": True}),
        ("setup.new", "/api/setup", {"step": "flags"}),
        ("page-access.new", "/api/passphrase", {"passphrase": PASSPHRASE}),
    ):
        (tmp_path / name).mkdir()
        answer = client.post(path, json=body, headers=header)
        assert answer.status_code == 503, path
        assert "could not be kept" in answer.json()["error"]
    assert client.get("/api/setup").json()["next"] == "flags"
    assert client.get("/api/state").status_code == 200, "nothing is locked"


def test_the_way_in_leads_in_where_there_is_no_door(rig: Rig) -> None:
    client = rig.client()
    answer = client.post("/login", data={"passphrase": PASSPHRASE, "token": rig.token(client)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_a_long_body_without_an_announced_length_is_cut_off(rig: Rig) -> None:
    client = rig.client()
    header = {"x-desk-token": rig.token(client), "content-type": "application/json"}
    answer = client.post("/api/mark", content=(b" " * 1000 for _ in range(100)), headers=header)
    assert answer.status_code == 413


def test_private_mode_can_be_ended_at_this_computer_but_never_from_afar(rig: Rig) -> None:
    near, far = rig.client(), rig.client("192.168.1.50")
    header = {"x-desk-token": rig.token(near)}
    assert far.post("/api/private", json={"on": True}, headers=header).status_code == 202
    assert far.post("/api/private", json={"on": False}, headers=header).status_code == 403
    assert near.post("/api/private", json={"on": False}, headers=header).status_code == 202
    assert rig.told == [i.SetPrivate(True, "page"), i.SetPrivate(False, "page")]


def test_the_description_holds_every_route_and_every_body(rig: Rig) -> None:
    document = rig.client().get("/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    described = {(method.upper(), path) for path, ways in document["paths"].items() for method in ways}
    assert described == {(route.method, route.path) for route in ROUTES}
    names = [way["operationId"] for ways in document["paths"].values() for way in ways.values()]
    assert len(set(names)) == len(names)
    text = json.dumps(document)
    for reference in set(re.findall(r'"#/components/schemas/(\w+)"', text)):
        assert reference in document["components"]["schemas"]
