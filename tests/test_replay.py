"""Replay: what the station says of a recording, the same every time, and a sentence for every file that is none."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from edfio import Edf, EdfAnnotation, EdfSignal

from station.__main__ import main
from station.core.events import Event, Reading
from station.core.inputs import Frame
from station.replaying import load, play, prepare

SHARED = Path(os.environ.get("DESK_SHARED", Path(__file__).parent.parent / ".." / "shared")) / "data"
shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared recordings (../shared/data) are not here")

RATE = 100.0
CALIBRATED = [EdfAnnotation(0, 15, "calibration/rest"), EdfAnnotation(15, 15, "calibration/reference")]


def envelope(*parts: tuple[float, float], seed: int = 1) -> np.ndarray:
    """An envelope sensor's volts: (seconds, %RVE) after (seconds, %RVE); rest is 50 mV, 100 %RVE is 1.05 V."""
    level = np.concatenate([np.full(round(s * RATE), rve / 100) for s, rve in parts])
    return 0.05 + level + np.random.default_rng(seed).normal(0, 0.002, len(level))


def write(path: Path, volts: np.ndarray, notes: list[EdfAnnotation], label: str = "EMG envelope") -> Path:
    signal = EdfSignal(volts, RATE, label=label, physical_dimension="V", physical_range=(0, 3.3))
    Edf([signal], annotations=notes).write(path)
    return path


def tense_day(path: Path) -> Path:
    """Rest and reference, two restful minutes, four tense ones, two restful ones."""
    return write(path, envelope((15, 0), (15, 100), (120, 1), (240, 25), (120, 1)), CALIBRATED)


Replay = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def replay(capfdbinary: pytest.CaptureFixture[bytes]) -> Replay:
    """Run `desk-station replay FILE --json ...` in this process and give its events."""

    def run(path: Path, *options: str) -> list[dict[str, Any]]:
        capfdbinary.readouterr()
        assert main(["replay", str(path), "--json", *options]) == 0
        return [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]

    return run


def named(events: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [event for event in events if event["event"] == name]


# --- what it says -----------------------------------------------------------------------------------


def test_four_tense_minutes_are_one_episode_at_the_right_time(tmp_path: Path, replay: Replay) -> None:
    events = replay(tense_day(tmp_path / "a.edf"))
    assert [e["event"] for e in events if e["event"].startswith("tension")] == ["tension_started", "tension_ended"]
    assert 150 + 30 <= named(events, "tension_started")[0]["t"] <= 150 + 62
    assert not named(events, "reading")
    assert len(named(events, "minute")) >= 7


def test_the_trace_gives_ten_readings_a_second_in_percent_of_the_reference(tmp_path: Path, replay: Replay) -> None:
    readings = named(replay(tense_day(tmp_path / "a.edf"), "--trace"), "reading")
    assert [r["t"] for r in readings] == sorted(r["t"] for r in readings)
    assert len(readings) == pytest.approx(5100, abs=5)
    tense = [r["rve_percent"] for r in readings if 200 < r["t"] < 380]
    assert np.mean(tense) == pytest.approx(25, abs=3)  # the zero of a smoothed sensor is a matter of its noise
    assert all(set(r) == {"t", "event", "rve_percent", "resting", "quality"} for r in readings)


def test_nothing_is_known_before_the_calibration_is_over(tmp_path: Path, replay: Replay) -> None:
    readings = named(replay(tense_day(tmp_path / "a.edf"), "--trace"), "reading")
    assert all(r["rve_percent"] is None for r in readings if r["t"] < 29.5)
    assert all(r["rve_percent"] is not None for r in readings if r["t"] > 31)


def test_the_same_file_gives_the_same_bytes(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    path, outputs = tense_day(tmp_path / "a.edf"), []
    for _ in range(2):
        main(["replay", str(path), "--json", "--trace"])
        outputs.append(capfdbinary.readouterr().out)
    assert outputs[0] == outputs[1]
    assert len(outputs[0]) > 100_000


def test_lost_samples_are_neither_rest_nor_load(tmp_path: Path, replay: Replay) -> None:
    notes = [*CALIBRATED, EdfAnnotation(200, 20, "lost/2000")]
    path = write(tmp_path / "a.edf", envelope((15, 0), (15, 100), (370, 1)), notes)
    hole = [r for r in named(replay(path, "--trace"), "reading") if 201 < r["t"] < 219]
    assert all(r["rve_percent"] is None and not r["resting"] for r in hole)


def test_a_person_gets_a_summary_without_a_single_brace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(tense_day(tmp_path / "tense.edf"))]) == 0
    out = capsys.readouterr().out
    assert "tense.edf: 8:30" in out
    assert "Sustained tension once" in out
    assert "{" not in out and "None" not in out and "nan" not in out


