"""Wheel, sdist and the oldest libraries that pyproject.toml allows, each in a bare virtual environment.

pytest tests/benchmarks/bench_install.py -s      needs the network; a few minutes
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
import tomllib
import venv
from pathlib import Path

import pytest

from tests.configured import NO_PINS, SILENT, SIMULATED

pytestmark = pytest.mark.benchmark

ROOT = Path(__file__).parents[2]
SOURCE = ("pyproject.toml", "README.md", "LICENSE", "station", "hardware", "sounds")
# What the tests below need beside the station; their versions are not what is judged.
FOR_TESTS = ("pytest", "hypothesis", "scipy<1.16", "pyyaml", "jsonschema", "httpx2", "httpx", "soundfile")
CONFIG = f"""\
{SIMULATED}{NO_PINS}{SILENT}[output.web]
port = 8799
"""


class Bare:
    """A virtual environment with nothing in it, and a folder that is not the checkout."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "home"
        self.folder.mkdir()
        venv.create(folder / "venv", with_pip=True)
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


@pytest.fixture
def bare(tmp_path: Path) -> Bare:
    return Bare(tmp_path)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The source, so that building writes nothing into the checkout."""
    copy = tmp_path / "source"
    copy.mkdir()
    for name in SOURCE:
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, copy / name)  # type: ignore[operator]
    return copy


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_an_install_from_the_package_alone_lives(kind: str, bare: Bare, copy: Path, tmp_path: Path) -> None:
    began = time.monotonic()
    bare.pip("install", "--require-hashes", "-r", str(ROOT / "requirements.lock"))
    backend = f"import setuptools.build_meta as b; print(b.build_{kind}({str(tmp_path)!r}))"
    package = bare.runs("python", "-c", backend, cwd=copy).splitlines()[-1]
    shutil.rmtree(copy)
    bare.pip("install", "--no-deps", "--no-build-isolation", str(tmp_path / package))
    bare.lives()
    print(f"\n{package}: {(tmp_path / package).stat().st_size / 1e6:.1f} MB, installed and alive", end=" ")
    print(f"in {time.monotonic() - began:.0f} s on Python {sys.version_info[0]}.{sys.version_info[1]}")


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="some of the oldest versions have no wheel for this Python")
def test_the_oldest_libraries_that_are_allowed_work(bare: Bare) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    allowed = [*project["dependencies"], *project["optional-dependencies"]["demo"]]
    oldest = [requirement.replace(">=", "==") for requirement in allowed]
    bare.pip("install", "setuptools>=77", *oldest, *FOR_TESTS)
    bare.pip("install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    bare.lives()
    told = bare.runs(
        *("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow and not benchmark"),
        *("tests/core", "tests/hardware", "tests/outputs", "tests/sounds"),
        cwd=ROOT,
    )
    print(f"\n{', '.join(oldest)}: {told.strip().splitlines()[-1]}")


def test_the_bill_of_materials_names_every_locked_package(copy: Path) -> None:
    """`make sbom` to its end, in a copy; the tool is fetched for it and thrown away."""
    for name in ("Makefile", "requirements.lock"):
        shutil.copy(ROOT / name, copy / name)
    subprocess.run(["make", "sbom", f"PYTHON={sys.executable}"], cwd=copy, check=True, capture_output=True)
    bill = json.loads((copy / "dist/sbom.cdx.json").read_text())
    locked = set(re.findall(r"^([a-z0-9-]+)==([^ \\]+)", (copy / "requirements.lock").read_text(), re.MULTILINE))
    assert len(locked) > 30
    assert {(part["name"], part["version"]) for part in bill["components"]} == locked
    hashed = [part["name"] for part in bill["components"] if "SHA-256" in json.dumps(part)]
    assert len(hashed) == len(locked), "each with its hashes"
    print(f"\nCycloneDX {bill['specVersion']}: {len(locked)} packages, each with its version and hashes")
