"""One station and one Chromium for the tests of a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.outputs.browser.chromium import CHROMIUM, Station, ask, playwright

QUIETLY = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    running = Station(tmp_path_factory.mktemp("station"))
    running.tell("observe pace")
    running.tell("felt 30")  # a question stands in the diary
    yield running
    running.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=QUIETLY)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any, station: Station) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    opened.on("request", lambda r: None if r.url.startswith((station.address, "data:")) else wrong.append(r.url))
    yield opened
    # Nothing may be left running for the next test.
    if opened.url.startswith(station.address):
        for _ in range(2):
            ask(opened, "stop", {})
    context.close()
    assert not [each for each in wrong if "404" not in each], wrong
