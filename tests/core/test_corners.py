"""What is rare and must be right all the same: corners that no ordinary day of the other timelines walks into."""

from __future__ import annotations

import runpy
from string import Formatter
from typing import Any, ClassVar

import numpy as np
import pytest

from station.core import calibrating, tables, yardstick
from station.core.budget import Budget
from station.core.calibrating_words import GERMAN, SAYINGS, in_language, said
from station.core.coach import Coach
from station.core.coach import Settings as CoachSettings
from station.core.component import NEVER, Herald
from station.core.emg_power import BANDS
from station.core.engine import Engine
from station.core.events import (
    CalibrationStep,
    CueWithheld,
    Quiet,
    Reading,
    Refused,
    TensionEnded,
    TensionStarted,
    as_record,
    name_of,
)
from station.core.feeling import Feeling
from station.core.inputs import Calibrate, Prefer, SetPrivate, SetQuiet, Tick
from station.core.preferences import POSSIBLE, Preferences
from station.core.quick import block_filter
from station.core.quiet import QuietTime
from station.core.technique_words import faults_of

REFUSALS = [
    *(calibrating.STOPPED, calibrating.NO_SIGNAL, calibrating.OFF, calibrating.NOTHING_YET),
    *(calibrating.NO_SHRUG, calibrating.TOO_DIFFERENT, calibrating.REFERENCE_TOO_WEAK, yardstick._TOO_CLOSE),
]


@pytest.mark.parametrize("sentence", REFUSALS)
def test_every_refusal_of_a_calibration_is_said_in_german_too(sentence: str) -> None:
    assert in_language(sentence, "en") == sentence
    assert in_language(sentence, "de") == GERMAN[sentence] != sentence


def test_a_sentence_without_a_translation_is_better_than_none() -> None:
    assert in_language("Something new.", "de") == "Something new."


@pytest.mark.parametrize("what", SAYINGS)
def test_what_the_terminal_says_holds_the_same_figures_in_both_languages(what: str) -> None:
    figures = [
        {field for _, field, _, _ in Formatter().parse(said(what, language)) if field} for language in ("de", "en")
    ]
    assert figures[0] == figures[1]
    assert said(what, "de") != said(what, "en")


def test_an_events_name_on_the_wire_is_its_own() -> None:
    assert name_of(TensionStarted) == "tension_started"
    assert name_of(Reading) == "reading"


def test_a_record_has_the_moment_it_was_decided_or_the_one_it_describes() -> None:
    assert as_record(TensionEnded(61.23456), 9.87654) == {"t": 9.877, "event": "tension_ended", "lasted_s": 61.2346}
    told = as_record(Reading(1.2344, None, False, "ok"), 9.0)
    assert (told["t"], told["event"], told["rve_percent"], told["resting"]) == (1.234, "reading", None, False)
    chosen = as_record(Reading(1.0, 2.0, True, "ok"), 9.0, ("resting",))
    assert chosen == {"t": 1.0, "event": "reading", "resting": True}


def test_components_that_answer_each_other_without_end_are_a_mistake_that_is_said() -> None:
    class Echo:
        def routes(self) -> dict[type, Any]:
            return {Tick: lambda message, now: [message]}

        def due(self) -> float:
            return NEVER

    with pytest.raises(RuntimeError, match="without end"):
        Engine([Echo()]).handle(Tick(), 0.0)


def test_a_herald_is_told_and_heard_first_wherever_it_stands() -> None:
    class Listener:
        heard: ClassVar[list[tuple[str, float]]] = []

        def routes(self) -> dict[type, Any]:
            return {
                kind: lambda message, now: self.heard.append((name_of(type(message)), now))
                for kind in (Tick, Reading, TensionEnded)
            }

        def due(self) -> float:
            return 5.0

    class Bell(Herald, Listener):
        def __init__(self) -> None:
            self.rings = 5.0

        def routes(self) -> dict[type, Any]:
            return {Tick: self._ring, Reading: lambda reading, now: [TensionEnded(1.0)]}

        def due(self) -> float:
            return self.rings

        def _ring(self, _: Tick, now: float) -> list[Any]:
            if now < self.rings:
                return []
            self.rings += 5.0
            return [TensionEnded(0.0)]

    engine = Engine([Listener(), Bell()])
    assert engine.handle(Tick(), 5.0) == [TensionEnded(0.0)]
    assert Listener.heard == [("tension_ended", 5.0), ("tick", 5.0)]
    Listener.heard.clear()
    reading = Reading(9.9, 1.0, True, "ok")
    assert engine.handle(reading, 10.01) == [TensionEnded(0.0), reading, TensionEnded(1.0)]
    assert Listener.heard == [("tension_ended", 10.01), ("tension_ended", 10.01), ("reading", 10.01)]


def test_nobody_waits_in_an_empty_engine() -> None:
    assert Engine([]).due() == NEVER


