"""The real station with twins at its two ends, as a program: told what to do on stdin, telling what it sees on stdout.

    python station_on_twins.py CONFIG

    stdin   press 0.15 | control {"activity": "raised"} | mark
    stdout  {"t": ..., "saw": "pin", "lit": true}    the light's pin, when it changes between dark and lit
            {"t": ..., "event": "cue", ...}          every event but readings and minutes

Everything else (processes, broker, sound, database, signals) is what `desk-station run` has.
"""

import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

from hardware.button import Settings as ButtonWire
from hardware.gpio import pin_factory
from hardware.light import Settings as LightWire
from station import assembly, config, place
from station.core.events import Moment, Reading, as_record
from station.core.inputs import MarkNow
from station.keeper import Keeper
from station.settings import Station

one_at_a_time = threading.Lock()


def say(**what: Any) -> None:
    with one_at_a_time:
        print(json.dumps({"t": time.monotonic(), **what}), flush=True)


class Witness:
    """An output that writes down what it is told."""

    def start(self) -> None:
        pass

    def take(self, moment: Moment) -> None:
        if not isinstance(moment.event, Reading):
            say(**{**as_record(moment.event, moment.t), "t": moment.t})

    def trouble(self) -> str:
        return ""

    def stop(self) -> None:
        pass


def main() -> None:
    settings = config.read(Path(sys.argv[1]))
    app = assembly.app(settings, place.state_dir(settings.of(Station).state_dir))
    app.outputs.append(Keeper("witness", Witness()))
    pins = pin_factory("mock")
    lamp, button = pins.pin(settings.of(LightWire).pins[0]), pins.pin(settings.of(ButtonWire).pin)

    def watch() -> None:
        lit = False
        while True:
            now = float(lamp.state or 0.0) > 0.0
            if now != lit:
                lit = now
                say(saw="pin", lit=lit)
            time.sleep(0.005)

    def obey() -> None:
        for line in sys.stdin:
            what, _, rest = line.strip().partition(" ")
            if what == "press":
                button.drive_low()
                time.sleep(float(rest))
                button.drive_high()
            elif what == "control":
                app.sensor.control(json.loads(rest))  # type: ignore[attr-defined]
            elif what == "mark":
                app.inbox.put(MarkNow("terminal"))

    threading.Thread(target=watch, daemon=True).start()
    threading.Thread(target=obey, daemon=True).start()
    app.run()


main()
