"""How each of the light's patterns looks, as a table: rhythm first, colour second.

    off         ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁          private      (off)
    glow        ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂          paused       ▃▃▄▄▅▅▄▄▃▃▂▂▃▃▄▄   8 s, never dark
    cue         ▁▁▂▂▃▃▄▄▅▅▆▆▇▇██   30 s   breathing    ▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃   waits for a breath
    offer       ▂▅█▅▂▅█▅▂▅█▅▂▅█▅   4 s    breath_in    ▁▁▂▃▅▆▇██████      as long as the breath
    quiet       █▁█▁▁▁▁▁▁▁▁▁▁▁▁▁   15 s   breath_out   ████▇▆▅▃▂▁▁▁▁
    yardstick   █▁█▁█▁▁▁▁▁▁▁▁▁▁▁   20 s   does it still fit? for five minutes
    sensor      █▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁   5 s    fault        █▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁  10 s, the only red
    calibration ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂          calibration_hold ▆▆▆▆▆▆▆▆    arms or shoulders are up
    feedback    █▇▆▅▄▃▂▂▁▁▁▁▁▁▁▁          as bright as the tone is loud
    held_short  ▄▄▄▄  held_long  ████  held_hold  █▁█▁█▁█▁ 2 a second     mark  ██▁▁ once

Who cannot tell colours apart can tell every pattern by its rhythm; nothing flashes three times a second or faster
(WCAG 2.3.1).  `level` is a pure function: the same pattern, moment and starting point give the same light.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

Rgb = tuple[float, float, float]

FOREVER: Final = math.inf
BLACK: Final[Rgb] = (0.0, 0.0, 0.0)

WARM: Final[Rgb] = (1.0, 0.72, 0.36)
SKY: Final[Rgb] = (0.35, 0.75, 1.0)
WHITE: Final[Rgb] = (1.0, 1.0, 1.0)
VIOLET: Final[Rgb] = (0.65, 0.2, 1.0)
RED: Final[Rgb] = (1.0, 0.0, 0.0)


class Curve(Protocol):
    """Brightness over time."""

    def at(self, since_s: float, seconds: float, start: float) -> float:
        """Brightness 0..1 `since_s` after the pattern began; `seconds` came with it, `start` is where the light was."""

    def still_s(self, since_s: float, seconds: float) -> float:
        """For how long from now nothing changes: 0 while it moves, `FOREVER` when it never will."""


@dataclass(frozen=True, slots=True)
class Steady:
    """One brightness, reached within `ease_s`."""

    level: float
    ease_s: float = 0.4

    def at(self, since_s: float, seconds: float, start: float) -> float:
        """See `Curve`."""
        return start + (self.level - start) * _smooth(since_s, self.ease_s)

    def still_s(self, since_s: float, seconds: float) -> float:
        """See `Curve`."""
        return 0.0 if since_s < self.ease_s else FOREVER


@dataclass(frozen=True, slots=True)
class Ramp:
    """From where the light is to `level`, within the pattern's own seconds, without a corner at either end."""

    level: float

    def at(self, since_s: float, seconds: float, start: float) -> float:
        """See `Curve`."""
        return start + (self.level - start) * _smooth(since_s, seconds)

    def still_s(self, since_s: float, seconds: float) -> float:
        """See `Curve`."""
        return 0.0 if since_s < seconds else FOREVER


@dataclass(frozen=True, slots=True)
class Pulse:
    """Up and down between two levels, for ever, as a swing does; begins where the light is."""

    period_s: float
    low: float
    high: float
    ease_s: float = 0.6

    def at(self, since_s: float, seconds: float, start: float) -> float:
        """See `Curve`."""
        swing = self.low + (self.high - self.low) * 0.5 * (1 - math.cos(2 * math.pi * since_s / self.period_s))
        ease = _smooth(since_s, self.ease_s)
        return start * (1 - ease) + swing * ease

    def still_s(self, since_s: float, seconds: float) -> float:
        """See `Curve`."""
        return 0.0


