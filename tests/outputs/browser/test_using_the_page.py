"""The page in a real Chromium, over the real station with a simulated person: seen, pressed, typed into."""

from __future__ import annotations

import json
import re
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from station.core.signal import LEVELS
from tests.outputs.browser.chromium import IN_CHROMIUM, Station, ask, go, until

pytestmark = IN_CHROMIUM


# --- what is seen ---------------------------------------------------------------------------------------


def test_the_trace_moves_and_follows_the_shoulder(page: Any, station: Station) -> None:
    station.person(activity="rest")
    go(page, station, "/")
    until(page, "document.getElementById('level-word').textContent === 'ruht'", 20)
    before = page.evaluate("document.getElementById('trace').toDataURL()")
    station.person(activity="raised")
    until(page, "document.getElementById('level-fill').classList.contains('loaded')", 20)
    assert page.evaluate("document.getElementById('trace').toDataURL()") != before
    station.person(activity="typing")


def test_the_picture_is_at_most_a_quarter_of_a_second_behind(page: Any, station: Station) -> None:
    """From the conversion, by the time stamp of the sensor's frame, to the pixel: one computer, one clock.

        conversions ─► frame ─► reading ─► stream ─► drawn ─► painted
             └ lag ┘ `t_last`, when the reading's window was whole

    A message that is posted while a picture is drawn arrives once that picture is painted.
    """
    go(page, station, "/")
    page.wait_for_timeout(1500)
    seen = page.evaluate(
        """() => new Promise((done) => {
             const found = [], painted = new MessageChannel(), drawn = [];
             painted.port1.onmessage = () => {
               found.push([...drawn.shift(), Date.now() / 1000]);
               if (found.length === 80) done(found);
             };
             document.addEventListener("desk:drawn", (event) => {
               drawn.push([event.detail.centre, event.detail.decided]);
               painted.port2.postMessage(0);
             });
           })"""
    )
    lag = LEVELS["emg-raw"](None).lag_s
    from_frame = sorted(painted - (centre + lag) for centre, _, painted in seen)
    from_reading = sorted(painted - decided for _, decided, painted in seen)
    p95 = round(0.95 * len(seen)) - 1
    print(
        f"\nfrom the frame's time stamp to the pixel: median {1000 * median(from_frame):.0f} ms, p95 "
        f"{1000 * from_frame[p95]:.0f} ms; from the middle of the window {1000 * lag:.0f} ms more; from the reading: "
        f"p95 {1000 * from_reading[p95]:.0f} ms"
    )
    assert from_frame[0] > 0, "nothing is painted before it was measured"
    assert from_frame[p95] <= 0.25, from_frame[-8:]
    assert from_reading[p95] <= 0.25, from_reading[-8:]


def test_an_exercise_is_started_breathed_paused_and_stopped(page: Any, station: Station) -> None:
    go(page, station, "/")
    page.click("[data-do=start][data-technique=breathing][data-length=micro]")
    page.wait_for_selector("#session:not([hidden])", timeout=5000)
    until(page, "document.getElementById('saying').textContent.length > 10", 5)
    page.click("[data-do=next]")
    page.wait_for_timeout(300)
    page.click("[data-do=next]")
    until(page, "document.getElementById('breath-word').textContent === 'einatmen'", 20)
    sizes = []
    for _ in range(2):
        sizes.append(page.evaluate("document.querySelector('.breath-ball').getBoundingClientRect().width"))
        page.wait_for_timeout(1200)
    assert sizes[1] > sizes[0] + 5, "it grows with the breath"
    page.click("[data-do=pause]")
    until(page, "document.getElementById('pause-word').textContent === 'Weiter'", 5)
    page.wait_for_timeout(200)
    still = page.evaluate("document.querySelector('.breath-ball').getBoundingClientRect().width")
    page.wait_for_timeout(600)
    assert page.evaluate("document.querySelector('.breath-ball').getBoundingClientRect().width") == pytest.approx(
        still, abs=1
    )
    page.click("[data-do=pause]")
    until(page, "document.getElementById('pause-word').textContent === 'Anhalten'", 5)
    page.click("#session [data-do=stop]")
    page.wait_for_timeout(400)
    page.click("#session [data-do=stop]")
    page.wait_for_selector("#session", state="hidden", timeout=5000)
    # Whoever felt worse is offered something else, at once, and only until something else has begun.
    page.wait_for_selector("#early:not([hidden])", timeout=5000)
    page.click("#early [data-do=start][data-technique=mindfulness]")
    page.wait_for_selector("#session:not([hidden])", timeout=5000)
    page.wait_for_selector("#early", state="hidden", timeout=5000)
    page.click("#session [data-do=stop]")
    page.wait_for_timeout(400)
    page.click("#session [data-do=stop]")
    page.wait_for_selector("#session", state="hidden", timeout=5000)


