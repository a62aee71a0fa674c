"""Through the chip: what comes off the simulated ADS1115 by its real driver is what the recording holds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hardware.sensors.edf_reader import Recording
from hardware.sensors.edf_writer import EdfWriter
from station.errors import StationError
from station.replaying import load, play, prepare
from station.through_chip import frames_through_chip, settings_for

STEP = 125e-6


def recording(path: Path, rate: float, labels: tuple[str, ...] = ("EMG raw",), seconds: float = 3.0) -> Recording:
    rng = np.random.default_rng(1)
    writer = EdfWriter(path, list(labels), rate)
    writer.add(np.rint(rng.normal(1.65, 0.2, (round(seconds * rate), len(labels))) / STEP) * STEP)
    writer.close()
    return load(str(path), labels)


@pytest.mark.parametrize("rate", [860.0, 500.0, 250.0, 100.0, 50.0, 16.0])
def test_every_sample_comes_back_to_the_code_and_in_its_place(tmp_path: Path, rate: float) -> None:
    there = recording(tmp_path / "a.edf", rate)
    frames = list(frames_through_chip(there))
    back = np.concatenate([frame.volts for frame in frames])
    assert len(back) >= there.length - 0.025 * rate - 1
    assert np.abs(back - there.volts(0, len(back))).max() < 1e-6
    assert all(frame.lost == 0 for frame in frames)
    at = 0
    for frame in frames:
        at += len(frame.volts)
        assert frame.t_last == pytest.approx(at / rate, abs=1.05 / rate)


def test_two_channels_come_back_as_two(tmp_path: Path) -> None:
    there = recording(tmp_path / "a.edf", 100.0, ("EMG raw", "Pressure"))
    back = np.concatenate([frame.volts for frame in frames_through_chip(there)])
    assert back.shape[1] == 2
    # The second channel is converted half a slot later, so its sample may be the neighbour's in the worst case.
    assert np.abs(back[:, 0] - there.volts(0, len(back))[:, 0]).max() < 1e-6


def test_a_rate_the_chip_has_not_is_sampled_at_the_nearest_it_has(tmp_path: Path) -> None:
    assert settings_for(15.5, 1).rate == 15.5
    assert settings_for(3.0, 1).rate == 8
    assert settings_for(2000.0, 1).mode == "rdy"
    with pytest.raises(StationError, match="two channels at 860"):
        settings_for(860.0, 2)


@pytest.mark.slow
def test_the_station_says_the_same_of_the_file_and_of_the_chip_within_one_hop(tmp_path: Path) -> None:
    rate, rng = 100.0, np.random.default_rng(3)
    level = np.concatenate([np.full(round(s * rate), v) for s, v in ((15, 0.05), (15, 1.05), (30, 0.06), (150, 0.3))])
    writer = EdfWriter(tmp_path / "a.edf", ["EMG envelope"], rate)
    writer.note(0, "calibration/rest", 15)
    writer.note(15, "calibration/reference", 15)
    writer.add(np.clip(level + rng.normal(0, 0.002, len(level)), 0, 3.3))
    writer.close()
    prepared = prepare(load(str(tmp_path / "a.edf")))
    ways = []
    for frames in (None, frames_through_chip(prepared.recording)):
        told = [(t, type(e).__name__) for t, e in play(prepared, frames)]
        ways.append([(t, name) for t, name in told if name not in ("Reading", "Minute")])
    assert [name for _, name in ways[0]] == [name for _, name in ways[1]]
    assert "TensionStarted" in [name for _, name in ways[0]]
    assert all(abs(a - b) <= 0.1 + 1e-9 for (a, _), (b, _) in zip(*ways, strict=True))


@pytest.mark.slow
def test_raw_emg_at_860_a_second_says_the_same_of_the_file_and_of_the_chip_within_one_hop(tmp_path: Path) -> None:
    rate, rng = 860.0, np.random.default_rng(3)
    parts = ((15, 0.002), (15, 0.15), (20, 0.002), (90, 0.03), (2, 1.65), (10, 0.002))
    rms = np.concatenate([np.full(round(s * rate), v) for s, v in parts])
    writer = EdfWriter(tmp_path / "a.edf", ["EMG raw"], rate)
    writer.note(0, "calibration/rest", 15)
    writer.note(15, "calibration/reference", 15)
    writer.add(np.clip(1.65 + rms * rng.standard_normal(len(rms)), 0, 3.3))
    writer.close()
    prepared = prepare(load(str(tmp_path / "a.edf")))
    ways = []
    for frames in (None, frames_through_chip(prepared.recording)):
        told = [(t, type(e).__name__, getattr(e, "state", "")) for t, e in play(prepared, frames)]
        ways.append([said for said in told if said[1] not in ("Reading", "Minute")])
    assert [said[1:] for said in ways[0]] == [said[1:] for said in ways[1]]
    assert "TensionStarted" in {name for _, name, _ in ways[0]}
    assert "off" in {state for _, _, state in ways[0]}
    assert all(abs(a[0] - b[0]) <= 0.1 + 1e-9 for a, b in zip(*ways, strict=True))
