"""Does the yardstick still fit?  Noticed in ordinary use, asked about once a day, never decided.

    another rate than at the calibration ───────── rate
    minutes felt ─► the last two hours of them ─┬─ impossible   half of them above what a neck can hold for hours
                                                ├─ too_strong   minutes with work and rest in them, far above the usual
                                                └─ too_weak     not even the busiest tenth comes up to the usual
    a sign holds      ─► YardstickDoubted(sign, reason) ─► proposals.py: today's reference, 20 s?
    it holds no more,
    a new yardstick   ─► YardstickDoubted("", "")

Electrodes put on anew have another gain, and nothing in the signal says so: three times the gain looks like three
times the load.  But tension fills the rests, and gain does not: minutes in which work and rest take turns are about as
loaded on a tense day as on any other.  So these say when the gain is too large (on simulated days that fit, at most 2.1
times the typing of the calibration; three times the gain makes it 2.4 to 4.9).  A gain that is too small looks like a
calm day, and is noticed later.  The limits are far out on purpose: a tense day, or a calm one, is what the station is
there to show and must never be taken for a fault.  Below a factor of three only the daily reference can tell.

Raw EMG that is sampled at another rate (the configuration was changed) is another yardstick: at half the rate the same
muscle looks 1.45 times as strong (measured on a shared recording).  That needs no hours to be noticed.

A zero that has risen (a noisier sensor) looks like a muscle that never rests.  Nothing in the loads tells the two apart
for certain, so it is not guessed at here.  The signal can tell at fast rates (`noise_floor.py`); where it cannot,
`NoRest` says what was felt.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence

from station.core.component import NEVER, Handler, Message
from station.core.events import ContextChanged, Minute, SensorWell, YardstickDoubted
from station.core.inputs import NewDay, UseCalibration
from station.core.yardstick import SignalKind, Yardstick, from_dict

# So many known minutes are looked at; unknown ones (grades C and X) count for nothing.
MINUTES = 120
KNOWN = frozenset({"A", "B"})

# A converter's clock is off by as much from one chip to the next, and one chip's hardly moves.
ANOTHER_RATE = 0.10
# Impossible: for the median of a working day Jonsson proposed 10, at the very most 14 %MVE as a limit for constrained
# work (1982, J Human Ergol 11:73-88).  100 %RVE are some 10 to 20 %MVE, and work at a desk stays far below that limit.
# A pad: beyond fully raised.
IMPOSSIBLE_RVE, IMPOSSIBLE_RAISED = 60.0, 100.0
# Minutes in which work and rest take turns, by their share of rest; so many of them can be judged.
MIXED, ENOUGH = (0.1, 0.6), 45
# Too strong: so many times the median of the own typing, within what typing usually is; without one, of the second.
TOO_STRONG, TYPING = 3.0, (4.0, 12.0)
# Too weak: in the busiest tenth of the minutes the load that is exceeded for 6 s stays below this part of the own
# typing (of 8 %RVE at most: who was tense while typing for the calibration is not always).  Simulated days that are
# spent reading and listening come to 1.1 times it at least.
BUSY, TOO_WEAK, CALM_TYPING, WEAK_RVE = 0.1, 0.65, 8.0, 2.0


class Fit:
    """Looks at the minutes of the channel that decides, and says when they cannot be true."""

    def __init__(self, signals: Sequence[SignalKind] = ("emg-raw",), yardsticks: Sequence[Yardstick | None] = ()):
        """signals: what each channel is.  yardsticks: those in force."""
        self._emg = [k for k, kind in enumerate(signals) if kind != "pressure"]
        self._channels = self._emg or list(range(len(signals)))
        self._minutes: deque[Minute] = deque(maxlen=MINUTES)
        self._away = False
        self._sign = ""
        self._rate: float | None = None  # samples a second, as the sensor says
        self._use(yardsticks)

    def routes(self) -> Mapping[type, Handler]:
        """What is felt, against what it is measured, and whether the house knows that nobody is there."""
        return {
            Minute: self._on_minute,
            SensorWell: self._on_sensor_well,
            UseCalibration: self._on_calibration,
            ContextChanged: self._on_context,
            NewDay: self._on_new_day,
        }

    def due(self) -> float:
        """A minute comes by itself."""
        return NEVER

    def _use(self, yardsticks: Sequence[Yardstick | None]) -> None:
        deciding = [yardsticks[k] for k in self._channels if k < len(yardsticks)]
        known = [stick for stick in deciding if stick is not None]
        # Without a reference there is nothing that could fit: such numbers only compare with themselves.
        self._judges = len(known) == len(self._channels) and not any(stick.rest_only for stick in known)
        self._raw_rates = [stick.rate for stick in known if stick.signal == "emg-raw"]
        self._typing = max((stick.typing_p50 for stick in known if stick.typing_p50 is not None), default=None)

    def _on_calibration(self, message: UseCalibration, now: float) -> Iterable[Message]:
        self._use([from_dict(stored) for stored in message.calibrations])
        return self._anew()

    def _on_new_day(self, told: NewDay, now: float) -> Iterable[Message]:
        return self._anew()

    def _anew(self) -> Iterable[Message]:
        """What was felt with other electrodes, or on another day, says nothing now."""
        self._minutes.clear()
        return self._look()

    def _on_sensor_well(self, event: SensorWell, now: float) -> Iterable[Message]:
        self._rate = event.rate
        return self._look()

    def _on_context(self, event: ContextChanged, now: float) -> Iterable[Message]:
        if event.name == "away":
            self._away = event.active
        return ()

    def _on_minute(self, minute: Minute, now: float) -> Iterable[Message]:
        if minute.quality not in KNOWN or self._away or not self._judges:
            return ()
        self._minutes.append(minute)
        return self._look()

    def _look(self) -> Iterable[Message]:
        if self._judges and (reason := self._another_rate()):
            return self._say("rate", reason)
        for sign, (needed, holds) in SIGNS.items():
            if len(self._minutes) >= needed and (reason := holds(self)):
                return self._say(sign, reason)
        return self._say("", "")

    def _say(self, sign: str, reason: str) -> Iterable[Message]:
        if sign == self._sign:
            return ()
        self._sign = sign
        return (YardstickDoubted(sign, reason),)

    # --- the signs, each with its reason or an empty one --------------------------------------------

    def _another_rate(self) -> str:
        for rate in self._raw_rates:
            if self._rate is not None and abs(self._rate / rate - 1) > ANOTHER_RATE:
                return f"calibrated at {rate:.0f} samples a second, now there are {self._rate:.0f}"
        return ""

    def _impossible(self) -> str:
        median = _from_above([minute.apdf50 or 0.0 for minute in self._minutes], 0.5)
        if self._emg and median >= IMPOSSIBLE_RVE:
            return f"{HOURS}, half of the time above {median:.0f} %RVE; {REFERENCE}"
        if not self._emg and median >= IMPOSSIBLE_RAISED:
            return f"{HOURS}, half of the time above {median:.0f} % of fully raised"
        return ""

    def _too_strong(self) -> str:
        low, high = MIXED
        mixed = [minute.apdf50 or 0.0 for minute in self._minutes if low <= (minute.relative_rest_time or 0.0) <= high]
        if not self._emg or len(mixed) < ENOUGH:
            return ""
        least, most = TYPING
        usual = most if self._typing is None else min(max(self._typing, least), most)
        median = _from_above(mixed, 0.5)
        return f"{WORK} at {median:.0f} %RVE; {self._against()}" if median >= TOO_STRONG * usual else ""

    def _too_weak(self) -> str:
        if not self._emg:
            return ""  # who leans back for hours is at zero, and that is fine
        busy = _from_above([minute.apdf90 or 0.0 for minute in self._minutes], BUSY)
        limit = WEAK_RVE if self._typing is None else TOO_WEAK * min(self._typing, CALM_TYPING)
        return f"{HOURS}, even the busiest minutes at {busy:.1f} %RVE; {self._against()}" if busy < limit else ""

    def _against(self) -> str:
        return REFERENCE if self._typing is None else f"your typing was at {self._typing:.0f}"


HOURS = f"in the last {MINUTES} min"
WORK = "minutes with work and rest in them"
REFERENCE = "100 is both arms held out"

# In the order in which they are asked, each with the minutes it needs.
SIGNS: Mapping[str, tuple[int, Callable[[Fit], str]]] = {
    "impossible": (MINUTES, Fit._impossible),
    "too_strong": (ENOUGH, Fit._too_strong),
    "too_weak": (MINUTES, Fit._too_weak),
}


def _from_above(values: Sequence[float], share: float) -> float:
    """The value that this share of them reaches."""
    return sorted(values, reverse=True)[int(share * (len(values) - 1))]
