"""What the rig does to the station and Home Assistant, step by step, and what must then be so."""

from __future__ import annotations

from typing import Any

Steps = list[dict[str, Any]]

STATE = "sensor.desk_station_state"


def wait(entity: str, state: str | None = None, **more: Any) -> dict[str, Any]:
    said = {} if state is None else {"state": state}
    return {"do": "wait", "entity": entity, "timeout": 20, **said, **more}


def call(domain: str, service: str, entity: str, **data: Any) -> dict[str, Any]:
    return {"do": "service", "domain": domain, "service": service, "data": {"entity_id": entity, **data}}


def commands() -> Steps:
    """Every kind of command by Home Assistant's own services, and the answer in the state."""
    return [
        wait("switch.desk_station_monitoring", "on"),
        wait("sensor.desk_station_signal_quality", "ok", timeout=40),
        wait(STATE, "monitoring", timeout=40),
        call("number", "set_value", "number.desk_station_volume", value=35),
        wait("number.desk_station_volume", "35"),
        call("number", "set_value", "number.desk_station_cues_a_day", value=3),
        wait("number.desk_station_cues_a_day", "3"),
        call("select", "select_option", "select.desk_station_favourite_exercise", option="shoulder-drop"),
        wait("select.desk_station_favourite_exercise", "shoulder-drop"),
        call("select", "select_option", "select.desk_station_length_of_quiet", option="30"),
        wait("select.desk_station_length_of_quiet", "30"),
        call("select", "select_option", "select.desk_station_language_of_the_voice", option="de"),
        wait("select.desk_station_language_of_the_voice", "de"),
        call("switch", "turn_on", "switch.desk_station_switch_quiet"),
        wait("binary_sensor.desk_station_quiet", "on"),
        call("switch", "turn_off", "switch.desk_station_switch_quiet"),
        wait("binary_sensor.desk_station_quiet", "off"),
        call("switch", "turn_off", "switch.desk_station_cues"),
        wait("switch.desk_station_cues", "off"),
        call("switch", "turn_on", "switch.desk_station_cues"),
        wait("switch.desk_station_cues", "on"),
        call("switch", "turn_off", "switch.desk_station_monitoring"),
        wait(STATE, "standby"),
        wait("sensor.desk_station_tension_level", "unknown"),
        call("switch", "turn_on", "switch.desk_station_monitoring"),
        wait(STATE, "monitoring", timeout=40),
        call("button", "press", "button.desk_station_breathing"),
        wait(STATE, "exercise"),
        wait("event.desk_station_exercise", attribute="event_type", state="started"),
        call("button", "press", "button.desk_station_end_the_exercise"),
        wait("sensor.desk_station_exercises_today", "1", timeout=60),
        {"do": "publish", "topic": "rig/press", "payload": "0.2"},
        wait("event.desk_station_button", attribute="event_type", state="press"),
        wait(STATE, "exercise"),
        call("button", "press", "button.desk_station_end_the_exercise"),
        wait("sensor.desk_station_exercises_today", "2", timeout=60),
        wait("binary_sensor.desk_station_sensor_worn", "on"),
        wait("binary_sensor.desk_station_problem", "off"),
        wait("binary_sensor.desk_station_at_the_desk", "on", timeout=90),
        {"do": "snapshot", "name": "all"},
    ]


def comings_and_goings(identifier: str) -> Steps:
    """Everything that goes away and comes back."""
    return [
        wait(STATE, "monitoring", timeout=40),
        {"do": "kill_broker"},
        {"do": "sleep", "s": 2},
        {"do": "start_broker", "amnesia": True},
        wait(STATE, "monitoring", timeout=60),
        wait("binary_sensor.desk_station_sensor_worn", "on"),
        {"do": "restart_ha"},
        wait(STATE, "monitoring", timeout=40),
        wait("switch.desk_station_monitoring", "on", timeout=40),
        {"do": "signal_device", "sig": "KILL"},
        wait(STATE, "unavailable", timeout=8, name="offline"),
        {"do": "start_device"},
        wait(STATE, "monitoring", timeout=40),
        {"do": "stop_device"},
        wait(STATE, "unavailable", timeout=3),
        {"do": "start_device"},
        wait(STATE, "monitoring", timeout=40),
        {"do": "publish", "topic": "rig/again", "payload": {"name": "Büro", "leave_out": ["breathing"]}},
        wait("button.desk_station_breathing", exists=False, timeout=40),
        wait(STATE, "monitoring", timeout=40),
        {"do": "snapshot", "name": "renamed"},
        {"do": "delete_device", "identifier": identifier},
        wait(STATE, exists=False),
        {"do": "sleep", "s": 3},
        {"do": "snapshot", "name": "deleted"},
        {"do": "retained"},
    ]
