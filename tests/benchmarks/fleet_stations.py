"""Many simulated stations in one process, or the one listener: PORT STATIONS MINUTES SPREAD_S speak|listen.

Each station has a connection and a will of its own, announces itself as ours do, says that it is there, says its state
and then its minutes at moments of its own; every message by QoS 1, acknowledged before the process ends.  The bytes are
those of our own functions; the client is the library's, driven by one selector instead of a thread each.
"""

from __future__ import annotations

import json
import random
import selectors
import sys
import time
from typing import Any

from paho.mqtt import client as paho

from station.core import events as ev
from station.core.state import State
from station.outputs.mqtt import discovery, words

port, stations, minutes, spread_s = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
TECHNIQUES = ("autogenic", "biofeedback", "breathing", "imagery", "mindfulness", "movement", "pmr", "shoulder-drop")
BATCH = 25
"""Connecting so many at a time: a street after a power cut, with our jitter."""


def client(name: str) -> paho.Client:
    made = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=name, protocol=paho.MQTTv5)
    made.max_inflight_messages_set(0)
    return made


class Loop:
    """One selector over all connections."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self.clients: list[paho.Client] = []

    def add(self, one: paho.Client) -> None:
        self._selector.register(one.socket(), selectors.EVENT_READ, one)
        self.clients.append(one)

    def turn(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            key.data.loop_read()
        for one in self.clients:
            if one.want_write():
                one.loop_write()


def announcement(name: str) -> tuple[str, bytes]:
    ((topic, document),) = discovery.payload(name, "Desk Station", "en", TECHNIQUES, "0.1.0")
    return topic, json.dumps(document).encode()


def speak() -> None:
    loop, acked, sent = Loop(), [0], 0

    def on_publish(*_: Any) -> None:
        acked[0] += 1

    began, size = time.monotonic(), 0
    names = [f"desk_{n:08x}" for n in range(stations)]
    for n, name in enumerate(names):
        one = client(name)
        one.on_publish = on_publish
        one.will_set(f"desk/{name}/availability", "offline", qos=1, retain=True)
        one.connect("127.0.0.1", port, keepalive=120)
        loop.add(one)
        topic, document = announcement(name)
        size = len(document)
        state = json.dumps(words.state_document(State(started=True, sensor_ok=True), "0.1.0", 2, time.time()))
        while not one.is_connected():
            loop.turn(0.05)
        one.publish(f"desk/{name}/availability", "online", qos=1, retain=True)
        one.publish(topic, document, qos=1, retain=True)
        one.publish(f"desk/{name}/state", state, qos=1, retain=True)
        sent += 3
        if n % BATCH == 0:
            loop.turn(0.0)
    while acked[0] < sent:
        loop.turn(0.1)
    connected_s = time.monotonic() - began
    start = time.monotonic()
    due = sorted(
        (start + (minute + random.random()) * spread_s, n) for minute in range(minutes) for n in range(stations)
    )
    for number, (at, n) in enumerate(due):
        while (left := at - time.monotonic()) > 0:
            loop.turn(left)
        moment = ev.Moment(ev.Minute(0.4, 1.0, 5.0, 9.0, 3, 2.0, 60.0, "A"), 0.0, time.time())
        record = words.durable(moment, 2, f"{names[n]}-{number}")
        loop.clients[n].publish(f"desk/{names[n]}/log", json.dumps({**(record or {}), "sent": time.time()}), qos=1)
        sent += 1
        loop.turn(0.0)
    until = time.monotonic() + 60
    while acked[0] < sent and time.monotonic() < until:
        loop.turn(0.1)
    assert acked[0] == sent, f"{sent - acked[0]} messages were not acknowledged"
    print(json.dumps({"connected_s": connected_s, "announcement_bytes": size}))


def listen() -> None:
    announced: set[str] = set()
    ids: dict[str, float] = {}

    def on_message(_: Any, __: Any, message: paho.MQTTMessage) -> None:
        now = time.time()
        if message.topic.endswith("/config"):
            announced.add(message.topic)
        else:
            said = json.loads(message.payload)
            ids[said["id"]] = 1e3 * (now - said["sent"])

    one = client("listener")
    one.on_connect = lambda c, *_: c.subscribe([("desk/+/log", 1), ("homeassistant/device/+/config", 1)])
    one.on_subscribe = lambda *_: print("ready", flush=True)
    one.on_message = on_message
    one.connect("127.0.0.1", port)
    one.loop_start()
    until = time.monotonic() + 170
    while len(ids) < stations * minutes and time.monotonic() < until:
        time.sleep(0.1)
    time.sleep(0.5)
    print(json.dumps({"announced": len(announced), "different": len(ids), "delays_ms": list(ids.values())}))


listen() if sys.argv[5] == "listen" else speak()
