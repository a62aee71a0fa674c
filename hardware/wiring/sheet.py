"""Lays out one drawing: the Pi's header on the left, the parts on the right, two rails and tidy lanes between them.

    header  pills │ lanes │ 3V3 GND │ parts │ lanes between parts

Lanes are chosen so that wires cross as little as possible; the search is exhaustive for few wires and otherwise swaps
neighbours until nothing gets better, so that the same table always gives the same picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, permutations
from typing import Final

from hardware.wiring.parts import WIDTH, Placed
from hardware.wiring.svg import INK, PAPER, SOFT, Point, box, dot, line, sheet, text
from hardware.wiring.table import COLOURS, HEADER, RAILS, Drawing, Table, in_language

TOP, ROW = 116.0, 30.0
INNER_X, OUTER_X, PILL_X, PILL_W = 196.0, 222.0, 246.0, 104.0
LANE, GAP = 16.0, 26.0
HALO: Final = 2.3
EXHAUSTIVE: Final = 7
CLOSE: Final = 6.0  # two wires nearer than this look like one

WORDS: Final = {
    "warning": {
        "en": "Electrodes: run the whole station on a power bank, with nothing else plugged in.",
        "de": "Elektroden: die ganze Station an einer Powerbank betreiben, sonst steckt nichts.",
    },
    "card": {"en": "SD card at this end", "de": "SD-Karte: dieses Ende"},
    "pi": {"en": "Raspberry Pi", "de": "Raspberry Pi"},
    "one": {"en": "pin 1 is the inner one", "de": "Pin 1 liegt innen"},
}

Run = tuple[float, float]  # the height at which a wire comes, and at which it goes on


def draw(drawing: Drawing, table: Table, language: str) -> str:
    """The sheet as SVG."""
    return _Sheet(drawing, table, language).draw()


class _Sheet:
    def __init__(self, drawing: Drawing, table: Table, language: str) -> None:
        self.drawing, self.table, self.language = drawing, table, language
        self.direct = [w for w in drawing.wires if w.start.startswith("pi:")]
        self.tapped = [w for w in drawing.wires if w.start in RAILS]
        self.between = [w for w in drawing.wires if "." in w.start]
        self.rails = [rail for rail in RAILS if any(w.start == rail for w in self.tapped)]
        self.lanes_x = PILL_X + PILL_W + GAP
        self.rails_x = self.lanes_x + LANE * len(self.direct) + 10
        self.parts_x = self.rails_x + 24 * len(self.rails) + 34
        self.placed = self._place()
        self.pills: list[str] = []
        self.width = self.parts_x + WIDTH + 40 + LANE * len(self.between) + 20
        lowest = max(at.y + at.height for at in self.placed.values())
        self.height = max(TOP + 20 * ROW + 36, lowest + 30) + (44 if drawing.electrodes else 0)

    def _place(self) -> dict[str, Placed]:
        """The parts below each other, in the middle of the header's height where there is room."""
        heights = [Placed(part, 0, 0).height for part in self.drawing.parts]
        total = sum(heights) + GAP * (len(heights) - 1)
        y = max(TOP - 20, TOP + (20 * ROW - total) / 2 - 60)
        placed = {}
        for part, height in zip(self.drawing.parts, heights, strict=True):
            placed[part.key] = Placed(part, self.parts_x, y)
            y += height + GAP
        return placed

    def draw(self) -> str:
        title = in_language(self.drawing.title, self.language)
        shapes = [text(40, 46, title, 24, weight="bold")]
        below = (self.drawing.settings, in_language(self.drawing.hint, self.language))
        shapes += [text(40, 70, " · ".join(part for part in below if part), 13, SOFT)]
        shapes += self._pi()
        shapes += self._rails()
        shapes += self._wires()
        shapes += self.pills
        for at in self.placed.values():
            shapes += at.draw(self.language)
        if self.drawing.electrodes:
            said = WORDS["warning"][self.language]
            shapes += [
                box(40, self.height - 50, self.width - 80, 32, "#fdf1d6", "#c98a00"),
                text(self.width / 2, self.height - 29, said, 14, anchor="middle", weight="bold"),
            ]
        return sheet(self.width, self.height, title, shapes)

    # --- the Pi -------------------------------------------------------------------------------------------

    def _pi(self) -> list[str]:
        bottom = TOP + 20 * ROW
        shapes = [box(40, TOP - 30, 194, bottom - TOP + 34, "#dcebdf", "#5d8a66", 14)]
        shapes += [box(INNER_X - 15, TOP - 16, 56, bottom - TOP + 6, "#2b3036", "#2b3036", 4)]
        shapes += [
            text(56, TOP + 4, WORDS["pi"][self.language], 15, weight="bold"),
            text(56, TOP + 24, WORDS["card"][self.language], 10.5, SOFT),
            text(56, TOP + 39, WORDS["one"][self.language], 10.5, SOFT),
        ]
        used = {int(w.start[3:]): w.colour for w in self.direct}
        used |= {self.table.rails[rail]: COLOURS[rail] for rail in self.rails}
        for pin in range(1, 41):
            x, y = self._pin(pin)
            colour = used.get(pin)
            fill, ring = colour or "#c9b458", PAPER if colour else "none"
            if colour:
                self.pills += self._pill(pin, colour)
            square = box(x - 6.5, y - 6.5, 13, 13, fill, ring, 1)
            self.pills.append(square if pin == 1 else dot(x, y, 7 if colour else 4.5, fill, ring))
        return shapes

    def _pin(self, pin: int) -> Point:
        return (INNER_X if pin % 2 else OUTER_X), TOP + (pin - 1) // 2 * ROW

    def _exit(self, pin: int) -> float:
        """The height at which a pin's wire leaves: the inner row passes above the outer one."""
        return self._pin(pin)[1] + (-7.5 if pin % 2 else 7.5)

    def _pill(self, pin: int, colour: str) -> list[str]:
        """From the pin to a label with its number and name."""
        (x, y), out = self._pin(pin), self._exit(pin)
        name = HEADER[pin - 1]
        name = {"3V3": "3.3 V", "5V": "5 V"}.get(name, name if name == "GND" else f"GPIO {name}")
        return [
            line([(x, y), (x, out), (PILL_X, out)], colour, 2.5, halo=1),
            box(PILL_X, out - 7.5, PILL_W, 14.5, PAPER, colour, 7),
            text(PILL_X + 24, out + 4, str(pin), 11, colour, "end", "bold"),
            text(PILL_X + 34, out + 4, name, 11),
        ]

    # --- wires --------------------------------------------------------------------------------------------

    def _rail_x(self, rail: str) -> float:
        return self.rails_x + 24 * self.rails.index(rail) + 12

    def _rails(self) -> list[str]:
        shapes = []
        for rail in self.rails:
            x, colour = self._rail_x(rail), COLOURS[rail]
            fed = self._exit(self.table.rails[rail])
            taps = [self._at(w.end)[1] for w in self.tapped if w.start == rail]
            shapes.append(line([(x, min(fed, *taps)), (x, max(fed, *taps))], colour, 4))
            shapes.append(line([(PILL_X + PILL_W, fed), (x, fed)], colour, halo=HALO))
            shapes.append(dot(x, fed, 4.5, colour))
            shapes.append(text(x, min(fed, *taps) - 9, rail.replace("3V3", "3.3 V"), 11, colour, "middle", "bold"))
        return shapes

    def _at(self, end: str) -> Point:
        part, _, pin = end.partition(".")
        return self.placed[part].pin(pin)

    def _wires(self) -> list[str]:
        shapes = []
        runs = [(self._exit(int(w.start[3:])), self._at(w.end)[1]) for w in self.direct]
        for wire, run, lane in zip(self.direct, runs, lanes(runs), strict=True):
            x = self.lanes_x + LANE * lane + LANE / 2
            points = [(PILL_X + PILL_W, run[0]), (x, run[0]), (x, run[1]), self._at(wire.end)]
            shapes.append(line(points, wire.colour, halo=HALO, dashed=wire.optional))
        for wire in self.tapped:
            tap, (edge, y) = self._rail_x(wire.start), self._at(wire.end)
            shapes += [line([(tap, y), (edge, y)], wire.colour, halo=HALO), dot(tap, y, 4.5, wire.colour)]
        between = [(self._at(w.start)[1], self._at(w.end)[1]) for w in self.between]
        order = sorted(range(len(between)), key=lambda k: (abs(between[k][0] - between[k][1]), k))
        for place, k in enumerate(order):
            wire, x = self.between[k], self.parts_x + WIDTH + 26 + LANE * place
            start, end = self._at(wire.start), self._at(wire.end)
            points = [start, (x, start[1]), (x, end[1]), end]
            shapes.append(line(points, _between_colour(wire.start), halo=HALO))
        return shapes


