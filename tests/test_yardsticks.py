"""The stored calibration: kept whole, given back as it was, and set aside with a sentence when it is damaged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from station import yardsticks
from station.core.yardstick import Yardstick, as_dict

EMG = Yardstick(signal="emg-raw", rate=500.0, rest_level=1.65, reference_level=0.05, reference_power=0.0025)


def test_what_is_saved_comes_back_with_its_date(tmp_path: Path) -> None:
    yardsticks.save(tmp_path, {"channels": [as_dict(EMG)]}, wall=1_800_000_000.0)
    (found,), said = yardsticks.read(tmp_path, ["emg-raw"])
    assert said == ""
    assert found.created.startswith("2027-01-1")
    assert found.reference_power == EMG.reference_power
    assert [path.name for path in tmp_path.iterdir()] == ["calibration.json"]


def test_a_daily_reference_keeps_the_date_of_the_whole_calibration(tmp_path: Path) -> None:
    dated = {**as_dict(EMG), "created": "2026-01-01T08:00:00+01:00"}
    yardsticks.save(tmp_path, {"channels": [dated]}, wall=1_800_000_000.0)
    assert yardsticks.read(tmp_path, ["emg-raw"])[0][0].created == "2026-01-01T08:00:00+01:00"


def test_a_new_station_has_none_and_nothing_to_say(tmp_path: Path) -> None:
    assert yardsticks.read(tmp_path, ["emg-raw"]) == ((), "")


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", '{"channels": [{"signal": "emg-raw"}]}', '{"channels": 3}', "\xff"]
)
def test_a_damaged_file_is_set_aside_with_a_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "calibration.json").write_bytes(content.encode("latin-1"))
    found, said = yardsticks.read(tmp_path, ["emg-raw"])
    assert found == ()
    assert "calibration.json.bad" in said and "desk-station calibrate --config FILE" in said
    assert (tmp_path / "calibration.json.bad").read_bytes() == content.encode("latin-1")
    assert yardsticks.read(tmp_path, ["emg-raw"]) == ((), "")


def test_a_calibration_of_another_sensor_is_not_used(tmp_path: Path) -> None:
    yardsticks.save(tmp_path, {"channels": [as_dict(EMG)]}, wall=0.0)
    found, said = yardsticks.read(tmp_path, ["pressure"])
    assert found == () and "made for emg-raw" in said
    assert (tmp_path / "calibration.json").exists()


def test_a_station_gets_one_yardstick_or_none_for_each_channel(tmp_path: Path) -> None:
    assert yardsticks.load(tmp_path, ["emg-raw", "pressure"]) == (None, None)
    yardsticks.save(tmp_path, {"channels": [as_dict(EMG)]})
    assert yardsticks.load(tmp_path, ["emg-raw"])[0] is not None


def test_a_folder_that_cannot_be_written_gives_a_sentence(tmp_path: Path) -> None:
    assert "could not be kept" in yardsticks.save(tmp_path / "missing", {"channels": [as_dict(EMG)]})


def test_a_write_that_fails_halfway_leaves_the_old_one(tmp_path: Path) -> None:
    yardsticks.save(tmp_path, {"channels": [as_dict(EMG)]}, wall=0.0)
    before = (tmp_path / "calibration.json").read_text()
    with pytest.raises(TypeError):
        yardsticks.save(tmp_path, {"channels": [{"signal": object()}]}, wall=1.0)
    assert (tmp_path / "calibration.json").read_text() == before
    assert json.loads(before)["version"] == 1
