"""What the core remembers across a restart: the day's budget, how long the sensor has been worn, quiet and private.

One small JSON file, written whole and at once (a new file renamed over the old one), at most once a minute and at a
clean stop.  A file that cannot be read is set aside; the station starts as on its first day and says so in the log.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from station.outputs import whole_file

log = logging.getLogger(__name__)

NAME = "memory.json"
# What a person has set; the rest is what the station has seen of them.
SETTINGS = ("quiet", "preferences")


def save(folder: Path, what: Mapping[str, Any]) -> None:
    """Write it durably.  Raises OSError when the folder cannot be written."""
    whole_file.write(folder / NAME, json.dumps(what))


def load(folder: Path) -> dict[str, Any]:
    """What was saved last; empty when there is nothing, or nothing that can be read."""
    path = folder / NAME
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            raise ValueError("not an object")
        return found
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        set_aside(folder, error)
        return {}


def forget(folder: Path) -> None:
    """Keep what the person has set (private mode stays on), and nothing else.  Raises OSError.

    A running station writes the same file: the new one stands under a name that it does not use.
    """
    path = folder / NAME
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        kept = {part: found[part] for part in SETTINGS if part in found}
    except FileNotFoundError:
        return
    except (ValueError, TypeError):  # nothing that anybody could read, either
        kept = {}
    if not kept:
        path.unlink(missing_ok=True)
        return
    other = path.with_name("memory-kept.json")
    whole_file.write(other, json.dumps(kept))
    other.replace(path)


def set_aside(folder: Path, error: Exception) -> None:
    """Keep a file that cannot be used under another name, and say so in the log."""
    path = folder / NAME
    aside = path.with_suffix(".bad")
    log.warning("%s cannot be read (%s); it is kept as %s and the station starts afresh", path, error, aside.name)
    try:
        path.replace(aside)
    except OSError:
        log.warning("%s could not be set aside either", path)
