"""What a person writes to a marked moment, later or never: the one write that does not come from an event.

The page calls this on a thread of its own; the commit is on the disk before it returns.  An empty text takes the words
back, and `secure_delete` wipes them from the file's pages.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from station.outputs.history import seal
from station.outputs.history.store import open_store, transaction

LONGEST_TEXT = 2_000


def annotate(path: Path, mark_id: int, text: str, key: bytes | None = None) -> bool:
    """Write `text` to the mark with this `id` (see `read.marks`); '' takes it back.  False: there is no such mark.

    key: the sealed diary's.  Raises ValueError for a text of more than `LONGEST_TEXT` characters, SealedError (sealed,
    and no key) and sqlite3.Error.
    """
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"{len(text)} characters are too many; a mark takes {LONGEST_TEXT}")
    if not path.exists():
        return False
    words, sealed = text.strip() or None, None
    with closing(open_store(path)) as connection, transaction(connection):
        if seal.has_seal(connection):
            if key is None:
                raise seal.SealedError
            words, sealed = None, seal.shut(key, "mark", words.encode()) if words else None
        change = "UPDATE mark SET text = ?, sealed = ? WHERE rowid = ?"
        return connection.execute(change, (words, sealed, mark_id)).rowcount == 1
