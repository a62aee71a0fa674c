"""Every exercise, heard: captured in real time (micro, both languages), and mixed offline (every length there is).

Prints a line an exercise: how far off its worst sound is, loudness, highest sample, biggest step at a seam, and the
biggest step in what is left when every sound is taken out again.  Draws each capture's spectrogram into
tests/out/heard/, to be looked at.

`DESK_BENCH_PARALLEL` exercises are captured at a time (default 6), each in a process of its own; an hour and a half of
sound in all.  `DESK_BENCH_ONLY` chooses some, by patterns of their ids: "breathing pmr", "daily/*", "*/*".
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path

import numpy as np
import pytest

from sounds.loudness import RATE
from station import exercises, render
from station.core.events import SessionStep
from tests.heard import Heard, Mix, listen, sounding

pytestmark = [pytest.mark.benchmark, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "tests/out/heard"
PARALLEL = int(os.environ.get("DESK_BENCH_PARALLEL", "6"))
ONLY = os.environ.get("DESK_BENCH_ONLY", "*").split()
# Exercise -> how late its latest step was told: what a crowded machine adds before any sound is asked for.
told_late: dict[str, float] = {}


def named(each: exercises.Exercise) -> str:
    return f"{each.id} {each.length} {each.language}"


def wanted(each: exercises.Exercise) -> bool:
    return any(fnmatch(each.id, pattern) for pattern in ONLY)


def captured(each: exercises.Exercise, folder: Path) -> Heard:
    stem = named(each).replace("/", "-").replace(" ", "-")
    out = folder / f"{stem}.raw"
    words = [sys.executable, "-m", "tests.play_into_file", each.id, each.length, each.language, str(out)]
    env = {**os.environ, "PYGAME_HIDE_SUPPORT_PROMPT": "1"}
    ran = subprocess.run(
        words, cwd=ROOT, capture_output=True, text=True, check=True, env=env, timeout=4 * each.seconds + 60
    )
    told = json.loads(ran.stdout.strip().splitlines()[-1])
    mix = np.fromfile(out, dtype=np.int16).reshape(-1, 2)[:, 0] / 32768
    out.unlink()
    told_late[named(each)] = max(one["told_late"] for one in told)
    draw(mix, f"{named(each)}: what was heard", PICTURES / f"{stem}.png")
    return listen(mix, [played for one in told for played in sounding(SessionStep(**one["step"]), one["at"])])


def mixed(each: exercises.Exercise) -> Heard:
    pieces: list[np.ndarray] = []
    render.render(each.id, each.length, each.language, lambda piece: pieces.append(piece[:, 0]))
    mix = np.concatenate(pieces) / 32768
    steps = render.steps(each.id, each.length, each.language)
    return listen(mix, [played for at, step in steps for played in sounding(step, at)])


def draw(mix: Mix, title: str, path: Path) -> None:
    """The spectrogram up to 16 kHz, and the loudest sample of each moment above it."""
    from matplotlib.figure import Figure
    from scipy.signal import spectrogram

    figure = Figure(figsize=(14, 6), layout="constrained")
    wave, below = figure.subplots(2, height_ratios=[1, 3], sharex=True)
    hertz, seconds, power = spectrogram(mix, RATE, nperseg=2048, noverlap=1024)
    peaks = np.abs(mix[: len(mix) // 1024 * 1024].reshape(-1, 1024)).max(axis=1)
    wave.semilogy(np.arange(len(peaks)) * 1024 / RATE, np.maximum(peaks, 1e-4), linewidth=0.6)
    wave.set(title=title, ylabel="peak", ylim=(1e-4, 1))
    here = hertz <= 16_000
    below.pcolormesh(seconds, hertz[here] / 1000, 10 * np.log10(power[here] + 1e-14), vmin=-130, vmax=-40)
    below.set(xlabel="seconds", ylabel="kHz")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=70)


def show(each: exercises.Exercise, heard: Heard) -> str:
    worst = 1000 * max(map(abs, heard.late))
    return (
        f"{named(each):<34} {len(heard.late):3d} sounds, worst {worst:5.1f} ms  {heard.lufs:6.1f} LUFS  "
        f"peak {heard.peak:.2f}  seam {heard.click:.3f}  left {heard.left:.3f}"
    ) + (f"  told {1000 * told_late[named(each)]:.0f} ms late" if named(each) in told_late else "")


def judge(all_of_them: list[tuple[exercises.Exercise, Heard]], capsys: pytest.CaptureFixture[str]) -> None:
    late = [1000 * abs(one) for _, heard in all_of_them for one in heard.late]
    loud = [heard.lufs for _, heard in all_of_them]
    with capsys.disabled():
        print("", *(show(each, heard) for each, heard in all_of_them), sep="\n")
        print(
            f"{len(all_of_them)} exercises, {len(late)} sounds: off by p50 {np.percentile(late, 50):.1f} ms, "
            f"p95 {np.percentile(late, 95):.1f} ms, worst {max(late):.1f} ms; {min(loud):.1f} to {max(loud):.1f} LUFS, "
            f"peak {max(heard.peak for _, heard in all_of_them):.2f}"
        )
    assert not {named(each): heard.faults() for each, heard in all_of_them if heard.faults()}


def test_bench_every_exercise_captured_at_micro_length(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    micro = [each for each in exercises.exercises() if each.length == "micro" and wanted(each)]
    with ThreadPoolExecutor(PARALLEL) as pool:
        judge(list(zip(micro, pool.map(lambda each: captured(each, tmp_path), micro), strict=True)), capsys)


def test_bench_every_exercise_mixed_offline(capsys: pytest.CaptureFixture[str]) -> None:
    judge([(each, mixed(each)) for each in exercises.exercises() if wanted(each)], capsys)