@pytest.mark.parametrize("seconds", [0.013, 0.02, 0.37, 5.0])
def test_the_readings_do_not_depend_on_how_the_samples_were_cut(tmp_path: Path, seconds: float) -> None:
    notes = [*CALIBRATED, EdfAnnotation(90, 1, "lost/100")]
    prepared = prepare(load(str(write(tmp_path / "a.edf", envelope((15, 0), (15, 100), (60, 2), (90, 25)), notes))))
    prepared = dataclasses.replace(prepared, in_force_s=0.0)  # a calibration may come between two frames only
    frames = (Frame(f.volts, f.t_last, f.rate, f.lost) for f in prepared.recording.frames(seconds))

    def readings(told: Iterator[tuple[float, Event]]) -> list[tuple[float, float | None, bool, str]]:
        return [(round(e.t, 6), e.rve_percent, e.resting, e.quality) for _, e in told if isinstance(e, Reading)]

    straight, cut = readings(play(prepared)), readings(play(prepared, frames))
    assert cut[: len(straight)] == straight[: len(cut)]
    assert abs(len(cut) - len(straight)) <= 1


@pytest.mark.parametrize("size", [7, 13])
def test_the_calibration_counts_from_its_own_sample_on_however_the_samples_were_cut(tmp_path: Path, size: int) -> None:
    """The tenths of a second begin anew there: from another sample on, all that follows would be cut differently."""
    prepared = prepare(load(str(tense_day(tmp_path / "a.edf"))))
    volts, rate = prepared.recording.volts(0, prepared.recording.length), prepared.recording.rate
    assert prepared.in_force_s * rate % size
    pieces = [volts[k : k + size] for k in range(0, len(volts), size)]
    frames = [Frame(piece, (k * size + len(piece)) / rate, rate) for k, piece in enumerate(pieces)]
    told = [[event for _, event in play(prepared, way) if isinstance(event, Reading)] for way in (None, frames)]
    there, cut = ([reading for reading in readings if reading.rve_percent is not None] for readings in told)
    assert [r.t for r in cut] == pytest.approx([r.t for r in there], abs=1e-6)
    assert [r.rve_percent for r in cut] == [r.rve_percent for r in there]


def test_what_comes_later_changes_nothing_of_what_was_said_before(tmp_path: Path) -> None:
    short = envelope((15, 0), (15, 100), (60, 2), (90, 25))
    long = np.concatenate([short, envelope((60, 80), seed=9)])
    told = [
        list(play(prepare(load(str(write(tmp_path / f"{name}.edf", volts, CALIBRATED))))))
        for name, volts in (("short", short), ("long", long))
    ]
    assert told[1][: len(told[0])] == told[0]


# --- recordings without everything ------------------------------------------------------------------


def test_without_notes_the_quiet_beginning_is_taken_for_rest_and_a_sentence_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "a.edf", envelope((20, 0), (60, 20), (20, 0)), [])
    assert main(["replay", str(path)]) == 0
    heard = capsys.readouterr().err
    assert "its first 15 s are taken for rest" in heard and "say little" not in heard
    assert "compare moments of this recording only" in heard


def test_a_short_recording_without_notes_is_said_to_tell_little(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["analyse", str(write(tmp_path / "a.edf", envelope((15, 0), (6, 20)), []))]) == 0
    assert "are taken for rest. That is so much of it that its figures say little" in capsys.readouterr().err


def test_without_notes_a_busy_beginning_is_not_taken_for_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    busy = envelope((60, 30), (45, 0))
    busy[: round(60 * RATE)] += np.random.default_rng(3).normal(0, 0.1, round(60 * RATE))
    assert main(["replay", str(write(tmp_path / "a.edf", np.clip(busy, 0, 3.3), []))]) == 0
    assert "quietest 15 s, from 1:00" in capsys.readouterr().err


def test_a_calibration_that_cannot_be_is_refused_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "a.edf", envelope((30, 0), (100, 20)), CALIBRATED)
    assert main(["replay", str(path)]) == 2
    heard = capsys.readouterr().err
    assert "its calibration cannot be used" in heard
    assert "Traceback" not in heard


