"""Who may see the page: everyone at this computer until there is a passphrase, then whoever knows it.

    no passphrase   only this computer is answered at all (the server listens nowhere else)
    a passphrase    the home network is answered too; every browser shows the passphrase once and gets a session

The passphrase is kept as its scrypt hash, sessions as the hashes of their cookies: who reads the file learns neither.
Guessing costs time: after five wrong tries the wait doubles with each one, for that address and, later, for everyone.
Time comes in as an argument.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from station.outputs import whole_file

FILE_NAME: Final = "page-access.json"
SHORTEST, LONGEST = 10, 200

# 16 MB and 0.09 s on a busy PC core (RFC 7914's cost for interactive sign-in): a small Pi keeps its memory and answers
# within two seconds; the wait after wrong tries does the rest.
SCRYPT: Final[Mapping[str, int]] = {"n": 2**14, "r": 8, "p": 1}
SESSION_S: Final = 30 * 86_400.0
MOST_SESSIONS: Final = 20

FREE_TRIES: Final = 5
FREE_TRIES_OF_ALL: Final = 30
FORGET_S: Final = 600.0
LONGEST_WAIT_S: Final = 300.0


@dataclass(slots=True)
class Tries:
    """Wrong passphrases of one address (or of all together)."""

    count: int = 0
    last: float = 0.0

    def wait(self, free: int, now: float) -> float:
        """Seconds until the next try counts."""
        if now - self.last > FORGET_S:
            self.count = 0
        over = self.count - free
        if over < 0:
            return 0.0
        return max(0.0, self.last + min(2.0**over, LONGEST_WAIT_S) - now)


@dataclass(slots=True)
class RateLimit:
    """How long somebody who guessed wrong has to wait."""

    by_address: dict[str, Tries] = field(default_factory=dict)
    of_all: Tries = field(default_factory=Tries)

    def wait(self, address: str, now: float) -> float:
        """Seconds that this address has to wait; 0: it may try."""
        mine = self.by_address.get(address, Tries())
        return max(mine.wait(FREE_TRIES, now), self.of_all.wait(FREE_TRIES_OF_ALL, now))

    def wrong(self, address: str, now: float) -> None:
        """One more wrong try."""
        for key in [key for key, tries in self.by_address.items() if now - tries.last > FORGET_S]:
            del self.by_address[key]
        for tries in (self.by_address.setdefault(address, Tries()), self.of_all):
            tries.count, tries.last = tries.count + 1, now

    def right(self, address: str) -> None:
        """A right one forgives the wrong ones of this address."""
        self.by_address.pop(address, None)


class Access:
    """The passphrase and the sessions of one station."""

    def __init__(self, folder: Path, passphrase: str = "", cost: Mapping[str, int] = SCRYPT) -> None:
        """passphrase: the one from the settings; '' means the one that was set on the page, if any.

        cost: what one try costs a guesser (scrypt's n, r and p).
        """
        self._cost = dict(cost)
        self._path = folder / FILE_NAME
        self._lock = threading.Lock()
        self._kept = self._read()
        self.limit = RateLimit()
        # What a browser without a session sends along; new at every start.
        self.token = secrets.token_urlsafe(24)
        if passphrase and not _matches(passphrase, self._kept):
            self.set(passphrase)

    @property
    def locked(self) -> bool:
        """Is there a passphrase?"""
        return bool(self._kept.get("hash"))

    def set(self, passphrase: str) -> None:
        """Take this passphrase from now on; every session ends.  Raises ValueError when it is too short or long."""
        if not SHORTEST <= len(passphrase) <= LONGEST:
            raise ValueError(f"a passphrase has {SHORTEST} to {LONGEST} characters")
        salt = os.urandom(16)
        kept = {"salt": salt.hex(), "hash": _hash(passphrase, salt, self._cost).hex(), **self._cost, "sessions": {}}
        with self._lock:
            self._write(kept)

    def remove(self) -> None:
        """No passphrase any more: from then on only this computer is answered."""
        with self._lock:
            self._write({})

    def sign_in(self, passphrase: str, address: str, now: float) -> str:
        """A new session's cookie; '' when the passphrase is wrong."""
        kept = self._kept
        if not _matches(passphrase, kept):
            self.limit.wrong(address, now)
            return ""
        self.limit.right(address)
        cookie = secrets.token_urlsafe(32)
        with self._lock:
            if self._kept.get("salt") != kept["salt"]:  # another passphrase, or none, since it was compared
                return ""
            sessions = {key: end for key, end in self._kept["sessions"].items() if end > now}
            newest = sorted(sessions.items(), key=lambda item: -item[1])[: MOST_SESSIONS - 1]
            self._write({**self._kept, "sessions": {**dict(newest), _digest(cookie): now + SESSION_S}})
        return cookie

    def sign_out(self, cookie: str) -> None:
        """This session ends."""
        with self._lock:
            if _digest(cookie) in self._kept.get("sessions", {}):
                left = {key: end for key, end in self._kept["sessions"].items() if key != _digest(cookie)}
                self._write({**self._kept, "sessions": left})

    def knows(self, cookie: str, now: float) -> bool:
        """Is this the cookie of a session that has not ended?"""
        return bool(cookie) and float(self._kept.get("sessions", {}).get(_digest(cookie), 0.0)) > now

    def token_of(self, cookie: str) -> str:
        """What requests that change something must carry: bound to the session where there is one."""
        return hmac.new(self.token.encode(), cookie.encode(), "sha256").hexdigest()[:40] if cookie else self.token

    def _read(self) -> dict[str, Any]:
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            if kept:
                bytes.fromhex(kept["salt"]), bytes.fromhex(kept["hash"]), dict(kept["sessions"])
            return dict(kept)
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError) as error:
            # Open to everybody because a file is damaged would be the wrong way round.
            return {"salt": "00", "hash": os.urandom(64).hex(), **SCRYPT, "sessions": {}, "damaged": str(error)}

    @property
    def damaged(self) -> str:
        """Why the file could not be read, or ''."""
        return str(self._kept.get("damaged", ""))

    def _write(self, kept: dict[str, Any]) -> None:
        """A whole new file over the old one, for its owner only."""
        whole_file.write(self._path, json.dumps(kept), private=True)
        self._kept = kept


def _matches(passphrase: str, kept: Mapping[str, Any]) -> bool:
    if not kept.get("hash") or len(passphrase) > LONGEST:
        return False
    made = _hash(passphrase, bytes.fromhex(kept["salt"]), kept)
    return hmac.compare_digest(made, bytes.fromhex(kept["hash"]))


def _hash(passphrase: str, salt: bytes, cost: Mapping[str, Any]) -> bytes:
    return hashlib.scrypt(passphrase.encode(), salt=salt, n=cost["n"], r=cost["r"], p=cost["p"], maxmem=64 * 2**20)


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
