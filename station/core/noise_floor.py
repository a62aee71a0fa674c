"""Has the sensor grown noisier since the calibration?  Seen where the muscle is all but silent, every two minutes.

    a second ─► its power in the band, a look at the quiet frequencies ─► the quietest of forty
                                                                            └► today's noise, V² in the band

Electrodes dry, a supply hisses: the zero rises, and by its amplitude looks like a muscle that never rests.  But noise
is as strong at 0.4 of the rate as anywhere else in the band, and the muscle is not: the quiet frequencies, taken for
all of the band, see all of the noise, and of the reference the `white_share`.  So power and view are two equations:

    power = noise +         muscle                   noise = (view - share x power) / (1 - share)
    view  = noise + share x muscle

with more of a share than the reference had: a muscle that is there then makes the answer smaller, never larger, and
one that rests does not matter at all.  Two minutes without rest find less noise than there is, so the largest answer
counts, and fades within the hour.

At 500 samples a second a muscle can be all over the band (simulated: a share of 0.1 to 0.7), and few motor units can
look far whiter than their reference: there nothing is said, and the zero stays the calibration's.
"""

from __future__ import annotations

from collections.abc import Sequence

from station.core.emg_power import as_white

# The share that a muscle is taken to have, given the reference's.  Simulated motor units at 3 to 12 %RVE and 860 a
# second: up to 0.036 where the reference has 0.014; from 700 a second on more than this by 0.02 at most.
SPARSE, WHITER = 0.05, 2.0
# The largest share of a reference with which noise can be told from it.  At 860 a second simulated motor units have
# up to 0.014, four recorded muscles 0.00 to 0.09, Gaussian "muscle" 0.05 to 0.19 (more with more emphasis).  Below FAST
# samples a second few units at light load can look ten times as white as the reference: only a silent one is told.
TELLABLE, SILENT, FAST = 0.2, 0.02, 700.0
# At less than this part of the rate at which the share was measured, other frequencies are looked at, less quiet ones.
SLOWEST = 0.9
# Seconds between looks, which cost a fifth of a hop each: never a whole number of hops, so that no rounding decides.
LOOK_S = 2.95
LOOKS, QUIETEST = 40, 7
# A smaller answer pulls the known one down by this part.
FADES = 0.1
# What is worth a correction: a rise by this part of the calibrated rest, and by so many %RVE².
RISE, RISE_RVE2 = 0.5, 2.0


def tellable(white_share: float, rate: float, calibrated_rate: float) -> bool:
    """Can noise be told from this muscle at `rate`?  Its share was measured at `calibrated_rate`, samples a second."""
    return white_share < (TELLABLE if rate > FAST else SILENT) and rate > SLOWEST * calibrated_rate


class NoiseFloor:
    """What rest is at most today: its calibrated power, or the sensor's noise where that has risen above it."""

    def __init__(self, calibrated: float, reference: float, white_share: float) -> None:
        """calibrated, reference: the powers of rest and of 100 %RVE, V²; white_share: of the latter (`as_white`)."""
        self._share = SPARSE + WHITER * white_share
        self._calibrated = self._noise = calibrated
        self._worth = calibrated + max(RISE * calibrated, RISE_RVE2 * 1e-4 * reference)
        self._seen: list[tuple[float, Sequence[float]]] = []

    def see(self, second: float, look: Sequence[float]) -> float | None:
        """Take a second's mean power, V², and the look at its last hop; after LOOKS of them the most that rest is."""
        self._seen.append((second, look))
        if len(self._seen) < LOOKS:
            return None
        quietest = sorted(self._seen)[:QUIETEST]
        self._seen.clear()
        power = sum(second for second, _ in quietest) / QUIETEST
        view = as_white([look for _, look in quietest])
        found = min((view - self._share * power) / (1 - self._share), power)
        faded = self._noise + FADES * (max(found, self._calibrated) - self._noise)
        self._noise = noise = max(found, faded)
        return noise if noise > self._worth else self._calibrated
