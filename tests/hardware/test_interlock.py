"""No path reads electrodes where what is declared or what is attached forbids it."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from hardware.power import Interlock
from hardware.sensors.ramp import Settings as Ramp
from station.core.inputs import Frame, Input, SensorLost
from station.interlock import CALM_S
from station.sensor import SensorDevice
from station.settings import Sensor
from tests.hardware.sysfs import Sysfs


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


def test_only_the_guarded_device_starts_a_sensor_process() -> None:
    """Whoever else started one would go past the interlock."""
    root = Path(__file__).parents[2]
    starters = [
        str(path.relative_to(root))
        for folder in ("station", "hardware")
        for path in (root / folder).rglob("*.py")
        if "hardware.sensors.supervisor import" in path.read_text()
        or '"-m", "hardware.sensors.acquisition"' in path.read_text()
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