@pytest.mark.parametrize("size", [(390, 844), (360, 640), (1440, 900)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_an_exercise_that_the_button_began_can_be_stopped_at_once_wherever_one_is_on_the_page(
    page: Any, station: Station, size: tuple[int, int]
) -> None:
    """One word “Stop” is in view, and one only, above whatever lies along the lower edge."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    go(page, station, "/")
    until(page, "document.getElementById('level-number').textContent !== ''")
    assert page.is_visible("#setup-hint")
    station.tell("start breathing")
    page.wait_for_selector("#session:not([hidden])", timeout=5000)
    assert page.is_hidden("#setup-hint"), "what is not pressing steps back"
    for place in (0, 0.4, 1):
        page.evaluate(f"scrollTo(0, {place} * document.documentElement.scrollHeight)")
        until(page, f"({STOPS})().length === 1", 3)
    page.reload()
    assert page.is_hidden("#setup-hint")
    until(page, f"({STOPS})().length === 1", 3)
    ask(page, "stop", {})
    ask(page, "stop", {})
    page.wait_for_selector("#session", state="hidden", timeout=5000)
    assert page.is_visible("#setup-hint")


STOPS = """() => [...document.querySelectorAll("[data-do=stop]")].filter((button) => {
  const { left, right, top, bottom } = button.getBoundingClientRect();
  const seen = (y) => button.contains(document.elementFromPoint((left + right) / 2, y));
  return bottom > top && seen(top + 4) && seen(bottom - 4);
})"""


def test_whoever_loads_the_page_in_the_middle_of_an_exercise_sees_how_much_of_the_whole_is_done(
    page: Any, station: Station
) -> None:
    done = "new DOMMatrix(getComputedStyle(document.getElementById('session-done')).transform).a"
    go(page, station, "/")
    station.tell("start breathing")
    until(page, f"{done} > 0.05 && {done} < 0.5", 15)
    before = page.evaluate(done)
    page.reload()
    until(page, f"{done} >= {before} && {done} < {before} + 0.15", 3)
    ask(page, "pause", {})
    until(page, "document.getElementById('session-left').textContent === 'angehalten'")
    before = page.evaluate(done)
    page.reload()
    until(page, f"Math.abs({done} - {before}) < 0.01", 3)


def test_a_moment_is_marked_and_gets_its_words_which_stay(page: Any, station: Station) -> None:
    go(page, station, "/diary")
    count = page.locator("textarea").count()
    page.click("main [data-do=mark]")
    until(page, f"document.querySelectorAll('textarea').length === {count + 1}", 8)
    page.locator("textarea").first.fill("am Telefon, „schon wieder“ <b>")
    until(page, "document.querySelector('.saved').textContent === 'gespeichert'", 5)
    page.reload()
    assert page.locator("textarea").first.input_value() == "am Telefon, „schon wieder“ <b>"


def test_an_offer_is_answered_on_the_page_with_its_reason(page: Any, station: Station) -> None:
    """The whole way to an offer takes minutes; here only the answer's own way is walked."""
    go(page, station, "/")
    until(page, "document.getElementById('level-number').textContent !== ''", 10)
    assert page.locator("#offer").is_hidden()
    with page.expect_request("**/api/answer") as asked:
        page.evaluate("document.querySelector('[data-answer=not_now]').click()")
    assert json.loads(asked.value.post_data) == {"answer": "not_now"}


def test_a_quick_check_of_the_yardstick_is_led_in_words_and_can_be_stopped(page: Any, station: Station) -> None:
    go(page, station, "/")
    assert not page.locator("#reference").is_visible()
    ask(page, "calibrate", {"action": "daily"})
    until(page, "document.getElementById('reference-words').textContent.includes('beide Arme zur Seite')", 10)
    assert page.locator("#reference-title").text_content() == "Kurz nachmessen"
    assert page.locator("#state-word").text_content() == "Kalibrierung läuft"
    page.locator("#reference-buttons button").click()
    until(page, "document.getElementById('reference-result').textContent.includes('wie es vorher war')", 10)
    assert not page.locator("#reference-buttons").is_visible()
    ask(page, "calibrate", {"action": "start"})
    until(page, "document.getElementById('reference-title').textContent === 'Kalibrierung'", 10)
    page.locator("#reference-buttons button").click()
    until(page, "!document.getElementById('state-word').textContent.includes('Kalibrierung')", 10)


def test_it_is_used_with_the_keyboard_alone(page: Any, station: Station) -> None:
    go(page, station, "/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.technique") == "shoulder-drop":
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none", "where one is can be seen"
    page.keyboard.press("Enter")
    page.wait_for_selector("#session:not([hidden])", timeout=5000)


def test_who_wants_less_movement_gets_less(browser: Any, station: Station) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 780}, reduced_motion="reduce")
    page = context.new_page()
    go(page, station, "/")
    page.click("[data-do=start][data-technique=breathing][data-length=micro]")
    page.wait_for_selector("#session:not([hidden])")
    page.click("[data-do=next]")
    page.wait_for_timeout(300)
    page.click("[data-do=next]")
    until(page, "document.getElementById('breath-word').textContent !== ''", 20)
    seen = [
        page.evaluate("document.querySelector('.breath-ball').getBoundingClientRect().width")
        for _ in range(4)
        if page.wait_for_timeout(400) is None
    ]
    assert max(seen) - min(seen) < 1, "the light changes, not the size"
    for _ in range(2):
        ask(page, "stop", {})
        page.wait_for_timeout(300)
    context.close()


