"""A guest that looks like a Pi 4, the unmodified station in it, and what can be seen of it from outside.

    this process                          │ the guest: a Linux kernel of its own (User-Mode Linux), the host's files
    ADS1115 model ─ volts ───────────────►│ /dev/i2c-1       Blinka, Adafruit's driver ─┐
    button ─ edges ──────────────────────►│ /dev/gpiochip0   lgpio, gpiozero ───────────┤ desk-station run
    light's line ◄─ edges ────────────────│ /dev/gpiochip0   lgpio, gpiozero ◄──────────┤
    sound.wav ◄─ arecord ◄─ ALSA loopback │ hw:Loopback,0,0  SDL ◄──────────────────────┤
    mqtt.log ◄─ mosquitto_sub ◄───────────│ mosquitto        paho ◄─────────────────────┘

The breadboard (bench.py) and the kernel's recipe are not part of this repository: tests/README.md says how to get them.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from station import yardsticks
from station.core.yardstick import as_dict, measure
from tests.hil.recording import Found, Recording

ROOT = Path(__file__).parents[2]
HOME = Path(os.environ.get("DESK_HIL", Path.home() / ".cache" / "desk-station-hil"))
"""Where `make hil-guest` puts the breadboard, the kernel and the Debian."""
LIBRARIES = HOME / "python"
"""lgpio, which no other test needs, and which would change what they find on a machine without pins."""

PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"

BUTTON, LIGHT = 17, 27
RATE = 64
REST_V, REFERENCE_V, RAISED_V = 0.10, 0.60, 0.35

# Everything that makes a person wait is as short as the settings allow; the rest is as delivered.
CONFIG = """\
[station]
language = "en"
state_dir = "/run/desk"
[sensor]
driver = "ads1115"
power = "battery"
signal = ["emg-envelope"]
rate = 64
[tension]
window_s = 20
recovery_s = 5
[coach]
patience_s = 0
light_s = 4
settle_s = 0
return_s = 0
baseline_days = 0
[light]
fade_s = 1
[output.audio]
sinks = ["hw:Loopback,0,0"]
[output.mqtt]
enabled = true
host = "127.0.0.1"
[output.journal]
level = "detail"
[output.web]
enabled = false
"""
LIGHT_S = 4.0
STILL_S = 0.5
"""So long after its last pulse the light's line is called still; a pulse comes every 5 ms."""

SCRIPT = """\
mkdir -p /run/desk; cp {folder}/calibration/* /run/desk/
printf 'listener 1883 127.0.0.1\\nallow_anonymous true\\nuser root\\n' > /run/broker.conf
mosquitto -c /run/broker.conf > {folder}/broker.log 2>&1 &
arecord -q -D hw:Loopback,1,0 -f S16_LE -r 48000 -c 2 -F 20000 {folder}/sound.wav 2> {folder}/arecord.log &
sleep 1
mosquitto_sub -h 127.0.0.1 -t 'desk/#' -v > {folder}/mqtt.log 2>&1 &
cd {root}
exec {python} -P -u -m station run --config {folder}/desk.toml
"""


def missing() -> str:
    """The sentence why there is no guest here, or nothing."""
    absent = [str(p) for p in (HOME / "bench.py", HOME / "linux-hil", LIBRARIES / "lgpio.py") if not p.exists()]
    absent += [p for p in ("arecord", "mosquitto", "mosquitto_sub") if not shutil.which(p, path=PATH)]
    return f"There is no guest here ({', '.join(absent)} missing): `make hil-guest` builds it." if absent else ""


def bench() -> Any:
    """The breadboard's module."""
    if str(HOME) not in sys.path:
        sys.path.insert(0, str(HOME))
    import bench  # type: ignore[import-not-found]

    return bench


def unrest(t: Any) -> Any:
    """What a muscle's smoothed level does by itself."""
    return 1.0 + 0.05 * np.sin(7.0 * t) + 0.03 * np.sin(23.0 * t)


def precedence() -> None:
    """On a Pi nobody else computes: where we may (as root), guest and breadboard come before this machine's programs.

    Linux counts this by thread, and threads and processes inherit it: so it comes first.  Together they take about
    half of one core.
    """
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


