"""How Home Assistant learns what this station is: one retained message for the whole device.

    payload(...)  ->  [(topic, document)]      pure: no broker, so it can be printed and validated

Entities are keyed by what they show; ids and option values are the same in every language, names are the owner's.
Every template reads the one `state` document, whose keys are always there, and turns null into Home Assistant's
`None`: unknown, not zero.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from station.outputs.contract import House
from station.outputs.mqtt.settings import Settings
from station.outputs.mqtt.words import EVENT_TYPES

Document = dict[str, Any]
Mode = Literal["device", "component"]

STATES = (
    "monitoring",
    "private",
    "exercise",
    "offer",
    "cue",
    "starting",
    "sensor_trouble",
    "quiet",
    "away",
)
QUALITIES = ("ok", "off", "rail", "hum", "flat", "stale", "motion", "absent", "unknown")
# Two missed heartbeats of the state, and some patience.
EXPIRE_AFTER_S = 150

# key -> (German, English)
NAMES: dict[str, tuple[str, str]] = {
    "state": ("Zustand", "State"),
    "level": ("Anspannung", "Tension level"),
    "rest": ("Ruheanteil", "Rest share"),
    "rest_today": ("Ruheanteil heute", "Rest share today"),
    "longest_stretch": ("Längste Zeit ohne Ruhe", "Longest time without rest"),
    "sessions_today": ("Übungen heute", "Exercises today"),
    "last_cue": ("Letzter Hinweis", "Last cue"),
    "quality": ("Signalgüte", "Signal quality"),
    "sampling_rate": ("Abtastrate", "Sampling rate"),
    "version": ("Version", "Version"),
    "tension": ("Schultern angespannt", "Shoulders tense"),
    "present": ("Am Platz", "At the desk"),
    "sensor_ok": ("Sensor", "Sensor"),
    "quiet": ("Ruhezeit", "Quiet"),
    "button": ("Taste", "Button"),
    "cue": ("Hinweis", "Cue"),
    "session": ("Übung", "Exercise"),
    "tension_event": ("Anspannung beginnt oder endet", "Tension begins or ends"),
    "start": ("Übung beginnen", "Start an exercise"),
    "stop": ("Übung beenden", "End the exercise"),
    "mark": ("Moment merken", "Mark this moment"),
}

# Techniques whose name is more than its words with capitals; others are shown as they are called.
TECHNIQUES: dict[str, tuple[str, str]] = {
    "breathing": ("Atemübung", "Breathing"),
    "shoulder-drop": ("Schultern fallen lassen", "Shrug and drop"),
    "pmr": ("Progressive Muskelentspannung", "Progressive muscle relaxation"),
    "mindfulness": ("Achtsamkeit", "Mindfulness"),
    "autogenic": ("Autogenes Training", "Autogenic training"),
    "imagery": ("Fantasiereise", "Imagery journey"),
    "biofeedback": ("Biofeedback", "Biofeedback"),
    "movement": ("Bewegung", "Movement"),
}

# The button's device triggers in Home Assistant's own words.
_TRIGGERS = {"press": "button_short_press", "double_press": "button_double_press", "long_press": "button_long_press"}


def _value(key: str) -> str:
    return f"{{{{ value_json.{key} }}}}"


def _percent(key: str) -> str:
    known = f"{{{{ (value_json.{key} * 100) | round(0) | int }}}}"
    return f"{{% if value_json.{key} is number %}}{known}{{% else %}}None{{% endif %}}"


def _on_off(key: str, on: str = "true", off: str = "false") -> str:
    return f"{{{{ {{{on}: 'ON', {off}: 'OFF'}}.get(value_json.{key}) }}}}"


def components(base: str, station_id: str, language: str, techniques: Sequence[str]) -> Iterator[tuple[str, Document]]:
    """(key, component) of every entity and trigger."""
    german = language == "de"

    def named(key: str, platform: str, **more: Any) -> tuple[str, Document]:
        name = NAMES[key][0 if german else 1]
        return key, {"platform": platform, "unique_id": f"{station_id}_{key}", "name": name, **more}

    def reading(key: str, platform: str = "sensor", **more: Any) -> tuple[str, Document]:
        lives = {"state_topic": f"{base}/state", "expire_after": EXPIRE_AFTER_S}
        return named(key, platform, **lives, **more)

    diagnostic = {"entity_category": "diagnostic"}
    percent = {"unit_of_measurement": "%", "state_class": "measurement"}
    yield reading("state", device_class="enum", options=list(STATES), value_template=_value("state"))
    yield reading("level", **percent, suggested_display_precision=0, value_template=_value("level_rve_percent"))
    yield reading("rest", **percent, value_template=_percent("relative_rest_time"))
    yield reading("rest_today", **percent, value_template=_percent("rest_today"))
    yield reading(
        "longest_stretch",
        device_class="duration",
        unit_of_measurement="s",
        state_class="measurement",
        value_template=_value("longest_stretch_s"),
    )
    yield reading("sessions_today", state_class="total_increasing", value_template=_value("sessions_today"))
    yield reading("last_cue", device_class="timestamp", value_template=_value("last_cue"))
    yield reading(
        "quality", device_class="enum", options=list(QUALITIES), value_template=_value("signal_quality"), **diagnostic
    )
    yield reading(
        "sampling_rate",
        device_class="frequency",
        unit_of_measurement="Hz",
        state_class="measurement",
        value_template=_value("sampling_rate"),
        **diagnostic,
    )
    yield reading("version", value_template=_value("version"), **diagnostic)
    yield reading("tension", "binary_sensor", value_template=_on_off("tension"))
    yield reading(
        "present", "binary_sensor", device_class="occupancy", value_template=_on_off("present", "'present'", "'away'")
    )
    yield reading(
        "sensor_ok", "binary_sensor", device_class="connectivity", value_template=_on_off("sensor_ok"), **diagnostic
    )
    yield named(
        "quiet",
        "switch",
        state_topic=f"{base}/state",
        value_template=_on_off("quiet"),
        command_topic=f"{base}/cmd/quiet",
        payload_on=json.dumps({"minutes": 60}),
        payload_off=json.dumps({"minutes": 0}),
        state_on="ON",
        state_off="OFF",
    )
    for key, topic in (("button", "button"), ("cue", "cue"), ("session", "session"), ("tension_event", "tension")):
        shape = {"device_class": "button"} if key == "button" else {}
        yield named(key, "event", state_topic=f"{base}/event/{topic}", event_types=list(EVENT_TYPES[topic]), **shape)
    for press, kind in _TRIGGERS.items():
        yield (
            f"trigger_{press}",
            {
                "platform": "device_automation",
                "automation_type": "trigger",
                "topic": f"{base}/event/button",
                "value_template": _value("event_type"),
                "payload": press,
                "type": kind,
                "subtype": "button_1",
            },
        )
    yield named("start", "button", command_topic=f"{base}/cmd/exercise", payload_press="{}")
    for technique in techniques:
        titles = TECHNIQUES.get(technique)
        title = titles[0 if german else 1] if titles else technique.replace("-", " ").capitalize()
        yield (
            f"start_{technique}",
            {
                "platform": "button",
                "unique_id": f"{station_id}_start_{technique}",
                "name": title,
                "command_topic": f"{base}/cmd/exercise",
                "payload_press": json.dumps({"technique": technique}),
            },
        )
    for key in ("stop", "mark"):
        yield named(key, "button", command_topic=f"{base}/cmd/{key}", payload_press="{}")


def payload(
    station_id: str,
    name: str,
    language: str,
    techniques: Sequence[str],
    version: str,
    mode: Mode = "device",
    base: str = "desk",
    prefix: str = "homeassistant",
) -> list[tuple[str, Document]]:
    """Every discovery topic with its document; `base` and `prefix` as in the settings."""
    topics = f"{base}/{station_id}"
    device = {
        "identifiers": [station_id],
        "name": name,
        "manufacturer": "Desk Station",
        "model": "Desk Station",
        "sw_version": version,
    }
    origin = {"name": "Desk Station", "sw_version": version}
    everything = dict(components(topics, station_id, language, techniques))
    available = [{"topic": f"{topics}/availability"}]
    if mode == "device":
        document = {"device": device, "origin": origin, "availability": available, "qos": 1, "components": everything}
        return [(f"{prefix}/device/{station_id}/config", document)]
    documents = []
    for key, component in everything.items():
        own = {k: v for k, v in component.items() if k != "platform"}
        platform = component["platform"]
        shared: Document = {"device": device, "origin": origin, "qos": 1}
        if platform != "device_automation":  # a trigger is no entity: it cannot be unavailable
            shared["availability"] = available
        documents.append((f"{prefix}/{platform}/{station_id}/{key}/config", {**own, **shared}))
    return documents


def payloads(settings: Settings, house: House) -> list[tuple[str, bytes]]:
    """The same, ready to be published for this station; nothing where the owner wants none."""
    if settings.discovery == "off":
        return []
    made = payload(
        house.station_id,
        house.name,
        house.language,
        house.techniques,
        house.version,
        settings.discovery,
        settings.base,
        settings.discovery_prefix,
    )
    return [(topic, json.dumps(document, ensure_ascii=False).encode()) for topic, document in made]
