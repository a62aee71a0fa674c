"""The day page over a made-up year, in Chromium."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.outputs.browser.chromium import IN_CHROMIUM, SIZES, Station
from tests.outputs.generated_years import workdays

pytestmark = IN_CHROMIUM

# Minutes are kept for a year; the last week is left to the day that every station of these tests remembers.
YEAR = workdays(datetime.date.today() - datetime.timedelta(days=7), 350)


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    """One with a long past."""
    running = Station(tmp_path_factory.mktemp("station"), YEAR)
    yield running
    running.stop()


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_any_day_of_a_made_up_year_is_shown_as_a_map(page: Any, station: Station, tmp_path: Path, size: Any) -> None:
    """From one day to the next by the arrows; a workday is full of tiles, a weekend says that nothing was measured."""
    shots = Path(os.environ.get("DESK_SHOTS") or tmp_path)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    fridays = [day for day in YEAR if day.weekday() == 4]
    for language, friday in (("de", fridays[0]), ("en", fridays[len(fridays) // 2]), ("de", fridays[-1])):
        page.goto(f"{station.address}/day?date={friday}&lang={language}&numbers=show")
        assert page.locator(".map [class*='tile r']").count() >= 35
        assert page.locator(".map .away").count() >= 4, "the lunch"
        assert page.locator(".map .thin").count() >= 1
        assert page.locator(".map tbody tr").count() == 10, "the day's hours, without the night"
        assert page.locator(".story li").count() >= 15
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        page.screenshot(path=shots / f"day-{friday}-{language}-{size[0]}.png", full_page=True)
        page.click("h1 + nav a:last-child")  # the next day
        assert page.locator("h1 + nav").count() == 1 and page.locator(".map").count() == 0, "a Saturday"
