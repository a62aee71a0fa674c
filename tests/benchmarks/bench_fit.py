"""How large a misfit of the yardstick is noticed, how soon, and how often a day that fits is doubted.

Run: python -m pytest tests/benchmarks/bench_fit.py -m benchmark -s
Simulated persons (`hardware/sensors/person`), each with levels of their own, live eight-hour days of ten kinds of
minutes in an order of their own.  Their loads are cut into minutes as the station does it; electrodes with `gain` times
the amplitude of the calibration show `gain` times the load.  Days without EMG: what the signal path adds is small
beside a factor of two (the last test checks that with a whole signal).  Not everybody: levels of one published range.
"""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import lfilter

from hardware.sensors.person import Person, calibration_volts
from hardware.sensors.person.habits import ACTIVITIES, FLUTTER_S, RELAXED_RVE, Activity
from station.core.engine import Engine
from station.core.events import Minute, YardstickDoubted
from station.core.fit import Fit
from station.core.inputs import Frame
from station.core.load import MinuteBook
from station.core.sensing import Sensing
from station.core.signal import SignalPath
from station.core.yardstick import Yardstick, measure

FITTING_DAYS, OTHER_DAYS, HOURS = 150, 20, 8
GAINS = (0.15, 0.2, 0.25, 1 / 3, 0.5, 2.0, 3.0, 4.0, 5.0, 8.0, 12.0)
# What eight hours are made of (share of the day, mean minutes of a stretch).
USUAL = {
    "typing": (0.40, 20), "mouse": (0.20, 20), "reading": (0.15, 12), "talking": (0.08, 12), "raised": (0.06, 7),
    "phone": (0.03, 8), "away": (0.06, 8), "rest": (0.02, 4),
}  # fmt: skip
TENSE = {"raised": (0.55, 45), "typing": (0.25, 15), "mouse": (0.10, 15), "phone": (0.05, 15), "away": (0.05, 5)}
CALM = {"reading": (0.60, 45), "rest": (0.15, 15), "typing": (0.12, 8), "talking": (0.08, 10), "away": (0.05, 5)}


def lived(kind: dict[str, tuple[float, int]], seed: int) -> tuple[NDArray, float]:
    """A day's activation ten times a second, and the median of this person's two minutes of typing."""
    random = np.random.default_rng(seed)
    factor = float(np.exp(random.normal(0, 0.3)))
    typed = worked(ACTIVITIES["typing"], factor, 120, random)
    names, weights = list(kind), np.array([share / mean for share, mean in kind.values()])
    stretches, left = [], HOURS * 3600.0
    while left > 0:
        name = str(random.choice(names, p=weights / weights.sum()))
        seconds = min(left, max(60.0, float(random.gamma(2.0, 30 * kind[name][1]))))
        left -= seconds
        stretches.append(worked(ACTIVITIES[name], factor, seconds, random))
    return np.concatenate(stretches), float(np.median(typed))


def worked(activity: Activity, factor: float, seconds: float, random: np.random.Generator) -> NDArray:
    """An activity as `habits.py` describes it, ten times a second instead of sixty-four."""
    n, at, working = int(10 * seconds), 0, False
    load = np.full(n, RELAXED_RVE)
    while at < n:
        working = not working or activity.rest_s == 0
        mean = activity.work_s if working else activity.rest_s
        end = at + max(3, int(10 * random.gamma(2.0, mean / 2)))
        if working:
            load[at:end] = max(
                RELAXED_RVE, factor * activity.level * np.exp(activity.spread * random.standard_normal())
            )
        at = end
    keep = np.exp(-0.1 / FLUTTER_S)
    flutter = lfilter([np.sqrt(1 - keep**2)], [1, -keep], random.standard_normal(n))
    load = np.where(load > RELAXED_RVE, load * np.exp(activity.flutter * flutter), load)
    for begin in np.flatnonzero(random.random(n) < activity.reaches / 600):
        end = begin + int(10 * random.uniform(0.7, 2.5))
        load[begin:end] = np.maximum(load[begin:end], random.uniform(15, 50))
    return load


def minutes(loads: NDArray) -> list[Minute]:
    book, told = MinuteBook(), []
    for k, load in enumerate(loads.tolist()):
        if closed := book.hop(k / 10, 0.1, load, load < 5.0):
            told.append(closed)
    return told


def doubted(told: list[Minute], typing: float | None) -> tuple[str, int] | None:
    """The first sign, and after how many minutes."""
    stick = Yardstick(signal="emg-raw", rate=860, rest_level=1.65, reference_level=0.15, typing_p50=typing)
    engine = Engine([Fit(("emg-raw",), (stick,))])
    for k, minute in enumerate(told, 1):
        for event in engine.handle(minute, 60.0 * k):
            if isinstance(event, YardstickDoubted):
                return event.sign, k
    return None


@pytest.mark.benchmark
@pytest.mark.parametrize(("name", "kind"), [("usual", USUAL), ("tense", TENSE), ("calm", CALM)])
def test_days_that_fit_and_days_that_do_not(name: str, kind: dict[str, tuple[float, int]]) -> None:
    lives = [lived(kind, seed) for seed in range(FITTING_DAYS)]
    for gain in (1.0, *GAINS):
        days = lives if gain == 1.0 else lives[:OTHER_DAYS]
        felt = [(minutes(gain * loads), typing) for loads, typing in days]
        for known in (True, False):
            found = [doubted(told, typing if known else None) for told, typing in felt]
            when = sorted(at for sign in found if sign for at in [sign[1]])
            signs = {sign[0] for sign in found if sign}
            share, median = len(when) / len(days), when[len(when) // 2] if when else 0
            typed = "with  typing" if known else "without typing"
            print(f"{name:6s} gain {gain:5.2f} {typed:15s} doubted {100 * share:3.0f} % after {median:3d} min {signs}")
            assert gain != 1.0 or share <= 0.02


@pytest.mark.benchmark
@pytest.mark.parametrize("gain", [0.1, 1.0, 4.0])
def test_a_whole_signal_says_the_same(gain: float) -> None:
    """The person's own calibration, made with electrodes that gave 1/gain of today's EMG, and no less noise."""
    rest, reference = calibration_volts(seed=3, rate=860)
    typed, _ = Person("typing", seed=3).render(120, 860)
    stick = measure("emg-raw", rest, reference, 860.0)
    felt = SignalPath("emg-raw", stick).push(typed.astype(np.float32), 120.0, 860.0)
    stick = msgspec.structs.replace(
        stick,
        typing_p50=float(np.median([hop.rve_percent for hop in felt if hop.rve_percent is not None])),
        reference_power=stick.reference_power / gain**2,
        reference_level=stick.reference_level / gain,
        noise_rve_percent=stick.noise_rve_percent * gain,
    )
    engine = Engine([Sensing(signals=("emg-raw",), yardsticks=(stick,)), Fit(("emg-raw",), (stick,))])
    person, now, found = Person("day", seed=3), 0.0, []
    for _ in range(180):
        volts = person.render(60, 860)[0].astype(np.float32)
        for k in range(0, len(volts), 860):
            now += len(volts[k : k + 860]) / 860
            found += [(now / 60, e) for e in engine.handle(Frame(volts[k : k + 860, None], now, 860.0), now)]
    doubts = [(round(at), e.sign) for at, e in found if isinstance(e, YardstickDoubted)]
    print(f"gain {gain}: {doubts}, typing {stick.typing_p50:.1f} %RVE")
    assert bool(doubts) == (gain != 1.0)
