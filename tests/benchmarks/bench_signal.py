"""How fast the muscle is felt: times of real time, and instructions of one live frame.

Run: python -m pytest tests/benchmarks/bench_signal.py -m benchmark -s
The gate counts instructions (callgrind), because a busy machine changes times and not counts.  Only twenty seconds of
feeling are counted, after a minute of it: no start, no making of frames; what it takes to say when is taken off.
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
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from station.core.engine import Engine
from station.core.inputs import Frame
from station.core.noise_floor import TELLABLE
from station.core.sensing import Sensing
from station.core.yardstick import measure

RATE = 860.0
# (What the muscle does, samples in a frame) -> instructions for 20 ms of one channel that must not be exceeded.  Wanted
# are 12,000; what short frames cost in an exercise is above that, and kept to what was measured, and some.
LIVE_LIMITS = {("works", 86): 12_000, ("rests", 86): 12_000, ("works", 17): 18_000, ("rests", 17): 18_000}
SYSTEM_PYTHON = Path("/usr/bin/python3")
# Seconds of frames that are felt before counting, for a minute fills the window; and that are counted.
WARM_S, COUNTED_S = 65, 20


def noise(rms: float, seconds: float) -> np.ndarray:
    return (1.65 + rms * np.random.default_rng(1).standard_normal(int(seconds * RATE))).astype(np.float32)


def muscle(rms: float, seconds: float) -> np.ndarray:
    """Dull noise, as a muscle is and a sensor's own is not: so the station goes on looking for the latter."""
    white = np.random.default_rng(2).standard_normal(int(seconds * RATE) + 3)
    return (1.65 + rms * np.convolve(white, np.full(4, 0.5), "valid")).astype(np.float32)


def station() -> Engine:
    stick = measure("emg-raw", noise(0.002, 15), muscle(0.15, 12), RATE)
    assert stick.white_share < TELLABLE
    return Engine([Sensing(signals=("emg-raw",), yardsticks=(stick,))])


DOES = {"works": partial(muscle, 0.02), "rests": partial(noise, 0.002)}


def run(engine: Engine, volts: np.ndarray, size: int) -> None:
    frames = volts[:, None]
    for k in range(0, len(frames) - size + 1, size):
        t = (k + size) / RATE
        engine.handle(Frame(frames[k : k + size], t, RATE), t)


@pytest.mark.benchmark
@pytest.mark.parametrize("size", [17, 86, 860])
def test_times_of_real_time(size):
    engine, volts = station(), muscle(0.02, 600)
    begin = time.process_time()
    run(engine, volts, size)
    factor = 600 / (time.process_time() - begin)
    print(f"frames of {size} samples: {factor:.0f} x real time")
    assert factor > 100


def instructions(python: str, folder: Path) -> dict[tuple[str, int], float]:
    """Instructions for 20 ms in each of the cases of LIVE_LIMITS."""
    out = folder / "callgrind"
    valgrind = ["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={out}"]
    steady = os.environ | {"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"} | packages()
    subprocess.run([*valgrind, python, __file__], capture_output=True, check=True, env=steady)
    counts = {}
    for dump in folder.glob("callgrind.*"):
        text = dump.read_text()
        name = re.search(r"^desc: Trigger: dump (\w+)$", text, re.MULTILINE)
        count = re.search(r"^summary: (\d+)$", text, re.MULTILINE)
        assert name and count
        counts[name[1]] = int(count[1])
    of_20_ms = COUNTED_S * RATE / 17
    return {(does, size): (counts[f"{does}{size}"] - counts["nothing"]) / of_20_ms for does, size in LIVE_LIMITS}


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
def test_instructions_of_20_ms(python, tmp_path):
    if reason := why_not(python):
        pytest.skip(reason)
    for (does, size), count in instructions(python, tmp_path).items():
        print(f"{python}, the muscle {does}, frames of {size} samples: {count:.0f} instructions for 20 ms of signal")
        assert 5_000 < count < LIVE_LIMITS[does, size]


def say(*what: str) -> None:
    """Something to the callgrind that this process runs in."""
    subprocess.run(["callgrind_control", *what, str(os.getpid())], check=True, capture_output=True)


def feel_and_count() -> None:
    """Run in callgrind: a dump named after each case, and one of the dumping itself."""
    prepared = []
    for does, size in LIVE_LIMITS:
        volts = DOES[does](WARM_S + COUNTED_S + 1)[:, None]
        # As a driver measures it, the rate is never twice the same.
        starts = range(0, len(volts) - size + 1, size)
        frames = [Frame(volts[k : k + size], (k + size) / RATE, RATE + 1e-4 * (k % 7)) for k in starts]
        live, warm, counted = station(), round(WARM_S * RATE / size), round(COUNTED_S * RATE / size)
        for frame in frames[:warm]:
            live.handle(frame, frame.t_last)
        prepared.append((f"{does}{size}", live.handle, frames[warm : warm + counted]))
    say("--instr=on")
    say("--zero")
    say("--dump=nothing")
    for name, handle, frames in prepared:
        say("--zero")
        for frame in frames:
            handle(frame, frame.t_last)
        say(f"--dump={name}")


if __name__ == "__main__":
    feel_and_count()
