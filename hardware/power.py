"""The interlock: nothing with a conductive path to the mains may touch electrodes.

    declared          undeclared, mains ─► never        isolated ─► yes        battery ─► yes, while ...
    ... nothing is attached (attached.py): looked at before the sensor is opened, and again while it runs

IEC 60601-1 allows 100 µA through a person in normal use (10 µA where it reaches the heart directly); the filter
capacitor of a cheap USB charger alone can pass more than that.  So electrodes are read only when the owner has declared
a topology without such a path; the default is "undeclared", and undeclared counts as unsafe.

Software cannot pull a plug.  It can refuse to make a habit of it: on a violation the sensor is closed within a second,
and the station says which cable is the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hardware.attached import SYS, Attached, attached

# Topologies in which electrodes may be read: the whole station on a power bank, or an isolated front end.
SAFE_WITH_ELECTRODES = frozenset({"battery", "isolated"})
# Drivers behind which there is no skin.
WITHOUT_A_BODY = frozenset({"simulated", "recording"})

NOT_NOW = "Electrodes are on the skin and {}: the sensor is closed."
NOT_NOW_DE = "Elektroden sind auf der Haut, und {}: Der Sensor ist zu."
UNPLUG = (
    "Unplug it; the station goes on by itself a few seconds later. On a power bank nothing else may be plugged in.",
    "Zieh es ab; ein paar Sekunden später geht es von selbst weiter. An der Powerbank darf sonst nichts stecken.",
)
RECHARGE = (
    "Charge the power bank, or use a shorter, thicker cable; the station goes on by itself when the power is back.",
    "Lade die Powerbank oder nimm ein kürzeres, dickeres Kabel; sobald der Strom reicht, geht es weiter.",
)
SWITCH_ON = (
    "Leave the socket empty and switch it on, so that the system can tell: sudo ip link set eth0 up (or its name).",
    "Lass die Buchse leer und schalte sie ein, damit man es sieht: sudo ip link set eth0 up (oder wie sie heißt).",
)
LET_SEE = (
    "Without that nobody can vouch for the electrodes: let the station read all of /sys, or use a pressure pad.",
    "Ohne das kann niemand für die Elektroden bürgen: Lass die Station ganz /sys lesen, oder nimm ein Druckkissen.",
)
# What helps, for each kind of thing that is not simply unplugged: English, German.
REMEDIES = {"weak": RECHARGE, "dark": SWITCH_ON, "unseen": LET_SEE}

ON_MAINS = {
    "en": (
        "[sensor] power is mains, and this sensor has electrodes on the skin: the station does not open it.",
        'Run the whole station on a power bank with nothing else plugged in and set power = "battery", or use an '
        'isolated front end and set power = "isolated". A pressure pad works on mains.',
    ),
    "de": (
        "[sensor] power ist mains, und dieser Sensor hat Elektroden auf der Haut: Die Station öffnet ihn nicht.",
        'Betreibe die ganze Station an einer Powerbank, an der sonst nichts steckt, und setze power = "battery"; oder '
        'nimm einen isolierten Verstärker und setze power = "isolated". Ein Druckkissen darf ans Netz.',
    ),
}
UNDECLARED = {
    "en": (
        "[sensor] power is not declared, and this sensor has electrodes on the skin: the station does not open it.",
        'Set power = "battery" when the whole station runs on a power bank with nothing else plugged in, '
        '"isolated" with an isolated front end, "mains" otherwise (then electrodes stay off). See hardware/README.md.',
    ),
    "de": (
        "[sensor] power fehlt, und dieser Sensor hat Elektroden auf der Haut: Die Station öffnet ihn nicht.",
        'Setze power = "battery", wenn die ganze Station an einer Powerbank hängt, an der sonst nichts steckt, '
        '"isolated" mit isoliertem Verstärker, sonst "mains" (dann bleiben Elektroden aus). Siehe hardware/README.md.',
    ),
}


class Interlock:
    """May this sensor be read, now?

    driver, signals, power: as in `refusal`.  sys: where the kernel tells what is attached; a fake tree in a test.
    """

    def __init__(self, driver: str, signals: Sequence[str], power: str, sys: Path = SYS) -> None:
        self._sensor = (driver, signals, power)
        self._sys = sys
        # Whether something that is plugged in later can forbid what is allowed now.
        self.watches = power == "battery" and has_electrodes(driver, signals)

    def verdict(self, language: str = "en") -> tuple[str, str]:
        """(what is wrong, what to do), both empty when the sensor may be read at this moment."""
        if self.watches:
            return in_words(attached(self._sys), language)
        return refusal(*self._sensor, language)


def in_words(found: Sequence[Attached], language: str = "en") -> tuple[str, str]:
    """(what is wrong, what to do) about what is attached; both empty when nothing is."""
    if not found:
        return "", ""
    german = language == "de"
    said = (" und " if german else " and ").join(dict.fromkeys(thing.say(language) for thing in found))
    remedies = dict.fromkeys(REMEDIES.get(thing.kind, UNPLUG)[german] for thing in found)
    return (NOT_NOW_DE if german else NOT_NOW).format(said), " ".join(remedies)


def has_electrodes(driver: str, signals: Sequence[str]) -> bool:
    """Whether this sensor touches skin: everything that begins with `emg` does, unless there is no body behind it."""
    return driver not in WITHOUT_A_BODY and any(signal.startswith("emg") for signal in signals)


def refusal(driver: str, signals: Sequence[str], power: str, language: str = "en") -> tuple[str, str]:
    """What the declared topology forbids: (what is wrong, what to do), both empty when this sensor may be opened.

    driver: the sensor driver's name.  signals: what each channel measures.
    power: undeclared, battery, isolated or mains.
    """
    if not has_electrodes(driver, signals) or power in SAFE_WITH_ELECTRODES:
        return "", ""
    return (ON_MAINS if power == "mains" else UNDECLARED)[language]
