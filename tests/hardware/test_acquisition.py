"""The acquisition process: messages on any day, and the real process started, killed, starved and stopped."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.sensors import acquisition, ramp
from hardware.sensors.contract import Frame, SensorError
from hardware.sensors.messages import HEADER, pack_frame, unpack_frame
from hardware.sensors.supervisor import Acquisition

# --- messages, and the sender ---------------------------------------------------------------------------


@given(
    st.lists(st.floats(-6, 6, width=32), min_size=1, max_size=60),
    st.integers(1, 2),
    st.floats(0, 1e9),
    st.floats(8, 1000),
    st.integers(0, 2**32 - 1),
)
def test_a_frame_arrives_as_it_was_sent(volts, channels, t_last, rate, lost):
    frame = Frame(tuple(volts) * channels, channels, t_last, rate, lost)
    got = unpack_frame(pack_frame(frame))
    assert (list(got.volts), got.channels, got.t_last, got.rate, got.lost) == (
        volts * channels,
        channels,
        t_last,
        rate,
        lost,
    )


def test_the_volts_in_a_packet_are_aligned_for_a_look_without_a_copy():
    assert HEADER.size % 8 == 0
    np = pytest.importorskip("numpy")
    packet = pack_frame(Frame([1.0, 2.0], 1, 0.0, 500.0))
    assert np.frombuffer(packet, np.float32, offset=HEADER.size).tolist() == [1.0, 2.0]
    assert np.asarray(unpack_frame(packet).volts).dtype == np.float32


class Endless:
    """A source that always has a frame of ten rows."""

    def __init__(self) -> None:
        self.orders: list[dict] = []

    def read(self) -> Frame:
        return Frame(array("f", [0.0] * 10), 1, 0.0, 500.0)

    def control(self, message) -> None:
        self.orders.append(dict(message))


def test_frames_that_nobody_takes_are_dropped_and_counted_and_the_sensor_never_waits():
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    sender = acquisition.Sender(theirs, Endless())
    for _ in range(5000):
        sender._send(Endless().read())
    taken = 0
    ours.setblocking(False)
    while True:
        try:
            taken += len(unpack_frame(ours.recv(65536)).volts)
        except BlockingIOError:
            break
    assert 0 < taken < 50000
    sender._send(Endless().read())
    late = unpack_frame(ours.recv(65536))
    assert taken + late.lost == 50000


def test_orders_reach_the_source_and_a_closed_socket_ends_it():
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    source = Endless()
    sender = acquisition.Sender(theirs, source)
    ours.send(b'{"shoulders": 20.0}')
    sender._listen()
    assert source.orders == [{"shoulders": 20.0}]
    ours.close()
    with pytest.raises(acquisition.Stopped):
        sender._listen()


@pytest.mark.parametrize(
    ("driver", "settings", "says"),
    [
        ("ads1151", {}, "'ads1151'"),
        ("ramp", {"rate": 900}, "rate"),
        ("ramp", {"colour": 1}, "colour"),
    ],
)
def test_a_driver_or_setting_that_is_not_there_is_a_sentence(driver, settings, says):
    with pytest.raises(SensorError, match=says):
        acquisition.load(driver, settings)


# --- the real process -----------------------------------------------------------------------------------


class Station:
    """The station's side, with a memory."""

    def __init__(self, driver: str, settings: dict) -> None:
        self.frames: list[Frame] = []
        self.arrived: list[float] = []
        self.lost: list[tuple[float, str, str]] = []
        self.back: list[float] = []
        self.acquisition = Acquisition(driver, settings, self._frame, self._lost, self._back)
        self.acquisition.start()

    def _frame(self, frame: Frame) -> None:
        self.frames.append(frame)
        self.arrived.append(time.monotonic())

    def _lost(self, problem: str, remedy: str) -> None:
        self.lost.append((time.monotonic(), problem, remedy))

    def _back(self, rate: float) -> None:
        self.back.append(time.monotonic())

    def wait(self, condition: Callable[[], object], seconds: float = 10.0) -> None:
        until = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < until, f"waited {seconds} s in vain; lost: {self.lost}"
            time.sleep(0.005)


@pytest.fixture
def start() -> Iterator[Callable[..., Station]]:
    stations: list[Station] = []

    def begin(driver: str = "ramp", **settings) -> Station:
        stations.append(Station(driver, settings))
        return stations[-1]

    yield begin
    for station in stations:
        station.acquisition.stop()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.parametrize("mode", ["timed", "rdy"])
def test_frames_flow_and_a_stop_leaves_nothing_behind(start, mode):
    station = start(mode=mode)
    station.wait(lambda: len(station.frames) > 50)
    pid = station.acquisition.pid
    threads = threading.active_count()
    begin = time.monotonic()
    station.acquisition.stop()
    assert time.monotonic() - begin < 2.0
    assert not alive(pid)
    assert threading.active_count() == threads - 1
    assert station.lost == []
    assert len(station.back) == 1
    station.acquisition.stop()


