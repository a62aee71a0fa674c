"""What the output makes of trouble: missing files, no speaker, an end in the middle; and what it never costs."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from station.core.events import NO_SPEAKER, Moment, SessionStep
from station.outputs.audio import Settings, examine
from station.outputs.audio.output import Audio
from station.outputs.contract import House, Trouble
from tests.outputs.captured_desk import CHIME, SAY, STARTED, Desk, Shelf, first_sound, last_sound

pytestmark = [pytest.mark.slow, pytest.mark.alone]


def house(folder: Path) -> House:
    return House("desk_00000000", "de", "0", folder, lambda _: None)


@pytest.fixture
def desk(sounding_desk: Desk) -> Desk:
    return sounding_desk


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
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "alsa")
    caplog.set_level("INFO")
    audio = Audio(Settings(sinks=("plughw:CARD=NoSuchCard",)), shelf)
    audio.start()
    give_up = time.monotonic() + 10
    while not audio.trouble() and time.monotonic() < give_up:
        time.sleep(0.02)
    audio.take(Moment(CHIME, 0.0, 0.0))
    assert "'plughw:CARD=NoSuchCard'" in audio.trouble()
    said = audio.trouble()
    assert "sinks" in said and isinstance(said, Trouble) and said.kind == NO_SPEAKER
    audio.stop()
    assert caplog.messages == [], "whoever is told of the trouble logs it, and once is enough"


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