@pytest.mark.parametrize("content", [b"", b"not a recording at all" * 100])
def test_a_file_that_is_no_recording_gives_a_sentence(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.edf").write_bytes(content)
    assert main(["replay", str(tmp_path / "bad.edf")]) == 2
    heard = capsys.readouterr().err
    assert "bad.edf" in heard
    assert "Traceback" not in heard


def test_a_recording_of_a_few_seconds_gives_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(write(tmp_path / "a.edf", envelope((5, 0)), []))]) == 2
    heard = capsys.readouterr().err
    assert "shorter than 15 s" in heard and "Record at least a minute, best with `record --calibrate`" in heard


def test_raw_emg_that_was_sampled_too_slowly_is_refused_and_the_way_out_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "a.edf", envelope((15, 0), (15, 100), (60, 5)), CALIBRATED, label="EMG")
    assert main(["replay", str(path)]) == 2
    assert "too few for raw EMG" in (heard := capsys.readouterr().err) and "--signal emg-envelope" in heard
    assert main(["replay", str(path), "--signal", "emg-envelope"]) == 0


def test_electrodes_and_a_pad_are_replayed_together(tmp_path: Path, replay: Replay) -> None:
    parts = ((15, 0), (15, 100), (60, 1), (120, 25))
    pad = np.concatenate([np.full(round(s * RATE), 1.5 if rve == 100 else 1.0) for s, rve in parts])
    both = [
        EdfSignal(volts, RATE, label=label, physical_dimension="V", physical_range=(0, 3.3))
        for label, volts in (("EMG envelope", envelope(*parts)), ("Pressure", pad))
    ]
    Edf(both, annotations=CALIBRATED).write(tmp_path / "a.edf")
    events = replay(tmp_path / "a.edf", "--channel", "emg", "--channel", "pressure")
    assert len(named(events, "tension_started")) == 1


# --- real and simulated recordings with known truth -------------------------------------------------


@shared
def test_a_real_trapezius_rests_while_sitting_still_and_is_tense_soon_after_driving_begins(replay: Replay) -> None:
    events = replay(SHARED / "trapezius_drive.edf", "--signal", "emg-envelope", "--trace")
    started = [e["t"] for e in named(events, "tension_started")]
    for begin, length in ((26.97, 900.0), (2372.9, 866.13)):
        assert not [t for t in started if begin <= t < begin + length]
        resting = [
            r["resting"]
            for r in named(events, "reading")
            if begin <= r["t"] < begin + length and r["rve_percent"] is not None
        ]
        assert np.mean(resting) >= 0.95
    assert 946.97 <= started[0] <= 946.97 + 90


def in_due_window(events: list[dict[str, Any]], truth: dict[str, Any]) -> None:
    start, rule = truth["signal_starts_s"], truth["rule"]
    alerts = [e["t"] - start for e in named(events, "tension_started")]
    due, end = truth["alert_due"][0]
    assert len(alerts) == 1
    assert due - rule["early"] <= alerts[0] <= min(end, due + rule["late"])


@shared
@pytest.mark.parametrize(
    "way",
    [
        pytest.param([], id="from the file"),
        pytest.param(["--through-chip"], id="through the chip", marks=pytest.mark.slow),
    ],
)
def test_simulated_tension_is_found_when_it_is_due_and_nowhere_else(replay: Replay, way: list[str]) -> None:
    truth = json.loads((SHARED / "sim_tension_15rve.truth.json").read_text())
    in_due_window(replay(SHARED / "sim_tension_15rve.edf", *way), truth)


@shared
@pytest.mark.slow
def test_a_real_trapezius_is_told_the_same_from_the_file_and_through_the_chip_within_one_hop(replay: Replay) -> None:
    """At 15.5 a second: the chip's pace is the recording's, not the nearest whole number."""
    recording = (SHARED / "trapezius_drive.edf", "--signal", "emg-envelope")
    file, chip = ([e for e in replay(*recording, *way) if e["event"] != "minute"] for way in ([], ["--through-chip"]))
    assert [e["event"] for e in file] == [e["event"] for e in chip]
    assert all(abs(a["t"] - b["t"]) <= 2 / 15.5 for a, b in zip(file, chip, strict=True))  # a hop has two samples
