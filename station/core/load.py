"""The day's measures, minute by minute: how much rest, how many gaps, how long without.

Rest is what counts, not posture.  Each measure cites the paper that defines it.
"""

from __future__ import annotations

import numpy as np

from station.core.events import Minute

GAP_S = 0.2  # the shortest EMG gap: Veiersted, Westgaard & Andersen 1990


class MinuteBook:
    """Gathers hops into minutes on a fixed grid of 60 s, beginning with the first hop."""

    def __init__(self) -> None:
        self._begin: float | None = None
        self._loads: list[float] = []
        self._rest_s = self._valid_s = 0.0
        self._gaps = 0
        self._gap_s = self._stretch_s = self._longest_s = 0.0

    def hop(self, t: float, span: float, rve: float | None, resting: bool) -> Minute | None:
        """One more hop centred at `t`; the minute it closed, if any."""
        if self._begin is None:
            self._begin = t - span / 2
        closed = None
        if t - self._begin >= 60:
            closed = self._close()
            self._begin += 60 * int((t - self._begin) // 60)
        if rve is None:
            self._gap_s = 0.0
            return closed
        self._loads.append(rve)
        self._valid_s += span
        if resting:
            self._rest_s += span
            before = self._gap_s
            self._gap_s += span
            if before < GAP_S - 1e-9 <= self._gap_s:
                self._gaps += 1
            self._stretch_s = 0.0
        else:
            self._gap_s = 0.0
            self._stretch_s += span
            self._longest_s = max(self._longest_s, self._stretch_s)
        return closed

    def _close(self) -> Minute:
        share = self._valid_s / 60
        grade = "X" if share < 0.5 else "A" if share >= 0.95 else "B" if share >= 0.8 else "C"
        if self._loads:
            p10, p50, p90 = (float(v) for v in np.percentile(self._loads, (10, 50, 90)))
            told = Minute(
                self._rest_s / self._valid_s,
                p10,
                p50,
                p90,
                self._gaps,
                self._longest_s,
                min(self._valid_s, 60.0),
                grade,
            )
        else:
            told = Minute(None, None, None, None, 0, 0.0, 0.0, "X")
        self._loads = []
        self._rest_s = self._valid_s = self._longest_s = 0.0
        self._gaps = 0
        return told
