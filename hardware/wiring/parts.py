"""How each kind of part looks: a box with its pins at the sides, and inside what an electrician would draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from hardware.wiring.svg import INK, PAPER, SOFT, Point, box, dot, line, text
from hardware.wiring.table import Part, in_language

WIDTH: Final = 280.0
HEAD, PITCH, FOOT = 54.0, 26.0, 14.0
# Upright space below the head, where it is not given by the pins.
LEAST: Final = {
    **{"electrodes": 92.0, "plates": 92.0, "button": 66.0, "led": 66.0},
    **{"rgb": 104.0, "fsr": 104.0, "speaker": 74.0},
}
FILLS: Final = {"board": "#e8f0fa", "electrodes": "#e9f6ee", "plates": "#e9f6ee"}
ROWS: Final = {"button": 40.0, "led": 40.0, "fsr": 64.0}  # pins further apart, so that the symbol fits between


@dataclass(frozen=True, slots=True)
class Placed:
    """A part at its place on the sheet."""

    part: Part
    x: float
    y: float

    @property
    def height(self) -> float:
        """From the upper to the lower edge of its box."""
        rows = max(len(self.part.left), len(self.part.right))
        return HEAD + LEAST.get(self.part.kind, rows * PITCH) + FOOT

    def pin(self, name: str) -> Point:
        """Where a wire ends at this part."""
        if name in self.part.left:
            return self.x, self._row(self.part.left.index(name))
        row = self._row(self.part.right.index(name))
        return self.x + WIDTH, row + (32.0 if self.part.kind == "fsr" else 0.0)

    def _row(self, index: int) -> float:
        return self.y + HEAD + 13.0 + index * ROWS.get(self.part.kind, PITCH)

    def draw(self, language: str) -> list[str]:
        """The box, its names and what is inside."""
        shapes = [box(self.x, self.y, WIDTH, self.height, FILLS.get(self.part.kind, "#fbfaf5"))]
        name, note = in_language(self.part.name, language), in_language(self.part.note, language)
        shapes += [
            text(self.x + 14, self.y + 23, name, 15, weight="bold"),
            text(self.x + 14, self.y + 41, note, 11.5, SOFT),
        ]
        if self.part.kind in ("board", "electrodes", "plates", "speaker"):
            shapes += self._names()
        if self.part.kind in INSIDE:
            shapes += INSIDE[self.part.kind](self, language)
        shapes += [dot(*self.pin(pin), 4.5, PAPER, INK) for pin in (*self.part.left, *self.part.right)]
        return shapes

    def _names(self) -> list[str]:
        left = [text(self.x + 14, self.pin(pin)[1] + 4.5, pin) for pin in self.part.left]
        right = [text(self.x + WIDTH - 14, self.pin(pin)[1] + 4.5, pin, anchor="end") for pin in self.part.right]
        return left + right


def _button(at: Placed, language: str) -> list[str]:
    (x, top), (_, bottom), middle = at.pin("other"), at.pin("one"), at.x + 130
    return [
        line([(x, top), (middle, top), (middle, top + 8)]),
        line([(x, bottom), (middle, bottom), (middle, bottom - 8)]),
        dot(middle, top + 9, 3.5),
        dot(middle, bottom - 9, 3.5),
        line([(middle + 11, top + 6), (middle + 11, bottom - 6)], width=3),
        line([(middle + 11, (top + bottom) / 2), (middle + 34, (top + bottom) / 2)], width=3),
        line([(middle + 34, (top + bottom) / 2 - 10), (middle + 34, (top + bottom) / 2 + 10)], width=6),
    ]


def _led(at: Placed, language: str) -> list[str]:
    (x, top), (_, bottom) = at.pin("in"), at.pin("out")
    end, middle = at.x + 200, (top + bottom) / 2
    return [
        line([(x, top), (x + 60, top)]),
        resistor(x + 60, top),
        line([(x + 110, top), (end, top), (end, middle - 9)]),
        *led(end, middle, "#d1495b"),
        line([(end, middle + 9), (end, bottom), (x, bottom)]),
        text(x + 85, top + 25, "330 Ω", 12, SOFT, "middle"),
    ]


def _rgb(at: Placed, language: str) -> list[str]:
    shapes: list[str] = []
    (x, bottom), out = at.pin("cathode"), at.x + 240
    names = {"red": ("rot", "#d1495b"), "green": ("grün", "#2e8b57"), "blue": ("blau", "#1d6fb8")}
    for pin, (german, colour) in names.items():
        row = at.pin(pin)[1]
        shapes += [
            line([(x, row), (x + 90, row)]),
            resistor(x + 90, row),
            line([(x + 140, row), (x + 176, row)]),
            *led(x + 186, row, colour, lying=True),
            line([(x + 196, row), (out, row), (out, bottom)]),
            text(x + 16, row - 5, german if language == "de" else pin, 11.5, SOFT),
        ]
    return [*shapes, line([(out, bottom), (x, bottom)])]


def _fsr(at: Placed, language: str) -> list[str]:
    (x, top), (_, bottom), (end, tap) = at.pin("top"), at.pin("foot"), at.pin("tap")
    middle = at.x + 140
    return [
        line([(x, top), (middle, top), (middle, top + 4)]),
        dot(middle, top + 17, 13, "#d9d2c0", INK),
        text(middle + 20, top + 21, "FSR 402", 12, SOFT),
        line([(middle, top + 30), (middle, tap)]),
        line([(middle, tap), (end, tap)]),
        dot(middle, tap, 3.5),
        line([(middle, tap), (middle, bottom - 24)]),
        box(middle - 6, bottom - 26, 12, 22, PAPER, INK, 2),
        line([(middle, bottom - 4), (middle, bottom), (x, bottom)]),
        text(middle - 12, bottom - 11, "2.2 kΩ" if language == "en" else "2,2 kΩ", 12, SOFT, "end"),
    ]


def _electrodes(at: Placed, language: str) -> list[str]:
    x, y = at.x + 34, at.y + at.height - 26
    said = "two on muscle, one on bone" if language == "en" else "zwei auf Muskel, eine auf Knochen"
    shapes = []
    for shift, fill in ((0.0, "#2e8b57"), (26.0, "#2e8b57"), (58.0, "#9aa4ad")):
        shapes += [dot(x + shift, y - 4, 9, "#cfd6dc", INK), dot(x + shift, y - 4, 4, fill)]
    return [*shapes, text(x + 76, y, said, 11, SOFT)]


def _plates(at: Placed, language: str) -> list[str]:
    x, y = at.x + 24, at.y + at.height - 26
    said = "three plates along the muscle" if language == "en" else "drei Platten längs des Muskels"
    shapes = [box(x + shift, y - 14, 8, 20, "#cfd6dc", INK, 2) for shift in (0.0, 24.0, 48.0)]
    return [*shapes, text(x + 72, y, said, 11, SOFT)]


def _speaker(at: Placed, language: str) -> list[str]:
    x, y = at.x + 110, at.y + HEAD + 28
    return [
        box(x, y - 13, 14, 26, "#d9d2c0", INK, 2),
        f'<path d="M{x + 14:g} {y - 13:g} L{x + 34:g} {y - 28:g} V{y + 28:g} L{x + 14:g} {y + 13:g} Z" '
        f'fill="#efe9da" stroke="{INK}" stroke-width="1.5"/>',
        *(
            f'<path d="M{x + 44 + 9 * k:g} {y - 10 - 5 * k:g} q{7 + 2 * k:g} {10 + 5 * k:g} 0 {20 + 10 * k:g}" '
            f'stroke="{SOFT}" stroke-width="2"/>'
            for k in range(3)
        ),
    ]


INSIDE: Final[dict[str, Callable[[Placed, str], list[str]]]] = {
    "button": _button,
    "led": _led,
    "rgb": _rgb,
    "fsr": _fsr,
    "electrodes": _electrodes,
    "plates": _plates,
    "speaker": _speaker,
}


def resistor(x: float, y: float) -> str:
    """50 px wide, lying, its left end at (x, y)."""
    return box(x, y - 6, 50, 12, PAPER, INK, 2)


def led(x: float, y: float, colour: str, *, lying: bool = False) -> list[str]:
    """Around (x, y); the current comes from above, or from the left when it lies."""
    turn = f' transform="rotate(-90 {x:g} {y:g})"' if lying else ""
    return [
        f'<g{turn}><path d="M{x - 10:g} {y - 9:g} H{x + 10:g} L{x:g} {y + 8:g} Z" fill="{colour}" stroke="{INK}" '
        f'stroke-width="1.5"/><path d="M{x - 10:g} {y + 9:g} H{x + 10:g}" stroke="{INK}" stroke-width="2.5"/></g>'
    ]
