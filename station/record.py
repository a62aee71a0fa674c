"""`desk-station record OUT.edf`: the sensor's signal into an EDF+ file, whole at every second.

Enter marks the moment; Ctrl-C (or --minutes, --seconds) ends the recording.  --calibrate begins with the
calibration's steps, so that the recording carries its own yardstick and can be replayed and analysed anywhere.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import math
import shlex
import signal
from pathlib import Path
from types import FrameType

import msgspec

from station import clock, place, yardsticks
from station.core import calibrating_words
from station.core.calibrating import STEPS, Calibrating
from station.core.calibrating_words import words
from station.core.engine import Engine
from station.core.events import CalibrationDone, CalibrationRefused, CalibrationStep, Event, Reading
from station.core.inputs import Calibrate, Frame, Input, MarkNow, SensorLost, Tick
from station.core.sensing import Sensing
from station.doctor.sensor import only_reader
from station.errors import StationError
from station.guided import ACTS, REDRAW_S, Inbox, Keys, Meter, Screen, add_sensor_arguments, configured
from station.outputs import whole_file
from station.outputs.history import recordings
from station.recorder import SPANS, Recorder
from station.sensor import SensorDevice
from station.settings import Sensor, Station
from station.story import clock as minutes_of
from station.terminal import said

FULL = "Make room on the disk; what was recorded until then is whole and can be used."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to, from which sensor, how long."""
    parser.add_argument(
        "recording",
        metavar="OUT.edf",
        type=Path,
        nargs="?",
        help="the new recording; without a name it lives with the station and is forgotten after a week",
    )
    add_sensor_arguments(parser)
    until = parser.add_mutually_exclusive_group()
    until.add_argument("--minutes", type=_length, default=0.0, help="end by itself after so many minutes")
    until.add_argument("--seconds", type=_length, default=0.0, help="the same, in seconds")
    parser.add_argument("--calibrate", action="store_true", help="begin with the steps of the calibration")
    parser.add_argument("--force", action="store_true", help="overwrite the file if there is one")


def _length(text: str) -> float:
    """A length of time.  Raises ArgumentTypeError."""
    try:
        found = float(text.replace(",", "."))
    except ValueError:
        found = 0.0
    if not 0 < found < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no length of time; write 5 or 0.5")
    return found


def run(args: argparse.Namespace) -> int:
    """Record until told to end; 0 when something was recorded."""
    settings = configured(args)
    only_reader(settings)
    sensor, station = settings.of(Sensor), settings.of(Station)
    args.recording = args.recording or _of_our_own(place.state_dir(station.state_dir))
    _claim(args.recording, overwrite=args.force)
    known, _sentence = yardsticks.read(place.state_dir(station.state_dir), sensor.signal)
    engine = Engine([Sensing(signals=sensor.signal, yardsticks=known), Calibrating(sensor.signal, known)])
    span = SPANS.get(msgspec.to_builtins(settings.driver()).get("gain", 1), 4.096)
    recorder = Recorder(args.recording, sensor.signal, span, datetime.datetime.now())
    screen, inbox = Screen(), Inbox()
    device = SensorDevice(sensor, settings.driver(), inbox.put)
    control = device.control if sensor.driver == "simulated" else None
    recording = Recording(engine, recorder, screen, station.shown, sensor.signal[0], control)
    signal.signal(signal.SIGTERM, _interrupt)
    if not args.calibrate:
        screen.say(said("Enter marks this moment, Ctrl + C ends the recording.", station.shown))
    Keys(lambda key: inbox.put(recording.key(key))).start()
    device.start()
    try:
        _live(recording, inbox, args.minutes * 60 or args.seconds or float("inf"), calibrate=args.calibrate)
    except KeyboardInterrupt:
        pass
    except OSError as error:
        raise StationError(f"{args.recording} cannot be written any more: {error.strerror}.", FULL) from None
    finally:
        device.stop()
        with contextlib.suppress(OSError):  # what is on the disk is whole up to the last second
            recorder.close()
        if not recorder.seconds:
            args.recording.unlink(missing_ok=True)
    if not recorder.seconds:
        raise StationError("Nothing was recorded: the sensor sent nothing.", recording.trouble)
    lost = f", samples lost: {recorder.lost}" if recorder.lost else ""
    screen.say(said(f"{args.recording}: {minutes_of(recorder.seconds)}{lost}.", station.shown))
    screen.say(said(what_next(args.recording, recorder.seconds), station.shown))
    return 0


def what_next(recording: Path, seconds: float) -> str:
    """What can be done with it."""
    from station.replaying import ASSUMED_REST_S

    if seconds < ASSUMED_REST_S:
        return f"That is too short for a report, which needs at least {ASSUMED_REST_S:.0f} s."
    return f"Look at it with:  desk-station analyse {shlex.quote(str(recording))}"


