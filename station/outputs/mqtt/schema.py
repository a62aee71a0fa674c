"""What every topic carries, as JSON Schema (2020-12) and as one AsyncAPI document.

    python -m station.outputs.mqtt.schema        writes schemas/*.json and schemas/README.md anew

Commands and context are read with the types in `commands.py`, so their schemas are made from those; what goes out is
described here and in `words.py`, beside the privacy level of every key.  The files lie in the repository and in the
wheel; a test keeps them equal to what is made here.  `VERSION` grows when a key is taken away or changes its meaning; a
new key is no new version, so readers must ignore keys they do not know.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from station.core import events as ev
from station.outputs.mqtt import commands, words
from station.outputs.mqtt.entities import QUALITIES, STATES

Schema = dict[str, Any]

VERSION = 1
FOLDER = Path(__file__).parent / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"

TIME: Schema = {"type": "string", "format": "date-time", "description": "UTC, ISO 8601 with milliseconds"}
TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
SECONDS: Schema = {"type": "number", "minimum": 0}
NUMBER: Schema = {"type": "number", "minimum": 0}
COUNT: Schema = {"type": "integer", "minimum": 0}
PHASE: Schema = {"enum": ["", "light", "chime"]}
ANSWERS = ("accepted", "not_now", "wrong", "ignored", "self_released", "withdrawn")

# Key of the state document -> what stands there (or null, where level or private mode keep it here), and what it means.
STATE: dict[str, tuple[Schema, str]] = {
    "sensor_ok": (FLAG, "the sensor is being read"),
    "sensor_problem": (TEXT, "what is wrong with it and what to do, or nothing"),
    "signal_quality": ({"enum": list(QUALITIES)}, "may the signal be believed, and if not, why"),
    "sampling_rate": (NUMBER, "measured, in samples a second"),
    "troubles": ({"type": "array", "items": TEXT}, "outputs that do not work now, each with a sentence"),
    "tension": (FLAG, "the shoulders have been up for long enough to matter"),
    "tension_since": (TIME, "since when"),
    "level_rve_percent": (NUMBER, "the load in %RVE; at level 2 in steps of 5"),
    "relative_rest_time": (SHARE, "share of rest in the last whole minute"),
    "rest_today": (SHARE, "share of rest in today's valid minutes"),
    "longest_stretch_s": (SECONDS, "the longest time without rest today"),
    "present": ({"enum": ["present", "away", "unknown"]}, "somebody at the desk"),
    "worn": (FLAG, "the sensor is on the body, as far as its signal tells"),
    "cue": (PHASE, "the cue that is showing"),
    "last_cue": (TIME, "when the last one began"),
    "last_answer": ({"enum": ["", *ANSWERS]}, "how it ended"),
    "suggestion": (TEXT, "the exercise a cue suggests"),
    "quiet": (FLAG, "quiet was asked for"),
    "quiet_until": (TIME, "when it ends by itself"),
    "technique": (TEXT, "the exercise that runs, or nothing"),
    "length": ({"enum": ["", "micro", "middle", "long"]}, "its length"),
    "paused": (FLAG, "it stands still"),
    "session_ends": (TIME, "when it will be over"),
    "sessions_today": (COUNT, "exercises done today"),
    "cues_today": (COUNT, "cues given today"),
    "monitoring": (FLAG, "the sensor is read at all; changed with cmd/set"),
    "cues": (FLAG, "the station may draw attention; changed with cmd/set"),
    "favourite": (TEXT, "the exercise a short press starts; changed with cmd/set"),
    "language": ({"type": "string", "pattern": "^[a-z]{2,3}$"}, "the voice's language; changed with cmd/set"),
    "quiet_minutes": (COUNT, "the usual length of quiet; changed with cmd/set"),
    "volume": ({"type": "integer", "minimum": 0, "maximum": 100}, "loudness; changed with cmd/set"),
    "cue_budget": (COUNT, "cues a day at most; changed with cmd/set"),
    "why": (TEXT, "the reason of the last cue, or why there was none"),
    "marks_today": (COUNT, "moments marked today"),
}

# What an event on event/NAME may carry beside event_type, ts and id.
EVENT_KEYS: dict[str, dict[str, Schema]] = {
    "tension": {
        "load_rve_percent": NUMBER,
        "relative_rest_time": SHARE,
        "reason": TEXT,
        "lasted_s": SECONDS,
        "stretch_s": SECONDS,
    },
    "cue": {"suggestion": TEXT, "reason": TEXT},
    "button": {},
    "session": {"technique": TEXT, "length": TEXT, "language": TEXT, "seconds": SECONDS, "reason": TEXT},
    "spoken": {
        "text": {**TEXT, "description": "what the voice says, word for word"},
        "technique": TEXT,
        "language": {**TEXT, "description": "of the text"},
        "seconds": {
            **SECONDS,
            "description": "show it for so long, or until the next one",
        },
    },
}

# The Python type of an event's field -> its schema; None is allowed where the field says so.
_FIELDS: dict[str, Schema] = {
    "str": TEXT,
    "float": {"type": "number"},
    "int": {"type": "integer"},
    "float | None": {"type": ["number", "null"]},
    "bool": FLAG,
}

_COMMANDS: dict[str, type[msgspec.Struct]] = {
    "exercise": commands.Exercise,
    "stop": commands.Nothing,
    "quiet": commands.QuietFor,
    "mark": commands.Nothing,
    "set": commands.Preferences,
    "like": commands.OneTechnique,
    "exclude": commands.OneTechnique,
    "proposal": commands.YesOrNo,
}


def all_schemas() -> dict[str, Schema]:
    """File name (without .json) -> schema, for every topic there is."""
    found = {
        "availability": _titled("availability", {"enum": ["online", "offline"]}, "Plain text, not JSON."),
        "state": _titled("state", _state(), "Always all keys; null is: unknown, or not for this privacy level."),
        "log": _titled("log", {"oneOf": list(_records())}, "Every durable event, perhaps twice: keep the ids."),
        "reply": _titled("the asker's response topic", _reply(), "The answer to a command; `ok`: understood."),
    }
    for topic, types in words.EVENT_TYPES.items():
        found[f"event-{topic}"] = _titled(f"event/{topic}", _event(topic, types), "For those who react now.")
    for name, kind in _COMMANDS.items():
        found[f"cmd-{name}"] = _titled(f"cmd/{name}", _of(kind), "May also be empty." if name != "set" else "")
    plain = {"enum": ["on", "off", "true", "false", "1", "0", ""], "description": "plain text"}
    context = {"oneOf": [plain, _of(commands.ContextNow)]}
    note = {"oneOf": [{"type": "string", "maxLength": 100, "description": "plain text"}, _of(commands.NoteNow)]}
    found["context"] = _titled("context/call, context/focus, context/away, context/quiet", context, "")
    found["context-note"] = _titled("context/note/NAME", note, "Stays in this house.")
    return found


def _titled(topic: str, schema: Schema, description: str) -> Schema:
    name = topic.replace("/", "-").split(",")[0]
    about = {"$schema": DIALECT, "$id": f"urn:desk-station:mqtt:v{VERSION}:{name.replace(' ', '-')}", "title": topic}
    return {**about, **({"description": description} if description else {}), **schema}


def _object(properties: dict[str, Schema], required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _or_null(schema: Schema, description: str) -> Schema:
    if "enum" in schema:
        return {**schema, "enum": [*schema["enum"], None], "description": description}
    return {**schema, "type": [schema["type"], "null"], "description": description}


def _state() -> Schema:
    always: dict[str, Schema] = {
        "state": {"enum": list(STATES), "description": "the one word for all of it"},
        "ts": _or_null(TIME, "when it was said"),
        "version": _or_null(TEXT, "of the station's program"),
    }
    keys = {name: {**_or_null(*STATE[name]), "x-privacy-level": level} for name, (level, _) in words.STATE.items()}
    return _object({**always, **keys}, [*always, *keys])


def _event(topic: str, types: tuple[str, ...]) -> Schema:
    always: dict[str, Schema] = {"event_type": {"enum": list(types)}, "ts": TIME, "id": TEXT}
    return _object({**always, **EVENT_KEYS[topic]}, list(always))


def _records() -> Iterator[Schema]:
    for kind, (level, coarse) in words.LOG.items():
        keys: dict[str, Schema] = {"event": {"const": ev.name_of(kind)}}
        for name, annotation in kind.__annotations__.items():
            at = min(level, words.COARSE) if name in coarse else words.DETAILED
            keys[name] = {**_FIELDS[str(annotation)], "x-privacy-level": max(level, at)}
        yield _object({**keys, "ts": TIME, "id": TEXT}, ["event", *coarse, "ts", "id"])


def _reply() -> Schema:
    return _object({"ok": FLAG, "reason": TEXT}, ["ok"])


def _of(kind: type[msgspec.Struct]) -> Schema:
    """The schema msgspec makes of a type, in one piece."""
    made = msgspec.json.schema(kind)
    whole: Schema = dict(made["$defs"][kind.__name__])
    whole.pop("title", None)
    return whole


def asyncapi() -> Schema:
    """One AsyncAPI 3.0 document that names every topic and refers to the schema files."""
    outgoing = {"availability", "state", "log", "reply"}
    channels, operations, messages = {}, {}, {}
    for name, schema in all_schemas().items():
        sends = name in outgoing or name.startswith("event-")
        plain = name == "availability"
        content = "text/plain" if plain else "application/json"
        messages[name] = {"contentType": content, "payload": {"$ref": f"./{name}.json"}}
        for address in _addresses(name):
            channel = address.replace("/", "-").replace("{", "").replace("}", "")
            about: Schema = {"messages": {name: {"$ref": f"#/components/messages/{name}"}}}
            channels[channel] = {"address": None if name == "reply" else f"desk/{{stationId}}/{address}", **about}
            if name != "reply":
                parameters = ["stationId", *(["note"] if "{note}" in address else [])]
                channels[channel]["parameters"] = {key: {"description": _PARAMETERS[key]} for key in parameters}
            retained = name in ("availability", "state")
            operations[f"{'send' if sends else 'receive'}-{channel}"] = {
                "action": "send" if sends else "receive",
                "channel": {"$ref": f"#/channels/{channel}"},
                "title": schema["title"],
                "bindings": {"mqtt": {"qos": 0 if name == "reply" else 1, "retain": retained}},
            }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Desk Station on MQTT",
            "version": str(VERSION),
            "description": "What the station says (send) and what may be said to it (receive).",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages},
    }


_PARAMETERS = {"stationId": "`desk_` and 8 hex digits", "note": "a name of your own: a-z, 0-9, -"}


def _addresses(name: str) -> list[str]:
    if name == "context":
        return [f"context/{one}" for one in commands.CONTEXTS]
    if name == "context-note":
        return ["context/note/{note}"]
    for kind in ("event", "cmd"):
        if name.startswith(kind + "-"):
            return [f"{kind}/{name.removeprefix(kind + '-')}"]
    return [name]


def files() -> dict[str, str]:
    """File name -> text of everything that lies in `schemas/`."""
    from station.outputs.mqtt.schema_words import readme

    made = {f"{name}.json": schema for name, schema in all_schemas().items()} | {"asyncapi.json": asyncapi()}
    texts = {name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in made.items()}
    return {**texts, "README.md": readme()}


def write(folder: Path = FOLDER) -> None:
    """Write them all; what is no longer made is removed."""
    folder.mkdir(exist_ok=True)
    made = files()
    for old in folder.iterdir():
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
