"""What was announced, kept on the disk: Home Assistant forgets an entity only when it is told to.

    announced before    {config: {state, level, start_pmr}}
    to be announced     {config: {state, level}}
    sent                config with start_pmr: {"platform": "button"}     the tombstone
                        config as it is now

A topic that is no longer used at all (another mode, another prefix) is emptied.  The list is written when the broker
has acknowledged everything; before that it holds the old and the new.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from station.outputs import whole_file

log = logging.getLogger(__name__)

FILE_NAME = "mqtt-announced.json"

Record = dict[str, dict[str, str]]
"""Topic -> component key -> its platform; a topic of one component has the key ''."""


class Announcement:
    """What one station announces, and what it has announced before.  Used by one thread."""

    def __init__(self, folder: Path, documents: Callable[[], Sequence[tuple[str, Mapping[str, Any]]]]) -> None:
        self._folder, self._documents = folder, documents
        self._before: Record | None = None
        self._now: Record = {}

    def messages(self) -> list[tuple[str, bytes]]:
        """All that is to be published (retained), in order."""
        if self._before is None:
            self._before = load(self._folder)
        documents = self._documents()
        self._now = record_of(documents)
        save(self._folder, both(self._before, self._now))
        return messages(self._before, documents)

    def arrived(self) -> None:
        """The broker has all of it."""
        self._before = self._now
        save(self._folder, self._now)


def record_of(documents: Sequence[tuple[str, Mapping[str, Any]]]) -> Record:
    """What these documents announce."""
    return {
        topic: {key: component["platform"] for key, component in document.get("components", {}).items()} or {"": ""}
        for topic, document in documents
    }


def messages(before: Record, documents: Sequence[tuple[str, Mapping[str, Any]]]) -> list[tuple[str, bytes]]:
    """All that is to be published (retained), in order: emptied topics, tombstones, and what there is now."""
    now = record_of(documents)
    out = [(topic, b"") for topic in before if topic not in now]
    for topic, document in documents:
        gone = {
            key: {"platform": platform}
            for key, platform in before.get(topic, {}).items()
            if key and now[topic].get(key) != platform
        }
        if gone:
            kept = {key: made for key, made in document["components"].items() if key not in gone}
            out.append((topic, _encoded({**document, "components": {**kept, **gone}})))
        out.append((topic, _encoded(document)))
    return out


def both(before: Record, now: Record) -> Record:
    """What may be known to the broker while not everything is acknowledged."""
    return {topic: {**before.get(topic, {}), **now.get(topic, {})} for topic in {**before, **now}}


def load(folder: Path) -> Record:
    """What was announced last; nothing where that is not known."""
    try:
        found = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        return {str(topic): {str(k): str(p) for k, p in keys.items()} for topic, keys in found.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError) as error:
        log.warning("%s cannot be read (%s): entities that are gone may stay in Home Assistant", FILE_NAME, error)
        return {}


def save(folder: Path, record: Record) -> None:
    """Keep it; a folder that takes nothing is told in the log."""
    if record == load(folder):
        return
    try:
        whole_file.write(folder / FILE_NAME, json.dumps(record, indent=1))
    except OSError as error:
        log.warning("%s cannot be written: %s", folder / FILE_NAME, error.strerror)


def forget(folder: Path) -> None:
    """Nothing is announced any more."""
    (folder / FILE_NAME).unlink(missing_ok=True)


def _encoded(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()
