"""The core's small desks as fixtures; the desks themselves are in `small_desk.py` and `coached.py`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.core.small_desk import SmallDesk


@pytest.fixture
def small_desk() -> Callable[..., SmallDesk]:
    """Builds a small desk; with settings, if the test is about them."""
    return SmallDesk
