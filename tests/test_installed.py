"""The station as a package: built, installed where nothing else is, and alive.  `bench_install.py` does more of it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.bare import ROOT, Bare, another_python, build, copy_source, oldest_allowed

pytestmark = pytest.mark.slow

TRIXIES = "3.13"
QUICK = ("-m", "not slow and not benchmark")


def test_the_sdist_with_the_locked_libraries_lives_on_the_newer_python_and_passes_the_cores_tests(
    tmp_path: Path,
) -> None:
    python = another_python(TRIXIES)
    if not python:
        pytest.skip(f"there is no Python {TRIXIES} here")
    bare = Bare(tmp_path, python)
    bare.pip("install", "--require-hashes", "-r", str(ROOT / "requirements.lock"))
    package = build("sdist", copy_source(tmp_path / "source"), bare, tmp_path)
    bare.pip("install", "--no-deps", "--no-build-isolation", str(package))
    bare.lives()
    bare.pip("install", "pytest", "hypothesis")
    told = bare.runs("python", "-m", "pytest", "-p", "no:cacheprovider", *QUICK, "tests/core", cwd=ROOT)
    assert " passed" in told


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="some of the oldest versions have no wheel for this Python")
def test_the_wheel_with_the_oldest_libraries_that_are_allowed_lives(tmp_path: Path) -> None:
    bare = Bare(tmp_path)
    bare.pip("install", "setuptools>=77", *oldest_allowed("demo"))
    package = build("wheel", copy_source(tmp_path / "source"), bare, tmp_path)
    bare.pip("install", "--no-deps", str(package))
    bare.lives()
