"""How fast the muscle is felt: times of real time, and instructions of one live frame.

Run: python -m pytest tests/benchmarks/bench_signal.py -m benchmark -s
The gate counts instructions (callgrind), because a busy machine changes times and not counts.  Two runs make the same
frames; one feels five seconds more of them, so what is counted is the core alone: no start, no making of frames.
Frames are as long as a hop, and a fifth of that while somebody listens closely.
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
LIVE_LIMITS = {86: 15_500, 17: 21_500}  # samples in a frame -> what must not be exceeded: what was measured, and some
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


def instructions(size: int, seconds: int, folder: Path) -> int:
    """Instructions of a process that has made its frames and feels `seconds` of them."""
    out = folder / f"callgrind.{size}.{seconds}"
    command = [sys.executable, __file__, str(size), str(seconds)]
    valgrind = ["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={out}"]
    steady = os.environ | {"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run([*valgrind, *command], capture_output=True, text=True, check=True, env=steady)
    (count,) = re.findall(r"Collected : (\d+)", done.stderr)
    return int(count)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind counts the instructions; it is not installed")
@pytest.mark.parametrize("size", LIVE_LIMITS)
def test_instructions_of_20_ms(size, tmp_path):
    with ThreadPoolExecutor() as both:
        few, many = both.map(lambda seconds: instructions(size, seconds, tmp_path), (WARM_S, MADE_S))
    each = (many - few) / ((MADE_S - WARM_S) * RATE / 17)
    print(f"frames of {size} samples: {each:.0f} instructions for 20 ms of signal (goal: {LIVE_GOAL})")
    assert 5_000 < each < LIVE_LIMITS[size]


if __name__ == "__main__":
    size, seconds = int(sys.argv[1]), float(sys.argv[2])
    volts = noise(0.02, MADE_S)[:, None]
    made = [Frame(volts[k : k + size], (k + size) / RATE, RATE) for k in range(0, len(volts) - size + 1, size)]
    live = station()
    subprocess.run(["callgrind_control", "--instr=on", str(os.getpid())], check=True, capture_output=True)
    for frame in made[: round(seconds * RATE / size)]:
        live.handle(frame, frame.t_last)
