"""A person at a desk, simulated down to the motor unit, in volts at the ADC's pins.

    habits.py     what they do: activities, stories, activation in %RVE
    muscle.py     what the muscle makes of it: motor units, surface EMG
    body.py       what else the electrodes pick up: heart, mains, motion, keys
    frontends.py  what sensor boards make of it: volts at pins 0-3
    wearer.py     the person: asked at a moment, told what to do

    person = Person(story="demo", seed=1)
    volts, truth = Person("typing", seed=7).render(60, 500)

This is a model made to try the station with, not a measurement of anybody.
"""

from __future__ import annotations

from hardware.sensors.person.frontends import PIN_OF_VIEW
from hardware.sensors.person.habits import ACTIVITIES, FAULTS, STORIES
from hardware.sensors.person.muscle import Floats
from hardware.sensors.person.wearer import Person, Surroundings

__all__ = ["ACTIVITIES", "FAULTS", "PIN_OF_VIEW", "STORIES", "Person", "Surroundings", "calibration_volts"]


def calibration_volts(
    seed: int = 1,
    rate: float = 500.0,
    view: str = "emg-raw",
    rest_s: float = 30.0,
    reference_s: float = 15.0,
    surroundings: Surroundings | None = None,
) -> tuple[Floats, Floats]:
    """What a calibration of the person `seed` would record: volts at rest, volts in the reference contraction.

    For pressure the reference is the raised shoulder.  Both arrays are sampled at `rate`, free of the change-over.
    """
    there = surroundings or Surroundings()
    settle = 2.0
    skip = round(settle * rate)
    rest, _ = Person("relaxed", seed, there).render(settle + rest_s, rate, view)
    person = Person("relaxed", seed, there)
    person.control({"activity": "shrug" if view == "pressure" else "reference"})
    reference, _ = person.render(settle + reference_s, rate, view)
    return rest[skip:], reference[skip:]
