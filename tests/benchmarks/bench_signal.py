"""How fast the muscle is felt: times of real time, and instructions of one live frame.

Run: python -m pytest tests/benchmarks/bench_signal.py -m benchmark -s
The gate counts instructions (callgrind), because a busy machine changes times and not counts.  Two runs make the same
frames; one feels five seconds more of them, so what is counted is the core alone: no start, no making of frames.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from station.core.engine import Engine
from station.core.inputs import Frame
from station.core.sensing import Sensing
from station.core.yardstick import measure

RATE = 860.0
LIVE_GOAL = 12_000  # instructions for each 20 ms frame of one channel: wanted, not reached
LIVE_LIMIT = 21_500  # what must not be exceeded: what was measured, and some
MADE_S, WARM_S = 7, 2  # seconds of frames that are made, and that are felt in any case


def noise(rms: float, seconds: float) -> np.ndarray:
    return (1.65 + rms * np.random.default_rng(1).standard_normal(int(seconds * RATE))).astype(np.float32)


def station() -> Engine:
    stick = measure("emg-raw", noise(0.002, 15), noise(0.15, 12), RATE)
    return Engine([Sensing(signals=("emg-raw",), yardsticks=(stick,))])


def run(engine: Engine, volts: np.ndarray, size: int) -> None:
    frames = volts[:, None]
    for k in range(0, len(frames) - size + 1, size):
        t = (k + size) / RATE
        engine.handle(Frame(frames[k : k + size], t, RATE), t)


@pytest.mark.benchmark
@pytest.mark.parametrize("size", [17, 86, 860])
def test_times_of_real_time(size):
    engine, volts = station(), noise(0.02, 600)
    begin = time.process_time()
    run(engine, volts, size)
    factor = 600 / (time.process_time() - begin)
    print(f"frames of {size} samples: {factor:.0f} x real time")
    assert factor > 100


def instructions(seconds: int, folder: Path) -> int:
    """Instructions of a whole process that feels `seconds` of signal."""
    out = folder / f"callgrind.{seconds}"
    command = [sys.executable, __file__, str(seconds)]
    valgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}"]
    steady = os.environ | {"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run([*valgrind, *command], capture_output=True, text=True, check=True, env=steady)
    (count,) = re.findall(r"Collected : (\d+)", done.stderr)
    return int(count)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind counts the instructions; it is not installed")
def test_instructions_of_a_live_frame(tmp_path):
    with ThreadPoolExecutor() as both:
        few, many = both.map(lambda seconds: instructions(seconds, tmp_path), (WARM_S, MADE_S))
    each = (many - few) / ((MADE_S - WARM_S) * RATE / 17)
    print(f"{each:.0f} instructions for each 20 ms frame (goal: {LIVE_GOAL})")
    assert each < LIVE_LIMIT


if __name__ == "__main__":
    volts = noise(0.02, MADE_S)[:, None]
    times = [(k + 17) / RATE for k in range(0, len(volts) - 16, 17)]
    made = [Frame(volts[17 * k : 17 * k + 17], t, RATE) for k, t in enumerate(times)]
    live = station()
    for frame in made[: round(float(sys.argv[1]) * RATE / 17)]:
        live.handle(frame, frame.t_last)
