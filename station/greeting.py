"""The first words of `desk-station run` to whoever typed it: who wakes up, where the page is, how it ends; the last.

Whoever sits at a terminal reads these; a service has none, and its log begins as it always did.  What is said is what
is set, not yet what is found: the log below tells how it goes.
"""

from __future__ import annotations

from typing import Any, Final

from station.config import Config
from station.doctor import page
from station.settings import Sensor, Station

WORDS: Final = {
    "de": {
        "wakes": "{name} wacht auf, mit {sensor}.",
        "page": "Deine Seite auf diesem Computer: {address}",
        "page_later": "Die Adresse deiner Seite steht gleich unten.",
        "ends": "Unten steht, was geschieht. Strg + C beendet die Station.",
        "off": "Die Station ist aus.",
        "muscle": "einem Muskelsensor",
        "pad": "einem Druckkissen",
        "and": " und ",
        "ads1115": "{what} am ADS1115",
        "simulated": "einer simulierten Person",
        "recording": "einer Aufnahme statt eines Sensors",
        "other": "dem Sensor „{driver}“",
    },
    "en": {
        "wakes": "{name} is waking up, with {sensor}.",
        "page": "Your page on this computer: {address}",
        "page_later": "The address of your page stands below in a moment.",
        "ends": "Below you see what happens. Ctrl + C ends the station.",
        "off": "The station is off.",
        "muscle": "a muscle sensor",
        "pad": "a pressure pad",
        "and": " and ",
        "ads1115": "{what} on an ADS1115",
        "simulated": "a simulated person",
        "recording": "a recording in place of a sensor",
        "other": "the sensor “{driver}”",
    },
}


def greeting(settings: Config) -> list[str]:
    """Two or three lines, in the station's language."""
    station = settings.of(Station)
    words = WORDS[station.shown]
    said = [words["wakes"].format(name=station.name, sensor=_sensor(settings.of(Sensor), words))]
    web: Any = settings.outputs().get("web")
    if web is not None and web.port == 0:
        said.append(words["page_later"])
    elif web is not None and page.refused(web.port) is None:  # else the log says what is wrong with it
        said.append(words["page"].format(address=page.address(web.port)))
    return [*said, words["ends"]]


def farewell(settings: Config) -> str:
    """That it is off, on a line of its own: the one before may hold the terminal's `^C`."""
    return f"\n{WORDS[settings.of(Station).shown]['off']}\n"


def _sensor(sensor: Sensor, words: dict[str, str]) -> str:
    """What the station is set up to feel, after `mit` and `with`."""
    felt = dict.fromkeys(words["pad" if signal == "pressure" else "muscle"] for signal in sensor.signal)
    said = words[sensor.driver if sensor.driver in ("ads1115", "simulated", "recording") else "other"]
    return said.format(what=words["and"].join(felt), driver=sensor.driver)
