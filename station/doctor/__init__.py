"""What `check` finds out about the machine itself; the station's own parts are asked beside themselves (`examine`).

    machine   which Pi, which system, which versions; is it hot, throttled, short of power
    bus       the I2C wire: is it there, may it be opened, how fast is it, who answers
    power     what is declared, what is plugged in, and may electrodes be read so
    sensor    five seconds of it: rate, losses; its noise and hum are told from each other in noise
    storage   room on the disk, and how long the card bears what is written to it
    clock     does it know the time
    page      where it will be, and whether its port is free
    hands     with `--try`: the light shines, the speaker sounds, the button is waited for

Each yields (severity ok, warning or broken; a sentence; what to do), in English; station/german.py has the German.
None says anything about the person: no load, no minutes, no marks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

Examined = Iterable[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Roots:
    """Where the kernel and the system tell; a folder of made-up files in a test."""

    proc: Path = Path("/proc")
    sys: Path = Path("/sys")
    dev: Path = Path("/dev")
    etc: Path = Path("/etc")
    run: Path = Path("/run")


def read(path: Path) -> str:
    """What a file says, without the end of its line; empty when there is none or it may not be read."""
    try:
        return path.read_bytes().replace(b"\0", b"").decode("utf-8", "replace").strip()
    except OSError:
        return ""
