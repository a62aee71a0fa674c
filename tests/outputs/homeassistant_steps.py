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


# What the blueprints need of a household, and who uses them: written into Home Assistant's configuration.
HOUSEHOLD = """
input_boolean:
  meeting: {name: Meeting}
  focus: {name: Focus}
  pressed: {name: Pressed}
  pressed_long: {name: Pressed long}
  desk_up: {name: Desk up}
mqtt:
  binary_sensor:
    - {name: Door, state_topic: rig/door}
    - {name: Motion, state_topic: rig/motion}
    - {name: Microphone, state_topic: rig/microphone}
  light:
    - {name: Lamp, schema: json, command_topic: rig/lamp, brightness: true, optimistic: true}
  sensor:
    - {name: Said quiet, state_topic: BASE/context/quiet, value_template: "SAID"}
    - {name: Said away, state_topic: BASE/context/away, value_template: "SAID"}
    - {name: Said call, state_topic: BASE/context/call, value_template: "SAID"}
    - {name: Said focus, state_topic: BASE/context/focus, value_template: "SAID"}
automation:
  - use_blueprint:
      path: desk-station/meeting_to_quiet.yaml
      input: {meeting: input_boolean.meeting, base: BASE}
  - use_blueprint:
      path: desk-station/focus_to_focus.yaml
      input: {focus: input_boolean.focus, base: BASE}
  - use_blueprint:
      path: desk-station/computer_to_call.yaml
      input: {sensors: [binary_sensor.microphone], base: BASE}
  - use_blueprint:
      path: desk-station/door_to_away.yaml
      input: {door: binary_sensor.door, motion: binary_sensor.motion, base: BASE, still: 0.03}
  - use_blueprint:
      path: desk-station/cue_to_lamp.yaml
      input: {cue: event.desk_station_cue, lamp: light.lamp}
  - use_blueprint:
      path: desk-station/button_to_anything.yaml
      input:
        button: event.desk_station_button
        short: [{action: input_boolean.turn_on, target: {entity_id: input_boolean.pressed}}]
        long: [{action: input_boolean.turn_on, target: {entity_id: input_boolean.pressed_long}}]
  - use_blueprint:
      path: desk-station/accepted_movement_to_desk_up.yaml
      input:
        session: event.desk_station_exercise
        present: binary_sensor.desk_station_at_the_desk
        up: [{action: input_boolean.turn_on, target: {entity_id: input_boolean.desk_up}}]
"""
SAID = "{{ value if value == 'off' else value_json.active ~ ' ' ~ value_json.expires_s }}"


def household(identifier: str) -> str:
    """The configuration for the station of this id."""
    return HOUSEHOLD.replace("BASE", f"desk/{identifier}").replace("SAID", SAID)


def blueprints(identifier: str) -> Steps:
    """Each blueprint's trigger, and what it must bring about."""

    def tell(topic: str, payload: Any) -> dict[str, Any]:
        return {"do": "publish", "topic": topic, "payload": payload}

    def switch(name: str, to: str) -> dict[str, Any]:
        return call("input_boolean", f"turn_{to}", f"input_boolean.{name}")

    def happens(name: str, kind: str, **more: str) -> dict[str, Any]:
        return tell(f"desk/{identifier}/event/{name}", {"event_type": kind, "ts": "2026-11-28T08:00:00Z", **more})

    return [
        wait(STATE, "monitoring", timeout=40),
        switch("meeting", "on"),
        wait("sensor.said_quiet", "True 7200"),
        switch("meeting", "off"),
        wait("sensor.said_quiet", "False 7200"),
        switch("focus", "on"),
        wait("sensor.said_focus", "True 1800"),
        switch("focus", "off"),
        wait("sensor.said_focus", "False 1800"),
        tell("rig/microphone", "ON"),
        wait("sensor.said_call", "True 1800"),
        tell("rig/microphone", "OFF"),
        wait("sensor.said_call", "False 1800"),
        tell("rig/motion", "OFF"),
        tell("rig/door", "ON"),
        wait("sensor.said_away", "True 14400"),
        tell("rig/motion", "ON"),
        wait("sensor.said_away", "off"),
        call("light", "turn_off", "light.lamp"),
        wait("light.lamp", "off"),
        happens("cue", "light"),
        wait("light.lamp", "on"),
        wait("light.lamp", attribute="brightness", state="102"),
        happens("cue", "chime"),
        {"do": "sleep", "s": 1},
        wait("light.lamp", "on", timeout=1),
        happens("cue", "accepted"),
        wait("light.lamp", "off"),
        tell("rig/press", "0.2"),
        wait("input_boolean.pressed", "on"),
        call("button", "press", "button.desk_station_end_the_exercise"),
        wait(STATE, "monitoring", timeout=40),
        tell("rig/press", "2.0"),
        wait("input_boolean.pressed_long", "on"),
        wait("binary_sensor.desk_station_quiet", "on"),
        tell("rig/press", "2.0"),
        wait("binary_sensor.desk_station_quiet", "off"),
        wait("binary_sensor.desk_station_at_the_desk", "on", timeout=90),
        happens("session", "started", technique="breathing"),
        {"do": "sleep", "s": 1},
        wait("input_boolean.desk_up", "off", timeout=1),
        happens("session", "started", technique="movement"),
        wait("input_boolean.desk_up", "on"),
        # What was the last event is not said anew when the station comes back.
        switch("desk_up", "off"),
        switch("pressed_long", "off"),
        {"do": "signal_device", "sig": "KILL"},
        wait(STATE, "unavailable", timeout=9),
        {"do": "start_device"},
        wait("event.desk_station_exercise", attribute="technique", state="movement"),
        wait(STATE, "monitoring", timeout=40),
        wait("input_boolean.desk_up", "off", timeout=1),
        wait("input_boolean.pressed_long", "off", timeout=1),
    ]
