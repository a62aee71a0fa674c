"""`desk-station discovery`: what the station tells Home Assistant of itself, printed without a broker."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import msgspec

from station import assembly, config, place
from station.app import Inbox
from station.library import Library
from station.outputs.audio import Settings as Audio
from station.outputs.mqtt import Settings
from station.outputs.mqtt.discovery import payloads
from station.settings import Station
from station.terminal import document, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How it is to be told."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="the station's configuration; else the defaults")
    parser.add_argument("--mode", choices=("device", "component"), help="one device, or single components")
    parser.add_argument("--language", choices=("de", "en"), help="the language of the names")
    parser.add_argument("--json", action="store_true", help='a list of {"topic", "payload"}, for programs')


def run(args: argparse.Namespace) -> int:
    """Print it."""
    told = announcement(args.config, args.mode, args.language)
    if args.json:
        document(json.dumps([{"topic": topic, "payload": made} for topic, made in told], ensure_ascii=False, indent=1))
        return 0
    for topic, made in told:
        print(topic)
        for key, one in made.get("components", {"": made}).items():
            print(f"  {one.get('platform', topic.split('/')[1]):<18} {key:<20} {one.get('name', one.get('type', ''))}")
    print()
    say(f"{sum(len(made.get('components', [1])) for _, made in told)} entities and triggers.")
    return 0


def announcement(
    path: Path | None, mode: str | None = None, language: str | None = None
) -> list[tuple[str, dict[str, Any]]]:
    """Topics and documents of the station that this configuration describes."""
    settings = config.read(path) if path else config.defaults()
    station, mqtt = settings.of(Station), settings.of(Settings)
    if mode or mqtt.discovery == "off":
        mqtt = msgspec.structs.replace(mqtt, discovery=mode or "device")
    if language:
        settings = settings.with_parts(msgspec.structs.replace(station, language=language))
    techniques = Library(own=settings.of(Audio).own_voice).offered(station.language)
    house = assembly.house(settings, place.state_dir(station.state_dir), Inbox(), techniques)
    return payloads(mqtt, house)
