"""Exercises, and the pauses that are like them but for the exercise.

An exercise is compared with what began the same way:

    it followed a cue     ↔  the same tension without an exercise: the cue was left alone, declined or silent, or the
                             budget, quiet time or the first days stood against one
    it was begun freely   ↔  a quiet pause: up from the desk for 1 to 15 minutes, no exercise in it

An alert is compared with silent alerts alone (drawn by lot, if the person wants that): every other tension without an
alert differs from one with it by more than the alert.

Self-released cues are on no side of an exercise: shoulders that have dropped already would make the pauses look better.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

Record = Mapping[str, Any]

# An exercise that begins so soon after a cue belongs to it (60 s of light, 45 s of offer, and getting ready).
FOLLOWS_S: Final = 300.0
# Exercises that follow each other so closely are one occasion: the shrug that opens an accepted offer, and the breath.
SAME_S: Final = 120.0
SHORTEST_S: Final = 30.0
PAUSE_S: Final = (60.0, 900.0)
# The light and the offer: what an alert did is asked for after them.
ALERT_LASTS_S: Final = 120.0
# A pause counts only if there was nothing else around it.
APART_S: Final = 1200.0

LEFT_ALONE: Final = frozenset({"ignored", "not_now"})
# Reasons (`code: sentence`) for which a tension got no cue although it was one; a call is another matter.
STOOD_AGAINST: Final = frozenset({"hour", "day", "apart", "baseline", "quiet"})
SILENT: Final = "silent"
ALERT: Final = "alert"
DAY_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Occasion:
    """at, ended: wall seconds.  done: the exercise's name, or '' for a pause without one.  began: `cue` or `free`."""

    at: float
    ended: float
    done: str
    began: str

    @property
    def day(self) -> int:
        """Which day (UTC) it belongs to; what lies on one day hangs together."""
        return int(self.at // DAY_S)


def exercises(sessions: Iterable[Record], cues: Iterable[Record]) -> list[Occasion]:
    """Every exercise of at least half a minute, however it ended (what is stopped counts, too)."""
    found: list[Occasion] = []
    cued = sorted(float(cue["started"]) for cue in cues)
    for session in sorted(sessions, key=lambda s: float(s["started"])):
        at, ended = float(session["started"]), session["ended"]
        if ended is None:
            continue
        last = found[-1] if found else None
        if last is not None and at - last.ended < SAME_S:
            longer = ended - at >= last.ended - last.at
            found[-1] = Occasion(last.at, float(ended), session["technique"] if longer else last.done, last.began)
            continue
        before = bisect_right(cued, at) - 1
        after_cue = before >= 0 and at - cued[before] < FOLLOWS_S
        found.append(Occasion(at, float(ended), str(session["technique"]), "cue" if after_cue else "free"))
    return [each for each in found if each.ended - each.at >= SHORTEST_S]


def pauses(
    done: Sequence[Occasion],
    cues: Iterable[Record],
    withheld: Iterable[Record],
    spans: Iterable[Record],
    drawn: Iterable[Record] = (),
) -> list[Occasion]:
    """Tension without an exercise and pauses without an exercise, none of them near an exercise or another pause."""
    usual = median(each.ended - each.at for each in done) if done else ALERT_LASTS_S
    tense = [float(cue["started"]) for cue in cues if cue["answer"] in LEFT_ALONE]
    tense += [float(alert["at"]) for alert in drawn if alert["arm"] == SILENT]
    tense += [float(row["at"]) for row in withheld if str(row["reason"]).partition(":")[0] in STOOD_AGAINST]
    found = [Occasion(at, at + usual, "", "cue") for at in tense]
    for span in spans:
        if span["kind"] == "presence" and span["state"] == "away" and span["ended"] is not None:
            at, ended = float(span["started"]), float(span["ended"])
            if PAUSE_S[0] <= ended - at <= PAUSE_S[1]:
                found.append(Occasion(at, ended, "", "free"))
    kept: list[Occasion] = []
    starts = [each.at for each in done]
    for each in sorted(found, key=lambda o: o.at):
        # Exercises follow each other, so only the last one that begins early enough can be near.
        last = bisect_left(starts, each.ended + APART_S) - 1
        lonely = last < 0 or done[last].ended + APART_S <= each.at
        if lonely and (not kept or each.at - kept[-1].ended >= APART_S):
            kept.append(each)
    return kept


def alerts(drawn: Iterable[Record]) -> tuple[list[Occasion], list[Occasion]]:
    """(given, silent) of the alerts that were drawn by lot: `at`, `arm`.

    Whatever the person then did, an exercise, too, belongs to what the alert did (intention to treat).
    """
    arms: tuple[list[Occasion], list[Occasion]] = ([], [])
    for each in sorted(drawn, key=lambda row: float(row["at"])):
        at, silent = float(each["at"]), each["arm"] == SILENT
        arms[silent].append(Occasion(at, at + ALERT_LASTS_S, "" if silent else ALERT, "cue"))
    return arms
