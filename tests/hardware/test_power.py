"""The interlock's rule: what is declared, and what is attached."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.attached import SENTENCES, Attached, attached
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
        ("class/udc/fe980000.usb/state", "unheard of", "computer"),
        ("class/drm/card1-HDMI-A-1/status", "unheard of", "display"),
        ("class/net/eth0/carrier", "", "dark"),  # the kernel answers nothing where the socket is switched off
        ("class/power_supply/ADP1/online", "2", "charger"),  # by the programmable kind of USB power delivery
        ("class/power_supply/usb0/type", "USB", "charger"),  # and nobody says whether it gives power
        ("class/power_supply/BAT0/status", "Charging", "charger"),
    ],
)
def test_what_is_less_usual_counts_as_well(sysfs: Sysfs, file: str, said: str, kind: str) -> None:
    sysfs.say(file, said)
    assert [thing.kind for thing in attached(sysfs.root)] == [kind]


def test_a_battery_that_gives_and_the_one_of_a_mouse_are_no_charger(sysfs: Sysfs) -> None:
    sysfs.say("class/power_supply/BAT0/status", "Discharging")
    sysfs.say("class/power_supply/hidpp_battery_0/type", "Battery")
    sysfs.say("class/power_supply/hidpp_battery_0/scope", "Device")
    sysfs.say("class/power_supply/hidpp_battery_0/status", "Charging")
    assert attached(sysfs.root) == []


@pytest.mark.parametrize(
    ("model", "chip"),
    [
        ("Raspberry Pi Zero 2 W Rev 1.0", "0424:2514"),
        ("Raspberry Pi Zero 2 W Rev 1.0", "2109:3431"),
        ("Raspberry Pi 3 Model A Plus Rev 1.0", "0424:9514"),
        ("", "2109:3431"),
    ],
)
def test_a_hub_with_a_chip_that_other_boards_have_soldered_on_is_still_a_hub(
    sysfs: Sysfs, model: str, chip: str
) -> None:
    """Hubs with those chips are sold, too, and many are fed from the mains; a Zero's only socket has the same name."""
    sysfs.say("firmware/devicetree/base/model", model)
    for file, said in zip(("idVendor", "idProduct"), chip.split(":"), strict=True):
        sysfs.say(f"bus/usb/devices/1-1/{file}", said)
    assert [thing.kind for thing in attached(sysfs.root)] == ["usb"]


def test_a_pi_3_b_plus_has_its_hubs_and_its_network_on_board_and_a_keyboard_is_none_of_them(sysfs: Sysfs) -> None:
    sysfs.say("firmware/devicetree/base/model", "Raspberry Pi 3 Model B Plus Rev 1.3\0")
    for place, vendor, product in (("1-1", "0424", "2514"), ("1-1.1", "0424", "2514"), ("1-1.1.1", "0424", "7800")):
        sysfs.say(f"bus/usb/devices/{place}/idVendor", vendor)
        sysfs.say(f"bus/usb/devices/{place}/idProduct", product)
    assert attached(sysfs.root) == []
    sysfs.plug("usb")
    assert [thing.kind for thing in attached(sysfs.root)] == ["usb"]


def test_a_network_socket_that_is_switched_off_vouches_for_nothing_and_the_remedy_is_to_switch_it_on(
    sysfs: Sysfs,
) -> None:
    """The kernel answers EINVAL there, whether a cable is in it or not."""
    sysfs.say("class/net/eth0/carrier", None)
    interlock = Interlock("ads1115", ["emg-raw"], "battery", sysfs.root)
    problem, remedy = interlock.verdict()
    assert "switched off and cannot tell whether a cable is in it (eth0)" in problem
    assert "ip link set eth0 up" in remedy and "Unplug" not in remedy
    assert "abgeschaltet" in interlock.verdict("de")[0] and "schalte sie ein" in interlock.verdict("de")[1]


