"""A configuration that a power cut has torn: the station goes on with its settings of the last start, and says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from station import config, spare
from station.errors import ConfigError, StationError
from station.outputs.mqtt import Settings as Mqtt
from station.settings import Sensor, Station
from tests.planted import PASSPHRASE, PASSWORD

MINE = f"""\
[station]
name = "By the window"
[sensor]
power = "battery"
[output.mqtt]
enabled = true
password = "{PASSWORD}"
[output.web]
passphrase = "{PASSPHRASE}"
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration, as the service reads it."""
    (tmp_path / "state").mkdir()
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    (tmp_path / "desk.toml").write_text(MINE)
    return tmp_path / "desk.toml"


@pytest.mark.parametrize("left", [b"", b"\n \n", b"\x00" * 4096, MINE.encode()[:30] + b"\x00" * 50, b"\xff\xfe\x9c"])
def test_a_torn_file_is_left_as_it_is_and_the_settings_of_the_last_start_are_used(
    file: Path, left: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    spare.read(file)
    file.write_bytes(left)
    settings = spare.read(file)
    assert settings.of(Station).name == "By the window"
    assert settings.of(Sensor).power == "battery", "what was declared about the power stays declared"
    assert file.read_bytes() == left
    assert "is damaged" in caplog.text and "Write the file anew" in caplog.text


def test_the_spare_holds_no_secret_and_is_its_owner_s_alone(file: Path, tmp_path: Path) -> None:
    assert spare.read(file).of(Mqtt).password == PASSWORD
    kept = tmp_path / "state" / spare.NAME
    assert kept.stat().st_mode & 0o777 == 0o600
    assert PASSWORD not in kept.read_text() and PASSPHRASE not in kept.read_text() and "***" not in kept.read_text()
    assert [path.name for path in kept.parent.iterdir()] == [spare.NAME]


def test_a_typing_mistake_is_still_told_and_nothing_starts(file: Path) -> None:
    spare.read(file)
    for mistake in (MINE.replace("power", "powr"), MINE.replace('"battery"', '"battery')):
        file.write_text(mistake)
        with pytest.raises(ConfigError):
            spare.read(file)
    file.unlink()
    with pytest.raises(StationError, match="There is no configuration file"):
        spare.read(file)


def test_the_spare_follows_every_change_that_starts_and_a_first_start_has_none(file: Path, tmp_path: Path) -> None:
    whole = file.read_text()
    file.write_bytes(b"\x00")
    with pytest.raises(StationError):
        spare.read(file)
    for name in ("At the wall", "By the door"):
        file.write_text(whole.replace("By the window", name))
        spare.read(file)
        assert config.read(tmp_path / "state" / spare.NAME).of(Station).name == name


def test_who_starts_it_by_hand_gets_no_second_file(file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("STATE_DIRECTORY")
    spare.read(file)
    assert list((tmp_path / "state").iterdir()) == []


def test_a_disk_that_takes_nothing_is_no_reason_not_to_start(
    file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "not there"))
    assert spare.read(file).of(Station).name == "By the window"
