"""How long somebody has sat at the desk without a break.

    present ───40 min───► unknown ─► present ──20 min──► 60 min: time to move
                          (an electrode slipped: not counted, no break either)
    present ───50 min───► away 6 min ─► present           a break: it begins anew

Only time that is known to be sitting counts; being away for five minutes is a break, however it was spent.
"""

from __future__ import annotations

from station.core.component import NEVER

BREAK_S = 300.0


class Sitting:
    """A clock that runs while somebody is there."""

    def __init__(self) -> None:
        self._sat = 0.0
        self._since: float | None = None
        """Since when somebody has been there without interruption; None: nobody is known to be."""
        self._left: float | None = None

    def presence(self, state: str, now: float) -> None:
        """Somebody is `present`, `away`, or it is `unknown`."""
        if self._since is not None:
            self._sat += now - self._since
            self._since = None
        if state == "away":
            self._left = now if self._left is None else self._left
        if state == "present":
            if self._left is not None and now - self._left >= BREAK_S:
                self._sat = 0.0
            self._left, self._since = None, now

    def moved(self, now: float) -> None:
        """There was movement (or the offer of it): it begins anew."""
        self._sat = 0.0
        self._since = None if self._since is None else now

    def reaches(self, seconds: float) -> float:
        """The monotonic second at which it will have been so long; `NEVER` while nobody sits."""
        return NEVER if self._since is None else self._since + seconds - self._sat
