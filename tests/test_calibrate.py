"""`calibrate` in the terminal: words, a verdict in plain language, and nothing kept of what was refused or stopped."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from station.__main__ import main
from station.calibrate import FIRST_FRAME_S, Lesson, verdict
from station.core import calibrating
from station.core.calibrating import STEPS, Calibrating
from station.core.calibrating_words import SAYINGS, in_language, words
from station.core.engine import Engine
from station.core.inputs import Calibrate, Frame, SensorLost, Tick
from station.core.yardstick import Yardstick
from station.errors import StationError
from station.guided import Meter, Screen

RATE = 100.0
LEVEL = {"reference": 1.05, "shrug": 1.5, "typing": 0.12}


class Terminal:
    """A lesson with an envelope sensor whose wearer does what the station tells the simulated person."""

    def __init__(self, language: str = "en", action: str = "start", obedient: bool = True) -> None:
        self.out = io.StringIO()
        self.told: list[str] = []
        self.obedient = obedient
        engine = Engine([Calibrating(["emg-envelope"])])
        self.lesson = Lesson(engine, Screen(self.out), language, "emg-envelope", self.control, action)
        self.now = 0.0
        self._random = np.random.default_rng(1)

    def control(self, message: Any) -> None:
        self.told.append(message["activity"])

    def live(self, seconds: float) -> None:
        until = self.now + seconds
        while self.now < until and not self.lesson.over:
            self.now += 0.1
            act = self.told[-1] if self.told and self.obedient else "rest"
            volts = self._random.normal(LEVEL.get(act, 0.05), 0.002, (10, 1))
            self.lesson.take(Frame(volts, self.now, RATE), self.now)

    @property
    def text(self) -> str:
        return self.out.getvalue()


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_step_is_said_and_the_verdict_is_plain(language: str) -> None:
    terminal = Terminal(language)
    terminal.live(300)
    lines = terminal.text.splitlines()
    wanted = [words(name, language, step.seconds) for name, step in STEPS.items() if not name.startswith("daily")]
    assert [line for line in lines if line in wanted] == wanted
    assert terminal.lesson.result is not None
    assert {"de": "Deine Referenz ist", "en": "Your reference is"}[language] in lines[-1]
    assert terminal.told.count("reference") == 2


def test_a_refused_calibration_gives_no_result_and_says_that_nothing_changed() -> None:
    terminal = Terminal("de", obedient=False)
    terminal.live(300)
    assert terminal.lesson.over and terminal.lesson.result is None
    assert "unterscheiden sich um weniger als das Dreifache" in terminal.text
    assert "wie es vorher war" in terminal.text


def test_stopping_keeps_what_was_there() -> None:
    terminal = Terminal()
    terminal.live(30)
    terminal.lesson.take(Calibrate("abort"), terminal.now)
    assert terminal.lesson.over and terminal.lesson.result is None
    assert "the one you had stays" in terminal.text


def test_a_daily_reference_without_a_calibration_says_what_to_do() -> None:
    terminal = Terminal("de", "daily")
    terminal.live(30)
    assert terminal.lesson.over
    assert "einmal die ganze" in terminal.text


def test_a_sensor_that_is_not_there_is_an_error_with_a_sentence() -> None:
    lesson = Terminal().lesson
    with pytest.raises(StationError, match="No ADS1115"):
        lesson.take(SensorLost("No ADS1115 answers.", "Check the wires."), 1.0)
    silent = Terminal().lesson
    silent.take(Tick(), 0.0)
    with pytest.raises(StationError, match="sends nothing"):
        silent.take(Tick(), FIRST_FRAME_S + 1)


def yardstick(**more: Any) -> Yardstick:
    plain = {"signal": "emg-raw", "rate": 500.0, "rest_level": 1.65, "reference_level": 0.1, "noise_rve_percent": 3.0}
    return Yardstick(**(plain | more))  # type: ignore[arg-type]


def test_the_verdict_names_noise_usual_load_gain_and_a_missing_reference() -> None:
    assert "nice and quiet" in verdict(yardstick(), "en")
    assert "will do" in verdict(yardstick(noise_rve_percent=7.0), "en")
    assert "no cues" in verdict(yardstick(noise_rve_percent=12.0), "en")
    assert "There will be cues" in verdict(yardstick(noise_rve_percent=8.0), "en")
    assert "There will be cues" in verdict(yardstick(noise_rve_percent=11.9), "en")
    assert "Das Netz brummt" in verdict(yardstick(hum_power=0.011), "de")
    assert "hum" not in verdict(yardstick(hum_power=0.009), "en")
    assert "um 6 %" in verdict(yardstick(typing_p50=6.2), "de")
    assert "70 %" in verdict(yardstick(gain=0.7), "de")
    assert "Ohne Referenz" in verdict(yardstick(rest_only=True), "de")


def test_everything_said_is_there_in_both_languages() -> None:
    assert all(len(pair) == 2 and all(pair) for pair in SAYINGS.values())
    assert in_language("a sentence nobody translated", "de") == "a sentence nobody translated"


def test_every_refusal_of_the_core_has_its_german_sentence() -> None:
    refusals = [
        getattr(calibrating, name)
        for name in (
            "STOPPED",
            "NO_SIGNAL",
            "OFF",
            "NOTHING_YET",
            "NO_SHRUG",
            "TOO_DIFFERENT",
            "REFERENCE_TOO_WEAK",
            "STOOD_STILL",
            "REFERENCES_DIFFER",
        )
    ]
    assert all(in_language(reason, "de") != reason for reason in refusals)


def test_figures_of_the_verdict_are_written_as_the_language_writes_them() -> None:
    assert "0,8 % Rauschen" in verdict(yardstick(noise_rve_percent=0.8), "de")
    assert "0.8 % noise" in verdict(yardstick(noise_rve_percent=0.8), "en")


@pytest.mark.parametrize("signal", ["emg-raw", "emg-envelope", "pressure"])
def test_the_meter_is_empty_before_the_first_frame(signal: str) -> None:
    assert set(Meter(signal).bar()) == {"▯"}


class Watched(io.StringIO):
    """What somebody looks at."""

    def isatty(self) -> bool:
        return True


def test_at_a_terminal_a_long_sentence_is_broken_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    seen, read = Watched(), io.StringIO()
    for out in (seen, read):
        Screen(out).say(SAYINGS["keys"][0])
    assert max(map(len, seen.getvalue().splitlines())) < 60
    assert seen.getvalue().split() == SAYINGS["keys"][0].split()
    assert read.getvalue() == SAYINGS["keys"][0] + "\n", "a file gets it whole"


def test_enter_leaves_no_second_bar() -> None:
    out = Watched()
    screen = Screen(out)
    screen.show("bar")
    screen.entered()
    assert out.getvalue().endswith("bar\x1b[A\r\x1b[K"), "one up, where the bar was, and that line is empty"
    screen.entered()
    assert out.getvalue().count("\x1b[A") == 1, "where nothing stands there is nothing to take away"


def test_the_bar_goes_with_the_signal() -> None:
    meter = Meter("emg-envelope")
    for level in (0.0, 1.0, 0.5):
        for _ in range(20):
            meter.take(Frame(np.full((10, 1), level), 0.0, RATE))
    assert 10 <= meter.bar().count("▮") <= 14


def test_neither_a_sensor_nor_the_simulated_person_is_a_mistake_that_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["calibrate"])
    assert "--simulated" in capsys.readouterr().err


def test_noise_alone_does_not_fill_the_bar() -> None:
    meter, rng = Meter("emg-raw"), np.random.default_rng(1)
    for _ in range(200):
        meter.take(Frame(rng.normal(1.65, 0.002, (10, 1)), 0.0, 500.0))
    assert meter.bar().count("▮") <= 6


@pytest.mark.slow
def test_ctrl_c_leaves_the_old_calibration_and_no_process(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "station", "calibrate", "--simulated", "--language", "en"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "XDG_STATE_HOME": str(tmp_path)},
    )
    assert process.stdout is not None
    assert "go on" in process.stdout.readline()
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=10)
    assert process.returncode == 1
    assert "the one you had stays" in rest
    assert not (tmp_path / "desk-station" / "calibration.json").exists()
