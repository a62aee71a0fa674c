"""The recipes in the folders' READMEs, followed to the letter: a sensor and an output that nobody registers."""

from __future__ import annotations

import ast
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


def recipe(readme: str) -> tuple[str, str]:
    """The name and the text of the recipe's file."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    steps = text[text.index("\n## Add a") :]
    name, code = re.search(r"as `(\w+\.py)`", steps), re.search(r"```python\n(.*?)```", steps, re.DOTALL)
    assert name and code
    return name[1], code[1]


def follow(readme: str, folder: Path) -> None:
    """Write the recipe's file where the recipe stands."""
    name, code = recipe(readme)
    (folder / Path(readme).parent / name).write_text(code, encoding="utf-8")


@pytest.mark.parametrize("readme", ["hardware/sensors/README.md", "station/outputs/README.md"])
def test_what_a_recipe_shows_is_what_make_lint_and_make_types_want(readme: str) -> None:
    """Whoever has copied it meets no complaint about the copy: typed throughout, a docstring each."""
    _, code = recipe(readme)
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.FunctionDef):
            assert node.returns is not None, node.name
            assert all(argument.annotation for argument in node.args.args if argument.arg != "self"), node.name
            assert ast.get_docstring(node) or node.name == "__init__", node.name


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
