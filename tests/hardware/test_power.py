"""The interlock: what is declared, what is attached, and that no path reads electrodes where either forbids it."""

from __future__ import annotations

import itertools
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from hardware.attached import SENTENCES, attached
from hardware.power import Interlock, refusal
from hardware.sensors.ramp import Settings as Ramp
from station.core.inputs import Frame, Input, SensorLost
from station.interlock import CALM_S
from station.sensor import SensorDevice
from station.settings import Sensor

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


class Sysfs:
    """A kernel's /sys, as far as the interlock reads it: a Pi 4 on a power bank, Wi-Fi on, nothing plugged in."""

    # what a person does -> (file, what the kernel then says there, what it says without)
    PLUGS: dict[str, tuple[tuple[str, str, str | None], ...]] = {  # noqa: RUF012
        "ethernet": (("class/net/eth0/carrier", "1", "0"),),
        "display": (("class/drm/card1-HDMI-A-1/status", "connected", "disconnected"),),
        "usb": (
            ("bus/usb/devices/1-1.3/idVendor", "046d", None),
            ("bus/usb/devices/1-1.3/idProduct", "c31c", None),
            ("bus/usb/devices/1-1.3/product", "USB Keyboard", None),
        ),
        "computer": (("class/udc/fe980000.usb/state", "configured", "not attached"),),
        "charger": (("class/power_supply/ADP1/online", "1", "0"),),
        "weak": (("class/hwmon/hwmon1/in0_lcrit_alarm", "1", "0"),),
    }

    def __init__(self, root: Path) -> None:
        self.root = root
        for file, said in {
            "class/net/lo/type": "772",
            "class/net/eth0/type": "1",
            "class/net/eth0/device/uevent": "DRIVER=bcmgenet",
            "class/net/wlan0/type": "1",
            "class/net/wlan0/carrier": "1",
            "class/net/wlan0/device/uevent": "DRIVER=brcmfmac",
            "class/net/wlan0/phy80211/index": "0",
            "class/net/docker0/type": "1",
            "class/net/docker0/carrier": "1",
            "class/drm/version": "drm 1.1.0 20060810",
            "class/drm/card0/dev": "226:0",
            "class/drm/card1-HDMI-A-2/status": "disconnected",
            "class/drm/card1-DSI-1/status": "connected",
            "class/drm/card1-Composite-1/status": "unknown",
            "class/drm/card1-Writeback-1/status": "unknown",
            "bus/usb/devices/usb1/idVendor": "1d6b",
            "bus/usb/devices/1-0:1.0/bInterfaceClass": "09",
            "bus/usb/devices/1-1/idVendor": "2109",
            "bus/usb/devices/1-1/idProduct": "3431",
            "class/power_supply/ADP1/type": "Mains",
            "class/power_supply/BAT0/type": "Battery",
            "class/power_supply/BAT0/online": "1",
            "class/hwmon/hwmon0/name": "cpu_thermal",
            "class/hwmon/hwmon1/name": "rpi_volt",
        }.items():
            self.say(file, said)
        for plug in self.PLUGS:
            self.unplug(plug)

    def say(self, file: str, said: str | None) -> None:
        path = self.root / file
        if said is None:
            path.unlink(missing_ok=True)
            if path.parent.is_dir() and not any(path.parent.iterdir()):
                path.parent.rmdir()
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(said + "\n")

    def plug(self, plug: str) -> None:
        for file, there, _ in self.PLUGS[plug]:
            self.say(file, there)

    def unplug(self, plug: str) -> None:
        for file, _, gone in self.PLUGS[plug]:
            self.say(file, gone)


@pytest.fixture
def sysfs(tmp_path: Path) -> Sysfs:
    return Sysfs(tmp_path / "sys")


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


class Reader:
    """Stands where the acquisition process stands; knows whether it has the sensor."""

    open_now = 0

    def __init__(self, driver: str, settings: dict[str, Any], **ears: Any) -> None:
        self.has_it = False

    def start(self) -> None:
        self.has_it = True
        Reader.open_now += 1

    def end(self) -> None:
        if self.has_it:
            self.has_it = False
            Reader.open_now -= 1

    def stop(self, patience_s: float = 1.0) -> None:
        self.end()


class NobodyReadsElectrodes(RuleBasedStateMachine):
    """Any order of plugging, unplugging, private mode and looks, in any topology, with any sensor."""

    def __init__(self, driver: str, signal: tuple[str, ...], power: str) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.sysfs = Sysfs(Path(self.folder.name))
        self.there: set[str] = set()
        Reader.open_now = 0
        self.now, self.told, self.looked, self.wanted = 0.0, [], False, False
        self.free_since: float | None = 0.0
        sensor = Sensor(driver=driver, signal=signal, power=power)  # type: ignore[arg-type]
        electrodes = driver == "ads1115" and any(kind.startswith("emg") for kind in signal)
        self.never = electrodes and power in ("undeclared", "mains")
        self.by_cable = electrodes and power == "battery"
        interlock = Interlock(driver, signal, power, self.sysfs.root)
        self.device = SensorDevice(sensor, Ramp(), self.told.append, interlock=interlock, acquire=Reader)  # type: ignore[arg-type]
        self.device._watch = _Nobody()  # type: ignore[assignment]  # the looks come from the rule below

    @rule(plug=st.sampled_from(sorted(Sysfs.PLUGS)))
    def plug(self, plug: str) -> None:
        self.sysfs.plug(plug)
        self.there.add(plug)
        self.looked = False

    @rule(plug=st.sampled_from(sorted(Sysfs.PLUGS)))
    def unplug(self, plug: str) -> None:
        self.sysfs.unplug(plug)
        self.there.discard(plug)

    @rule()
    def unplug_everything(self) -> None:
        for plug in sorted(self.there):
            self.unplug(plug)

    @rule()
    def the_person_wants_it(self) -> None:
        self.device.start()
        self.looked = self.wanted = True

    @rule()
    def private_mode(self) -> None:
        self.device.release()
        self.wanted = False

    @rule(later=st.floats(0.1, 2 * CALM_S))
    def half_a_second_passes(self, later: float) -> None:
        self.now += later
        self.device.look(self.now)
        self.looked = True

    @invariant()
    def no_electrode_is_read_where_it_is_forbidden(self) -> None:
        forbidden = self.never or (self.by_cable and self.there and self.looked)
        if forbidden or not self.wanted:
            assert Reader.open_now == 0
            assert not (forbidden and self.wanted) or isinstance(self.told[-1], SensorLost)
        assert Reader.open_now <= 1

    @rule()
    def with_nothing_in_the_way_it_comes_back(self) -> None:
        if self.never or not self.wanted or (self.by_cable and self.there):
            return
        self.device.look(self.now)
        self.now += CALM_S
        self.device.look(self.now)
        assert Reader.open_now == 1

    def teardown(self) -> None:
        self.device.stop()
        assert Reader.open_now == 0
        self.folder.cleanup()


