"""A yardstick for the simulated person: measured from what they would have done in their calibration.

So a station with `driver = "simulated"` knows its %RVE at once; a stored calibration, where there is one, goes before.
"""

from __future__ import annotations

from hardware.sensors.person import Surroundings, calibration_volts
from hardware.sensors.simulated import Settings
from station.core.yardstick import Yardstick, measure

REST_S, REFERENCE_S = 12.0, 8.0


def yardsticks(person: Settings) -> tuple[Yardstick, ...]:
    """One for each board the person wears."""
    around = Surroundings(mains_hz=float(person.mains_hz))
    return tuple(
        measure(view, *calibration_volts(person.seed, person.rate, view, REST_S, REFERENCE_S, around), person.rate)
        for view in person.view
    )
