"""Every exercise, heard: captured in real time (micro, both languages), and mixed offline (every length there is).

Prints a line an exercise: how far off its worst sentence is, loudness, highest sample, biggest step at a seam.
`DESK_BENCH_PARALLEL` exercises are captured at a time (default 6), each in a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from station import exercises, render

sys.path.insert(0, str(Path(__file__).parents[1]))
from heard import Heard, Spoken, listen

pytestmark = [pytest.mark.benchmark, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
PARALLEL = int(os.environ.get("DESK_BENCH_PARALLEL", "6"))


def named(each: exercises.Exercise) -> str:
    return f"{each.id} {each.length} {each.language}"


def captured(each: exercises.Exercise, folder: Path) -> Heard:
    out = folder / f"{named(each).replace('/', '-').replace(' ', '-')}.raw"
    words = [sys.executable, str(ROOT / "tests/play_into_file.py"), each.id, each.length, each.language, str(out)]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYGAME_HIDE_SUPPORT_PROMPT": "1"}
    ran = subprocess.run(words, capture_output=True, text=True, check=True, env=env, timeout=4 * each.seconds + 60)
    technique = each.id.split("/")[0]
    told = json.loads(ran.stdout.strip().splitlines()[-1])
    mix = np.fromfile(out, dtype=np.int16).reshape(-1, 2)[:, 0] / 32768
    out.unlink()
    return listen(mix, [Spoken(technique, each.language, one["clip"], one["at"]) for one in told])


def mixed(each: exercises.Exercise) -> Heard:
    pieces: list[np.ndarray] = []
    render.render(each.id, each.length, each.language, pieces.append)
    mix = np.concatenate(pieces)[:, 0] / 32768
    return listen(mix, spoken_in(each))


def spoken_in(each: exercises.Exercise) -> list[Spoken]:
    """Each sentence of an exercise without a sensor, at its computed second."""
    technique = each.id.split("/")[0]
    return [
        Spoken(technique, each.language, step.clip, at)
        for at, step in render.steps(each.id, each.length, each.language)
        if step.clip
    ]


def show(each: exercises.Exercise, heard: Heard) -> str:
    worst = 1000 * max(map(abs, heard.late))
    return (
        f"{named(each):<34} {len(heard.late):3d} sentences, worst {worst:5.1f} ms  {heard.lufs:6.1f} LUFS  "
        f"peak {heard.peak:.2f}  seam {heard.click:.3f}"
    )


def judge(all_of_them: list[tuple[exercises.Exercise, Heard]], capsys: pytest.CaptureFixture[str]) -> None:
    late = [1000 * abs(one) for _, heard in all_of_them for one in heard.late]
    with capsys.disabled():
        print("", *(show(each, heard) for each, heard in all_of_them), sep="\n")
        print(
            f"{len(all_of_them)} exercises, {len(late)} sentences: off by p50 {np.percentile(late, 50):.1f} ms, "
            f"p95 {np.percentile(late, 95):.1f} ms, worst {max(late):.1f} ms"
        )
    assert not {named(each): heard.faults() for each, heard in all_of_them if heard.faults()}


def test_bench_every_exercise_captured_at_micro_length(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = [each for each in exercises.exercises() if each.length == "micro" and "/" not in each.id]
    with ThreadPoolExecutor(PARALLEL) as pool:
        judge(list(zip(wanted, pool.map(lambda each: captured(each, tmp_path), wanted), strict=True)), capsys)


def test_bench_every_exercise_mixed_offline(capsys: pytest.CaptureFixture[str]) -> None:
    judge([(each, mixed(each)) for each in exercises.exercises()], capsys)
