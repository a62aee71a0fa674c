"""The recipes in the folders' READMEs, followed to the letter: a sensor and an output that nobody registers."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.configured import NO_PAGE, NO_PINS, SILENT

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
CONFIG = f"""\
[station]
language = "en"
state_dir = "{{folder}}/state"
[sensor]
driver = "slope"
signal = ["pressure"]
{NO_PINS}{SILENT}{NO_PAGE}[output.tally]
file = "counted.json"
"""


def in_links(package: str, folder: Path) -> None:
    """The package once more below `folder`, its files as links: a place to put a file into."""
    for path in (ROOT / package).rglob("*"):
        copy = folder / path.relative_to(ROOT)
        if path.is_dir():
            copy.mkdir(parents=True, exist_ok=True)
        elif path.suffix != ".pyc":
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.symlink_to(path)


def follow(readme: str, folder: Path) -> None:
    """Write the recipe's file where the recipe stands."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    recipe = text[text.index("\n## Add a") :]
    name, code = re.search(r"as `(\w+\.py)`", recipe), re.search(r"```python\n(.*?)```", recipe, re.DOTALL)
    assert name and code
    (folder / Path(readme).parent / name[1]).write_text(code[1], encoding="utf-8")


def test_a_sensor_and_an_output_of_ones_own_work_as_the_readmes_say(tmp_path: Path) -> None:
    for package in ("hardware", "station", "sounds"):
        in_links(package, tmp_path)
    follow("hardware/sensors/README.md", tmp_path)
    follow("station/outputs/README.md", tmp_path)
    (tmp_path / "desk.toml").write_text(CONFIG.format(folder=tmp_path))
    log, counted = tmp_path / "said.txt", tmp_path / "state" / "counted.json"
    with log.open("w") as out:
        station = subprocess.Popen(
            [sys.executable, "-P", "-m", "station", "run", "--config", "desk.toml"],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=out,
            stderr=out,
        )
    until = time.monotonic() + 60.0
    try:
        while not counted.exists() or json.loads(counted.read_text() or "{}").get("sensor_well") != 1:
            assert station.poll() is None and time.monotonic() < until, log.read_text()
            time.sleep(0.05)
        assert "sensor_well rate=100" in log.read_text()
    finally:
        station.send_signal(signal.SIGTERM)
        assert station.wait(20) == 0, log.read_text()
