"""How loud, and how loudness moves: pure arithmetic, no sound.

The mixer applies a volume once a buffer, so every fade is heard as a staircase of one step a buffer (21 ms at 1024
frames).  Fades in and out are the mixer's own: its clock is the sound's, and a busy Python cannot make them jump.
Only the slow ramps under the voice are set from here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
"""Frames a second of every file and of the mixer: an Ogg file of another rate is damaged when it is loaded."""

# To silence within 100 ms: the last buffer of a fade begins within these 60 and lasts 21, which leaves 19 to a busy
# machine.  Three steps of a third: shorter ones click.
FADE_S = 0.060
# The ambience comes and goes so slowly that nobody notices when; after a pause it is back a little sooner.
BED_IN_S = 2.0
BED_BACK_S = 0.5
BED_OUT_S = 3.0

# Under speech the ambience is 6 dB lower.  Ramps under 250 ms click; the hold spans the breath between two sentences.
DUCKED = 10 ** (-6 / 20)
DUCK_S = 0.30
UNDUCK_S = 0.60
HOLD_S = 0.80

# The longest fade baked into a sound that is cut to a step's seconds.
TAIL_S = 0.25


def gain(volume: int, ceiling: int = 100) -> float:
    """Volume 0..100 to a linear gain 0..1; the square feels even to the ear.  `ceiling` is never exceeded."""
    return (min(max(volume, 0), ceiling) / 100) ** 2


@dataclass(frozen=True, slots=True)
class Ramp:
    """A straight line from `start` to `end` over `seconds`, beginning at monotonic second `began`."""

    start: float = 1.0
    end: float = 1.0
    began: float = 0.0
    seconds: float = 0.0

    def at(self, now: float) -> float:
        """The value at `now`: `start` before, `end` after."""
        if self.done(now):
            return self.end
        if now <= self.began:
            return self.start
        share = (now - self.began) / self.seconds
        return self.start + (self.end - self.start) * share

    def done(self, now: float) -> bool:
        """Has the end been reached?"""
        return now >= self.began + self.seconds

    def towards(self, end: float, now: float, seconds: float) -> Ramp:
        """A new ramp from wherever this one stands now: one turned round in the middle makes no jump."""
        return Ramp(self.at(now), end, now, seconds)


class Duck:
    """The ambience gives way to the voice.

    voice     ___████████_██████______________
    gain      ───╲______________╴╴╴╱──────────      down in 0.3 s; up in 0.6 s, 0.8 s after the last word
    """

    def __init__(self) -> None:
        self._ramp = Ramp()
        self._spoken_at = float("-inf")

    def hear(self, speaking: bool, now: float) -> float:
        """The ambience's gain at `now`, where somebody speaks or not."""
        if speaking:
            self._spoken_at = now
            self._go(DUCKED, now, DUCK_S)
        elif now >= self._spoken_at + HOLD_S:
            self._go(1.0, now, UNDUCK_S)
        return self._ramp.at(now)

    def due(self, now: float) -> float:
        """Seconds until the gain will change: 0 while it does, inf when nothing is ahead."""
        if not self._ramp.done(now):
            return 0.0
        return max(0.0, self._spoken_at + HOLD_S - now) if self._ramp.end != 1.0 else float("inf")

    def _go(self, end: float, now: float, seconds: float) -> None:
        if self._ramp.end != end:
            self._ramp = self._ramp.towards(end, now, seconds)


def fit(samples: NDArray[np.int16], seconds: float, rate: int = RATE) -> NDArray[np.int16]:
    """`samples` (frames, channels) cut to `seconds` with a raised-cosine tail; shorter ones stay as they are."""
    frames = max(1, round(seconds * rate))
    if len(samples) <= frames:
        return samples
    cut = samples[:frames].copy()
    tail = min(frames, round(TAIL_S * rate))
    falling = 0.5 + 0.5 * np.cos(np.linspace(0.0, np.pi, tail))
    cut[-tail:] = np.rint(cut[-tail:] * falling[:, None]).astype(np.int16)
    return cut
