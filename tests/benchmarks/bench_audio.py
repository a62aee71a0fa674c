"""How long from a press to its sound, from a pause to silence, and what the player costs: printed, measured.

    event    the player alone: told an event, it sounds or falls silent
    press    edges of the button into the whole core: a short press starts, pauses and resumes; a long one leads out of
             autogenic training by its short return; a second long one ends at once
    long     a bed, and every five seconds a sentence and a tone: memory, CPU, and whether the sounds drift

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
from station import assembly, config
from station.core.events import (
    Cue,
    Event,
    Mark,
    Moment,
    SessionClosing,
    SessionEnded,
    SessionPaused,
    SessionResumed,
    SessionStarted,
    SessionStep,
    Tone,
)
from station.core.inputs import ButtonEdge, Start
from station.library import Library
from station.outputs.audio import Settings
from station.outputs.audio.output import Audio
from tests.capture import RATE, Capture
from tests.heard import Played, find, sounding, take_out
from tests.heard_station import HeardStation, Told

pytestmark = [pytest.mark.benchmark, pytest.mark.slow]

SILENT = 4 / 32768
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
        self.capture = Capture(folder / "heard.raw")
        self.audio = Audio(Settings(volume=100))
        self.audio.start()
        self.capture.wait_for_sound()

    def tell(self, *events: Event) -> float:
        at = self.capture.now()
        for event in events:
            self.audio.take(Moment(event, time.monotonic(), 0.0))
        return at

    def until_sound_ms(self, *events: Event) -> float:
        at = self.tell(*events)
        time.sleep(0.8)
        return first_ms(self.capture.part(at))

    def until_silence_ms(self, *events: Event) -> float:
        at = self.tell(*events)
        time.sleep(0.5)
        return last_ms(self.capture.part(at))


def first_ms(heard: np.ndarray) -> float:
    """Until the first sample that is not silence."""
    return float(1000 * np.flatnonzero(np.abs(heard) > SILENT)[0] / RATE)


def last_ms(heard: np.ndarray) -> float:
    """Until the last one; 0 where all is silence."""
    loud = np.flatnonzero(np.abs(heard) > SILENT)
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
    voice, breath, chime, pause, resume, stop, hush = ([] for _ in range(7))
    for i in range(ROUNDS):
        voice.append(bench.until_sound_ms(STARTED, say(clips[i])))
        bench.until_silence_ms(STOPPED)
        # Speech has silences of its own, so what ends is measured on a breath tone.
        breath.append(bench.until_sound_ms(STARTED, BREATH))
        pause.append(bench.until_silence_ms(PAUSED))
        resume.append(bench.until_sound_ms(RESUMED))
        stop.append(bench.until_silence_ms(STOPPED))
        bench.until_sound_ms(STARTED, Tone(0.9))
        hush.append(bench.until_silence_ms(PAUSED, Tone(None)))
        bench.until_silence_ms(STOPPED)
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
        show("pause -> last sample of the biofeedback tone", hush)
        show("take(), on the main thread", took, "us")
    assert max(voice) < 1500
    assert statistics.median(stop) <= 100
    assert statistics.median(pause) <= 100
    assert statistics.median(hush) <= 100


class Finger:
    """Presses the button of a station that knows every exercise, and listens to what comes of it."""

    def __init__(self, folder: Path, favourite: str) -> None:
        self.capture = Capture(folder / "heard.raw")
        library = Library()
        settings = config.from_text(f'[session]\nfavourite = "{favourite}"\n')
        engine = assembly.core(settings, library, library.names("de"), (), library.named).engine
        self.station = HeardStation(engine, [Audio(Settings(volume=100))], self.capture)
        time.sleep(0.5)

    def press(self, seconds: float, kind: type[Event]) -> tuple[float, Told]:
        """Press for so long; answers the capture's second of the release, and the decision that it led to."""
        self.station.inbox.put(ButtonEdge(True, time.monotonic()))
        time.sleep(seconds)
        released, at = self.capture.now(), time.monotonic()
        self.station.inbox.put(ButtonEdge(False, at))
        return released, self.station.wait_for(kind, at)

    def steps(self, after: float) -> list[tuple[float, SessionStep]]:
        """The steps since monotonic second `after`, each with the capture's second at which it was told."""
        return [
            (told.heard_at, told.event)
            for told in list(self.station.told)
            if told.at >= after and isinstance(told.event, SessionStep)
        ]


# How long a finger stays down.
SHORT_S, LONG_PRESS_S = 0.15, 1.7
# A sample that two files' rounding cannot make.
LEFT_OVER = 0.002


