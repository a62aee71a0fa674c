"""One of three ways to bring events to a broker, as a process: PEER PORT FOLDER FIRST LAST RATE (0: a burst).

desk: this station, over its outbox on the disk.  paho: the plain client library as its README shows it (QoS 1, its own
thread and queue).  mqttio: MQTT IO's own server, told of each event through its own event bus.  Each says `ready` once
it is connected and begins when a line comes on standard input; then it prints how far it has come.
"""

import json
import sys
import threading
import time
from pathlib import Path

peer, port, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
first, last, rate = int(sys.argv[4]), int(sys.argv[5]), float(sys.argv[6])


def payload(n: int) -> bytes:
    minute = {"event": "minute", "relative_rest_time": 0.4, "valid_s": float(n), "quality": "A"}
    return json.dumps({**minute, "ts": "2026-01-01T00:00:00.000Z", "id": f"peer-{n}"}).encode()


def told(n: int) -> None:
    print(n, flush=True)


def pause() -> None:
    if rate:
        time.sleep(1 / rate)


def desk() -> None:
    import random

    from station.core import events as ev
    from station.outputs import mqtt
    from station.outputs.contract import House
    from station.outputs.mqtt.pace import BackOff

    output = mqtt.open(mqtt.Settings(host="127.0.0.1", port=port), House("desk_0123abcd", "de", "1", folder, print))
    output._talk.back_off = BackOff(random.random, first_s=1.0, longest_s=1.0)
    keep, committed = output._talk.speech.log.keep, first

    def keep_and_tell(records, now):  # type: ignore[no-untyped-def]
        """An event has happened once it is in the outbox."""
        nonlocal committed
        records = list(records)
        keep(records, now)
        if records and not output._talk.speech.log._spilled:
            committed += len(records)
            told(committed)

    output._talk.speech.log.keep = keep_and_tell  # type: ignore[method-assign]
    output.start()
    while not output._talk.linked:
        time.sleep(0.01)
    told_to_begin()
    for n in range(first, last):
        while output._talk.queue.qsize() > 500:
            time.sleep(0.001)
        output.take(ev.Moment(ev.Minute(0.4, 1.0, 5.0, 9.0, 3, 2.0, float(n), "A"), float(n), time.time()))
        pause()


def paho() -> None:
    from paho.mqtt import client as library

    client = library.Client(library.CallbackAPIVersion.VERSION2, client_id="peer", protocol=library.MQTTv5)
    client.reconnect_delay_set(1, 1)
    client.connect("127.0.0.1", port)
    client.loop_start()
    while not client.is_connected():
        time.sleep(0.01)
    told_to_begin()
    for n in range(first, last):
        client.publish("desk/peer/log", payload(n), qos=1)
        told(n + 1)
        pause()


def mqttio() -> None:
    from mqtt_io.config import validate_and_normalise_main_config
    from mqtt_io.events import StreamDataReadEvent
    from mqtt_io.server import MqttIo

    settings = {"mqtt": {"host": "127.0.0.1", "port": port, "topic_prefix": "desk/peer", "client_id": "peer"}}
    server = MqttIo(validate_and_normalise_main_config(settings))

    def tell() -> None:
        while not (getattr(server, "mqtt_connected", None) and server.mqtt_connected.is_set()):
            time.sleep(0.01)
        server.stream_configs["log"] = {"name": "log", "retain": False}
        told_to_begin()
        for n in range(first, last):
            server.loop.call_soon_threadsafe(server.event_bus.fire, StreamDataReadEvent("log", payload(n)))
            told(n + 1)
            pause()

    threading.Thread(target=tell, daemon=True).start()
    server.run()


def told_to_begin() -> None:
    print("ready", flush=True)
    sys.stdin.readline()


{"desk": desk, "paho": paho, "mqttio": mqttio}[peer]()
time.sleep(600)
