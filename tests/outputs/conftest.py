"""Desks as fixtures: the sounding one (`captured_desk.py`), and the one with a page (`web_desk.py`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from tests.outputs.captured_desk import Shelf

    return Shelf(tmp_path_factory.mktemp("shelf"))


@pytest.fixture
def sounding_desk(shelf: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    from station.outputs.audio import Settings
    from tests.outputs.captured_desk import open_desk

    desk = open_desk(shelf, tmp_path, monkeypatch, Settings(volume=100))
    yield desk
    desk.audio.stop()


@pytest.fixture
def rig(tmp_path: Path) -> Any:
    """A desk's page; whoever asks needs no passphrase."""
    from tests.outputs.web_desk import Rig

    return Rig(tmp_path)


@pytest.fixture
def locked(tmp_path: Path) -> Any:
    """A desk's page behind a passphrase."""
    from tests.outputs.web_desk import PASSPHRASE, Rig

    return Rig(tmp_path, passphrase=PASSPHRASE)
