"""The page in a real Chromium, over the real station with a simulated person: seen, pressed, read aloud by axe.

Screenshots of every page go to the folder that DESK_SHOTS names, else to the test's own.
"""

from __future__ import annotations

import datetime
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from station.core.signal import LEVELS

sys.path.insert(0, str(Path(__file__).parent))
from generated_years import fill, workdays

playwright = pytest.importorskip("playwright.sync_api", reason="the browser tests need playwright")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="the browser tests need Chromium: apt install chromium"),
]

QUIETLY = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
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
SIZES = ((360, 780), (1440, 900))
# Minutes are kept for a year; the last week is left to the day of `_remembered` and to what the tests do.
YEAR = workdays(datetime.date.today() - datetime.timedelta(days=7), 350)
CONFIG = """\
[station]
language = "de"
state_dir = "{folder}"
[sensor]
driver = "simulated"
story = "typing"
[button]
gpio = "mock"
[light]
gpio = "mock"
[output.audio]
enabled = false
[output.journal]
enabled = false
[output.web]
port = {port}
"""


class Station:
    """The station's own process, and a hand on its button and its person."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://localhost:{self.port}"
        self.day = _remembered(folder)
        (folder / "desk.toml").write_text(CONFIG.format(folder=folder, port=self.port))
        program = Path(__file__).parents[1] / "station_on_twins.py"
        self.process = subprocess.Popen(
            [sys.executable, "-P", str(program), str(folder / "desk.toml")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.said: list[dict[str, Any]] = []
        threading.Thread(target=self._listen, daemon=True).start()
        until = time.monotonic() + 40
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the page does not listen")

    def tell(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def person(self, **what: Any) -> None:
        self.tell(f"control {json.dumps(what)}")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.said.append(json.loads(line))


def _remembered(folder: Path) -> str:
    """A made-up day in the history, after a made-up year; its date."""
    from web_desk import remember

    from station.core import events as e

    fill(folder / "history.db", YEAR)
    from station.outputs.history import answers

    noon = time.time() - 2 * 86_400
    morning = noon - noon % 86_400 + 8 * 3600
    told: list[tuple[float, e.Event]] = [(morning, e.Presence("present"))]
    for n in range(1, 480):
        at, gone = morning + 60 * n, 240 <= n < 290
        if n == 240:
            told.append((at, e.Presence("away")))
        if n == 290:
            told.append((at, e.Presence("present")))
        if not gone:
            grade = "C" if 120 <= n < 140 else "A"
            told.append((at, e.Minute((n * 37 % 90) / 100, 3.0, 8.0, 15.0, 5, 60.0, 60.0, grade)))
    told += [
        (morning + 5000, e.Cue("light", "rest share 8 % for 60 s, load 14 %RVE; 2 min since", "breathing")),
        (morning + 5020, e.CueAnswered("self_released")),
        (morning + 7000, e.CueWithheld("quiet: quiet was asked for, 22 min left")),
        (morning + 9000, e.SessionStarted("breathing", "micro", "de", 80.0, "button")),
        (morning + 9080, e.SessionEnded("breathing", "de", "completed")),
        (morning + 9500, e.Mark("button")),
    ]
    began = morning - 15 * 86_400
    told += [(began, e.ObservationBegan("task", "page")), (began + 1e6, e.ObservationEnded("task", "ended"))]
    remember(folder, *sorted(told, key=lambda each: each[0]))
    for day, what in enumerate(("writing", "mouse", "writing", "talking")):
        assert answers.keep(folder / "history.db", began + (1 + day) * 86_400, began + day * 86_400, "task", what)
    return time.strftime("%Y-%m-%d", time.localtime(morning))


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    running = Station(tmp_path_factory.mktemp("station"))
    running.tell("observe pace")
    running.tell("felt 30")  # a question stands in the diary
    yield running
    running.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=QUIETLY)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any, station: Station) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    opened.on("request", lambda r: None if r.url.startswith((station.address, "data:")) else wrong.append(r.url))
    yield opened
    # Nothing may be left running for the next test.
    if opened.url.startswith(station.address):
        for _ in range(2):
            _ask(opened, "stop", {})
    context.close()
    assert not [each for each in wrong if "404" not in each], wrong


def _ask(page: Any, what: str, body: dict[str, Any]) -> None:
    page.evaluate(
        """([what, body]) => fetch(`/api/${what}`, {method: "POST", body: JSON.stringify(body), headers: {
           "content-type": "application/json",
           "x-desk-token": JSON.parse(document.getElementById("desk")?.textContent ?? '{"token":""}').token}})""",
        [what, body],
    )


def until(page: Any, true: str, seconds: float = 10.0) -> None:
    """Wait for an expression to come true; the page's policy forbids what Playwright would use for it."""
    end = time.monotonic() + seconds
    while True:
        try:
            if page.evaluate(true):
                return
        except playwright.Error as error:
            if "context was destroyed" not in str(error):  # it loads another page just now
                raise
        assert time.monotonic() < end, f"it did not come true: {true}"
        page.wait_for_timeout(50)


