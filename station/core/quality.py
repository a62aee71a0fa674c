"""Is the signal to be believed?  One watch for each channel, asked once a hop.

    rail    stands at a supply rail                       off     swings from rail to rail: an electrode is off
    flat    flatter than any living muscle                hum     mains hum covers the muscle
    motion  cable and skin move more than in calibration  absent  nobody leans on the pad
    stale   no samples arrive                             ok      none of these

    ok --(evidence for ENTER seconds)--> fault --(no evidence for LEAVE seconds)--> ok

A fault can turn into a graver one after that one's ENTER time.  Leaving is slower than entering, so the state does not
chatter and the filters have settled before a reading is believed again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from station.core.yardstick import SignalKind, Yardstick

RAIL_V = 0.010
SUPPLY_V = 3.3
# A smoothed sensor is saturated from here (MyoWare ENV on 3.3 V).
SATURATED_V = 3.28

# Seconds of evidence before a fault is said.  Motion needs more: a single jerk is not worth a word.
ENTER_S: Mapping[str, float] = {"rail": 0.3, "off": 0.3, "flat": 0.3, "hum": 0.3, "motion": 1.0, "absent": 0.3}
LEAVE_S = 2.0

LESSER = frozenset({"hum", "motion"})

REASONS: Mapping[str, str] = {
    "ok": "",
    "rail": "the signal stands at the end of its range: check the plug and the reference electrode",
    "off": "the signal swings from end to end: an electrode is off or dry",
    "flat": "the signal is flatter than a relaxed muscle: check the cable and the sensor's power",
    "hum": "mains hum covers the muscle: press the electrodes on, move chargers away",
    "motion": "the cable or the electrodes are moving",
    "absent": "nobody leans on the pad",
    "stale": "samples are missing",
}

# Share of samples at a rail that makes a hop unusable, and the share from which the signal *stands* there.
RAILED, STANDING = 0.05, 0.6
FLAT_SHARE = 0.05  # of the calibrated rest power
STILL_V = 1e-4  # a hop that moves less than one step of the converter (125 µV at ±4.096 V) is not a measurement
# The samples need no look where their variance and mean say enough.  Each sample at a rail is SUPPLY/2 - RAIL from the
# middle, so RAILED of them make a mean square about the middle of at least RAILED times the square of that; and what
# moves less than STILL has a variance below STILL²/4 (Popoviciu 1935).
WELL_INSIDE = RAILED * (SUPPLY_V / 2 - RAIL_V) ** 2
MOVES = STILL_V**2 / 4
# Hum: so many times the muscle, the calibration's own hum, and the reference's power.
HUM_OVER_EMG, HUM_OVER_REST, HUM_OVER_REFERENCE = 2.5, 12.0, 0.04
# Motion: so many times the calibration's worst second, plus this part of the reference's power.
MOTION_OVER_REST, MOTION_OVER_REFERENCE = 9.0, 0.15
# A tenth of a second counts for so many times that limit at most: else the mean over a second remembers a strong jerk
# for five, and six of them a minute make a third of the time unknown, in which load and rest are felt as well as ever.
STRONGEST = 2.0
ABSENT_SHARE = 0.25  # of the lower of the pad's two levels


class Powers(Protocol):
    """What a level knows of the last hop, V²."""

    power: float
    hum: float
    motion: float
    variance: float  # of the hop's volts, and no less is true
    aside: float  # the square of how far, at most, their mean is from the middle of the supply


class Watch:
    """The state of one channel's signal."""

    def __init__(self, signal: SignalKind, yardstick: Yardstick | None) -> None:
        self.state = "ok"
        self.calm = True  # neither a fault nor the first hint of one
        self._judge = {"emg-raw": self._raw, "emg-envelope": self._envelope, "pressure": self._pressure}[signal]
        self._evidence = "ok"
        self._held_s = 0.0
        self._motion = 0.0
        # Nothing is too flat, hums or moves too much while nobody knows what is usual.
        self._flat, self._hum, self._moved, self._absent = -math.inf, math.inf, math.inf, -math.inf
        self._half_hum = self._strongest = math.inf
        if yardstick is not None:
            reference = yardstick.reference_level**2
            self._flat = FLAT_SHARE * yardstick.rest_power
            self._hum = max(HUM_OVER_REST * yardstick.hum_power, HUM_OVER_REFERENCE * reference)
            self._moved = MOTION_OVER_REST * yardstick.motion_power + MOTION_OVER_REFERENCE * reference
            self._half_hum, self._strongest = self._hum / 2, STRONGEST * self._moved
            self._absent = ABSENT_SHARE * min(yardstick.rest_level, yardstick.reference_level)

    @property
    def reason(self) -> str:
        """The state in a sentence; empty for ok."""
        return REASONS[self.state]

    def look(self, volts: npt.NDArray[Any], level: Powers, span: float) -> str:
        """The state after one more hop of `span` seconds."""
        found = self._judge(volts, level, span)
        if found == "ok" == self.state:
            self._held_s, self.calm = 0.0, True
            return found
        if found in LESSER and self.state != "ok":
            found = self.state  # what swings from rail to rail also hums and moves: the first word stands
        if found == self.state:
            self._held_s, self.calm = 0.0, False
            return found
        self.calm = False
        self._held_s = self._held_s + span if found == self._evidence else span
        self._evidence = found
        if self._held_s >= (LEAVE_S if found == "ok" else ENTER_S[found]) - 1e-6:
            self.state, self._held_s = found, 0.0
        return self.state

    def _raw(self, volts: npt.NDArray[Any], level: Powers, span: float) -> str:
        variance = level.variance
        if variance < MOVES or variance + level.aside > WELL_INSIDE:
            found = self._converter(volts)
            if found != "ok":
                return found
        if level.power < self._flat:
            return "flat"
        # What hums goes on humming until half of the limit.
        if level.hum > self._half_hum and (
            self.state == "hum" or (level.hum > self._hum and level.hum > HUM_OVER_EMG * level.power)
        ):
            return "hum"
        motion, now = self._motion, level.motion
        now = now if now < self._strongest else self._strongest
        self._motion = motion = motion + (span if span < 1.0 else 1.0) * (now - motion)  # over about a second
        return "motion" if motion > self._moved else "ok"

    def _converter(self, volts: npt.NDArray[Any]) -> str:
        """At a rail, or without life?  Looks at each sample, which costs as much as the rest of the watch."""
        high, low = float(volts.max()), float(volts.min())
        if high > SUPPLY_V - RAIL_V or low < RAIL_V:
            railed = float(np.mean((volts > SUPPLY_V - RAIL_V) | (volts < RAIL_V)))
            if railed > RAILED:
                both = high > SUPPLY_V - RAIL_V and low < RAIL_V
                return "rail" if railed > STANDING and not both else "off"
        return "flat" if high - low < STILL_V else "ok"

    def _envelope(self, volts: npt.NDArray[Any], level: Powers, span: float) -> str:
        return "rail" if float(volts.max()) >= SATURATED_V else "ok"

    def _pressure(self, volts: npt.NDArray[Any], level: Powers, span: float) -> str:
        if float(volts.max()) > SUPPLY_V - RAIL_V:
            return "rail"
        return "absent" if float(volts.mean()) < self._absent else "ok"
