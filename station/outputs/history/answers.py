"""What somebody answered in their two weeks of looking at one thing: kept for their diary, told to nothing else.

No event and no input carries an answer, so neither the detector nor the coach nor the insight can know of it.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from station.core.observation import A_DAY, APART_S, SUBJECTS
from station.outputs.history.read import REST_BEFORE, reading
from station.outputs.history.store import delete_row, open_store, transaction

BEFORE_S = 600.0

# A second press on the same question, or one that was asked again after a power cut, is no second answer.
KEEP = """INSERT INTO answer (at_ms, boot, up_ms, subject, answer)
          SELECT :at, id, :at - coalesce(offset_ms, 0), :subject, :answer FROM boot
          WHERE NOT EXISTS (SELECT 1 FROM answer WHERE at_ms BETWEEN :at - :apart AND :at)
            AND (SELECT count(*) FROM answer WHERE at_ms BETWEEN :midnight AND :at) < :a_day
          ORDER BY id DESC LIMIT 1"""

WITH_REST = f"""SELECT subject, answer, at_ms / 1000.0 AS at, {REST_BEFORE} AS rest
                FROM answer WHERE at_ms >= :since AND at_ms < :until ORDER BY at_ms"""


def keep(path: Path, at: float, midnight: float, subject: str, answer: str) -> bool:
    """Keep it with wall second `at`; on the disk when this returns.  False: this question was answered already.

    midnight: when the person's day began.  Raises ValueError for what is no answer to this subject, and sqlite3.Error.
    """
    if answer not in SUBJECTS.get(subject, ()):
        raise ValueError(f"there is no answer '{answer}' to '{subject}'")
    values = {"at": round(at * 1000), "midnight": round(midnight * 1000), "subject": subject, "answer": answer}
    # A little less than they are apart: the clock that counts here is not the one that asks.
    values |= {"apart": round((APART_S - 60) * 1000), "a_day": A_DAY}
    with closing(open_store(path)) as connection, transaction(connection):
        return connection.execute(KEEP, values).rowcount == 1


def take_back(path: Path, answer: int) -> bool:
    """Delete the one with this `id`.  False: there is none.  Raises sqlite3.Error."""
    return delete_row(path, "answer", answer)


Given = tuple[str, str, float, float | None]


def with_rest(path: Path, since: float, until: float) -> list[Given]:
    """(subject, answer, when, share of rest in the ten minutes before it; None: not measured), the oldest first."""
    asked = {"before": round(BEFORE_S * 1000), "since": round(since * 1000), "until": round(until * 1000)}
    with reading(path) as connection:
        found = connection.execute(WITH_REST, asked)
        return [(row["subject"], row["answer"], row["at"], row["rest"]) for row in found]
