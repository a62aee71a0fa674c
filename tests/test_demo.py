import io
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from station import clock, demo
from station import place as station_place
from station.core import events as e
from station.core.calibrating import STEPS
from station.core.inputs import Calibrate
from station.core.lights import PATTERNS
from station.core.state import WORDS
from station.demo import broker
from station.demo.actor import Actor
from station.demo.broker import Listener, _brief
from station.demo.picture import Picture, place, room
from station.demo.words import ANSWERS, GESTURES, LABELS, LIGHTS, REASONS, STATES, sentence
from station.german import in_german
from station.outputs.audio.mixer import REMEDY
from station.outputs.mqtt import Settings
from station.settings import Station
from tests.desk import Desk

LANGUAGES = ["de", "en"]
SAID_EARLY = {"de": "Übung hört hier auf", "en": "the exercise ends here"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_has_a_word_for_every_light_and_every_state(language: str) -> None:
    assert {pattern for pattern, _ in PATTERNS} <= set(LIGHTS[language])
    assert {word for word, _ in WORDS} | {"monitoring"} <= set(STATES[language])


def test_both_languages_have_the_same_words() -> None:
    for table in (STATES, LABELS, LIGHTS, ANSWERS, REASONS, GESTURES):
        assert set(table["de"]) == set(table["en"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_and_every_end_can_be_told(language: str) -> None:
    for answer in ("accepted", "not_now", "wrong", "ignored", "self_released", "withdrawn"):
        assert sentence(e.CueAnswered(answer), language)
    for reason in ("completed", "stopped", "aborted", "replaced"):
        assert sentence(e.SessionEnded("breathing", language, reason), language)
    for gesture in ("short", "double", "long", "hold"):
        assert sentence(e.Button(gesture), language)
    assert sentence(e.Reading(0.0, 1.0, True, "ok"), language) == ""


def test_half_of_the_bar_belongs_to_the_low_end() -> None:
    assert place(0.0) == 0.0
    assert place(10.0) == pytest.approx(0.5)
    assert place(400.0) == 1.0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_demo_s_settings_are_in_order_with_and_without_a_broker(language: str) -> None:
    with_broker = demo.demo_config(language, Settings(port=18830))
    assert with_broker.of(Station).language == language
    assert with_broker.outputs()["mqtt"].port == 18830  # type: ignore[attr-defined]
    assert "mqtt" not in demo.demo_config(language, None).outputs()
    assert "audio" not in demo.demo_config(language, None, silent=True).outputs()


def test_a_message_is_told_in_one_line_without_what_is_always_the_same() -> None:
    said = _brief(b'{"state": "offer", "ts": "2026", "id": "x", "sensor_ok": true, "cue": null}')
    assert said == "state offer · sensor_ok true"
    assert _brief(b"online") == "online"


def test_of_the_state_a_line_says_what_has_changed_so_that_it_is_read_before_the_line_ends() -> None:
    listener = Listener(Settings(), "desk/#")

    def arrives(what: str, **said: Any) -> str:
        listener.hear(f"desk/desk_1/{what}", json.dumps({"ts": str(time.monotonic()), **said}).encode())
        return listener.lines()[-1]

    whole = {"state": "monitoring", "sensor_ok": True, "cue": "", "last_cue": None, "present": "here"}
    assert arrives("state", **whole) == "state          state monitoring · sensor_ok true · present here"
    whole |= {"state": "cue", "cue": "light"}
    assert arrives("state", **whole) == "state          state cue · cue light"
    assert arrives("event/cue", event_type="light") == "event/cue      event_type light"
    assert arrives("event/cue", event_type="light") == "event/cue      event_type light"
    whole |= {"state": "monitoring", "cue": "", "last_cue": "2026-11-28T08:00:00.000Z"}
    assert arrives("state", **whole) == "state          state monitoring · cue – · last_cue 2026-11-28T08:00:00.000Z"
    assert arrives("state", **whole) == "state          –"
    assert arrives("state", **whole, language="de") == "state          language de"
    listener.hear("desk/desk_1/state", b"")  # somebody has emptied it
    assert arrives("state", **whole).endswith("present here")


def picture(language: str, width: int = 100) -> Picture:
    console = Console(width=width, file=io.StringIO(), record=True)
    return Picture(language, 5.0, 10.0, list, [], demo.titles(language), console)


def drawn(shown: Picture) -> str:
    shown.console.print(shown.render())
    return shown.console.export_text()


def test_the_picture_names_the_page_s_address() -> None:
    shown = picture("en")
    assert "browser" not in drawn(shown)
    shown.address = lambda: "http://127.0.0.1:45123/"
    assert "the page for your browser: http://127.0.0.1:45123/" in drawn(shown)


@pytest.mark.parametrize(("language", "title"), [("de", "„Hoch und fallen lassen“"), ("en", "“Shrug and drop”")])
def test_an_exercise_is_called_by_its_title(language: str, title: str) -> None:
    shown = picture(language)
    shown.take(e.Moment(e.SessionStarted("shoulder-drop", language, "micro", 10.0, "button"), 1.0, clock.wall()))
    assert [title in line for line in drawn(shown).splitlines() if "shoulder-drop" in line or title in line] == [
        True
    ] * 3
    shown.take(e.Moment(e.SessionStarted("of-another-house", language, "micro", 10.0, "button"), 2.0, clock.wall()))
    assert "of-another-house" in drawn(shown)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_exercise_begun_on_a_page_in_the_other_language_is_read_here_in_the_terminals(language: str) -> None:
    breath = {
        "de": "Atme einmal in Ruhe aus, so lang es dir angenehm ist.",
        "en": "Let one breath go out slowly, for as long as feels pleasant.",
    }
    other = {"de": "en", "en": "de"}[language]
    shown = picture(language)
    shown.take(e.Moment(e.SessionStarted("breathing", "micro", other, 10.0, "page"), 1.0, clock.wall()))
    shown.take(e.Moment(e.SessionStep("breathing", other, 0, "say", 6.0, breath[other]), 1.0, clock.wall()))
    assert breath[language] in drawn(shown) and breath[other] not in drawn(shown)


def test_what_happens_is_told_in_one_language_to_the_last_word() -> None:
    withheld = e.CueWithheld("quiet: quiet was asked for, 22 min left")
    assert sentence(withheld, "de") == "kein Hinweis (du hast um Ruhe gebeten, noch 22 min)"
    assert sentence(withheld, "en") == "no cue (quiet was asked for, 22 min left)"
    refused = e.Refused("start", "Private mode is on; hold the button for six seconds to end it.")
    assert sentence(refused, "de") == "Privat ist an. Halte den Knopf sechs Sekunden, um es zu beenden."
    trouble = e.SensorTrouble(
        "The acquisition process ended unexpectedly (exit code 1).", "It is tried again by itself."
    )
    assert sentence(trouble, "de") == "Sensor: Der Messprozess ist unerwartet zu Ende gegangen (exit code 1)."
    notes = re.findall(r'self\.note = f"([^"]+)"', Path(broker.__file__).read_text("utf-8"))
    assert len(notes) == 2
    assert all(in_german(re.sub("{.*?}", "x", note)) != re.sub("{.*?}", "x", note) for note in notes)


@pytest.mark.parametrize(("language", "spoken"), [("de", "de"), ("en", "en"), ("de", "en"), ("en", "de")])
def test_an_exercise_that_ends_early_because_the_muscle_rests_says_so_without_sound(language: str, spoken: str) -> None:
    desk = Desk(station={"language": spoken}, coach={"settle_s": 0})
    shown = picture(language)
    desk.person("raised")
    for _ in range(600):
        desk.wait(0 if "chime" in desk.cues else 1)
    desk.wait(2)
    desk.person("rest")
    desk.short()
    desk.wait(70)
    for t, event in desk.events:
        shown.take(e.Moment(event, t, clock.wall()))
    assert [ended.reason for ended in desk.told(e.SessionEnded)] == ["completed", "completed"]
    (line,) = [line for line in shown.told if SAID_EARLY[language] in line]
    assert {"de": "ruhen schon eine ganze Weile", "en": "resting for quite a while"}[language] in line


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_rest_share_just_below_the_limit_is_not_said_to_be_at_it(language: str) -> None:
    assert "19 %" in sentence(e.TensionStarted(11.0, 0.1998, ""), language)


@pytest.mark.parametrize(("language", "said"), [("de", "Pause; Leertaste: weiter"), ("en", "paused; space goes on")])
def test_a_paused_exercise_says_so_and_how_it_goes_on(language: str, said: str) -> None:
    shown = picture(language)
    shown.take(e.Moment(e.SessionStarted("shoulder-drop", "micro", language, 10.0, "button"), 1.0, clock.wall()))
    assert said not in drawn(shown)
    shown.take(e.Moment(e.SessionPaused("shoulder-drop", language), 2.0, clock.wall()))
    assert said in drawn(shown)
    shown.take(e.Moment(e.SessionResumed("shoulder-drop", language, 5.0), 3.0, clock.wall()))
    assert said not in drawn(shown)


def test_a_long_note_is_shown_whole_and_in_the_person_s_language() -> None:
    said = (
        "The sound system has not answered for 20 s; the station goes on by light. "
        "Restart the sound server (systemctl --user restart pipewire or pulseaudio)."
    )
    for language, begins in (("en", "note: The sound"), ("de", "Hinweis: ")):
        shown = picture(language, width=80)
        shown.take(e.Moment(e.OutputTrouble("audio", said), 1.0, clock.wall()))
        text = " ".join(drawn(shown).split())
        assert begins in text
        assert "systemctl --user restart pipewire" in text
        assert "…" not in text
    assert "Das Tonsystem antwortet seit 20 s nicht" in text


def test_where_the_output_goes_into_a_file_a_trouble_is_a_line_of_it() -> None:
    file = io.StringIO()
    note = "Kein MQTT-Broker hier; einen kleinen bringt [demo] mit"
    shown = Picture("de", 5.0, 10.0, list, [note], demo.titles("de"), Console(file=file, width=40))
    shown.address = lambda: "http://127.0.0.1:45123/"
    shown._name_the_page()
    shown.take(e.Moment(e.OutputTrouble("mqtt", "The volume is 0, nothing will be heard."), 1.0, clock.wall()))
    assert file.getvalue().splitlines() == [
        f"Hinweis: {note}",
        "Die Seite für deinen Browser: http://127.0.0.1:45123/",
        "Hinweis: Die Lautstärke ist 0, zu hören ist nichts.",
    ]


@pytest.mark.parametrize(("language", "note"), [("de", "Hinweis: Kein Lautsprecher"), ("en", "note: No speaker")])
def test_a_computer_without_sound_says_so_in_one_line(language: str, note: str) -> None:
    shown = picture(language, width=80)
    without = len(drawn(shown).splitlines())
    for device in ("chosen by the system", "plughw:CARD=Device"):
        said = f"The sound device {device} cannot be opened: ALSA: Couldn't open audio device. {REMEDY}"
        shown.take(e.Moment(e.OutputTrouble("audio", said, e.NO_SPEAKER), 1.0, clock.wall()))
        seen = drawn(shown)
        assert note in seen
        assert "ALSA" not in seen
        assert len(seen.splitlines()) <= without + 1


@pytest.mark.parametrize(("language", "said"), [("de", "Kalibrierung läuft"), ("en", "calibrating")])
def test_the_picture_says_that_a_calibration_runs_and_when_it_is_over(language: str, said: str) -> None:
    shown = picture(language)
    shown.take(e.Moment(e.SensorWell(500.0), 0.0, clock.wall()))
    shown.take(e.Moment(e.CalibrationStep("reference_1", 15.0), 1.0, clock.wall()))
    assert said in drawn(shown)
    shown.take(e.Moment(e.CalibrationRefused("The calibration was stopped; the one you had stays."), 2.0, clock.wall()))
    assert said not in drawn(shown)


@pytest.mark.parametrize(("language", "figure"), [("de", "3,5 %RVE"), ("en", "3.5 %RVE")])
def test_the_level_is_written_as_the_language_writes_figures(language: str, figure: str) -> None:
    shown = picture(language)
    shown.take(e.Moment(e.Reading(0.0, 3.5, True, "ok"), 0.0, clock.wall()))
    assert figure in drawn(shown)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_rve_is_per_cent_of_stands_below_the_bar_in_one_line_of_80(language: str) -> None:
    said = {"de": "% deiner Referenz (%RVE)", "en": "% of your reference (%RVE)"}[language]
    (line,) = [line for line in drawn(picture(language, width=80)).splitlines() if said in line]
    assert {"de": "Ruhe bis 5", "en": "rest up to 5"}[language] in line and len(line.rstrip()) <= 80


@pytest.mark.slow
def test_the_demo_comes_to_your_smart_home_and_leaves_nothing_behind(
    make_broker: Any, make_listener: Any, tmp_path: Path
) -> None:
    broker = make_broker()
    home = make_listener(broker)
    file = tmp_path / "desk-station.toml"
    file.write_text(
        f'[station]\nname = "Büro"\n[output.mqtt]\nenabled = true\nport = {broker.port}\n', encoding="utf-8"
    )
    words = [sys.executable, "-P", "-m", "station", "demo", "--silent", "--seconds", "3", "--config", str(file)]
    told = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert told.returncode == 0, told.stderr
    assert "http://localhost:" in told.stdout  # nor is the page's address for terminals only
    announced, *taken_back = home.of("/config")
    assert json.loads(announced)["device"]["name"] == "Büro" and set(taken_back) == {b""}
    assert home.of("/state")[0] and home.of("/state")[-1] == home.of("/availability")[-1] == b""
    mine = {topic.split("/")[1] for _, topic, _, _ in home.heard if topic.startswith("desk/")}
    assert len(mine) == 1 and station_place.id_of_the_machine() not in mine  # the real one may be running here, too
    newcomer = make_listener(broker)
    newcomer.send("the/end", b"")
    while not newcomer.of("the/end"):
        time.sleep(0.01)
    assert [topic for _, topic, _, _ in newcomer.heard] == ["the/end"]  # nothing is retained


def test_what_is_unknown_is_no_rest_in_the_last_minute() -> None:
    shown = picture("en")
    for k in range(60):
        shown.take(e.Moment(e.Reading(k / 10, None if k >= 30 else 0.0, k < 30, "ok"), k / 10, clock.wall()))
    (line,) = [line for line in drawn(shown).splitlines() if "last minute" in line]
    assert line.count("▁") == 3


@pytest.mark.parametrize(("action", "seconds"), [("daily", 30), ("start", 250)])
def test_the_person_plays_along_with_a_calibration_and_then_goes_back_to_work(action: str, seconds: int) -> None:
    desk = Desk(signal=True)
    actor = Actor(lambda: None, desk._person.control)
    desk.person("typing")
    desk.wait(5)
    words = [desk.state.state]
    desk.say(Calibrate(action))
    heard = 0
    for _ in range(10 * seconds):
        words.append(desk.state.state)
        for t, event in desk.events[heard:]:
            actor.take(e.Moment(event, t, clock.wall()))
        heard = len(desk.events)
        desk.wait(0.1)
    lasts = 10 * round(
        sum(step.seconds for name, step in STEPS.items() if name.startswith("daily") == (action == "daily"))
    )
    runs = words.count("calibration")
    assert words == ["monitoring", *runs * ["calibration"], *(len(words) - 1 - runs) * ["monitoring"]]
    assert runs == pytest.approx(lasts, abs=2), "whoever holds their arms out is told so all the while"
    assert not desk.told(e.CalibrationRefused)
    (done,) = desk.told(e.CalibrationDone)
    (yardstick,) = done.calibration["channels"]
    assert done.daily == (action == "daily")
    assert 0.8 < yardstick["gain"] < 1.25
    assert desk._person._ordered is None, "the story goes on"


LONG = (
    "The station's light on GPIO 27 cannot be used, because another program on this computer holds that pin already. "
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [(80, 24), (80, 30), (100, 36), (80, 20)])
@pytest.mark.parametrize("note", ["", 3 * LONG])
def test_the_address_the_note_and_the_keys_are_seen_in_every_terminal(
    language: str, size: tuple[int, int], note: str
) -> None:
    width, height = size
    console = Console(width=width, height=height, file=io.StringIO(), record=True, force_terminal=True)
    messages = [f"state/{k} {'x' * 200}" for k in range(9)]
    shown = Picture(language, 5.0, 10.0, lambda: messages, [], demo.titles(language), console)
    shown.address = lambda: "http://127.0.0.1:45123/"
    if note:
        shown.take(e.Moment(e.OutputTrouble("light", note), 1.0, clock.wall()))
    for k in range(9):
        shown.take(e.Moment(e.Button("short"), float(k), clock.wall()))
    seen = drawn(shown).splitlines()
    assert len(seen) <= height
    text = " ".join(" ".join(seen).split())
    assert "http://127.0.0.1:45123/" in text
    assert note.strip() in text
    assert {"de": "q Ende", "en": "q quit"}[language] in text
    if height >= 24:
        assert text.count({"de": "Knopf: kurz", "en": "button: short"}[language]) >= 2


def test_a_high_terminal_has_the_whole_boxes_and_a_low_one_gives_up_the_messages_first() -> None:
    assert room(100) == room(16) == (7, 5)
    assert room(13) == (6, 3)
    assert room(7) == (2, 1)
    assert room(6) == (4, 0)
    assert room(2) == room(-4) == (0, 0)
