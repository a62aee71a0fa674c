"""The check that a printed part is one closed body (the parts themselves: hardware/enclosure/render.sh)."""

from __future__ import annotations

import runpy
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "hardware/enclosure"
open_edges = runpy.run_path(str(FOLDER / "closed.py"))["open_edges"]

A, B, C, D = "0 0 0", "1 0 0", "0 1 0", "0 0 1"


def stl(*triangles: tuple[str, str, str]) -> str:
    return "\n".join(f"  vertex {corner}" for triangle in triangles for corner in triangle)


def test_a_tetrahedron_is_closed_and_without_a_face_it_is_not() -> None:
    faces = [(A, B, C), (A, B, D), (B, C, D), (A, C, D)]
    assert open_edges(stl(*faces)) == 0
    assert open_edges(stl(*faces[:3])) == 3


def test_two_bodies_that_touch_in_a_line_are_not_one() -> None:
    """What a screw post that only just touches the wall makes."""
    other = [(A, B, "0 -1 0"), (A, B, "0 0 -1"), (B, "0 -1 0", "0 0 -1"), (A, "0 -1 0", "0 0 -1")]
    assert open_edges(stl((A, B, C), (A, B, D), (B, C, D), (A, C, D), *other)) == 1


def test_every_board_has_its_picture() -> None:
    assert {path.stem for path in FOLDER.glob("*.png")} == {"zero2w", "pi4", "pi5"}
