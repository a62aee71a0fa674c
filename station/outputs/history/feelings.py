"""How somebody felt: kept when they say so, shown in their diary, and told to nobody and nothing else.

No event and no input carries it, so neither the detector nor the coach nor the insight can know of it.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from station.outputs.history import seal
from station.outputs.history.store import delete_row, open_store, transaction

MOST = 10

KEEP = """INSERT INTO feeling (at_ms, boot, up_ms, discomfort, mood, sealed)
          SELECT :at, id, :at - coalesce(offset_ms, 0), :discomfort, :mood, :sealed
          FROM boot ORDER BY id DESC LIMIT 1"""


def keep(path: Path, at: float, discomfort: int | None, mood: int | None, key: bytes | None = None) -> bool:
    """Keep it with wall second `at`; it is on the disk when this returns.  False: there is no history yet.

    discomfort: 0 (none) to 10; mood: 0 (low) to 10 (bright); None: not said.  key: the sealed diary's.
    Raises ValueError, SealedError (sealed, and no key) and sqlite3.Error.
    """
    if any(value is not None and not 0 <= value <= MOST for value in (discomfort, mood)):
        raise ValueError(f"both go from 0 to {MOST}")
    if not path.exists():
        return False
    values: dict[str, int | bytes | None] = {
        "at": round(at * 1000),
        "discomfort": discomfort,
        "mood": mood,
        "sealed": None,
    }
    with closing(open_store(path)) as connection, transaction(connection):
        if seal.has_seal(connection):
            if key is None:
                raise seal.SealedError
            sealed = seal.shut(key, "feeling", seal.felt(discomfort, mood))
            values |= {"discomfort": None, "mood": None, "sealed": sealed}
        return connection.execute(KEEP, values).rowcount == 1


def take_back(path: Path, feeling: int) -> bool:
    """Delete the one with this `id`.  False: there is none.  Raises sqlite3.Error."""
    return delete_row(path, "feeling", feeling)
