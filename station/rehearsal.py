"""A yardstick for the simulated person: measured from what they would have done in their calibration.

So a station with `driver = "simulated"` knows its %RVE at once; a stored calibration, where there is one, goes before.

    python -m station.rehearsal < settings.json > yardsticks.json

A running station asks a process of its own: what the person needs to be made of (12 MB) does not stay in the daemon.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import msgspec

from hardware.sensors.simulated import Settings
from station.core.yardstick import Yardstick, from_dict, measure

REST_S, REFERENCE_S = 12.0, 8.0


def yardsticks(person: Settings) -> tuple[Yardstick, ...]:
    """One for each board the person wears."""
    from hardware.sensors.person import Surroundings, calibration_volts

    around = Surroundings(mains_hz=float(person.mains_hz))
    return tuple(
        measure(view, *calibration_volts(person.seed, person.rate, view, REST_S, REFERENCE_S, around), person.rate)
        for view in person.view
    )


def elsewhere(person: Settings) -> Callable[[], tuple[Yardstick, ...]]:
    """The same, measured in a process of its own that begins now; the answer gives them, when it is asked."""
    process = subprocess.Popen(
        [sys.executable, "-m", "station.rehearsal"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=0
    )
    assert process.stdin
    process.stdin.write(msgspec.json.encode(person))
    process.stdin.close()
    process.stdin = None

    def answer() -> tuple[Yardstick, ...]:
        said, _ = process.communicate()
        if process.returncode != 0:
            raise RuntimeError(f"the simulated person could not be measured (exit code {process.returncode})")
        return tuple(from_dict(stick) for stick in msgspec.json.decode(said))

    return answer


if __name__ == "__main__":
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=Settings)
    try:
        sys.stdout.buffer.write(msgspec.json.encode(yardsticks(asked)))
        sys.stdout.buffer.flush()
    except BrokenPipeError:  # the station was ended meanwhile: nobody waits for the answer any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
