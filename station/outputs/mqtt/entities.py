"""The station's entities in Home Assistant, as a list in the order in which they are shown.

Every template reads the one `state` document, whose keys are always there, and turns null into Home Assistant's `None`:
unknown, not zero.  What the privacy level keeps here is not announced at all, and neither is a command that the owner
does not permit; both are read from the tables that do the keeping (`words.py`, `[output.mqtt] commands`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from station.outputs.mqtt import words
from station.outputs.mqtt.entity_words import name, technique_name
from station.outputs.mqtt.pace import HEARTBEAT_S

Document = dict[str, Any]

STATES = (
    "monitoring",
    "private",
    "exercise",
    "calibration",
    "offer",
    "cue",
    "standby",
    "starting",
    "sensor_trouble",
    "quiet",
    "away",
)
QUALITIES = ("ok", "off", "rail", "hum", "flat", "stale", "motion", "absent", "unknown")
QUIET_MINUTES = ("15", "30", "45", "60", "90", "120", "240")
LANGUAGES = ("de", "en")
# Two missed heartbeats of the state, and some patience.
EXPIRE_AFTER_S = round(2.5 * HEARTBEAT_S)

# The button's device triggers in Home Assistant's own words.
_TRIGGERS = {"press": "button_short_press", "double_press": "button_double_press", "long_press": "button_long_press"}

_DIAGNOSTIC = {"entity_category": "diagnostic"}
_CONFIG = {"entity_category": "config"}
_PERCENT = {"unit_of_measurement": "%", "state_class": "measurement"}
_SECONDS = {"device_class": "duration", "unit_of_measurement": "s", "state_class": "measurement"}


def _value(key: str) -> str:
    return f"{{{{ value_json.{key} }}}}"


def _percent(key: str) -> str:
    known = f"{{{{ (value_json.{key} * 100) | round(0) | int }}}}"
    return f"{{% if value_json.{key} is number %}}{known}{{% else %}}None{{% endif %}}"


def _on_off(key: str, on: str = "true", off: str = "false") -> str:
    return f"{{{{ {{{on}: 'ON', {off}: 'OFF'}}.get(value_json.{key}) }}}}"


def _one_of(key: str, options: Sequence[str]) -> str:
    """The value where it is among the options, else unknown: another one would be an error in the log."""
    told = f"value_json.{key} | string"
    return f"{{{{ ({told}) if ({told}) in {list(options)!r} else none }}}}"


def _ask(key: str, value: str) -> str:
    """A command template that sets one preference."""
    return f"{{{{ {{'{key}': {value}}} | tojson }}}}"


# Trouble is what the sensor's problem and the outputs' troubles say; both are of the device, not of the person.
_TROUBLE = "{{ 'ON' if value_json.sensor_problem or value_json.troubles else 'OFF' }}"
_TROUBLE_WORDS = "{{ {'sensor': value_json.sensor_problem, 'outputs': value_json.troubles} | tojson }}"


@dataclass(frozen=True, slots=True)
class Announcer:
    """Builds the components of one station.

    base: the station's own topics.  privacy: the level in force.  commands: those the owner permits.
    """

    base: str
    station_id: str
    language: str
    techniques: Sequence[str]
    privacy: int
    commands: Collection[str]
    voice: str = ""
    """The language of the voice, where it is none of the usual ones."""

    def components(self) -> Iterator[tuple[str, Document]]:
        """(key, component) of every entity and trigger."""
        yield from self._sensors()
        yield from self._binary_sensors()
        if self.privacy >= words.COARSE:
            yield from self._events()
        yield from self._buttons()
        yield from self._switches()
        if "set" in self.commands:
            yield from self._choices()

    def _named(self, key: str, platform: str, **more: Any) -> tuple[str, Document]:
        about = {"platform": platform, "unique_id": f"{self.station_id}_{key}", "name": name(key, self.language)}
        return key, {**about, **more}

    def _told(self, reads: str) -> bool:
        return words.STATE[reads][0] <= self.privacy if reads in words.STATE else True

    def _reading(self, key: str, reads: str, platform: str = "sensor", **more: Any) -> Iterator[tuple[str, Document]]:
        """An entity that shows the key `reads` of the state, where that leaves the station."""
        if self._told(reads):
            lives = {"state_topic": f"{self.base}/state", "expire_after": EXPIRE_AFTER_S}
            yield self._named(key, platform, **{"value_template": _value(reads), **lives, **more})

    def _sensors(self) -> Iterator[tuple[str, Document]]:
        enum = {"device_class": "enum"}
        yield from self._reading("state", "state", **enum, options=list(STATES))
        yield from self._reading("level", "level_rve_percent", **_PERCENT, suggested_display_precision=0)
        for key, reads in (("rest", "relative_rest_time"), ("rest_today", "rest_today")):
            yield from self._reading(key, reads, **_PERCENT, value_template=_percent(reads))
        yield from self._reading("longest_stretch", "longest_stretch_s", **_SECONDS, suggested_display_precision=0)
        yield from self._reading("sessions_today", "sessions_today", state_class="total_increasing")
        yield from self._reading("last_cue", "last_cue", device_class="timestamp")
        yield from self._reading("quality", "signal_quality", **enum, options=list(QUALITIES), **_DIAGNOSTIC)
        hertz = {"device_class": "frequency", "unit_of_measurement": "Hz", "state_class": "measurement"}
        yield from self._reading("sampling_rate", "sampling_rate", **hertz, **_DIAGNOSTIC)
        yield from self._reading("version", "version", **_DIAGNOSTIC)

    def _binary_sensors(self) -> Iterator[tuple[str, Document]]:
        for key in ("tension", "quiet", "worn"):
            yield from self._reading(key, key, "binary_sensor", value_template=_on_off(key))
        at_desk = {"device_class": "occupancy", "value_template": _on_off("present", "'present'", "'away'")}
        yield from self._reading("present", "present", "binary_sensor", **at_desk)
        connected = {"device_class": "connectivity", "value_template": _on_off("sensor_ok")}
        yield from self._reading("sensor_ok", "sensor_ok", "binary_sensor", **connected, **_DIAGNOSTIC)
        yield from self._reading(
            "problem",
            "troubles",
            "binary_sensor",
            device_class="problem",
            value_template=_TROUBLE,
            json_attributes_topic=f"{self.base}/state",
            json_attributes_template=_TROUBLE_WORDS,
            **_DIAGNOSTIC,
        )

    def _events(self) -> Iterator[tuple[str, Document]]:
        shapes: dict[str, Document] = {
            "button": {"device_class": "button"},
            "spoken": {"enabled_by_default": False},  # a recorder would keep every sentence
        }
        topics = {
            "button": "button",
            "cue": "cue",
            "session": "session",
            "tension_event": "tension",
            "spoken": "spoken",
        }
        for key, topic in topics.items():
            shape = shapes.get(key, {})
            types = list(words.EVENT_TYPES[topic])
            yield self._named(key, "event", state_topic=f"{self.base}/event/{topic}", event_types=types, **shape)
        for press, kind in _TRIGGERS.items():
            yield (
                f"trigger_{press}",
                {
                    "platform": "device_automation",
                    "automation_type": "trigger",
                    "topic": f"{self.base}/event/button",
                    "value_template": _value("event_type"),
                    "payload": press,
                    "type": kind,
                    "subtype": "button_1",
                },
            )

    def _buttons(self) -> Iterator[tuple[str, Document]]:
        if "exercise" in self.commands:
            topic = f"{self.base}/cmd/exercise"
            yield self._named("start", "button", command_topic=topic, payload_press="{}")
            for technique in self.techniques:
                yield (
                    f"start_{technique}",
                    {
                        "platform": "button",
                        "unique_id": f"{self.station_id}_start_{technique}",
                        "name": technique_name(technique, self.language),
                        "command_topic": topic,
                        "payload_press": json.dumps({"technique": technique}),
                    },
                )
        for key in ("stop", "mark"):
            if key in self.commands:
                yield self._named(key, "button", command_topic=f"{self.base}/cmd/{key}", payload_press="{}")

    def _switches(self) -> Iterator[tuple[str, Document]]:
        wanted = [("quiet_switch", "quiet", "quiet", "on")] if "quiet" in self.commands else []
        if "set" in self.commands:
            wanted += [("monitoring", "monitoring", "set", "monitoring"), ("cues", "cues", "set", "cues")]
        for key, reads, command, word in wanted:
            shows: Document = {"optimistic": True}
            if self._told(reads):
                shows = {"state_topic": f"{self.base}/state", "value_template": _on_off(reads)}
            yield self._named(
                key,
                "switch",
                **shows,
                command_topic=f"{self.base}/cmd/{command}",
                payload_on=json.dumps({word: True}),
                payload_off=json.dumps({word: False}),
                state_on="ON",
                state_off="OFF",
            )

    def _choices(self) -> Iterator[tuple[str, Document]]:
        selects: tuple[tuple[str, Sequence[str], str], ...] = (
            ("favourite", self.techniques, "value"),
            ("language", tuple(dict.fromkeys((*LANGUAGES, self.voice or self.language))), "value"),
            ("quiet_minutes", QUIET_MINUTES, "value | int"),
        )
        for key, options, value in selects:
            if options:
                yield self._choice(key, "select", value, options=list(options), value_template=_one_of(key, options))
        volume = {"min": 0, "max": 100, "step": 5, "unit_of_measurement": "%"}
        yield self._choice("volume", "number", "value | int", **volume, mode="slider", value_template=_value("volume"))
        budget = {"min": 0, "max": 24, "step": 1, "mode": "box", "value_template": _value("cue_budget")}
        yield self._choice("cue_budget", "number", "value | int", **budget)

    def _choice(self, key: str, platform: str, value: str, **more: Any) -> tuple[str, Document]:
        if self._told(key):
            more["state_topic"] = f"{self.base}/state"
        else:
            more["optimistic"] = True
            del more["value_template"]
        asks = {"command_topic": f"{self.base}/cmd/set", "command_template": _ask(key, value)}
        return self._named(key, platform, **asks, **more, **_CONFIG)
