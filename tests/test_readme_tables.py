"""The tables in station/README.md are the tables in the code.

After a change:  python -m station.core.tables  and put the result between the two marks.
"""

from pathlib import Path

from station.core.tables import markdown

README = Path(__file__).parent.parent / "station" / "README.md"


def test_the_readme_shows_the_tables_as_they_are() -> None:
    text = README.read_text(encoding="utf-8")
    shown = text.split("<!-- tables -->")[1].split("<!-- /tables -->")[0]
    assert shown.strip() == markdown().strip()
