"""The person as the ADC meets them: volts at a pin, at a moment.

    person = Person(story="demo", seed=1)
    person(0, t)               volts at pin 0 at second t: what a simulated chip asks
    person.activation(t)       the truth behind it, %RVE
    person.control({...})      what to do from now on, told from outside

The signal is made 0.25 s at a time and a little ahead: the next chunk is prepared in small pieces while the present one
is being read, so that no question waits for more than a fraction of a millisecond (a driver sampling at 500/s has
less than one to spare).

    |---- chunk k, being read ----|---- chunk k+1, being made ----|   what is told now is felt in 0.25-0.5 s
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from hardware.sensors.person.body import Heart, Mains, Shaking
from hardware.sensors.person.frontends import MIDDLE_V, PIN_OF_VIEW, Electrodes, EnvelopeBoard, PressurePad, Skin
from hardware.sensors.person.habits import ACTIVITIES, FAULTS, FOREVER, STORIES, Activity, Habits, Step
from hardware.sensors.person.muscle import CHUNK, CHUNK_S, CONTROL_RATE, RATE, Floats, Muscle

REMEMBERED: Final = 8  # chunks; a question about an older moment gets the oldest answer there is
SKIP_S: Final = 30.0  # after a longer silence (private mode) the time between is not made up, only passed

CONTROLS: Final = "activity, shoulders, fault, exercise, story"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What differs from person to person and from room to room; microvolts at the skin."""

    heart_uv: float = 60.0
    hum_uv: float = 3.0
    noise_uv: float = 1.6
    mains_hz: float = 50.0


