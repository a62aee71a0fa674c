"""The libraries under pygame, spoken to directly for the four things that pygame does not offer.

Their chatter: ALSA writes eight lines to stderr for a card that is not there, SDL two for its disk driver; the station
says that itself, in one sentence.  Their signals: SDL would swallow SIGTERM.  Their name: where the sound goes to.
Their one crash: a sound server that has lost its last speaker.
No callback is made from Python, because a service hardened with MemoryDenyWriteExecute could not make one.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from station.outputs.installing import installing

# SDL_LogPriority has no name for "nothing"; the one past the last (CRITICAL = 6) is it.
NO_LOG = 7

# What pygame itself allows to be missing ("stripped down distributions"), and nobody here has a use for.
UNWANTED = tuple(
    f"pygame.{name}" for name in ("font", "imageext", "scrap", "surfarray", "fastevent", "pixelarray", "overlay")
)


def remedy(error: ImportError) -> str:
    """What helps when pygame cannot be imported: it is not there, or its wheel misses a library of the system's.

    The wheel brings its own SDL, but not GLib, which a minimal Debian has not (systemd/install.sh installs it).
    """
    if isinstance(error, ModuleNotFoundError):
        return f"Install it:  {installing('pygame')}"
    return "It needs a library of the system: sudo apt install libglib2.0-0t64 (on Debian 12: libglib2.0-0)"


def prepare_environment() -> None:
    """What must be set before pygame is imported: no banner, no window, no signal handlers."""
    os.environ["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    os.environ["SDL_NO_SIGNAL_HANDLERS"] = "1"


@contextlib.contextmanager
def only_sound() -> Iterator[None]:
    """Import pygame in here: it then goes without pictures, fonts and the clipboard (2.6 MB, a quarter of its time)."""
    left_out = [name for name in UNWANTED if name not in sys.modules]
    sys.modules.update(dict.fromkeys(left_out))  # type: ignore[arg-type]  # None: as if it were not installed
    try:
        yield
    finally:
        for name in left_out:
            del sys.modules[name]


def hush() -> None:
    """Quieten SDL and ALSA in this process.  After pygame's import, before a device is opened; harmless anywhere."""
    with contextlib.suppress(OSError):  # no ALSA, no chatter
        # SDL loads the system's own ALSA by this name when it opens a device: load it now, to speak to it first.
        ctypes.CDLL("libasound.so.2")
    for path in _loaded("libasound"):
        # ALSA's handler may be any C function that ignores what it is given; getpid does, and needs no callback.
        nothing = ctypes.cast(ctypes.CDLL(None).getpid, ctypes.c_void_p)
        ctypes.CDLL(path).snd_lib_error_set_handler(nothing)
    for path in _loaded("libSDL2-2"):
        ctypes.CDLL(path).SDL_LogSetAllPriority(NO_LOG)


class _Samples(ctypes.Structure):
    """libpulse's pa_sample_spec."""

    _fields_ = (("format", ctypes.c_int), ("rate", ctypes.c_uint32), ("channels", ctypes.c_uint8))


S16_LITTLE_ENDIAN, PLAYBACK, NO_ENTITY = 3, 1, 5  # libpulse's numbers


def server_without_speaker() -> bool:
    """Is the sound server there, but with no speaker at all?  SDL (2.28) would not fail on that, but crash.

    May hang as long as a hung sound server does.
    """
    if os.environ.get("SDL_AUDIODRIVER", "pulseaudio") != "pulseaudio":
        return False
    try:
        pulse = ctypes.CDLL("libpulse-simple.so.0")
    except OSError:  # then SDL finds no such server either
        return False
    pulse.pa_simple_new.restype = ctypes.c_void_p
    error = ctypes.c_int()
    samples = ctypes.byref(_Samples(S16_LITTLE_ENDIAN, 48_000, 2))
    stream = pulse.pa_simple_new(
        None, b"desk-station", PLAYBACK, None, b"is anybody there?", samples, None, None, ctypes.byref(error)
    )
    if stream:
        pulse.pa_simple_free(ctypes.c_void_p(stream))
    return not stream and error.value == NO_ENTITY


def driver() -> str:
    """The sound system in use (alsa, pulseaudio, pipewire, disk …), or an empty string."""
    for path in _loaded("libSDL2-2"):
        ask = ctypes.CDLL(path).SDL_GetCurrentAudioDriver
        ask.restype = ctypes.c_char_p
        name = ask()
        if name:
            return str(name.decode())
    return ""


def _loaded(name: str) -> list[str]:
    """Files of that name which this process has loaded (Linux; elsewhere none)."""
    try:
        maps = Path("/proc/self/maps").read_text()
    except OSError:
        return []
    paths = {line.split(maxsplit=5)[-1] for line in maps.splitlines() if name in line}
    return sorted(path for path in paths if path.startswith("/") and name in Path(path).name)
