"""The real station with a page, a person and a past, and the words that a browser's tests share."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from station.core import events as e
from station.outputs.history import answers
from tests.configured import MOCK_PINS, NO_JOURNAL, SILENT, SIMULATED, STATE
from tests.outputs.generated_years import fill
from tests.outputs.web_desk import remember

playwright = pytest.importorskip("playwright.sync_api", reason="the browser tests need playwright")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
IN_CHROMIUM = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="the browser tests need Chromium: apt install chromium"),
]

SIZES = ((360, 780), (1440, 900))
CONFIG = f"""\
{STATE}language = "de"
{SIMULATED}story = "typing"
{MOCK_PINS}{SILENT}{NO_JOURNAL}[output.web]
port = {{port}}
"""


class Station:
    """The station's own process, and a hand on its button and its person."""

    def __init__(self, folder: Path, year: Sequence[datetime.date] = ()) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://localhost:{self.port}"
        self.day = _remembered(folder, year)
        (folder / "desk.toml").write_text(CONFIG.format(folder=folder, port=self.port))
        program = Path(__file__).parents[2] / "station_on_twins.py"
        self.process = subprocess.Popen(
            [sys.executable, "-P", str(program), str(folder / "desk.toml")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.said: list[dict[str, Any]] = []
        threading.Thread(target=self._listen, daemon=True).start()
        until = time.monotonic() + 40
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the page does not listen")

    def tell(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def person(self, **what: Any) -> None:
        self.tell(f"control {json.dumps(what)}")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.said.append(json.loads(line))


def _remembered(folder: Path, year: Sequence[datetime.date]) -> str:
    """A made-up day in the history, after a made-up `year`, if there is one; its date."""
    if year:
        fill(folder / "history.db", year)
    noon = time.time() - 2 * 86_400
    morning = noon - noon % 86_400 + 8 * 3600
    told: list[tuple[float, e.Event]] = [(morning, e.Presence("present"))]
    for n in range(1, 480):
        at, gone = morning + 60 * n, 240 <= n < 290
        if n == 240:
            told.append((at, e.Presence("away")))
        if n == 290:
            told.append((at, e.Presence("present")))
        if not gone:
            grade = "C" if 120 <= n < 140 else "A"
            told.append((at, e.Minute((n * 37 % 90) / 100, 3.0, 8.0, 15.0, 5, 60.0, 60.0, grade)))
    told += [
        (morning + 5000, e.Cue("light", "rest share 8 % for 60 s, load 14 %RVE; 2 min since", "breathing")),
        (morning + 5020, e.CueAnswered("self_released")),
        (morning + 7000, e.CueWithheld("quiet: quiet was asked for, 22 min left")),
        (morning + 9000, e.SessionStarted("breathing", "micro", "de", 80.0, "button")),
        (morning + 9080, e.SessionEnded("breathing", "de", "completed")),
        (morning + 9500, e.Mark("button")),
    ]
    began = morning - 15 * 86_400
    told += [(began, e.ObservationBegan("task", "page")), (began + 1e6, e.ObservationEnded("task", "ended"))]
    remember(folder, *sorted(told, key=lambda each: each[0]))
    for day, what in enumerate(("writing", "mouse", "writing", "talking")):
        assert answers.keep(folder / "history.db", began + (1 + day) * 86_400, began + day * 86_400, "task", what)
    return time.strftime("%Y-%m-%d", time.localtime(morning))


def ask(page: Any, what: str, body: dict[str, Any]) -> None:
    page.evaluate(
        """([what, body]) => fetch(`/api/${what}`, {method: "POST", body: JSON.stringify(body), headers: {
           "content-type": "application/json",
           "x-desk-token": JSON.parse(document.getElementById("desk")?.textContent ?? '{"token":""}').token}})""",
        [what, body],
    )


def until(page: Any, true: str, seconds: float = 10.0) -> None:
    """Wait for an expression to come true; the page's policy forbids what Playwright would use for it."""
    end = time.monotonic() + seconds
    while True:
        try:
            if page.evaluate(true):
                return
        except playwright.Error as error:
            if "context was destroyed" not in str(error):  # it loads another page just now
                raise
        assert time.monotonic() < end, f"it did not come true: {true}"
        page.wait_for_timeout(50)


def go(page: Any, station: Station, path: str, language: str = "de") -> None:
    mark = "&" if "?" in path else "?"
    page.goto(f"{station.address}{path.format(day=station.day)}{mark}lang={language}&numbers=show")
