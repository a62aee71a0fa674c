"""A script on the clock: which step is due at which second, what the muscle may change, and why the total is exact.

Rule 1: a step is due at the second it was written for; a late Tick plays it late, and the next one on time.
Rule 2: an `until` step ends early once its state has held, so the next group begins when the muscle has let go.
Rule 3: no second is lost: what early ends have saved is given back as stillness behind the last `until`, and from
        there on every step comes at the second it was written for.  So the length told at the start is kept,
        in every language, voice and sensor branch; the last `until` itself always takes its whole slot.

    written   | group 1 ········ | group 2 ········ | group 3 ········ | return |
    played    | group 1 ··· | group 2 ··· | group 3 ········ |  stillness  | return |

Without a sensor no state ever holds, and every step takes its plain time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from station.core.feeling import Feeling
from station.core.script import Condition, Step
from station.core.technique_words import seconds_to_say

BREATHS = frozenset({"breath_in", "breath_out"})

# A step whose time has wholly passed when the station wakes up late (a suspended host) is left out instead of being
# crammed in; one that is at most this late is played however short it is.
LATE_S = 2.0

# Sums of floats that should be equal may differ in the last bit; a microsecond is far below what anyone hears.
SAME_S = 1e-6

# A sentence is not cut off by a muscle that lets go quickly; this much silence follows it in any case.
AFTER_WORDS_S = 2.0


@dataclass(slots=True)
class _Slot:
    """A slot that may end early.  `earliest` and `end` are seconds of the script."""

    condition: Condition
    earliest: float
    end: float
    held_since: float | None = None


class Playback:
    """One script's steps being played.  `count`: the index that the next step told will have."""

    def __init__(
        self,
        steps: Sequence[Step],
        seconds: float,
        now: float,
        feeling: Feeling,
        count: int = 0,
        stillness: Sequence[Step] = (),
    ) -> None:
        """The first step is due at once; `stillness`: what may be said where saved seconds are given back."""
        first = steps[0].at if steps else 0.0
        self._steps = tuple(steps)
        self._seconds = seconds
        self._feeling = feeling
        self.count = count
        self._began = now - first
        """Monotonic second at which second 0 of the script was, moved by pauses and early ends."""
        self._next = 0
        self._saved = 0.0
        waits = [step.at + step.seconds for step in steps if step.condition and step.condition.role == "until"]
        self._settled = max(waits, default=0.0)
        """The script's second at which the last `until` is over and what was saved is given back."""
        self._slot: _Slot | None = None
        self._stillness = tuple(stillness)
        self._said = 0
        self._paused_at = now

    # --- time -------------------------------------------------------------------------------------

    def due(self) -> float:
        """The monotonic second of the next step, or of the end."""
        at = self._seconds
        if self._next < len(self._steps):
            at = min(self._steps[self._next].at, at)
        return min(self._when(at), self._next_stillness())

    def remaining_s(self, now: float) -> float:
        """Seconds until the end."""
        return max(0.0, self._when(self._seconds) - now)

    def over(self, now: float) -> bool:
        """Has the last second passed?"""
        return self._when(self._seconds) <= now + SAME_S

    def in_breath(self, now: float) -> bool:
        """Is a breath on its way?  Between out and in there is an instant in which none is."""
        if not 0 < self._next < len(self._steps) or self._steps[self._next - 1].kind not in BREATHS:
            return False
        following = self._steps[self._next]
        return following.kind == "breath_out" or self._when(following.at) > now + SAME_S

    def pause(self, now: float) -> None:
        """Stand still."""
        self._paused_at = now
        if self._slot:
            self._slot.held_since = None

    def resume(self, now: float) -> None:
        """Go on where it stood."""
        self._began += now - self._paused_at

    # --- steps ------------------------------------------------------------------------------------

    def advance(self, now: float) -> Iterator[tuple[int, Step]]:
        """Every step that is due, with its index."""
        while self._next < len(self._steps) and self._when(self._steps[self._next].at) <= now + SAME_S:
            step = self._steps[self._next]
            self._next += 1
            if self._chosen(step, now):
                yield from self._play(step, self._when(step.at), now)
        while self._next_stillness() <= now + SAME_S:
            step = self._stillness[self._said]
            self._said += 1
            yield from self._play(step, self._began + self._settled + step.at, now)

    def feel(self, now: float) -> bool:
        """Ask the muscle, ten times a second; True when a slot has just ended early, and steps are due."""
        slot = self._slot
        if slot is None or slot.end >= self._settled:
            return False
        if not self._feeling.holds(slot.condition.state, now):
            slot.held_since = None
            return False
        if slot.held_since is None:
            slot.held_since = now
        at = now - self._began
        if at < slot.earliest or at >= slot.end or now - slot.held_since < slot.condition.hold - SAME_S:
            return False
        self._saved += slot.end - at
        self._began -= slot.end - at
        self._slot = None
        return True

    def skip(self, now: float) -> Iterator[tuple[int, Step]]:
        """On to the next section; what it sounds on (a bed) is laid down on the way.  Over, if there is none."""
        target = next((i for i in range(self._next, len(self._steps)) if self._opens_section(i)), None)
        if target is None:
            self._next = len(self._steps)
            self._began += now - self._when(self._seconds)
            return
        while target > self._next and self._steps[target - 1].at == self._steps[target].at:
            target -= 1  # what sounds beneath a sentence begins with it
        for step in self._steps[self._next : target]:
            if step.kind == "bed":
                yield self.count, step
            self.count += 1
        self.count += 1  # a gap in the numbers tells the player that something was left out
        self._next, self._slot = target, None
        self._began += now - self._when(self._steps[target].at)
        yield from self.advance(now)

    def _when(self, at: float) -> float:
        """The monotonic second at which the script's second `at` comes."""
        return self._began + at + (self._saved if at >= self._settled - SAME_S else 0.0)

    def _next_stillness(self) -> float:
        """When the next sentence of the stillness is due: only one that ends before the script goes on."""
        if self._said >= len(self._stillness):
            return float("inf")
        step = self._stillness[self._said]
        if step.at + step.seconds > self._saved or (self._next < len(self._steps) and self._waits_before_settled()):
            return float("inf")
        return self._began + self._settled + step.at

    def _waits_before_settled(self) -> bool:
        return self._steps[self._next].at < self._settled - SAME_S

    def _chosen(self, step: Step, now: float) -> bool:
        """Is this step played?  A branch asks the muscle as it begins."""
        if step.condition is None or step.condition.role == "until":
            return True
        return self._feeling.holds(step.condition.state, now) == (step.condition.role == "when")

    def _play(self, step: Step, when: float, now: float) -> Iterator[tuple[int, Step]]:
        if self._slot and step.at >= self._slot.end - SAME_S:
            self._slot = None
        if step.condition and step.condition.role == "until":
            words = seconds_to_say(step.text) + AFTER_WORDS_S if step.text else 0.0
            earliest = step.at + max(step.condition.after, words)
            if self._slot:
                earliest = max(earliest, self._slot.earliest)
            self._slot = _Slot(step.condition, earliest, step.at + step.seconds)
        if step.kind == "bed" or step.seconds >= now - when or now - when <= LATE_S:
            yield self.count, step
        self.count += 1

    def _opens_section(self, index: int) -> bool:
        """A spoken step opens a section; so does the first breath after one that is not a breath."""
        kind = self._steps[index].kind
        return kind == "say" or (kind in BREATHS and (index == 0 or self._steps[index - 1].kind not in BREATHS))
