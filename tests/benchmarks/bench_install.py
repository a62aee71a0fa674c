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
from pathlib import Path

import pytest

from tests.bare import FOR_TESTS, ROOT, Bare, build, copy_source, oldest_allowed

pytestmark = pytest.mark.benchmark


@pytest.fixture
def bare(tmp_path: Path) -> Bare:
    return Bare(tmp_path)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return copy_source(tmp_path / "source")


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_an_install_from_the_package_alone_lives(kind: str, bare: Bare, copy: Path, tmp_path: Path) -> None:
    began = time.monotonic()
    bare.pip("install", "--require-hashes", "-r", str(ROOT / "requirements.lock"))
    package = build(kind, copy, bare, tmp_path)
    bare.pip("install", "--no-deps", "--no-build-isolation", str(package))
    bare.lives()
    print(f"\n{package.name}: {package.stat().st_size / 1e6:.1f} MB, installed and alive", end=" ")
    print(f"in {time.monotonic() - began:.0f} s on Python {sys.version_info[0]}.{sys.version_info[1]}")


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="some of the oldest versions have no wheel for this Python")
def test_the_oldest_libraries_that_are_allowed_work(bare: Bare) -> None:
    oldest = oldest_allowed("demo", "sealed", "report")
    bare.pip("install", "setuptools>=77", *oldest, *FOR_TESTS)
    bare.pip("install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    bare.lives()
    told = bare.runs(
        *("python", "-m", "pytest", "-v", "-p", "no:cacheprovider", "-m", "not slow and not benchmark"),
        *("tests/core", "tests/hardware", "tests/outputs", "tests/sounds"),
        cwd=ROOT,
    )
    print(f"\n{', '.join(oldest)}: {told.strip().splitlines()[-1].strip('= ')}")


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
