"""The muscle as teacher: what a script's `tone` step lets the person hear, see and guess of it.

    source     what happens while the step lasts                                            (the table `LESSONS`)
    tension    *let go*: a soft tone, and the light, follow the load; both fade into silence as the muscle lets go
    guess      *feel the difference*: no tone; a guess 0-10, by a press (in one's head) or on the page; then the
               measured value and the tone, at the press or at the end of the step: doing nothing is fine
    gaps       *gap training* while working: one soft tick for each rest of a second

How loud a load is (`Scale.level`): nothing below the quiet end, where rest lives; from there on a logarithmic scale,
so that the last step into rest is as easy to hear as the first one down from raised shoulders.

    level 1 |                    ______    40 %RVE and above
            |             ___----
            |        __---
          0 |_______/                      below 3 %RVE, or the sensor's own noise
               3   5    10    20   40 %RVE

Without a sensor, or while its signal is not to be believed, nothing is heard and nothing is guessed: the exercise's
voice guides alone.  The load is measured apart from the tension measures, quicker and rougher (`quick.py`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from station.core.component import NEVER, Handler, Message
from station.core.events import (
    CalibrationRefused,
    CalibrationStep,
    Gap,
    GuessWanted,
    Private,
    Quality,
    Reading,
    Reveal,
    SessionClosing,
    SessionEnded,
    SessionPaused,
    SessionResumed,
    SessionStarted,
    SessionStep,
    Tone,
)
from station.core.inputs import Frame, Guess, SensorLost, Tick, TryCalibration, UseCalibration
from station.core.quick import QuickLevel
from station.core.yardstick import SignalKind, Yardstick, from_dict


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one source of a tone step does."""

    tone: bool = False
    guess: bool = False
    gaps: bool = False


LESSONS: Mapping[str, Lesson] = {
    "tension": Lesson(tone=True),
    "guess": Lesson(guess=True),
    "gaps": Lesson(gaps=True),
}


@dataclass(frozen=True, slots=True)
class Scale:
    """From a load to a level: 0 up to `quiet`, 1 from `full` on, logarithmic between."""

    quiet: float
    full: float

    def level(self, load: float) -> float:
        """How loud and how bright a load is, 0..1."""
        if load <= self.quiet:
            return 0.0
        return min(1.0, math.log(load / self.quiet) / math.log(self.full / self.quiet))


# Rest is below 5 %RVE, and a muscle at rest scatters to 3; raised shoulders hold 15-30 %RVE, a shrug more.
# A pad's rest is below 25 % of the way up.
SCALES: Mapping[SignalKind, Scale] = {
    "emg-raw": Scale(3.0, 40.0),
    "emg-envelope": Scale(4.0, 40.0),
    "pressure": Scale(20.0, 90.0),
}

# Steps of the calibration that have the tone: the first lesson in letting go (PRODUCT §4).
TAUGHT = frozenset({"shrug", "drop"})

# A tone is told anew when it has moved by this much (half a decibel to the ear), so that a held load says nothing.
STEP = 0.02
# One slot's tone goes on into the next one's without a breath of silence between them.
GRACE_S = 0.3
# Mains filters ring for so long after they were started.
WARM_UP_S = 0.4
# A gap is a rest of a second (Veiersted 1990 counts from 0.2 s; a second can be felt and done on purpose).
GAP_S = 1.0
# A guess is about the last three seconds; 10 on its scale is the reference: arms held out.
GUESS_S = 3.0
PER_POINT = 10.0
MOST_POINTS = 10.0


