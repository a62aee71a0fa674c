"""The dashboard for Home Assistant, made for each language, because entities are called after their names.

    python -m station.outputs.mqtt.dashboard        writes homeassistant/dashboard.de.yaml and dashboard.en.yaml anew

Home Assistant makes an entity's id of the device's and the entity's name, so these fit a station that is called
`Desk Station` (the default); for another name, exchange `desk_station`.
"""

from __future__ import annotations

import re
from pathlib import Path

from station.outputs.mqtt.entity_words import TECHNIQUES, name, technique_name

FOLDER = Path(__file__).parent / "homeassistant"
DEVICE = "Desk Station"
LANGUAGES = ("de", "en")

# (German, English)
TITLES = {
    "now": ("Jetzt", "Now"),
    "today": ("Heute", "Today"),
    "exercises": ("Übungen", "Exercises"),
    "settings": ("Einstellen", "Settings"),
    "device": ("Gerät", "Device"),
}

# Section -> (card, [(platform, key)])
SECTIONS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "now",
        (
            ("sensor", "state"),
            ("sensor", "level"),
            ("sensor", "rest"),
            ("binary_sensor", "tension"),
            ("binary_sensor", "present"),
            ("switch", "quiet_switch"),
        ),
    ),
    (
        "today",
        (
            ("sensor", "rest_today"),
            ("sensor", "longest_stretch"),
            ("sensor", "sessions_today"),
            ("sensor", "last_cue"),
        ),
    ),
    ("exercises", (("button", "start"), ("button", "stop"), ("button", "mark"))),
    (
        "settings",
        (
            ("switch", "monitoring"),
            ("switch", "cues"),
            ("select", "favourite"),
            ("select", "language"),
            ("select", "quiet_minutes"),
            ("number", "volume"),
            ("number", "cue_budget"),
        ),
    ),
    (
        "device",
        (
            ("binary_sensor", "sensor_ok"),
            ("binary_sensor", "worn"),
            ("binary_sensor", "problem"),
            ("sensor", "quality"),
            ("sensor", "sampling_rate"),
            ("sensor", "version"),
        ),
    ),
)
GRAPH = (("sensor", "level"), ("sensor", "rest"))

_PLAIN = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})


def entity_id(platform: str, title: str, device: str = DEVICE) -> str:
    """The id that Home Assistant gives an entity of that name."""
    words = re.sub(r"[^a-z0-9]+", "_", f"{device} {title}".lower().translate(_PLAIN)).strip("_")
    return f"{platform}.{words}"


def dashboard(language: str) -> str:
    """One view with sections, as YAML."""

    def named(entities: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
        return [(platform, name(key, language)) for platform, key in entities]

    lines = [
        "# Settings → Dashboards → Add → new, then ⋮ → Edit → ⋮ → Raw configuration editor: paste this.",
        "# Made by `python -m station.outputs.mqtt.dashboard`; for a station of another name exchange desk_station.",
        "views:",
        f"  - title: {DEVICE}",
        "    type: sections",
        "    icon: mdi:desk",
        "    sections:",
    ]
    for section, entities in SECTIONS:
        lines += ["      - type: grid", "        cards:"]
        lines += ["          - type: heading", f"            heading: {TITLES[section][0 if language == 'de' else 1]}"]
        shown = named(entities)
        if section == "exercises":
            shown += [("button", technique_name(each, language)) for each in TECHNIQUES if each != "daily"]
        lines += [line for platform, title in shown for line in _tile(platform, title)]
        if section == "now":
            lines += ["          - type: history-graph", "            hours_to_show: 8", "            entities:"]
            for platform, title in named(GRAPH):
                lines += [f"              - entity: {entity_id(platform, title)}", f"                name: {title}"]
    return "\n".join(lines) + "\n"


def _tile(platform: str, title: str) -> list[str]:
    """One card, under the entity's own name: with the device's before it, it would not fit.

    A button's tile presses it, and says nothing else; when it was pressed last is nobody's concern.
    """
    tile = ["          - type: tile", f"            entity: {entity_id(platform, title)}", f"            name: {title}"]
    if platform == "button":
        tile += ["            hide_state: true", "            tap_action:", "              action: toggle"]
    return tile


def write(folder: Path = FOLDER) -> None:
    """Write both."""
    for language in LANGUAGES:
        (folder / f"dashboard.{language}.yaml").write_text(dashboard(language), encoding="utf-8")


if __name__ == "__main__":
    write()
