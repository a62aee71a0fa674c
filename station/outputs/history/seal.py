"""The sealed diary: the words to a mark and how one felt, readable with the owner's passphrase alone.

    passphrase ──scrypt──► its key ──opens──► the diary's own key (random, 256 bits) ──opens──► words, feelings

Everything is shut with AES-256-GCM (the package `cryptography`, the extra `sealed`, imported at the first need).  The
passphrase and the open key are nowhere on the disk; the shut key lies in the history itself, so that a copy of the file
is whole and opens with the same passphrase.  A passphrase that is lost is lost: there is no other way in.

What is not sealed: that and when something was marked or noted, and everything that was measured.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from station.outputs.history.erase import PATIENCE_MS, sweep
from station.outputs.history.read import Record, reading
from station.outputs.history.store import open_store, transaction

SHORTEST: Final = 10
# 32 MB, a third of a second on a PC core and some seconds on a small Pi: once for each time the diary is opened.
COST: Final[Mapping[str, int]] = {"n": 2**15, "r": 8, "p": 1}
NONCE_BYTES: Final = 12
# So many bytes together, so that the length of a sealed text tells little of the text.
BLOCK: Final = 64


class SealedError(Exception):
    """The diary is sealed, and this needs its key."""


def available() -> bool:
    """Is the package there that seals?  It is not imported for this answer."""
    return importlib.util.find_spec("cryptography") is not None


def is_sealed(path: Path) -> bool:
    """Is there a seal on this history?  Raises sqlite3.Error."""
    with reading(path) as connection:
        return has_seal(connection)


def has_seal(connection: sqlite3.Connection) -> bool:
    """The same, within somebody's transaction."""
    return connection.execute("SELECT 1 FROM seal").fetchone() is not None


def begin(path: Path, passphrase: str, cost: Mapping[str, int] = COST) -> bytes:
    """Seal the diary, and all that was written before; answers with its key, which is kept nowhere else.

    Afterwards the file is written anew and its journal emptied, so that no word is left in either.  Raises ValueError
    (too short a passphrase, or sealed already), sqlite3.Error, and NotErasedError: sealed, but traces may be left.
    """
    if len(passphrase) < SHORTEST:
        raise ValueError(f"a passphrase has at least {SHORTEST} characters")
    key, salt = os.urandom(32), os.urandom(16)
    lid = shut(_key_of(passphrase, salt, cost), "key", key)
    with closing(open_store(path)) as connection:
        connection.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
        with transaction(connection):
            if has_seal(connection):
                raise ValueError("the diary is sealed already")
            row = (salt, cost["n"], cost["r"], cost["p"], lid)
            connection.execute("INSERT INTO seal VALUES (1, ?, ?, ?, ?, ?)", row)
            for mark, text in connection.execute("SELECT rowid, text FROM mark WHERE text IS NOT NULL").fetchall():
                sealed = shut(key, "mark", text.encode())
                connection.execute("UPDATE mark SET text = NULL, sealed = ? WHERE rowid = ?", (sealed, mark))
            for feeling, discomfort, mood in connection.execute(
                "SELECT rowid, discomfort, mood FROM feeling"
            ).fetchall():
                sealed = shut(key, "feeling", felt(discomfort, mood))
                change = "UPDATE feeling SET discomfort = NULL, mood = NULL, sealed = ? WHERE rowid = ?"
                connection.execute(change, (sealed, feeling))
        sweep(connection, path)
    return key


def end(path: Path, key: bytes) -> None:
    """Take the seal off: everything is readable again.  Raises SealedError (the wrong key) and sqlite3.Error."""
    with closing(open_store(path)) as connection, transaction(connection):
        for mark, sealed in connection.execute("SELECT rowid, sealed FROM mark WHERE sealed IS NOT NULL").fetchall():
            text = opened(key, "mark", sealed).decode()
            connection.execute("UPDATE mark SET text = ?, sealed = NULL WHERE rowid = ?", (text, mark))
        for row, sealed in connection.execute("SELECT rowid, sealed FROM feeling WHERE sealed IS NOT NULL").fetchall():
            values = json.loads(opened(key, "feeling", sealed))
            change = "UPDATE feeling SET discomfort = ?, mood = ?, sealed = NULL WHERE rowid = ?"
            connection.execute(change, (*values, row))
        connection.execute("DELETE FROM seal")


def unlock(path: Path, passphrase: str) -> bytes | None:
    """The diary's key; None: that is not the passphrase, or there is no seal.  Raises sqlite3.Error."""
    with reading(path) as connection:
        row = connection.execute("SELECT salt, n, r, p, key FROM seal").fetchone()
    if row is None:
        return None
    try:
        return opened(_key_of(passphrase, row["salt"], dict(row)), "key", row["key"])
    except SealedError:
        return None


def shut(key: bytes, kind: str, what: bytes) -> bytes:
    """Shut something; the same words never look alike twice.

    kind: what it is, so that nothing is taken for another.  Its length stands before it, blanks behind.
    """
    counted = len(what).to_bytes(4, "big") + what
    padded = counted + bytes(-len(counted) % BLOCK)
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher(key).encrypt(nonce, padded, kind.encode())  # type: ignore[no-any-return]


def opened(key: bytes, kind: str, sealed: bytes) -> bytes:
    """Open it again.  Raises SealedError: another key, or not a byte as it was."""
    from cryptography.exceptions import InvalidTag

    try:
        plain: bytes = _cipher(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], kind.encode())
    except (InvalidTag, ValueError):
        raise SealedError("this key does not open it") from None
    return plain[4 : 4 + int.from_bytes(plain[:4], "big")]


def felt(discomfort: int | None, mood: int | None) -> bytes:
    """How a feeling is written down before it is sealed."""
    return json.dumps([discomfort, mood]).encode()


def readable(record: Record, key: bytes | None) -> Record:
    """A mark or feeling as `read.ask` gives it, with its words where this key opens them; others as they are."""
    if key is None or not record.get("sealed"):
        return record
    sealed = bytes.fromhex(record["sealed"])
    try:
        if "text" in record:
            return {**record, "text": opened(key, "mark", sealed).decode(), "sealed": None}
        discomfort, mood = json.loads(opened(key, "feeling", sealed))
    except SealedError:
        return record
    return {**record, "discomfort": discomfort, "mood": mood, "sealed": None}


def _cipher(key: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)


def _key_of(passphrase: str, salt: bytes, cost: Mapping[str, Any]) -> bytes:
    n, r, p = int(cost["n"]), int(cost["r"]), int(cost["p"])
    return hashlib.scrypt(passphrase.encode(), salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=32)