def felt(load: float, resting: bool, seconds: float = 3.0) -> Feeling:
    feeling = Feeling()
    for k in range(round(seconds * 10)):
        feeling.feel(Reading(0.0, load, resting, "ok"), k / 10)
    return feeling


@pytest.mark.parametrize(
    ("load", "resting", "tensed"), [(30.0, False, True), (10.0, False, True), (9.9, False, False), (30.0, True, False)]
)
def test_tensed_is_load_without_rest(load: float, resting: bool, tensed: bool) -> None:
    assert felt(load, resting).holds("tensed", 2.9) is tensed


def test_a_state_nobody_knows_never_holds() -> None:
    assert not felt(1.0, True).holds("serene", 2.9)


def test_preferences_wait_for_nothing() -> None:
    assert Preferences(dict.fromkeys(POSSIBLE, 1)).due() == NEVER


def test_asking_for_quiet_where_it_is_quiet_does_not_prolong_it() -> None:
    part = QuietTime()
    engine = Engine([part])
    assert engine.handle(SetQuiet(10, "page"), 0.0) == [Quiet(True, 600.0, "page")]
    assert engine.handle(SetQuiet(source="page", on=True), 60.0) == []
    assert part.due() == 600.0


def test_a_quiet_that_ended_while_the_station_was_off_is_over() -> None:
    part = QuietTime()
    Engine([part]).handle(SetQuiet(10, "page"), 0.0)
    kept = part.snapshot(60.0, 1000.0)
    assert QuietTime().restore(kept, 1000.0 + 540) == []
    (sooner,) = QuietTime().restore(kept, 1000.0 + 240)
    assert isinstance(sooner, SetQuiet) and sooner.minutes == pytest.approx(5.0)


def test_without_notches_the_tone_hears_the_mains() -> None:
    """The 50 Hz that a notch takes out are left where there is none."""

    def power(mains_hz: float) -> float:
        found, rate = block_filter(500.0, mains_hz, BANDS[0]), 500.0
        state, wave = found.settled * 0.0, np.sin(2 * np.pi * 50.0 * np.arange(500) / rate)
        for at in range(0, 500, found.samples):
            out = found.matrix @ np.concatenate((wave[at : at + found.samples], state))
            state = out[found.samples :]
        return float(np.mean(out[: found.samples] ** 2))

    assert power(50.0) < 0.01 * power(0.0)


def test_the_printed_state_machines_go_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(tables.__file__, run_name="__main__")
    assert capsys.readouterr().out.startswith("### The button")


@pytest.mark.parametrize("text", ["Atme  aus.", " Atme aus.", "Atme\naus."])
def test_a_space_too_many_is_a_fault_of_a_spoken_text(text: str) -> None:
    assert list(faults_of(text, "de")) == ["there is a space too many, or a line break"]


def test_settling_begins_with_the_first_reading_even_if_nobody_said_the_sensor_is_well() -> None:
    engine = Engine([Coach(CoachSettings(patience_s=0, baseline_days=0), Budget())])
    engine.handle(Reading(0.0, None, False, "off"), 10.0)
    engine.handle(Reading(0.0, 12.0, False, "ok"), 20.0)
    told = engine.handle(TensionStarted(15.0, 0.04, "rest share 4 %"), 60.0)
    assert any("settling" in event.reason for event in told if isinstance(event, CueWithheld)), told


def test_what_is_asked_of_a_calibration_that_does_not_run_changes_nothing() -> None:
    engine = Engine([calibrating.Calibrating(["emg-envelope"])])
    assert [engine.handle(Calibrate(action), 1.0) for action in ("next", "skip", "abort", "dance")] == [[]] * 4
    assert engine.due() == NEVER


def test_a_recording_cannot_be_cut_short() -> None:
    engine = Engine([calibrating.Calibrating(["emg-envelope"])])
    engine.handle(Calibrate("start"), 0.0)
    assert engine.handle(Calibrate("next"), 1.0) == [CalibrationStep("rest", 60.0)]
    assert engine.handle(Calibrate("next"), 2.0) == []
    assert engine.due() == 61.0


def test_a_wish_for_something_unknown_names_what_there_is() -> None:
    (refused,) = Engine([Preferences(dict.fromkeys(POSSIBLE, 1))]).handle(Prefer({"colour": "red"}), 0.0)
    assert isinstance(refused, Refused)
    assert "'colour'" in refused.reason and "volume" in refused.reason


def test_private_mode_that_is_on_already_is_not_told_again() -> None:
    engine = Engine([QuietTime()])
    assert len(engine.handle(SetPrivate(True, "page"), 0.0)) == 1
    assert engine.handle(SetPrivate(True, "mqtt"), 1.0) == []


@pytest.mark.parametrize("text", ["", "  "])
def test_nothing_cannot_be_spoken(text: str) -> None:
    assert list(faults_of(text, "de")) == ["there is no text"]
