"""What the finger meant: from edges to short, double, long and hold.

    down ▔▔▔▔│· · · · · · · · │▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔│▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔│
         0   0.6 s            1.5 s               6 s             20 s
         short    (nothing)        long                 hold          leaned on: nothing

Rule 1: actions fire on release, so nothing fires on the way to a longer hold.
Rule 2: while the finger is down, `ButtonHeld` says what a release would do now; the light shows it.
Rule 3: a short press is known to be short only when no second one has followed for `double_s`.
Rule 4: between short and long lies a stretch that does nothing: a hand that hesitates has decided nothing.

`TABLE` is the whole behaviour; times come from the edges themselves, so a busy loop judges no differently.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

import msgspec

from station.core.component import NEVER, Handler, Message
from station.core.events import Button, ButtonHeld
from station.core.inputs import ButtonEdge, Tick

# (where we are, what happens) -> (where we are then, the gesture that fires, if any).
# "release short" and the like name the stage in which the finger was lifted.
TABLE: Mapping[tuple[str, str], tuple[str, str]] = {
    ("up", "press"): ("down", ""),
    ("down", "release short"): ("between", ""),
    ("down", "release none"): ("up", ""),
    ("down", "release long"): ("up", "long"),
    ("down", "release hold"): ("up", "hold"),
    ("down", "release forgotten"): ("up", ""),
    ("between", "time"): ("up", "short"),
    ("between", "press"): ("down again", ""),
    ("down again", "release short"): ("up", "double"),
    ("down again", "release none"): ("up", ""),
    ("down again", "release long"): ("up", "long"),
    ("down again", "release hold"): ("up", "hold"),
    ("down again", "release forgotten"): ("up", ""),
}


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long the presses of the button are."""

    short_s: Annotated[
        float, msgspec.Meta(ge=0.2, le=1.5, description="seconds: a press shorter than this is a short one")
    ] = 0.6
    double_s: Annotated[
        float, msgspec.Meta(ge=0.2, le=1.0, description="seconds within which a second short press makes it a double")
    ] = 0.5
    long_s: Annotated[float, msgspec.Meta(ge=0.8, le=4.0, description="seconds from which a press is a long one")] = 1.5
    hold_s: Annotated[
        float, msgspec.Meta(ge=3.0, le=15.0, description="seconds from which a press is a hold (private mode)")
    ] = 6.0
    bounce_s: Annotated[
        float, msgspec.Meta(ge=0.0, le=0.2, description="seconds after an edge in which the contact may bounce")
    ] = 0.05
    forgotten_s: Annotated[
        float,
        msgspec.Meta(ge=8.0, le=600.0, description="seconds after which something leans on the button: no gesture"),
    ] = 20.0

    def __post_init__(self) -> None:
        """Raise ValueError when the times do not grow from short to forgotten."""
        if not self.short_s <= self.long_s < self.hold_s < self.forgotten_s:
            raise ValueError("the button's times must grow: short_s <= long_s < hold_s < forgotten_s")


class Gestures:
    """One button's finger."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = s = settings or Settings()
        # (seconds after the press, the stage a release would fire from there on)
        self.stages = (
            (0.0, "short"),
            (s.short_s, "none"),
            (s.long_s, "long"),
            (s.hold_s, "hold"),
            (s.forgotten_s, "forgotten"),
        )
        self._where = "up"
        self._stage = 0
        self._raw = False
        self._pressed = False
        self._edge_at = -NEVER
        """Monotonic second of the last edge that was believed."""

    def routes(self) -> Mapping[type, Handler]:
        """Edges and time."""
        return {ButtonEdge: self._on_edge, Tick: self._on_tick}

    def due(self) -> float:
        """The next stage of a held button, the end of a bounce, or the moment a short press is known to be short."""
        due = NEVER
        if self._raw != self._pressed:
            due = self._edge_at + self.settings.bounce_s
        if self._pressed and self._stage + 1 < len(self.stages):
            due = min(due, self._edge_at + self.stages[self._stage + 1][0])
        if self._where == "between":
            due = min(due, self._edge_at + self.settings.double_s)
        return due

    def _on_edge(self, edge: ButtonEdge, now: float) -> Iterator[Message]:
        # A second press at the very last moment is still in time.
        yield from self._settle(edge.at, still_in_time=edge.pressed)
        self._raw = edge.pressed
        if edge.pressed != self._pressed and edge.at >= self._edge_at + self.settings.bounce_s:
            yield from self._believe(edge.pressed, edge.at)

    def _on_tick(self, _: Tick, now: float) -> Iterator[Message]:
        yield from self._settle(now)

    def _settle(self, t: float, still_in_time: bool = False) -> Iterator[Message]:
        """All that time alone has decided until `t`."""
        bounced = self._edge_at + self.settings.bounce_s
        if self._raw != self._pressed and t >= bounced:  # it came to rest on the other side while we looked away
            yield from self._believe(self._raw, bounced)
        while self._pressed and self._stage + 1 < len(self.stages):
            begins, stage = self.stages[self._stage + 1]
            if t < self._edge_at + begins:
                break
            self._stage += 1
            yield ButtonHeld("none" if stage == "forgotten" else stage)
        known = self._edge_at + self.settings.double_s
        if self._where == "between" and (t > known or (t == known and not still_in_time)):
            yield from self._step("time")

    def _believe(self, pressed: bool, at: float) -> Iterator[Message]:
        held_for = self.stages[self._stage][1]
        self._pressed, self._edge_at, self._stage = pressed, at, 0
        if pressed:
            yield from self._step("press")
            yield ButtonHeld("double" if self._where == "down again" else "short")
        else:
            if held_for not in ("none", "forgotten"):
                yield ButtonHeld("none")
            yield from self._step(f"release {held_for}")

    def _step(self, what: str) -> Iterator[Message]:
        self._where, gesture = TABLE[self._where, what]
        if gesture:
            yield Button(gesture)
