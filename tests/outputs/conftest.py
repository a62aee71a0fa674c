"""The sounding desk as a fixture; the desk itself is in `captured_desk.py`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from captured_desk import Shelf

    return Shelf(tmp_path_factory.mktemp("shelf"))


@pytest.fixture
def sounding_desk(shelf: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    from captured_desk import open_desk

    from station.outputs.audio import Settings

    desk = open_desk(shelf, tmp_path, monkeypatch, Settings(volume=100))
    yield desk
    desk.audio.stop()
