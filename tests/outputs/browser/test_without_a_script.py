"""The page in a real Chromium that runs no JavaScript: read, answered, taken along."""

from __future__ import annotations

import zipfile
from typing import Any

from tests.outputs.browser.chromium import IN_CHROMIUM, Station, go

pytestmark = IN_CHROMIUM


def test_it_can_be_read_without_javascript(browser: Any, station: Station) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for path, words in (
        ("/", "Deine Schulter"),
        ("/day?date={day}", "Ruhe"),
        ("/exercises/autogenic", "Was man darüber weiß"),
        ("/help", "112"),
    ):
        go(page, station, path)
        assert words in page.content()
        assert page.locator("button:visible").count() == 0, "no button that would do nothing"
    context.close()


def test_two_weeks_of_looking_are_answered_ended_and_begun_without_javascript(browser: Any, station: Station) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    go(page, station, "/")
    assert page.is_visible("#question-hint")
    page.click("#question-hint a")
    page.click("text=die Zeit drängte")
    assert "Gerade ist nichts zu fragen" in page.inner_text("#observation")
    page.click("text=Deine Antworten")
    assert "die Zeit drängte" in page.inner_text("#observation .felt")
    page.click("text=Jetzt aufhören")
    page.click("summary:has-text('Zwei Wochen hinschauen')")
    page.click("text=Was du selbst spürst")
    assert "Gerade ist nichts zu fragen" in page.inner_text("#observation")
    page.click("text=Jetzt aufhören")
    station.tell("observe pace")
    context.close()


def test_your_data_is_taken_along_and_deleted_without_javascript(browser: Any, station: Station) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{station.address}/data?lang=de")
    with page.expect_download() as download:
        page.click("text=Als Zip herunterladen")
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.testzip() is None
        assert {"minutes.csv", "marks.csv", "history.json"} <= set(archive.namelist())
    page.fill("[name=since]", "2001-01-01")
    page.fill("[name=until]", "2001-01-02")
    page.click("text=Diese Tage löschen")
    assert "1. Januar 2001 – " in page.inner_text("main")
    page.click("text=Ja, für immer löschen")
    assert "Gelöscht und nachgesehen. Einträge: 0, Aufnahmen: 0." in page.inner_text("main")
    context.close()
