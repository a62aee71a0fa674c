"""Play one exercise as the station does, in real time, into the file of SDL's disk driver: NAME LENGTH LANGUAGE OUT.

Prints one JSON list: for each sentence its clip, how late it was told (s), and the second of the capture that was being
heard at the moment it should have begun.  The file's size is the audio clock: on a crowded machine it falls behind the
wall clock, so each sentence is placed by the capture as it stood then.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from station.core.engine import Engine
from station.core.events import Moment, SessionEnded, SessionStep
from station.core.inputs import Start, Tick
from station.core.session import Session
from station.library import Library
from station.outputs.audio import Settings
from station.outputs.audio.levels import RATE
from station.outputs.audio.output import Audio

BUFFER_S = 1024 / RATE
RING_OUT_S = 4.0


def main(exercise: str, length: str, language: str, out: str) -> None:
    """Play it to its end, and the last bowl after it."""
    capture = Path(out)
    os.environ.update(SDL_AUDIODRIVER="disk", SDL_DISKAUDIOFILE=out)
    audio = Audio(Settings(volume=100))
    audio.start()
    while not (capture.exists() and capture.stat().st_size > RATE):
        time.sleep(0.01)
    engine = Engine([Session(Library())])
    spoken, began, due, ended = [], time.monotonic(), 0.0, False
    told = engine.handle(Start(exercise, length, language, "bench"), 0.0)
    while not ended:
        now = time.monotonic() - began
        at = _being_heard(capture)
        for event in told:
            audio.take(Moment(event, time.monotonic(), time.time()))
            ended = ended or isinstance(event, SessionEnded)
            if isinstance(event, SessionStep) and event.clip:
                spoken.append({"clip": event.clip, "told_late": now - due, "at": at - (now - due)})
        if not ended:
            due = engine.due()
            time.sleep(max(0.0, began + due - time.monotonic()))
            told = engine.handle(Tick(), time.monotonic() - began)
    time.sleep(RING_OUT_S)
    audio.stop()
    print(json.dumps(spoken))


def _being_heard(capture: Path) -> float:
    """The buffer written last is the one that is heard now: its age says how far it has been heard."""
    file = capture.stat()
    return file.st_size / 4 / RATE - BUFFER_S + min(max(0.0, time.time() - file.st_mtime), BUFFER_S)


if __name__ == "__main__":
    main(*sys.argv[1:])