def _between_colour(start: str) -> str:
    return {"+": COLOURS["3V3"], "−": INK}.get(start.partition(".")[2], "#2e8b57")


def lanes(runs: Sequence[Run]) -> list[int]:
    """For each run the lane (0 is the leftmost) in which it changes its height, with as few crossings as can be."""
    best = list(range(len(runs)))
    if len(runs) <= EXHAUSTIVE:
        return min((list(order) for order in permutations(best)), key=lambda order: crossings(runs, order))
    better = True
    while better:
        better = False
        for one, other in combinations(range(len(runs)), 2):
            swapped = best.copy()
            swapped[one], swapped[other] = best[other], best[one]
            if crossings(runs, swapped) < crossings(runs, best):
                best, better = swapped, True
    return best


def crossings(runs: Sequence[Run], lane: Sequence[int]) -> int:
    """How often wires would cross; lying on each other counts ten times."""
    count = 0
    for (k, (come, go)), (m, (their_come, their_go)) in combinations(enumerate(runs), 2):
        first, second = (come, go), (their_come, their_go)
        if lane[k] > lane[m]:
            first, second = second, first
        # The left one goes on at its new height past the right one's lane; the right one came past the left one's.
        count += _between(first[1], *second) + _between(second[0], *first)
        count += 10 * (abs(first[1] - second[0]) < CLOSE and abs(first[1] - first[0]) > CLOSE)
    return count


def _between(height: float, one: float, other: float) -> bool:
    return min(one, other) < height < max(one, other)
