"""The MQTT thread: when the library in it stumbles or it hangs, the connection is built anew within seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from station.core import events as ev
from station.keeper import Keeper
from station.outputs import mqtt
from station.outputs.contract import House
from station.outputs.mqtt.pulse import STILL_S, Pulse

Make = Callable[..., Any]
BASE = "desk/desk_0123abcd"


# --- in no time at all ------------------------------------------------------------------------------------


def test_a_thread_that_turns_is_alive_and_one_that_stands_for_five_seconds_is_not() -> None:
    pulse = Pulse()
    for second in range(100):
        pulse.beat()
        assert not pulse.stopped(float(second))
    assert next(second for second in range(100, 110) if pulse.stopped(float(second))) == 99 + STILL_S


def test_one_late_turn_makes_it_well_again() -> None:
    pulse = Pulse()
    assert not any(pulse.stopped(float(second)) for second in range(5))
    pulse.beat()
    assert not any(pulse.stopped(float(second)) for second in range(5, 10))


def test_a_process_that_stood_still_itself_blames_nobody() -> None:
    pulse = Pulse()
    pulse.beat()
    assert not pulse.stopped(10.0)
    assert not pulse.stopped(3_610.0)  # stopped for an hour by somebody's debugger; the thread has had no turn yet
    pulse.beat()
    assert not pulse.stopped(3_610.1)


def test_looking_often_is_no_reason_to_find_it_dead_sooner() -> None:
    pulse = Pulse()
    looks = [hundredth / 100 for hundredth in range(600)]
    assert next(now for now in looks if pulse.stopped(now)) == pytest.approx(STILL_S, abs=0.02)


# --- against a real broker ----------------------------------------------------------------------------------


class Station:
    """The output with its keeper, who looks after it whenever somebody asks how it is (as the main loop does)."""

    def __init__(self, port: int, folder: Path) -> None:
        folder.mkdir()
        self.heard: list[object] = []
        house = House("desk_0123abcd", "de", "0.1.0", folder, self.heard.append)
        self.output = mqtt.open(mqtt.Settings(host="127.0.0.1", port=port), house)
        self.keeper = Keeper("mqtt", self.output)

    def well(self) -> bool:
        self.keeper.look_after(time.monotonic())
        return self.output._talk.linked

    @property
    def library(self) -> Any:
        connection = self.output._talk.connection
        return connection and connection._client


def dies(*_: object) -> None:
    raise RuntimeError("a callback that nobody guards")


@pytest.mark.slow
def test_a_library_that_stumbles_or_hangs_is_noticed_and_everything_is_said_again(
    make_broker: Make, make_listener: Make, eventually: Make, tmp_path: Path
) -> None:
    """One raises an exception, the other hangs in a callback; both at once, so that it is waited for only once."""
    stay = threading.Event()
    ends = {"dies": dies, "hangs": lambda *_: stay.wait(30)}
    brokers = {how: make_broker() for how in ends}
    homes = {how: make_listener(broker) for how, broker in brokers.items()}
    stations = {how: Station(broker.port, tmp_path / how) for how, broker in brokers.items()}
    try:
        for how, station in stations.items():
            eventually(lambda how=how, s=station: s.well() and homes[how].of("availability") == [b"online"])
            eventually(lambda station=station: not station.output._talk._flying)
            station.library.on_message = ends[how]
        began = time.monotonic()
        broken = {how: station.library for how, station in stations.items()}
        left = stations["hangs"].output._thread
        for home in homes.values():
            home.send(f"{BASE}/cmd/mark", b"")
        time.sleep(0.5)
        for station in stations.values():
            station.keeper.take(ev.Moment(ev.SessionEnded("breathing", "de", "completed"), 0.0, time.time()))
        for how, station in stations.items():
            eventually(lambda s=station, how=how: s.well() and s.library not in (None, broken[how]), 15)
            eventually(lambda how=how, s=station: s.well() and len(homes[how].of("availability")) == 2)
        took = time.monotonic() - began
        for how, station in stations.items():
            eventually(lambda how=how: homes[how].of("/log"))
            assert homes[how].of("availability") == [b"online", b"online"]
            home = homes[how]
            home.send(f"{BASE}/cmd/stop", b"")
            eventually(lambda s=station: "Stop" in {type(one).__name__ for one in s.heard})
        assert left.is_alive()
        stay.set()  # the one that was left behind wakes up, and goes without a word
        left.join(5)
        assert not left.is_alive()
        for how, station in stations.items():
            assert station.well() and homes[how].of("availability") == [b"online", b"online"]
            began_stop = time.monotonic()
            station.keeper.stop()
            assert time.monotonic() - began_stop < 1.9
            assert not station.output._thread.is_alive()
    finally:
        stay.set()
    print(f"\nlibrary stumbled or hanging: connected again after {took:.1f} s")
    assert STILL_S - 1.0 < took < 15.0  # a broker that is merely silent is given 30 s
