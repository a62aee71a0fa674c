"""The schema files say what is really said: every message of a run is held against the file of its topic."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core import events as ev
from station.core.preferences import POSSIBLE
from station.core.state import State
from station.outputs.mqtt import commands, schema, words

FILES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in schema.FOLDER.glob("*.json")}

KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "number": (int, float), "integer": (int,),
    "boolean": (bool,), "null": (type(None),),
}  # fmt: skip


def is_kind(value: Any, kind: str) -> bool:
    return isinstance(value, KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))


def faults(value: Any, rule: dict[str, Any], where: str = "") -> list[str]:  # noqa: PLR0912 - one per keyword
    """What is wrong with a value by a JSON Schema: as much of the standard as our schemas use, the rest is an error."""
    known = {
        *("$schema", "$id", "title", "description", "default", "format", "x-privacy-level", "type", "enum", "const"),
        *("properties", "required", "additionalProperties", "items", "anyOf", "oneOf", "pattern", "minimum", "maximum"),
        *("exclusiveMinimum", "maxLength"),
    }
    assert set(rule) <= known, set(rule) - known
    kinds = [rule["type"]] if isinstance(rule.get("type"), str) else rule.get("type", [])
    if kinds and not any(is_kind(value, kind) for kind in kinds):
        return [f"{where}: {value!r} is not {kinds}"]
    wrong = []
    if "enum" in rule and value not in rule["enum"]:
        wrong.append(f"{where}: {value!r} is none of {rule['enum']}")
    if "const" in rule and value != rule["const"]:
        wrong.append(f"{where}: {value!r} is not {rule['const']!r}")
    for key, number in ((1, "anyOf"), (2, "oneOf")):
        fitting = [one for one in rule.get(number, []) if not faults(value, one)]
        if number in rule and (not fitting or (key == 2 and len(fitting) > 1)):
            wrong.append(f"{where}: {value!r} fits {len(fitting)} of {number}")
    if isinstance(value, str):
        if "pattern" in rule and not re.search(rule["pattern"], value):
            wrong.append(f"{where}: {value!r} does not match")
        if len(value) > rule.get("maxLength", len(value)):
            wrong.append(f"{where}: too long")
        if rule.get("format") == "date-time":
            datetime.fromisoformat(value)
    if is_kind(value, "number"):
        if not rule.get("minimum", value) <= value <= rule.get("maximum", value):
            wrong.append(f"{where}: {value} is out of range")
        if value <= rule.get("exclusiveMinimum", value - 1):
            wrong.append(f"{where}: {value} is too small")
    if isinstance(value, dict) and "properties" in rule:
        wrong += [f"{where}: {key} is missing" for key in rule.get("required", []) if key not in value]
        for key, one in value.items():
            if key in rule["properties"]:
                wrong += faults(one, rule["properties"][key], f"{where}/{key}")
            elif rule.get("additionalProperties") is False:
                wrong.append(f"{where}: {key} is not in the schema")
    for index, one in enumerate(value if isinstance(value, list) else ()):
        wrong += faults(one, rule.get("items", {}), f"{where}[{index}]")
    return wrong


def test_the_checker_itself_can_say_no() -> None:
    state = words.state_document(State(), "1", 2, 0.0)
    assert faults(state, FILES["state"]) == []
    assert faults({**state, "volume": 300}, FILES["state"])
    assert faults({**state, "extra": 1}, FILES["state"])
    assert faults({key: value for key, value in state.items() if key != "why"}, FILES["state"])
    assert faults({**state, "present": "perhaps"}, FILES["state"])
    assert faults({"minutes": -1}, FILES["cmd-quiet"])
    assert faults(True, {"type": "number"})


def test_the_files_are_what_the_tables_make_of_them_now() -> None:
    made = schema.files()
    there = {path.name: path.read_text(encoding="utf-8") for path in schema.FOLDER.iterdir()}
    assert there == made, "run  python -m station.outputs.mqtt.schema"


# --- what goes out ------------------------------------------------------------------------------------

texts = st.text(max_size=20)
numbers = st.floats(0, 1e6)
shares = st.none() | st.floats(0, 1)
times = st.none() | st.floats(1e9, 2e9)
preferences = st.fixed_dictionaries(
    {},
    optional={
        "monitoring": st.booleans(), "cues": st.booleans(), "favourite": texts,
        "language": st.sampled_from(["de", "en"]),
        "quiet_minutes": st.integers(1, 720), "volume": st.integers(0, 100), "cue_budget": st.integers(0, 24),
    },
)  # fmt: skip
states = st.builds(
    State,
    started=st.booleans(), sensor_ok=st.booleans(), sensor_problem=texts, sensor_remedy=texts,
    signal_quality=st.sampled_from(["ok", "off", "rail", "hum", "flat", "stale", "motion", "absent", "unknown"]),
    rate=st.none() | numbers, level_rve_percent=st.none() | numbers, relative_rest_time=shares, tension=st.booleans(),
    tension_since=times, present=st.sampled_from(["present", "away", "unknown"]),
    cue=st.sampled_from(["", "light", "chime"]), last_cue=times, last_answer=st.sampled_from(["", *schema.ANSWERS]),
    why=texts, suggestion=texts, quiet=st.booleans(), quiet_until=times, private=st.booleans(), preferences=preferences,
    technique=texts, length=st.sampled_from(["", "micro", "middle", "long"]), session_ends=times, paused=st.booleans(),
    valid_today_s=st.floats(60, 1e5), sessions_today=st.integers(0, 99), longest_stretch_s=numbers,
    troubles=st.dictionaries(texts, texts, max_size=2),
)  # fmt: skip


@given(states, st.integers(1, 3))
def test_every_state_the_station_can_be_in_fits_its_schema(state: State, level: int) -> None:
    document = words.state_document(state, "1.0", level, 1.7e9)
    assert faults(msgspec.json.decode(msgspec.json.encode(document)), FILES["state"]) == []
    for key, rule in FILES["state"]["properties"].items():
        if rule.get("x-privacy-level", 1) > level:
            assert document[key] is None


def _filled(kind: type[ev.Event]) -> ev.Event:
    """An event with something in every field."""
    some = {"str": "x", "float": 0.5, "int": 3, "float | None": 0.5, "bool": True}
    made = kind(**{name: some[hint] for name, hint in kind.__annotations__.items()})
    names = {
        "phase": "light", "answer": "wrong", "gesture": "double", "length": "micro", "language": "de", "quality": "A",
    }  # fmt: skip
    return replace(made, **{name: value for name, value in names.items() if hasattr(made, name)})


@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize("kind", sorted({*words.EVENTS, *words.LOG}, key=lambda kind: kind.__name__))
def test_every_event_fits_its_schema_at_every_level(kind: type[ev.Event], level: int) -> None:
    moment = ev.Moment(_filled(kind), 10.0, 1.7e9)
    live, record = words.live(moment, level, "id-1"), words.durable(moment, level, "id-1")
    if live is not None:
        assert faults(live[1], FILES[live[0].replace("/", "-")]) == []
    if record is not None:
        assert faults(record, FILES["log"]) == []
        (rule,) = [one for one in FILES["log"]["oneOf"] if one["properties"]["event"]["const"] == record["event"]]
        assert all(one.get("x-privacy-level", 1) <= level for k, one in rule["properties"].items() if k in record)
    if level == 1:
        assert live is record is None


# --- what comes in ------------------------------------------------------------------------------------

ALL = tuple(commands.COMMANDS)
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 900)
    | st.floats(allow_nan=False)
    | st.sampled_from(["de", "pmr", "", "X"]),
    lambda inner: st.dictionaries(
        st.sampled_from([*POSSIBLE, "minutes", "on", "technique", "length", "active", "expires_s", "text", "z"]), inner
    ),
    max_leaves=6,
)


@given(st.sampled_from([*ALL, "call", "note"]), anything)
def test_what_a_schema_allows_is_understood_and_what_it_forbids_is_not(name: str, said: Any) -> None:
    topic, file = {
        "call": ("context/call", "context"),
        "note": ("context/note/weather", "context-note"),
    }.get(name, (f"cmd/{name}", f"cmd-{name}"))
    if not isinstance(said, dict):
        return
    allowed = faults(said, FILES[file]) == []
    try:
        commands.read(topic, msgspec.json.encode(said), ALL)
    except commands.NotUnderstoodError:
        assert not allowed or (name == "set" and all(value is None for value in said.values()))
    else:
        assert allowed, said


# --- the document about all of them ---------------------------------------------------------------------


def test_the_asyncapi_document_names_every_topic_and_refers_to_files_that_are_there() -> None:
    document = FILES["asyncapi"]
    assert document["asyncapi"] == "3.0.0"
    referred = set(re.findall(r'"\./([a-z-]+)\.json"', json.dumps(document)))
    assert referred == set(FILES) - {"asyncapi"}
    addresses = {channel["address"] for channel in document["channels"].values()}
    assert {"desk/{stationId}/state", "desk/{stationId}/cmd/set", "desk/{stationId}/context/away"} <= addresses
    for operation in document["operations"].values():
        assert operation["channel"]["$ref"].removeprefix("#/channels/") in document["channels"]


def test_the_schemas_are_schemas() -> None:
    jsonschema = pytest.importorskip(
        "jsonschema", reason="jsonschema is not installed: the standard's own check is left out"
    )
    for name, made in FILES.items():
        if name != "asyncapi":
            jsonschema.Draft202012Validator.check_schema(made)


def test_the_wheel_takes_them_along() -> None:
    settings = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    assert '"**/*.json"' in settings and '"**/*.md"' in settings