def test_the_sheet_fits_on_a_sheet_of_paper(browser: Any, station: Station) -> None:
    """A4 between its margins; what does not fit there is cut off and not scrolled."""
    context = browser.new_context(viewport={"width": 688, "height": 1000})
    page = context.new_page()
    page.add_init_script("window.print = () => { window.printed = true; }")
    go(page, station, "/sheet")
    page.click("#print")
    assert page.evaluate("window.printed")
    page.emulate_media(media="print")
    assert page.locator(".sheet-table tbody tr").count() > 0
    widths = "(() => { const box = document.querySelector('.scroll'); return [box.scrollWidth, box.clientWidth]; })()"
    needed, there = page.evaluate(widths)
    context.close()
    assert needed <= there <= 688


# --- with a keyboard ----------------------------------------------------------------------------------------

FOCUSED = """() => {
  const reached = document.activeElement;
  if (!reached || reached === document.body) return null;
  const { left, right, top, bottom } = reached.getBoundingClientRect();
  const seen = (y) => reached.contains(document.elementFromPoint((left + right) / 2, Math.min(y, innerHeight - 1)));
  return { what: reached.textContent.trim(), seen: seen(top + 2) && seen(bottom - 2) };
}"""


@pytest.mark.parametrize("running", [False, True], ids=["quiet", "exercise"])
def test_what_the_keyboard_reaches_on_a_phone_never_lies_under_a_bar(
    page: Any, station: Station, running: bool
) -> None:
    page.set_viewport_size({"width": 360, "height": 780})
    go(page, station, "/exercises")
    if running:
        ask(page, "start", {"technique": "breathing", "length": "micro"})
        until(page, "!document.getElementById('bar').hidden")
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        if (focused := page.evaluate(FOCUSED)) is None:
            break
        reached.append(focused)
    assert len(reached) > 40
    assert [each["what"] for each in reached if not each["seen"]] == []


