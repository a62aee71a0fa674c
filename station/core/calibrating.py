"""Calibration as a conversation: the station says what to do, listens, and either takes the new yardstick or not.

    start   welcome ─ rest 60 s ─ ready ─ reference 15 s ─ pause ─ reference 15 s ─ shrug ─ drop ─ typing 120 s ─ judge
                                    └──────────── skip (it hurts) ───────────────────┘        └──── skip ────┘
    daily   daily_ready ─ daily_reference 20 s ─ judge_daily

The shrug and the drop have a tone that fades into silence with the muscle: for it the recordings so far are measured
(`TryCalibration`), which changes nothing else.

It speaks through events, so voice, page, light and terminal can all lead through it: `CalibrationStep` for what to do
now, then `CalibrationDone` (and a `UseCalibration` for the sensing) or `CalibrationRefused`.  What is refused changes
nothing: the old yardstick stays.  `STEPS` and `MOVES` are the whole course; all of it takes four minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from station.core.component import NEVER, Handler, Message
from station.core.emg_power import hop_samples
from station.core.events import CalibrationDone, CalibrationRefused, CalibrationStep, Quality
from station.core.inputs import Calibrate, Frame, SensorLost, Tick, TryCalibration, UseCalibration
from station.core.noise_floor import SLOWEST
from station.core.signal import SignalPath
from station.core.yardstick import (
    LEAST_FACTOR,
    SHORTEST_S,
    Implausible,
    SignalKind,
    Yardstick,
    as_dict,
    from_dict,
    measure,
)

Volts = npt.NDArray[Any]


class Step(NamedTuple):
    """What a step is: its length, the recording it adds to, and how much of its beginning is not used."""

    seconds: float
    keeps: str = ""
    settle_s: float = 0.0


# Lengths: PRODUCT §4, and long enough for the voice to say its words before the next ones come.  The first second or
# two of a posture is the way into it, not the posture.
STEPS: Mapping[str, Step] = {
    "welcome": Step(5),
    "rest": Step(60, "rest", 2.0),
    "reference_ready": Step(7),
    "reference_1": Step(15, "reference", 2.0),
    "reference_pause": Step(6),
    "reference_2": Step(15, "reference", 2.0),
    "shrug": Step(8, "shrug", 2.0),
    "drop": Step(4),
    "typing": Step(120, "typing", 2.0),
    "daily_ready": Step(5),
    "daily_reference": Step(20, "reference", 2.0),
}

# From this step on the tone follows the shoulders (biofeedback.py).
TONE_FROM = "shrug"

TIME, NEXT, SKIP = "time", "next", "skip"

# (step, what happens) -> next step; "judge" and "judge_daily" end the conversation.  What is not here changes nothing:
# a recording cannot be cut short by `next`, except typing, which is only a wish.
MOVES: Mapping[tuple[str, str], str] = {
    ("welcome", TIME): "rest",
    ("welcome", NEXT): "rest",
    ("rest", TIME): "reference_ready",
    ("reference_ready", TIME): "reference_1",
    ("reference_ready", NEXT): "reference_1",
    ("reference_ready", SKIP): "shrug",
    ("reference_1", TIME): "reference_pause",
    ("reference_1", SKIP): "shrug",
    ("reference_pause", TIME): "reference_2",
    ("reference_pause", NEXT): "reference_2",
    ("reference_pause", SKIP): "shrug",
    ("reference_2", TIME): "shrug",
    ("reference_2", SKIP): "shrug",
    ("shrug", TIME): "drop",
    ("shrug", SKIP): "drop",
    ("drop", TIME): "typing",
    ("drop", NEXT): "typing",
    ("drop", SKIP): "judge",
    ("typing", TIME): "judge",
    ("typing", NEXT): "judge",
    ("typing", SKIP): "judge",
    ("daily_ready", TIME): "daily_reference",
    ("daily_ready", NEXT): "daily_reference",
    ("daily_reference", TIME): "judge_daily",
}

BEGINNINGS = {"start": "welcome", "daily": "daily_ready"}

# A shrug is a strong contraction: felt through a well-placed sensor it is far above a quarter of the gentle reference.
LEAST_SHRUG_PERCENT = 25.0
# Electrodes put on anew change the gain by a factor of two or so; by four they sit on another muscle.
GAIN_RANGE = (0.25, 4.0)
# Held twice in the same way, a reference comes out within a tenth or two (Mathiassen et al. 1995); so far apart one of
# them was another posture, and their mean would be off by a quarter and more.
MOST_APART = 1.75
# Raw EMG never stands still; a cable that is out for longer than this part of a recording spoils it.
MOST_STILL, STILL_PIECE_S, STILL_V = 0.05, 0.1, 1e-4
# Less than this much typing that can be believed says nothing about a usual load.
LEAST_TYPING_S = 30.0

STOPPED = "The calibration was stopped; the one you had stays."
NO_SIGNAL = "The sensor stopped sending during the calibration. Check its cable, then try once more."
OFF = "An electrode came off during the calibration. Press it on or take a fresh one, then try once more."
NOTHING_YET = (
    "There is no calibration yet that a daily reference could refresh. Do the complete one once: four minutes."
)
NO_SHRUG = (
    "The shrug was hardly felt. The sensor may sit beside the muscle: it belongs halfway between neck and shoulder, "
    "where the muscle bulges when you pull the shoulder up."
)
TOO_DIFFERENT = (
    "Today's reference is very different from the stored one. "
    "Check where the electrodes sit, or do the complete calibration once."
)
STOOD_STILL = (
    "For a while the signal stood quite still, as if the cable were out. "
    "Check the cable and the sensor's power, then try once more."
)
REFERENCES_DIFFER = (
    "The two references were very different. Do the same both times, from beginning to end, then try once more."
)
REFERENCE_TOO_WEAK = (
    "The reference is hardly above rest. Hold both arms out to the side for the whole time, then try again."
)


class Calibrating:
    """Leads through a calibration and judges it.  One yardstick for each channel."""

    def __init__(self, signals: Sequence[SignalKind], yardsticks: Sequence[Yardstick | None] = ()) -> None:
        """signals: what each channel of the frames is.  yardsticks: those in force, for the daily reference."""
        self.signals = tuple(signals)
        self._use(yardsticks)
        self._step = ""
        self._begun = 0.0
        self._rate = 0.0
        self._kept: dict[str, list[Volts]] = {}
        self._before = 0  # frames that an earlier step has added to the recording of this one

    def routes(self) -> Mapping[type, Handler]:
        """Who leads, what is measured, and time."""
        return {
            Calibrate: self._on_request,
            Frame: self._on_frame,
            Quality: self._on_quality,
            SensorLost: self._on_lost,
            UseCalibration: self._on_new_yardstick,
            Tick: self._on_tick,
        }

    def due(self) -> float:
        """When the running step is over."""
        return self._begun + STEPS[self._step].seconds if self._step else NEVER

    def _on_request(self, request: Calibrate, now: float) -> Iterable[Message]:
        if request.action in BEGINNINGS:
            if request.action == "daily" and not self._in_force:
                return self._refuse(NOTHING_YET)
            self._kept = {}
            return self._enter(BEGINNINGS[request.action], now)
        if not self._step:
            return ()
        if request.action == "abort":
            return self._refuse(STOPPED)
        return self._move(request.action, now)

    def _on_frame(self, frame: Frame, now: float) -> Iterable[Message]:
        if not self._step:
            return ()
        step = STEPS[self._step]
        if step.keeps and self._begun + step.settle_s <= now < self._begun + step.seconds:
            self._kept.setdefault(step.keeps, []).append(frame.volts)
            self._rate = frame.rate
        return ()

    def _on_quality(self, event: Quality, now: float) -> Iterable[Message]:
        # The other states are judged by the yardstick that is about to be replaced, so they count for nothing here.
        recording = self._step and STEPS[self._step].keeps
        return self._refuse(OFF) if recording and event.state in {"off", "rail"} else ()

    def _on_lost(self, lost: SensorLost, now: float) -> Iterable[Message]:
        return self._refuse(NO_SIGNAL) if self._step else ()

    def _on_new_yardstick(self, message: UseCalibration, now: float) -> Iterable[Message]:
        self._use([from_dict(stored) for stored in message.calibrations])
        return ()

    def _use(self, yardsticks: Sequence[Yardstick | None]) -> None:
        """What a daily reference refreshes: a yardstick of every channel, or none at all."""
        known = [yardstick for yardstick in yardsticks if yardstick is not None]
        self._in_force = known if len(known) == len(self.signals) else []

    def _on_tick(self, tick: Tick, now: float) -> Iterable[Message]:
        # A step follows the one before without a seam, however late the time was told.
        over = self.due()
        return self._move(TIME, over) if now >= over else ()

    def _move(self, what: str, now: float) -> Iterable[Message]:
        following = MOVES.get((self._step, what))
        if following is None:
            return ()
        if what != SKIP and (wrong := self._wrong_with_it()):
            return self._refuse(wrong)
        if what == SKIP and STEPS[self._step].keeps != "typing":
            # Half a reference is none: what hurts is left out altogether.
            self._kept.pop("reference" if self._step.startswith("reference") else STEPS[self._step].keeps, None)
        if following.startswith("judge"):
            return self._judge(daily=following == "judge_daily")
        return self._enter(following, now)

    def _enter(self, step: str, now: float) -> list[Message]:
        self._step, self._begun = step, now
        self._before = len(self._kept.get(STEPS[step].keeps, ()))
        said: list[Message] = [CalibrationStep(step, STEPS[step].seconds)]
        if step == TONE_FROM:
            said.insert(0, TryCalibration(tuple(map(self._so_far, range(len(self.signals))))))
        return said

    def _wrong_with_it(self) -> str:
        """Why the recording that has just been made is no use; nobody shall go on for minutes before hearing it."""
        keeps = STEPS[self._step].keeps
        arrived = sum(map(len, self._kept.get(keeps, [])[self._before :]))
        if arrived <= SHORTEST_S * self._rate:
            return "" if keeps in {"", "typing"} else NO_SIGNAL  # typing is only a wish
        for channel, signal in enumerate(self.signals):
            if signal == "emg-raw" and _still_share(_of_channel(self._kept[keeps], channel), self._rate) > MOST_STILL:
                return STOOD_STILL
        if self._step == "reference_2" and not all(map(self._alike, range(len(self.signals)))):
            return REFERENCES_DIFFER
        return ""

    def _alike(self, channel: int) -> bool:
        """Was the reference held about as strongly both times?  True where nothing can be said of that."""
        so_far = self._so_far(channel) if self._feels_arms(channel) else None
        if so_far is None:
            return True
        yardstick, held = from_dict(so_far), self._kept["reference"]
        parts = held[: self._before], held[self._before :]
        low, high = sorted(self._usual(yardstick, _of_channel(part, channel)) for part in parts)
        return high < MOST_APART * low

    def _so_far(self, channel: int) -> dict[str, Any] | None:
        """One channel as it looks before the shrug; None where that is nothing plausible."""
        rest, reference = _of_channel(self._kept["rest"], channel), self._channel("reference", channel)
        try:
            return as_dict(measure(self.signals[channel], rest, reference, self._rate))
        except Implausible:
            return None

    def _refuse(self, reason: str) -> list[Message]:
        self._step, self._kept = "", {}
        return [CalibrationRefused(reason)]

    def _judge(self, *, daily: bool) -> list[Message]:
        """Measure, check, and answer."""
        try:
            found = list(self._refreshed() if daily else self._measured())
        except Implausible as finding:
            return self._refuse(finding.reason)
        self._step, self._kept = "", {}
        stored = tuple(msgspec.to_builtins(yardstick) for yardstick in found)
        return [CalibrationDone({"channels": list(stored)}, daily), UseCalibration(stored)]

    def _channel(self, name: str, channel: int) -> Volts | None:
        """One channel of a recording, 1-D; None when it was left out."""
        return _of_channel(self._kept[name], channel) if name in self._kept else None

    def _feels_arms(self, channel: int) -> bool:
        """A pad beside electrodes feels the shoulders and not the arms: there the shrug is its reference."""
        return self.signals[channel] != "pressure" or len(self.signals) == 1

    def _measured(self) -> Iterator[Yardstick]:
        for channel, signal in enumerate(self.signals):
            rest, shrug = _of_channel(self._kept["rest"], channel), self._channel("shrug", channel)
            reference = self._channel("reference", channel) if self._feels_arms(channel) else shrug
            yardstick = measure(signal, rest, reference, self._rate)
            if shrug is not None and max(self._loads(yardstick, shrug)) < LEAST_SHRUG_PERCENT:
                raise Implausible(NO_SHRUG)
            typing = self._channel("typing", channel)
            typed = [] if typing is None else self._loads(yardstick, typing)
            if len(typed) * hop_samples(self._rate) >= LEAST_TYPING_S * self._rate:
                yardstick = msgspec.structs.replace(yardstick, typing_p50=float(np.median(typed)))
            yield yardstick

    def _refreshed(self) -> Iterator[Yardstick]:
        """The yardsticks in force, each with the gain of today's electrodes; a pad beside them needs none."""
        for channel, old in enumerate(self._in_force):
            if not self._feels_arms(channel):
                yield old
                continue
            held = _of_channel(self._kept["reference"], channel)
            gain = self._usual(msgspec.structs.replace(old, gain=1.0), held) / 100
            if gain * 100 < LEAST_FACTOR * old.noise_rve_percent:
                raise Implausible(REFERENCE_TOO_WEAK)
            if not GAIN_RANGE[0] <= gain <= GAIN_RANGE[1]:
                raise Implausible(TOO_DIFFERENT)
            white = old.white_share if self._rate > SLOWEST * old.rate else 1.0
            yield msgspec.structs.replace(old, gain=gain, rate=self._rate, white_share=white)

    def _usual(self, yardstick: Yardstick, volts: Volts) -> float:
        """The median load of a recording, %RVE."""
        return float(np.median(self._loads(yardstick, volts)))

    def _loads(self, yardstick: Yardstick, volts: Volts) -> list[float]:
        """The loads of a recording, measured as they will be measured from now on; its beginning is always believed."""
        path = SignalPath(yardstick.signal, yardstick)
        hops = path.push(volts, len(volts) / self._rate, self._rate)
        return [hop.rve_percent for hop in hops if hop.rve_percent is not None]


def _of_channel(frames: Iterable[Volts], channel: int) -> Volts:
    return np.concatenate([volts[:, channel] for volts in frames])


def _still_share(volts: Volts, rate: float) -> float:
    """How much of it stands still, in pieces of a tenth of a second."""
    size = max(2, round(STILL_PIECE_S * rate))
    pieces = volts[: len(volts) // size * size].reshape(-1, size)
    return float(np.mean(np.ptp(pieces, axis=1) < STILL_V))
