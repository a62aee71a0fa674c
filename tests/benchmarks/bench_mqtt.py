"""What MQTT costs: time in take(), CPU and messages for a busy hour, delivery of a burst, a killed broker.

Run with `make bench`; prints what was measured on this machine.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.core import events as ev
from station.outputs import mqtt
from station.outputs.contract import House

pytestmark = pytest.mark.benchmark


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    if shutil.which("mosquitto") is None:
        pytest.skip("mosquitto is not installed here (sudo apt install mosquitto)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = int(probe.getsockname()[1])
    (tmp_path / "m.conf").write_text(f"listener {free} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n")
    broker = subprocess.Popen(
        ["mosquitto", "-c", str(tmp_path / "m.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    until = time.monotonic() + 5
    while True:
        try:
            socket.create_connection(("127.0.0.1", free), 0.2).close()
            break
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.02)
    yield free
    broker.kill()
    broker.wait()


class Counter:
    """Hears everything under the station's base."""

    def __init__(self, port: int) -> None:
        from paho.mqtt import client as paho
        from paho.mqtt.enums import CallbackAPIVersion

        self.heard: list[tuple[float, str, bytes]] = []
        ready = threading.Event()
        self.client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        self.client.on_connect = lambda client, *_: client.subscribe("desk/#", qos=1)
        self.client.on_subscribe = lambda *_: ready.set()
        self.client.on_message = lambda _, __, m: self.heard.append((time.time(), m.topic, bytes(m.payload)))
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        assert ready.wait(5)


def station(port: int, folder: Path) -> mqtt.Mqtt:
    house = House("desk_0123abcd", "de", "0.1.0", folder, lambda _: None)
    output = mqtt.open(mqtt.Settings(host="127.0.0.1", port=port, privacy=3), house)
    output.start()
    until = time.monotonic() + 5
    while not output._talk.linked:
        assert time.monotonic() < until
        time.sleep(0.01)
    return output


def test_a_minute_at_ten_readings_a_second(port: int, tmp_path: Path) -> None:
    counter, output = Counter(port), station(port, tmp_path)
    output.take(ev.Moment(ev.SensorWell(475.0), 0.0, time.time()))
    waits: list[float] = []
    cpu, began = time.process_time(), time.monotonic()
    for n in range(600):
        moment = ev.Moment(ev.Reading(n / 10, float(n % 40), False, "ok"), time.monotonic(), time.time())
        before = time.perf_counter()
        output.take(moment)
        waits.append(time.perf_counter() - before)
        time.sleep(max(0.0, began + (n + 1) / 10 - time.monotonic()))
    cpu, took = time.process_time() - cpu, time.monotonic() - began
    output.stop()
    states = [topic for _, topic, _ in counter.heard if topic.endswith("/state")]
    counter.client.disconnect()
    waits.sort()
    print(
        f"\n10 readings/s for {took:.0f} s: take() p50 {1e6 * waits[300]:.0f} µs, p99 {1e6 * waits[594]:.0f} µs, "
        f"longest {1e6 * waits[-1]:.0f} µs; CPU {100 * cpu / took:.2f} % of a core (listener included); "
        f"{len(states)} states"
    )
    assert len(states) <= took / 5 + 2


def test_a_burst_of_durable_events(port: int, tmp_path: Path) -> None:
    counter, output = Counter(port), station(port, tmp_path)
    cpu, began, spoken = time.process_time(), time.monotonic(), 0
    while spoken < 2_000:
        if output._talk.queue.qsize() < 500:
            output.take(ev.Moment(ev.Minute(0.4, 1, 5, 9, 3, 2, 60, "A"), time.monotonic(), time.time()))
            spoken += 1
        else:
            time.sleep(0.001)
    while len({json.loads(p)["id"] for _, t, p in list(counter.heard) if t.endswith("/log")}) < spoken:
        assert time.monotonic() - began < 60
        time.sleep(0.1)
    took, cpu = time.monotonic() - began, time.process_time() - cpu
    output.stop()
    counter.client.disconnect()
    print(
        f"\n{spoken} durable events through the outbox (committed, sent, acknowledged, deleted): {took:.1f} s, "
        f"{spoken / took:.0f}/s, CPU {1000 * cpu / (spoken / 1000):.0f} ms per 1,000 (listener included)"
    )


def test_from_event_to_listener(port: int, tmp_path: Path) -> None:
    counter, output = Counter(port), station(port, tmp_path)
    for _ in range(100):
        output.take(ev.Moment(ev.Button("short"), time.monotonic(), time.time()))
        time.sleep(0.03)
    time.sleep(0.3)
    output.stop()
    counter.client.disconnect()
    from datetime import datetime

    late = sorted(
        at - datetime.fromisoformat(json.loads(payload)["ts"]).timestamp()
        for at, topic, payload in counter.heard
        if topic.endswith("event/button")
    )
    assert len(late) == 100
    print(f"\nbutton event to a listener: p50 {1e3 * late[50]:.1f} ms, p99 {1e3 * late[98]:.1f} ms (±1 ms)")
