"""A machine without pygame, or without what pygame's wheel takes from the system: the remedy is the one that helps."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from station.german import in_german

ASK = "from station.outputs.audio import Settings, sinks; print(*sinks.examine_sinks(Settings())[0], sep='\\n')"
MISSING = {
    "ImportError('libgthread-2.0.so.0: cannot open shared object file')": "apt install libglib2.0-0t64",
    "ModuleNotFoundError('No module named pygame.base')": f"{sys.executable} -m pip install pygame",
}


@pytest.mark.parametrize("error", MISSING)
def test_what_is_missing_decides_what_to_do(tmp_path: Path, error: str) -> None:
    (tmp_path / "pygame").mkdir()
    (tmp_path / "pygame/__init__.py").write_text(f"raise {error}\n")
    path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    done = subprocess.run(
        [sys.executable, "-P", "-c", ASK],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    severity, problem, remedy = done.stdout.splitlines()
    assert severity == "warning" and "cannot be loaded" in problem
    assert MISSING[error] in remedy
    assert in_german(remedy) != remedy
