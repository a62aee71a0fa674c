"""schemathesis with all its phases on the page's own server, over a real socket: no 5xx, nothing that is not described.

Left out: the live stream, which has no end, and setting a passphrase, which ends the rest at a locked door; both are
asked without a socket in `outputs/test_web_fuzzed.py`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("schemathesis", reason="the fuzzing needs schemathesis")

from station.core import events as e
from station.outputs.web import Settings, open
from tests.outputs.web_desk import house, remember, until_it_answers

pytestmark = pytest.mark.benchmark

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "50"))
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "use_after_free",
)


def test_schemathesis_finds_nothing_in_any_of_its_phases(tmp_path: Path) -> None:
    now = time.time()
    minute = e.Minute(0.4, 2.0, 6.0, 14.0, 9, 45.0, 60.0, "A")
    remember(tmp_path, (now - 90, minute), (now - 60, e.Mark("button")))
    page = open(Settings(port=0), house(tmp_path, []))
    page.start()
    try:
        until_it_answers(page)
        command = [
            sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()", "run",
            f"http://localhost:{page.server.port}/openapi.json",
            "--header", f"x-desk-token: {page.desk.access.token}",
            "--exclude-path", "/api/live", "--exclude-path", "/api/passphrase",
            "--phases", "coverage,fuzzing,stateful", "--max-examples", str(EXAMPLES),
            "--checks", ",".join(CHECKS), "--no-color",
        ]  # fmt: skip
        began = time.monotonic()
        run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=3600, check=False)
        generated = re.search(r"([\d,]+) generated", run.stdout)
        assert generated, run.stdout + run.stderr
        print(f"\nschemathesis: {generated[1]} requests in {time.monotonic() - began:.0f} s; {EXAMPLES} examples each")
        assert run.returncode == 0, run.stdout[-8000:]
        assert int(generated[1].replace(",", "")) > 1000
    finally:
        page.stop()
