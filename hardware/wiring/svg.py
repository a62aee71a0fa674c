"""The few shapes a sheet is made of, as SVG text; numbers are pixels and always written the same way."""

from __future__ import annotations

from html import escape
from typing import Final

FONT: Final = "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif"
INK, SOFT, PAPER = "#23282d", "#5f6b76", "#ffffff"

Point = tuple[float, float]


def number(value: float) -> str:
    """A coordinate: at most one decimal, never `-0` nor `1.0`."""
    said = f"{value:.1f}".removesuffix(".0")
    return "0" if said == "-0" else said


def line(points: list[Point], colour: str = INK, width: float = 2.5, *, halo: float = 0, dashed: bool = False) -> str:
    """A line through the points with soft corners; a halo so wide lets it pass over others like a bridge."""
    path = _rounded(points)
    under = f'<path d="{path}" stroke="{PAPER}" stroke-width="{number(width + 2 * halo)}"/>' if halo else ""
    dash = ' stroke-dasharray="7 6"' if dashed else ""
    return f'{under}<path d="{path}" stroke="{colour}" stroke-width="{number(width)}"{dash}/>'


def box(x: float, y: float, w: float, h: float, fill: str = PAPER, stroke: str = INK, radius: float = 8) -> str:
    """A rectangle with round corners."""
    return (
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(w)}" height="{number(h)}" rx="{number(radius)}" '
        f'fill="{fill}" stroke="{stroke}" stroke-width="1.5"/>'
    )


def dot(x: float, y: float, radius: float = 4, fill: str = INK, stroke: str = "none") -> str:
    """A filled circle."""
    return (
        f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" fill="{fill}" stroke="{stroke}" '
        'stroke-width="1.5"/>'
    )


def text(
    x: float, y: float, said: str, size: float = 13, colour: str = INK, anchor: str = "start", weight: str = "normal"
) -> str:
    """One line of text; `y` is its base line."""
    return (
        f'<text x="{number(x)}" y="{number(y)}" font-size="{number(size)}" fill="{colour}" stroke="none" '
        f'text-anchor="{anchor}" font-weight="{weight}">{escape(said)}</text>'
    )


def sheet(width: float, height: float, title: str, shapes: list[str]) -> str:
    """The whole file, with a title for those who listen to it."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(width)} {number(height)}" '
        f'width="{number(width)}" height="{number(height)}" role="img" aria-label="{escape(title)}" '
        f'font-family="{FONT}" fill="none" stroke-linecap="round" stroke-linejoin="round">'
    )
    paper = f'<rect width="{number(width)}" height="{number(height)}" fill="{PAPER}"/>'
    return "\n".join([head, f"<title>{escape(title)}</title>", paper, *shapes, "</svg>", ""])


def _rounded(points: list[Point], radius: float = 6) -> str:
    parts = [f"M{number(points[0][0])} {number(points[0][1])}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        near, far = _towards(corner, before, radius), _towards(corner, after, radius)
        parts.append(f"L{number(near[0])} {number(near[1])}")
        parts.append(f"Q{number(corner[0])} {number(corner[1])} {number(far[0])} {number(far[1])}")
    parts.append(f"L{number(points[-1][0])} {number(points[-1][1])}")
    return " ".join(parts)


def _towards(start: Point, goal: Point, distance: float) -> Point:
    length = abs(goal[0] - start[0]) + abs(goal[1] - start[1])  # every line is level or upright
    share = min(0.5, distance / length) if length else 0.0
    return start[0] + share * (goal[0] - start[0]), start[1] + share * (goal[1] - start[1])
