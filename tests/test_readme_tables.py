"""The tables in station/README.md are the tables in the code, and it names every thread that `run` has.

After a change:  python -m station.core.tables  and put the result between the two marks.
"""

import re
from pathlib import Path

from station.core.tables import markdown

ROOT = Path(__file__).parents[1]
README = ROOT / "station" / "README.md"
# Threads of other commands than `run`.
ELSEWHERE = ("station/demo/", "station/guided.py")


def test_the_readme_shows_the_tables_as_they_are() -> None:
    text = README.read_text(encoding="utf-8")
    shown = text.split("<!-- tables -->")[1].split("<!-- /tables -->")[0]
    assert shown.strip() == markdown().strip()


def test_the_readme_names_every_thread() -> None:
    running = README.read_text(encoding="utf-8").split("## Who runs where")[1].split("\n## ")[0]
    code = [file for part in ("station", "hardware") for file in (ROOT / part).rglob("*.py")]
    started = {
        name: str(file.relative_to(ROOT))
        for file in code
        for name in re.findall(r'threading\.Thread\([^\n]*name="(\w+)"', file.read_text(encoding="utf-8"))
        if not str(file.relative_to(ROOT)).startswith(ELSEWHERE)
    }
    assert len(started) > 5
    assert [f"{name} ({where})" for name, where in started.items() if f"`{name}`" not in running] == []
