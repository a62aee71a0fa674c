"""How fast the muscle is felt: times of real time, and instructions of one live frame.

Run: python -m pytest tests/benchmarks/bench_signal.py -m benchmark -s
The gate counts instructions (callgrind), because a busy machine changes times and not counts.  Two runs make the same
frames; one feels five seconds more of them, so what is counted is the core alone: no start, no making of frames.
Frames are as long as a hop, and a fifth of that while somebody listens closely.
Counted with this Python and with the system's, which runs the product: Debian builds it with optimization, pyenv does
not.  The packages are this Python's in either case.
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
# Samples in a frame -> instructions for 20 ms of one channel that must not be exceeded.  Wanted are 12,000; what short
# frames cost in an exercise is above that, and kept to what was measured, and some.
LIVE_LIMITS = {86: 12_000, 17: 18_500}
SYSTEM_PYTHON = Path("/usr/bin/python3")
MADE_S, WARM_S = 70, 65  # seconds of frames that are made, and felt in any case: a minute fills the window


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


def instructions(python: str, size: int, seconds: int, folder: Path) -> int:
    """Instructions of a process that has made its frames and feels `seconds` of them."""
    out = folder / f"callgrind.{size}.{seconds}"
    valgrind = ["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={out}"]
    steady = os.environ | {"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"} | packages()
    command = [*valgrind, python, __file__, str(size), str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=steady)
    (count,) = re.findall(r"Collected : (\d+)", done.stderr)
    return int(count)


def packages() -> dict[str, str]:
    """This Python's packages and the station, for another Python."""
    return {"PYTHONPATH": os.pathsep.join(path for path in [str(Path(__file__).parents[2]), *sys.path] if path)}


def why_not(python: str) -> str:
    """Why this Python cannot count; empty if it can."""
    if shutil.which("valgrind") is None:
        return "valgrind counts the instructions; it is not installed"
    if python == sys.executable:
        return ""
    if not Path(python).exists() or Path(python).resolve() == Path(sys.executable).resolve():
        return f"{python} is not there, or is the Python that runs the tests"
    say = "import sys; print(sys.version_info[:2])"
    told = subprocess.run([python, "-c", say], capture_output=True, text=True, check=False)
    same = told.stdout.strip() == str(sys.version_info[:2])
    return (
        ""
        if same
        else f"{python} is not Python {sys.version_info[0]}.{sys.version_info[1]}: it cannot use its packages"
    )


@pytest.mark.slow
@pytest.mark.parametrize("python", [sys.executable, str(SYSTEM_PYTHON)], ids=["this", "system"])
@pytest.mark.parametrize("size", LIVE_LIMITS)
def test_instructions_of_20_ms(size, python, tmp_path):
    if reason := why_not(python):
        pytest.skip(reason)
    with ThreadPoolExecutor() as both:
        few, many = both.map(lambda seconds: instructions(python, size, seconds, tmp_path), (WARM_S, MADE_S))
    each = (many - few) / ((MADE_S - WARM_S) * RATE / 17)
    print(f"{python}, frames of {size} samples: {each:.0f} instructions for 20 ms of signal")
    assert 5_000 < each < LIVE_LIMITS[size]


if __name__ == "__main__":
    size, seconds = int(sys.argv[1]), float(sys.argv[2])
    volts = noise(0.02, MADE_S)[:, None]
    starts = range(0, len(volts) - size + 1, size)
    # As a driver measures it, the rate is never twice the same.
    made = [Frame(volts[k : k + size], (k + size) / RATE, RATE + 1e-4 * (k % 7)) for k in starts]
    live = station()
    subprocess.run(["callgrind_control", "--instr=on", str(os.getpid())], check=True, capture_output=True)
    for frame in made[: round(seconds * RATE / size)]:
        live.handle(frame, frame.t_last)
