"""The schemas as a page for people: which topic carries what, and what leaves the station at which privacy level."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from station.core import events as ev
from station.outputs.mqtt import schema, words

Schema = dict[str, Any]

INTRO = """\
# What every topic carries

Made by `python -m station.outputs.mqtt.schema` from the tables that the station itself uses (`words.py`,
`commands.py`); do not edit. Topics stand below `desk/<station_id>/`. Version {version}: it grows when a key is taken
away or changes its meaning. New keys, and new words where one of several stands, may come at any time: ignore what you
do not know.

One file per topic (JSON Schema 2020-12), and `asyncapi.json` (AsyncAPI 3.0) for all of them together.
"""


def readme() -> str:
    """`schemas/README.md`."""
    schemas = schema.all_schemas()
    parts = [INTRO.format(version=schema.VERSION), "\n## What leaves at which privacy level\n\n", privacy_table()]
    parts.append(
        "\n0 is nothing at all: no connection. Private mode leaves only the word `private` in `state`; all other keys\n"
        "are null and nothing else is sent. Texts of marks, mood, discomfort, notes and the signal itself are in no\n"
        "table: they never leave. What is spoken in an exercise is the house's own text, the same for everybody.\n"
    )
    parts.append("\n## Topic by topic\n")
    for name, made in schemas.items():
        parts.append(f"\n### `{made['title']}` ([{name}.json]({name}.json))\n")
        if made.get("description"):
            parts.append(f"\n{made['description']}\n")
        parts += [f"\n{_keys(one)}" for one in made.get("oneOf", [made]) if one.get("properties")]
    return "".join(parts)


def privacy_table() -> str:
    """Every key of the state, every event and every record, with the level from which it leaves."""
    rows: list[tuple[str, str, int]] = [
        ("`availability`", "online or offline", words.HEALTH),
        ("`state`: `state`", "at level 1 only starting, sensor_trouble, private or monitoring", words.HEALTH),
        ("`state`: `ts`, `version`", "", words.HEALTH),
    ]
    rows += [(f"`state`: `{key}`", schema.STATE[key][1], level) for key, (level, _) in words.STATE.items()]
    for topic, keys in schema.EVENT_KEYS.items():
        detailed = [key for key in ("load_rve_percent", "relative_rest_time", "reason") if key in keys]
        detailed = [] if topic == "session" else detailed
        rows.append((f"`event/{topic}`", "without the keys of the next row" if detailed else "", words.COARSE))
        if detailed:
            rows.append((f"`event/{topic}`: " + ", ".join(f"`{key}`" for key in detailed), "", words.DETAILED))
    for kind, (level, coarse) in words.LOG.items():
        rest = [key for key in kind.__annotations__ if key not in coarse]
        rows.append((f"`log`: `{ev.name_of(kind)}`", ", ".join(coarse), level))
        if rest and level < words.DETAILED:
            rows.append((f"`log`: `{ev.name_of(kind)}`", ", ".join(rest), words.DETAILED))
    lines = ["| what | | level 1 | level 2 | level 3 |", "|---|---|---|---|---|"]
    for what, about, level in rows:
        marks = " | ".join("✓" if level <= at else "" for at in (1, 2, 3))
        lines.append(f"| {what} | {about} | {marks} |")
    return "\n".join(lines) + "\n"


def _keys(made: Schema) -> str:
    required = set(made.get("required", ()))
    lines = ["| key | | |", "|---|---|---|"]
    for key, one in made["properties"].items():
        must = "" if key in required else "optional"
        lines.append(
            f"| `{key}` | {_kind(one)} | {'; '.join(part for part in (one.get('description'), must) if part)} |"
        )
    return "\n".join(lines) + "\n"


def _kind(one: Schema) -> str:
    """A value's schema in a few words."""
    if "const" in one:
        return f"`{one['const']}`"
    if "enum" in one:
        return ", ".join("null" if value is None else f"`{value}`" if value else "nothing" for value in one["enum"])
    if "anyOf" in one:
        return " or ".join(_kind(each) for each in one["anyOf"])
    kinds = one.get("type", "anything")
    said = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    limits = ", ".join(_limits(one))
    return f"{said} ({limits})" if limits else said


def _limits(one: Schema) -> Iterable[str]:
    for key, word in (("minimum", "from"), ("exclusiveMinimum", "above"), ("maximum", "to"), ("maxLength", "at most")):
        if key in one:
            yield f"{word} {one[key]:g}"
    if "pattern" in one:
        yield "`" + one["pattern"].replace("|", "\\|") + "`"
