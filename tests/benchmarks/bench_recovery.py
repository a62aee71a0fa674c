"""The table of faults in tests/README.md, measured: how long each fault takes until all is as before.

    pytest tests/benchmarks/bench_recovery.py -s      two minutes

"real" is a wall clock beside real processes, "virtual" the twin's own clock, on which a wire takes as long as a wire.
The bound beside each figure is what the column "back after" promises; every row of the table is measured, or the last
test fails.
"""

from __future__ import annotations

import itertools
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hardware.sensors import ads1115
from hardware.sensors.bus import FakeBus, Wire
from hardware.sensors.chip import Ads1115
from hardware.sensors.clock import VirtualClock
from hardware.sensors.contract import SensorError
from hardware.sensors.supervisor import Acquisition
from station.core.events import Light, Minute, Quality
from tests.benchmarks.bench_daemon import Daemon
from tests.desk import Desk
from tests.test_faults import on_a_disk_of_its_own, rows

pytestmark = pytest.mark.benchmark

ROOT = Path(__file__).parents[2]
RESTART_S = 2.0  # RestartSec of the service
START_S = 20.0  # on a crowded machine; bench_daemon.py judges it on a quiet one
measured: dict[str, str] = {}


@pytest.fixture(autouse=True)
def aloud(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    before = len(measured)
    yield
    with capsys.disabled():
        for fault, said in list(measured.items())[before:]:
            print(f"\n  {fault}: {said}", end="")


def says(fault: str, most_s: float, real: bool, **took: float) -> None:
    """One row: the parts of the time it took, and the whole against its promise."""
    kind = "real" if real else "virtual"
    parts = ", ".join(f"{name.replace('_', ' ')} {seconds:.2f} s" for name, seconds in took.items())
    measured[fault] = f"{parts} ({kind}; promised ≤ {most_s:g} s)"
    last = list(took.values())[-1]
    assert last <= most_s, measured[fault]


@dataclass
class Wired:
    """The unmodified driver on the twin of its chip, on the twin's clock."""

    mode: str

    def __post_init__(self) -> None:
        self.clock = VirtualClock(100.0)
        chip = Ads1115(lambda ain, t: 1.0)
        self.bus = FakeBus(self.clock, {0x48: chip}, 400)
        self.wire = Wire(self.clock, chip)
        self.source = self.open()

    def open(self) -> ads1115.Ads1115Source:
        settings = ads1115.Settings(mode=self.mode)  # type: ignore[arg-type]
        return ads1115.open(settings, bus=self.bus, clock=self.clock, edges=self.wire)

    def rows(self, seconds: float) -> list[Any]:
        frames, until = [], self.clock.now() + seconds
        while self.clock.now() < until:
            frames.append(self.source.read())
        return frames

    def gap(self, fault: str, times: int | None = None) -> float:
        """Seconds of missing or wrong samples that a passing fault costs."""
        self.rows(0.5)
        self.bus.fault(fault, times)
        frames = self.rows(1.5)
        wrong = sum(abs(v - 1.0) > 1e-3 for f in frames for v in f.volts)
        return float((sum(f.lost for f in frames) + wrong) / frames[-1].rate)

    def given_up(self, break_it: Callable[[], None], mend: Callable[[], None]) -> tuple[float, float]:
        """(seconds until the sentence, seconds from a new try on a mended wire to its first frame)."""
        self.rows(0.5)
        break_it()
        broken = self.clock.now()
        with pytest.raises(SensorError):
            self.rows(10.0)
        told = self.clock.now() - broken
        mend()
        mended = self.clock.now()
        self.source.close()
        self.source = self.open()
        self.source.read()
        return told, self.clock.now() - mended


def test_the_wire_and_its_chip() -> None:
    nacks = max(Wired(mode).gap("nack", times) for mode in ("timed", "rdy") for times in (1, 3))
    says("NACK burst on the bus", 0.05, False, counted_gap=nacks)
    says("brown-out of the chip", 0.2, False, counted_gap=max(Wired(m).gap("brown_out") for m in ("timed", "rdy")))
    wired = Wired("rdy")
    told, again = wired.given_up(
        lambda: vars(wired.wire).update(connected=False), lambda: vars(wired.wire).update(connected=True)
    )
    says('ALERT wire loose (`mode = "rdy"`)', 10.0, False, told_after=told, first_frame_of_the_next_try=again)


class Sensing:
    """A real acquisition process, and when it was lost and came back."""

    def __init__(self, driver: str) -> None:
        self.frames: list[float] = []
        self.lost: list[float] = []
        self.back: list[float] = []
        self.acquisition = Acquisition(
            driver,
            {},
            lambda frame: self.frames.append(time.monotonic()),
            lambda problem, remedy: self.lost.append(time.monotonic()),
            lambda rate: self.back.append(time.monotonic()),
        )
        self.acquisition.start()
        self.until(lambda: len(self.frames) > 50)

    def until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + 30
        while not true():
            assert time.monotonic() < end
            time.sleep(0.002)

    def after(self, fault: Callable[[], None]) -> tuple[float, float]:
        """(seconds to the sentence, seconds to the next frame)."""
        began = time.monotonic()
        fault()
        self.until(lambda: len(self.back) > 1)
        self.acquisition.stop()
        return self.lost[0] - began, self.back[1] - began


def test_the_process_that_reads_it() -> None:
    for fault, order in (("bus stuck", "stuck"), ("chip unplugged and plugged in again", "missing")):
        sensing = Sensing("simulated")
        told, back = sensing.after(lambda order=order, one=sensing: one.acquisition.control({"bus": order}))  # type: ignore[misc]
        assert told < 1.0
        says(fault, 10.0, True, told_after=told, read_again_after=back)
    for fault, number in (("acquisition process killed", signal.SIGKILL), ("acquisition process hung", signal.SIGSTOP)):
        sensing = Sensing("ramp")
        told, back = sensing.after(lambda n=number, one=sensing: os.kill(one.acquisition.pid or 0, n))  # type: ignore[misc]
        says(fault, 3.0 if number == signal.SIGKILL else 4.0, True, noticed_after=told, next_frame_after=back)


SEEN: tuple[type, dict[str, object]] = (Light, {"pattern": "sensor"})


def first(desk: Desk, kind: type, since: float, **wanted: object) -> float:
    return next(
        t
        for t, e in desk.events
        if isinstance(e, kind) and t >= since and all(getattr(e, k) == v for k, v in wanted.items())
    )


def test_what_the_core_makes_of_it() -> None:
    # A simulated person's volts through the real signal path: what is noticed is what the wire says.
    for fault, name, good_s in (("off", "electrode off", 2.5), ("rail", "sensor saturating", 6.0)):
        desk = Desk(signal=True)
        desk.person("typing")
        desk.wait(minutes=2)
        fell = desk.now
        desk.electrode(fault)
        desk.wait(minutes=1)
        back = desk.now
        desk.electrode("ok")
        desk.wait(minutes=2.2)
        noticed, named = (first(desk, kind, fell, **what) - fell for kind, what in (SEEN, (Quality, {"state": fault})))
        good = first(desk, Quality, back, state="ok") - back
        known = next(t for t, e in desk.events if isinstance(e, Minute) and t > back + 1 and e.quality in "AB") - back
        assert noticed <= 1.0 and good <= good_s
        times = {
            "blinks_after": noticed,
            "named_after": named,
            "good_again_after": good,
            "first_known_minute_after": known,
        }
        says(name, 120.0, False, **times)

    desk = Desk()
    desk.wait(minutes=11)
    desk.day("2026-11-24")
    desk.wait(minutes=30)
    ends = desk.times(Minute)
    longest = max(later - sooner for sooner, later in itertools.pairwise(ends)) - 60.0
    says("clock jumps by a day, or summer time begins or ends", 1.5, False, longest_minute_too_long_by=longest)

    slow = Desk(signal=True)
    slow.one_frame_in = 10
    slow.wait(minutes=4)
    slow.one_frame_in = 1
    freed = slow.now
    slow.wait(minutes=4)
    full = next(t for t, e in slow.events if isinstance(e, Minute) and t > freed and e.valid_s > 50) - freed
    says("machine ten times too slow", 120.0, False, first_whole_minute_after=full)


def test_the_diary(tmp_path: Path) -> None:
    told = on_a_disk_of_its_own(tmp_path / "card", "read_only", "full")
    assert "free some space" in told["full"]["said"]
    says("disk full", 60.0, True, six_hundred_minutes_written_after=told["full"]["back_s"])
    says("read-only file system", 60.0, True, written_again_after=told["read_only"]["back_s"])


def test_the_whole_station(tmp_path: Path, make_broker: Callable[..., Any], make_listener: Callable[..., Any]) -> None:
    broker = make_broker()
    make_listener(broker)
    folder = tmp_path / "desk"
    daemon = Daemon(folder, broker.port)
    daemon.until_the_first_frame()
    threading.Thread(target=daemon.process.stdout.read, daemon=True).start()  # type: ignore[union-attr]
    time.sleep(2.0)
    broker.kill()
    time.sleep(5.0)
    broker.start()
    came = time.monotonic()
    home = make_listener(broker)
    while b"online" not in home.of("availability"):
        assert time.monotonic() < came + 60
        time.sleep(0.01)
    says("broker gone, for a day too", 60.0, True, online_after=time.monotonic() - came)

    daemon.process.kill()
    daemon.process.wait()
    daemon = Daemon(folder, broker.port)
    back = daemon.until_the_first_frame()
    daemon.end()
    says(
        "out of memory: the kernel kills the station (SIGKILL)",
        RESTART_S + START_S,
        True,
        service=RESTART_S,
        first_frame_after=RESTART_S + back,
    )

    for fault, name in (
        ("database broken", "history.db"),
        ("memory broken (budget, quiet, preferences), or the calibration", "memory.json"),
    ):
        for old in folder.glob(f"{name}-*"):
            old.unlink()
        (folder / name).write_bytes(b"this was once whole" * 1000)
        daemon = Daemon(folder, broker.port)
        back = daemon.until_the_first_frame()
        daemon.end()
        assert list(folder.glob(f"{name.partition('.')[0]}*bad*")), f"{name} is kept aside"
        says(fault, START_S, True, start_to_first_frame=back)

    (folder / "desk.toml").write_text('[station]\nlangage = "de"\n')
    began = time.monotonic()
    command = [sys.executable, "-P", "-m", "station", "run", "--config", str(folder / "desk.toml")]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 2
    says("configuration broken", START_S, True, told_after=time.monotonic() - began)


# fault -> the tests that time it, what they print, the promise
ELSEWHERE = {
    "sound card gone and back": (
        "tests/outputs/test_audio_lost_speaker.py::test_a_killed_sound_server_is_noticed_and_used_again "
        "tests/outputs/test_audio_lost_speaker.py::test_a_sound_card_that_is_pulled_out_and_put_back_is_used_again "
        "tests/outputs/test_audio_lost_speaker.py::test_an_alsa_device_that_goes_and_comes_back_is_used_again",
        r"sound back after (\S+) s",
        10.0,
    ),
    "the MQTT library's thread dies or hangs": (
        "tests/outputs/test_mqtt_pulse.py::test_a_library_that_stumbles_or_hangs_is_noticed_and_everything_is_said_again",
        r"connected again after (\S+) s",
        8.5,
    ),
    "SIGTERM in every state": (
        "tests/test_faults.py::test_sigterm_in_every_state_ends_cleanly_within_five_seconds",
        r"SIGTERM while \w+: (\S+) s",
        5.0,
    ),
    "cable plugged in while electrodes are worn": (
        "tests/hardware/test_interlock.py::test_a_cable_closes_the_sensor_within_a_second_and_its_end_opens_it_again",
        r"cable out to the next frame: (\S+) s",
        8.0,
    ),
}


@pytest.mark.parametrize("fault", ELSEWHERE)
def test_what_other_tests_time(fault: str) -> None:
    names, pattern, most_s = ELSEWHERE[fault]
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-rs", "-p", "no:cacheprovider", *names.split()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    took = [float(seconds) for seconds in re.findall(pattern, done.stdout)]
    if not took and (skipped := re.search(r"SKIPPED .*?: (.*)", done.stdout)):
        measured[fault] = f"not measured on this machine: {skipped[1]}"
        pytest.skip(skipped[1])
    says(fault, most_s, True, longest=max(took))


def test_every_row_of_the_table_was_measured() -> None:
    faults = [row.split("|")[1].strip() for row in rows()]
    assert [fault for fault in faults if fault not in measured] == []
