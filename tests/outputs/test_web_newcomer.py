"""What somebody finds who has never seen the page: plain words, and nothing that contradicts itself."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from web_desk import Rig, remember

from station.core import events as e
from station.outputs.web import catalogue
from station.outputs.web.view import words

LANGUAGES = pytest.mark.parametrize("language", ["de", "en"])


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def shown(rig: Rig, path: str, language: str = "de") -> str:
    """The page's text without its scripts' data, so that a word can be missed there."""
    text = rig.client().get(f"{path}{'&' if '?' in path else '?'}lang={language}").text
    return re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)


@LANGUAGES
def test_what_is_kept_is_said_beside_taking_it_along_and_one_click_away(rig: Rig, language: str) -> None:
    kept = words(language)["setup.privacy_list"]
    data = shown(rig, "/data", language)
    assert all(f"<li>{each}</li>" in data for each in kept)
    assert all(f"<li>{each}</li>" in shown(rig, "/setup?step=privacy", language) for each in kept)
    assert 'href="/data"' in shown(rig, "/help", language).partition("<main")[2].partition("</main>")[0]
    for path in ("/", "/diary", "/exercises"):
        footer = shown(rig, path, language).partition("<footer")[2].partition("</footer>")[0]
        assert f'<a href="/data">{words(language)["frame.data"]}</a>' in footer


def test_in_the_first_minute_of_a_day_nothing_is_there_yet(rig: Rig, tmp_path: Path) -> None:
    assert "Heute ist noch nichts gemessen." in shown(rig, "/day")
    assert "Noch nichts." in shown(rig, "/day")
    remember(tmp_path, (rig.wall, e.Cue("light", "tension", "breathing")))
    begun = shown(rig, "/day")
    assert "Heute ist noch nichts gemessen." in begun and "Licht · noch ohne Antwort" in begun
    assert "An diesem Tag wurde nichts gemessen." in shown(rig, "/day?date=2001-02-03")


@LANGUAGES
def test_every_cell_of_the_button_s_table_carries_its_column_s_name(rig: Rig, language: str) -> None:
    table = shown(rig, "/help", language).partition('class="grammar"')[2].partition("</table>")[0]
    cells = re.findall(r'<td role="cell" data-when="([^"]+)">([^<]+)</td>', table)
    names = [words(language)[f"help.when_{when}"] for when in ("free", "offer", "exercise")]
    assert [name for name, _ in cells] == 4 * names
    assert table.count('role="row"') == 5 and table.count('role="columnheader"') == 4


@LANGUAGES
def test_what_is_said_of_the_small_pause_is_true(language: str) -> None:
    said = words(language)["live.offer_text_daily"]
    daily = next(each for each in catalogue.exercises(language) if each.name == "daily")
    assert re.search("weniger als eine Minute|less than a minute", said)
    assert max(version.seconds for version in daily.versions) < 60