class Person:
    """One person at a desk, wearing the sensor.  The same seed and story give the same volts.

    Raises ValueError for a story, an activity or a fault that there is not, with a list of those that there are.
    """

    def __init__(self, story: str = "demo", seed: int = 1, surroundings: Surroundings = Surroundings()) -> None:
        streams = np.random.SeedSequence(seed).spawn(8)
        self.muscle = Muscle(streams[0])
        self._habits = Habits(streams[1])
        self._heart = Heart(streams[2], surroundings.heart_uv)
        self._mains = Mains(streams[3], surroundings.mains_hz)
        self._shaking = Shaking(streams[4])
        self._electrodes = Electrodes(streams[5], surroundings.noise_uv, surroundings.hum_uv)
        self._envelope = EnvelopeBoard(streams[6])
        self._pressure = PressurePad(streams[7])
        self._tell_story(story)
        self._ordered: Activity | None = None  # an activity told from outside, instead of the story's
        self._ordered_fault: str | None = None
        self._exercising = False
        self._origin: float | None = None
        self._made = 0  # chunks so far
        self._chunks: dict[int, tuple[list[list[float]], list[list[float]], Floats]] = {}
        self._last: list[float] = []
        self._work: Iterator[None] = self._make()

    # --- being asked ------------------------------------------------------------------------------

    def __call__(self, ain: int, t: float) -> float:
        """Volts at pin `ain` (0..3) at second `t`; the first question ever asked sets the person's time to 0."""
        number, at = self._locate(t)
        volts = self._chunks[number][0][ain]
        i = int(at)
        return volts[i] + (at - i) * (volts[i + 1] - volts[i])

    def mean(self, ain: int, start: float, end: float) -> float:
        """The mean voltage between two moments: what a converter that integrates would see."""
        if end <= start:
            return self(ain, start)
        first, at = self._locate(start)
        last, until = self._locate(end)
        whole = self._area(last, ain, until) - self._area(first, ain, at)
        for number in range(first, last):
            whole += self._chunks[number][1][ain][CHUNK]
        span = (last - first) * CHUNK + until - at
        return whole / span if span > 0 else self(ain, start)

    def activation(self, t: float) -> float:
        """The true activation at second `t`, %RVE (of the last 2 s)."""
        number, at = self._locate(t)
        return float(self._chunks[number][2][int(at * CONTROL_RATE / RATE)])

    def render(self, seconds: float, rate: float, view: str = "emg-raw") -> tuple[Floats, Floats]:
        """The next `seconds` at once: volts at `rate` samples a second, and the activation (%RVE) at each.

        Counts from where the person is; do not mix with questions about single moments.
        """
        chunks = int(np.ceil(seconds / CHUNK_S)) + 1
        volts, activation = [], []
        for _ in range(chunks):
            number = self._made
            self._finish()
            volts.append(np.asarray(self._chunks[number][0][PIN_OF_VIEW[view]][1:]))
            activation.append(self._chunks[number][2])
        at = np.arange(round(seconds * rate)) / rate
        signal = np.concatenate(volts)
        truth = np.concatenate(activation)
        return (
            np.interp(at * RATE, np.arange(signal.size), signal),
            np.interp(at * CONTROL_RATE, np.arange(truth.size), truth),
        )

    # --- being told -------------------------------------------------------------------------------

    def control(self, message: Mapping[str, Any]) -> None:
        """Tell the person what to do; several at once are fine.

        activity: a name from `ACTIVITIES`, or None: go on with the story.
        shoulders: raise them to so many %RVE and hold them, or None.
        fault: a name from `FAULTS`, "" for none whatever the story says, or None: as in the story.
        exercise: True while an exercise plays (the person follows it and lets go), False when it is over.
        story: begin this story now.
        """
        known: dict[str, Any] = {}
        for key, value in message.items():
            if key == "activity":
                known["ordered"] = None if value is None else _one_of(ACTIVITIES, value, "activity")
            elif key == "shoulders":
                known["ordered"] = None if value is None else replace(ACTIVITIES["raised"], level=_level(value))
            elif key == "fault":
                known["fault"] = _one_of({"": "", **{f: f for f in FAULTS}}, value, "fault") if value else value
            elif key in ("exercise", "story"):
                known[key] = value
            else:
                raise ValueError(f"the simulated person does not know {key!r}; there are: {CONTROLS}")
        if "story" in known:
            self._tell_story(str(known["story"]))
            self._ordered = None
        self._ordered = known.get("ordered", self._ordered)
        self._ordered_fault = known.get("fault", self._ordered_fault)
        if "exercise" in known and bool(known["exercise"]) != self._exercising:
            self._exercising = bool(known["exercise"])
            if not self._exercising:  # afterwards life goes on with the next thing, not with the old tension
                self._left_s = 0.0

    # --- the story --------------------------------------------------------------------------------

    def _tell_story(self, name: str) -> None:
        self._story: tuple[Step, ...] = _one_of(STORIES, name, "story")
        self._step = 0
        self._left_s = self._story[0].seconds

    def _live(self, seconds: float) -> tuple[Activity, str]:
        """What is done, and the fault there is, in the next `seconds`; the story stands still during an exercise."""
        while self._left_s <= 1e-9:
            self._step = (self._step + 1) % len(self._story)
            self._left_s = self._story[self._step].seconds
        step = self._story[self._step]
        if not self._exercising and self._left_s != FOREVER:
            self._left_s -= seconds
        activity = self._ordered or ACTIVITIES[step.activity]
        if self._exercising:
            activity = ACTIVITIES["exercise"]
        fault = step.fault if self._ordered_fault is None else self._ordered_fault
        return activity, fault

    # --- making the signal ------------------------------------------------------------------------

    def _make(self) -> Iterator[None]:
        """Makes one chunk after the other, a piece per step; a chunk is there when `_made` has grown."""
        while True:
            t = self._made * CHUNK_S
            activity, fault = self._live(CHUNK_S)
            stretch = self._habits.chunk(activity)
            yield
            muscle = self.muscle.chunk(stretch.activation)
            yield
            bumps = 90.0 if fault == "motion" else stretch.bumps
            shaking = self._shaking.chunk(t, bumps, stretch.keys)
            yield
            heart = self._heart.chunk(t)
            yield
            skin = Skin(muscle, heart, shaking, self._mains.chunk(t))
            yield
            raw = self._electrodes.chunk(skin, fault)
            yield
            pressure = self._pressure.chunk(t, stretch.raised, stretch.keys, stretch.present, fault)
            yield
            pins = np.stack((raw, pressure, self._envelope.chunk(raw), np.full(CHUNK, MIDDLE_V)))
            yield
            self._keep(pins, stretch.activation)
            yield

    def _keep(self, pins: Floats, activation: NDArray[np.float64]) -> None:
        """Store a chunk as plain lists, which answer single questions ten times faster than arrays do.

        Each list begins with the last sample of the chunk before, so that a moment lies between two known ones.
        """
        before = self._last or [float(pin[0]) for pin in pins]
        volts = [[last, *pin.tolist()] for last, pin in zip(before, pins, strict=True)]
        areas = [[0.0, *np.cumsum(pin).tolist()] for pin in pins]
        self._chunks[self._made] = (volts, areas, activation)
        self._chunks.pop(self._made - REMEMBERED, None)
        self._last = [float(pin[-1]) for pin in pins]
        self._made += 1

    def _finish(self) -> None:
        """Make the chunk that is being made ready now."""
        made = self._made
        while self._made == made:
            next(self._work)

    def _locate(self, t: float) -> tuple[int, float]:
        """The chunk that holds second `t`, made if need be, and the place in it, in samples."""
        if self._origin is None:
            self._origin = t
        since = t - self._origin
        number = int(since / CHUNK_S)
        if number >= self._made:
            if since - self._made * CHUNK_S > SKIP_S:
                self._skip(number)
            while self._made <= number:
                self._finish()
        oldest = self._made - len(self._chunks)
        if number < oldest:
            return oldest, 0.0
        at = (since - number * CHUNK_S) * RATE
        if number == self._made - 1 and at > CHUNK / 2:
            next(self._work)
        return number, at

    def _skip(self, number: int) -> None:
        """Let the story run on to chunk `number` without a signal nobody looked at."""
        for _ in range(self._made, number):
            self._live(CHUNK_S)
        self._made = number
        self._chunks.clear()
        self._work = self._make()

    def _area(self, number: int, ain: int, at: float) -> float:
        """The sum of the samples of a chunk up to the place `at`."""
        areas = self._chunks[number][1][ain]
        i = int(at)
        if i >= CHUNK:
            return areas[CHUNK]
        return areas[i] + (at - i) * (areas[i + 1] - areas[i])


def _one_of(table: Mapping[str, T], name: object, what: str) -> T:
    """`table[name]`, or a sentence that says what there is."""
    if not isinstance(name, str) or name not in table:
        there_are = ", ".join(key for key in table if key)
        raise ValueError(f"the simulated person knows no {what} {name!r}; there are: {there_are}")
    return table[name]


def _level(value: object) -> float:
    """A level that a neck can reach, %RVE."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 200:
        raise ValueError(f"shoulders can be raised to 0..200 %RVE, not to {value!r}")
    return float(value)
