"""A desk without hardware: one simulated ADS1115 on a simulated bus, on a clock that only moves when someone waits.

`pytest tests/hardware --real` runs the contract tests on this machine's own sensor as well (a Pi with an ADS1115).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hardware.sensors import ads1115
from hardware.sensors.bus import FakeBus, Wire
from hardware.sensors.chip import Ads1115
from hardware.sensors.clock import VirtualClock
from tests.hardware.sysfs import Sysfs

VOLTS = {0: 1.0, 1: 2.0, 2: 0.5, 3: 3.0}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--real", action="store_true", help="run the sensor contract on the real ADS1115 of this machine")


class Bench:
    """A chip at 0x48 whose four inputs carry 1.0, 2.0, 0.5 and 3.0 V unless told otherwise."""

    def __init__(
        self,
        source: Callable[[int, float], float] | None = None,
        khz: int = 400,
        clock_error: float = 0.0,
        address: int = 0x48,
    ) -> None:
        self.clock = VirtualClock(100.0)
        self.chip = Ads1115(source or (lambda ain, t: VOLTS[ain]), clock_error=clock_error)
        self.bus = FakeBus(self.clock, {address: self.chip}, khz)
        self.wire = Wire(self.clock, self.chip)

    def open(self, **settings: object) -> ads1115.Ads1115Source:
        return ads1115.open(ads1115.Settings(**settings), bus=self.bus, clock=self.clock, edges=self.wire)

    def beside(self, address: int, source: Callable[[int, float], float] | None = None) -> Ads1115:
        """A second chip on the same wire; its inputs carry half a volt more than the first one's."""
        chip = Ads1115(source or (lambda ain, t: VOLTS[ain] + 0.5))
        self.bus.devices[address] = chip
        return chip

    def naive(self, **options: object):
        """Adafruit's driver, used as its examples do."""
        from adafruit_ads1x15.ads1115 import ADS1115

        return ADS1115(self.bus, **options)

    def registers(self) -> list[int]:
        """All four, read over the bus."""
        words = []
        for pointer in range(4):
            word = bytearray(2)
            self.bus.writeto_then_readfrom(0x48, bytes([pointer]), word)
            words.append(int.from_bytes(word, "big"))
        return words


@pytest.fixture(scope="session")
def make_bench() -> type[Bench]:
    return Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def sysfs(tmp_path: Path) -> Sysfs:
    """A Pi on a power bank with nothing plugged in, as its kernel tells it."""
    return Sysfs(tmp_path / "sys")
