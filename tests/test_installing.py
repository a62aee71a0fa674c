"""What brings a missing package goes to the very Python that runs: on Debian a bare `pip` is the system's."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from station import exercises
from station.__main__ import main
from station.outputs.installing import installing

ROOT = Path(__file__).parents[1]
SAID = [
    *(path for folder in ("station", "hardware") for path in (ROOT / folder).rglob("*.py")),
    ROOT / "station/german.txt",
    *(ROOT / "station/outputs/web/words").glob("*.toml"),
]


def test_the_command_is_that_of_the_python_that_runs() -> None:
    words = shlex.split(installing("desk-station[sealed]", "rich"))
    assert words[-6:] == [sys.executable, "-m", "pip", "install", "desk-station[sealed]", "rich"]


def test_it_can_be_pasted_into_a_shell() -> None:
    command = installing("desk-station[sealed]").replace(" install ", " --disable-pip-version-check install --dry-run ")
    if command.startswith("sudo "):
        pytest.skip("these tests run in a folder of root")
    done = subprocess.run(command + " --no-deps --quiet", shell=True, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_in_a_folder_of_root_it_takes_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: False)
    monkeypatch.setattr(sys, "base_prefix", "/usr")
    assert installing("rich") == f"sudo {shlex.quote(sys.executable)} -m pip install rich"
    monkeypatch.setattr(sys, "base_prefix", sys.prefix)  # the system's own Python is nothing to install into as root
    assert installing("rich") == f"{shlex.quote(sys.executable)} -m pip install rich"


def test_nobody_is_told_to_use_a_pip_that_may_be_another_pythons() -> None:
    assert len(SAID) > 100
    bare = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in SAID
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if re.search(r"(?<!-m )pip install", line)
    ]
    assert not bare, "\n".join(bare)


def test_the_way_to_take_an_exercise_along_needs_nothing_more(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "soundfile", None)  # Python's own word for a package that is not there
    shortest = min(exercises.exercises(), key=lambda each: each.seconds)
    assert main(["exercises"]) == 0
    (line,) = [each for each in capsys.readouterr().out.splitlines() if "desk-station render" in each]
    filled = {"NAME": shortest.id, "LENGTH": shortest.length, "LANGUAGE": shortest.language}
    words = [filled.get(word, word) for word in shlex.split(line.partition("desk-station ")[2])]
    out = next(word for word in words if word.startswith("OUT."))
    assert main([str(tmp_path / out) if word == out else word for word in words]) == 0
    assert main(["render", shortest.id, str(tmp_path / "out.ogg")]) == 2
    assert installing("soundfile") in capsys.readouterr().err
