"""The recipe for many stations: the two brokers with the recipe's own files, and what gets from one to the other."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from station.outputs import mqtt

pytestmark = pytest.mark.slow

RECIPE = Path(mqtt.__file__).parent / "fleet"
STATION = "desk_0123abcd"
Make = Callable[..., Any]


class Papers:
    """Two authorities and what they sign; a certificate's name is who its owner is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for ca in ("ca", "study-ca"):
            self._openssl("req", "-x509", *self._new(ca), "-subj", f"/CN={ca}", "-out", f"{ca}.pem", "-days", "2")

    def sign(self, file: str, name: str, ca: str) -> None:
        ends = ("-addext", "subjectAltName=DNS:localhost")
        self._openssl("req", *self._new(file), "-subj", f"/CN={name}", *ends, "-out", f"{file}.csr")
        by = ("-CA", f"{ca}.pem", "-CAkey", f"{ca}.key", "-CAcreateserial", "-copy_extensions", "copy")
        self._openssl("x509", "-req", "-in", f"{file}.csr", *by, "-out", f"{file}.pem", "-days", "2")

    def _new(self, file: str) -> tuple[str, ...]:
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{file}.key")

    def _openssl(self, *words: str) -> None:
        subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=self.folder)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def brokers(tmp_path: Path, eventually: Make) -> Iterator[tuple[int, int]]:
    """(the site's port, the study's port); only the places of files, the ports and the study's address are ours."""
    mosquitto = shutil.which("mosquitto")
    if mosquitto is None:
        pytest.skip("mosquitto is not installed here (sudo apt install mosquitto)")
    papers = Papers(tmp_path)
    for file, name, ca in (
        ("site", "localhost", "ca"),
        ("station", STATION, "ca"),
        ("study", "localhost", "study-ca"),
        ("site-at-study", "site-01", "study-ca"),
        ("telegraf", "telegraf", "study-ca"),
    ):
        papers.sign(file, name, ca)
    ports = {"site": free_port(), "study": free_port()}
    running = []
    for name in ("study", "site"):
        shutil.copy(RECIPE / f"{name}.acl", tmp_path / f"{name}.acl")
        (tmp_path / name).mkdir()
        text = (RECIPE / f"mosquitto-{name}.conf").read_text(encoding="utf-8")
        text = text.replace("/etc/mosquitto/", f"{tmp_path}/").replace("/var/lib/mosquitto/", f"{tmp_path / name}/")
        text = text.replace("listener 8883", f"listener {ports[name]}\nuser root")
        text = text.replace("study.example.org:8883", f"localhost:{ports['study']}")
        (tmp_path / f"{name}.conf").write_text(text, encoding="utf-8")
        running.append(subprocess.Popen([mosquitto, "-c", f"{tmp_path / name}.conf"], stderr=subprocess.DEVNULL))
    yield ports["site"], ports["study"]
    for each in running:
        each.kill()
        each.wait()


def test_the_study_hears_aggregates_of_the_site_and_nothing_else(
    brokers: tuple[int, int], tmp_path: Path, eventually: Make
) -> None:
    heard: list[str] = []
    site, study = brokers

    def join(port: int, who: str, ca: str) -> Any:
        from paho.mqtt import client as paho

        client = paho.Client(paho.CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5, client_id=who)
        context = ssl.create_default_context(cafile=str(tmp_path / f"{ca}.pem"))
        context.load_cert_chain(tmp_path / f"{who}.pem", tmp_path / f"{who}.key")
        client.tls_set_context(context)
        client.on_message = lambda _c, _d, message: heard.append(message.topic)
        client.on_connect = lambda c, *_: c.subscribe("#", qos=1) if who == "telegraf" else None
        client.connect_async("localhost", port)
        client.loop_start()
        eventually(client.is_connected)
        return client

    telegraf, station = join(study, "telegraf", "study-ca"), join(site, "station", "ca")
    try:
        time.sleep(0.3)
        for topic in ("state", "event/cue", "cmd/stop", "log"):
            station.publish(f"desk/{STATION}/{topic}", b"{}", qos=1)
        station.publish("desk/desk_ffffffff/log", b"not mine", qos=1)
        station.publish(f"desk/{STATION}/availability", b"online", qos=1, retain=True)
        eventually(lambda: f"site-01/{STATION}/availability" in heard)
        telegraf.publish(f"site-01/{STATION}/cmd/stop", b"", qos=1)
        time.sleep(0.3)
    finally:
        for client in (telegraf, station):
            client.disconnect()
            client.loop_stop()
    assert heard == [f"site-01/{STATION}/log", f"site-01/{STATION}/availability"]


def test_the_dashboard_tells_of_nobody_alone() -> None:
    """Whatever it shows of people needs five of them; only how many stations are there needs none."""
    panels = json.loads((RECIPE / "grafana-dashboard.json").read_text(encoding="utf-8"))["panels"]
    asked = {target["expr"] for panel in panels for target in panel["targets"]}
    assert {each for each in asked if ">= 5" not in each} == {"sum(last_over_time(desk_availability_there[1d]))"}
    assert len(asked) == 3 and not any("by (station" in each for each in asked)