class Guest:
    """The station in a guest with a broker and a recorder beside it; the guest starts at once."""

    def __init__(self) -> None:
        precedence()
        self.volts = REST_V
        self.bench = bench().Bench(lambda ain, t: self.volts * float(unrest(t)), alert=None)
        self.bench.__enter__()
        self.folder = Path(self.bench._tmp.name)
        self.recording = Recording(self.folder / "sound.wav")
        (self.folder / "desk.toml").write_text(CONFIG)
        self._calibrate(self.folder / "calibration")
        script = SCRIPT.format(folder=self.folder, root=ROOT, python=sys.executable)
        self.began = time.monotonic()
        self.bench.start(["sh", "-c", script], env={"PYTHONPATH": str(LIBRARIES)})

    def end(self) -> None:
        """Switch it off."""
        self.bench.__exit__()

    def _calibrate(self, folder: Path) -> None:
        folder.mkdir()
        t = np.arange(20 * RATE) / RATE
        stick = measure("emg-envelope", REST_V * unrest(t), REFERENCE_V * unrest(t), RATE)
        assert yardsticks.save(folder, {"channels": [as_dict(stick)]}) == ""

    def read(self, name: str = "out") -> str:
        """What the station has said so far (`out`), or another file of the guest's."""
        file = self.folder / name
        return file.read_text(errors="replace") if file.exists() else ""

    def until(self, holds: Callable[[], Any], what: str, within_s: float = 60.0) -> Any:
        """Wait until it holds; what it then is.  Fails with everything that may be the reason."""
        end = time.monotonic() + within_s
        while not (found := holds()):
            if time.monotonic() > end or self.bench.proc.poll() is not None:
                raise AssertionError(f"{what}: not within {within_s:.0f} s.\n{self._evidence()}")
            time.sleep(0.02)
        return found

    def says(self, what: str, where: str = "out", known: int = 0, within_s: float = 60.0) -> float:
        """The host's second at which this was first read in `where`, after its first `known` characters."""
        self.until(lambda: what in self.read(where)[known:], f"{what!r} in {where}", within_s)
        return time.monotonic()

    def well(self) -> float:
        """Wait until it feels the muscle, and everything beside it is ready; seconds since it was switched on."""
        at = self.says("quality state=ok", within_s=120.0)
        self.says("/availability", "mqtt.log")
        self.until(self.recording.seconds, "the recorder")
        assert "cannot be" not in self.read(), self.read()
        return at - self.began

    def lit(self, told: float) -> float:
        """The host's second at which the light's line went up on the gpiochip for what was `told` then.

        A dimmed light is a train of pulses; its first edge is the one before which the line lay still.
        """
        pulses = [at for at, line, level in list(self.bench.outputs) if line == LIGHT and level]
        first = next((at for at in reversed(pulses) if at < told + 0.5), None)
        assert first, f"GPIO {LIGHT} did not go up.\n{self._evidence()}"
        for at in reversed(pulses):
            if first - STILL_S < at < first:
                first = at
        return first

    def listen(self, seconds: float) -> None:
        """Let so much more be recorded.  Nothing is looked for meanwhile: that would take the breadboard's time."""
        until = self.recording.seconds() + seconds
        self.until(lambda: self.recording.seconds() >= until, "the recorder", seconds + 10.0)

    def heard(self, sound: Path, likeness: float, since: float = 0.0) -> Found:
        """Where `sound` is in the recording; fails where it is not."""
        found = self.recording.find(sound, since)
        assert found, f"nothing was heard at all\n{self._evidence()}"
        assert found.likeness >= likeness, f"{sound.name}: {found}\n{self._evidence()}"
        return found

    def _evidence(self) -> str:
        tails = {name: self.read(name)[-3000:] for name in ("out", "console", "arecord.log", "broker.log")}
        tails["mqtt.log"] = "\n".join(line[:160] for line in self.read("mqtt.log").splitlines()[-20:])
        heard = f"recorded: {self.recording.seconds():.1f} s, loudest sample {self.recording.loudest()}"
        edges = [edge for edge in list(self.bench.outputs) if edge[1] == LIGHT]
        return "\n".join([*(f"--- {name}\n{tail}" for name, tail in tails.items()), heard, f"{len(edges)} edges"])
