"""What is installed is complete: a file that a part reads at run time must be in the wheel."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Pictures for readers of the repository, and the tools that make them: nothing reads them where the station runs.
ONLY_IN_THE_REPOSITORY = (
    "station/demo/",
    "station/outputs/mqtt/homeassistant/",
    "hardware/wiring/",
    "hardware/enclosure/",
)


def test_every_file_that_is_read_at_run_time_is_in_the_package() -> None:
    packaged = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    missing = []
    for package, patterns in packaged.items():
        inside = {path for pattern in patterns for path in (ROOT / package).glob(pattern)}
        for path in (ROOT / package).rglob("*"):
            if not path.is_file() or path.suffix in {".py", ".pyc"} or path in inside:
                continue
            name = str(path.relative_to(ROOT))
            if not name.startswith(ONLY_IN_THE_REPOSITORY) and not name.startswith("sounds/heard"):
                missing.append(name)
    assert not missing, f"add them to [tool.setuptools.package-data]: {missing}"
