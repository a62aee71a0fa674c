"""Which machine this is, what runs on it, and whether it suffers: heat, throttling, a weak supply."""

from __future__ import annotations

import platform
import sqlite3
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from station.doctor import Examined, Roots, read
from station.version import VERSION

# Bits of the firmware's get_throttled (Raspberry Pi documentation, "vcgencmd"): now, and since the start.
UNDER_VOLTAGE_NOW, THROTTLED_NOW, HOT_NOW = 1 << 0, 1 << 1 | 1 << 2, 1 << 3
UNDER_VOLTAGE_SINCE, THROTTLED_SINCE = 1 << 16, 1 << 17 | 1 << 18 | 1 << 19
HOT_C: Final = 80.0  # the firmware slows the processor down from here on
LEAST_MB: Final = 400  # a Zero 2 W has 416 MB left beside its graphics
LIBRARIES: Final = (
    "adafruit-circuitpython-ads1x15",
    "gpiozero",
    "msgspec",
    "numpy",
    "paho-mqtt",
    "pygame",
    "starlette",
    "uvicorn",
)
SUPPLY: Final = (
    "Use a supply of 5 V and 2.5 A or more, and a short, thick cable; a weak supply also disturbs the sensor."
)


def examine(roots: Roots, architecture: str = "") -> Examined:
    """The model, the versions, the supply and the heat."""
    yield from _model(roots, architecture or platform.machine())
    yield from _versions(roots)
    yield from _suffering(roots)


def _model(roots: Roots, architecture: str) -> Examined:
    model = read(roots.proc / "device-tree/model")
    if architecture in ("armv6l", "armv7l"):
        what = f"This system is a 32-bit one ({architecture}); the station is made for 64 bits."
        yield "broken", what, "Write the 64-bit Raspberry Pi OS to the card; a Zero 2 W, 3, 4 or 5 can run it."
    if "Raspberry Pi" in model:
        yield "ok", f"This is a {model}.", ""
    else:
        yield "ok", f"This is no Raspberry Pi ({model or architecture}): simulated and replayed sensors work here.", ""
    for line in read(roots.proc / "meminfo").splitlines():
        if line.startswith("MemTotal:") and (mb := int(line.split()[1]) // 1024) < LEAST_MB:
            yield "warning", f"This machine has only {mb} MB of memory.", "Run nothing else on it; no desktop."


def _versions(roots: Roots) -> Examined:
    system = dict(line.split("=", 1) for line in read(roots.etc / "os-release").splitlines() if "=" in line)
    name = system.get("PRETTY_NAME", "Linux").strip('"')
    parts = [f"desk-station {VERSION}", f"Python {platform.python_version()}", name, f"Linux {platform.release()}"]
    yield "ok", f"Versions: {', '.join([*parts, *_libraries()])}.", ""


def _libraries() -> Iterable[str]:
    for library in LIBRARIES:
        try:
            yield f"{library} {version(library)}"
        except PackageNotFoundError:
            continue
    yield f"SQLite {sqlite3.sqlite_version}"


def _suffering(roots: Roots) -> Examined:
    """Only a Pi tells; elsewhere nothing is said."""
    # `soc/soc:firmware`, and `soc@107c000000/soc@107c000000:firmware` on a Pi 5.
    told = sorted(roots.sys.glob("devices/platform/soc*/soc*:firmware/get_throttled"))
    said = read(told[0]) if told else ""
    bits = int(said, 16) if said else 0
    weak = any(
        read(monitor / "name") == "rpi_volt" and read(monitor / "in0_lcrit_alarm") == "1"
        for monitor in sorted((roots.sys / "class/hwmon").glob("*"))
    )
    if weak or bits & UNDER_VOLTAGE_NOW:
        yield "broken", "The power is too weak at this moment (under-voltage).", SUPPLY
    elif bits & UNDER_VOLTAGE_SINCE:
        yield "warning", "The power has been too weak at least once since the start (under-voltage).", SUPPLY
    degrees = read(roots.sys / "class/thermal/thermal_zone0/temp")
    heat = int(degrees) / 1000 if degrees.lstrip("-").isdigit() else 0.0
    cool = "Give it air or a heat sink; nothing is damaged, but samples may be lost."
    if bits & HOT_NOW or heat >= HOT_C:
        yield "warning", f"The processor is hot ({heat:.0f} °C) and slowed down.", cool
    elif bits & THROTTLED_NOW:
        yield "warning", "The processor is slowed down at this moment.", SUPPLY
    elif bits & THROTTLED_SINCE:
        yield "warning", "The processor was slowed down at least once since the start.", cool
    elif said:
        yield "ok", f"Power and heat are well: no under-voltage, not throttled, {heat:.0f} °C.", ""
