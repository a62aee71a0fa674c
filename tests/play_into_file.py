"""Play one exercise as the station does, in real time, into the file of SDL's disk driver: NAME LENGTH LANGUAGE OUT.

Prints one JSON list: for each step what was told, how late (s), and the second of the capture that was being
heard at the moment it should have begun.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

from station.core.engine import Engine
from station.core.events import Moment, SessionEnded, SessionStep
from station.core.inputs import Start, Tick
from station.core.session import Session
from station.library import Library
from station.outputs.audio import Settings
from station.outputs.audio.output import Audio
from tests.capture import Capture

RING_OUT_S = 4.0


def main(exercise: str, length: str, language: str, out: str) -> None:
    """Play it to its end, and the last bowl after it."""
    capture = Capture(Path(out))
    audio = Audio(Settings(volume=100))
    audio.start()
    capture.wait_for_sound()
    engine = Engine([Session(Library())])
    played, began, due, ended = [], time.monotonic(), 0.0, False
    told = engine.handle(Start(exercise, length, language, "bench"), 0.0)
    while not ended:
        now = time.monotonic() - began
        at = capture.now()
        for event in told:
            audio.take(Moment(event, time.monotonic(), time.time()))
            ended = ended or isinstance(event, SessionEnded)
            if isinstance(event, SessionStep):
                played.append({"step": asdict(event), "told_late": now - due, "at": at - (now - due)})
        if not ended:
            due = engine.due()
            time.sleep(max(0.0, began + due - time.monotonic()))
            told = engine.handle(Tick(), time.monotonic() - began)
    time.sleep(RING_OUT_S)
    audio.stop()
    print(json.dumps(played))


if __name__ == "__main__":
    main(*sys.argv[1:])
