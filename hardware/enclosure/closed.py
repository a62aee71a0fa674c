"""Is this STL one closed body?  Every edge must belong to exactly two triangles.

    python3 closed.py FILE.stl ...      exit code 1 when one is not

OpenSCAD's own check lets two bodies pass that touch in a line; a slicer then guesses.  ASCII files only, as OpenSCAD
writes them.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

Corner = tuple[str, ...]


def open_edges(stl: str) -> int:
    """How many edges do not belong to exactly two triangles."""
    corners: list[Corner] = [tuple(line.split()[1:]) for line in stl.splitlines() if line.lstrip().startswith("vertex")]
    edges: Counter[frozenset[Corner]] = Counter()
    for k in range(0, len(corners), 3):
        a, b, c = corners[k : k + 3]
        edges.update((frozenset((a, b)), frozenset((b, c)), frozenset((c, a))))
    return sum(count != 2 for count in edges.values())


def main() -> int:
    """Say it of every file named."""
    worst = 0
    for name in sys.argv[1:]:
        wrong = open_edges(Path(name).read_text())
        print(f"{Path(name).stem}: {'closed' if not wrong else f'{wrong} edges are open or shared by too many'}")
        worst |= bool(wrong)
    return worst


if __name__ == "__main__":
    sys.exit(main())
