"""Is the signal to be believed?  One watch for each channel, asked once a hop.

    ok | off | rail | hum | flat | stale | motion | absent

A fault is entered after it held for its time, and left after it was gone for its time, so the state does not chatter.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from station.core.yardstick import SignalKind, Yardstick

RAIL_V = 0.010
SUPPLY_V = 3.3
ENTER_S = 0.3
LEAVE_S = 2.0


class Powers(Protocol):
    """What a level knows of the last hop."""

    power: float
    hum: float
    motion: float


class Watch:
    """The state of one channel's signal."""

    def __init__(self, signal: SignalKind, yardstick: Yardstick | None) -> None:
        self.signal = signal
        self.yardstick = yardstick
        self.state, self.reason = "ok", ""
        self._seen_s = 0.0

    def look(self, volts: npt.NDArray[Any], level: Powers, span: float, holes: float) -> tuple[str, str]:
        """The state after one more hop, and why."""
        found, why = self._judge(volts, level)
        if found == self.state:
            self._seen_s = 0.0
            return self.state, self.reason
        self._seen_s += span
        if self._seen_s >= (LEAVE_S if self.state != "ok" else ENTER_S):
            self.state, self.reason, self._seen_s = found, why, 0.0
        return self.state, self.reason

    def _judge(self, volts: npt.NDArray[Any], level: Powers) -> tuple[str, str]:
        high = np.count_nonzero(volts > SUPPLY_V - RAIL_V)
        low = np.count_nonzero(volts < RAIL_V) if self.signal == "emg-raw" else 0
        if high + low > 0.5 * len(volts):
            return "rail", "the signal stands at a supply rail"
        yardstick = self.yardstick
        if yardstick is None:
            return "ok", ""
        if self.signal == "pressure":
            lower = min(yardstick.rest_level, yardstick.reference_level)
            if float(np.mean(volts)) < 0.25 * lower:
                return "absent", "nobody leans on the pad"
        if self.signal == "emg-raw":
            if high + low > 0.05 * len(volts):
                return "off", "an electrode is off"
            if level.power < 0.05 * yardstick.rest_power:
                return "flat", "the signal is flatter than a relaxed muscle"
            if level.hum > max(2.5 * level.power, 12 * yardstick.hum_power, 0.04 * yardstick.reference_power):
                return "hum", "mains hum covers the muscle"
        return "ok", ""
