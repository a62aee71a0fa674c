"""What tests of feeling share: a muscle in volts, its yardstick, and a way to play one to the other."""

import numpy as np

from station.core.engine import Engine
from station.core.inputs import Frame
from station.core.sensing import Sensing
from station.core.yardstick import measure
from tests.core.band_noise import band_noise

RATE = 860.0


def muscle(loads, seed: int = 0) -> np.ndarray:
    """Volts of a muscle that works at `loads` %RVE, one for each second; 100 %RVE are 0.15 V rms."""
    n = int(len(loads) * RATE)
    noise = band_noise(n, RATE, seed)
    wanted = np.repeat(np.asarray(loads, float), int(RATE)) * 0.0015
    return (1.65 + noise * wanted + np.random.default_rng(seed + 1).normal(0, 0.0018, n)).astype(np.float32)


STICK = measure("emg-raw", muscle([0] * 15, 10), muscle([100] * 12, 20), RATE)


PAD = measure("pressure", muscle([1] * 15), muscle([1] * 15) - 0.8, RATE)


def play(sensing: Sensing, volts: np.ndarray, size: int = 17, rate: float = RATE, begin: float = 0.0):
    """Feed frames of `size` samples of (n,) or (n, channels) volts; (t, event) of all that was said."""
    volts = volts if volts.ndim == 2 else volts[:, None]
    engine, told = Engine([sensing]), []
    for k in range(0, len(volts), size):
        frame = volts[k : k + size]
        t = begin + (k + len(frame)) / rate
        told += [(t, event) for event in engine.handle(Frame(frame, t, rate), t)]
    return told


def only(told, kind):
    return [event for _, event in told if isinstance(event, kind)]


def one(stick=STICK) -> Sensing:
    return Sensing(signals=("emg-raw",), yardsticks=(stick,))
