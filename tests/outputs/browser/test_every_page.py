"""Every page, both sizes, both languages, by day and by night: it fits, and axe finds nothing.

Screenshots of every page go to the folder that DESK_SHOTS names, else to the test's own.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.outputs.browser.chromium import IN_CHROMIUM, SIZES, Station, go

pytestmark = IN_CHROMIUM

PAGES = {
    "now": "/",
    "day": "/day?date={day}",
    "insight": "/insight",
    "exercises": "/exercises",
    "exercise": "/exercises/breathing",
    "diary": "/diary",
    "data": "/data",
    "setup-flags": "/setup?step=flags",
    "setup-power": "/setup?step=power",
    "setup-sensor": "/setup?step=sensor",
    "setup-sound": "/setup?step=sound",
    "setup-calibration": "/setup?step=calibration",
    "setup-button": "/setup?step=button",
    "setup-privacy": "/setup?step=privacy",
    "help": "/help",
    "sheet": "/sheet",
    "missing": "/nowhere",
}


@pytest.mark.parametrize(
    ("language", "size", "scheme"),
    [
        ("de", SIZES[0], "light"),
        ("en", SIZES[0], "light"),
        ("de", SIZES[1], "light"),
        ("en", SIZES[1], "light"),
        ("de", SIZES[0], "dark"),
        ("en", SIZES[1], "dark"),
    ],
    ids=lambda value: str(value[0]) if isinstance(value, tuple) else value,
)
def test_every_page_fits_and_is_clean(
    browser: Any, station: Station, tmp_path: Path, language: str, size: tuple[int, int], scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    shots = Path(os.environ.get("DESK_SHOTS") or tmp_path)
    shots.mkdir(parents=True, exist_ok=True)
    viewport = {"width": size[0], "height": size[1]}
    context = browser.new_context(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    wrong = []
    for name, path in PAGES.items():
        go(page, station, path, language)
        page.wait_for_timeout(200)  # its script has filled it; nothing moves
        # As tall as the page, or the bar at a phone's lower edge would lie across the picture's middle.
        page.set_viewport_size({**viewport, "height": page.evaluate("document.documentElement.scrollHeight")})
        page.screenshot(path=shots / f"{name}-{language}-{size[0]}-{scheme}.png", full_page=True)
        page.set_viewport_size(viewport)
        page.evaluate("document.querySelectorAll('details').forEach((folded) => (folded.open = true))")
        if page.evaluate("document.documentElement.scrollWidth") > size[0]:
            wrong.append(f"{name}: wider than the window")
        found = axe.run(page).response
        assert found["passes"], "axe has looked"
        for violation in found["violations"]:
            where = "; ".join(str(node["target"]) for node in violation["nodes"][:4])
            wrong.append(f"{name}: {violation['id']} ({violation['help']}): {where}")
    context.close()
    assert not wrong, "\n".join(wrong)
