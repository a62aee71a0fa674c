"""The biofeedback tone: one stream without a seam, as loud as it is told to be."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core.events import Gap, Moment, SessionEnded, SessionStarted, Tone
from station.outputs.audio import Settings
from station.outputs.audio.levels import RATE
from station.outputs.audio.mailbox import ROOM, Mailbox
from station.outputs.audio.output import Audio
from station.outputs.audio.player import Player
from station.outputs.audio.speaker import NoSpeaker
from station.outputs.audio.tone import HUSH, PIECE, SILENT_PIECES, FeedbackTone, gain

STARTED = SessionStarted("biofeedback", "micro", "de", 110.0, "button")


def wave() -> np.ndarray:
    """One second of 220 Hz, in both ears."""
    one = 8000 * np.sin(2 * np.pi * 220 * np.arange(RATE) / RATE)
    return np.rint(np.column_stack((one, one))).astype(np.int16)


class Tape:
    """The stream's twin: takes two pieces, and plays them when it is told to."""

    def __init__(self, hasty: bool = False) -> None:
        """`hasty`: whenever a piece comes to take another's place, that one has just begun."""
        self.waiting: list[np.ndarray] = []
        self.played: list[np.ndarray] = []
        self._hasty = hasty

    def hungry(self) -> bool:
        return len(self.waiting) < 2

    def playing(self) -> bool:
        return bool(self.waiting)

    def feed(self, piece: np.ndarray) -> None:
        self.waiting.append(piece)

    def instead(self, piece: np.ndarray) -> bool:
        if self._hasty:
            self.turn()
        if self.hungry():
            return False
        self.waiting[1] = piece
        return True

    def samples(self, path: Path) -> np.ndarray:
        return wave()

    def turn(self) -> None:
        if self.waiting:
            self.played.append(self.waiting.pop(0))


def steepest() -> float:
    """The steepest step of the full tone itself, and what the fastest glide adds to it."""
    return 8000 * (2 * np.pi * 220 / RATE + 1 / PIECE) + 2


def heard(levels: list[float | None], pieces: int = 6, hasty: bool = False) -> np.ndarray:
    """What is played when these levels are told one after the other, so many pieces apart."""
    tape, tone = Tape(hasty), FeedbackTone(wave())
    for level in levels:
        tone.follow(level)
        tone.tend(tape)
        for _ in range(pieces):
            tape.turn()
            tone.tend(tape)
    return np.concatenate(tape.played)[:, 0].astype(float) if tape.played else np.empty(0)


def test_level_nought_is_silence_and_equal_steps_sound_equal():
    assert gain(0) == 0 and gain(1) == 1
    assert gain(-1) == 0 and gain(2) == 1
    assert 20 * np.log10(gain(0.8) / gain(0.6)) == pytest.approx(20 * np.log10(gain(1.0) / gain(0.8)), abs=0.5)


def test_a_held_tone_is_the_wave_itself_without_a_seam():
    steady = heard([1.0], 60)[PIECE:]
    expected = 8000 * np.sin(2 * np.pi * 220 * np.arange(PIECE, PIECE + len(steady)) / RATE)
    assert np.max(np.abs(steady - expected)) <= 1


@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), min_size=1, max_size=12), st.integers(0, 6), st.booleans())
def test_whatever_the_muscle_does_there_is_no_click(levels, pieces, hasty):
    sound = heard(levels, pieces, hasty)
    assert len(sound) == 0 or np.max(np.abs(np.diff(sound, prepend=0.0))) <= steepest()


def test_a_change_is_heard_in_the_piece_after_the_one_that_plays():
    sound = heard([1.0, 0.0])
    assert np.max(np.abs(sound[6 * PIECE : 7 * PIECE])) == pytest.approx(8000, rel=0.01)
    assert np.max(np.abs(sound[8 * PIECE :])) == 0


def test_a_change_that_comes_as_the_next_piece_begins_is_heard_in_the_one_after_it():
    sound = heard([1.0, 0.0], hasty=True)
    assert np.max(np.abs(sound[7 * PIECE : 8 * PIECE])) == pytest.approx(8000, rel=0.01)
    assert np.max(np.abs(sound[9 * PIECE :])) == 0
    assert np.max(np.abs(np.diff(sound))) <= steepest()


