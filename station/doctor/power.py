"""What is declared about the power, what is plugged in, and whether electrodes may be read so."""

from __future__ import annotations

from hardware.attached import attached, tells_of_displays
from hardware.power import Interlock, has_electrodes
from station.doctor import Examined, Roots
from station.settings import Sensor


def examine(sensor: Sensor, roots: Roots, language: str = "en") -> Examined:
    """The interlock's verdict at this moment."""
    problem, remedy = Interlock(sensor.driver, sensor.signal, sensor.power, roots.sys).verdict(language)
    if problem:
        yield "broken", problem, remedy
    elif not has_electrodes(sensor.driver, sensor.signal):
        yield "ok", "No electrodes: this sensor may be read however the station is powered.", ""
    elif sensor.power == "isolated":
        yield "ok", "Electrodes behind an isolated front end, as declared: they may be read.", ""
    else:
        yield "ok", "Electrodes on a battery, and nothing is plugged in that may lead to the mains.", ""
        if not tells_of_displays(roots.sys):
            yield (
                "warning",
                "This system has no display driver that could say whether a screen is plugged in.",
                "See to it yourself that none is, or let the system look: dtoverlay=vc4-kms-v3d in config.txt, and a "
                "restart.",
            )
    if not problem and sensor.power == "isolated" and (found := attached(roots.sys)):
        seen = ", ".join(dict.fromkeys(thing.name for thing in found))
        yield "ok", f"Plugged in at this moment: {seen}. The isolation alone keeps it from the electrodes.", ""
