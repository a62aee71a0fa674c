"""Recording: what the sensor sent is what the file holds, with the right times, whatever happens on the way."""

from __future__ import annotations

import io
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from hardware.sensors.edf_reader import read
from station import record
from station.__main__ import main
from station.core.calibrating import Calibrating
from station.core.engine import Engine
from station.core.events import Mark, SessionEnded, SessionStarted, TensionEnded, TensionStarted
from station.core.inputs import Calibrate, Frame, MarkNow, Tick
from station.guided import Screen
from station.record import Recording
from station.recorder import Recorder

RATE = 500.0
STEP = 125e-6


def send(recorder: Recorder, seconds: float, start: float, seed: int = 1, lost: int = 0) -> tuple[np.ndarray, float]:
    """Frames of 20 ms from monotonic second `start` on; (what was sent, when it ended)."""
    data = np.rint(np.random.default_rng(seed).normal(1.65, 0.05, (round(seconds * RATE), 1)) / STEP) * STEP
    for first in range(0, len(data), 10):
        end = start + (first + 10) / RATE
        recorder.frame(Frame(data[first : first + 10].astype(np.float32), end, RATE, lost if first == 0 else 0))
    return data, start + seconds


def test_what_was_sent_is_in_the_file(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.edf", ("emg-raw",))
    data, _ = send(recorder, 7, 1000.0)
    recorder.close()
    back = read(tmp_path / "a.edf")
    assert back.labels == ("EMG raw",) and back.rate == RATE
    assert np.abs(back.volts()[: len(data)] - data).max() < 1e-6


def test_a_hole_is_filled_and_noted_so_that_the_clock_stays_true(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.edf", ("emg-raw",))
    before, t = send(recorder, 5, 1000.0)
    after, t = send(recorder, 5, t + 3.0, seed=2)  # the sensor was away for three seconds and did not count them
    recorder.note(t - 1.0, "mark")
    recorder.close()
    back = read(tmp_path / "a.edf")
    assert back.noted("lost/1500")[0].onset == pytest.approx(5.0)
    assert back.noted("mark")[0].onset == pytest.approx(12.0)
    assert np.abs(back.between(8.0, 13.0) - after).max() < 1e-6
    frames = list(back.frames())
    assert sum(len(f.volts) for f in frames) == len(before) + len(after)
    assert sum(f.lost for f in frames) == 1500
    assert recorder.lost == 1500


def test_counted_losses_are_taken_as_they_were_counted(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.edf", ("emg-raw",))
    _, t = send(recorder, 3, 1000.0)
    send(recorder, 3, t + 7 / RATE, lost=7)
    recorder.close()
    assert read(tmp_path / "a.edf").noted("lost/7")


def test_events_become_notes_with_their_length(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.edf", ("emg-raw",))
    send(recorder, 10, 1000.0)
    recorder.event(TensionStarted(20.0, 0.1, "x"), 1002.0)
    recorder.event(SessionStarted("breathing", "micro", "de", 60.0, "button"), 1003.0)
    recorder.event(Mark("button"), 1004.0)
    recorder.event(SessionEnded("breathing", "de", "completed"), 1005.0)
    recorder.event(TensionEnded(4.0), 1006.0)
    recorder.event(TensionStarted(20.0, 0.1, "x"), 1006.5)
    recorder.event(TensionEnded(0.5), 1007.5)  # the muscle was last felt a second before
    recorder.event(TensionStarted(20.0, 0.1, "x"), 1008.0)  # still going on at the end
    recorder.close()
    notes = [(a.text, round(a.onset, 2), round(a.duration, 2)) for a in read(tmp_path / "a.edf").annotations]
    assert notes == [
        ("tension", 2.0, 4.0),
        ("session/breathing", 3.0, 2.0),
        ("mark", 4.0, 0.0),
        ("tension", 6.5, 0.5),
        ("tension", 8.0, 2.0),
    ]


def test_a_recording_shorter_than_the_rate_takes_to_measure_is_kept(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.edf", ("emg-raw",))
    send(recorder, 0.5, 0.0)
    recorder.close()
    assert sum(len(f.volts) for f in read(tmp_path / "a.edf").frames()) == 250


def test_two_muscles_are_told_apart(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.edf", ("emg-raw", "emg-raw"))
    for k in range(150):
        recorder.frame(Frame(np.full((10, 2), (1.0, 2.0), np.float32), (k + 1) * 0.02, RATE))
    recorder.close()
    back = read(tmp_path / "a.edf", ("left", "right"))
    assert back.labels == ("EMG raw left", "EMG raw right")
    assert back.volts()[7] == pytest.approx([1.0, 2.0], abs=1e-4)


def test_a_calibration_while_recording_leaves_its_notes(tmp_path: Path) -> None:
    recorder, out = Recorder(tmp_path / "a.edf", ("emg-raw",)), io.StringIO()
    recording = Recording(Engine([Calibrating(["emg-raw"])]), recorder, Screen(out), "en", "emg-raw")
    rng, now = np.random.default_rng(1), 0.0
    recording.take(Calibrate("start"), now)
    while now < 130:
        now += 0.1
        loud = 70 < now < 90 or 93 < now < 130
        recording.take(Frame(rng.normal(1.65, 0.05 if loud else 0.001, (50, 1)).astype(np.float32), now, RATE), now)
        recording.take(Tick(), now)
    recording.take(recording.key("s"), now)
    recording.take(MarkNow(), now)
    recorder.close()
    back = read(tmp_path / "a.edf")
    assert [(round(n.onset), round(n.duration)) for n in back.noted("calibration/rest")] == [(7, 58)]
    assert [round(n.duration) for n in back.noted("calibration/reference")] == [13, 13]
    assert back.noted("mark")
    assert "Lay your forearms on the desk" in out.getvalue()


# --- the command ------------------------------------------------------------------------------------


def test_an_existing_file_is_not_overwritten_unasked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.edf").write_text("precious")
    assert main(["record", str(tmp_path / "a.edf"), "--simulated"]) == 2
    assert "exists already" in capsys.readouterr().err
    assert (tmp_path / "a.edf").read_text() == "precious"


def test_a_sensor_that_cannot_be_opened_ends_it_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The topology of its power is not declared, so no electrode is read; nobody holds still for a minute for that."""
    config = tmp_path / "desk-station.toml"
    config.write_text(f'[station]\nstate_dir = "{tmp_path}"\n')
    begin = time.monotonic()
    assert main(["record", str(tmp_path / "a.edf"), "--config", str(config)]) == 2
    assert time.monotonic() - begin < 20
    said = capsys.readouterr().err
    assert said.count("[sensor] power") == 1
    assert not (tmp_path / "a.edf").exists()


@pytest.mark.slow
def test_so_many_seconds_are_recorded_and_what_to_do_with_them_is_said(tmp_path: Path) -> None:
    path = tmp_path / "my own.edf"
    told = subprocess.run(
        [sys.executable, "-m", "station", "record", str(path), "--simulated", "--seconds", "1"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, "XDG_STATE_HOME": str(tmp_path)},
        check=True,
        timeout=30,
    )
    assert 1 <= read(path).seconds < 3
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert told.stdout.endswith("That is too short for a report, which needs at least 15 s.\n")


def test_a_recording_that_a_report_can_be_made_of_says_how_and_a_shorter_one_does_not(tmp_path: Path) -> None:
    path = tmp_path / "my own.edf"
    assert record.what_next(path, 15.0) == f"Look at it with:  desk-station analyse '{path}'"
    assert "too short" in record.what_next(path, 14.9)


@pytest.mark.parametrize("unit", ["minutes", "seconds"])
@pytest.mark.parametrize("minutes", ["-1", "0", "five", "inf"])
def test_a_length_is_a_number_above_nothing(minutes: str, unit: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["record", "a.edf", "--simulated", f"--{unit}={minutes}"])
    assert "write 5 or 0.5" in capsys.readouterr().err


def test_a_recording_is_called_edf(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["record", str(tmp_path / "b.txt"), "--simulated"]) == 2
    assert "Name it b.edf" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_gives_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["record", str(tmp_path / "no" / "a.edf"), "--simulated"]) == 2
    assert "There is no folder" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_gives_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["record", "/proc/a.edf", "--simulated"]) == 2
    heard = capsys.readouterr().err
    assert "cannot be written" in heard and "Traceback" not in heard


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_recording_survives_its_end_however_it_comes(tmp_path: Path, how: signal.Signals) -> None:
    """kill -9 keeps every whole second; a polite end keeps everything."""
    path = tmp_path / "a.edf"
    command = [sys.executable, "-m", "station", "record", str(path), "--simulated"]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env={**os.environ, "XDG_STATE_HOME": str(tmp_path)}
    )
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not (path.exists() and path.stat().st_size > 5000):
        time.sleep(0.1)
    time.sleep(2.5)
    process.send_signal(how)
    out, _ = process.communicate(timeout=10)
    back = read(path)
    assert back.seconds >= 4
    assert np.ptp(back.volts()) > 0.001
    if how is not signal.SIGKILL:
        assert process.returncode == 0
        assert b"a.edf: 0:0" in out
