"""The real station with twins at its two ends, as a program: told what to do on stdin, telling what it sees on stdout.

    python station_on_twins.py CONFIG [--wait]     --wait: begin only after a first line on stdin

    stdin   press 0.15 | control {"activity": "raised"} | mark | start breathing | stop
            observe pace | felt 30 (whole minutes) | house call
    stdout  {"t": ..., "saw": "pin", "lit": true}    the light's pin, when it changes between dark and lit
            {"t": ..., "event": "cue", ...}          every event but readings and minutes
            {"t": ..., "saw": "kept", "mark": 7}     so many of this kind would survive a power cut from now on

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
from station.core.events import Mark, Minute, Moment, Reading, SessionEnded, SessionStarted, as_record
from station.core.inputs import Context, MarkNow, Observe, Start, Stop
from station.keeper import Keeper
from station.outputs.history import History
from station.settings import Station

DURABLE = {Mark: "mark", SessionStarted: "session_started", SessionEnded: "session_ended"}
FELT = Minute(0.4, 1.0, 5.0, 12.0, 4, 50.0, 60.0, "A")
one_at_a_time = threading.Lock()


def say(**what: Any) -> None:
    with one_at_a_time:
        print(json.dumps({"t": time.monotonic(), **what}), flush=True)


class Witness:
    """An output that writes down what it is told, and what the history (asked after it was told) has on the disk."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._count = dict.fromkeys(DURABLE.values(), 0)
        self._told = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._confirm, daemon=True).start()

    def take(self, moment: Moment) -> None:
        if not isinstance(moment.event, Reading):
            say(**{**as_record(moment.event, moment.t), "t": moment.t})
        if type(moment.event) in DURABLE:
            self._count[DURABLE[type(moment.event)]] += 1
            self._told.set()

    def _confirm(self) -> None:
        while self._told.wait():
            self._told.clear()
            so_far = dict(self._count)  # the history was told before this witness: what is counted, it has taken
            if self._history.flush():
                say(saw="kept", **so_far)

    def trouble(self) -> str:
        return ""

    def stop(self) -> None:
        pass


def main() -> None:
    if "--wait" in sys.argv:
        sys.stdin.readline()
    settings = config.read(Path(sys.argv[1]))
    app = assembly.app(settings, place.state_dir(settings.of(Station).state_dir))
    history = next(keeper.output for keeper in app.outputs if keeper.name == "history")
    assert isinstance(history, History)
    app.outputs.append(Keeper("witness", Witness(history)))
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
            elif what == "start":
                app.inbox.put(Start(rest, "micro", source="terminal"))
            elif what == "house":
                app.inbox.put(Context(rest, True))
            elif what == "observe":
                app.inbox.put(Observe(rest, "terminal"))
            elif what == "felt":
                for _ in range(int(rest)):
                    app.inbox.put(FELT)  # type: ignore[arg-type]
            elif what == "stop":
                app.inbox.put(Stop("terminal"))

    threading.Thread(target=watch, daemon=True).start()
    threading.Thread(target=obey, daemon=True).start()
    app.run()


main()
