"""A small file is written whole or not at all: a new one, on the disk, renamed over the old one."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def write(path: Path, text: str, *, private: bool = False) -> None:
    """Put `text` into `path`; whenever the power goes, it holds this or what it held before.

    private: its owner alone may read it.  Raises OSError, and leaves the old file as it was.
    """
    new = beside(path)
    made = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if private else 0o666)
    with os.fdopen(made, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def own(path: str | Path, flags: int) -> int:
    """An `opener` for `open`: a file, new or overwritten, that its owner alone may read.  Raises OSError."""
    made = os.open(path, flags, 0o600)
    with contextlib.suppress(OSError):  # a stick whose file system knows no owners
        os.fchmod(made, 0o600)
    return made


def beside(path: Path) -> Path:
    """Where the new file stands until it is whole."""
    return path.with_suffix(".new")