def _go(page: Any, station: Station, path: str, language: str = "de") -> None:
    mark = "&" if "?" in path else "?"
    page.goto(f"{station.address}{path.format(day=station.day)}{mark}lang={language}&numbers=show")


# --- what is seen ---------------------------------------------------------------------------------------


def test_the_trace_moves_and_follows_the_shoulder(page: Any, station: Station) -> None:
    station.person(activity="rest")
    _go(page, station, "/")
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
    _go(page, station, "/")
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
    _go(page, station, "/")
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


def test_a_moment_is_marked_and_gets_its_words_which_stay(page: Any, station: Station) -> None:
    _go(page, station, "/diary")
    count = page.locator("textarea").count()
    page.click("main [data-do=mark]")
    until(page, f"document.querySelectorAll('textarea').length === {count + 1}", 8)
    page.locator("textarea").first.fill("am Telefon, „schon wieder“ <b>")
    until(page, "document.querySelector('.saved').textContent === 'aufgehoben'", 5)
    page.reload()
    assert page.locator("textarea").first.input_value() == "am Telefon, „schon wieder“ <b>"


def test_an_offer_is_answered_on_the_page_with_its_reason(page: Any, station: Station) -> None:
    """The whole way to an offer takes minutes; here only the answer's own way is walked."""
    _go(page, station, "/")
    until(page, "document.getElementById('level-number').textContent !== ''", 10)
    assert page.locator("#offer").is_hidden()
    with page.expect_request("**/api/answer") as asked:
        page.evaluate("document.querySelector('[data-answer=not_now]').click()")
    assert json.loads(asked.value.post_data) == {"answer": "not_now"}


def test_it_is_used_with_the_keyboard_alone(page: Any, station: Station) -> None:
    _go(page, station, "/")
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
    _go(page, station, "/")
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
        _ask(page, "stop", {})
        page.wait_for_timeout(300)
    context.close()


def test_it_can_be_read_without_javascript(browser: Any, station: Station) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for path, words in (
        ("/", "Deine Schulter"),
        ("/day?date={day}", "Ruhe"),
        ("/exercises/autogenic", "Was man darüber weiß"),
        ("/help", "112"),
    ):
        _go(page, station, path)
        assert words in page.content()
        assert page.locator("button:visible").count() == 0, "no button that would do nothing"
    context.close()


def test_two_weeks_of_looking_are_answered_ended_and_begun_without_javascript(browser: Any, station: Station) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    _go(page, station, "/")
    assert page.is_visible("#question-hint")
    page.click("#question-hint a")
    page.click("text=es drängte")
    assert "Gerade ist nichts zu fragen" in page.inner_text("#observation")
    page.click("text=Deine Antworten")
    assert "es drängte" in page.inner_text("#observation .felt")
    page.click("text=Jetzt aufhören")
    page.click("summary:has-text('Zwei Wochen hinschauen')")
    page.click("text=Was du selbst spürst")
    assert "Gerade ist nichts zu fragen" in page.inner_text("#observation")
    page.click("text=Jetzt aufhören")
    station.tell("observe pace")
    context.close()


# --- the first set-up -------------------------------------------------------------------------------------


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
    assert "Gelöscht und nachgesehen: 0 Einträge, 0 Aufnahmen." in page.inner_text("main")
    context.close()


def test_the_first_set_up_from_its_beginning_to_its_end(page: Any, station: Station) -> None:
    """Red flags, power, sensor, sound, the whole calibration with a person who follows it, button, privacy."""
    _go(page, station, "/setup?step=flags")
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
    page.click("[data-when=taken]")
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
    _go(page, station, "/")
    assert page.locator(".hint a[href='/setup']").count() == 0
    station.person(activity="typing")


# --- every page, both sizes, both languages, by day and by night ---------------------------------------------


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
        _go(page, station, path, language)
        page.wait_for_timeout(500)
        if page.evaluate("document.documentElement.scrollWidth") > size[0]:
            wrong.append(f"{name}: wider than the window")
        found = axe.run(page).response
        assert found["passes"], "axe has looked"
        for violation in found["violations"]:
            where = "; ".join(str(node["target"]) for node in violation["nodes"][:4])
            wrong.append(f"{name}: {violation['id']} ({violation['help']}): {where}")
        page.screenshot(path=shots / f"{name}-{language}-{size[0]}-{scheme}.png", full_page=True)
    context.close()
    assert not wrong, "\n".join(wrong)


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