class _Nobody:
    def stop(self) -> None:
        pass


@pytest.mark.parametrize("power", ["battery", "undeclared", "isolated", "mains"])
@pytest.mark.parametrize("signal", [("emg-raw",), ("emg-envelope", "pressure"), ("pressure",)])
@pytest.mark.parametrize("driver", ["ads1115", "simulated"])
def test_no_path_reads_electrodes_in_a_forbidden_topology(driver: str, signal: tuple[str, ...], power: str) -> None:
    steps = settings(max_examples=30 if power == "battery" else 8, stateful_step_count=15, deadline=None)
    run_state_machine_as_test(lambda: NobodyReadsElectrodes(driver, signal, power), settings=steps)


@given(st.sets(st.sampled_from(sorted(Sysfs.PLUGS)), min_size=1))
@settings(max_examples=40, deadline=None)
def test_every_combination_of_plugs_is_named_completely(plugs: set[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        sysfs = Sysfs(Path(folder))
        for plug in plugs:
            sysfs.plug(plug)
        assert {thing.kind for thing in attached(sysfs.root)} == plugs


def test_only_the_guarded_device_starts_a_sensor_process() -> None:
    """Whoever else started one would go past the interlock."""
    root = Path(__file__).parents[2]
    starters = [
        str(path.relative_to(root))
        for folder in ("station", "hardware")
        for path in (root / folder).rglob("*.py")
        if "hardware.sensors.supervisor import" in path.read_text()
        or 'hardware.sensors.acquisition"' in path.read_text()
    ]
    assert sorted(starters) == ["hardware/sensors/supervisor.py", "station/sensor.py"]


# --- with a real process and a real second --------------------------------------------------------------


@pytest.fixture
def inbox() -> Iterator[list[tuple[float, Input]]]:
    yield []


@pytest.mark.slow
def test_a_cable_closes_the_sensor_within_a_second_and_its_end_opens_it_again(
    sysfs: Sysfs, inbox: list[tuple[float, Input]]
) -> None:
    came = threading.Condition()

    def put(message: Input) -> None:
        with came:
            inbox.append((time.monotonic(), message))
            came.notify_all()

    def wait(kind: type, after: float, within_s: float) -> float:
        with came:
            assert came.wait_for(lambda: any(isinstance(m, kind) and t > after for t, m in inbox), within_s), kind
            return next(t for t, m in inbox if isinstance(m, kind) and t > after)

    sensor = Sensor(driver="ramp", signal=("emg-raw",), power="battery")
    device = SensorDevice(
        sensor, msgspec.convert({}, Ramp), put, interlock=Interlock("ramp", ["emg-raw"], "battery", sysfs.root)
    )
    device.start()
    try:
        wait(Frame, 0.0, 20.0)
        process = Path(f"/proc/{device.pid}")
        plugged = time.monotonic()
        sysfs.plug("display")
        told = wait(SensorLost, plugged, 2.0)
        assert not process.exists()
        print(f"cable in to the sensor closed and said: {told - plugged:.2f} s")
        assert told - plugged < 1.0
        time.sleep(0.3)
        assert isinstance(inbox[-1][1], SensorLost), "nothing is read after the sentence"
        pulled = time.monotonic()
        sysfs.unplug("display")
        back = wait(Frame, pulled, CALM_S + 10.0)
        print(f"cable out to the next frame: {back - pulled:.2f} s")
        assert back - pulled >= CALM_S - 0.1
    finally:
        device.stop()


@pytest.mark.slow
def test_a_sensor_process_that_hangs_is_killed_within_the_same_second(
    sysfs: Sysfs, inbox: list[tuple[float, Input]]
) -> None:
    import os
    import signal

    lost = threading.Event()
    first = threading.Event()

    def put(message: Input) -> None:
        (lost if isinstance(message, SensorLost) else first).set()

    sensor = Sensor(driver="ramp", signal=("emg-raw",), power="battery")
    device = SensorDevice(sensor, Ramp(), put, interlock=Interlock("ramp", ["emg-raw"], "battery", sysfs.root))
    device.start()
    try:
        assert first.wait(20.0)
        pid = device.pid
        assert pid is not None
        plugged = time.monotonic()
        os.kill(pid, signal.SIGSTOP)
        sysfs.plug("ethernet")
        assert lost.wait(2.0)
        assert time.monotonic() - plugged < 1.0
        assert not Path(f"/proc/{pid}").exists()
    finally:
        device.stop()
