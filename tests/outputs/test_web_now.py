"""What the page says of now: the state of the core, what is wrong, and the live picture of the muscle."""

from __future__ import annotations

import asyncio
import html
import json
import re
from typing import Any

import pytest

import sounds
from station.core import events as e
from station.core import technique
from station.core.state import State
from station.outputs.audio.mixer import REMEDY
from station.outputs.web import spoken
from station.outputs.web.view import words
from tests.outputs.web_desk import Rig


def test_the_state_on_the_page_is_the_state_of_the_core(rig: Rig) -> None:
    rig.tell(e.SensorWell(500.0))
    rig.desk.live.take(
        e.Moment(e.Cue("light", "rest share 4 % for 60 s, load 14 %RVE; 6 min since", "breathing"), 2.0, rig.wall)
    )
    assert rig.client().get("/api/state").json()["state"] == "cue"
    text = rig.client().get("/").text
    assert "Ruheanteil 4\u202f% seit 60 s, Last 14 %RVE · 6 min zuvor bemerkt" in text
    assert "Viele Minuten lang fast keine Ruhe in den Schultern." in text
    assert "leises Licht" in text


@pytest.mark.parametrize(
    ("language", "sensor", "output"),
    [
        ("de", "Kein ADS1115 antwortet", "Das Licht ist ausgefallen: no pin."),
        ("en", "No ADS1115 answers", "The light failed: no pin."),
    ],
)
def test_what_is_wrong_is_said_in_the_person_s_language(rig: Rig, language: str, sensor: str, output: str) -> None:
    problem = "No ADS1115 answers at 0x48 on I2C bus 1; these addresses answer: 0x49."
    for event in (
        e.SensorTrouble(problem, "It is tried again."),
        e.OutputTrouble("light", "The light failed: no pin."),
    ):
        rig.tell(event)
    state = rig.client().get("/api/state").json()
    assert state[f"sensor_{language}"].startswith(sensor)
    assert state[f"troubles_{language}"] == [output]
    page = rig.client().get(f"/?lang={language}").text
    assert sensor in page
    assert output in page


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize(
    "said",
    [
        f"The sound device chosen by the system cannot be opened: ALSA: no such device. {REMEDY}",
        "The sound device of the system has gone; the station goes on by light.",
    ],
)
def test_a_missing_speaker_is_one_short_sentence_and_no_alarm(rig: Rig, language: str, said: str) -> None:
    def trouble() -> str:
        page = rig.client().get(f"/?lang={language}").text
        return str(page.partition('id="trouble-title"')[2].partition("</section>")[0])

    rig.tell(e.SensorWell(500.0))
    rig.tell(e.OutputTrouble("audio", said, e.NO_SPEAKER))
    short = f"<summary>{words(language)['live.no_speaker']}</summary>"
    assert trouble().startswith(" hidden>") and short in trouble()
    assert rig.client().get("/api/state").json()["troubles_small"] == [True]
    rig.tell(e.OutputTrouble("light", "The light failed: no pin."))
    assert not trouble().startswith(" hidden>") and short in trouble(), "the light does need a hand"
    rig.desk.live.take(e.Moment(e.OutputTrouble("audio", "The first speaker is not there; sounding on 'x'."), 1.0, 1.0))
    assert short not in trouble(), "there is a speaker"
    rig.desk.live.take(e.Moment(e.OutputTrouble("audio", said), 1.0, 1.0))
    assert short not in trouble(), "what it is, is told, and not read out of a sentence"


def test_what_is_not_pressing_steps_back_behind_an_exercise_and_an_offer(rig: Rig) -> None:
    def shown(what: str) -> bool:
        (found,) = re.findall(rf'<[^>]*id="{what}"[^>]*>', rig.client().get("/").text)
        return " hidden" not in found

    rig.tell(e.SensorWell(500.0))
    rig.tell(e.OutputTrouble("audio", "The sound device of the system has gone.", e.NO_SPEAKER))
    assert shown("setup-hint") and shown("trouble")
    begun = e.SessionStarted("breathing", "micro", "de", 80.0, "button")
    for begins, ends in (
        (begun, e.SessionEnded("breathing", "de", "completed")),
        (e.Cue("chime", "rest share 4 %", "breathing"), e.CueAnswered("not_now")),
    ):
        rig.tell(begins)
        assert not shown("setup-hint") and not shown("trouble")
        rig.tell(ends)
        assert shown("setup-hint") and shown("trouble")
    rig.tell(begun, e.OutputTrouble("light", "The light failed: no pin."))
    assert shown("trouble"), "the light does need a hand"


