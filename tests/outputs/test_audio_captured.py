"""What would be heard, measured: the whole output plays into SDL's disk driver, and the file's size is the clock.

Files here are generated: the sentence is a 440 Hz tone, the chime 880 Hz, the breath 220 Hz, the ambience a noise above
3 kHz, so that each can be found in the mix by its own frequency.
"""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from station.core.events import (
    Cue,
    Event,
    Mark,
    Moment,
    Private,
    Quiet,
    SessionEnded,
    SessionPaused,
    SessionResumed,
    SessionStarted,
    SessionStep,
)
from station.outputs.audio import Settings, examine
from station.outputs.audio.output import Audio
from station.outputs.contract import House

pytestmark = [pytest.mark.slow, pytest.mark.alone]

RATE = 48_000
BUFFER_S = 1024 / RATE
CHIME = Cue("chime", "rest share 4 % for 6 min", "breathing")
STARTED = SessionStarted("breathing", "micro", "de", 180.0, "button")
SAY = SessionStep("breathing", "de", 1, "say", 6.0, text="Schön, dass du da bist.", clip="001")
RAIN = SessionStep("breathing", "de", 0, "bed", 0.0, sound="rain")

# SDL times its fades by the wall clock: where a busy machine leaves the disk driver waiting for longer than a fade, the
# fade is a cut.  A real card does not wait.  So fades are tried a few times; a real click would be in every round.
ROUNDS = 3

# Quieter than one step of the 16-bit file that anyone could hear: -72 dBFS.
SILENT = 8


def tone(hertz: float, seconds: float, level: float) -> NDArray[np.float64]:
    t = np.arange(round(seconds * RATE)) / RATE
    rise = np.minimum(1.0, np.minimum(t, seconds - t) / 0.015)
    return level * np.sin(2 * np.pi * hertz * t) * rise


