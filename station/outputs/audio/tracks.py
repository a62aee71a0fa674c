"""What plays in which slot of a speaker, until when, and how it gives way; the ambience, and its bow to the voice.

Two slots a role, so that one can fade while the next begins.  The ambience is not commanded but wanted: every look
brings what is heard nearer to what is wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from station.outputs.audio.levels import BED_OUT_S, FADE_S, Duck
from station.outputs.audio.speaker import BED, Mixer
from station.outputs.contract import OutputError

Role = tuple[int, int]
VOICE, BREATH, SOUND, STATION = (0, 1), (2, 3), (4, 5), (6, 7)
SPOKEN_AND_PLAYED = (*VOICE, *BREATH, *SOUND)

# A sound that should have ended so long ago and still plays: the device counts no more, and does not say so.
STALL_S = 3.0
STALL_SHARE = 0.1


@dataclass(slots=True)
class Track:
    """What plays in one slot: which file from where in it, and the monotonic second at which it is over."""

    role: Role
    path: Path
    seconds: float
    began: float
    ends: float
    fading: bool = False


class Tracks:
    """The sounds on one speaker; `move` goes on with another."""

    def __init__(self, mixer: Mixer) -> None:
        self.mixer = mixer
        self.stalled = False
        """A sound did not end: the device is silent and does not say so."""
        self.missing = ""
        """What could not be played, as a sentence; empty when all was there."""
        self._playing: dict[int, Track] = {}
        self._duck = Duck()
        self._bed_gain = 1.0
        self._bed_heard = ""

    def begin(self, role: Role, find: Callable[[], Path], now: float, seconds: float = 0.0, start: float = 0.0) -> None:
        """Play a file in the role's free slot; what plays in the other gives way."""
        slot = role[1] if role[0] in self._playing else role[0]
        self.fade(role, now)
        path = self.attempt(find)
        fade_in = FADE_S if start > 0 else 0.0
        length = path and self.attempt(lambda: self.mixer.play(slot, path, seconds, start, fade_in))
        if length:
            self._playing[slot] = Track(role, path, seconds, now - start, now + length)

    def fade(self, slots: Iterable[int], now: float, seconds: float = FADE_S) -> None:
        """Let what plays in these slots end."""
        for slot in slots:
            track = self._playing.get(slot)
            if track and not (track.fading and track.ends <= now + seconds):
                self.mixer.fade(slot, seconds)
                track.fading, track.ends = True, now + seconds

    def fade_all(self, now: float) -> None:
        """Let everything end."""
        self.fade(tuple(self._playing), now)

    def sounding(self, slots: Iterable[int]) -> list[Track]:
        """What plays in these slots and does not fade."""
        return [self._playing[slot] for slot in slots if slot in self._playing and not self._playing[slot].fading]

    def silent(self) -> bool:
        """Nothing sounds."""
        return not self._playing

    def due(self, now: float) -> float:
        """Seconds until something here is over, or the ambience's gain moves on; infinity without either."""
        return min([track.ends - now for track in self._playing.values()] + [self._duck.due(now)])

    def let_go(self, now: float) -> None:
        """Forget what is over, and notice what should be over and is not."""
        for slot, track in list(self._playing.items()):
            if now < track.ends:
                continue
            if not self.mixer.busy(slot):
                del self._playing[slot]
                continue
            length = track.ends - track.began
            if now > track.ends + STALL_S + STALL_SHARE * (length if length < float("inf") else 0.0):
                self.stalled = True

    def ambience(self, wanted: str, find: Callable[[], Path], fade_in: float, now: float) -> bool:
        """Bring what is heard nearer to the one that is wanted (or none); False when its file cannot be played."""
        heard = self._playing.get(BED)
        if heard and wanted != self._bed_heard:
            # Another one waits, so make haste; where none does, let it go slowly (a pause has faded it already).
            self.fade((BED,), now, FADE_S if wanted else BED_OUT_S)
        elif wanted and heard is None:
            return self._begin_bed(wanted, find, fade_in, now)
        elif wanted and heard and heard.fading:
            self.fade((BED,), now)
        return True

    def bow(self, now: float) -> None:
        """The ambience gives way to a sentence, and comes back after it."""
        gain = self._duck.hear(bool(self.sounding(VOICE)), now)
        if gain != self._bed_gain:
            self._bed_gain = gain
            self.mixer.bed_gain(gain)

    def move(self, mixer: Mixer) -> None:
        """Go on with another speaker; what was cut off is forgotten."""
        self.mixer, self.stalled = mixer, False
        self._playing.clear()
        self._duck, self._bed_gain, self._bed_heard = Duck(), 1.0, ""
        mixer.bed_gain(1.0)

    def attempt(self, act: Callable[[], Any]) -> Any:
        """A file that is missing or damaged is told of, and leaves a silence in its place."""
        try:
            return act()
        except OutputError as error:
            self.missing = f"{error.problem} {error.remedy}"
        except (FileNotFoundError, KeyError) as error:
            self.missing = f"A sound file is missing: {error}. Install the station again, or render the voice anew."
        return None

    def _begin_bed(self, name: str, find: Callable[[], Path], fade_in: float, now: float) -> bool:
        path = self.attempt(find)
        length = path and self.attempt(lambda: self.mixer.play(BED, path, fade_in=fade_in))
        if length:
            self._playing[BED] = Track((BED, BED), path, 0.0, now, now + length)
            self._bed_heard = name
        return length is not None
