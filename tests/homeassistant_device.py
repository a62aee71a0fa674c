"""The real station with a simulated person, as a device for Home Assistant's test rig; MQTT_* says where the broker is.

    python -P homeassistant_device.py FOLDER

(-P: without it `tests/sounds` would hide `sounds`.)  What a person would do, the rig asks for by topic:
rig/press 0.2 (the button, seconds)  ·  rig/again {"name": "…",
"leave_out": ["pmr"], "language": "en", "commands": […]} (stop cleanly, change the configuration, start)  ·
rig/person {"activity": "raised"}.
"""

import json
import os
import sys
import threading
import time
from pathlib import Path

from hardware.button import Settings as ButtonWire
from hardware.gpio import pin_factory
from station import assembly, config, place, sensor
from station.app import Inbox
from station.library import Library
from station.outputs import mqtt
from station.settings import Station

FOLDER = Path(sys.argv[1])
CONFIG = """
[station]
name = {name}
language = {language}
state_dir = {folder}
[sensor]
driver = "simulated"
[button]
gpio = "mock"
[light]
gpio = "mock"
[coach]
baseline_days = 0
settle_s = 0
[output.mqtt]
enabled = true
host = {host}
port = {port}
username = {username}
password = {password}
tls = {tls}
ca = {ca}
discovery = {mode}
"""


def written(changes: dict[str, object]) -> str:
    values = {
        "name": changes.get("name", "Desk Station"),
        "language": changes.get("language", os.environ.get("RIG_LANGUAGE", "en")),
        "mode": os.environ.get("RIG_MODE", "device"),
        "folder": str(FOLDER),
        "host": os.environ["MQTT_HOST"],
        "port": int(os.environ["MQTT_PORT"]),
        "username": os.environ.get("MQTT_USERNAME", ""),
        "password": os.environ.get("MQTT_PASSWORD", ""),
        "tls": bool(os.environ.get("MQTT_TLS")),
        "ca": os.environ.get("MQTT_CA", ""),
    }
    return CONFIG.format(**{key: json.dumps(value, ensure_ascii=False) for key, value in values.items()})


def main() -> None:
    os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
    FOLDER.mkdir(parents=True, exist_ok=True)
    kept = FOLDER / "changes.json"
    changes = json.loads(kept.read_text()) if kept.exists() else {}
    left_out = set(changes.get("leave_out", []))
    offered = Library.offered
    Library.offered = lambda self, lang: tuple(n for n in offered(self, lang) if n not in left_out)  # type: ignore[method-assign]
    settings = config.from_text(written(changes))
    app = assembly.app(settings, place.state_dir(settings.of(Station).state_dir))
    findings = mqtt.examine(settings.outputs()["mqtt"], assembly.house(settings, FOLDER, Inbox()))
    print("check:", findings, flush=True)  # as its owner does first, with Home Assistant listening
    button = pin_factory("mock").pin(settings.of(ButtonWire).pin)
    again = threading.Event()

    def on_message(_client: object, _data: object, message: object) -> None:
        topic, payload = message.topic, message.payload.decode()  # type: ignore[attr-defined]
        if topic == "rig/press":
            button.drive_low()
            time.sleep(float(payload))
            button.drive_high()
        elif topic == "rig/person":
            assert isinstance(app.sensor, sensor.SensorDevice)
            app.sensor.control(json.loads(payload))
        elif topic == "rig/again":
            kept.write_text(payload)
            again.set()
            app.stop()

    from paho.mqtt import client as paho

    hand = paho.Client(paho.CallbackAPIVersion.VERSION2)
    hand.on_connect = lambda client, *_: client.subscribe("rig/#")
    hand.on_message = on_message
    hears = threading.Event()
    hand.on_subscribe = lambda *_: hears.set()
    hand.connect_async("127.0.0.1", 1883)
    hand.loop_start()
    hears.wait(10)  # on a busy machine the station may be seen in Home Assistant before its hand hears the rig
    app.run()
    if again.is_set():
        os.execv(sys.executable, [sys.executable, "-P", *sys.argv])


main()
