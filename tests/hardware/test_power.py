"""The interlock's rule: what is declared, and what is attached."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.attached import SENTENCES, attached
from hardware.power import Interlock, refusal
from tests.hardware.sysfs import Sysfs

SIGNALS = ["emg-raw", "emg-envelope", "pressure"]

# --- what is declared -----------------------------------------------------------------------------------


@pytest.mark.parametrize("signals", [*itertools.product(SIGNALS), *itertools.product(SIGNALS, SIGNALS)])
@pytest.mark.parametrize("power", ["undeclared", "mains"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_electrodes_are_never_read_on_the_mains_nor_when_nobody_has_said(
    signals: tuple[str, ...], power: str, language: str
) -> None:
    problem, remedy = refusal("ads1115", signals, power, language)
    has_electrodes = signals != ("pressure",) * len(signals)
    assert bool(problem) == has_electrodes
    assert bool(remedy) == has_electrodes


@pytest.mark.parametrize("power", ["battery", "isolated"])
def test_a_declared_safe_topology_may_be_read(power: str) -> None:
    assert refusal("ads1115", ["emg-raw"], power) == ("", "")


@pytest.mark.parametrize("driver", ["simulated", "recording"])
def test_what_has_no_body_needs_nothing(driver: str) -> None:
    assert refusal(driver, ["emg-raw"], "undeclared") == ("", "")


# --- what is attached -----------------------------------------------------------------------------------


def test_a_pi_on_a_power_bank_with_nothing_plugged_in_has_nothing_attached(sysfs: Sysfs) -> None:
    """Wi-Fi, a bridge, the hub on the board, a touch screen inside the case and composite video are no cables."""
    assert attached(sysfs.root) == []


@pytest.mark.parametrize("plug", Sysfs.PLUGS)
def test_each_plug_is_seen_and_named_and_forgotten_when_it_is_pulled(sysfs: Sysfs, plug: str) -> None:
    sysfs.plug(plug)
    assert [thing.kind for thing in attached(sysfs.root)] == [plug]
    sysfs.unplug(plug)
    assert attached(sysfs.root) == []


def test_the_sentence_names_every_cable_in_both_languages(sysfs: Sysfs) -> None:
    sysfs.plug("display")
    sysfs.plug("usb")
    interlock = Interlock("ads1115", ["emg-raw"], "battery", sysfs.root)
    problem, remedy = interlock.verdict()
    assert problem == (
        "Electrodes are on the skin and a screen is plugged in (HDMI-A-1) and something is plugged into USB "
        "(USB Keyboard): the sensor is closed."
    )
    assert "Unplug" in remedy
    german, was_tun = interlock.verdict("de")
    assert "ein Bildschirm steckt (HDMI-A-1) und etwas steckt am USB (USB Keyboard)" in german
    assert "Zieh es ab" in was_tun


def test_a_tired_power_bank_asks_for_another_remedy_than_a_cable(sysfs: Sysfs) -> None:
    sysfs.plug("weak")
    assert "Charge the power bank" in Interlock("ads1115", ["emg-raw"], "battery", sysfs.root).verdict()[1]


@pytest.mark.parametrize(
    ("file", "said", "kind"),
    [
        ("class/drm/card0-DP-1/status", "connected", "display"),
        ("class/drm/card1-HDMI-A-2/status", "unknown", "display"),
        ("bus/usb/devices/1-1.2/idVendor", "0424", "usb"),  # a hub, even without anything in it
        ("bus/usb/devices/2-1/idVendor", "2109", "usb"),  # the board's own kind of hub, but not in its place
        ("class/udc/fe980000.usb/state", "suspended", "computer"),  # a PC that sleeps is a PC
    ],
)
def test_what_is_less_usual_counts_as_well(sysfs: Sysfs, file: str, said: str, kind: str) -> None:
    sysfs.say(file, said)
    assert [thing.kind for thing in attached(sysfs.root)] == [kind]


def test_a_network_port_that_is_switched_off_does_not_stop_the_look(sysfs: Sysfs) -> None:
    """The kernel answers EINVAL there; a folder in place of the file answers with an error of its own kind."""
    carrier = sysfs.root / "class/net/eth0/carrier"
    carrier.unlink()
    assert attached(sysfs.root) == []
    carrier.mkdir()
    assert [thing.kind for thing in attached(sysfs.root)] == ["unseen"]  # cannot be read: nobody can vouch for it


def test_without_a_kernel_that_tells_electrodes_stay_closed(tmp_path: Path) -> None:
    problem, _ = Interlock("ads1115", ["emg-raw"], "battery", tmp_path / "nowhere").verdict()
    assert "does not say" in problem


@pytest.mark.parametrize("power", ["isolated", "mains", "undeclared"])
def test_only_a_battery_is_watched_for_cables(sysfs: Sysfs, power: str) -> None:
    for plug in sysfs.PLUGS:
        sysfs.plug(plug)
    assert Interlock("ads1115", ["emg-raw"], power, sysfs.root).verdict() == refusal("ads1115", ["emg-raw"], power)


def test_a_pressure_pad_may_share_the_battery_with_a_screen(sysfs: Sysfs) -> None:
    sysfs.plug("display")
    assert Interlock("ads1115", ["pressure"], "battery", sysfs.root).verdict() == ("", "")


def test_every_kind_has_a_sentence_in_both_languages() -> None:
    assert set(Sysfs.PLUGS) < set(SENTENCES)
    assert all(english != german and "{}" in english and "{}" in german for english, german in SENTENCES.values())


# --- no path reads electrodes where it is forbidden ------------------------------------------------------
@given(st.sets(st.sampled_from(sorted(Sysfs.PLUGS)), min_size=1))
@settings(max_examples=40, deadline=None)
def test_every_combination_of_plugs_is_named_completely(plugs: set[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        sysfs = Sysfs(Path(folder))
        for plug in plugs:
            sysfs.plug(plug)
        assert {thing.kind for thing in attached(sysfs.root)} == plugs
