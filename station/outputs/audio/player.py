"""From events to sound: what plays, what gives way, what waits.  Time comes in as an argument.

Rule 1: whatever begins or ends in the middle of a sound fades; nothing is cut.
Rule 2: the voice leads: under it the ambience is 6 dB lower, and a new sentence takes over from the old one.
Rule 3: private, quiet and a call are kept here too: then nothing sounds but an exercise that somebody started.

A pause fades the exercise's sounds out and remembers how far they were; resuming plays the rest of each.  What
plays in which slot of the speaker is in `tracks.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from station.core.calibrating_words import GERMAN, LANGUAGES, in_language, taken, words
from station.core.events import (
    CalibrationDone,
    CalibrationRefused,
    CalibrationStep,
    ContextChanged,
    Cue,
    Event,
    Gap,
    Mark,
    Preferred,
    Private,
    Quiet,
    SessionClosing,
    SessionEnded,
    SessionPaused,
    SessionResumed,
    SessionStarted,
    SessionStep,
    Tone,
)
from station.core.script import clip_name
from station.outputs.audio.levels import BED_BACK_S, BED_IN_S, BED_OUT_S
from station.outputs.audio.shelf import Shelf
from station.outputs.audio.speaker import BED, Mixer
from station.outputs.audio.tone import FeedbackTone
from station.outputs.audio.tracks import BREATH, SOUND, SPOKEN_AND_PLAYED, STATION, VOICE, Role, Track, Tracks

# Kinds of step whose `sound` is played -> whose slots it takes.  A clip is always the voice's, whatever the kind.
ROLES: Mapping[str, Role] = {"breath_in": BREATH, "breath_out": BREATH, "sound": SOUND}

# An end that comes this much sooner than the way back was long is somebody's wish; within it, a clock's imprecision.
EARLY_S = 0.5

# Names of an ambience that is none.
NO_BED = ("", "none", "silence")

# Whose sentences a calibration speaks (sounds/techniques/calibration), and where a language has none of its own.
CALIBRATION, FALLBACK = "calibration", "en"

# Decoded ahead, when nothing else is to do: what answers a muscle or a hand at once.
WANTED_SOON = ("chime", "tick")

# While the ambience moves its gain is set this often: twice a buffer.  Otherwise the player only listens for devices.
STEP_S = 0.010
IDLE_S = 0.5


class Player:
    """The exercise's sounds and the station's own, on whichever speaker there is."""

    def __init__(
        self,
        mixer: Mixer,
        shelf: Shelf,
        ambience: str = "as_written",
        language: str = "de",
        signal: str = "emg-raw",
    ) -> None:
        """language: of what is said beside exercises, until somebody prefers another.  signal: of the first channel."""
        self.tracks = Tracks(mixer)
        self._shelf = shelf
        self._ambience = ambience
        self._language, self._signal = language, signal
        self._waiting: list[tuple[Track, float]] = []
        """Paused: each track, and the seconds into its file at which it goes on."""
        self._tone: FeedbackTone | None = None
        self._bed = ""
        """The ambience that is wanted, and below how it comes."""
        self._bed_fade_in = BED_IN_S
        self._in_exercise = False
        self._paused = False
        self._led_back_at: float | None = None
        """The exercise is being led back to the room, and there at this second: to end before it is a wish."""
        self._quiet = False
        self._private = False
        self._call = False
        self._index = -1
        self._wanted = list(WANTED_SOON)

    # --- what happened ----------------------------------------------------------------------------

    def take(self, event: Event, now: float) -> None:
        """Begin, change or end what this event asks for."""
        handler = HANDLERS.get(type(event))
        if handler:
            handler(self, event, now)

    def _on_cue(self, event: Cue, now: float) -> None:
        if event.phase == "chime":
            self._station_sound("chime", now)

    def _on_mark(self, _: Mark, now: float) -> None:
        self._station_sound("tick", now)

    def _station_sound(self, name: str, now: float) -> None:
        if not (self._quiet or self._private or self._call):
            self.tracks.begin(STATION, lambda: self._shelf.sound(name), now)

    def _on_started(self, _: SessionStarted, now: float) -> None:
        self.tracks.fade_all(now)
        self._waiting.clear()
        self._in_exercise, self._paused, self._led_back_at, self._index = True, False, None, -1
        self._bed = "" if self._ambience == "as_written" else self._ambience
        self._bed_fade_in = BED_IN_S
        self.tracks.missing = ""

    def _on_step(self, event: SessionStep, now: float) -> None:
        if event.index > self._index + 1:
            # Skipped ahead: what belongs to the place that was left gives way.
            self.tracks.fade(SPOKEN_AND_PLAYED, now)
        self._in_exercise, self._index = True, event.index
        if event.kind == "bed":
            if self._ambience == "as_written":
                self._bed, self._bed_fade_in = event.sound, BED_IN_S
            return
        if event.clip:
            self.tracks.begin(VOICE, lambda: self._shelf.clip(event.technique, event.language, event.clip), now)
        if event.sound and event.kind in ROLES:
            # A breath tone is never longer than the breath; a bowl may ring on into the next step.
            seconds = event.seconds if ROLES[event.kind] is BREATH else 0.0
            self.tracks.begin(ROLES[event.kind], lambda: self._shelf.sound(event.sound), now, seconds)

    def _on_tone(self, event: Tone, now: float) -> None:
        if self._tone is None and event.level:
            wave = self.tracks.attempt(lambda: self.tracks.mixer.samples(self._shelf.sound("tension")))
            self._tone = FeedbackTone(wave) if wave is not None and len(wave) else None
        if self._tone:
            self._tone.follow(event.level)

    def _on_gap(self, _: Gap, now: float) -> None:
        if self._in_exercise:
            self.tracks.begin(SOUND, lambda: self._shelf.sound("tick"), now)

    def _on_calibration_step(self, event: CalibrationStep, now: float) -> None:
        self._lead(lambda language: words(event.step, language, event.seconds, self._signal), now)

    def _on_calibration_done(self, _: CalibrationDone, now: float) -> None:
        self._lead(taken, now)

    def _on_calibration_refused(self, event: CalibrationRefused, now: float) -> None:
        if event.reason in GERMAN:  # what the voice has never been given, the page shows
            self._lead(lambda language: in_language(event.reason, language), now)

    def _lead(self, say: Callable[[str], str], now: float) -> None:
        """Speak a sentence of the calibration; in quiet too, for somebody has asked for it."""
        if self._private or self._call:
            return
        language = self._language if self._language in LANGUAGES else FALLBACK
        clip = clip_name(language, say(language))
        self.tracks.begin(VOICE, lambda: self._shelf.clip(CALIBRATION, language, clip), now)

    def _on_preferred(self, event: Preferred, _: float) -> None:
        if event.name == "language":
            self._language = str(event.value)

    def _on_paused(self, _: SessionPaused, now: float) -> None:
        self._paused = True
        self._waiting += [(track, now - track.began) for track in self.tracks.sounding(SPOKEN_AND_PLAYED)]
        self.tracks.fade((*SPOKEN_AND_PLAYED, BED), now)

    def _on_resumed(self, _: SessionResumed, now: float) -> None:
        self._paused, self._bed_fade_in = False, BED_BACK_S
        waiting, self._waiting = self._waiting, []
        for track, start in waiting:
            self.tracks.begin(track.role, lambda t=track: t.path, now, track.seconds, start)  # type: ignore[misc]

    def _on_closing(self, event: SessionClosing, now: float) -> None:
        self.tracks.fade(SPOKEN_AND_PLAYED, now)
        self._waiting.clear()
        self._paused, self._bed_fade_in, self._led_back_at = False, BED_BACK_S, now + event.seconds

    def _on_ended(self, event: SessionEnded, now: float) -> None:
        there, self._led_back_at = self._led_back_at, None
        gently = event.reason == "completed" if there is None else now >= there - EARLY_S
        self._in_exercise, self._paused, self._bed = False, False, ""
        self._waiting.clear()
        if gently and event.reason in ("completed", "stopped"):
            self.tracks.fade((BED,), now, BED_OUT_S)  # the voice and the last bowl ring out
        else:
            self.tracks.fade((*SPOKEN_AND_PLAYED, BED), now)

    def _on_quiet(self, event: Quiet, now: float) -> None:
        self._quiet = event.on
        if event.on:
            if self._in_exercise:
                self.tracks.fade(STATION, now)
            else:
                self.tracks.fade_all(now)

    def _on_context(self, event: ContextChanged, now: float) -> None:
        if event.name == "call":
            self._call = event.active
            if event.active:  # the exercise pauses by itself
                self.tracks.fade(STATION, now)

    def _on_private(self, event: Private, now: float) -> None:
        # What leads an exercise back to the room is told after this, and is heard.
        self._private = event.on
        if event.on:
            self.tracks.fade_all(now)
            self._bed = ""

    # --- time and the device ----------------------------------------------------------------------

    def tick(self, now: float) -> None:
        """Move the ambience on, forget what is over, and notice what should be over and is not."""
        self.tracks.let_go(now)
        wanted = self._bed if self._in_exercise and not self._paused and self._bed not in NO_BED else ""
        if not self.tracks.ambience(wanted, lambda: self._shelf.sound(wanted), self._bed_fade_in, now):
            self._bed = ""  # said once, not a hundred times a second
        if self._tone:
            self._tone.tend(self.tracks.mixer)
        self.tracks.bow(now)

    def due(self, now: float) -> float:
        """Seconds until the next `tick` is wanted."""
        ahead = 0.0 if self._tone and self._tone.sounds else self.tracks.due(now)
        return min(max(ahead, STEP_S), IDLE_S)

    def rest(self) -> bool:
        """With nothing to do, decode one sound that will be wanted; False when there is none left."""
        if not self._wanted:
            return False
        name = self._wanted.pop(0)
        self.tracks.attempt(lambda: self.tracks.mixer.prepare(self._shelf.sound(name)))
        return True

    def idle(self) -> bool:
        """Nothing sounds and no exercise runs: the device may be changed without anybody hearing it."""
        return not self._in_exercise and self.tracks.silent()

    def move(self, mixer: Mixer) -> None:
        """Go on with another speaker: the ambience comes back, sentences that were cut off do not."""
        self.tracks.move(mixer)
        self._wanted = list(WANTED_SOON)

    def silence(self, now: float) -> None:
        """Fade everything out: the station stops."""
        self._on_tone(Tone(None), now)
        self._in_exercise, self._bed = False, ""
        self.tracks.fade_all(now)


HANDLERS: Mapping[type, Callable[[Player, Any, float], None]] = {
    Cue: Player._on_cue,
    Mark: Player._on_mark,
    SessionStarted: Player._on_started,
    SessionStep: Player._on_step,
    CalibrationStep: Player._on_calibration_step,
    CalibrationDone: Player._on_calibration_done,
    CalibrationRefused: Player._on_calibration_refused,
    Preferred: Player._on_preferred,
    Tone: Player._on_tone,
    Gap: Player._on_gap,
    SessionPaused: Player._on_paused,
    SessionResumed: Player._on_resumed,
    SessionClosing: Player._on_closing,
    SessionEnded: Player._on_ended,
    ContextChanged: Player._on_context,
    Quiet: Player._on_quiet,
    Private: Player._on_private,
}
"""What the player hears of; every other event is nothing to it."""
