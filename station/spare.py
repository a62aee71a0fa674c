"""A spare of the configuration, for the day when a power cut or a dying card has torn the file.

    each good start ─► the settings, without secrets, beside the diary
    torn file (zeros, no text, nothing in it, cannot be read) ─► live by the spare, say so, leave the file as it is

Only a file that nobody can have written so is torn: a typing mistake is told and nothing starts, as ever.  Only the
service keeps a spare: whoever starts the station by hand reads what it says.
"""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path
from typing import Final

from station import config, place
from station.config import SECRETS, Config
from station.outputs import whole_file

log = logging.getLogger(__name__)

NAME: Final = "settings-of-the-last-start.toml"


def read(path: Path) -> Config:
    """The configuration, or the spare where the file is torn.  Raises StationError as `config.read` does."""
    folder = place.service_folder()
    spare = folder / NAME if folder else None
    if spare and spare.is_file() and torn(path):
        settings = config.read(spare)
        log.warning(
            "%s is damaged and was left as it is; the station goes on with the settings of its last start (%s), "
            "without passwords and passphrase. Write the file anew.",
            path,
            spare,
        )
        return settings
    settings = config.read(path)
    if spare:
        with contextlib.suppress(OSError):  # a disk that takes nothing: the older spare, or none
            _keep(settings, spare)
    return settings


def torn(path: Path) -> bool:
    """Whether this file is there and cannot have been written so by a person."""
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return False
    except (OSError, UnicodeDecodeError):
        return True
    return "\0" in text or not text.strip()


def _keep(settings: Config, spare: Path) -> None:
    lines = config.render(settings, comments=False).splitlines(keepends=True)
    text = "".join(line for line in lines if line.split(" = ")[0] not in SECRETS)
    with contextlib.suppress(FileNotFoundError):
        if spare.read_text("utf-8") == text:
            return
    whole_file.write(spare, text, private=True)
