"""Every mistake a newcomer can make, with the real command line: a sentence that says what to do, and no traceback."""

from __future__ import annotations

import contextlib
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import configured
from tests.planted import PASSWORD, WRONG_PASSWORD

pytestmark = pytest.mark.slow

QUIET = configured.MOCK_PINS + configured.SILENT
SIMULATED = configured.SIMULATED + QUIET
# What is plugged into the machine that runs the tests must not decide what they say.
ISOLATED = '[sensor]\npower = "isolated"\n' + QUIET
ON_A_PI = Path("/dev/gpiochip0").exists()


# What a shell does: the program gets the terminal, and with it the Ctrl-C of whoever sits there.
IN_THE_TERMINAL = (
    "import fcntl, runpy, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "runpy.run_module('station', run_name='__main__')"
)


class Newcomer:
    """Somebody with a terminal, in a folder of their own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in ("STATE_DIRECTORY", "XDG_STATE_HOME")},
            "HOME": str(home),
            "SDL_AUDIODRIVER": "dummy",
        }

    def file(self, text: str | bytes, name: str = "desk.toml") -> str:
        path = self.home / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return name

    def types(self, *words: str, **more: str) -> tuple[int, str]:
        """Runs `desk-station WORDS`; its exit code and everything it said."""
        done = subprocess.run(
            [sys.executable, "-P", "-m", "station", *words],
            check=False,
            cwd=self.home,
            env=self.environment | more,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )
        said = done.stdout + done.stderr
        assert "Traceback" not in said, said
        return done.returncode, said

    def runs_until(self, config: str, *sentences: str, within_s: float = 90.0, **more: str) -> str:
        """Runs the station until it has said all of these, then ends it; everything it said."""
        log = self.home / "said.txt"
        with log.open("w") as out:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "station", "run", "--config", config],
                cwd=self.home,
                env=self.environment | more,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
        try:
            until = time.monotonic() + within_s
            while not all(sentence in log.read_text() for sentence in sentences):
                assert process.poll() is None, f"it ended: {log.read_text()}"
                assert time.monotonic() < until, f"not said in time: {log.read_text()}"
                time.sleep(0.05)
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=10) == 0
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        assert "Traceback" not in log.read_text(), log.read_text()
        return log.read_text()


@pytest.fixture
def newcomer(tmp_path: Path) -> Newcomer:
    return Newcomer(tmp_path)


# --- the command line -----------------------------------------------------------------------------


def test_an_unknown_command_names_the_nearest(newcomer: Newcomer) -> None:
    code, said = newcomer.types("chek")
    assert code == 2 and "Did you mean 'check'?" in said and "desk-station --help" in said


@pytest.mark.parametrize("words", [("check", "--jsn"), ("demo", "--language", "fr"), ("replay",)])
def test_a_wrong_option_is_two_lines_and_not_a_page(newcomer: Newcomer, words: tuple[str, ...]) -> None:
    code, said = newcomer.types(*words)
    assert code == 2 and len(said.strip().splitlines()) == 2 and f"desk-station {words[0]} --help" in said


def test_run_without_a_configuration_says_how_to_write_one(newcomer: Newcomer) -> None:
    code, said = newcomer.types("run")
    assert code == 2 and "desk-station config --default > " in said and "desk-station demo" in said


# --- the configuration ----------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["run", "check", "calibrate"])
def test_a_configuration_that_is_not_there(newcomer: Newcomer, command: str) -> None:
    code, said = newcomer.types(command, "--config", "nowhere.toml")
    assert code == 2
    assert "There is no configuration file nowhere.toml." in said and "config --default > nowhere.toml" in said


def test_typos_and_wrong_types_are_all_told_in_one_go_and_nothing_starts(newcomer: Newcomer) -> None:
    mistakes = (
        '[station]\nlangage = "de"\n[sensor]\naddress = "0x48"\ndriver = "simulated"\n[coach]\nlight_s = "long"\n'
    )
    code, said = newcomer.types("run", "--config", newcomer.file(mistakes))
    lines = said.strip().splitlines()
    assert code == 2
    assert lines[0] == "desk.toml:2: [station] has no key 'langage'; did you mean 'language'?"
    assert lines[1].startswith("desk.toml:4: [sensor] has no key 'address'")
    assert lines[2].startswith('desk.toml:7: [coach] light_s = "long" is not possible; allowed: a number from 1 to 600')
    assert lines[3] == "The configuration has 3 mistakes; nothing was started."
    code, said = newcomer.types("config", "--config", newcomer.file(mistakes))
    assert code == 2 and said.strip().splitlines()[3] == "The configuration has 3 mistakes.", "nothing was to start"


def test_a_driver_that_is_not_there_names_those_that_are(newcomer: Newcomer) -> None:
    code, said = newcomer.types(
        "check", "--language", "en", "--config", newcomer.file('[sensor]\ndriver = "ads1151"\n')
    )
    assert code == 2 and "no sensor driver 'ads1151'; there are: ads1115, " in said


@pytest.mark.parametrize(
    ("text", "sentence"),
    [('[station]\nname = "x\n', "desk.toml:2: "), (b"\xff\xfe[\x00", "is not a text file (UTF-8)")],
)
def test_a_file_that_is_no_toml(newcomer: Newcomer, text: str | bytes, sentence: str) -> None:
    code, said = newcomer.types("run", "--config", newcomer.file(text))
    assert code == 2 and sentence in said


def test_a_folder_in_the_place_of_a_file(newcomer: Newcomer) -> None:
    code, said = newcomer.types("run", "--config", ".")
    assert code == 2 and "cannot be read: Is a directory." in said


@pytest.mark.parametrize("command", ["run", "check", "export", "purge"])
def test_a_state_folder_that_cannot_be_written(newcomer: Newcomer, command: str) -> None:
    newcomer.file("in the way", "state")
    config = newcomer.file(f'[station]\nlanguage = "en"\nstate_dir = "{newcomer.home}/state/deeper"\n{SIMULATED}')
    more = {"export": ["out"], "purge": ["--everything", "--yes"]}.get(command, [])
    code, said = newcomer.types(command, "--config", config, *more)
    assert code == 2 and f"The folder {newcomer.home}/state/deeper cannot be written" in said and "state_dir" in said


# --- the sensor -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("power", "remedy"), [("", "runs on a power bank"), ('power = "mains"', "the whole station on a power bank")]
)
def test_electrodes_on_undeclared_power_or_mains_are_refused(newcomer: Newcomer, power: str, remedy: str) -> None:
    config = newcomer.file(f'[station]\nlanguage = "en"\n[sensor]\n{power}\n{QUIET}')
    said = newcomer.runs_until(config, "sensor_trouble")
    assert "the station does not open it" in said and remedy in said
    code, said = newcomer.types("check", "--language", "en", "--config", config)
    assert code == 2 and remedy in said
    assert "Looking at everything" not in said, "in a pipe nobody waits"


@pytest.mark.skipif(Path("/dev/i2c-1").exists(), reason="this machine has an I2C bus 1")
def test_no_i2c_bus(newcomer: Newcomer) -> None:
    config = newcomer.file(ISOLATED)
    said = newcomer.runs_until(config, "There is no I2C bus 1 on this machine", "sudo raspi-config")
    assert said.count("There is no I2C bus 1") <= 2, "said once by the sensor, once as the signal's state"
    code, said = newcomer.types("check", "--language", "en", "--config", config)
    assert code == 2 and "✗ I2C bus" in said and "sudo raspi-config" in said


@pytest.mark.parametrize(
    ("there", "problem", "remedy"),
    [
        ("", "No ADS1115 answers at 0x48 on I2C bus 1", "Check its four wires"),
        ("0x49", "No ADS1115 answers at 0x48 on I2C bus 1", "0x49"),
    ],
    ids=["no chip", "a chip at another address"],
)
def test_a_bus_without_the_chip(newcomer: Newcomer, there: str, problem: str, remedy: str) -> None:
    config = newcomer.file(ISOLATED)
    twin = {"PYTHONPATH": str(Path(__file__).with_name("twin_bus")), "DESK_TWIN_BUS": there}
    code, said = newcomer.types("check", "--language", "en", "--config", config, **twin)
    assert code == 2 and problem in said and remedy in said
    said = newcomer.runs_until(config, problem, **twin)
    assert remedy in said


def test_a_chip_at_the_right_address_is_no_mistake(newcomer: Newcomer) -> None:
    """So that the twin of the bus is known to be one."""
    twin = {"PYTHONPATH": str(Path(__file__).with_name("twin_bus")), "DESK_TWIN_BUS": "0x48"}
    newcomer.runs_until(newcomer.file(ISOLATED), "sensor_well", **twin)


def test_a_recording_in_the_place_of_a_sensor_that_is_not_there(newcomer: Newcomer) -> None:
    config = newcomer.file(f'[sensor]\ndriver = "recording"\nfile = "nowhere.edf"\n{QUIET}')
    code, said = newcomer.types("check", "--language", "en", "--config", config)
    assert code == 2 and "nowhere.edf does not exist." in said


@pytest.mark.skipif(ON_A_PI, reason="this machine has GPIO pins")
def test_a_machine_without_pins_is_told_so_once_for_each_of_them(newcomer: Newcomer) -> None:
    config = newcomer.file('[sensor]\ndriver = "simulated"\n[output.audio]\nenabled = false\n')
    said = newcomer.runs_until(config, "sensor_well", "The button on GPIO 17", "The light on GPIO 27")
    assert said.count("GPIO 17") == said.count("GPIO 27") == 1
    code, said = newcomer.types("check", "--language", "en", "--config", config)
    assert code == 2
    assert "Set [button] enabled = false" in said and "Set [output.light] enabled = false" in said
    without = newcomer.file(configured.SIMULATED + configured.NO_PINS + configured.SILENT)
    code, said = newcomer.types("check", "--language", "en", "--config", without)
    assert code in (0, 1) and "✗" not in said


# --- the ways out ---------------------------------------------------------------------------------


def test_no_sound_card(newcomer: Newcomer) -> None:
    config = newcomer.file(SIMULATED.replace("enabled = false", 'sinks = ["plughw:CARD=Nowhere"]'))
    alsa = {"SDL_AUDIODRIVER": "alsa"}
    code, said = newcomer.types("check", "--language", "en", "--config", config, **alsa)
    assert code == 1 and "! sound" in said and "aplay -L" in said
    newcomer.runs_until(config, "sensor_well", "output_trouble output=audio", "Nowhere", **alsa)


def test_a_broker_that_is_not_there(newcomer: Newcomer) -> None:
    config = newcomer.file(f"{SIMULATED}[output.mqtt]\nenabled = true\nport = 1\n")
    code, said = newcomer.types("check", "--language", "en", "--config", config)
    assert code == 2 and "Nobody answers as broker at localhost:1" in said and "[output.mqtt] host and port" in said
    newcomer.runs_until(config, "sensor_well", "output_trouble output=mqtt")


def test_without_a_smart_home_nothing_is_said_of_a_broker(newcomer: Newcomer) -> None:
    config = newcomer.file(SIMULATED)
    said = newcomer.runs_until(config, "sensor_well")
    assert "broker" not in said.lower() and "mqtt" not in said.lower()
    _, said = newcomer.types("check", "--language", "en", "--config", config)
    assert "[output.mqtt] enabled = true would use it" in said


def test_a_wrong_password(newcomer: Newcomer, make_broker: Callable[..., Any]) -> None:
    broker = make_broker(password=("desk", PASSWORD))
    wrong = (
        f'enabled = true\nport = {broker.port}\nhost = "127.0.0.1"\nusername = "desk"\npassword = "{WRONG_PASSWORD}"\n'
    )
    config = newcomer.file(f"{SIMULATED}[output.mqtt]\n{wrong}")
    code, said = newcomer.types("check", "--language", "en", "--config", config)
    assert code == 2 and "wrong user name or password" in said and "[output.mqtt] username and password" in said
    said += newcomer.runs_until(config, "sensor_well", "wrong user name or password")
    assert WRONG_PASSWORD not in said, "a password is never shown"


def test_a_history_of_a_later_version_is_left_alone(newcomer: Newcomer) -> None:
    import sqlite3

    state = newcomer.home / ".local" / "state" / "desk-station"
    state.mkdir(parents=True)
    database = sqlite3.connect(state / "history.db")
    database.execute("pragma user_version = 999")
    database.commit()
    database.close()
    said = newcomer.runs_until(newcomer.file(SIMULATED), "sensor_well", "output_trouble output=history")
    assert "written by a later Desk Station" in said


# --- recordings -----------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["replay", "analyse"])
@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("nowhere.edf", None, "nowhere.edf does not exist."),
        ("song.edf", b"ID3 something else", "song.edf is not an EDF file"),
        ("empty.edf", b"", "empty.edf is empty"),
        (".", None, "is a folder, not a recording"),
    ],
)
def test_a_recording_that_is_none(
    newcomer: Newcomer, command: str, name: str, content: bytes | None, sentence: str
) -> None:
    if content is not None:
        newcomer.file(content, name)
    code, said = newcomer.types(command, name)
    assert code == 2 and sentence in said and len(said.strip().splitlines()) >= 2


def test_in_a_terminal_check_says_at_once_that_it_looks_and_ctrl_c_ends_it_in_a_sentence(
    newcomer: Newcomer,
) -> None:
    at_once, at_the_end = (
        "ist ein Sensor da, wird er 5 s lang gemessen.",
        "Vor dem Ende abgebrochen; es wurde nichts geändert.",
    )
    terminal, inside = pty.openpty()
    command = ["check", "--language", "de", "--config", newcomer.file(SIMULATED)]
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", IN_THE_TERMINAL, *command],
        cwd=newcomer.home,
        env=newcomer.environment,
        stdin=inside,
        stdout=inside,
        stderr=inside,
        start_new_session=True,
    )
    os.close(inside)
    said = ""
    with os.fdopen(terminal, "r+b", buffering=0) as keys, contextlib.suppress(OSError):  # EIO: nobody is there any more
        while more := keys.read(1000):
            said += more.decode()
            if at_once in said and "^C" not in said:
                time.sleep(1.0)  # in the middle of the five seconds
                keys.write(b"\x03")
                said += "^C"
    assert process.wait(timeout=10) == 130
    assert at_once in said and at_the_end in said and "Traceback" not in said, said


def test_ctrl_c_is_no_mistake(newcomer: Newcomer) -> None:
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "station", "run", "--config", newcomer.file(SIMULATED)],
        cwd=newcomer.home,
        env=newcomer.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    for line in process.stdout:
        if line.startswith("sensor_well"):
            break
    process.send_signal(signal.SIGINT)
    said = process.stdout.read()
    assert process.wait(timeout=10) == 0 and "Traceback" not in said