class Biofeedback:
    """Listens to the script for what to teach, and to the muscle for how it goes."""

    def __init__(
        self, signals: Sequence[SignalKind] = ("emg-raw",), yardsticks: Sequence[Yardstick | None] = ()
    ) -> None:
        """One signal kind and (where known) one yardstick for each channel of the frames."""
        self._signals = tuple(signals)
        self._lesson: Lesson | None = None
        self._until = -NEVER
        self._began = -NEVER
        self._left_s = 0.0
        """Paused: how much of the lesson is left."""
        self._paused = False
        self._good = False
        self._told: float | None = None
        """The last level told, or None: no feedback at the moment."""
        self._heard: list[tuple[float, float]] = []
        """(when, load) of the valid readings of the last seconds."""
        self._rests_since: float | None = None
        self._gap_told = False
        self._round = 0
        self._guessing = False
        self._quick: dict[int, QuickLevel] = {}
        self._warm_at = NEVER
        self._in_force = tuple(yardsticks)
        self._use(yardsticks)

    def routes(self) -> Mapping[type, Handler]:
        """The script, the muscle, a guess, and time."""
        return {
            SessionStarted: self._on_started,
            SessionStep: self._on_step,
            SessionPaused: self._on_paused,
            SessionResumed: self._on_resumed,
            SessionClosing: lambda _, now: self._finish(),
            SessionEnded: lambda _, now: self._finish(),
            Frame: self._on_frame,
            Reading: self._on_reading,
            Quality: self._on_quality,
            SensorLost: self._on_lost,
            UseCalibration: self._on_calibration,
            TryCalibration: self._on_trial,
            CalibrationStep: self._on_calibration_step,
            CalibrationRefused: self._on_refused,
            Private: lambda event, now: self._finish() if event.on else (),
            Guess: self._on_guess,
            Tick: self._on_tick,
        }

    def due(self) -> float:
        """The end of the lesson."""
        return NEVER if self._lesson is None or self._paused else self._until + GRACE_S

    # --- the script -------------------------------------------------------------------------------

    def _on_started(self, _: SessionStarted, now: float) -> Iterable[Message]:
        self._round = 0
        return self._finish()

    def _on_step(self, step: SessionStep, now: float) -> Iterable[Message]:
        if step.kind == "tone" and step.sound in LESSONS:
            return self._begin(LESSONS[step.sound], step.seconds, now)
        if self._lesson is not None and step.kind != "bed" and now > self._began:
            return self._finish()  # the slot ended early, or was skipped
        return ()

    def _begin(self, lesson: Lesson, seconds: float, now: float) -> Iterator[Message]:
        yield from self._reveal(None, now)
        if self._lesson is None:
            self._listen_anew(now)
        if self._told is not None and not lesson.tone:
            yield self._silence()
        self._lesson, self._until, self._began, self._paused = lesson, now + seconds, now, False
        self._rests_since, self._gap_told = None, False
        if lesson.guess and self._knows(now):
            self._round += 1
            self._guessing = True
            yield GuessWanted(self._round, seconds)

    def _listen_anew(self, now: float) -> None:
        self._warm_at = now + WARM_UP_S
        self._quick = {k: QuickLevel(stick) for k, stick in self._sticks.items()}

    def _on_paused(self, _: SessionPaused, now: float) -> Iterator[Message]:
        self._paused, self._left_s = True, self._until - now
        yield from self._withdraw()
        if self._told is not None:
            yield self._silence()

    def _on_resumed(self, _: SessionResumed, now: float) -> Iterable[Message]:
        self._paused, self._until = False, now + self._left_s
        self._listen_anew(now)
        return ()

    def _on_tick(self, _: Tick, now: float) -> Iterable[Message]:
        return self._end_of_lesson(now) if now >= self.due() else ()

    def _end_of_lesson(self, now: float) -> Iterator[Message]:
        yield from self._reveal(None, now)
        yield from self._finish()

    def _finish(self) -> Iterator[Message]:
        """No lesson any more."""
        self._lesson, self._paused = None, False
        yield from self._withdraw()
        if self._told is not None:
            yield self._silence()

    # --- the muscle -------------------------------------------------------------------------------

    def _use(self, yardsticks: Sequence[Yardstick | None]) -> None:
        """EMG teaches where there is any; a pad alone teaches, too."""
        known = {k: stick for k, stick in enumerate(yardsticks[: len(self._signals)]) if stick is not None}
        emg = {k: stick for k, stick in known.items() if self._signals[k] != "pressure"}
        self._sticks = emg or known
        self._quick = {}
        kind: SignalKind = next((self._signals[k] for k in self._sticks), "emg-raw")
        scale = SCALES[kind]
        noise = max((stick.noise_rve_percent for stick in emg.values()), default=0.0)
        self._scale = Scale(max(scale.quiet, min(noise, scale.full / 2)), scale.full)

    def _on_frame(self, frame: Frame, now: float) -> Iterable[Message]:
        if self._lesson is None or self._paused or not self._sticks:
            return ()
        if not self._quick:
            self._listen_anew(now)
        loads = [quick.push(frame.volts[:, k], frame.rate) for k, quick in self._quick.items()]
        if not (self._lesson.tone and self._good) or now < self._warm_at:
            return ()
        level = max((self._scale.level(load) for load in loads if load is not None), default=None)
        return self._sound(level) if level is not None else ()

    def _sound(self, level: float) -> Iterable[Message]:
        told = self._told
        moved = told is None or abs(level - told) >= STEP or (level in (0.0, 1.0) and level != told)
        if not moved:
            return ()
        self._told = round(level, 3)
        return (Tone(self._told),)

    def _silence(self) -> Message:
        self._told = None
        return Tone(None)

    def _on_reading(self, reading: Reading, now: float) -> Iterable[Message]:
        if reading.rve_percent is None:
            self._rests_since = None
            return ()
        self._heard = [(at, load) for at, load in self._heard if at > now - GUESS_S]
        self._heard.append((now, reading.rve_percent))
        if self._lesson is None or not self._lesson.gaps or self._paused:
            return ()
        return self._watch_gap(reading)

    def _watch_gap(self, reading: Reading) -> Iterable[Message]:
        if not reading.resting:
            self._rests_since, self._gap_told = None, False
            return ()
        if self._rests_since is None:
            self._rests_since = reading.t
        if self._gap_told or reading.t - self._rests_since < GAP_S:
            return ()
        self._gap_told = True
        return (Gap(),)

    def _on_quality(self, event: Quality, now: float) -> Iterable[Message]:
        self._good = event.state == "ok"
        return () if self._good or self._told is None else (self._silence(),)

    def _on_lost(self, event: SensorLost, now: float) -> Iterable[Message]:
        self._good = False
        return () if self._told is None else (self._silence(),)

    def _on_calibration(self, message: UseCalibration, now: float) -> Iterable[Message]:
        self._in_force = tuple(from_dict(stored) for stored in message.calibrations)
        self._use(self._in_force)
        return ()

    def _on_trial(self, message: TryCalibration, now: float) -> Iterable[Message]:
        self._use([None if stored is None else from_dict(stored) for stored in message.calibrations])
        return ()

    def _on_calibration_step(self, event: CalibrationStep, now: float) -> Iterable[Message]:
        return self._begin(LESSONS["tension"], event.seconds, now) if event.step in TAUGHT else self._finish()

    def _on_refused(self, _: CalibrationRefused, now: float) -> Iterable[Message]:
        self._use(self._in_force)
        return self._finish()

    # --- the guess --------------------------------------------------------------------------------

    def _on_guess(self, guess: Guess, now: float) -> Iterable[Message]:
        return self._reveal(guess.value, now)

    def _reveal(self, guess: int | None, now: float) -> Iterator[Message]:
        """Close the guess with what was measured; from here to the end of the step the tone tells it, too."""
        if not self._guessing:
            return
        self._guessing = False
        loads = [load for at, load in self._heard if at > now - GUESS_S]
        measured = min(MOST_POINTS, sum(loads) / len(loads) / PER_POINT) if loads else None
        yield Reveal(self._round, guess, None if measured is None else round(measured, 1))
        self._lesson = LESSONS["tension"]

    def _withdraw(self) -> Iterator[Message]:
        """Nobody is asked any more."""
        if self._guessing:
            self._guessing = False
            yield Reveal(self._round, None, None)

    def _knows(self, now: float) -> bool:
        """Is the muscle being measured now?"""
        return self._good and bool(self._heard) and now - self._heard[-1][0] < 1.0