@dataclass(frozen=True, slots=True)
class Blink:
    """`times` flashes, again after `period_s` (`FOREVER`: only once), dark between."""

    times: int
    period_s: float
    level: float = 0.8
    on_s: float = 0.18
    off_s: float = 0.32
    soft_s: float = 0.05

    def at(self, since_s: float, seconds: float, start: float) -> float:
        """See `Curve`."""
        inside = self._inside(since_s)
        nth, into = divmod(inside, self.on_s + self.off_s)
        if nth >= self.times or into >= self.on_s:
            return 0.0
        return self.level * min(_smooth(into, self.soft_s), _smooth(self.on_s - into, self.soft_s))

    def still_s(self, since_s: float, seconds: float) -> float:
        """See `Curve`."""
        inside = self._inside(since_s)
        nth, into = divmod(inside, self.on_s + self.off_s)
        if nth < self.times and into < self.on_s:
            return 0.0
        if nth + 1 < self.times:
            return self.on_s + self.off_s - into
        return self.period_s - inside

    def _inside(self, since_s: float) -> float:
        return since_s % self.period_s if self.period_s < FOREVER else since_s


@dataclass(frozen=True, slots=True)
class Pattern:
    """A rhythm and its colour."""

    colour: Rgb
    curve: Curve


# Names are those of station/core/lights.py.  Blinks are bright enough to be seen from the corner of the eye and rare
# enough not to be a signal; a held button answers at once (ease 0.05 s), as the finger waits for it.
PATTERNS: Final[Mapping[str, Pattern]] = {
    "off": Pattern(WARM, Steady(0.0)),
    "glow": Pattern(WARM, Steady(0.06, ease_s=2.0)),
    "cue": Pattern(WARM, Ramp(0.7)),
    "offer": Pattern(WARM, Pulse(4.0, low=0.15, high=0.9)),
    "breathing": Pattern(SKY, Steady(0.25, ease_s=1.0)),
    "breath_in": Pattern(SKY, Ramp(0.9)),
    "breath_out": Pattern(SKY, Ramp(0.08)),
    "calibration": Pattern(SKY, Steady(0.12, ease_s=1.0)),
    "calibration_hold": Pattern(SKY, Steady(0.7, ease_s=1.0)),
    "feedback": Pattern(SKY, Ramp(0.0)),  # to the brightness that came with it
    "paused": Pattern(SKY, Pulse(8.0, low=0.12, high=0.3)),
    "quiet": Pattern(WARM, Blink(2, 15.0, level=0.35)),
    "yardstick": Pattern(SKY, Blink(3, 20.0, level=0.35)),
    "private": Pattern(WARM, Steady(0.0)),
    "sensor": Pattern(VIOLET, Blink(1, 5.0, level=0.5)),
    "fault": Pattern(RED, Blink(1, 10.0)),
    "held_short": Pattern(WHITE, Steady(0.35, ease_s=0.05)),
    "held_long": Pattern(WHITE, Steady(0.9, ease_s=0.05)),
    "held_hold": Pattern(WHITE, Blink(1, 0.5, on_s=0.25, off_s=0.25)),
    "mark": Pattern(WHITE, Blink(1, FOREVER, level=0.9, on_s=0.35)),
}


def level(pattern: str, since_s: float, seconds: float = 0.0, start: Rgb = BLACK, brightness: float = 0.0) -> Rgb:
    """Red, green and blue, each 0..1 as the eye sees it, `since_s` after `pattern` began.

    seconds: the length that came with the pattern (a breath, a fade).  start: what was shown when it began.
    brightness: what came with "feedback", 0..1.
    Raises KeyError for a pattern that there is not.
    """
    row = PATTERNS[pattern]
    was = max(start)
    curve = Ramp(brightness) if pattern == "feedback" else row.curve
    now = curve.at(since_s, seconds, was)
    # The colour changes over within 0.4 s; a fade that starts in another colour does not jump.
    tint = row.colour if was <= 0 else _mix(tuple(part / was for part in start), row.colour, _smooth(since_s, 0.4))
    red, green, blue = (now * part for part in tint)
    return red, green, blue


def still_s(pattern: str, since_s: float, seconds: float = 0.0) -> float:
    """For how long from now `level` stays the same: 0 while it moves, infinity when it never changes again."""
    return PATTERNS[pattern].curve.still_s(since_s, seconds)


def _mix(a: tuple[float, ...], b: Rgb, share: float) -> tuple[float, ...]:
    return tuple(x + (y - x) * share for x, y in zip(a, b, strict=True))


def _smooth(since_s: float, length_s: float) -> float:
    """0 before, 1 after, and between them a curve without corners."""
    if length_s <= 0:
        return 1.0
    x = min(max(since_s / length_s, 0.0), 1.0)
    return x * x * (3 - 2 * x)
