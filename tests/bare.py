"""A Python with nothing in it, and the station as a stranger gets it: as a package, without the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.configured import NO_PINS, SILENT, SIMULATED

ROOT = Path(__file__).parents[1]
SOURCE = ("pyproject.toml", "README.md", "LICENSE", "station", "hardware", "sounds")
# What the tests below need beside the station; their versions are not what is judged.
FOR_TESTS = ("pytest", "hypothesis", "scipy<1.16", "pyyaml", "jsonschema", "httpx2", "httpx", "soundfile")
CONFIG = f"""\
{SIMULATED}{NO_PINS}{SILENT}[output.web]
port = 8799
"""


class Bare:
    """A virtual environment with nothing in it, and a folder that is not the checkout."""

    def __init__(self, folder: Path, python: str = sys.executable) -> None:
        self.folder = folder / "home"
        self.folder.mkdir()
        subprocess.run([python, "-m", "venv", folder / "venv"], check=True)
        self.bin = folder / "venv/bin"

    def pip(self, *words: str) -> None:
        self.runs("python", "-m", "pip", "--quiet", "--disable-pip-version-check", *words)

    def runs(self, program: str, *words: str, cwd: Path | None = None) -> str:
        done = subprocess.run(
            [self.bin / program, *words], cwd=cwd or self.folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    def lives(self) -> None:
        """The installed station has its exercises with their voices, checks itself, and replays a recording it made."""
        assert "shoulder-drop" in self.runs("desk-station", "exercises")
        (self.folder / "desk.toml").write_text(f'[station]\nstate_dir = "{self.folder}/state"\n{CONFIG}')
        self.runs("desk-station", "record", "--simulated", "--minutes", "0.5", "short.edf")
        assert '"event"' in self.runs("desk-station", "replay", "short.edf", "--json")
        checked = subprocess.run(
            [self.bin / "desk-station", "check", "--config", "desk.toml"],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert checked.returncode in (0, 1), checked.stdout + checked.stderr


def copy_source(folder: Path) -> Path:
    """The source, so that building writes nothing into the checkout."""
    folder.mkdir()
    for name in SOURCE:
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, folder / name)  # type: ignore[operator]
    return folder


def build(kind: str, source: Path, bare: Bare, folder: Path) -> Path:
    """The package ("wheel", "sdist") in `folder`, built by the setuptools that `bare` has; the source is gone then."""
    backend = f"import setuptools.build_meta as b; print(b.build_{kind}({str(folder)!r}))"
    package = folder / bare.runs("python", "-c", backend, cwd=source).splitlines()[-1]
    shutil.rmtree(source)
    return package


def oldest_allowed(*extras: str) -> list[str]:
    """What pyproject.toml asks for, with these extras, at the oldest version that it allows."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    optional = project["optional-dependencies"]
    allowed = [*project["dependencies"], *(each for extra in extras for each in optional[extra])]
    return [requirement.replace(">=", "==") for requirement in allowed]


def another_python(version: str) -> str:
    """A Python of this version that can make virtual environments; empty if there is none on this machine."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for python in (shutil.which(f"python{version}"), *versions.glob(f"{version}*/bin/python3")):
        says = [python or "", "-c", "import ensurepip, sys, venv; print(*sys.version_info[:2], sep='.')"]
        told = subprocess.run(says, capture_output=True, text=True, check=False) if python else None
        if told is not None and told.stdout.strip() == version:
            return str(python)
    return ""
