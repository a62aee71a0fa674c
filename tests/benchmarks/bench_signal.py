"""How fast the muscle is felt: times of real time, and instructions of one live frame.

Run: python -m pytest tests/benchmarks/bench_signal.py -m benchmark -s
The gate counts instructions (callgrind), because a busy machine changes times and not counts.
"""

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from station.core.engine import Engine
from station.core.inputs import Frame
from station.core.sensing import Sensing
from station.core.yardstick import measure

RATE = 860.0
LIVE_LIMIT = 12_000  # instructions for each 20 ms frame of one channel


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
    done = subprocess.run([*valgrind, *command], capture_output=True, text=True, check=True)
    (count,) = re.findall(r"Collected : (\d+)", done.stderr)
    return int(count)


@pytest.mark.benchmark
@pytest.mark.slow
@pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind counts the instructions; it is not installed")
def test_instructions_of_a_live_frame(tmp_path):
    few, many = instructions(1, tmp_path), instructions(11, tmp_path)
    frames = 10 * RATE / 17
    each = (many - few) / frames
    print(f"{each:.0f} instructions for each 20 ms frame")
    assert each < LIVE_LIMIT


if __name__ == "__main__":
    run(station(), noise(0.02, float(sys.argv[1])), 17)
