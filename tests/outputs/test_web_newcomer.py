"""What somebody finds who has never seen the page: plain words, and nothing that contradicts itself."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path

import pytest

from station.core import events as e
from station.core import gestures, hindrances
from station.core import inputs as i
from station.core.quiet import CONTEXTS
from station.outputs.light.patterns import PATTERNS, Blink
from station.outputs.web import catalogue
from station.outputs.web.plain import plain
from station.outputs.web.view import View, words
from tests.outputs.web_desk import Rig, remember

LANGUAGES = pytest.mark.parametrize("language", ["de", "en"])


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


def test_quiet_time_promises_no_darkness_that_the_light_does_not_keep() -> None:
    look = PATTERNS["quiet"]
    assert isinstance(look.curve, Blink) and look.curve.times == 2, "what the sentence describes"
    for language, blink, dark in (
        ("de", "kurzes Doppelblinken", "Kein Licht"),
        ("en", "brief double blink", "no light"),
    ):
        said = words(language)["state.long_quiet"]
        assert blink in said and dark not in said


@LANGUAGES
def test_whoever_says_not_now_was_told_that_it_begins_a_quiet_time(language: str) -> None:
    """What it does is in `tests/core`: `AnswerCue("not_now")` ends the offer and asks for quiet."""
    said = words(language)
    quiet = {"de": "Ruhezeit", "en": "quiet"}[language]
    for key in ("help.long_offer", "live.offer_ignore", "setup.button_long_text"):
        assert said["live.not_now"].lower() in said[key].lower() and quiet in said[key], key


@LANGUAGES
def test_a_made_up_signal_is_no_percentage_of_the_reader_s_own_reference(rig: Rig, language: str) -> None:
    own, made_up = (words(language)[f"live.reference_{whose}"] for whose in ("percent", "simulated"))
    assert own in shown(rig, "/", language) and made_up not in shown(rig, "/", language)
    rig.desk.house = replace(rig.desk.house, simulated=True)
    assert made_up in shown(rig, "/", language) and own not in shown(rig, "/", language)


@LANGUAGES
def test_an_exercise_done_four_times_before_a_mark_is_named_once(rig: Rig, tmp_path: Path, language: str) -> None:
    told: list[tuple[float, e.Event]] = []
    for n, name in enumerate(4 * ["breathing"] + ["movement"]):
        began = rig.wall - 500 + 80 * n
        told += [
            (began, e.SessionStarted(name, "micro", "de", 60.0, "button")),
            (began + 60, e.SessionEnded(name, "de", "completed")),
        ]
    remember(tmp_path, *told, (rig.wall - 10, e.Mark("button")))
    four, one = (catalogue.title_of(name, language) for name in ("breathing", "movement"))
    times = {"de": "4-mal", "en": "4 times"}[language]
    assert f"{four} ({times}) · {one}<" in shown(rig, "/diary", language)


@LANGUAGES
def test_a_pause_s_lengths_are_read_where_it_is_begun(rig: Rig, language: str) -> None:
    buttons = re.findall(
        r'data-length="(\w+)" title="([^"]+)"><span>([^<]+)</span> <small>([^<]+)<', shown(rig, "/", language)
    )
    assert len(buttons) > 20
    for length, exactly, name, about in buttons:
        assert name == words(language)[f"live.{length}"] and re.fullmatch(r"\d+ (s|min)", about), exactly


@LANGUAGES
def test_the_sheet_has_a_button_that_prints_it(rig: Rig, language: str) -> None:
    sheet = rig.client().get(f"/sheet?lang={language}").text
    assert f'id="print">{words(language)["sheet.print"]}</button>' in sheet and "/static/sheet.js" in sheet
    keys = re.search("<noscript>(.*?)</noscript>", sheet)
    assert keys and words(language)["sheet.print_keys"] in keys[1], "no telephone is told of keys"


def test_one_secret_has_one_word_in_german() -> None:
    said = [each for value in words("de").values() for each in ([value] if isinstance(value, str) else value)]
    assert not [each for each in said if "passphrase" in str(each).lower()]
    assert sum("Kennwort" in str(each) for each in said) > 10


@LANGUAGES
def test_how_long_a_long_press_is_is_said_the_same_everywhere_and_is_true(language: str) -> None:
    said = words(language)
    length = View(language).number(gestures.Settings().long_s, 1)
    assert f"({length} s)" in said["help.press_long"]
    once = {"de": ("anderthalb Sekunden", "lang drücken"), "en": ("a second and a half", "press the button long")}[
        language
    ]
    assert once[0] in said["setup.button_long"]
    (stop,) = (each for each in said["help.exercise_text"] if once[1] in each)
    assert not re.search("Sekunden|seconds|[0-9]", stop), "how long that is stands in the table"


@LANGUAGES
def test_what_the_house_says_stands_on_the_first_page_with_a_way_out_while_it_is_so(rig: Rig, language: str) -> None:
    def says(name: str) -> bool:
        (found,) = re.findall(rf'<p([^>]*id="house-{name}"[^>]*)>', shown(rig, "/", language))
        return " hidden" not in found

    rig.tell(e.SensorWell(500.0))
    assert not any(says(name) for name in CONTEXTS)
    for name in CONTEXTS:
        rig.tell(e.ContextChanged(name, True))
        assert says(name) and rig.desk.live.snapshot()["state"]["contexts"] == (name,)
        rig.tell(e.Private(True, "button"))
        assert not says(name)
        rig.tell(e.Private(False, "button"))
        assert rig.post("context", {"context": name}) == 202 and rig.told[-1] == i.Context(name, False)
        rig.tell(e.ContextChanged(name, False))
        assert not says(name)


# --- setting up --------------------------------------------------------------------------------------------


@LANGUAGES
def test_the_tick_beside_the_calibration_says_what_was_measured_and_when(rig: Rig, language: str) -> None:
    def said() -> str:
        page = shown(rig, "/setup?step=calibration", language)
        return page.partition('id="calibration-before"')[2].partition("</p>")[0]

    assert said() == ""
    rig.desk.progress.finish("calibration", "2026-11-28")
    day = {"de": "28. November 2026: deine Ruhe", "en": "28 November 2026: your rest"}[language]
    assert day in said() and 'data-measured="yes"' in said()
    rig.desk.progress.finish("calibration", "2026-11-28", "skipped")
    assert {"de": "Ausgelassen am", "en": "Left out on"}[language] in said() and "data-measured" not in said()
    rig.desk.progress.finish("calibration", "some day")
    assert said() == ""


def test_a_step_leads_on_and_not_back_to_what_was_passed_over(rig: Rig) -> None:
    def leads(step: str) -> str:
        (found,) = re.findall(r'data-after="(\w*)"', shown(rig, f"/setup?step={step}"))
        return str(found)

    assert leads("calibration") == "button" and leads("privacy") == "flags"
    for done in ("button", "privacy"):
        rig.desk.progress.finish(done, "2026-11-28")
    assert leads("calibration") == "flags", "what is left comes at the end"
    for done in ("flags", "power", "sensor", "sound"):
        rig.desk.progress.finish(done, "2026-11-28")
    assert leads("calibration") == "", "then all is done"


# --- why ---------------------------------------------------------------------------------------------------

REASON = "rest share 16 % for 20 s, load 11 %RVE; 0 min since; budget 1 of 6 this hour, 1 of 6 today"


def why(rig: Rig, language: str = "de") -> str:
    """The line as it is read, empty while it is hidden."""
    line = shown(rig, "/", language).partition('<div id="why-line"')[2].partition("</div>")[0]
    return "" if line.startswith(" hidden") else re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", line[1:])).strip()


def test_why_is_said_in_plain_words_first_and_says_its_time_once_the_cue_is_over(rig: Rig) -> None:
    at = time.strftime("%H:%M", time.localtime(rig.wall))
    rig.tell(e.SensorWell(500.0))
    assert why(rig) == ""
    rig.tell(e.Cue("light", REASON, "breathing"))
    plain, figures = "Eine Weile lang fast keine Ruhe in den Schultern.", "Ruheanteil 16 % seit 20 s, Last 11 %RVE"
    assert why(rig).startswith(f"Warum: {plain} {figures} · gerade bemerkt · Hinweis 1 von 6")
    assert why(rig, "en").startswith("Why: Hardly any rest in the shoulders for a while. Rest share 16%")
    assert "just noticed · cue 1 of 6 this hour" in why(rig, "en")
    rig.tell(e.CueAnswered("not_now"), e.Quiet(True, 3600.0, "button"))
    assert why(rig).startswith(f"Letzter Hinweis, {at}: {plain}")
    assert why(rig, "en").startswith(f"Last cue, {at}: Hardly")
    rig.tell(e.CueWithheld("quiet: quiet was asked for, 60 min left"))
    assert why(rig) == f"Kein Hinweis, {at}: Du hattest um Ruhe gebeten. Du hast um Ruhe gebeten, noch 60 min"
    rig.tell(e.CueWithheld("quiet: quiet was asked for"))
    assert why(rig) == f"Kein Hinweis, {at}: Du hattest um Ruhe gebeten.", "what adds nothing is not said again"
    assert why(rig, "en") == f"No cue, {at}: You had asked for quiet."


@pytest.mark.parametrize("silence", [e.Private(True, "button"), e.Preferred("monitoring", False, "page")])
def test_in_private_and_with_the_sensor_switched_off_there_is_no_why(rig: Rig, silence: e.Event) -> None:
    rig.tell(e.SensorWell(500.0), e.Cue("light", REASON, "breathing"), e.CueAnswered("not_now"), silence)
    assert why(rig) == ""
    state = rig.client().get("/api/state").json()
    assert not [key for key, value in state.items() if key.startswith("why") and value]


def test_the_figures_of_a_reason_are_of_those_that_can_be_hidden(rig: Rig) -> None:
    rig.tell(e.SensorWell(500.0), e.Cue("light", REASON, "breathing"))
    line = shown(rig, "/").partition('<div id="why-line"')[2].partition("</div>")[0]
    assert re.search(r'<p class="soft figure small-print" id="why-figures">Ruheanteil 16\u202f%', line)
    first = line.partition("</p>")[0].partition('id="why">')[2]
    assert first and not re.search(r"\d", first)


@pytest.mark.parametrize(
    ("reason", "minutes"),
    [("rest share 4 % for 60 s, load 14 %RVE; 0 min since", "Etwa eine Minute"),
     ("rest share 4 % for 60 s, load 14 %RVE; 3 min since", "Ein paar Minuten"),
     ("rest share 4 % for 60 s, load 14 %RVE; still so after 60 s of light", "Ein paar Minuten"),
     ("rest share 4 % for 60 s, load 14 %RVE; 6 min since; budget 1 of 2 this hour, 1 of 6 today; you like it",
      "Viele Minuten")],
)  # fmt: skip
def test_how_long_it_was_is_said_in_words(reason: str, minutes: str) -> None:
    assert plain(reason, "de") == f"{minutes} lang fast keine Ruhe in den Schultern."


def test_every_hindrance_of_the_core_has_its_plain_sentence_without_a_figure() -> None:
    core = Path(str(hindrances.__file__)).parent
    source = "".join((core / name).read_text() for name in ("hindrances.py", "coach.py", "budget.py"))
    found = re.findall(r'(?:Block\("[\w ]+", |_since\("\w+", |sentence = )f?"([^"]+)"', source)
    assert len(found) >= 16
    for each in found:
        reason = re.sub(r"\{[^}]*quality\}", "hum", each).replace("{name}", "call").replace("{left}", ", 22 min left")
        reason = re.sub(r"\{[^}]+\}", "3", reason)
        reason = f"{reason} (3 of 10 min)" if "_since" in source.partition(each)[0][-40:] else reason
        for language in ("de", "en"):
            said = plain(f"code: {reason}", language)
            assert said.endswith(".") and not re.search(r"\d", said), (reason, said)
    assert plain("rest share 4 % for 60 s, load 14 %RVE; only 40 % of the signal could be believed", "en") == (
        "The signal could not be trusted enough."
    )
    assert plain("", "de") == "" and plain("something new", "de") == "something new"


# --- the first set-up ----------------------------------------------------------------------------------------


@LANGUAGES
def test_whoever_finds_a_warning_sign_is_shown_a_way_on(rig: Rig, language: str) -> None:
    step = shown(rig, "/setup?step=flags", language)
    way = step.partition('<details id="flags-some">')[2].partition("</details>")[0]
    for each in words(language)["setup.flags_some_text"]:
        assert each in way
    assert re.search("Ärztin|doctor", way) and re.search("keine Elektroden|no electrodes", way)
    assert 'data-do="setup"' in way, "it never blocks"


def test_a_choice_that_the_configuration_does_not_share_says_who_does_what(rig: Rig) -> None:
    assert "Akku. Danach richtet sie sich." in shown(rig, "/setup?step=power")
    rig.desk.progress.finish("power", "2026-11-28", choice="isolated")
    for step in ("power", "sensor"):
        said = shown(rig, f"/setup?step={step}")
        assert "desk-station.toml" in said and "[sensor]" in said and "power = &quot;isolated&quot;" in said
    rig.desk.progress.finish("power", "2026-11-28", choice="battery")
    assert "desk-station.toml" not in shown(rig, "/setup?step=power") + shown(rig, "/setup?step=sensor")


@LANGUAGES
def test_without_a_speaker_the_step_for_sound_says_what_the_station_knows(rig: Rig, language: str) -> None:
    step = shown(rig, "/setup?step=sound", language)
    assert re.search(r'id="sound-trouble"[^>]* hidden', step)
    rig.desk.progress.finish("sound", "2026-11-28", choice="silent")
    assert not re.search(r'id="sound-help"[^>]* hidden', shown(rig, "/setup?step=sound", language))
    rig.tell(e.OutputTrouble("audio", "The sound device chosen by the system cannot be opened: no device."))
    step = shown(rig, "/setup?step=sound", language)
    said = "Das Tongerät, das das System aussucht" if language == "de" else "The sound device chosen by the system"
    assert said in step.partition('id="sound-trouble"')[2].partition("</p>")[0]
    assert re.search(r'id="sound-help"[^>]* hidden', step), "it does not ask what it knows"


@pytest.mark.parametrize(
    ("wish", "choice", "time_of_day"),
    [("off", "keine", "09:30"), ("arrival", "beim Ankommen", "09:30"), ("14:30", "zu einer Uhrzeit", "14:30")],
)
def test_the_small_pause_is_a_choice_in_the_person_s_words(rig: Rig, wish: str, choice: str, time_of_day: str) -> None:
    rig.tell(e.Preferred("daily", wish, "restart"))
    form = shown(rig, "/setup").partition('action="/daily"')[2].partition("</form>")[0]
    assert re.findall(r"<option[^>]* selected>([^<]+)<", form) == [choice]
    assert f'type="time" id="daily-at" name="at" value="{time_of_day}"' in form
    assert not re.search(r">(arrival|return|off)<", form)


@pytest.mark.parametrize(
    ("sent", "wish"),
    [({"daily": "return", "at": "09:30"}, "return"), ({"daily": "off"}, "off"),
     ({"daily": "time", "at": "14:05"}, "14:05"),
     ({"daily": "time", "at": ""}, None), ({"daily": "time", "at": "25:00"}, None), ({"daily": "noon"}, None),
     ({}, None)],
)  # fmt: skip
def test_the_small_pause_is_set_without_a_script(rig: Rig, sent: dict[str, str], wish: str | None) -> None:
    client = rig.client()
    answer = client.post("/daily", data={**sent, "token": rig.token(client)})
    assert answer.status_code == (422 if wish is None else 303)
    assert rig.told == ([] if wish is None else [i.Prefer({"daily": wish}, "page")])
    assert client.post("/daily", data={"daily": "off"}).status_code == 403


@LANGUAGES
def test_where_the_signal_is_simulated_the_set_up_frightens_nobody(rig: Rig, language: str) -> None:
    rig.desk.house = replace(rig.desk.house, simulated=True, power="undeclared")
    rig.desk.progress.finish("power", "2026-11-28", choice="battery")
    power, sensor = (shown(rig, f"/setup?step={step}", language) for step in ("power", "sensor"))
    assert words(language)["setup.power_simulated"] in power
    assert words(language)["setup.sensor_simulated"] in sensor
    assert not any(each in sensor for each in words(language)["setup.sensor_electrodes"])
    for said in (power, sensor):
        assert "desk-station.toml" not in said and words(language)["power.undeclared"] not in said
    rig.desk.house = replace(rig.desk.house, simulated=False)
    assert "desk-station.toml" in shown(rig, "/setup?step=sensor", language)
    assert words(language)["setup.sensor_simulated"] not in shown(rig, "/setup?step=sensor", language)
