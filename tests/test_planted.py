"""The search for planted secrets (tests/planted.py) finds them: in what is printed, logged, or written by a process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

LEAKS = """\
import logging, sys
from tests.planted import PASSWORD
def test_prints(): print(f"connecting with {PASSWORD}")
def test_logs(): logging.getLogger("paho").warning("refused: %s", PASSWORD)
def test_complains(): sys.stderr.write(PASSWORD)
def test_writes(tmp_path): (tmp_path / "station.log").write_text(f"password={PASSWORD}")
def test_is_silent(tmp_path): (tmp_path / "desk.toml").write_text(f'password = "{PASSWORD}"')
"""


@pytest.mark.slow
def test_a_secret_that_any_test_lets_out_makes_that_test_fail(tmp_path: Path) -> None:
    (tmp_path / "test_leaks.py").write_text(LEAKS)
    command = [sys.executable, "-m", "pytest", "-p", "tests.planted", "-p", "no:cacheprovider", "-rA", "--rootdir"]
    done = subprocess.run(
        [*command, str(tmp_path), "-c", "/dev/null", str(tmp_path / "test_leaks.py")],
        cwd=Path(__file__).parents[1],
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},  # quick: it needs no other plug-in
        capture_output=True,
        text=True,
        check=False,
    )
    caught = {line.split("::")[1].split()[0] for line in done.stdout.splitlines() if line.startswith("ERROR ")}
    assert caught == {"test_prints", "test_logs", "test_complains", "test_writes"}, done.stdout + done.stderr
    assert "a planted secret was told in" in done.stdout
