"""MQTT against a real mosquitto: what a smart home sees when the station, the broker or the network comes and goes."""

from __future__ import annotations

import json
import logging
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from station.core import events as ev
from station.core.inputs import Context, Input, SetQuiet, Start
from station.outputs import mqtt
from station.outputs.contract import House
from station.outputs.mqtt.pace import BackOff
from tests.planted import PASSWORD, WRONG_PASSWORD

pytestmark = pytest.mark.slow

STATION = "desk_0123abcd"
BASE = f"desk/{STATION}"
Make = Callable[..., Any]


class Desk:
    """An MQTT output and what it asked of the station."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.asked: list[Input] = []
        self.house = House(STATION, "de", "0.1.0", folder, self.asked.append, techniques=("breathing",))
        self.settings = mqtt.Settings(host=settings.pop("host", "127.0.0.1"), **settings)
        self.output = mqtt.open(self.settings, self.house)

    def say(self, event: ev.Event) -> None:
        self.output.take(ev.Moment(event, time.monotonic(), time.time()))

    def well(self) -> None:
        self.say(ev.SensorWell(475.0))
        self.say(ev.Quality("ok"))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Make]:
    made: list[Desk] = []

    def make(**settings: Any) -> Desk:
        made.append(Desk(tmp_path / f"desk-{len(made)}", **settings))
        made[-1].output.start()
        return made[-1]

    yield make
    for one in made:
        one.output.stop()


def test_a_station_comes_says_what_it_is_and_goes(
    broker: Any, make_listener: Make, desk: Make, eventually: Make
) -> None:
    home = make_listener(broker)
    station = desk(port=broker.port)
    eventually(lambda: home.of("availability") == [b"online"])
    station.well()
    eventually(lambda: any(json.loads(s)["state"] == "monitoring" for s in home.of("/state")))
    began = time.monotonic()
    station.output.stop()
    assert time.monotonic() - began < 1.0
    eventually(lambda: home.of("availability") == [b"online", b"offline"])
    newcomer = make_listener(broker, f"{BASE}/#")
    kept = {(f"{BASE}/state", True), (f"{BASE}/availability", True)}  # the broker hands them over in any order
    eventually(lambda: {(topic, retained) for _, topic, _, retained in newcomer.heard} == kept)
    assert newcomer.of("availability") == [b"offline"]
    assert station.output.trouble() == ""


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_commands_and_context_become_requests(
    protocol: str, broker: Any, make_listener: Make, desk: Make, eventually: Make
) -> None:
    home = make_listener(broker)
    home.send(f"{BASE}/cmd/exercise", b'{"technique":"breathing"}', retain=True)  # stands there from last week
    station = desk(port=broker.port, protocol=protocol)
    eventually(lambda: home.of("availability"))
    home.send(f"{BASE}/cmd/quiet", b'{"minutes":15}')
    home.send(f"{BASE}/cmd/quiet", b"{nonsense")
    home.send(f"{BASE}/context/call", b"on")
    home.send(f"{BASE}/cmd/exercise", b'{"technique":"breathing","language":"en"}')
    eventually(lambda: len(station.asked) == 3)
    assert station.asked == [
        SetQuiet(15.0, "mqtt"),
        Context("call", True, 3600.0),
        Start("breathing", "", "en", "mqtt"),
    ]
    assert station.output.rejected == (1 if protocol == "5" else 2)


def test_a_command_wakes_the_station_while_an_acknowledgement_may_wait_for_the_next_look(
    broker: Any, make_listener: Make, desk: Make, eventually: Make
) -> None:
    home = make_listener(broker)
    station = desk(port=broker.port)
    eventually(lambda: home.of("/state"))
    late = []
    for n in range(5):
        sent = time.monotonic()
        home.send(f"{BASE}/cmd/stop", b"")
        eventually(lambda n=n: len(station.asked) == n + 1)
        late.append(time.monotonic() - sent)
    assert sorted(late)[2] < 0.5  # by the next look it would be one second, as a rule
    assert {type(one).__name__ for one in station.asked} == {"Stop"}
    station.say(ev.SessionEnded("breathing", "de", "completed"))
    eventually(lambda: home.of("/log") and not station.output._talk._flying, within_s=5)


def test_a_flood_of_nonsense_costs_one_line_each_and_nothing_else(
    broker: Any, make_listener: Make, desk: Make, eventually: Make, caplog: pytest.LogCaptureFixture
) -> None:
    home = make_listener(broker)
    station = desk(port=broker.port)
    eventually(lambda: home.of("availability"))
    with caplog.at_level(logging.WARNING):
        for n in range(200):
            home.send(f"{BASE}/cmd/exercise", os.urandom(n))
        eventually(lambda: station.output.rejected in {199, 200})
    assert len([r for r in caplog.records if "not understood" in r.message]) == station.output.rejected
    assert len(station.asked) <= 1  # an empty payload is a fair request
    station.say(ev.Button("short"))
    eventually(lambda: home.of("event/button"))


def test_events_are_told_once_with_an_id_and_never_retained(
    broker: Any, make_listener: Make, desk: Make, eventually: Make
) -> None:
    home = make_listener(broker)
    station = desk(port=broker.port)
    eventually(lambda: home.of("availability"))
    for event in (
        ev.TensionStarted(14.0, 0.05, "r"),
        ev.Cue("light", "r", "breathing"),
        ev.Button("short"),
        ev.SessionStarted("breathing", "micro", "de", 60.0, "button"),
        ev.SessionEnded("breathing", "de", "completed"),
    ):
        station.say(event)
    eventually(lambda: len(home.of("event/session")) == 2 and len(home.of("/log")) == 3)
    told = [json.loads(payload) for _, topic, payload, _ in home.heard if "/event/" in topic]
    assert [t["event_type"] for t in told] == ["started", "light", "press", "started", "ended"]
    assert len({t["id"] for t in told}) == 5
    logged = [json.loads(payload) for payload in home.of("/log")]
    assert {t["id"] for t in logged} <= {t["id"] for t in told}  # the same thing has the same id on both topics
    late = make_listener(broker, f"{BASE}/event/#")
    time.sleep(0.2)
    assert late.heard == []


def test_an_exercise_can_be_read_along_and_what_was_said_while_nobody_listened_is_left_out(
    make_broker: Make, make_listener: Make, desk: Make, eventually: Make
) -> None:
    broker = make_broker()
    station = desk(port=broker.port)
    # Back after one to two seconds: whoever listens is there before us, or would have heard nothing.
    station.output._talk.back_off = BackOff(random.random, first_s=2.0, longest_s=2.0)
    home = make_listener(broker, f"{BASE}/event/#")
    say = ev.SessionStep("breathing", "de", 0, "say", 8.0, "Atme einmal aus.", "c1")
    station.say(say)
    station.say(replace(say, index=1, kind="breath_in", text="", clip="", sound="breath-in-4"))
    station.say(replace(say, index=2, text="Und die Schultern sinken lassen.", seconds=6.0))
    eventually(lambda: len(home.of("event/spoken")) == 2)
    told = [json.loads(each) for each in home.of("event/spoken")]
    assert [each["text"] for each in told] == ["Atme einmal aus.", "Und die Schultern sinken lassen."]
    assert [retained for *_, retained in home.heard] == [False, False]
    eventually(lambda: not station.output._talk.speech._live)  # the broker's word for both has been read
    broker.kill()
    eventually(lambda: station.output.trouble() != "")
    station.say(replace(say, text="Kurz.", seconds=1.0))
    station.say(replace(say, text="Lang.", seconds=50.0))
    time.sleep(1.1)
    broker.start()
    newcomer = make_listener(broker, f"{BASE}/event/#")
    eventually(lambda: newcomer.of("event/spoken"), within_s=20)
    assert [json.loads(each)["text"] for each in newcomer.of("event/spoken")] == ["Lang."]


def test_in_private_mode_only_the_word_leaves(broker: Any, make_listener: Make, desk: Make, eventually: Make) -> None:
    home = make_listener(broker)
    station = desk(port=broker.port, privacy=3)
    station.well()
    station.say(ev.Private(True, "button"))
    for event in (ev.Button("short"), ev.Mark("button"), ev.Minute(0.4, 1, 5, 9, 3, 2, 60, "A"), ev.Presence("away")):
        station.say(event)
    eventually(lambda: any(b'"private"' in s for s in home.of("/state")))
    station.output.stop()
    assert home.of("event/button") == home.of("/log") == []
    last = json.loads(home.of("/state")[-1])
    assert {k: v for k, v in last.items() if v is not None} == {"state": "private"}


def test_home_assistant_is_told_again_when_it_comes_back(
    broker: Any, make_listener: Make, desk: Make, eventually: Make
) -> None:
    home = make_listener(broker)
    desk(port=broker.port)
    eventually(lambda: len(home.of(f"device/{STATION}/config")) == 1)
    home.send("homeassistant/status", b"offline")
    home.send("homeassistant/status", b"online")
    eventually(lambda: len(home.of(f"device/{STATION}/config")) == 2, within_s=8)


def test_privacy_0_does_not_even_connect(broker: Any, make_listener: Make, desk: Make) -> None:
    home = make_listener(broker)
    station = desk(port=broker.port, privacy=0)
    station.say(ev.Button("short"))
    time.sleep(0.3)
    station.output.stop()
    assert home.heard == [] and station.output.trouble() == ""


# --- comings and goings -----------------------------------------------------------------------------

_ALIVE = """
import sys, time
from pathlib import Path
from station.outputs import mqtt
from station.outputs.contract import House
house = House("desk_0123abcd", "de", "0.1.0", Path(sys.argv[2]), print)
output = mqtt.open(mqtt.Settings(host="127.0.0.1", port=int(sys.argv[1])), house)
output.start()
time.sleep(600)
"""


def test_a_killed_station_is_offline_within_seven_seconds(
    broker: Any, make_listener: Make, eventually: Make, tmp_path: Path
) -> None:
    home = make_listener(broker)
    station = subprocess.Popen([sys.executable, "-c", _ALIVE, str(broker.port), str(tmp_path)])
    try:
        eventually(lambda: home.of("availability") == [b"online"])
        station.send_signal(signal.SIGKILL)
        killed = time.monotonic()
        eventually(lambda: home.of("availability") == [b"online", b"offline"], within_s=12)
        took = time.monotonic() - killed
    finally:
        station.kill()
        station.wait()
    print(f"\nkill -9 to offline: {took:.1f} s")
    assert 4.0 < took < 7.0


def test_a_short_drop_of_the_wire_is_not_an_absence(
    broker: Any, make_listener: Make, desk: Make, eventually: Make
) -> None:
    home = make_listener(broker)
    station = desk(port=broker.port)
    eventually(lambda: home.of("availability") == [b"online"])
    wire = station.output._talk.connection._client.socket()
    socket.socket.shutdown(wire, socket.SHUT_RDWR)  # cut; nobody says goodbye
    home.send(f"{BASE}/cmd/stop", b"")  # said while we are away
    eventually(lambda: len(home.of("availability")) == 2)
    time.sleep(6.0)  # longer than the will's delay
    assert home.of("availability") == [b"online", b"online"]
    assert len(station.asked) == 1  # and it still arrived


def test_a_broker_that_is_not_there_is_trouble_and_then_none(
    make_broker: Make, make_listener: Make, desk: Make, eventually: Make
) -> None:
    broker = make_broker()
    broker.kill()
    station = desk(port=broker.port)
    eventually(station.output.trouble)
    assert "Nobody answers as broker at 127.0.0.1" in station.output.trouble()
    assert "Start the broker" in station.output.trouble()
    station.say(ev.SessionEnded("breathing", "de", "completed"))
    broker.start()
    home = make_listener(broker)
    eventually(lambda: station.output.trouble() == "" and len(home.of("/log")) == 1)


def test_a_wrong_password_is_said_in_a_sentence(
    make_broker: Make, desk: Make, eventually: Make, tmp_path: Path
) -> None:
    broker = make_broker(password=("desk", PASSWORD))
    station = desk(port=broker.port, username="desk", password=WRONG_PASSWORD)
    eventually(station.output.trouble)
    assert "does not let us in as 'desk': wrong user name or password" in station.output.trouble()
    (finding,) = mqtt.examine(station.settings, station.house)
    assert finding[0] == "broken" and "wrong user name or password" in finding[1] and "username" in finding[2]
    (tmp_path / "secret").write_text(f"{PASSWORD}\n", encoding="utf-8")
    better = Desk(tmp_path / "b", port=broker.port, username="desk", password_file=str(tmp_path / "secret"))
    ((severity, what, _),) = mqtt.examine(better.settings, better.house)
    assert severity == "ok", what


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"host": "no-such-machine.invalid"}, "No machine called 'no-such-machine.invalid'"),
        ({"tls": True}, "No encrypted connection"),
        ({"password_file": "/no/such/file", "username": "x"}, "cannot be read"),
        ({"tls": True, "ca": "/no/such/ca.pem"}, "there is no file /no/such/ca.pem"),
    ],
)
def test_each_mistake_in_the_settings_has_its_sentence(
    settings: dict[str, Any], said: str, broker: Any, tmp_path: Path
) -> None:
    station = Desk(tmp_path / "d", port=broker.port, **settings)
    severity, what, remedy = mqtt.examine(station.settings, station.house)[-1]
    assert severity == "broken" and said in what and remedy


def test_tls_with_an_authority_of_ones_own(make_broker: Make, desk: Make, eventually: Make, tmp_path: Path) -> None:
    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=tmp_path)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ca",
            "-days", "2")  # fmt: skip
    (tmp_path / "san").write_text("subjectAltName=IP:127.0.0.1", encoding="utf-8")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "b.key", "-out", "b.csr", "-subj", "/CN=127.0.0.1")
    openssl("x509", "-req", "-in", "b.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "b.pem",
            "-days", "2", "-extfile", "san")  # fmt: skip
    broker = make_broker(f"cafile {tmp_path}/ca.pem\ncertfile {tmp_path}/b.pem\nkeyfile {tmp_path}/b.key")
    trusting = desk(port=broker.port, tls=True, ca=str(tmp_path / "ca.pem"))
    ((severity, what, _),) = mqtt.examine(trusting.settings, trusting.house)
    assert severity == "ok", what
    eventually(lambda: trusting.output._talk.linked)
    doubting = Desk(tmp_path / "d", port=broker.port, tls=True)
    ((severity, what, remedy),) = mqtt.examine(doubting.settings, doubting.house)
    assert severity == "broken" and "not trusted" in what and "ca" in remedy


def test_a_broker_that_forbids_is_named(
    make_broker: Make, make_listener: Make, desk: Make, eventually: Make, tmp_path: Path
) -> None:
    (tmp_path / "acl").write_text("topic read #\n", encoding="utf-8")
    broker = make_broker(f"acl_file {tmp_path / 'acl'}")
    station = desk(port=broker.port)
    eventually(lambda: "publish availability" in station.output.trouble())  # refused or, by some versions, cut off
    findings = mqtt.examine(station.settings, station.house)
    assert findings[-1][0] == "broken" and "lets us in, but not to" in findings[-1][1]


@pytest.mark.parametrize("mode", ["device", "component"])
def test_where_only_discovery_is_forbidden_everything_else_works(
    make_broker: Make, make_listener: Make, desk: Make, eventually: Make, tmp_path: Path, mode: str
) -> None:
    (tmp_path / "acl").write_text("topic readwrite desk/#\n", encoding="utf-8")
    broker = make_broker(f"acl_file {tmp_path / 'acl'}")
    home = make_listener(broker)
    station = desk(port=broker.port, discovery=mode)
    eventually(lambda: "publish discovery" in station.output.trouble())
    station.say(ev.SessionEnded("breathing", "de", "completed"))
    eventually(lambda: home.of("/log") and home.of("/state"))
    findings = {severity: what for severity, what, _ in mqtt.examine(station.settings, station.house)}
    assert "publish our announcement (discovery)" in findings["warning"] and "is back after" in findings["ok"]


def test_a_broker_killed_again_and_again_gets_every_durable_event(
    make_broker: Make, make_listener: Make, desk: Make, eventually: Make
) -> None:
    broker = make_broker("persistence false")
    station = desk(port=broker.port)
    # Between one and two seconds each time: somebody who listens is back before us, or nobody could count.
    station.output._talk.back_off = BackOff(random.random, first_s=2.0, longest_s=2.0)
    homes = [make_listener(broker)]
    spoken = 0
    for _ in range(5):
        eventually(lambda: station.output._talk.linked)
        for n in range(100):
            station.say(ev.SessionEnded(f"t{spoken}", "de", "completed"))
            spoken += 1
            if n == 50:
                broker.kill()
        broker.start()
        homes.append(make_listener(broker))

    def arrived() -> list[dict[str, Any]]:
        return [json.loads(payload) for home in homes for payload in home.of("/log")]

    eventually(lambda: len({one["technique"] for one in arrived()}) == spoken, within_s=20)
    ids = {one["id"] for one in arrived()}
    twice = sum(len(home.of("/log")) - len(set(home.of("/log"))) for home in homes)
    print(f"\n{spoken} durable events, 5 broker deaths: 0 lost, {twice} heard twice by the same listener")
    assert len(ids) == spoken
