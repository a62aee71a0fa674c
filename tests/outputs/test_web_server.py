"""The page's server on real sockets: where it listens, what it streams, how it stops."""

from __future__ import annotations

import http.client
import json
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from station.core import events as e
from station.core import inputs as i
from station.doctor import Roots
from station.doctor import page as page_doctor
from station.outputs.contract import OutputError
from station.outputs.web import Settings, Web, open
from station.outputs.web.server import beside
from tests.outputs.web_desk import PASSPHRASE, house, until_it_answers


@pytest.fixture
def told() -> list[i.Input]:
    return []


@pytest.fixture
def web(tmp_path: Path, told: list[i.Input]) -> Iterator[Web]:
    page = open(Settings(port=0), house(tmp_path, told))
    page.start()
    until_it_answers(page)
    yield page
    page.stop()


def _get(page: Web, path: str, **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("localhost", page.server.port, timeout=5)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


def _post(page: Web, path: str, body: Any, token: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("localhost", page.server.port, timeout=5)
    headers = {"content-type": "application/json", "x-desk-token": token}
    connection.request("POST", path, json.dumps(body), headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, (answer.getheader("set-cookie") or "").partition(";")[0]


def test_without_a_passphrase_only_this_computer_is_answered(web: Web) -> None:
    addresses = {each.getsockname()[0] for each in _listening(web)}
    assert addresses <= {"127.0.0.1", "::1"} and "127.0.0.1" in addresses


def _listening(web: Web) -> list[socket.socket]:
    assert web.server._uvicorn is not None
    return [each for server in web.server._uvicorn.servers for each in server.sockets]


def test_with_a_passphrase_the_home_network_is_answered_and_without_it_again_not(web: Web) -> None:
    status, cookie = _post(web, "/api/passphrase", {"passphrase": PASSPHRASE}, web.desk.access.token)
    assert status == 200
    _until(lambda: {each.getsockname()[0] for each in _listening(web)} & {"0.0.0.0"})
    until_it_answers(web)
    assert _get(web, "/api/state")[0] == 401
    assert _get(web, "/api/state", cookie=cookie)[0] == 200
    web.desk.access.remove()
    web.server.rebind()
    _until(lambda: "127.0.0.1" in {each.getsockname()[0] for each in _listening(web)})
    until_it_answers(web)
    assert _get(web, "/api/state")[0] == 200


def _until(true: Any, seconds: float = 8.0) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if true():
                return
        except (AssertionError, AttributeError):
            pass
        time.sleep(0.02)
    raise AssertionError("it did not come true")


def test_a_taken_port_is_said_in_a_sentence_and_found_again_when_it_is_free(
    tmp_path: Path, told: list[i.Input]
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        page = open(Settings(port=port), house(tmp_path, told))
        with pytest.raises(OutputError, match=f"{port} is already in use") as error:
            page.start()
        (found,) = page_doctor.examine(port, tmp_path, Roots(proc=tmp_path))
        assert f"[output.web] port = {beside(port)}." in error.value.remedy and str(beside(port)) in found[2]
        assert 1 <= beside(port) != port
    assert beside(65535) == 1, "there is no port above the highest"
    page.start()
    until_it_answers(page)
    page.stop()


def test_the_stream_tells_of_events_as_they_happen(web: Web) -> None:
    web.take(e.Moment(e.SensorWell(500.0), 1.0, 1000.0))
    connection = http.client.HTTPConnection("localhost", web.server.port, timeout=5)
    connection.request("GET", "/api/live")
    answer = connection.getresponse()
    assert answer.getheader("content-type") == "text/event-stream"
    assert _next(answer)["state"]["sensor_ok"] is True
    began = time.monotonic()
    web.take(e.Moment(e.Reading(2.0, 7.5, False, "ok"), 2.1, 1001.0))
    assert _next(answer)["readings"][0][1] == 7.5
    assert time.monotonic() - began < 1.0
    web.take(e.Moment(e.Tone(0.5), 2.2, 1001.1))
    web.take(e.Moment(e.Mark("button"), 2.2, 1001.1))
    told = _next(answer)
    assert [event["event"] for event in told["events"]] == ["mark"] and told["state"]["marks_today"] == 1
    connection.close()


def _next(answer: http.client.HTTPResponse) -> Any:
    while not (line := answer.readline()).startswith(b"data: "):
        assert line, "the stream has ended"
    return json.loads(line.removeprefix(b"data: "))


def test_it_stops_within_two_seconds_with_pages_open(web: Web) -> None:
    connections = []
    for _ in range(3):
        connection = http.client.HTTPConnection("localhost", web.server.port, timeout=5)
        connection.request("GET", "/api/live")
        _next(connection.getresponse())
        connections.append(connection)
    began = time.monotonic()
    web.stop()
    assert time.monotonic() - began < 2.0
    assert not web.server.alive()
    with pytest.raises(OutputError):
        web.take(e.Moment(e.Mark("button"), 1.0, 1000.0))
    for connection in connections:
        connection.close()


def test_taking_an_event_is_quick_with_nobody_looking(web: Web) -> None:
    began = time.perf_counter()
    for n in range(2000):
        web.take(e.Moment(e.Reading(n / 10, 7.0, False, "ok"), n / 10, 1000 + n / 10))
    assert (time.perf_counter() - began) / 2000 < 0.001


def test_the_framework_is_not_loaded_until_the_page_starts() -> None:
    import subprocess

    code = (
        "import sys, station.outputs.web; print([m for m in ('starlette', 'uvicorn', 'asyncio') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
