"""How long from an event to its sound, from a pause to silence, and what the player costs: printed, measured.

Plays the station's own sounds into SDL's disk driver, whose file is the audio clock.  Figures are times at which a
sample was mixed, without what a real card adds (two or three of its own buffers).  `DESK_BENCH_SECONDS` sets the length
of the long run.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import sounds
from station.core.events import (
    Cue,
    Event,
    Mark,
    Moment,
    SessionEnded,
    SessionPaused,
    SessionResumed,
    SessionStarted,
    SessionStep,
)
from station.outputs.audio import Settings
from station.outputs.audio.output import Audio

pytestmark = [pytest.mark.benchmark, pytest.mark.slow]

RATE = 48_000
BUFFER_S = 1024 / RATE
SILENT = 4  # of 32768
ROUNDS = 8
LONG_S = float(os.environ.get("DESK_BENCH_SECONDS", "60"))
STARTED = SessionStarted("breathing", "middle", "de", 180.0, "button")
STOPPED = SessionEnded("breathing", "de", "stopped")
PAUSED = SessionPaused("breathing", "de")
RESUMED = SessionResumed("breathing", "de", 100.0)
BREATH = SessionStep("breathing", "de", 1, "breath_in", 4.0, sound="breath-in-4")


def sentences() -> list[str]:
    """The German clips of the breathing exercise, longest first."""
    folder = sounds.clip("breathing", "de", "x").parent
    return [path.stem for path in sorted(folder.glob("*.ogg"), key=lambda path: -path.stat().st_size)]


def say(clip: str) -> SessionStep:
    return SessionStep("breathing", "de", 1, "say", 8.0, clip=clip)


class Bench:
    """The output, its capture, and questions to both."""

    def __init__(self, folder: Path) -> None:
        self.capture = folder / "heard.raw"
        os.environ["SDL_AUDIODRIVER"] = "disk"
        os.environ["SDL_DISKAUDIOFILE"] = str(self.capture)
        self.audio = Audio(Settings(volume=100))
        self.audio.start()
        while not (self.capture.exists() and self.capture.stat().st_size > RATE):
            time.sleep(0.01)

    def tell(self, *events: Event) -> float:
        file = self.capture.stat()
        # The buffer written last is the one that is heard now: its age says how far it has been heard.
        at = file.st_size / 4 / RATE - BUFFER_S + min(max(0.0, time.time() - file.st_mtime), BUFFER_S)
        for event in events:
            self.audio.take(Moment(event, time.monotonic(), 0.0))
        return at

    def part(self, start: float) -> np.ndarray:
        raw = np.fromfile(self.capture, dtype=np.int16, offset=round(start * RATE) * 4)
        return np.abs(raw[: len(raw) // 2 * 2 : 2].astype(int))

    def until_sound_ms(self, *events: Event) -> float:
        at = self.tell(*events)
        time.sleep(0.8)
        return float(1000 * np.flatnonzero(self.part(at) > SILENT)[0] / RATE)

    def until_silence_ms(self, *events: Event) -> float:
        at = self.tell(*events)
        time.sleep(0.5)
        loud = np.flatnonzero(self.part(at) > SILENT)
        return float(1000 * loud[-1] / RATE) if len(loud) else 0.0


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.audio.stop()


def show(name: str, values: list[float], unit: str = "ms") -> None:
    middle, worst = statistics.median(values), max(values)
    print(f"{name:<46} median {middle:7.1f} {unit}   worst {worst:7.1f} {unit}   ({len(values)})")


def rss_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def test_bench_from_event_to_sound_and_to_silence(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    clips = sentences()
    voice, breath, chime, pause, resume, stop = ([] for _ in range(6))
    for i in range(ROUNDS):
        voice.append(bench.until_sound_ms(STARTED, say(clips[i])))
        bench.until_silence_ms(STOPPED)
        # Speech has silences of its own, so what ends is measured on a breath tone.
        breath.append(bench.until_sound_ms(STARTED, BREATH))
        pause.append(bench.until_silence_ms(PAUSED))
        resume.append(bench.until_sound_ms(RESUMED))
        stop.append(bench.until_silence_ms(STOPPED))
        chime.append(bench.until_sound_ms(Cue("chime", "why", "breathing")))
        time.sleep(1.0)
    took = []
    for _ in range(2000):
        began = time.perf_counter()
        bench.audio.take(Moment(Mark("page"), 0.0, 0.0))
        took.append(1e6 * (time.perf_counter() - began))
    with capsys.disabled():
        print()
        show("start of an exercise -> first voice sample", voice)
        show("start of a breath -> first sample of its tone", breath)
        show("chime cue -> first sample", chime)
        show("pause -> last sample", pause)
        show("resume -> first sample", resume)
        show("stop -> last sample", stop)
        show("take(), on the main thread", took, "us")
    assert max(voice) < 1500
    assert statistics.median(stop) <= 100
    assert statistics.median(pause) <= 100


def test_bench_a_long_run_with_ambience(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    clips = sentences()
    bench.tell(STARTED, SessionStep("breathing", "de", 0, "bed", LONG_S, sound="waves"))
    time.sleep(1)
    for i in range(len(clips)):  # every sentence once, so that what is left is growth
        bench.tell(say(clips[i]), BREATH)
        time.sleep(0.5)
    before, cpu, began, i = rss_mb(), time.process_time(), time.monotonic(), 0
    while time.monotonic() - began < LONG_S:
        bench.tell(say(clips[i % len(clips)]), BREATH)
        i += 1
        time.sleep(5)
    grown, share = rss_mb() - before, (time.process_time() - cpu) / (time.monotonic() - began)
    with capsys.disabled():
        print(f"\n{LONG_S:.0f} s with ambience, {i} sentences and tones: RSS +{grown:.2f} MB, CPU {100 * share:.1f} %")
    assert grown < 3.0


def test_bench_what_pygame_costs(capsys: pytest.CaptureFixture[str]) -> None:
    code = (
        "import os,time,numpy,msgspec\n"
        "r=lambda:int(open('/proc/self/statm').read().split()[1])*4096/1e6\n"
        "os.environ.update(SDL_AUDIODRIVER='dummy')\n"
        "from station.outputs.audio.mixer import PygameMixer\n"
        "a,t=r(),time.perf_counter(); import pygame.mixer; b=r(); u=time.perf_counter()\n"
        "m=PygameMixer('',1024,1.0); c,v=r(),time.perf_counter()\n"
        "print(f'import pygame {1000*(u-t):.0f} ms, RSS +{b-a:.1f} MB; open the mixer {1000*(v-u):.0f} ms, "
        "RSS +{c-b:.1f} MB')"
    )
    env = {**os.environ, "PYGAME_HIDE_SUPPORT_PROMPT": "1"}
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    with capsys.disabled():
        print("\n" + ran.stdout.strip())
    assert "RSS" in ran.stdout