@pytest.mark.parametrize(
    "file",
    [
        "class/net/eth0/carrier",
        "class/net/eth0/type",
        "class/drm/card1-HDMI-A-1/status",
        "class/udc/fe980000.usb/state",
        "class/power_supply/ADP1/online",
        "class/power_supply/ADP1/type",
        "class/hwmon/hwmon1/in0_lcrit_alarm",
        "class/hwmon/hwmon1/name",
        "bus/usb/devices/1-1/idVendor",
    ],
)
def test_what_cannot_be_read_closes_the_sensor_and_the_remedy_is_not_to_unplug_it(sysfs: Sysfs, file: str) -> None:
    """A folder in place of the file answers with an error of its own, as a file does that may not be read."""
    path = sysfs.root / file
    path.unlink()
    path.mkdir()
    assert [thing.kind for thing in attached(sysfs.root)] == ["unseen"]
    problem, remedy = Interlock("ads1115", ["emg-raw"], "battery", sysfs.root).verdict()
    assert file in problem and "vouch" in remedy and "Unplug" not in remedy


def test_a_look_that_stumbles_has_not_seen_that_nothing_is_there(sysfs: Sysfs, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumbles(sys: Path) -> list[Attached]:
        raise ValueError("a mistake in the look itself")

    monkeypatch.setattr("hardware.attached.LOOKS", (stumbles,))
    assert [thing.kind for thing in attached(sysfs.root)] == ["unseen"]


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


# --- no tree, however strange, passes for an empty one ---------------------------------------------------

# What each file says when nothing is plugged in; whatever else stands there, somebody would have to vouch for it.
HARMLESS = {
    "class/net/eth0/carrier": {"0"},
    "class/drm/card1-HDMI-A-1/status": {"disconnected"},
    "class/drm/card1-HDMI-A-2/status": {"disconnected"},
    "class/udc/fe980000.usb/state": {"not attached", "attached", "powered"},
    "class/power_supply/ADP1/online": {"0"},
    "firmware/devicetree/base/model": {"Raspberry Pi 4 Model B Rev 1.5"},
    "bus/usb/devices/1-1/idVendor": {"2109"},
    "bus/usb/devices/1-1/idProduct": {"3431"},
}
UNREADABLE, MISSING = object(), object()
ODD = st.sampled_from(
    ["", "0", "1", "2", "-1", "connected", "unknown", "configured", "default", "not connected", "2109 3431", "\udcff"]
)
SAYS = st.one_of(ODD, st.text(max_size=12), st.sampled_from([UNREADABLE, MISSING]))


@given(
    st.fixed_dictionaries({file: st.one_of(st.sampled_from(sorted(good)), SAYS) for file, good in HARMLESS.items()}),
    st.dictionaries(st.sampled_from(sorted(HARMLESS)), SAYS, max_size=2),
)
@settings(max_examples=150, deadline=None)
def test_whatever_the_kernel_says_only_a_tree_in_which_every_file_says_so_is_empty(
    tree: dict[str, object], also: dict[str, object]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        sysfs = Sysfs(Path(folder))
        empty = True
        for file, says in {**{name: min(good) for name, good in HARMLESS.items()}, **tree, **also}.items():
            path = sysfs.root / file
            path.unlink()
            if says is UNREADABLE:
                path.mkdir()
            elif says is not MISSING:
                path.write_bytes(str(says).encode(errors="surrogateescape") + b"\n")
            empty &= isinstance(says, str) and says.strip("\0 \n") in HARMLESS[file]
        assert (attached(sysfs.root) == []) == empty


# --- no path reads electrodes where it is forbidden ------------------------------------------------------
@given(st.sets(st.sampled_from(sorted(Sysfs.PLUGS)), min_size=1))
@settings(max_examples=40, deadline=None)
def test_every_combination_of_plugs_is_named_completely(plugs: set[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        sysfs = Sysfs(Path(folder))
        for plug in plugs:
            sysfs.plug(plug)
        assert {thing.kind for thing in attached(sysfs.root)} == plugs