@pytest.mark.slow
@pytest.mark.alone
def test_after_kill_9_sensing_resumes_within_3_s_and_the_gap_is_counted(start):
    station = start()
    station.wait(lambda: len(station.frames) > 50)
    killed = time.monotonic()
    os.kill(station.acquisition.pid, signal.SIGKILL)
    station.wait(lambda: len(station.back) == 2)
    assert station.back[1] - killed < 3.0
    assert "SIGKILL" in station.lost[0][1]
    seen = len(station.frames)
    station.wait(lambda: len(station.frames) > seen + 20)
    counted = sum(len(f.volts) + f.lost for f in station.frames[1:])
    span = (station.frames[-1].t_last - station.frames[0].t_last) * 500
    assert counted == pytest.approx(span, abs=3)


@pytest.mark.slow
@pytest.mark.alone
def test_a_process_that_hangs_is_noticed_after_a_second_and_replaced(start):
    station = start()
    station.wait(lambda: len(station.frames) > 20)
    frozen = station.acquisition.pid
    os.kill(frozen, signal.SIGSTOP)
    station.wait(lambda: len(station.back) == 2)
    assert "nothing for 1 s" in station.lost[0][1]
    assert not alive(frozen)
    assert station.back[1] - station.lost[0][0] < 3.0


@pytest.mark.slow
@pytest.mark.alone
def test_a_sensor_that_gives_up_says_why_and_is_tried_again(start):
    station = start()
    station.wait(lambda: len(station.frames) > 20)
    station.acquisition.control({"fault": "stuck"})
    station.wait(lambda: station.lost)
    assert "hangs" in station.lost[0][1]
    assert "SDA and SCL" in station.lost[0][2]
    station.wait(lambda: len(station.back) == 2)  # the new process has a new, healthy twin


@pytest.mark.slow
@pytest.mark.alone
def test_a_sensor_that_is_not_there_is_reported_once_while_the_pauses_grow(start):
    station = start("ads1115", bus=97)
    station.wait(lambda: station.acquisition.starts >= 4)
    assert [problem for _, problem, _ in station.lost] == [
        "There is no I2C bus 97 on this machine: /dev/i2c-97 is missing."
    ]
    assert station.frames == []


@pytest.mark.slow
@pytest.mark.alone
def test_stopping_while_it_waits_for_the_next_try_is_immediate(start):
    station = start("ads1115", bus=97)
    station.wait(lambda: station.acquisition.starts >= 3)
    begin = time.monotonic()
    station.acquisition.stop()
    assert time.monotonic() - begin < 1.0


@pytest.mark.slow
@pytest.mark.alone
def test_stopping_right_after_the_start_is_clean(start):
    station = start()
    station.acquisition.stop()
    assert station.acquisition.pid is None or not alive(station.acquisition.pid)


@pytest.mark.slow
@pytest.mark.alone
def test_ctrl_c_in_the_terminal_does_not_end_sensing(start):
    station = start()
    station.wait(lambda: len(station.frames) > 5)
    os.kill(station.acquisition.pid, signal.SIGINT)
    seen = len(station.frames)
    station.wait(lambda: len(station.frames) > seen + 20)
    assert station.lost == []


@pytest.mark.slow
@pytest.mark.alone
def test_the_process_dies_with_its_parent():
    """The station is killed hard; nothing keeps the bus."""
    code = (
        "import time; from hardware.sensors.supervisor import Acquisition\n"
        "a = Acquisition('ramp', {}, lambda f: None, lambda p, r: None, lambda r: print(a.pid, flush=True))\n"
        "a.start(); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    assert alive(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until = time.monotonic() + 3.0
    while _running(child) and time.monotonic() < until:
        time.sleep(0.01)
    assert not _running(child)


def _running(pid: int) -> bool:
    """Alive, and not merely waiting for somebody to collect its exit code."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rsplit(")", 1)[1].split(maxsplit=1)[0] != "Z"


@pytest.mark.slow
@pytest.mark.alone
def test_the_process_for_the_real_driver_carries_no_numpy():
    """Its memory and its start matter on a small Pi."""
    code = (
        "import sys, hardware.sensors.acquisition, hardware.sensors.ads1115, hardware.sensors.ads1115_link;"
        "from adafruit_ads1x15.ads1115 import ADS1115; import adafruit_extended_bus;"
        "print([m for m in ('numpy', 'multiprocessing', 'logging', 'gpiozero', 'edfio') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "numpy" not in done.stdout
    assert "multiprocessing" not in done.stdout


# --- the ruler the benchmark measures with --------------------------------------------------------------


@given(
    st.lists(st.sampled_from(["take", "take", "lose", "double"]), min_size=1, max_size=900),
    st.floats(0.05, 0.15),
    st.floats(0.0, 0.4),
)
def test_the_ramp_counts_what_is_missing_and_what_is_doubled(fates, start, late):
    """On one rise of 2 s; every third sample is late, as on a busy host."""
    source = ramp.Ramp(2.0)
    volts: list[float] = []
    fates = ["take", *fates, "take"]
    for i, fate in enumerate(fates):
        value = source(0, start + (i + (late if i % 3 == 1 and 0 < i < len(fates) - 1 else 0.0)) / 500)
        volts += [value] * {"lose": 0, "take": 1, "double": 2}[fate]
    assert ramp.count(volts, 500.0, 2.0) == (fates.count("lose"), fates.count("double"))


def test_a_whole_ramp_after_the_other_has_nothing_missing():
    source = ramp.Ramp(2.0)
    assert ramp.count([source(0, 0.0007 + i / 500) for i in range(10_000)], 500.0, 2.0) == (0, 0)
