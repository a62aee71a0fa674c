"""Whether somebody wants to note how they feel: off until they say so, on this page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

FILE_NAME: Final = "diary-feelings"


def feelings_wanted(folder: Path) -> bool:
    """Is it switched on?"""
    return (folder / FILE_NAME).exists()


def want_feelings(folder: Path, on: bool) -> None:
    """Switch it on or off; what was noted stays.  Raises OSError."""
    if on:
        with (folder / FILE_NAME).open("w", encoding="utf-8") as file:
            file.write("The diary asks for discomfort and mood.\n")
            os.fsync(file.fileno())
    else:
        (folder / FILE_NAME).unlink(missing_ok=True)