def test_a_wish_that_cannot_be_is_not_called_in_force_and_its_error_goes_with_the_next(
    browser: Any, station: Station
) -> None:
    page = browser.new_page()
    go(page, station, "/setup")
    page.evaluate("document.getElementById('wishes').closest('details')?.setAttribute('open', '')")
    for wish, result, wrong in (
        ("mo 9:00-10:00", "Gilt ab jetzt.", False),
        ("irgendwann", "", True),
        ("", "Gilt", False),
    ):
        page.fill("#wish-quiet_hours", wish)
        page.press("#wish-quiet_hours", "Tab")
        until(page, f"document.getElementById('toast').classList.contains('shown') === {str(wrong).lower()}", 4)
        until(page, f"document.getElementById('wish-result').textContent.startsWith('{result}')", 4)
        page.wait_for_timeout(300)  # whatever the core might still say
        assert bool(page.locator("#wish-result").inner_text()) != wrong, "a yes or a no"
    page.close()


def test_while_the_calibration_runs_nothing_else_is_asked_and_its_end_leads_on(page: Any, station: Station) -> None:
    go(page, station, "/setup?step=calibration")
    assert page.is_visible("#daily")
    page.click("[data-move=start]")
    page.wait_for_selector("#daily", state="hidden", timeout=5000)
    page.click("[data-move=abort]")
    page.wait_for_selector("#daily", timeout=5000)
    page.click("#step [data-choice=skipped]")
    page.wait_for_selector("[data-step=button]", timeout=5000)
    go(page, station, "/setup?step=calibration")
    assert page.locator("#calibration-before").inner_text().startswith("Ausgelassen am")
    assert page.locator("[data-move=start]").inner_text() == "Beginnen", "nothing was measured yet"
    ask(page, "setup", {"step": "calibration", "done": True, "choice": ""})
    page.wait_for_timeout(300)
    go(page, station, "/setup?step=calibration")
    page.wait_for_selector("[data-move=start] >> text=Noch einmal", timeout=5000)
    assert page.locator("#calibration-before").inner_text().startswith("Gemessen am")
    for needless in ("[data-when=taken]", "[data-choice=skipped]"):
        assert page.is_hidden(f"#step {needless}"), "it is a look back and no step"


def test_what_the_house_says_is_ended_where_it_is_read(page: Any, station: Station) -> None:
    go(page, station, "/")
    assert page.is_hidden("#house-call")
    station.tell("house call")
    page.wait_for_selector("#house-call", timeout=5000)
    page.click("#house-call button")
    page.wait_for_selector("#house-call", state="hidden", timeout=5000)


# --- behind a passphrase ------------------------------------------------------------------------------------


def test_with_a_passphrase_one_signs_in_and_sees_the_same(browser: Any, tmp_path: Path) -> None:
    locked = Station(tmp_path)
    page = browser.new_page()
    try:
        page.goto(f"{locked.address}/setup?step=privacy")
        page.fill("#new-passphrase", "vier weiche Kissen")
        page.click("#pass-form [type=submit]")
        page.wait_for_selector("text=Ein Kennwort ist gesetzt", timeout=10_000)
        context = browser.new_context()
        other = context.new_page()
        other.goto(f"{locked.address}/")
        assert other.url.endswith("/login")
        other.fill("#passphrase", "falsch geraten")
        other.click("button")
        assert "nicht das Kennwort" in other.content()
        other.fill("#passphrase", "vier weiche Kissen")
        other.click("button")
        other.wait_for_selector("#level-word")
        assert re.fullmatch(rf"{locked.address}/", other.url)
        context.close()
    finally:
        page.close()
        locked.stop()
