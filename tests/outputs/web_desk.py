"""A desk's page for tests: a house that remembers what it was told, a history, and a client that knows the token."""

from __future__ import annotations

import http.client
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from station.core import events as e
from station.core.inputs import Input
from station.outputs.contract import House
from station.outputs.history import History
from station.outputs.web import Web
from station.outputs.web.access import Access
from station.outputs.web.asgi import build
from station.outputs.web.desk import Desk
from station.outputs.web.files import read_all
from station.outputs.web.guard import own_names
from station.outputs.web.live import Live
from station.outputs.web.progress import Progress
from station.outputs.web.streams import Streams
from station.outputs.web.unlocked import Unlocked
from tests import planted

ADDRESS = "http://localhost:8765"
PASSPHRASE = planted.PAGE


def house(folder: Path, told: list[Input], language: str = "de") -> House:
    return House(
        "desk_00000001", language, "0.0.0", folder, told.append, "Testpult", ("breathing",), ("emg-raw",), "battery"
    )


class Rig:
    """A desk, and what the page has asked of it."""

    def __init__(self, folder: Path, language: str = "de", passphrase: str = "") -> None:
        self.told: list[Input] = []
        self.wall = time.time()
        self.rebound = 0
        self.desk = Desk(
            house(folder, self.told, language),
            Live(),
            Access(folder, passphrase, cost={"n": 16, "r": 8, "p": 1}),
            Progress(folder),
            wall=lambda: self.wall,
            rebind=self._rebind,
            files=read_all(),
            unlocked=Unlocked({"n": 16, "r": 8, "p": 1}),
            patience_s=0.0,  # nobody here answers
        )
        self.streams = Streams(self.desk.live)
        self.app = build(self.desk, self.streams, own_names())

    def client(self, address: str = "127.0.0.1", base: str = ADDRESS) -> Any:
        pytest.importorskip("httpx2", reason="Starlette's test client needs httpx2")
        from starlette.testclient import TestClient

        return TestClient(self.app, base_url=base, client=(address, 50000), follow_redirects=False)

    def token(self, client: Any, path: str = "/") -> str:
        """What a browser finds in the page."""
        found = re.search(r'<script type="application/json" id="desk">(.*?)</script>', client.get(path).text)
        assert found, "the page holds no data for its scripts"
        return str(json.loads(found[1])["token"])

    def tell(self, *events: e.Event) -> None:
        """The page hears of these."""
        for event in events:
            self.desk.live.take(e.Moment(event, 1.0, self.wall))

    def post(self, what: str, body: dict[str, Any], client: Any = None) -> int:
        """Ask the interface for something, as the page's script does; the answer's status."""
        client = client or self.client()
        answer = client.post(f"/api/{what}", json=body, headers={"x-desk-token": self.token(client)})
        return int(answer.status_code)

    def _rebind(self) -> None:
        self.rebound += 1


def until_it_answers(page: Web, within_s: float = 30.0) -> None:
    """Wait until the page's thread has imported its framework and answers."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        try:
            asked = http.client.HTTPConnection("localhost", page.server.port, timeout=15)
            asked.request("GET", "/api/state")
            asked.getresponse().read()
            return
        except OSError:
            time.sleep(0.02)
    raise AssertionError(f"the page does not answer: {page.trouble()}")


def remember(folder: Path, *moments: tuple[float, e.Event]) -> None:
    """Write these events (wall time, event) into the history of this folder."""
    history = History(folder / "history.db", boot_id="test")
    history.start()
    for n, (wall, event) in enumerate(moments):
        history.take(e.Moment(event, wall - 1_000_000_000, wall))
        if n % 2_000 == 1_999:  # faster than any station, and only so much may wait for the disk
            assert history.flush(30)
    assert history.flush(10)
    history.stop()
