"""Whatever schemathesis makes of the interface's description gets one of the described answers, and never a 5xx.

    openapi.json ─► schemathesis ─► requests as described, and requests with something wrong ─► the page's application

Each is sent in one of three ways: with the page's own token, with the made-up one, and before a locked door.
`benchmarks/bench_web_fuzzed.py` does the same on a real socket, with all the phases that schemathesis has.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.core import events as e
from station.outputs.web.access import RateLimit
from station.outputs.web.openapi import document
from station.outputs.web.routes import ROUTES
from tests.outputs.web_desk import ADDRESS, PASSPHRASE, Rig, remember

pytestmark = pytest.mark.slow

DESCRIBED = document(ROUTES, "0.0.0")
# With the page's own token these start a process of their own.
COSTLY = {"POST /export", "POST /forget"}
EXAMPLES = 12


@pytest.fixture(scope="module")
def operations() -> dict[str, Any]:
    """`GET /day` -> what schemathesis knows of it."""
    schemathesis = pytest.importorskip("schemathesis", reason="the fuzzing needs schemathesis")
    found = schemathesis.openapi.from_dict(DESCRIBED).get_all_operations()
    return {operation.ok().label: operation.ok() for operation in found}


@pytest.fixture
def rig(rig: Rig, tmp_path: Path) -> Rig:
    minute = e.Minute(0.4, 2.0, 6.0, 14.0, 9, 45.0, 60.0, "A")
    remember(tmp_path, (rig.wall - 90, minute), (rig.wall - 60, e.Mark("button")))
    return rig


def cases(operation: Any) -> st.SearchStrategy[Any]:
    """Requests as described; and ones with something wrong, where anything can be."""
    from schemathesis import GenerationMode

    modes = (
        list(GenerationMode) if operation.body or operation.query or operation.security else [GenerationMode.POSITIVE]
    )
    return st.one_of(*[operation.as_strategy(generation_mode=mode) for mode in modes])


def request(case: Any, token: str) -> Any:
    """What a browser would send; with this token in the place of the made-up one."""
    from requests import Request

    sent = case.as_transport_kwargs(base_url=ADDRESS)
    wanted = ("method", "url", "params", "headers", "cookies", "json", "data", "files")
    kept = {key: sent[key] for key in wanted if sent.get(key) is not None}
    if token:
        kept["headers"] = {**(kept.get("headers") or {}), "x-desk-token": token}
        if isinstance(kept.get("data"), dict):
            kept["data"] = {**kept["data"], "token": token}
    return Request(**kept).prepare()


async def answer(rig: Rig, sent: Any) -> tuple[int, dict[str, str]]:
    """Status and headers of the page's answer to one request; a browser that leaves as soon as it has asked."""
    url, body = urlsplit(sent.url), sent.body or b""
    headers = {"host": url.netloc, **{name.lower(): value for name, value in sent.headers.items()}}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": sent.method,
        "scheme": url.scheme,
        "path": unquote_to_bytes(url.path).decode("utf-8", "replace"),
        "raw_path": url.path.encode(),
        "query_string": url.query.encode(),
        "root_path": "",
        "headers": [(_latin(name), _latin(value)) for name, value in headers.items()],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8765),
    }
    coming = [{"type": "http.request", "body": body.encode() if isinstance(body, str) else body, "more_body": False}]
    said: list[Any] = []

    async def receive() -> dict[str, Any]:
        return coming.pop(0) if coming else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        said.append(message)

    await asyncio.wait_for(rig.app(scope, receive, send), 60)
    return said[0]["status"], {name.decode("latin-1"): value.decode("latin-1") for name, value in said[0]["headers"]}


def _latin(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")


@pytest.mark.parametrize("label", [f"{route.method} {route.path}" for route in ROUTES])
def test_every_answer_is_one_of_the_described(rig: Rig, operations: dict[str, Any], label: str) -> None:
    method, _, path = label.partition(" ")
    described = DESCRIBED["paths"][path][method.lower()]["responses"]
    loop = asyncio.new_event_loop()

    @settings(max_examples=3 if label in COSTLY else EXAMPLES)
    @given(cases(operations[label]), st.sampled_from(["its own token", "a made-up token", "a locked door"]))
    def asked(case: Any, way: str) -> None:
        rig.desk.access.limit = RateLimit()
        rig.desk.access.remove()
        if way == "a locked door":
            rig.desk.access.set(PASSPHRASE)
        before = len(rig.told)
        sent = request(case, rig.desk.access.token if way == "its own token" else "")
        status, headers = loop.run_until_complete(answer(rig, sent))
        shown = f"{way}: {sent.method} {sent.url} {sent.body!r} -> {status} {headers}"
        assert status < 500, shown
        assert str(status) in described, shown
        kinds = described[str(status)].get("content")
        assert kinds is None or headers["content-type"].partition(";")[0] in kinds, shown
        assert headers["x-content-type-options"] == "nosniff", shown
        assert way == "its own token" or len(rig.told) == before, f"the station was told something; {shown}"

    try:
        asked()
    finally:
        loop.close()