def test_a_tone_that_is_over_falls_silent_within_a_tenth_of_a_second_at_most():
    sound = heard([1.0, None])
    assert np.max(np.abs(sound[6 * PIECE : 7 * PIECE])) == pytest.approx(8000, rel=0.01)
    assert np.max(np.abs(sound[7 * PIECE + HUSH :])) == 0
    assert (PIECE + HUSH + 1024) / RATE < 0.1  # the piece that plays, the fall, and one buffer's delay
    assert np.max(np.abs(np.diff(sound))) <= steepest()


def test_half_of_a_glide_is_half_of_the_way_to_the_ear():
    sound = heard([1.0, 0.0])
    middle = sound[7 * PIECE + PIECE // 2 :][: RATE // 220]
    assert np.max(np.abs(middle)) == pytest.approx(8000 * gain(0.5), rel=0.15)


def test_a_speaker_that_goes_in_the_middle_of_the_tone_costs_no_more_work():
    tone = FeedbackTone(wave())
    tone.follow(1.0)
    tone.tend(Tape())
    gone = NoSpeaker()
    made = []
    make = tone.piece
    tone.piece = lambda: made.append(1) or make()  # type: ignore[method-assign, func-returns-value]
    for i in range(50):
        tone.follow(i / 50)
        tone.tend(gone)
    assert len(made) <= 1


def test_a_silent_tone_is_not_fed_for_ever_and_comes_back():
    tape, tone = Tape(), FeedbackTone(wave())
    assert not tone.sounds
    tone.follow(0.5)
    tone.follow(None)
    for _ in range(3 * SILENT_PIECES):
        tone.tend(tape)
        tape.turn()
    assert not tone.sounds and not tape.waiting
    tone.follow(0.5)
    tone.tend(tape)
    assert len(tape.waiting) == 2


class Shelf:
    def clip(self, technique: str, language: str, clip: str) -> Path:
        return Path(clip)

    def sound(self, name: str) -> Path:
        return Path(f"{name}.wav")


class Speaker(NoSpeaker):
    """Plays the stream's twin, and writes down which files are begun."""

    def __init__(self) -> None:
        self.tape = Tape()
        self.files: list[str] = []
        tape = self.tape
        self.hungry, self.playing, self.feed, self.samples = tape.hungry, tape.playing, tape.feed, tape.samples  # type: ignore[method-assign]
        self.instead = tape.instead  # type: ignore[method-assign]

    def play(self, slot: int, path: Path, *_: object, **__: object) -> float:  # type: ignore[override]
        self.files.append(path.stem)
        return 0.1


def test_the_player_feeds_the_tone_and_looks_after_it_often():
    speaker = Speaker()
    player = Player(speaker, Shelf())
    player.take(STARTED, 0)
    player.tick(0)
    assert player.due(0) > 0.1 and not speaker.tape.waiting
    player.take(Tone(0.7), 0)
    player.tick(0)
    assert player.due(0) <= 0.01 and len(speaker.tape.waiting) == 2


def test_without_a_speaker_the_tone_is_nothing_and_on_the_next_one_it_is_there():
    player = Player(NoSpeaker(), Shelf())
    player.take(Tone(0.7), 0)
    player.tick(0)
    speaker = Speaker()
    player.move(speaker)
    player.take(Tone(0.8), 1)
    player.tick(1)
    assert len(speaker.tape.waiting) == 2


def test_a_gap_ticks_only_within_an_exercise():
    speaker = Speaker()
    player = Player(speaker, Shelf())
    player.take(Gap(), 0)
    player.take(STARTED, 1)
    player.take(Gap(), 2)
    assert speaker.files == ["tick"]


def test_a_full_mailbox_leaves_out_loud_words_of_the_tone_but_never_its_end():
    box = Mailbox()
    box.put(Tone(None), 0)
    for i in range(2 * ROOM):
        box.put(Tone(i / 1000), i / 100)
    first = box.get(0)
    assert first == Tone(None) and len(box) < ROOM


def test_a_stream_that_ran_dry_comes_back_softly_and_with_more_in_hand():
    tape, tone = Tape(), FeedbackTone(wave())
    tone.follow(1.0)
    tone.tend(tape)
    tape.turn()
    tape.turn()
    tone.tend(tape)
    assert [len(piece) for piece in tape.waiting] == [3072, 3072]
    assert tape.waiting[0][0, 0] == 0
    for _ in range(9):
        tape.waiting.clear()
        tone.tend(tape)
    assert tone.frames == 4096
    for _ in range(250):
        tape.turn()
        tone.tend(tape)
    assert tone.frames == PIECE


@pytest.mark.slow
@pytest.mark.alone
def test_the_captured_tone_has_no_gap_and_no_click(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    capture = tmp_path / "heard.raw"
    monkeypatch.setenv("SDL_AUDIODRIVER", "disk")
    monkeypatch.setenv("SDL_DISKAUDIOFILE", str(capture))
    audio = Audio(Settings(volume=100))
    audio.start()

    def tell(*events: object) -> None:
        for event in events:
            audio.take(Moment(event, time.monotonic(), 0.0))  # type: ignore[arg-type]

    while not (capture.exists() and capture.stat().st_size > RATE):
        time.sleep(0.02)
    tell(STARTED)
    jumps = []
    # A machine that is too busy lets the stream run dry now and then; a real seam would be in every round.
    for _ in range(4):
        before = capture.stat().st_size // 4
        for i in range(78):  # as often as the core may tell it: most pieces are exchanged while they wait
            tell(Tone(0.5 - 0.5 * np.cos(i / 12.5)))
            time.sleep(0.02)
        tell(Tone(0.0))
        time.sleep(0.6)
        sound = np.fromfile(capture, dtype=np.int16)[::2].astype(float)[before:]
        assert np.count_nonzero(np.abs(sound) > 2) / RATE > 1.0
        assert np.max(np.abs(sound)) < 0.1 * 32768
        assert np.max(np.abs(sound[-RATE // 10 :])) <= 2
        jumps.append(np.max(np.abs(np.diff(sound))))
    tell(SessionEnded("biofeedback", "de", "completed"))
    audio.stop()
    # Nowhere steeper than the full tone of 220, 440 and 660 Hz.
    assert min(jumps) <= np.max(np.abs(np.diff(wave_of_the_house()))) * 1.1 + 2


# A speaker that plays twenty times as fast, and a busy Python beside it: every few pieces one is exchanged at the very
# moment at which it begins.  pygame's books were broken by that within seconds, and the whole process with them.
HASTE = """
import random, sys, threading, time
from pathlib import Path
from station.outputs.audio.mixer import PygameMixer
from station.outputs.audio.tone import FeedbackTone

mixer = PygameMixer("", 1024, 1.0)
tone = FeedbackTone(mixer.samples(Path(sys.argv[1])))
end = time.monotonic() + 5

def busy():
    while time.monotonic() < end:
        sum(range(2000))

others = [threading.Thread(target=busy) for _ in range(2)]
for other in others:
    other.start()
while time.monotonic() < end:
    tone.follow(random.random())
    tone.tend(mixer)
    if random.random() < 0.5:
        time.sleep(0.004 * random.random())
mixer.close()
print("alive")
"""


@pytest.mark.slow
def test_a_piece_that_is_exchanged_as_it_begins_breaks_nothing() -> None:
    import sounds

    fast = {**os.environ, "SDL_AUDIODRIVER": "disk", "SDL_DISKAUDIOFILE": os.devnull, "SDL_DISKAUDIODELAY": "1"}
    command = [sys.executable, "-c", HASTE, str(sounds.sound("tension"))]
    done = subprocess.run(command, env=fast, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "alive\n"), done.stderr[-1000:]


# The same at one chosen moment: the piece that waits begins right after the first question about what is in use.
BEGINS = """
import numpy as np
from station.outputs.audio.mixer import PygameMixer

class Stream:
    def __init__(self, plays, waits):
        self.plays, self.waits = plays, waits

    def _answer(self, answer):
        if self.waits:
            self.plays, self.waits = self.waits, None
        return answer

    def get_sound(self):
        return self._answer(self.plays)

    def get_queue(self):
        return self._answer(self.waits)

mixer = PygameMixer("", 1024, 1.0)
piece = np.zeros((4410, 2), np.int16)
first, second = mixer._hold(piece), mixer._hold(piece)
mixer._pieces = [second, first]
mixer._stream = Stream(first, second)
mixer._hold(piece)
print("held" if second in mixer._pieces else "let go")
mixer.close()
"""


@pytest.mark.slow
def test_a_piece_that_begins_while_it_is_asked_what_is_in_use_stays_held() -> None:
    silent = {**os.environ, "SDL_AUDIODRIVER": "dummy"}
    done = subprocess.run([sys.executable, "-c", BEGINS], env=silent, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "held\n"), done.stderr[-1000:]


def wave_of_the_house() -> np.ndarray:
    import wave as files

    import sounds

    with files.open(str(sounds.sound("tension"))) as file:
        return np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16).astype(float)
