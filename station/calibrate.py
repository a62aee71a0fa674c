"""`desk-station calibrate`: the terminal leads through the calibration, shows a bar, and says what came of it.

    sensor ─frames─► engine (sensing, calibrating) ─events─► words, countdown and bar ─► calibration.json, history

Enter goes on, `s` and Enter leaves a step out (for example when lifting the arms hurts), Ctrl-C ends it.  What is
refused or ended saves nothing: the calibration there was stays.
"""

from __future__ import annotations

import argparse
import math
import re
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from station import clock, place, terminal, yardsticks
from station.core import tension
from station.core.calibrating import Calibrating
from station.core.calibrating_words import said, words
from station.core.engine import Engine
from station.core.events import CalibrationDone, CalibrationRefused, CalibrationStep, Event
from station.core.inputs import Calibrate, Frame, Input, SensorLost, Tick
from station.core.sensing import Sensing
from station.core.yardstick import Yardstick, from_dict
from station.doctor.sensor import only_reader
from station.errors import StationError
from station.guided import ACTS, REDRAW_S, Inbox, Keys, Meter, Screen, add_sensor_arguments, configured
from station.outputs.history import FILE_NAME
from station.outputs.history.references import note
from station.outputs.history.store import NewerHistoryError
from station.outputs.history.timekeeping import asleep_s
from station.sensor import SensorDevice
from station.settings import Sensor, Station

