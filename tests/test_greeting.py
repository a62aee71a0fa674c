"""What somebody who types `desk-station run` is told first, and that a service's log is left as it is."""

from __future__ import annotations

import os
import pty
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import pytest

from station import config, memory
from station.greeting import WORDS, greeting
from tests.configured import MOCK_PINS, SILENT, SIMULATED, STATE

PAGE = "[output.web]\nport = {port}\n"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def said(text: str, language: str = "de") -> list[str]:
    return greeting(config.from_text(f'[station]\nname = "Büro"\nlanguage = "{language}"\n{text}', "desk.toml"))


def test_three_short_lines_say_who_wakes_up_where_its_page_is_and_how_it_ends() -> None:
    port = free_port()
    assert said(PAGE.format(port=port)) == [
        "Büro wacht auf, mit einem Muskelsensor am ADS1115.",
        f"Deine Seite auf diesem Computer: http://localhost:{port}/",
        "Unten steht, was geschieht. Strg + C beendet die Station.",
    ]
    assert said(PAGE.format(port=port), "en") == [
        "Büro is waking up, with a muscle sensor on an ADS1115.",
        f"Your page on this computer: http://localhost:{port}/",
        "Below you see what happens. Ctrl + C ends the station.",
    ]


@pytest.mark.parametrize(
    ("sensor", "named"),
    [
        ('signal = ["pressure"]', "einem Druckkissen am ADS1115"),
        ('signal = ["emg-envelope", "pressure"]', "einem Muskelsensor und einem Druckkissen am ADS1115"),
        ('signal = ["emg-raw", "emg-raw"]', "einem Muskelsensor am ADS1115"),
        ('driver = "simulated"', "einer simulierten Person"),
        ('driver = "recording"\nfile = "a.edf"', "einer Aufnahme statt eines Sensors"),
        ('driver = "ramp"', "dem Sensor „ramp“"),
    ],
)
def test_it_names_what_the_station_is_set_up_to_feel(sensor: str, named: str) -> None:
    assert said(f"[sensor]\n{sensor}\n")[0] == f"Büro wacht auf, mit {named}."


def test_it_promises_no_page_that_will_not_be_there() -> None:
    assert len(said("[output.web]\nenabled = false\n")) == 2
    assert said(PAGE.format(port=0))[1] == "Die Adresse deiner Seite steht gleich unten."
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert len(said(PAGE.format(port=other.getsockname()[1]))) == 2, "the log says who is in the way"


def test_both_languages_have_the_same_words() -> None:
    assert set(WORDS["de"]) == set(WORDS["en"])


class Terminal:
    """`desk-station run` in a terminal of its own, which is only its own: what a shell's signals would do, it does."""

    def __init__(self, folder: Path, *before: str) -> None:
        file = folder / "desk.toml"
        file.write_text((STATE + SIMULATED + MOCK_PINS + SILENT + PAGE).format(folder=folder, port=free_port()))
        self.keyboard, screen = pty.openpty()
        # Whoever runs the tests below `nohup` hands its deafness down.
        hears = ["setsid", "--ctty", "env", "--default-signal=HUP"]
        command = [*hears, *before, sys.executable, "-P", "-m", "station", "run", "--config", str(file)]
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "JOURNAL_STREAM": "8:12345"},
            stdin=screen,
            stdout=screen,
            stderr=screen,
        )
        os.close(screen)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def until(self, word: str) -> str:
        """What is shown up to this word; as much as came in a minute, if it does not come."""
        shown, end = "", time.monotonic() + 60
        while word not in shown and time.monotonic() < end:
            shown += os.read(self.keyboard, 4096).decode()
        return shown


@pytest.mark.slow
def test_at_a_terminal_it_stands_above_the_log_and_ctrl_c_ends_it_as_it_says(tmp_path: Path) -> None:
    """A terminal that the desktop started as a service of its own is a terminal all the same."""
    with Terminal(tmp_path) as terminal:
        lines = terminal.until("sensor_well").splitlines()
        assert lines[0].endswith("wacht auf, mit einer simulierten Person.")
        assert "Strg + C" in lines[2] and lines[3] == ""
        assert any(line.startswith("sensor_well") for line in lines[4:]), "no priorities for people"
        os.write(terminal.keyboard, b"\x03")
        assert terminal.until("aus.\r\n").endswith("\r\nDie Station ist aus.\r\n"), "below the ^C"
        assert terminal.process.wait(10) == 0
        os.close(terminal.keyboard)


@pytest.mark.slow
def test_whoever_closes_the_window_ends_the_station_in_good_order(tmp_path: Path) -> None:
    with Terminal(tmp_path) as terminal:
        terminal.until("sensor_well")
        os.close(terminal.keyboard)
        assert terminal.process.wait(10) == 0
    assert memory.load(tmp_path), "what stands is remembered"


@pytest.mark.slow
def test_with_nohup_the_station_outlives_its_window(tmp_path: Path) -> None:
    with Terminal(tmp_path, "nohup") as terminal:
        log, end = tmp_path / "nohup.out", time.monotonic() + 60
        while not (log.exists() and "sensor_well" in log.read_text()) and time.monotonic() < end:
            time.sleep(0.05)
        os.close(terminal.keyboard)
        with pytest.raises(subprocess.TimeoutExpired):
            terminal.process.wait(1.5)
        terminal.process.terminate()
        assert terminal.process.wait(10) == 0
