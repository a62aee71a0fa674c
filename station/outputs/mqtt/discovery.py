"""How Home Assistant learns what this station is: one retained message for the whole device.

    payload(...)  ->  [(topic, document)]      pure: no broker, so it can be printed and validated

What the entities are is in `entities.py`, what they are called in `entity_words.py`; how those that are no longer there
are taken back, in `announced.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

from station.outputs.contract import House
from station.outputs.mqtt.entities import STATES, Announcer, Document
from station.outputs.mqtt.settings import Settings
from station.outputs.mqtt.words import COARSE

__all__ = ["STATES", "Document", "Mode", "payload", "payloads"]

Mode = Literal["device", "component"]
MAKER = "Desk Station"


def payload(
    station_id: str,
    name: str,
    language: str,
    techniques: Sequence[str],
    version: str,
    mode: Mode = "device",
    base: str = "desk",
    prefix: str = "homeassistant",
    privacy: int = COARSE,
    commands: Collection[str] = Settings().commands,
    voice: str = "",
) -> list[tuple[str, Document]]:
    """Every discovery topic with its document; the later arguments as in the settings."""
    topics = f"{base}/{station_id}"
    device = {
        "identifiers": [station_id],
        "name": name,
        "manufacturer": MAKER,
        "model": MAKER,
        "sw_version": version,
    }
    origin = {"name": MAKER, "sw_version": version}
    everything = dict(Announcer(topics, station_id, language, techniques, privacy, commands, voice).components())
    # The payloads are Home Assistant's defaults, but 2024.12 does not always fill them in.
    words = {"payload_available": "online", "payload_not_available": "offline"}
    available = [{"topic": f"{topics}/availability", **words}]
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


def payloads(settings: Settings, house: House) -> list[tuple[str, Document]]:
    """The same for this station; nothing where the owner wants none."""
    if settings.discovery == "off" or settings.level == 0:
        return []
    return payload(
        house.station_id,
        house.name,
        house.language,
        house.techniques,
        house.version,
        settings.discovery,
        settings.base,
        settings.discovery_prefix,
        settings.level,
        settings.commands,
        house.voice,
    )