# A sensor that has sent nothing for so long is not there.
FIRST_FRAME_S = 10.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which sensor, how much, and in which language."""
    add_sensor_arguments(parser)
    parser.add_argument("--daily", action="store_true", help="only the 20 s reference, once the electrodes are back on")
    parser.add_argument("--language", choices=("de", "en"), help="the language of the words (default: the station's)")


def run(args: argparse.Namespace) -> int:
    """Calibrate and keep the result; 1 when it was refused or stopped, with a sentence."""
    settings = configured(args)
    only_reader(settings)
    sensor, station = settings.of(Sensor), settings.of(Station)
    folder = place.state_dir(station.state_dir)
    known, sentence = yardsticks.read(folder, sensor.signal)
    screen, inbox = Screen(), Inbox()
    language = args.language or station.shown
    if sentence:
        screen.say(terminal.said(sentence, language))
    engine = Engine([Sensing(signals=sensor.signal, yardsticks=known), Calibrating(sensor.signal, known)])
    device = SensorDevice(sensor, settings.driver(), inbox.put)
    simulated = sensor.driver == "simulated"
    lesson = Lesson(
        engine,
        screen,
        language,
        sensor.signal[0],
        device.control if simulated else lambda _: None,
        "daily" if args.daily else "start",
    )
    Keys(lambda key: inbox.put(Calibrate("skip" if key.startswith("s") else "next"))).start()
    device.start()
    try:
        result = _lead(lesson, inbox)
    finally:
        device.stop()
    if result is None:
        return 1
    sentence = terminal.said(yardsticks.save(folder, result), language)
    sentence = sentence or _noted(folder, CalibrationDone(result, args.daily), language)
    screen.say(sentence or said("kept", language).format(path=folder / yardsticks.NAME))
    return 1 if sentence else 0


def _noted(folder: Path, done: CalibrationDone, language: str) -> str:
    """Note it in the history, if there is one; a sentence when that could not be done."""
    try:
        note(folder / FILE_NAME, done, clock.now() + asleep_s(), clock.wall())
    except (sqlite3.Error, NewerHistoryError) as error:
        return said("not noted", language).format(path=folder / FILE_NAME, error=error)
    return ""


def _lead(lesson: Lesson, inbox: Inbox) -> dict[str, Any] | None:
    """Live through the lesson; the calibration, or None."""
    try:
        while not lesson.over:
            lesson.take(inbox.take(lesson.engine.due() - clock.now() if lesson.begun else 0.5) or Tick(), clock.now())
    except KeyboardInterrupt:
        lesson.take(Calibrate("abort"), clock.now())
    return lesson.result


class Lesson:
    """One calibration in the terminal.  `control` makes the simulated person do what the words say."""

    def __init__(
        self,
        engine: Engine,
        screen: Screen,
        language: str,
        signal: str,
        control: Callable[[Mapping[str, Any]], None],
        action: str,
    ) -> None:
        self.engine = engine
        self.screen = screen
        self.language = language
        self.signal = signal
        self.control = control
        self.action = action
        self.begun = self.over = False
        self.result: dict[str, Any] | None = None
        self._meter = Meter(signal)
        self._step_ends = 0.0
        self._drawn = 0.0
        self._first_asked: float | None = None

    def take(self, message: Input, now: float) -> None:
        """One message from the sensor, the keys or the clock.  Raises StationError when there is no sensor."""
        if isinstance(message, Calibrate) and message.action != "abort":
            self.screen.entered()
        if isinstance(message, SensorLost) and not self.begun:
            raise StationError(message.reason, message.remedy)
        self._hear(self.engine.handle(message, now), now)
        if now >= self.engine.due():
            self._hear(self.engine.handle(Tick(), now), now)
        if isinstance(message, Frame):
            self._meter.take(message)
            if not self.begun:
                self.begun = True
                self.screen.say(said("keys", self.language))
                self._hear(self.engine.handle(Calibrate(self.action), now), now)
            elif not self.over and now - self._drawn >= REDRAW_S:
                self._drawn = now
                left = max(0, round(self._step_ends - now))
                self.screen.show(said("live", self.language).format(bar=self._meter.bar(), left=left))
        elif not self.begun:
            self._wait(now)

    def _wait(self, now: float) -> None:
        if self._first_asked is None:
            self._first_asked = now
        if now - self._first_asked > FIRST_FRAME_S:
            raise StationError(
                "The sensor sends nothing.", "Look at it with:  desk-station check --config FILE  and try again."
            )

    def _hear(self, events: list[Event], now: float) -> None:
        for event in events:
            if isinstance(event, CalibrationStep):
                self._step_ends = now + event.seconds
                self.screen.say(words(event.step, self.language, event.seconds, self.signal))
                self.control({"activity": ACTS.get(event.step, "rest")})
            elif isinstance(event, CalibrationRefused):
                self.over = True
                self.screen.say(terminal.said(event.reason, self.language))
                self.screen.say(said("nothing changed", self.language))
            elif isinstance(event, CalibrationDone):
                self.over, self.result = True, event.calibration
                for channel in event.calibration["channels"]:
                    self.screen.say(verdict(from_dict(channel), self.language))


# Noise below this, in per cent of the reference -> what is said of it.  From the last limit on there are no cues, where
# the configuration has not moved it.
GRADES = ((5.0, "quiet"), (8.0, "fair"), (tension.Settings().noise_limit_rve_percent, "loud"), (math.inf, "noisy"))


def verdict(found: Yardstick, language: str) -> str:
    """What the numbers mean, in a few plain sentences."""
    sentences = [said("done", language)]
    if found.rest_only:
        sentences.append(said("rest only", language))
    elif found.signal != "pressure":
        factor = 100 / max(found.noise_rve_percent, 0.1)
        sentences.append(said("factor", language).format(factor=round(factor)))
    noise = found.noise_rve_percent
    grade = next(name for limit, name in GRADES if noise < limit)
    sentences.append(said(grade, language).format(noise=noise))
    if found.signal == "emg-raw" and found.hum_power > found.reference_level**2:
        sentences.append(said("hum", language))
    if found.typing_p50 is not None:
        sentences.append(said("typing", language).format(load=found.typing_p50))
    if found.gain != 1.0:
        sentences.append(said("gain", language).format(gain=100 * found.gain))
    whole = " ".join(sentences)
    return re.sub(r"(?<=\d)\.(?=\d)", ",", whole) if language == "de" else whole