@pytest.mark.parametrize(
    ("name", "said", "german"),
    [
        ("breathing", "And slowly out.", "Und langsam ausatmen."),
        (
            "mindfulness",
            "Your shoulders have been resting for quite a while. We may stop here.",
            "Deine Schultern ruhen schon eine ganze Weile. Wir dürfen hier aufhören.",
        ),
        ("breathing", "A sentence of nobody's.", "A sentence of nobody's."),
        ("no-such-exercise", "And slowly out.", "And slowly out."),
    ],
)
def test_what_is_spoken_in_one_language_is_read_in_the_page_s_own(rig: Rig, name: str, said: str, german: str) -> None:
    rig.tell(
        e.SessionStarted(name, "micro", "en", 80.0, "button"),
        e.SessionStep(name, "en", 3, "breath_out", 6.0, said),
    )
    for language, shown in (("de", german), ("en", said)):
        assert rig.desk.live.snapshot()["state"][f"saying_{language}"] == shown
        assert f">{html.escape(shown)}</p>" in rig.client().get(f"/?lang={language}").text
    state = rig.client().get("/api/state").json()
    assert state["saying"] == said, "what is said stays what is said"


def test_every_sentence_of_every_exercise_is_shown_as_one_that_stands_beside_it() -> None:
    for name in sounds.techniques():
        beside: set[tuple[str, str]] = set()
        for script in sounds.scripts(name):
            german, english = (
                technique.compile(sounds.read(name), sounds.read(name, script), language) for language in ("de", "en")
            )
            both = zip(german.steps + german.closing, english.steps + english.closing, strict=True)
            beside |= {(de.text, en.text) for de, en in both}
        for de, en in beside:
            assert (spoken.shown(State(technique=name, language="en", saying=en), "de"), en) in beside
            assert (de, spoken.shown(State(technique=name, language="de", saying=de), "en")) in beside


def test_who_broke_an_exercise_off_is_offered_open_eyes_movement_and_never_again_for_a_minute(rig: Rig) -> None:
    def shown(kind: str, name: str = "") -> bool:
        (found,) = re.findall(rf"<{kind}[^>]*{name}[^>]*>", rig.client().get("/").text)
        return " hidden" not in found

    assert not shown("section", 'id="early"')
    rig.tell(e.SessionStarted("imagery", "long", "de", 609.0, "button"), e.SessionEnded("imagery", "de", "completed"))
    assert not shown("section", 'id="early"'), "whoever came to the end is asked nothing"
    rig.tell(e.SessionStarted("imagery", "long", "de", 609.0, "button"), e.SessionEnded("imagery", "de", "stopped"))
    assert shown("section", 'id="early"')
    assert all(shown("button", f'instead[^>]*data-technique="{other}"') for other in ("movement", "mindfulness"))
    assert shown("button", 'id="early-worse"')
    rig.tell(e.Excluded("imagery", True, "page"), e.Excluded("movement", True, "page"))
    assert not shown("button", 'id="early-worse"') and not shown("button", 'instead[^>]*data-technique="movement"')
    rig.wall += 59
    assert shown("section", 'id="early"')
    rig.tell(e.Cue("light", "rest share 4 %", "movement"))
    assert not shown("section", 'id="early"'), "the next thing stands there alone"
    rig.tell(e.CueAnswered("ignored"))
    rig.tell(e.CalibrationStep("rest", 60.0))
    assert not shown("section", 'id="early"')
    rig.tell(e.CalibrationRefused("stopped"))
    assert shown("section", 'id="early"')
    rig.wall += 2
    assert not shown("section", 'id="early"')


def _reading(t: float, wall: float, level: float | None = 7.0) -> e.Moment:
    return e.Moment(e.Reading(t - 0.125, level, False, "ok"), t, wall)


