"""A real sound server that is killed, comes back, hangs, or loses its only card: what the output notices, and when it
sounds again.

Needs `pulseaudio` and `pactl` on the path (apt install pulseaudio pulseaudio-utils; libasound2-plugins for the way
through ALSA); nothing on the desk is touched: the server has its own folder and one sink that plays into nothing.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.alone,
    pytest.mark.skipif(
        not (shutil.which("pulseaudio") and shutil.which("pactl")),
        reason="a speaker that dies is tried on a real sound server: apt install pulseaudio pulseaudio-utils",
    ),
]

# Runs the output beside the server and prints its trouble whenever it changes: "seconds|sentence".
STATION = """
import sys, time
from pathlib import Path
from station.core.events import Mark, Moment
from station.outputs.audio import Settings
from station.outputs.audio.output import Audio

class Shelf:
    def clip(self, technique, language, clip):
        raise KeyError(clip)
    def sound(self, name):
        return Path(sys.argv[1])

audio = Audio(Settings(sinks=(sys.argv[3],)), Shelf())
audio.start()
said, marked = None, 0.0
while not Path(sys.argv[2]).exists():
    now = time.monotonic()
    if now - marked > 0.5:
        audio.take(Moment(Mark("page"), now, 0.0))
        marked = now
    saying = "".join(c for c in audio.trouble() if not c.isdigit())
    if saying != said:
        said = saying
        print(f"{now}|{said}", flush=True)
    time.sleep(0.02)
began = time.monotonic()
audio.stop()
print(f"stopped in {time.monotonic() - began:.2f}", flush=True)
"""


class Server:
    """A PulseAudio of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "native"
        self.env = {**os.environ, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
        self.env |= {"PULSE_SERVER": f"unix:{self.socket}", "SDL_AUDIODRIVER": "pulseaudio"}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.socket.unlink(missing_ok=True)
        command = [
            "pulseaudio",
            "-n",
            "--daemonize=no",
            "--exit-idle-time=-1",
            "--use-pid-file=no",
            "--disable-shm=yes",
        ]
        command += ["-L", f"module-native-protocol-unix auth-anonymous=1 socket={self.socket}"]
        command += ["-L", "module-null-sink sink_name=one norewinds=1"]
        self.process = subprocess.Popen(command, env=self.env, stderr=subprocess.DEVNULL)
        until(lambda: b"one" in self.ask("list", "short", "sinks"), "the sound server did not start")

    def ask(self, *words: str) -> bytes:
        return subprocess.run(["pactl", *words], env=self.env, capture_output=True, check=False, timeout=10).stdout

    def streams(self) -> int:
        return len(self.ask("list", "short", "sink-inputs").splitlines())

    def signal(self, number: signal.Signals) -> None:
        assert self.process
        self.process.send_signal(number)
        if number == signal.SIGKILL:
            self.process.wait(5)


class Told:
    """What the station said, line by line."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self) -> list[tuple[float, str]]:
        return [
            (float(line.split("|")[0]), line.split("|")[1])
            for line in self.path.read_text().splitlines()
            if "|" in line
        ]

    def next(self, after: float, contains: str, within: float) -> float:
        """Seconds from `after` until the station's trouble first was this (empty: none)."""

        def found() -> list[float]:
            return [t - after for t, said in self.lines() if t > after and (contains in said if contains else not said)]

        until(lambda: bool(found()), f"never said: {contains or 'all is well'}; {self.path.read_text()}", within)
        return found()[0]


def until(ready: object, otherwise: str, within: float = 10.0) -> None:
    assert callable(ready)
    give_up = time.monotonic() + within
    while not ready():
        assert time.monotonic() < give_up, otherwise
        time.sleep(0.05)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    tmp_path.chmod(0o700)
    server = Server(tmp_path)
    server.start()
    yield server
    if server.process and server.process.poll() is None:
        server.process.send_signal(signal.SIGCONT)
        server.process.kill()
        server.process.wait(5)


@contextmanager
def station(server: Server, driver: str = "pulseaudio", sink: str = "") -> Iterator[Told]:
    """The output, playing through SDL's `driver` on `sink`."""
    tick = Path(__file__).parents[2] / "sounds" / "chimes" / "tick.wav"
    log, done = server.folder / "told", server.folder / "done"
    command = [sys.executable, "-c", STATION, str(tick), str(done), sink]
    with log.open("w") as out:
        process = subprocess.Popen(command, env={**server.env, "SDL_AUDIODRIVER": driver}, stdout=out)
        until(lambda: server.streams() == 1, "the station did not reach the speaker")
        yield Told(log)
        done.touch()
        assert process.wait(5) == 0, "a station whose speaker hangs must still end"


@pytest.fixture
def told(server: Server) -> Iterator[Told]:
    with station(server) as told:
        yield told


def test_a_killed_sound_server_is_noticed_and_used_again(server: Server, told: Told) -> None:
    killed = time.monotonic()
    server.signal(signal.SIGKILL)
    noticed = told.next(killed, "cannot be opened", within=5)
    assert noticed < 1.5
    server.start()
    started = time.monotonic()
    told.next(killed + noticed, "", within=10)
    print(f"noticed after {noticed:.2f} s, sound back after {time.monotonic() - started:.2f} s")
    assert server.streams() == 1


def goes_and_comes_back(server: Server, told: Told) -> None:
    """The server's only card is pulled out for a second, while the server lives on."""
    pulled = time.monotonic()
    server.ask("unload-module", "module-null-sink")
    noticed = told.next(pulled, "cannot be opened", within=5)
    assert noticed < 1.5
    time.sleep(1.0)
    server.ask("load-module", "module-null-sink", "sink_name=one", "norewinds=1")
    put_back = time.monotonic()
    told.next(pulled + noticed, "", within=10)
    print(f"noticed after {noticed:.2f} s, sound back after {time.monotonic() - put_back:.2f} s")
    until(lambda: server.streams() == 1, "nothing plays on the card")


def test_a_sound_card_that_is_pulled_out_and_put_back_is_used_again(server: Server, told: Told) -> None:
    """SDL crashes where a sound server has no card at all, and took the station with it."""
    goes_and_comes_back(server, told)


@pytest.mark.skipif(
    not list(Path("/usr/lib").glob("*/alsa-lib/libasound_module_pcm_pulse.so")),
    reason="the way through ALSA, as a system service goes it, needs: apt install libasound2-plugins",
)
def test_an_alsa_device_that_goes_and_comes_back_is_used_again(server: Server) -> None:
    (server.folder / ".asoundrc").write_text(f'pcm.speaker {{ type pulse server "unix:{server.socket}" }}\n')
    with station(server, "alsa", "speaker") as told:
        goes_and_comes_back(server, told)


def test_a_sound_server_that_hangs_is_noticed_and_used_again(server: Server, told: Told) -> None:
    time.sleep(1.0)
    stopped = time.monotonic()
    server.signal(signal.SIGSTOP)
    noticed = told.next(stopped, "has not answered", within=20)
    server.signal(signal.SIGCONT)
    woken = time.monotonic()
    told.next(stopped + noticed, "", within=10)
    print(f"noticed after {noticed:.2f} s, sound back after {time.monotonic() - woken:.2f} s")
    until(lambda: server.streams() == 1, "the station did not come back to the speaker")


def test_the_station_ends_while_the_sound_server_hangs(server: Server, told: Told) -> None:
    stopped = time.monotonic()
    server.signal(signal.SIGSTOP)
    told.next(stopped, "has gone", within=20)
