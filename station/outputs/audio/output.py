"""The running output: one mailbox, one thread, one player, and whichever speaker answers.

    no speaker ──a sink opens──► sounding ──device gone, or it counts no more──► no speaker (again at once, 1, 2 … 60 s)
                                    └── on a later sink, and idle ──► asks for the first again (a device came, or 5 min)

Opening and closing a device can hang with the sound server.  Both happen on this thread alone; when it has not moved
for `HUNG_S`, `trouble()` says so from the main thread, and everything goes on by itself when the server does.
"""

from __future__ import annotations

import logging
import threading
import time

from station.core.events import NO_SPEAKER, Moment, Preferred
from station.outputs.audio import Settings
from station.outputs.audio.levels import FADE_S, RATE, gain
from station.outputs.audio.mailbox import Mailbox
from station.outputs.audio.player import HANDLERS, Player
from station.outputs.audio.shelf import HouseShelf, Shelf
from station.outputs.audio.sinks import open_first
from station.outputs.audio.speaker import Mixer, NoSpeaker
from station.outputs.contract import OutputError, Trouble

log = logging.getLogger(__name__)

FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 60.0
BETTER_SINK_S = 300.0
HUNG_S = 5.0
STOP_S = 1.8


class Audio:
    """Implements `station.outputs.contract.Output`."""

    def __init__(
        self, settings: Settings, shelf: Shelf | None = None, language: str = "de", signal: str = "emg-raw"
    ) -> None:
        """language, signal: of what is said while calibrating, as in `House`."""
        self._settings = settings
        self._language, self._signal = language, signal
        self._volume = gain(settings.volume, settings.ceiling)
        self._shelf = shelf or HouseShelf(settings.own_voice)
        self._mailbox = Mailbox()
        self._player = self._new_player()
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._trouble: str = ""
        self._crash: Exception | None = None
        self._moved_at = 0.0
        self._wait_s = FIRST_RETRY_S
        self._again_at = 0.0

    def start(self) -> None:
        """Begin the thread; it opens the speaker by itself, so that a slow one delays nothing."""
        if self._thread and self._thread.is_alive():
            raise OutputError("The sound system still hangs from before.", "Restart the sound server, or the station.")
        self._stopping.clear()
        self._crash, self._trouble = None, ""
        self._moved_at, self._wait_s, self._again_at = time.monotonic(), FIRST_RETRY_S, 0.0
        self._player = self._new_player()
        self._thread = threading.Thread(target=self._run, name="audio", daemon=True)
        self._thread.start()

    def take(self, moment: Moment) -> None:
        """Put what can be heard into the mailbox.  Raises what the thread died of, once."""
        if self._crash:
            crash, self._crash = self._crash, None
            raise crash
        if isinstance(moment.event, Preferred) and moment.event.name == "volume":
            self._volume = gain(int(moment.event.value), self._settings.ceiling)
            self._mailbox.wake()
        elif isinstance(moment.event, Preferred) and moment.event.name == "language":
            self._language = str(moment.event.value)  # also for a player that is made later
        if type(moment.event) in HANDLERS:
            self._mailbox.put(moment.event, time.monotonic())

    def trouble(self) -> str:
        """What keeps the station from sounding as it should, or an empty string."""
        silent_s = time.monotonic() - self._moved_at
        if self._thread and silent_s > HUNG_S:
            return (
                f"The sound system has not answered for {silent_s:.0f} s; the station goes on by light. "
                "Restart the sound server (systemctl --user restart pipewire or pulseaudio)."
            )
        return self._trouble or self._player.tracks.missing

    def stop(self) -> None:
        """Fade out and let the device go; a hung sound server is left behind."""
        self._stopping.set()
        self._mailbox.wake()
        if self._thread:
            self._thread.join(STOP_S)
            if not self._thread.is_alive():
                self._thread = None

    # --- on the output's own thread ---------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._look_after_speaker()
                self._turn()
            self._fade_out()
        except Exception as error:
            log.exception("the audio thread ended")
            self._crash = error
        finally:
            self._player.tracks.mixer.close()

    def _turn(self) -> None:
        """One event, or one step of the ramps."""
        player, mailbox = self._player, self._mailbox
        now = self._moved_at = time.monotonic()
        if len(mailbox) == 0 and not player.rest():
            mailbox.wait(player.due(now))
            now = self._moved_at = time.monotonic()
        event = mailbox.get(now)
        if event is not None:
            player.take(event, now)
        player.tracks.mixer.louder(self._volume)
        player.tick(time.monotonic())

    def _fade_out(self) -> None:
        if self._player.idle():
            return
        self._player.silence(time.monotonic())
        time.sleep(FADE_S + self._settings.buffer / RATE)

    def _look_after_speaker(self) -> None:
        now = time.monotonic()
        mixer = self._player.tracks.mixer
        if isinstance(mixer, NoSpeaker):
            if now >= self._again_at:
                self._open(now)
        elif mixer.lost() or self._player.tracks.stalled:
            gone = f"The sound device {mixer.sink or 'of the system'} has gone; the station goes on by light."
            self._trouble = Trouble(gone, NO_SPEAKER)
            log.warning("the sound device %s has gone", mixer.sink or "of the system")
            mixer.close()
            self._player.move(NoSpeaker())
            self._open(now)
        elif mixer.sink != self._settings.sinks[0] and self._player.idle() and (mixer.news() or now >= self._again_at):
            mixer.close()
            self._player.move(NoSpeaker())
            self._open(now)

    def _open(self, now: float) -> None:
        """Take the first sink that opens; where none does, wait a little longer each time."""
        first = self._settings.sinks[0]
        try:
            mixer: Mixer = open_first(self._settings.sinks, self._settings.buffer, self._volume)
        except OutputError as error:
            self._trouble = Trouble(f"{error.problem} {error.remedy}", error.kind)  # the log is told by `trouble()`
            self._again_at = now + self._wait_s
            self._wait_s = min(2 * self._wait_s, LONGEST_RETRY_S)
            return
        log.info("sound on %s", mixer.sink or "the system's own device")
        self._trouble = "" if mixer.sink == first else f"The first speaker is not there; sounding on '{mixer.sink}'."
        self._wait_s, self._again_at = FIRST_RETRY_S, now + BETTER_SINK_S
        self._player.move(mixer)

    def _new_player(self) -> Player:
        return Player(NoSpeaker(), self._shelf, self._settings.ambience, self._language, self._signal)
