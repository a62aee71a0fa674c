"""The guest as a fixture; without one the tests are skipped with the sentence what is missing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hil.guest import Guest, missing


@pytest.fixture
def guest() -> Iterator[Guest]:
    """The station in a guest, well, its muscle at rest."""
    if sentence := missing():
        pytest.skip(sentence)
    made = Guest()
    try:
        print(f"\nfrom switching the guest on to the first good signal: {made.well():.1f} s")
        yield made
        assert "Traceback" not in made.read(), made.read()
    finally:
        made.end()
