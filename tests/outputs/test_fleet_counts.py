"""What a study counts really gets to it: the recipe's Telegraf file by its documented rules, and then the databases.

Telegraf itself is not needed here: `as_telegraf_writes` is what its documentation says of the keys that the file uses
(and fails at any other).  VictoriaMetrics is asked the dashboard's own questions where it is installed.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import time
import tomllib
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from station.core import events as ev
from station.outputs import mqtt
from station.outputs.mqtt import words

RECIPE = Path(mqtt.__file__).parent / "fleet"
NOW = 1.7e9
Metric = tuple[str, dict[str, str], dict[str, float | int | str], int]

DONE = ev.SessionEnded("breathing", "de", "completed")
HAPPENED: list[ev.Event] = [
    ev.Minute(0.4, 1.0, 5.0, 9.0, 3, 2.0, 60.0, "A"),
    ev.TensionStarted(15.0, 0.1, "r"),
    ev.TensionEnded(50.0),
    ev.CueAnswered("accepted"),
    ev.SessionStarted("breathing", "micro", "de", 60.0, "button"),
    DONE,
    ev.Mark("page"),
]


def as_telegraf_writes(topic: str, payload: str) -> Metric | None:
    """(name, tags, fields, nanosecond) that its outputs get, or None where it drops the message."""
    config = tomllib.loads((RECIPE / "telegraf.conf").read_text(encoding="utf-8"))
    (reads,) = [one for one in config["inputs"]["mqtt_consumer"] if matches(one["topics"][0], topic)]
    (parsing,) = reads["topic_parsing"]
    tags = {k: v for k, v in zip(parsing["tags"].split("/"), topic.split("/"), strict=True) if k != "_"}
    fields: dict[str, float | int | str] = {}
    at = NOW
    if reads["data_format"] == "json":
        said = json.loads(payload)
        at = datetime.strptime(said.pop(reads["json_time_key"]), "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()
        tags |= {key: str(said.pop(key)) for key in reads["tag_keys"] if said.get(key) is not None}
        fields = {key: float(v) for key, v in said.items() if type(v) in (int, float)}
        fields |= {key: said[key] for key in reads["json_string_fields"] if key in said}
        fields = {key: v for key, v in fields.items() if key in reads["fieldinclude"]}
    else:
        assert (reads["data_format"], reads["data_type"]) == ("value", "string")
        fields = {"value": payload}
    if any(tags.get(tag) not in wanted for tag, wanted in reads.get("tagpass", {}).items()) or not fields:
        return None
    name = reads["name_override"]
    for kind, steps in config["processors"].items():
        for step in steps:
            if name not in step["namepass"]:
                continue
            if kind == "defaults":
                fields = step["fields"] | fields
            else:
                assert kind == "enum"
                (mapping,) = step["mapping"]
                for key in mapping["fields"]:
                    fields[mapping["dest"]] = mapping["value_mappings"].get(fields[key], mapping["default"])
    (out,) = config["outputs"]["influxdb"]
    fields = {key: v for key, v in fields.items() if key not in out["fieldexclude"]}
    return (name, tags, fields, round(at * 1e9)) if fields else None


def matches(pattern: str, topic: str) -> bool:
    return re.fullmatch(pattern.replace("+", "[^/]+"), topic) is not None


def logged(event: ev.Event, level: int, wall: float = NOW) -> str | None:
    record = words.durable(ev.Moment(event, 0.0, wall), level, "run-1")
    return None if record is None else json.dumps(record)


@pytest.mark.parametrize("level", [2, 3])
def test_minutes_sessions_and_answers_are_kept_and_nothing_else_whatever_a_station_tells(level: int) -> None:
    kept = {}
    for event in HAPPENED:
        payload = logged(event, level)
        metric = payload and as_telegraf_writes("site-01/desk_0123abcd/log", payload)
        if metric:
            name, tags, fields, _ = metric
            assert (name, tags.pop("site"), tags.pop("station")) == ("desk", "site-01", "desk_0123abcd")
            kept[tags.pop("event")] = (tags, fields)
    assert kept == {
        "minute": ({"quality": "A"}, {"relative_rest_time": 0.4, "valid_s": 60.0, "happened": 1}),
        "cue_answered": ({"answer": "accepted"}, {"happened": 1}),
        "session_started": ({"technique": "breathing", "length": "micro"}, {"seconds": 60.0, "happened": 1}),
        "session_ended": ({"technique": "breathing"}, {"happened": 1}),
    }


def test_who_is_there_is_a_number() -> None:
    for word, number in (("online", 1), ("offline", 0)):
        metric = as_telegraf_writes("site-01/desk_0123abcd/availability", word)
        assert metric and metric[:3] == (
            "desk_availability",
            {"site": "site-01", "station": "desk_0123abcd"},
            {"value": word, "there": number},
        )


def test_whatever_telegraf_writes_has_its_column_in_timescale() -> None:
    sql = (RECIPE / "timescale.sql").read_text(encoding="utf-8")
    columns = {
        name: set(re.findall(r"(\w+) (?:timestamptz|text|double precision|bigint)", table))
        for name, table in re.findall(r"CREATE TABLE (\w+) \((.*?)\n\);", sql, re.DOTALL)
    }
    written: list[Metric | None] = [as_telegraf_writes("s/desk_1/availability", "online")]
    written += [as_telegraf_writes("s/desk_1/log", logged(event, 3) or "") for event in HAPPENED]
    used: dict[str, set[str]] = {name: {"time"} for name in columns}
    for metric in written:
        if metric:
            used[metric[0]] |= set(metric[1]) | set(metric[2])
    assert used == columns


@pytest.fixture
def database(tmp_path: Path, eventually: Callable[..., Any]) -> Iterator[str]:
    program = shutil.which("victoria-metrics")
    if program is None:
        pytest.skip("VictoriaMetrics is not installed here (sudo apt install victoria-metrics)")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    words = [program, f"-storageDataPath={tmp_path}", f"-httpListenAddr=127.0.0.1:{port}"]
    running = subprocess.Popen([*words, "-dedup.minScrapeInterval=1ms"], stderr=subprocess.DEVNULL)

    def up() -> bool:
        with socket.socket() as wire:
            return wire.connect_ex(("127.0.0.1", port)) == 0

    eventually(up, within_s=20)
    yield f"http://127.0.0.1:{port}"
    running.terminate()
    running.wait(20)


@pytest.mark.slow
def test_the_dashboard_shows_what_five_stations_did_and_of_four_nothing_but_that_they_are_there(
    database: str, eventually: Callable[..., Any]
) -> None:
    now = time.time()
    lines = []
    for site, stations in (("large", 5), ("small", 4)):
        for n in range(stations):
            lines.append(as_telegraf_writes(f"{site}/desk_{n}/availability", "online"))
            for minute in range(3):
                quality = "AB"[minute % 2]  # one station is one station, however well it feels
                payload = logged(ev.Minute((n + 1) / 10, 1, 5, 9, 3, 2, 60.0, quality), 2, now - 600 + 60 * minute)
                lines += 2 * [as_telegraf_writes(f"{site}/desk_{n}/log", payload or "")]  # it may arrive twice
            for event in (ev.SessionStarted("breathing", "micro", "de", 60.0, "button"), DONE):
                lines += 2 * [as_telegraf_writes(f"{site}/desk_{n}/log", logged(event, 2, now - 300) or "")]
    text = []
    for line in lines:
        assert line is not None
        name, tags, fields, at = line
        at = at if name == "desk" else round((now - 60) * 1e9)
        told = ",".join([name, *(f"{k}={v}" for k, v in tags.items())])
        values = ",".join(f'{k}="{v}"' if isinstance(v, str) else f"{k}={v}" for k, v in fields.items())
        text.append(f"{told} {values} {at}")
    urllib.request.urlopen(f"{database}/write", "\n".join(text).encode()).close()

    def asked(expression: str) -> list[dict[str, Any]]:
        query = urllib.parse.urlencode({"query": expression, "time": now, "nocache": 1})
        with urllib.request.urlopen(f"{database}/api/v1/query?{query}") as answer:
            found: list[dict[str, Any]] = json.load(answer)["data"]["result"]
            return found

    panels = json.loads((RECIPE / "grafana-dashboard.json").read_text(encoding="utf-8"))["panels"]
    there, rest, done = (panel["targets"][0]["expr"] for panel in panels)
    eventually(lambda: asked(there), within_s=20)
    assert [one["value"][1] for one in asked(there)] == ["9"]
    ((site, share),) = [(one["metric"], one["value"][1]) for one in asked(rest)]
    assert site == {"site": "large"} and float(share) == pytest.approx(0.3)
    sessions = {one["metric"]["site"]: one["value"][1] for one in asked(done)}
    assert sessions == {"large": "5"}
