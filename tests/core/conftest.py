"""The core's small desks as fixtures; the desks themselves are in `small_desk.py` and `coached.py`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from small_desk import SmallDesk


@pytest.fixture
def small_desk() -> Callable[..., SmallDesk]:
    """Builds a small desk; with settings, if the test is about them."""
    return SmallDesk
