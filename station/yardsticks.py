"""The calibration on disk: one JSON file in the station's folder, written whole and at once.

A file that cannot be read is set aside and explained; the station then asks for a calibration instead of guessing.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from station.core.yardstick import Yardstick, from_dict

log = logging.getLogger(__name__)

NAME = "calibration.json"


def save(folder: Path, calibration: Mapping[str, Any]) -> None:
    """Keep a `CalibrationDone`'s dictionary, `{"channels": [...]}`, dated today where it has no date of its own.

    Raises OSError when the folder cannot be written.
    """
    today = time.strftime("%Y-%m-%dT%H:%M:%S%z")
    channels = [{**channel, "created": channel.get("created") or today} for channel in calibration["channels"]]
    new = folder / f"{NAME}.new"
    with new.open("w", encoding="utf-8") as file:
        json.dump({**calibration, "channels": channels}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / NAME)


def load(folder: Path, signals: Sequence[str]) -> tuple[Yardstick | None, ...]:
    """The stored yardstick of each channel; None where there is none, or one of another kind of signal."""
    found = _read(folder / NAME)
    padded = [*found, *[None] * len(signals)][: len(signals)]
    return tuple(
        stick if stick is not None and stick.signal == signal else None
        for stick, signal in zip(padded, signals, strict=True)
    )


def _read(path: Path) -> list[Yardstick]:
    try:
        return [from_dict(channel) for channel in json.loads(path.read_text(encoding="utf-8"))["channels"]]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError, msgspec.ValidationError) as error:
        aside = path.with_suffix(".bad")
        log.warning("%s cannot be read (%s). It is kept as %s; please calibrate once more.", path, error, aside.name)
        try:
            path.replace(aside)
        except OSError:
            log.warning("%s could not be set aside either", path)
        return []
