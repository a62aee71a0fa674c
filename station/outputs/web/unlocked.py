"""Who has opened the sealed diary: one browser at a time shows the passphrase and may read until it has rested a while.

The keys are in this process's memory and nowhere else: a restart, the button, or half an hour without a look shuts the
diary.  Guessing costs time as at the page's own door.  Time comes in as an argument.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from station.outputs.history import seal
from station.outputs.web.access import RateLimit

COOKIE: Final = "desk_diary"
REST_S: Final = 1800.0
MOST: Final = 8

# Says that a seal is wanted, should the history that held it be set aside as damaged: no word shall lie open unasked.
FILE_NAME: Final = "diary-sealed"


class Unlocked:
    """The open keys, by the hash of their browser's cookie."""

    def __init__(self, cost: Mapping[str, int] = seal.COST) -> None:
        self.cost = cost
        self.limit = RateLimit()
        self.one_at_a_time = threading.Lock()
        """Held while a passphrase is stretched: that takes 32 MB each time."""
        self._keys: dict[str, tuple[bytes, float]] = {}

    def keep(self, key: bytes, now: float) -> str:
        """Remember an open key; the cookie that names it."""
        cookie = secrets.token_urlsafe(32)
        newest = sorted(self._keys.items(), key=lambda item: -item[1][1])[: MOST - 1]
        self._keys = {**dict(newest), _digest(cookie): (key, now)}
        return cookie

    def key(self, cookie: str, now: float) -> bytes | None:
        """The open key of this browser, if it has looked within the last half hour."""
        key, looked = self._keys.get(_digest(cookie), (None, 0.0)) if cookie else (None, 0.0)
        if key is None or not 0 <= now - looked <= REST_S:
            return None
        self._keys[_digest(cookie)] = (key, now)
        return key

    def shut(self, cookie: str) -> None:
        """This browser has read enough."""
        self._keys.pop(_digest(cookie), None)

    def shut_all(self) -> None:
        """The seal is another one now, or none."""
        self._keys = {}


def seal_wanted(folder: Path) -> bool:
    """Did the owner seal the diary?"""
    return (folder / FILE_NAME).exists()


def want_seal(folder: Path, on: bool) -> None:
    """Remember it.  Raises OSError."""
    if on:
        (folder / FILE_NAME).write_text("The diary is sealed.\n", encoding="utf-8")
    else:
        (folder / FILE_NAME).unlink(missing_ok=True)


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
