"""The guests as fixtures; without one the tests are skipped with the sentence what is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.hil import debian as made
from tests.hil.guest import Guest, missing


@pytest.fixture
def guest() -> Iterator[Guest]:
    """The station in a guest, well, its muscle at rest."""
    if sentence := missing():
        pytest.skip(sentence)
    one = Guest()
    try:
        print(f"\nfrom switching the guest on to the first good signal: {one.well():.1f} s")
        yield one
        assert "Traceback" not in one.read(), one.read()
    finally:
        one.end()


@pytest.fixture(scope="module")
def debian() -> Iterator[made.Debian]:
    """A booted Debian in which the station runs."""
    if sentence := made.missing():
        pytest.skip(sentence)
    guest = made.Debian(tuple((device, "O_RDWR") for device in (*made.DEVICES, made.FORBIDDEN)))
    try:
        guest.says("sensor_well", within_s=120.0)
        told = guest.sh("systemd-analyze security --no-pager desk-station")
        exposure = re.search(r"exposure level.*?(\d+\.\d)", told)
        print(f"\n  from the kernel's first line to the first good signal: {guest.seconds('sensor_well'):.0f} s")
        print(f"  {guest.sh('systemctl --version').splitlines()[0]}, exposure {exposure[1] if exposure else '?'}")
        yield guest
        assert "Traceback" not in guest.journal(), guest.journal()
    finally:
        guest.end()
