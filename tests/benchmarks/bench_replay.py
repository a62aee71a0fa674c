"""How fast a replay is: the whole command, start of the interpreter included, against the length of the recording."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hardware.sensors.edf_writer import EdfWriter

SHARED = Path(os.environ.get("DESK_SHARED", Path(__file__).parents[2] / ".." / "shared")) / "data"
RATE = 860.0
HOURS = 1.0


def cpu_seconds(path: Path, *options: str) -> float:
    """User and system seconds of `desk-station replay PATH --json ...`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "station", "replay", str(path), "--json", *options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def report(name: str, length_s: float, cpu_s: float) -> float:
    factor = length_s / cpu_s
    print(f"\n{name}: {length_s / 60:.0f} min in {cpu_s:.2f} CPU-s, {factor:.0f} x real time")
    return factor


def an_hour_of_raw_emg(path: Path) -> Path:
    """Noise whose amplitude follows work and rest; good for timing, not for truth."""
    rng = np.random.default_rng(1)
    rows = round(HOURS * 3600 * RATE)
    load = np.repeat(rng.choice([0.002, 0.005, 0.01], rows // 4300 + 1), 4300)[:rows]
    load[: round(15 * RATE)], load[round(15 * RATE) : round(30 * RATE)] = 0.001, 0.05
    writer = EdfWriter(path, ["EMG raw"], RATE)
    writer.note(0.0, "calibration/rest", 15.0)
    writer.note(15.0, "calibration/reference", 15.0)
    for start in range(0, rows, 86_000):
        part = load[start : start + 86_000]
        writer.add(rng.normal(1.65, part))
    writer.close()
    return path


@pytest.mark.benchmark
def test_raw_emg_at_860_a_second(tmp_path: Path) -> None:
    path = an_hour_of_raw_emg(tmp_path / "hour.edf")
    # A crowded machine counts up to half as many CPU-s again; on a quiet one it is 1,500 and more.
    assert report("raw EMG, 860/s", HOURS * 3600, cpu_seconds(path)) > 800
    report("raw EMG, 860/s, with --trace", HOURS * 3600, cpu_seconds(path, "--trace"))


@pytest.mark.benchmark
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared recordings (../shared/data) are not here")
def test_a_real_trapezius_is_at_least_200_times_faster_than_life() -> None:
    cpu = cpu_seconds(SHARED / "trapezius_drive.edf", "--signal", "emg-envelope")
    assert report("real trapezius, envelope 15.5/s", 3238.0, cpu) > 200