def test_bench_from_the_press_to_what_is_heard(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, known, paused, from_release, resumed, ended = ([] for _ in range(6))
    finger = Finger(tmp_path, "breathing")
    try:
        for _ in range(ROUNDS):
            released, started = finger.press(SHORT_S, SessionStarted)
            time.sleep(1.5)
            first.append(1000 * SHORT_S + first_ms(finger.capture.part(released)))
            known.append(first_ms(finger.capture.part(started.heard_at)))
            released, told = finger.press(SHORT_S, SessionPaused)
            time.sleep(0.6)
            paused.append(last_ms(finger.capture.part(told.heard_at)))
            from_release.append(last_ms(finger.capture.part(released)))
            _, told = finger.press(SHORT_S, SessionResumed)
            time.sleep(0.6)
            resumed.append(first_ms(finger.capture.part(told.heard_at)))
            finger.press(LONG_PRESS_S, SessionClosing)
            _, told = finger.press(LONG_PRESS_S, SessionEnded)
            time.sleep(0.6)
            ended.append(last_ms(finger.capture.part(told.heard_at)))
            time.sleep(0.5)
    finally:
        finger.station.stop()
    with capsys.disabled():
        print()
        show("button down -> first sample of the breath's sentence", first)
        show("  the press is known to be short -> the same", known)
        show("a pause is asked for -> last sample", paused)
        show("  the same from the release, half a second of it waiting for a second press", from_release)
        show("a resume is asked for -> first sample", resumed)
        show("a second long press, released -> last sample", ended)
    assert max(first) <= 1500
    for name, values in (("pause", paused), ("resume", resumed), ("end", ended)):
        assert statistics.median(values) <= 100, name
    assert statistics.median(paused) >= 30, "a fade takes time; this was a cut, or a silence"
    assert statistics.median(ended) >= 30


@pytest.mark.parametrize("language", ["de", "en"])
def test_bench_autogenic_training_ended_early_is_led_back(
    language: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A long press within a sentence: it fades, and the whole short return is heard, each sentence in time."""
    finger = Finger(tmp_path, "autogenic")
    try:
        finger.station.inbox.put(Start("autogenic", "micro", language, "button"))
        finger.station.wait_for(SessionStarted)
        time.sleep(1.3)  # its first sentence takes four seconds, and the press 1.7
        _, closing = finger.press(LONG_PRESS_S, SessionClosing)
        ended = finger.station.wait_for(SessionEnded, closing.at)
        time.sleep(8.5)  # the last bowl rings out
    finally:
        finger.station.stop()
    steps = finger.steps(closing.at)
    expected = [played for at, step in steps for played in sounding(step, at - closing.heard_at)]
    heard = finger.capture.part(closing.heard_at)
    begins, left = take_out(heard, expected)
    cut = last_ms(np.where(np.abs(left) > LEFT_OVER, left, 0.0))  # all that is left is the sentence that was cut
    seconds, first = ended.at - closing.at, 1000 * begins[0] / RATE
    worst = max(abs(1000 * (found / RATE - each.at)) for found, each in zip(begins, expected, strict=True))
    with capsys.disabled():
        print(f"\nautogenic training ({language}), a long press within its first sentence:")
        print(f"  that sentence's last sample after {cut:.0f} ms, the return's first after {first:.0f} ms;")
        print(f"  its {len(expected)} sounds take {seconds:.1f} s, the worst is {worst:.0f} ms off; then {ended.event}")
    assert cut <= 100
    assert first <= 100
    assert isinstance(ended.event, SessionEnded)
    assert ended.event.reason == "stopped"
    assert len([step for _, step in steps if step.clip]) >= 2
    assert seconds >= 10
    assert worst <= 100


def test_bench_a_long_run_with_ambience(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    clips = sentences()
    bench.tell(STARTED, SessionStep("breathing", "de", 0, "bed", LONG_S, sound="waves"))
    time.sleep(1)
    for i in range(len(clips)):  # every sentence once, so that what is left is growth
        bench.tell(say(clips[i]), BREATH)
        time.sleep(0.5)
    before, cpu, began, i = rss_mb(), time.process_time(), time.monotonic(), 0
    spoken: list[Played] = []
    while time.monotonic() - began < LONG_S:
        late = time.monotonic() - began - 5 * i
        at = bench.tell(say(clips[i % len(clips)]), BREATH) - late  # where the clock says that it should begin
        spoken += sounding(say(clips[i % len(clips)]), at)
        i += 1
        time.sleep(max(0.0, began + 5 * i - time.monotonic()))
    grown, share = rss_mb() - before, (time.process_time() - cpu) / (time.monotonic() - began)
    late_ms = [1000 * (find_in(bench.capture, each) - each.at) for each in spoken]
    tenth = max(3, len(late_ms) // 10)
    drift = statistics.median(late_ms[-tenth:]) - statistics.median(late_ms[:tenth])
    with capsys.disabled():
        print(f"\n{LONG_S:.0f} s with ambience, {i} sentences and tones: RSS +{grown:.2f} MB, CPU {100 * share:.1f} %")
        show("due -> first sample of the sentence", late_ms)
        print(f"the last {tenth} sentences come {drift:+.1f} ms later than the first {tenth}: drift")
    assert grown < 3.0
    assert abs(drift) <= 20


def find_in(capture: Capture, each: Played) -> float:
    """The second of the capture at which a sentence begins."""
    samples, start = each.samples(), each.at - 1
    part = capture.part(start, 2 + len(samples) / RATE)
    return start + find(part, samples, 1.0) / RATE


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
