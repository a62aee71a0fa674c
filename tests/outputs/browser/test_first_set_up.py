"""The first set-up in Chromium, as long as it takes a person: the calibration's four minutes are most of it."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.outputs.browser.chromium import IN_CHROMIUM, Station, go, until

pytestmark = IN_CHROMIUM


def test_the_first_set_up_from_its_beginning_to_its_end(page: Any, station: Station) -> None:
    """Red flags, power, sensor, sound, the whole calibration with a person who follows it, button, privacy."""
    go(page, station, "/setup?step=flags")
    page.click("[data-do=setup]")
    page.click("[data-choice=battery]")
    page.wait_for_selector("[data-step=sensor]")
    until(page, "document.getElementById('signal').textContent.includes('gut')", 15)
    page.click("[data-do=setup] >> nth=0")
    page.wait_for_selector("[data-step=sound]")
    page.click("[data-do=start]")
    until(page, "document.getElementById('saying').textContent.length > 5", 5)
    page.click("[data-choice=heard]")
    page.wait_for_selector("[data-step=calibration]")
    follows = {"rest": "rest", "reference_1": "reference", "reference_2": "reference", "shrug": "shrug", "drop": "rest"}
    heard = len(station.said)
    page.click("[data-move=start]")
    end = time.monotonic() + 200
    while time.monotonic() < end and not page.locator("[data-when=taken]").is_visible():
        for said in station.said[heard:]:
            heard += 1
            if said.get("event") == "calibration_step":
                station.person(activity=follows.get(said["step"], "rest"))
                if said["step"] == "typing":
                    page.click("[data-move=skip]")
        refused = [said for said in station.said if said.get("event") == "calibration_refused"]
        assert not refused, refused
        page.wait_for_timeout(200)
    assert "kennt jetzt deine Ruhe" in page.locator("#calibration-result").inner_text()
    main = page.locator("#step .primary:visible")
    assert main.all_inner_texts() == ["Weiter"], "one way on"
    assert page.locator("[data-move=start]").inner_text() == "Noch einmal"
    assert not page.locator("#step [data-choice=skipped]").is_visible()
    main.click()
    page.wait_for_selector("[data-step=button]")
    page.wait_for_timeout(500)
    station.tell("press 2.0")
    page.wait_for_selector("[data-gesture=long].done", timeout=8000)
    station.tell("press 2.0")
    page.wait_for_timeout(2500)
    page.click("[data-do=setup] >> nth=0")
    page.wait_for_selector("[data-step=privacy]")
    page.click("main [data-do=setup]")
    page.wait_for_selector("text=Alles eingerichtet")
    go(page, station, "/")
    assert page.locator(".hint a[href='/setup']").count() == 0
    station.person(activity="typing")


def test_whoever_puts_the_sensor_on_anew_holds_a_reference_for_twenty_seconds(page: Any, station: Station) -> None:
    """On a phone, by one button; the day then has a reference of its own, told where it was asked for."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    page.set_viewport_size({"width": 360, "height": 780})
    go(page, station, "/setup?step=calibration")
    assert page.locator("#daily h3").inner_text() == "Elektroden neu angelegt?"
    assert page.locator("#calibration-title").inner_text().startswith("Die erste Übung")
    page.click("[data-move=daily]")
    until(page, "document.getElementById('calibration-words').textContent.startsWith('Kurz nachmessen')", 5)
    assert page.locator("#calibration-title").inner_text() == "Kurz nachmessen: 20 Sekunden"
    assert not page.locator("#calibration-lead").is_visible(), "twenty seconds are not four minutes"
    box = page.locator("#calibration-words").bounding_box()
    assert box and box["y"] >= 0 and box["y"] + box["height"] <= 780, "the words are in sight"
    page.click("[data-move=next]")
    until(page, "document.getElementById('calibration-words').textContent.includes('zwanzig Sekunden')", 5)
    station.person(activity="reference")
    found = axe.run(page).response
    assert found["passes"] and not found["violations"], found["violations"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    until(page, "document.getElementById('calibration-result').textContent.includes('Referenz von heute')", 30)
    station.person(activity="typing")
    assert not page.locator("[data-when=taken]").is_visible(), "it is no step of the first set-up"
    kinds = page.evaluate("fetch('/api/day').then(a => a.json()).then(day => day.references.map(each => each.kind))")
    assert kinds[-1] == "daily"
