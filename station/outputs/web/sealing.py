"""Sealing the diary, opening and shutting it, and taking the seal off: four plain forms.

Whoever writes or reads words or feelings asks `key_of` first: None where nothing is sealed, a refusal where it is shut.
"""

from __future__ import annotations

import sqlite3
from typing import Final, Literal

from station.outputs.history import seal
from station.outputs.history.erase import NotErasedError
from station.outputs.history.read import Record
from station.outputs.installing import installing
from station.outputs.web.answer import Answer, Asked, No, elsewhere
from station.outputs.web.desk import Desk
from station.outputs.web.forms import fields
from station.outputs.web.unlocked import COOKIE, seal_wanted, want_seal

HERE: Final = "/diary#seal"
NEEDS: Final = f"The package that seals is not installed: {installing('desk-station[sealed]')}"
SHUT: Final = "The diary is sealed: open it first."
State = Literal["none", "lost", "shut", "open"]


def sealed(desk: Desk) -> bool:
    """Is there a seal?  Raises No while the history cannot be read."""
    return desk.known(seal.is_sealed, False)


def lost(desk: Desk) -> bool:
    """Is a seal wanted, but this history has none (it is another one than was sealed)?"""
    return seal_wanted(desk.house.state_dir) and not sealed(desk)


def open_key(desk: Desk, asked: Asked) -> bytes | None:
    """The key of this browser, if it has opened the diary."""
    return desk.unlocked.key(asked.diary, desk.wall())


def state(desk: Desk, asked: Asked) -> State:
    """How it stands with the seal, for this browser: asked of the history once."""
    if not sealed(desk):
        return "lost" if seal_wanted(desk.house.state_dir) else "none"
    return "shut" if open_key(desk, asked) is None else "open"


def key_of(desk: Desk, asked: Asked) -> bytes | None:
    """What to write with; None: in the open.  Raises No where the diary is sealed and shut."""
    if state(desk, asked) in ("lost", "shut"):
        raise No(409, SHUT)
    return open_key(desk, asked)


def readable(desk: Desk, asked: Asked, records: list[Record]) -> list[Record]:
    """Marks or feelings, with their words as far as this browser may read them."""
    key = open_key(desk, asked)
    return [seal.readable(record, key) for record in records]


def close(desk: Desk, asked: Asked) -> Answer:
    """Seal the diary from now on, and all that was written before."""
    sent = fields(asked)
    if not desk.history.exists():
        raise No(409, "There is no history yet.")
    if not seal.available():
        raise No(409, NEEDS)
    if sent.get("understood") != "yes" or sent.get("passphrase") != sent.get("again"):
        return elsewhere("/diary?seal=again#seal")
    try:
        with desk.unlocked.one_at_a_time:
            want_seal(desk.house.state_dir, True)
            key = seal.begin(desk.history, sent.get("passphrase", ""), desk.unlocked.cost)
    except ValueError:
        want_seal(desk.house.state_dir, sealed(desk))
        return elsewhere("/diary?seal=again#seal")
    except NotErasedError as error:
        raise No(503, f"The diary is sealed, but older traces could not be wiped yet: {error}.") from None
    except (sqlite3.Error, OSError):
        raise No(503, "The diary could not be sealed just now.") from None
    desk.unlocked.shut_all()
    return elsewhere(HERE, (_cookie(desk.unlocked.keep(key, desk.wall())),))


def unlock(desk: Desk, asked: Asked) -> Answer:
    """Open the diary for this browser, until it has rested for half an hour."""
    words, now = fields(asked).get("passphrase", ""), desk.wall()
    wait = desk.unlocked.limit.wait(asked.address, now)
    if wait > 0:
        raise No(429, f"Too many tries. Wait {wait:.0f} seconds.", (("retry-after", str(int(wait) + 1)),))
    if not seal.available():
        raise No(409, NEEDS)
    with desk.unlocked.one_at_a_time:
        key = desk.known(lambda path: seal.unlock(path, words), None)
    if key is None:
        desk.unlocked.limit.wrong(asked.address, now)
        return elsewhere("/diary?seal=wrong#seal")
    desk.unlocked.limit.right(asked.address)
    want_seal(desk.house.state_dir, True)  # it may have come here with a backup
    return elsewhere(HERE, (_cookie(desk.unlocked.keep(key, now)),))


def lock(desk: Desk, asked: Asked) -> Answer:
    """Shut it again."""
    fields(asked)
    desk.unlocked.shut(asked.diary)
    return elsewhere(HERE, (_cookie("", "; Max-Age=0"),))


def unseal(desk: Desk, asked: Asked) -> Answer:
    """Take the seal off: whoever can read this station's files can read the words again."""
    fields(asked)
    if not lost(desk):
        key = key_of(desk, asked)
        if key is None:
            raise No(409, "There is no seal.")
        try:
            seal.end(desk.history, key)
        except (seal.SealedError, sqlite3.Error):
            raise No(503, "The seal could not be taken off just now.") from None
    want_seal(desk.house.state_dir, False)
    desk.unlocked.shut_all()
    return elsewhere(HERE, (_cookie("", "; Max-Age=0"),))


def _cookie(value: str, more: str = "") -> tuple[str, str]:
    """Until the browser is closed; unreadable for scripts, never sent along from another site."""
    return ("set-cookie", f"{COOKIE}={value}; Path=/; HttpOnly; SameSite=Strict{more}")
