"""The interlock: nothing with a conductive path to the mains may touch electrodes.

IEC 60601-1 keeps the current through a person below 10 µA (normal condition, cardiac-floating parts aside); a cheap USB
charger's capacitive leakage alone may exceed that many times.  So electrodes are read only when the owner has declared a
topology without such a path; the default is "undeclared", and undeclared counts as unsafe.
"""

from __future__ import annotations

from collections.abc import Sequence

# Topologies in which electrodes may be read: the whole station on a power bank, or an isolated front end.
SAFE_WITH_ELECTRODES = frozenset({"battery", "isolated"})
# Drivers behind which there is no skin.
WITHOUT_A_BODY = frozenset({"simulated", "recording"})


def refusal(driver: str, signals: Sequence[str], power: str) -> tuple[str, str]:
    """(what is wrong, what to do), both empty when this sensor may be opened.

    driver: the sensor driver's name.  signals: what each channel measures; everything that begins with `emg` has
    electrodes.  power: undeclared, battery, isolated or mains.
    """
    electrodes = any(signal.startswith("emg") for signal in signals)
    if driver in WITHOUT_A_BODY or not electrodes or power in SAFE_WITH_ELECTRODES:
        return "", ""
    if power == "mains":
        return (
            "[sensor] power is mains, and this sensor has electrodes on the skin: the station does not open it.",
            'Run the whole station on a power bank with nothing else plugged in and set power = "battery", or use an '
            'isolated front end and set power = "isolated". A pressure pad works on mains.',
        )
    return (
        "[sensor] power is not declared, and this sensor has electrodes on the skin: the station does not open it.",
        'Set power = "battery" when the whole station runs on a power bank with nothing else plugged in, '
        '"isolated" with an isolated front end, "mains" otherwise (then electrodes stay off). See hardware/README.md.',
    )
