import itertools

import pytest

from hardware.power import refusal

SIGNALS = ["emg-raw", "emg-envelope", "pressure"]


@pytest.mark.parametrize("signals", [*itertools.product(SIGNALS), *itertools.product(SIGNALS, SIGNALS)])
@pytest.mark.parametrize("power", ["undeclared", "mains"])
def test_electrodes_are_never_read_on_the_mains_nor_when_nobody_has_said(signals: tuple[str, ...], power: str) -> None:
    problem, remedy = refusal("ads1115", signals, power)
    has_electrodes = signals != ("pressure",) * len(signals)
    assert bool(problem) == has_electrodes
    assert bool(remedy) == has_electrodes


@pytest.mark.parametrize("power", ["battery", "isolated"])
def test_a_declared_safe_topology_may_be_read(power: str) -> None:
    assert refusal("ads1115", ["emg-raw"], power) == ("", "")


@pytest.mark.parametrize("driver", ["simulated", "recording"])
def test_what_has_no_body_needs_nothing(driver: str) -> None:
    assert refusal(driver, ["emg-raw"], "undeclared") == ("", "")
