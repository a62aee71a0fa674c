"""What lies ready to be imported: it parses, it speaks of what there is, and Home Assistant takes it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

from station.core.inputs import Context
from station.outputs.mqtt import commands, dashboard, discovery, words

HERE = Path(dashboard.__file__).parent
BLUEPRINTS = sorted((HERE / "homeassistant" / "blueprints").glob("*.yaml"))
ALL = tuple(commands.COMMANDS)


def parsed(path: Path) -> Any:
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed: the YAML files are not read")

    class Loader(yaml.SafeLoader):  # type: ignore[misc, name-defined]
        pass

    Loader.add_constructor("!input", lambda loader, node: {"input": node.value})
    return yaml.load(path.read_text(encoding="utf-8"), Loader)


def test_there_are_the_five_and_those_for_computers() -> None:
    assert {path.stem for path in BLUEPRINTS} == {
        *("meeting_to_quiet", "cue_to_lamp", "accepted_movement_to_desk_up", "button_to_anything", "door_to_away"),
        *("computer_to_call", "focus_to_focus"),
    }


@pytest.mark.parametrize("path", BLUEPRINTS, ids=lambda path: path.stem)
def test_every_input_that_is_used_is_asked_for_and_the_other_way_round(path: Path) -> None:
    made = parsed(path)
    asked = set(made["blueprint"]["input"])
    body = {key: value for key, value in made.items() if key != "blueprint"}
    used = set(re.findall(r"\{'input': '(\w+)'\}", str(body)))
    assert asked == used
    assert all("name" in one and "selector" in one for one in made["blueprint"]["input"].values())


@pytest.mark.parametrize("path", BLUEPRINTS, ids=lambda path: path.stem)
def test_blueprints_speak_of_topics_and_events_that_there_are(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for topic in re.findall(r"\{\{ base \}\}/([a-z/]+)", text):
        assert topic.removeprefix("context/") in commands.CONTEXTS
    for kind in re.findall(r"event_type == '(\w+)'", text):
        assert kind in {each for kinds in words.EVENT_TYPES.values() for each in kinds}


@pytest.mark.parametrize(
    "payload", ["off", '{"active": true, "expires_s": 14400}', '{"active": false, "expires_s": 1800}']
)
def test_what_blueprints_publish_is_understood(payload: str) -> None:
    assert isinstance(commands.read("context/away", payload.encode(), ALL), Context)


# --- the dashboard --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", dashboard.LANGUAGES)
def test_the_dashboard_shows_entities_that_there_are(language: str) -> None:
    path = HERE / "homeassistant" / f"dashboard.{language}.yaml"
    assert path.read_text(encoding="utf-8") == dashboard.dashboard(language), (
        "run  python -m station.outputs.mqtt.dashboard"
    )
    techniques = tuple(each for each in dashboard.TECHNIQUES if each != "daily")
    ((_, document),) = discovery.payload("desk_1", dashboard.DEVICE, language, techniques, "1")
    there = {dashboard.entity_id(c["platform"], c["name"]) for c in document["components"].values() if "name" in c}
    shown = set(re.findall(r"entity: (\S+)", path.read_text(encoding="utf-8")))
    assert shown <= there
    assert len(shown) > 25
    assert parsed(path)["views"][0]["sections"]


# --- the neighbours -------------------------------------------------------------------------------------


def test_the_node_red_flow_is_wired_and_speaks_our_language() -> None:
    flow = json.loads((HERE / "nodered" / "flow.json").read_text(encoding="utf-8"))
    ids = {node["id"] for node in flow}
    assert len(ids) == len(flow)
    for node in flow:
        assert {target for wires in node.get("wires", []) for target in wires} <= ids
        topic = node.get("topic", "")
        if node["type"] == "inject" and topic.startswith("desk/"):
            commands.read(topic.split("/", 2)[2], node["payload"].encode(), ALL)
    heard = {node["topic"].split("/", 2)[2] for node in flow if node["type"] == "mqtt in"}
    assert heard == {"state", "event/button"}
    assert {"mqtt in", "mqtt out", "mqtt-broker"} <= {node["type"] for node in flow}


def test_the_openhab_example_reads_keys_that_the_state_has() -> None:
    things = (HERE / "openhab" / "desk-station.things").read_text(encoding="utf-8")
    items = (HERE / "openhab" / "desk-station.items").read_text(encoding="utf-8")
    keys = set(re.findall(r"JSONPATH:\$\.(\w+)", things))
    assert keys - {"event_type"} <= {*words.STATE, "state", "ts", "version"}
    channels = set(re.findall(r"Type \w+\s*:\s*(\w+)", things))
    linked = set(re.findall(r'channel="mqtt:topic:broker:desk:(\w+)"', items))
    assert linked == channels
    for topic, payload in re.findall(
        r'commandTopic="desk/desk_0123abcd/([\w/]+)".*?formatBeforePublish="((?:\\.|[^"\\])*)"', things
    ):
        said = payload.replace('\\"', '"').replace(
            "%s", "on" if topic.startswith("context") else "true" if "quiet" in topic else "30"
        )
        commands.read(topic, said.encode(), ALL)


def test_the_fleet_reads_only_aggregates_of_the_log() -> None:
    telegraf = (HERE / "fleet" / "telegraf.conf").read_text(encoding="utf-8")
    import tomllib

    made = tomllib.loads(telegraf)
    topics = [topic for one in made["inputs"]["mqtt_consumer"] for topic in one["topics"]]
    assert set(topics) == {"+/+/log", "+/+/availability"}
    names = {key for one in made["inputs"]["mqtt_consumer"] for key in one.get("json_string_fields", [])}
    assert not names & {"reason", "suggestion", "why"}
    # The id is read, because an event needs a field to be counted; none of the two databases gets it.
    outputs = re.sub(r"^# (?=[\[\w.]+( =|\]\]))", "", telegraf[telegraf.index("[[outputs") :], flags=re.M)
    written = [one for every in tomllib.loads(outputs)["outputs"].values() for one in every]
    assert len(written) == 2 and all("id" in one["fieldexclude"] for one in written)
    bridge = (HERE / "fleet" / "mosquitto-site.conf").read_text(encoding="utf-8")
    sent_on = re.findall(r"^topic (\S+) (\S+)", bridge, re.M)
    assert sent_on and all(direction == "out" for _, direction in sent_on)
    grafana = msgspec.json.decode((HERE / "fleet" / "grafana-dashboard.json").read_bytes())
    assert grafana["panels"]


# --- Home Assistant itself --------------------------------------------------------------------------------

_CHECK = """
import asyncio, json, sys
from homeassistant.core import HomeAssistant
from homeassistant.util.yaml import parse_yaml
from homeassistant.components.blueprint.models import Blueprint, BlueprintInputs
from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA, PLATFORM_SCHEMA
async def main(docs):
    hass, out = HomeAssistant("/tmp"), {}
    for name, (text, values) in docs.items():
        try:
            made = Blueprint(parse_yaml(text), expected_domain="automation", schema=AUTOMATION_BLUEPRINT_SCHEMA)
            inputs = BlueprintInputs(made, {"use_blueprint": {"path": "x", "input": values}})
            inputs.validate()
            PLATFORM_SCHEMA(inputs.async_substitute())
            out[name] = "ok"
        except Exception as error:
            out[name] = f"{type(error).__name__}: {error}"
    print(json.dumps(out), flush=True)
    import os; os._exit(0)
asyncio.run(main(json.load(sys.stdin)))
"""

_VALUES = {
    "entity": "binary_sensor.x", "text": "desk/desk_0123abcd", "number": 30, "action": [{"action": "scene.turn_on"}],
}  # fmt: skip


@pytest.mark.slow
def test_home_assistant_takes_every_blueprint() -> None:
    roots = [root for root in os.environ.get("DESK_HA_RIG", "").split(":") if root]
    if not roots:
        pytest.skip("no Home Assistant here: build one with ha-rig/setup.sh and name its folder in DESK_HA_RIG")
    docs = {}
    for path in BLUEPRINTS:
        asked = parsed(path)["blueprint"]["input"]
        values = {key: _VALUES[next(iter(one["selector"]))] for key, one in asked.items()}
        docs[path.stem] = (path.read_text(encoding="utf-8"), values)
    for root in roots:
        told = subprocess.run(
            ["chroot", f"{root}/tree", "/opt/ha/bin/python", "-c", _CHECK],
            input=json.dumps(docs), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert json.loads(told.stdout or "{}") == dict.fromkeys(docs, "ok"), told.stderr[-2000:]
