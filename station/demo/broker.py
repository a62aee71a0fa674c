"""An MQTT broker for the demo: yours where a configuration names it, else the one on localhost, else an embedded one.

Only ever part of the demo: `run` never starts a broker.  The embedded one (rumqttd, by the package `iotcore`) listens
on 127.0.0.1 alone and ends with the demo.
"""

from __future__ import annotations

import contextlib
import json
import socket
import tempfile
import threading
from collections import deque
from pathlib import Path
from typing import Any

from station.outputs.contract import OutputError
from station.outputs.installing import installing
from station.outputs.mqtt import Settings
from station.outputs.mqtt.connection import encryption, password

# rumqttd's configuration: MQTT 5 (v5 table), this computer only.
EMBEDDED = """\
id = 0
[router]
id = 0
max_connections = 20
max_outgoing_packet_count = 200
max_segment_size = 1048576
max_segment_count = 10
[v5.1]
name = "demo"
listen = "127.0.0.1:{port}"
next_connection_delay_ms = 1
[v5.1.connections]
connection_timeout_ms = 60000
max_payload_size = 262144
max_inflight_count = 100
dynamic_filters = true
"""
STANDARD_PORT = 1883
# A line is short: what is the same in every message is left out of it.
LEFT_OUT = frozenset({"ts", "id", "version", "language"})
NOTHING: tuple[Any, ...] = (None, "", {}, [])
EMPTY = "–"


class Broker:
    """Where the demo's messages go.  `settings` is None where there is no broker to be had; `note` then says why."""

    def __init__(self, yours: Settings | None = None) -> None:
        self.settings = yours
        self.embedded = False
        self.note = ""
        self._process: Any = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def start(self) -> None:
        """Find a broker or start one."""
        if self.settings is not None:
            return
        if answers(STANDARD_PORT):
            self.settings = Settings(host="127.0.0.1", port=STANDARD_PORT)
            return
        try:
            from iotcore import Broker as Embedded
        except ImportError:
            self.note = f"No MQTT broker here; a small one comes with: {installing('desk-station[demo]')}"
            return
        self._folder = tempfile.TemporaryDirectory(prefix="desk-station-")
        port = free_port()
        file = Path(self._folder.name) / "broker.toml"
        file.write_text(EMBEDDED.format(port=port))
        try:
            self._process = Embedded(config_path=str(file))
            self._process.start()
            self.embedded, self.settings = True, Settings(host="127.0.0.1", port=port)
        except Exception as error:  # the demo is worth seeing without MQTT too
            self.note = f"The small MQTT broker did not start: {error}"

    def stop(self) -> None:
        """End the embedded broker, if it was ours."""
        if self._process is not None:
            self._process.stop()
        if self._folder is not None:
            self._folder.cleanup()


class Listener:
    """Subscribes as a dashboard would, and keeps the last messages as lines."""

    def __init__(self, broker: Settings, topic: str, keep: int = 30) -> None:
        self._broker, self._topic = broker, topic
        self._lines: deque[str] = deque(maxlen=keep)
        self._state: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._client: Any = None

    def start(self) -> None:
        """Connect; a broker that does not answer is no reason for the demo to stop."""
        import paho.mqtt.client as mqtt
        from paho.mqtt.enums import CallbackAPIVersion

        version = mqtt.MQTTv5 if self._broker.protocol == "5" else mqtt.MQTTv311
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=version)
        self._client.on_connect = lambda client, *_: client.subscribe(self._topic)
        self._client.on_message = lambda _client, _data, message: self.hear(message.topic, bytes(message.payload))
        with contextlib.suppress(OutputError):  # the station itself says what is wrong with the papers
            if self._broker.username:
                self._client.username_pw_set(self._broker.username, password(self._broker))
            if self._broker.tls:
                self._client.tls_set_context(encryption(self._broker))
        self._client.connect_async(self._broker.host, self._broker.port)
        self._client.loop_start()

    def lines(self) -> list[str]:
        """The last messages, oldest first."""
        with self._lock:
            return list(self._lines)

    def stop(self) -> None:
        """Disconnect."""
        if self._client is not None:
            self._client.disconnect()
            self._client.loop_stop()

    def hear(self, topic: str, payload: bytes) -> None:
        """One message becomes a line; of the state, which always says everything, only what is new in it."""
        short = "/".join(topic.split("/")[2:]) or topic
        said = _brief(payload)
        if short == "state":
            before, self._state = self._state, _said(payload)
            if before and self._state:
                news = {key: value for key, value in self._state.items() if key != "ts" and value != before.get(key)}
                said = _pairs(news) or EMPTY
        with self._lock:
            self._lines.append(f"{short:<14} {said}")


def _brief(payload: bytes) -> str:
    """A JSON message as `key value` pairs without the empty ones: a line is all there is."""
    said = _said(payload)
    if not said:
        return payload.decode("utf-8", "replace")
    return _pairs({key: value for key, value in said.items() if key not in LEFT_OUT and value not in NOTHING})


def _said(payload: bytes) -> dict[str, Any]:
    """What a JSON message says; nothing where it is none."""
    try:
        data = json.loads(payload)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _pairs(said: dict[str, Any]) -> str:
    return " · ".join(f"{key} {_value(value)}" for key, value in said.items())


def _value(value: Any) -> Any:
    if value in NOTHING:
        return EMPTY
    return str(value).lower() if isinstance(value, bool) else value


def answers(port: int) -> bool:
    """True when something listens on this port of this computer."""
    with socket.socket() as probe:
        probe.settimeout(0.3)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """A port nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
