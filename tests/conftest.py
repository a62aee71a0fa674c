"""A real mosquitto for each test that asks: free port on 127.0.0.1, own folder, gone afterwards."""

from __future__ import annotations

import os
import pty
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from hypothesis import HealthCheck, settings

from tests.planted import pytest_runtest_makereport  # noqa: F401

# A shell that runs the tests in the background lets them, and every process they start, ignore Ctrl-C; some tests are
# about Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)

# What the command line says is in the language of the system: the tests, and every process they start, hear English
# unless they ask for another, whatever the machine speaks.
for name in ("LC_ALL", "LC_MESSAGES", "LANGUAGE"):
    os.environ.pop(name, None)
os.environ["LANG"] = "C.UTF-8"

# A crowded machine makes nothing wrong: how long an example takes is for the benchmarks to judge.
# What always holds is tried with a few examples each time and with many by `make deep`.
settings.register_profile("desk", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=20)
settings.register_profile("deep", settings.get_profile("desk"), max_examples=500)
settings.load_profile("desk")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Broker:
    """One mosquitto.  `kill()` is a power cut, `start()` brings it back on the same port."""

    def __init__(self, folder: Path, settings: str = "", password: tuple[str, str] | None = None) -> None:
        self.folder, self.port, self._settings = folder, free_port(), settings
        folder.mkdir(parents=True, exist_ok=True)
        self._anonymous = password is None
        self._process: subprocess.Popen[bytes] | None = None
        if password is not None:
            subprocess.run(
                ["mosquitto_passwd", "-b", "-c", str(folder / "passwords"), *password], check=True, capture_output=True
            )

    def start(self) -> None:
        who = "true" if self._anonymous else f"false\npassword_file {self.folder / 'passwords'}"
        user = "user root\n" if os.geteuid() == 0 else ""  # or it gives up root and cannot read the test's folder
        text = f"{user}listener {self.port} 127.0.0.1\nallow_anonymous {who}\nmax_queued_messages 0\n{self._settings}\n"
        (self.folder / "mosquitto.conf").write_text(text, encoding="utf-8")
        with (self.folder / "mosquitto.log").open("ab") as log:
            self._process = subprocess.Popen(
                ["mosquitto", "-v", "-c", str(self.folder / "mosquitto.conf")], stdout=log, stderr=log
            )
        until = time.monotonic() + 5.0
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=0.2).close()
                return
            except OSError:
                if time.monotonic() > until or self._process.poll() is not None:
                    raise AssertionError(f"mosquitto did not start: {self.log()}") from None
                time.sleep(0.02)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def log(self) -> str:
        return (self.folder / "mosquitto.log").read_text(encoding="utf-8", errors="replace")


class Listener:
    """Somebody else in the smart home: hears everything, with the moment it came, and can send."""

    def __init__(
        self, broker: Broker, topic: str = "#", who: tuple[str, str] | None = None, name: str = "", qos: int = 1
    ) -> None:
        from paho.mqtt import client as paho
        from paho.mqtt.enums import CallbackAPIVersion

        self.heard: list[tuple[float, str, bytes, bool]] = []
        client_id = name or f"listener-{id(self)}"
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=paho.MQTTv5)
        if who:
            self._client.username_pw_set(*who)
        self._client.reconnect_delay_set(1, 1)
        self._ready = False

        def on_connect(client: paho.Client, *_: object) -> None:
            client.subscribe(topic, qos=qos)

        def on_subscribe(*_: object) -> None:
            self._ready = True

        def on_message(_: object, __: object, message: paho.MQTTMessage) -> None:
            self.heard.append((time.monotonic(), message.topic, bytes(message.payload), bool(message.retain)))

        self._client.on_connect = on_connect
        self._client.on_subscribe = on_subscribe
        self._client.on_message = on_message
        self._client.connect("127.0.0.1", broker.port)
        self._client.loop_start()
        eventually(lambda: self._ready)

    def send(self, topic: str, payload: str | bytes, retain: bool = False, expiry_s: int | None = None) -> None:
        from paho.mqtt.packettypes import PacketTypes
        from paho.mqtt.properties import Properties

        properties = Properties(PacketTypes.PUBLISH)
        if expiry_s is not None:
            properties.MessageExpiryInterval = expiry_s
        self._client.publish(topic, payload, qos=1, retain=retain, properties=properties).wait_for_publish(5)

    def of(self, topic: str) -> list[bytes]:
        return [payload for _, heard, payload, _ in list(self.heard) if heard.endswith(topic)]

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[IO[bytes]]:
    """What a person types into a new terminal, and hangs it up by closing it; this process' input is its other end."""
    typed, inside = pty.openpty()
    with os.fdopen(inside) as stdin, os.fdopen(typed, "r+b", buffering=0) as hand:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield hand


@pytest.fixture(name="eventually")
def _eventually() -> Callable[..., None]:
    """`eventually(lambda: it holds, within_s=10)`."""
    return eventually


def eventually(holds: Callable[[], object], within_s: float = 10.0) -> None:
    """Wait until it holds; fail when it does not in time."""
    until = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < until, f"not within {within_s} s"
        time.sleep(0.01)


MakeBroker = Callable[..., Broker]
MakeListener = Callable[..., Listener]


@pytest.fixture
def make_broker(tmp_path: Path) -> Iterator[MakeBroker]:
    """Real brokers; each call starts one."""
    if shutil.which("mosquitto") is None:
        pytest.skip("mosquitto is not installed here (sudo apt install mosquitto)")
    made: list[Broker] = []

    def make(settings: str = "", password: tuple[str, str] | None = None) -> Broker:
        broker = Broker(tmp_path / f"broker-{len(made)}", settings, password)
        made.append(broker)
        broker.start()
        return broker

    yield make
    for broker in made:
        broker.kill()


@pytest.fixture
def broker(make_broker: MakeBroker) -> Broker:
    return make_broker()


@pytest.fixture
def make_listener() -> Iterator[MakeListener]:
    """Clients of a broker; closed afterwards."""
    made: list[Listener] = []

    def make(broker: Broker, topic: str = "#", **more: object) -> Listener:
        made.append(Listener(broker, topic, **more))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for listener in made:
        listener.close()


@pytest.fixture
def desk() -> Any:
    """A desk in virtual time (tests/desk.py) with the station's own settings; its first workdays are over."""
    from tests.desk import Desk

    return Desk()