def _of_our_own(state_dir: Path) -> Path:
    """A name for a recording that the station keeps, and forgets, itself."""
    folder = state_dir / recordings.FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{datetime.datetime.now():%Y-%m-%d-%H%M%S}{recordings.ENDING}"


def _claim(path: Path, *, overwrite: bool) -> None:
    """Make sure that the file can be written, before anybody has held still for it.  Raises StationError."""
    if path.suffix.lower() != ".edf":
        raise StationError(f"{path}: a recording is an EDF+ file.", f"Name it {path.with_suffix('.edf').name}.")
    if path.exists() and not overwrite:
        raise StationError(f"{path} exists already.", "Choose another name, or overwrite it with --force.")
    place.has_folder(path)
    try:
        with open(path, "wb", opener=whole_file.own):
            pass
    except OSError as error:
        raise StationError(f"{path} cannot be written: {error.strerror}.", "Choose a folder of yours.") from None


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _live(recording: Recording, inbox: Inbox, seconds: float, *, calibrate: bool) -> None:
    while recording.recorder.seconds < seconds:
        message = inbox.take(min(0.5, recording.engine.due() - clock.now())) or Tick()
        recording.take(message, clock.now())
        if calibrate and isinstance(message, Frame):
            calibrate = False
            recording.take(Calibrate("start"), clock.now())


class Recording:
    """One recording in the terminal: frames to the file, steps and marks to its notes, the level to the screen."""

    def __init__(
        self, engine: Engine, recorder: Recorder, screen: Screen, language: str, kind: str, control: object = None
    ) -> None:
        self.engine = engine
        self.recorder = recorder
        self.screen = screen
        self.language = language
        self.kind = kind
        self.trouble = "Look at it with:  desk-station check --config FILE"
        self._control = control
        self._meter = Meter(kind)
        self._step: CalibrationStep | None = None
        self._step_began = 0.0
        self._drawn = 0.0
        self._level: Reading | None = None
        self._felt = False

    def key(self, key: str) -> Input:
        """What a typed line means: while calibrating it goes on, or leaves a step out; else it marks the moment."""
        if self._step is None:
            return MarkNow("terminal")
        return Calibrate("skip" if key.startswith("s") else "next")

    def take(self, message: Input, now: float) -> None:
        """One message from the sensor, the keys or the clock."""
        if isinstance(message, Frame):
            self._felt = True
            self.recorder.frame(message)
            self._meter.take(message)
        elif isinstance(message, MarkNow):
            self.screen.entered()
            self.recorder.note(now, "mark")
            self.screen.say(said(f"Marked at {minutes_of(self.recorder.seconds)}.", self.language))
        elif isinstance(message, SensorLost):
            if not self._felt:  # it could not even be opened: nobody holds still for that
                raise StationError(message.reason, message.remedy)
            self.trouble = message.remedy
            self.screen.say(said(f"{message.reason} {message.remedy}", self.language))
        elif isinstance(message, Calibrate) and message.action != "start":
            self.screen.entered()
        self._hear(self.engine.handle(message, now), now)
        if now >= self.engine.due():
            self._hear(self.engine.handle(Tick(), now), now)
        if now - self._drawn >= REDRAW_S:
            self._drawn = now
            self.screen.show(f"  {minutes_of(self.recorder.seconds)}  {self._meter.bar()}  {self._load()}")

    def _load(self) -> str:
        if self._level is None or self._level.rve_percent is None:
            return ""
        return f"{self._level.rve_percent:.0f} %"

    def _hear(self, events: list[Event], now: float) -> None:
        for event in events:
            self.recorder.event(event, now)
            match event:
                case Reading():
                    self._level = event
                case CalibrationStep():
                    self._note_step(now)
                    self._step, self._step_began = event, now
                    self.screen.say(words(event.step, self.language, event.seconds, self.kind))
                    if callable(self._control):
                        self._control({"activity": ACTS.get(event.step, "rest")})
                case CalibrationDone():
                    self._end_lesson(now, calibrating_words.said("done", self.language))
                case CalibrationRefused():
                    self._end_lesson(now, said(event.reason, self.language))
                case _:
                    pass

    def _end_lesson(self, now: float, sentence: str) -> None:
        self._note_step(now)
        self._step = None
        self.screen.say(sentence)

    def _note_step(self, now: float) -> None:
        """Note the step that is over now, if it was a recording and not cut short."""
        if self._step is None:
            return
        step = STEPS[self._step.step]
        if step.keeps in ("rest", "reference") and now - self._step_began >= step.seconds - 0.5:
            begin = self._step_began + step.settle_s
            self.recorder.note(begin, f"calibration/{step.keeps}", step.seconds - step.settle_s)
