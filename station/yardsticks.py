"""Where the calibration is kept: `calibration.json` in the state folder, written whole or not at all.

    save(folder, event.calibration)        load(folder, signals) -> one yardstick, or None, for each channel

A file that cannot be read is set aside as `calibration.json.bad`, never overwritten: the station lives on without it
and says so in a sentence (`load` logs it, `read` returns it).
"""

from __future__ import annotations

import datetime
import json
import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from station import clock
from station.core.yardstick import Yardstick, from_dict
from station.outputs import whole_file

log = logging.getLogger(__name__)

NAME = "calibration.json"
VERSION = 1


def save(folder: Path, calibration: Mapping[str, Any], wall: float | None = None) -> str:
    """Keep the calibration of a `CalibrationDone`, made at `wall` seconds since 1970 (None: now).

    Gives an empty string, or the sentence (also logged) why it could not be kept; what was there before then stays.
    """
    made = datetime.datetime.fromtimestamp(clock.wall() if wall is None else wall).astimezone()
    date = made.isoformat(timespec="seconds")
    channels = [{**channel, "created": channel.get("created") or date} for channel in calibration["channels"]]
    try:
        _write(folder, json.dumps({"version": VERSION, "channels": channels}, indent=1) + "\n")
    except OSError as error:
        sentence = f"The calibration counts until the next start but could not be kept in {folder}: {error.strerror}."
        log.error("%s", sentence)
        return sentence
    return ""


def _write(folder: Path, text: str) -> None:
    """A whole new file over the old one, durable across a power cut."""
    whole_file.write(folder / NAME, text)
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def load(folder: Path, signals: Sequence[str]) -> tuple[Yardstick | None, ...]:
    """One yardstick for each of these channels, or None for each of them; what is wrong goes to the log."""
    found, sentence = read(folder, signals)
    if sentence:
        log.warning("%s", sentence)
    return found or (None,) * len(signals)


def read(folder: Path, signals: Sequence[str]) -> tuple[tuple[Yardstick, ...], str]:
    """The yardsticks for these channels, and a sentence when there is something to say; none when there are none."""
    path = folder / NAME
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        found = tuple(from_dict(channel) for channel in stored["channels"])
    except FileNotFoundError:
        return (), ""
    except (OSError, ValueError, KeyError, TypeError, msgspec.ValidationError) as error:
        return (), _set_aside(path, error)
    kinds = tuple(yardstick.signal for yardstick in found)
    if kinds != tuple(signals):
        return (), (
            f"The calibration in {path} was made for {' and '.join(kinds) or 'nothing'}, "
            f"the sensor is {' and '.join(signals)} now. Calibrate once: desk-station calibrate --config FILE."
        )
    return found, ""


def _set_aside(path: Path, error: Exception) -> str:
    aside = path.with_name(f"{path.name}.bad")
    kind = type(error).__name__
    try:
        path.replace(aside)
    except OSError:
        return (
            f"The calibration {path} cannot be read ({kind}) and could not be set aside either. "
            "Delete it and calibrate: desk-station calibrate --config FILE."
        )
    return (
        f"The calibration {path} cannot be read ({kind}); it is kept as {aside.name}. "
        "Calibrate anew: desk-station calibrate --config FILE."
    )
