"""What a calibration does not see of each band, on the project's own simulated muscles and heart.

Run: python -m pytest tests/benchmarks/bench_bands.py -m benchmark -s
`COLOURS` of `station.core.yardstick` are means of these and of another generator's; `HEARTS` are the other one's, whose
heart reaches further up.
"""

import math

import numpy as np
import pytest
from scipy.signal import resample_poly

from hardware.sensors.person.body import Heart
from hardware.sensors.person.muscle import CHUNK_S, CONTROL_STEPS, REFERENCE_UV, Muscle
from station.core.emg_power import BANDS, WIDE, powers_of
from station.core.yardstick import COLOURS, HEARTS

pytestmark = pytest.mark.benchmark

RATE, UP, DOWN = 860.0, 215, 512  # 2048 samples a second become 860
MUSCLES, SECONDS = 24, 40
LIGHT = 5.6  # %RVE
HEART_UV = 0.4 * REFERENCE_UV


def chunks() -> range:
    return range(int(SECONDS / CHUNK_S))


def muscle(seed: int, load: float) -> np.ndarray:
    """Volts behind a thousandfold, of a muscle that works at so many %RVE."""
    alive, will = Muscle(np.random.SeedSequence(seed)), np.full(CONTROL_STEPS, load)
    return resample_poly(np.concatenate([alive.chunk(will) for _ in chunks()]), UP, DOWN) * 1e-3


def powers(volts: np.ndarray, band) -> np.ndarray:
    return np.array([np.mean(hop.parts) for hop in powers_of(volts, RATE, 0.0, band)])


def test_light_work_is_the_less_sure_the_fewer_low_frequencies_a_band_has():
    told = {band: [] for band in BANDS}
    for seed in range(MUSCLES):
        reference, light = muscle(seed, 100.0), muscle(seed, LIGHT)
        for band in BANDS:
            amplitude = math.sqrt(powers(light, band).mean() / powers(reference, band).mean())
            told[band].append(100 * amplitude / LIGHT)
    spread = {band: float(np.std(ratios)) for band, ratios in told.items()}
    for band in BANDS:
        own = math.sqrt(max(0.0, spread[band] ** 2 - spread[WIDE] ** 2))
        print(f"{band}: {LIGHT} %RVE are told with a deviation of {spread[band]:.3f}, {own:.3f} of them the band's own")
    assert sorted(BANDS, key=spread.get) == sorted(BANDS, key=COLOURS.get)


def test_a_heartbeat_scatters_rest_the_less_the_higher_the_band():
    heart = Heart(np.random.SeedSequence(1), HEART_UV)
    beats = resample_poly(np.concatenate([heart.chunk(k * CHUNK_S) for k in chunks()]), UP, DOWN) * 1e-3
    reference, scatter = muscle(1, 100.0), {}
    for band in BANDS:
        seen = 1e4 * powers(beats, band) / powers(reference, band).mean()
        scatter[band] = float(np.std(np.convolve(seen, np.full(3, 1 / 3), "valid")))
        print(f"{band}: a heartbeat of {HEART_UV:.0f} µV scatters rest by {scatter[band]:.2f} %RVE² over 0.3 s")
    assert sorted(BANDS, key=scatter.get) == sorted(BANDS, key=HEARTS.get)