class Shelf:
    """The shelf's twin: the same two questions, answered from a folder of generated files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        rng = np.random.default_rng(7)
        noise = sosfilt(butter(6, 3000, "high", fs=RATE, output="sos"), rng.standard_normal(20 * RATE))
        # A little silence at the end: libsndfile's Opus loses the last milliseconds of what it is given.
        self._write("clip.ogg", np.append(tone(440, 5.0, 0.15), np.zeros(RATE // 20)), "OPUS")
        self._write("chime.wav", tone(880, 1.4, 0.2))
        self._write("bowl.wav", tone(660, 3.0, 0.2))
        self._write("tick.wav", tone(1500, 0.06, 0.1))
        self._write("breath-in-4.wav", tone(220, 4.0, 0.1))
        self._write("rain.ogg", 0.05 * noise / noise.std(), "OPUS")

    def clip(self, technique: str, language: str, clip: str) -> Path:
        if clip == "broken":
            return self.folder / "broken.ogg"
        return self.folder / "clip.ogg"

    def sound(self, name: str) -> Path:
        return next(iter(self.folder.glob(f"{name}.*")), self.folder / f"{name}.missing")

    def _write(self, name: str, samples: NDArray[np.float64], subtype: str = "PCM_16") -> None:
        kind = "OGG" if name.endswith("ogg") else "WAV"
        soundfile.write(self.folder / name, samples, RATE, format=kind, subtype=subtype)


class Desk:
    """The output with a capture beside it."""

    def __init__(self, audio: Audio, capture: Path) -> None:
        self.audio = audio
        self.capture = capture

    def tell(self, *events: Event) -> float:
        """Tell the output; answers the second of the capture that was being heard at that moment."""
        file = self.capture.stat()
        # The buffer written last is the one that is heard now: its age says how far it has been heard.
        at = file.st_size / 4 / RATE - BUFFER_S + min(max(0.0, time.time() - file.st_mtime), BUFFER_S)
        for event in events:
            self.audio.take(Moment(event, time.monotonic(), time.time()))
        return at

    def listen(self, seconds: float) -> None:
        """Wait until so many more seconds of sound have been written."""
        until = self.capture.stat().st_size + round(seconds * RATE) * 4
        give_up = time.monotonic() + 10 * seconds + 5
        while self.capture.stat().st_size < until:
            assert time.monotonic() < give_up, f"the capture stopped: {self.audio.trouble()}"
            time.sleep(0.02)

    def heard(self) -> NDArray[np.int64]:
        """Everything so far: the left channel, as whole numbers of 16 bits."""
        raw = np.fromfile(self.capture, dtype=np.int16)
        return raw[: len(raw) // 2 * 2].reshape(-1, 2)[:, 0].astype(np.int64)


def house(folder: Path) -> House:
    return House("desk_00000000", "de", "0", folder, lambda _: None)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("shelf"))


def open_desk(shelf: Shelf, folder: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Desk:
    capture = folder / "heard.raw"
    monkeypatch.setenv("SDL_AUDIODRIVER", "disk")
    monkeypatch.setenv("SDL_DISKAUDIOFILE", str(capture))
    audio = Audio(settings, shelf)
    audio.start()
    give_up = time.monotonic() + 10
    while not (capture.exists() and capture.stat().st_size > 0.2 * RATE * 4):
        assert time.monotonic() < give_up, audio.trouble()
        time.sleep(0.02)
    return Desk(audio, capture)


@pytest.fixture
def desk(shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    desk = open_desk(shelf, tmp_path, monkeypatch, Settings(volume=100))
    yield desk
    desk.audio.stop()


def first_sound(heard: NDArray[np.int64], after: float) -> float:
    """Seconds from `after` to the first sample that is not silence."""
    loud = np.flatnonzero(np.abs(heard[round(after * RATE) :]) > SILENT)
    assert len(loud), "nothing was heard"
    return float(loud[0] / RATE)


def last_sound(heard: NDArray[np.int64], after: float, until: float | None = None) -> float:
    """Seconds from `after` to the last sample that is not silence."""
    part = heard[round(after * RATE) : None if until is None else round(until * RATE)]
    loud = np.flatnonzero(np.abs(part) > SILENT)
    return float(loud[-1] / RATE) if len(loud) else 0.0


def level_at(heard: NDArray[np.int64], hertz: float, start: float, seconds: float) -> float:
    """The amplitude (of 1) of one frequency within a stretch of the capture."""
    part = heard[round(start * RATE) : round((start + seconds) * RATE)] / 32768
    t = np.arange(len(part)) / RATE
    return float(2 * abs(np.mean(part * np.exp(-2j * np.pi * hertz * t))))


def rms_above(heard: NDArray[np.int64], start: float, seconds: float) -> float:
    """The level of the ambience (above 3 kHz) within a stretch of the capture."""
    part = heard[round(start * RATE) : round((start + seconds) * RATE)] / 32768
    return float(np.sqrt(np.mean(sosfilt(butter(6, 2500, "high", fs=RATE, output="sos"), part)[2000:] ** 2)))


def biggest_jump(heard: NDArray[np.int64]) -> float:
    """The largest step between two neighbouring samples, of 1."""
    return float(np.max(np.abs(np.diff(heard)))) / 32768


# --- what is heard --------------------------------------------------------------------------------


def test_a_chime_cue_is_heard_once_and_at_once(desk: Desk) -> None:
    told = desk.tell(CHIME)
    desk.listen(2.5)
    heard = desk.heard()
    assert first_sound(heard, told) < 0.100
    assert level_at(heard, 880, told + 0.3, 0.8) == pytest.approx(0.2, rel=0.05)
    assert last_sound(heard, told) < 1.4 + 0.100


def test_a_light_cue_makes_no_sound(desk: Desk) -> None:
    told = desk.tell(Cue("light", "rest share 4 %", "breathing"))
    desk.listen(0.5)
    assert last_sound(desk.heard(), told) == 0.0


def test_the_voice_begins_within_a_fifth_of_a_second_of_the_step(desk: Desk) -> None:
    told = desk.tell(STARTED, SAY)
    desk.listen(1.0)
    assert first_sound(desk.heard(), told) < 0.200


@pytest.mark.parametrize("event", [SessionPaused("breathing", "de"), SessionEnded("breathing", "de", "stopped")])
def test_pause_and_stop_are_silent_within_a_tenth_of_a_second_without_a_click(desk: Desk, event: Event) -> None:
    lasts, jumps = [], []
    for _ in range(ROUNDS):
        desk.tell(STARTED, SAY)
        desk.listen(0.8)
        told = desk.tell(event)
        desk.listen(0.4)
        heard = desk.heard()
        lasts.append(last_sound(heard, told))
        jumps.append(biggest_jump(heard[round((told - 0.1) * RATE) :]))
    assert 0.030 < min(lasts) <= 0.100
    # A cut at the crest of this tone would jump by 0.15.  A fade of a step a buffer jumps by a third of it at most.
    assert min(jumps) < 0.15 / 3 + 0.012


def test_resume_goes_on_with_the_sentence_where_it_stood(desk: Desk) -> None:
    said = desk.tell(STARTED, SAY)
    desk.listen(1.0)
    paused = desk.tell(SessionPaused("breathing", "de"))
    desk.listen(2.0)
    resumed = desk.tell(SessionResumed("breathing", "de", 170.0))
    desk.listen(5.5)
    heard = desk.heard()
    assert first_sound(heard, resumed) < 0.100
    start = said + first_sound(heard, said)
    first_part = paused + last_sound(heard, paused, resumed) - start
    second_part = last_sound(heard, resumed)
    assert first_part + second_part == pytest.approx(5.0, abs=0.15)
    assert biggest_jump(heard[round((resumed - 0.1) * RATE) :]) < 0.15 * 0.75


def test_the_ambience_is_six_decibels_lower_under_the_voice_and_comes_back(desk: Desk) -> None:
    desk.tell(STARTED, RAIN)
    desk.listen(3.0)
    said = desk.tell(SAY)
    desk.listen(8.0)
    heard = desk.heard()
    before = rms_above(heard, said - 0.8, 0.7)
    under = rms_above(heard, said + 1.0, 3.0)
    after = rms_above(heard, said + 7.0, 0.9)
    assert before == pytest.approx(0.05, rel=0.15)
    assert 20 * np.log10(under / before) == pytest.approx(-6.0, abs=0.6)
    assert 20 * np.log10(after / before) == pytest.approx(0.0, abs=0.6)


def test_ducking_takes_a_quarter_of_a_second_or_longer(desk: Desk) -> None:
    desk.tell(STARTED, RAIN)
    desk.listen(3.0)
    said = desk.tell(SAY)
    desk.listen(1.0)
    heard = desk.heard()
    levels = [rms_above(heard, said + 0.05 * i - 0.05, 0.09) for i in range(14)]
    high, low = levels[0], levels[-1]
    between = [i for i, level in enumerate(levels) if low * 1.15 < level < high * 0.87]
    assert len(between) >= 3  # of 50 ms each: a ramp of 0.3 s spends 0.2 s in the middle of its way


def test_the_end_lets_the_bowl_ring_out(desk: Desk) -> None:
    desk.tell(STARTED, RAIN)
    desk.listen(2.5)
    rung = desk.tell(SessionStep("breathing", "de", 1, "sound", 0.5, sound="bowl"))
    desk.listen(0.5)
    ended = desk.tell(SessionEnded("breathing", "de", "completed"))
    desk.listen(4.0)
    heard = desk.heard()
    assert level_at(heard, 660, rung + 1.5, 1.0) == pytest.approx(0.2, rel=0.05)
    assert rms_above(heard, ended + 1.2, 0.6) < rms_above(heard, ended - 0.6, 0.6) * 0.75
    assert last_sound(heard, ended + 3.3) == 0.0


def test_a_breath_tone_is_as_long_as_the_breath_and_ends_softly(desk: Desk) -> None:
    told = desk.tell(STARTED, SessionStep("breathing", "de", 0, "breath_in", 2.0, sound="breath-in-4"))
    desk.listen(2.6)
    heard = desk.heard()
    assert first_sound(heard, told) + 1.9 < last_sound(heard, told) < first_sound(heard, told) + 2.05
    assert biggest_jump(heard) < 0.01


def test_a_new_sentence_takes_over_without_a_click(desk: Desk) -> None:
    desk.tell(STARTED, SAY)
    jumps = []
    for i in range(ROUNDS):
        desk.listen(0.7)
        told = desk.tell(SessionStep("breathing", "de", 9 * i + 9, "say", 6.0, clip="009"))
        desk.listen(0.7)
        heard = desk.heard()
        assert level_at(heard, 440, told + 0.3, 0.3) == pytest.approx(0.15, rel=0.05)
        jumps.append(biggest_jump(heard[round((told - 0.1) * RATE) :]))
    assert min(jumps) < 0.15 / 3 + 0.024


def test_private_mode_is_silent_at_once_and_the_chime_stays_away(desk: Desk) -> None:
    desk.tell(STARTED, RAIN, SAY)
    desk.listen(2.0)
    told = desk.tell(Private(True, "button"))
    desk.listen(0.5)
    desk.tell(CHIME, Mark("page"))
    desk.listen(0.5)
    assert last_sound(desk.heard(), told) <= 0.100


def test_in_quiet_only_a_started_exercise_sounds(desk: Desk) -> None:
    told = desk.tell(Quiet(True, None, "button"), CHIME, Mark("button"))
    desk.listen(0.5)
    assert last_sound(desk.heard(), told) == 0.0
    told = desk.tell(STARTED, SAY)
    desk.listen(0.5)
    assert first_sound(desk.heard(), told) < 0.200
    told = desk.tell(Quiet(False, None, "button"), SessionEnded("breathing", "de", "stopped"), Mark("button"))
    desk.listen(0.5)
    assert level_at(desk.heard(), 1500, told + 0.02, 0.1) > 0.02


def test_everything_at_once_is_never_at_full_scale(desk: Desk) -> None:
    desk.tell(
        STARTED,
        RAIN,
        SAY,
        SessionStep("breathing", "de", 2, "breath_in", 4.0, sound="breath-in-4"),
        CHIME,
        Mark("page"),
    )
    desk.tell(SessionStep("breathing", "de", 3, "sound", 3.0, sound="bowl"))
    desk.listen(3.0)
    assert np.max(np.abs(desk.heard())) < 32767 * 10 ** (-2.5 / 20)


def test_the_volume_is_a_square_and_the_ceiling_holds(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk(shelf, tmp_path, monkeypatch, Settings(volume=90, ceiling=50))
    told = desk.tell(CHIME)
    desk.listen(1.2)
    desk.audio.stop()
    assert level_at(desk.heard(), 880, told + 0.3, 0.6) == pytest.approx(0.2 * 0.25, rel=0.05)


# --- trouble --------------------------------------------------------------------------------------


@pytest.mark.parametrize("clip", ["broken"])
def test_a_missing_sentence_is_a_silence_and_a_trouble_and_the_next_one_is_heard(desk: Desk, clip: str) -> None:
    told = desk.tell(STARTED, SessionStep("breathing", "de", 0, "say", 1.0, clip=clip))
    desk.listen(0.4)
    assert last_sound(desk.heard(), told) == 0.0
    assert "broken.ogg" in desk.audio.trouble()
    told = desk.tell(SAY)
    desk.listen(0.5)
    assert first_sound(desk.heard(), told) < 0.200


def test_a_file_that_is_not_sound_is_named(desk: Desk, shelf: Shelf) -> None:
    (shelf.folder / "broken.ogg").write_text("not a sound")
    desk.tell(STARTED, SessionStep("breathing", "de", 0, "say", 1.0, clip="broken"))
    desk.listen(0.4)
    (shelf.folder / "broken.ogg").unlink()
    assert "cannot be played" in desk.audio.trouble()


def test_without_a_speaker_the_station_says_what_to_do_and_takes_events(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "alsa")
    audio = Audio(Settings(sinks=("plughw:CARD=NoSuchCard",)), shelf)
    audio.start()
    give_up = time.monotonic() + 10
    while not audio.trouble() and time.monotonic() < give_up:
        time.sleep(0.02)
    audio.take(Moment(CHIME, 0.0, 0.0))
    assert "'plughw:CARD=NoSuchCard'" in audio.trouble()
    assert "sinks" in audio.trouble()
    audio.stop()


def test_a_speaker_that_comes_later_is_used(shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "disk")
    monkeypatch.setenv("SDL_DISKAUDIOFILE", str(tmp_path / "later" / "heard.raw"))
    audio = Audio(Settings(volume=100), shelf)
    audio.start()
    give_up = time.monotonic() + 10
    while not audio.trouble() and time.monotonic() < give_up:
        time.sleep(0.02)
    assert audio.trouble()
    (tmp_path / "later").mkdir()
    while audio.trouble() and time.monotonic() < give_up:
        time.sleep(0.02)
    desk = Desk(audio, tmp_path / "later" / "heard.raw")
    told = desk.tell(CHIME)
    desk.listen(1.0)
    audio.stop()
    assert first_sound(desk.heard(), told) < 0.100


def test_stop_is_quick_and_ends_the_thread(desk: Desk) -> None:
    desk.tell(STARTED, SAY)
    desk.listen(0.5)
    told = desk.tell()
    began = time.monotonic()
    desk.audio.stop()
    assert time.monotonic() - began < 1.0
    assert last_sound(desk.heard(), told) < 0.150


def test_taking_an_event_costs_less_than_a_millisecond(desk: Desk) -> None:
    moment = Moment(SAY, 0.0, 0.0)
    began = time.perf_counter()
    for _ in range(1000):
        desk.audio.take(moment)
    assert (time.perf_counter() - began) / 1000 < 0.001


def test_check_says_which_sink_opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "disk")
    monkeypatch.setenv("SDL_DISKAUDIOFILE", str(tmp_path / "check.raw"))
    ((severity, what, _),) = examine(Settings(), house(tmp_path))
    assert severity == "ok"
    assert "48000" in what
    assert "disk" in what


def test_the_libraries_say_nothing_and_leave_sigterm_alone(tmp_path: Path) -> None:
    code = textwrap.dedent("""
        import os, signal
        from station.outputs.audio import Settings
        from station.outputs.audio.sinks import examine_sinks
        print(examine_sinks(Settings(sinks=("plughw:CARD=NoSuchCard",)))[0][0])
        os.environ["SDL_AUDIODRIVER"] = "disk"
        print(examine_sinks(Settings())[0][0], flush=True)
        os.kill(os.getpid(), signal.SIGTERM)
        print("survived")
    """)
    here = {k: v for k, v in os.environ.items() if not k.startswith(("SDL_", "PYGAME"))}
    here["SDL_DISKAUDIOFILE"] = str(tmp_path / "x.raw")
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=here, check=False)
    assert ran.stderr == ""
    assert ran.stdout.split() == ["warning", "ok"]
    assert ran.returncode == -signal.SIGTERM
