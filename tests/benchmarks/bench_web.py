"""What the page costs: loading it, 20 open browsers at 10 Hz; printed."""

from __future__ import annotations

import http.client
import subprocess
import sys
import threading
import time
from pathlib import Path
from statistics import median

import pytest

from station.core import events as e
from station.outputs.web import Settings, open
from tests.outputs.web_desk import house, until_it_answers

pytestmark = pytest.mark.benchmark

LOADING = """
import resource, time
def mb(): return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() / 2**20
import station.core.state, station.outputs.history, msgspec, sqlite3, sounds
a, t, c = mb(), time.perf_counter(), time.process_time()
import asyncio, uvicorn, station.outputs.web.asgi
from uvicorn.protocols.http.h11_impl import H11Protocol
import starlette.applications, starlette.routing, starlette.requests, starlette.responses, starlette.concurrency
print(f"{time.perf_counter() - t:.3f} {time.process_time() - c:.3f} {mb() - a:.1f}")
"""


def test_loading_the_framework() -> None:
    runs = []
    for _ in range(5):
        said = subprocess.run(
            [sys.executable, "-c", LOADING], capture_output=True, text=True, check=True
        ).stdout.split()
        runs.append([float(each) for each in said])
    seconds, cpu, mb = (median(column) for column in zip(*runs, strict=True))
    print(f"\nloading the page's framework: {seconds:.2f} s, {cpu:.2f} s of CPU, {mb:.1f} MB more memory")
    assert mb < 60


@pytest.mark.parametrize("clients", [0, 1, 20])
def test_open_browsers_at_ten_readings_a_second(tmp_path: Path, clients: int) -> None:
    """CPU time of the web thread alone, over ten seconds of a live station."""
    page = open(Settings(port=0), house(tmp_path, []))
    page.start()
    connections, got = [], [0]
    until_it_answers(page)
    for _ in range(clients):
        connection = http.client.HTTPConnection("127.0.0.1", page.server.port, timeout=15)
        connection.request("GET", "/api/live")
        connections.append((connection, connection.getresponse()))

    assert page.server._thread is not None and page.server._thread.ident is not None
    clock = time.pthread_getcpuclockid(page.server._thread.ident)
    before, began = time.clock_gettime(clock), time.monotonic()
    taking = 0.0
    for n in range(100):
        started = time.perf_counter()
        page.take(e.Moment(e.Reading(n / 10, 7.0 + n / 50, False, "ok"), n / 10, time.time()))
        taking += time.perf_counter() - started
        time.sleep(max(0.0, began + (n + 1) / 10 - time.monotonic()))
    spent, lasted = time.clock_gettime(clock) - before, time.monotonic() - began

    def drain(answer: http.client.HTTPResponse) -> None:
        while line := answer.readline():
            got[0] += b'"readings":[[' in line

    threads = [threading.Thread(target=drain, args=(answer,), daemon=True) for _, answer in connections]
    for thread in threads:
        thread.start()
    page.stop()
    for thread in threads:
        thread.join(5)
    share = 100 * spent / lasted
    print(
        f"\n{clients} browsers: {share:.2f} % of a core; take() {taking / 100 * 1e6:.0f} µs; {got[0]} messages arrived"
    )
    assert got[0] >= 95 * clients
    assert share < 3
