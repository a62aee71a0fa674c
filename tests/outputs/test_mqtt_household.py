"""MQTT against a real mosquitto, the household's side: own certificates, answers, removal, access lists."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from station import __main__
from station.core import events as ev
from station.core.inputs import Input, Note, Prefer, SetQuiet
from station.outputs import mqtt
from station.outputs.contract import House
from station.outputs.mqtt import announced
from tests.planted import PASSWORD

pytestmark = pytest.mark.slow

STATION = "desk_0123abcd"
BASE = f"desk/{STATION}"
Make = Callable[..., Any]


class Desk:
    """An MQTT output and what it asked of the station."""

    def __init__(self, folder: Path, techniques: tuple[str, ...] = ("breathing",), **settings: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.asked: list[Input] = []
        self.house = House(STATION, "en", "0.1.0", folder, self.asked.append, techniques=techniques)
        self.settings = mqtt.Settings(**{"host": "127.0.0.1", **settings})
        self.output = mqtt.open(self.settings, self.house)
        self.output.start()

    def say(self, event: ev.Event) -> None:
        self.output.take(ev.Moment(event, time.monotonic(), time.time()))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Make]:
    made: list[Desk] = []

    def make(**settings: Any) -> Desk:
        made.append(Desk(tmp_path / "desk", **settings))
        return made[-1]

    yield make
    for one in made:
        one.output.stop()


# --- encryption ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority of one's own, and certificates for a broker, a station and a stranger."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed here (sudo apt install openssl)")
    folder = tmp_path_factory.mktemp("papers")

    def openssl(*words: object) -> None:
        subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)

    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    for authority in ("ca", "other"):
        names = (
            "-subj",
            f"/CN={authority}",
            "-keyout",
            folder / f"{authority}.key",
            "-out",
            folder / f"{authority}.pem",
        )
        openssl("req", "-x509", *curve, "-days", 2, *names)
    for name, authority in (("broker", "ca"), ("station", "ca"), ("stranger", "other")):
        request, key = folder / f"{name}.csr", folder / f"{name}.key"
        san = ("-addext", "subjectAltName=IP:127.0.0.1")
        openssl("req", *curve, "-subj", f"/CN={name}", *san, "-keyout", key, "-out", request)
        signed = ("-CA", folder / f"{authority}.pem", "-CAkey", folder / f"{authority}.key", "-CAcreateserial")
        openssl(
            "x509",
            "-req",
            "-in",
            request,
            *signed,
            "-days",
            2,
            "-copy_extensions",
            "copy",
            "-out",
            folder / f"{name}.pem",
        )
    return folder


@pytest.fixture
def strict_broker(make_broker: Make, papers: Path) -> Any:
    """Encrypted, and only for those whose certificate the household has signed."""
    from_ca = f"cafile {papers / 'ca.pem'}\ncertfile {papers / 'broker.pem'}\nkeyfile {papers / 'broker.key'}"
    return make_broker(f"{from_ca}\nrequire_certificate true\nuse_identity_as_username true")


def test_with_the_households_own_authority_and_our_certificate_we_are_let_in(
    strict_broker: Any, papers: Path, desk: Make, eventually: Make
) -> None:
    own = {
        "tls": True,
        "ca": str(papers / "ca.pem"),
        "cert": str(papers / "station.pem"),
        "key": str(papers / "station.key"),
    }
    station = desk(port=strict_broker.port, **own)
    eventually(lambda: station.output._talk.linked)
    eventually(lambda: "u'station'" in strict_broker.log())  # known to the broker by the certificate's name
    assert mqtt.examine(station.settings, station.house)[-1][0] == "ok"


@pytest.mark.parametrize(
    ("ca", "who", "says"),
    [
        ("ca", "", "cert and key"),
        ("ca", "stranger", "cert and key"),
        ("other", "station", "not trusted"),
    ],
)
def test_without_the_right_papers_it_is_said_which_are_missing(
    ca: str, who: str, says: str, strict_broker: Any, papers: Path, desk: Make, eventually: Make
) -> None:
    mine = {"cert": str(papers / f"{who}.pem"), "key": str(papers / f"{who}.key")} if who else {}
    station = desk(port=strict_broker.port, tls=True, ca=str(papers / f"{ca}.pem"), **mine)
    eventually(station.output.trouble)
    (finding,) = [f for f in mqtt.examine(station.settings, station.house) if f[0] == "broken"]
    assert says in f"{finding[1]} {finding[2]}"


def test_a_password_can_be_one_of_the_services_credentials(
    make_broker: Make, desk: Make, eventually: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = make_broker(password=("desk", PASSWORD))
    (tmp_path / "mqtt-password").write_text(f"{PASSWORD}\n", encoding="utf-8")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    station = desk(port=broker.port, username="desk", password_file="mqtt-password")
    eventually(lambda: station.output._talk.linked)


# --- answers ------------------------------------------------------------------------------------------


class Asker:
    """Sends commands that want an answer."""

    def __init__(self, port: int) -> None:
        from paho.mqtt import client as paho
        from paho.mqtt.enums import CallbackAPIVersion

        self.answers: list[tuple[bytes, dict[str, Any]]] = []
        ready = threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        self._client.on_connect = lambda client, *_: client.subscribe("asker/answers", qos=1)
        self._client.on_subscribe = lambda *_: ready.set()
        self._client.on_message = lambda _, __, m: self.answers.append(
            (m.properties.CorrelationData, json.loads(m.payload))
        )
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert ready.wait(5)

    def ask(self, topic: str, payload: str, token: bytes, reply_to: str = "asker/answers") -> None:
        from paho.mqtt.packettypes import PacketTypes
        from paho.mqtt.properties import Properties

        properties = Properties(PacketTypes.PUBLISH)
        properties.ResponseTopic, properties.CorrelationData = reply_to, token
        self._client.publish(topic, payload, qos=1, properties=properties).wait_for_publish(5)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def test_who_asks_with_a_response_topic_gets_an_answer(broker: Any, desk: Make, eventually: Make) -> None:
    station = desk(port=broker.port)
    eventually(lambda: station.output._talk.linked)
    asker = Asker(broker.port)
    try:
        asker.ask(f"{BASE}/cmd/set", '{"volume": 40}', b"one")
        asker.ask(f"{BASE}/cmd/set", '{"volume": 400}', b"two")
        asker.ask(f"{BASE}/cmd/quiet", '{"on": true}', b"three")
        asker.ask(f"{BASE}/context/note/weather", "thunderstorm", b"four")
        eventually(lambda: len(asker.answers) == 4)
    finally:
        asker.close()
    assert asker.answers[0] == (b"one", {"ok": True})
    assert asker.answers[1][0] == b"two" and "100" in asker.answers[1][1]["reason"]
    assert station.asked == [
        Prefer({"volume": 40}, "mqtt"),
        SetQuiet(None, "mqtt", True),
        Note("weather", "thunderstorm", 3600.0),
    ]


def test_an_answer_never_goes_where_others_would_believe_it(
    broker: Any, make_listener: Make, desk: Make, eventually: Make
) -> None:
    home = make_listener(broker)
    station = desk(port=broker.port)
    eventually(lambda: station.output._talk.linked)
    asker = Asker(broker.port)
    try:
        for topic in (f"{BASE}/state", "homeassistant/status", "$SYS/x"):
            asker.ask(f"{BASE}/cmd/stop", "{}", b"x", reply_to=topic)
        asker.ask(f"{BASE}/cmd/stop", "{}", b"last")
        eventually(lambda: asker.answers)
    finally:
        asker.close()
    assert not [
        topic for _, topic, payload, _ in home.heard if payload.startswith(b'{"ok"') and topic != "asker/answers"
    ]


# --- coming, changing, going ----------------------------------------------------------------------------


def test_an_exercise_that_is_gone_is_taken_back_by_a_tombstone(
    broker: Any, make_listener: Make, desk: Make, eventually: Make
) -> None:
    home = make_listener(broker)
    station = desk(port=broker.port, techniques=("breathing", "pmr"))
    eventually(lambda: len(home.of("/config")) == 1)
    eventually(lambda: "start_pmr" in (station.house.state_dir / announced.FILE_NAME).read_text())
    station.output.stop()
    desk(port=broker.port, techniques=("breathing",))
    eventually(lambda: len(home.of("/config")) == 3)
    tombstone, last = (json.loads(payload)["components"] for payload in home.of("/config")[1:])
    assert tombstone["start_pmr"] == {"platform": "button"}
    assert "start_pmr" not in last and "start_breathing" in last


@pytest.mark.parametrize("mode", ["device", "component"])
def test_purge_discovery_leaves_nothing_on_the_broker(
    mode: str, broker: Any, make_listener: Make, eventually: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state_dir = tmp_path / "state"
    config = tmp_path / "desk.toml"
    config.write_text(
        f'[station]\nstate_dir = "{state_dir}"\n[output.mqtt]\nenabled = true\nhost = "127.0.0.1"\n'
        f'port = {broker.port}\ndiscovery = "{mode}"\n',
        encoding="utf-8",
    )
    from station import place

    state_dir.mkdir()
    house = House(place.station_id(state_dir), "de", "0.1.0", state_dir, print, techniques=("breathing", "gone"))
    output = mqtt.open(mqtt.Settings(host="127.0.0.1", port=broker.port, discovery=mode), house)  # type: ignore[arg-type]
    output.start()
    home = make_listener(broker)
    eventually(lambda: home.of("/config"))
    eventually(lambda: home.of("/state"))
    output.stop()
    assert __main__.main(["purge", "--discovery", "--yes", "--config", str(config)]) == 0
    assert "Emptied" in capsys.readouterr().out
    newcomer = make_listener(broker)
    time.sleep(0.3)
    assert newcomer.heard == []
    assert not (state_dir / announced.FILE_NAME).exists()


# --- what an access list forbids --------------------------------------------------------------------------


def test_check_says_which_topics_the_broker_forbids(make_broker: Make, tmp_path: Path) -> None:
    (tmp_path / "acl").write_text("topic readwrite desk/+/check\n", encoding="utf-8")
    broker = make_broker(f"acl_file {tmp_path / 'acl'}")
    house = House(STATION, "en", "0.1.0", tmp_path, print)
    findings = mqtt.examine(mqtt.Settings(host="127.0.0.1", port=broker.port), house)
    assert [severity for severity, _, _ in findings] == ["warning", "warning", "ok"]
    assert "events" in findings[0][1] and "homeassistant/" in findings[1][2]
    free = make_broker()
    findings = mqtt.examine(mqtt.Settings(host="127.0.0.1", port=free.port), house)
    assert [severity for severity, _, _ in findings] == ["ok"]


EVERYTHING = ["topic readwrite desk/#", "topic readwrite homeassistant/#"]
SPEAKS = ["topic write desk/#", "topic readwrite homeassistant/#", "topic read desk/+/check"]


@pytest.mark.parametrize(
    ("acl", "what", "remedy"),
    [
        ([*EVERYTHING, "topic deny desk/+/event/#"], "publish events", "desk/"),
        ([*EVERYTHING, "topic deny homeassistant/device/#"], "our announcement (discovery)", "homeassistant/device/"),
        ([*SPEAKS, "topic read desk/+/context/#"], "hear commands", "/cmd/+"),
        ([*SPEAKS, "topic read desk/+/cmd/+"], "hear what the house tells", "/context/#"),
    ],
)
def test_check_finds_the_one_topic_that_an_access_list_forbids(
    make_broker: Make, tmp_path: Path, acl: list[str], what: str, remedy: str
) -> None:
    """Mosquitto says yes to a subscription that it will never serve: only what does not come back tells."""
    (tmp_path / "acl").write_text("\n".join(acl) + "\n", encoding="utf-8")
    broker = make_broker(f"acl_file {tmp_path / 'acl'}")
    house = House(STATION, "en", "0.1.0", tmp_path, print)
    findings = mqtt.examine(mqtt.Settings(host="127.0.0.1", port=broker.port), house)
    (warning,) = [finding for finding in findings if finding[0] == "warning"]
    assert what in warning[1] and remedy in warning[2]
    assert findings[-1][0] == "ok"


def test_a_running_station_takes_no_notice_of_a_check(caplog: pytest.LogCaptureFixture) -> None:
    from station.outputs.mqtt.connection import Received
    from station.outputs.mqtt.ear import Ear

    asked: list[object] = []
    ear = Ear("desk/desk_0", mqtt.Settings(), asked.append, lambda: None)
    for name in ("cmd/check", "context/check"):
        ear.hear(Received(f"desk/desk_0/{name}", b"", False, None, "", b""))
    assert (asked, ear.rejected, caplog.text) == ([], 0, "")


@pytest.mark.parametrize("mode", ["device", "component"])
def test_a_check_takes_back_what_nobody_knows_and_announces_nothing(
    mode: Any, broker: Any, make_listener: Make, eventually: Make, tmp_path: Path
) -> None:
    home = make_listener(broker)
    settings = mqtt.Settings(host="127.0.0.1", port=broker.port, discovery=mode)
    mqtt.examine(settings, House(STATION, "en", "0.1.0", tmp_path, print))
    eventually(lambda: home.of("-check/config"))
    (said,) = home.of("-check/config")
    if mode == "device":  # for an empty one there Home Assistant would write a warning into its log
        assert json.loads(said)["components"] == {"check": {"platform": "sensor"}}
    else:
        assert said == b""
    assert make_listener(broker).heard == []  # nothing stays


# --- how much ---------------------------------------------------------------------------------------------


def test_in_a_company_network_only_the_devices_health_leaves(
    broker: Any, make_listener: Make, desk: Make, eventually: Make
) -> None:
    home = make_listener(broker)
    station = desk(port=broker.port, privacy=3, company=True)
    station.say(ev.SensorWell(475.0))
    for event in (
        ev.TensionStarted(15.0, 0.1, "r"),
        ev.Button("short"),
        ev.Mark("button"),
        ev.SessionEnded("a", "de", "completed"),
    ):
        station.say(event)
    eventually(lambda: any(json.loads(s)["sensor_ok"] for s in home.of("/state")))
    assert home.of("/log") == [] and not [t for _, t, _, _ in home.heard if "/event/" in t]
    last = json.loads(home.of("/state")[-1])
    assert (last["tension"], last["level_rve_percent"], last["state"]) == (None, None, "monitoring")