def test_a_frame_holds_what_is_new_once(rig: Rig) -> None:
    live = rig.desk.live
    live.take(_reading(10.0, 1000.0))
    live.take(e.Moment(e.SensorWell(500.0), 10.0, 1000.0))
    first = json.loads((live.frame() or b"").removeprefix(b"data: "))
    assert first["readings"] == [[999.875, 7.0, False, "ok", 1000.0]]
    assert first["state"]["sensor_ok"] is True
    live.take(_reading(10.1, 1000.1))
    second = json.loads((live.frame() or b"").removeprefix(b"data: "))
    assert "state" not in second, "only the level has changed"
    assert live.frame() is None
    assert len(live.snapshot()["readings"]) == 2


def test_private_mode_hides_and_forgets_the_trace(rig: Rig) -> None:
    live = rig.desk.live
    live.take(_reading(10.0, 1000.0))
    live.take(e.Moment(e.Private(True, "button"), 10.1, 1000.1))
    live.take(_reading(10.2, 1000.2, 30.0))
    snapshot = live.snapshot()
    assert snapshot["readings"] == [] and snapshot["state"]["level_rve_percent"] is None


def test_a_newcomer_in_the_middle_of_a_breath_learns_of_it(rig: Rig) -> None:
    live = rig.desk.live
    live.take(e.Moment(e.SessionStarted("breathing", "micro", "de", 80.0, "button"), 1.0, 1000.0))
    live.take(e.Moment(e.SessionStep("breathing", "de", 3, "breath_in", 4.0), 19.0, 1018.0))
    step = live.snapshot()["step"]
    assert (step["kind"], step["seconds"], step["at"]) == ("breath_in", 4.0, 1018.0)
    live.take(e.Moment(e.SessionEnded("breathing", "de", "stopped"), 20.0, 1019.0))
    assert live.snapshot()["step"] is None


def test_a_newcomer_learns_how_long_the_whole_exercise_takes_and_not_what_is_left_of_it(rig: Rig) -> None:
    live = rig.desk.live
    assert live.snapshot()["session"] is None
    live.take(e.Moment(e.SessionStarted("breathing", "micro", "de", 80.0, "button"), 1.0, 1000.0))
    live.take(e.Moment(e.SessionStep("breathing", "de", 3, "breath_in", 4.0), 19.0, 1018.0))
    assert live.snapshot()["session"] == {"seconds": 80.0, "left": None}
    live.take(e.Moment(e.SessionPaused("breathing", "de"), 21.0, 1020.0))
    assert live.snapshot()["session"] == {"seconds": 80.0, "left": 60.0}
    live.take(e.Moment(e.SessionResumed("breathing", "de", 60.0), 90.0, 1089.0))
    assert live.snapshot()["session"] == {"seconds": 80.0, "left": None}
    live.take(e.Moment(e.SessionClosing("breathing", "de", 20.0), 99.0, 1098.0))
    assert live.snapshot()["session"] == {"seconds": 20.0, "left": None}
    live.take(e.Moment(e.SessionEnded("breathing", "de", "stopped"), 101.0, 1100.0))
    assert live.snapshot()["session"] is None


def test_calibration_is_shown_in_words_with_what_can_be_done(rig: Rig) -> None:
    rig.desk.live.take(e.Moment(e.CalibrationStep("reference_ready", 5.0), 1.0, 1000.0))
    shown = rig.desk.live.snapshot()["calibration"]
    assert "beide Arme" in shown["words"]["de"] and "both arms" in shown["words"]["en"]
    assert shown["can"] == ["next", "skip"]


def test_a_browser_that_cannot_keep_up_is_let_go_and_the_others_are_not(rig: Rig) -> None:
    asyncio.run(_slow_and_quick(rig))


async def _slow_and_quick(rig: Rig) -> None:
    heard: list[bytes] = []
    stuck = asyncio.Event()

    async def quick(message: Any) -> None:
        heard.append(message.get("body", b""))

    async def slow(message: Any) -> None:
        await stuck.wait()

    async def stays() -> Any:
        await asyncio.Event().wait()

    pump = asyncio.create_task(rig.streams.pump())
    await asyncio.sleep(0)
    clients = [asyncio.create_task(rig.streams({}, stays, send)) for send in (quick, slow)]
    for n in range(60):
        rig.desk.live.take(_reading(n / 10, 1000 + n / 10))
        rig.streams.wake()
        await asyncio.sleep(0.025)
    assert clients[1].done(), "the slow one was let go"
    assert not clients[0].done()
    assert sum(b"readings" in each for each in heard) > 50
    rig.streams.close()
    await asyncio.wait_for(clients[0], 1)
    pump.cancel()
