import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from station import memory, place, run
from station.errors import StationError
from station.outputs.mqtt.announced import FILE_NAME as ANNOUNCED
from station.outputs.mqtt.outbox import OUTBOX_NAME
from tests.configured import SIMULATED, STATE

HOLDS = """
import sys
from pathlib import Path
from station import place
with place.alone(Path(sys.argv[1])):
    print(flush=True)
    input()
"""


def test_a_second_station_over_the_same_folder_is_refused_in_a_sentence(tmp_path: Path) -> None:
    file, folder = tmp_path / "desk.toml", place.state_dir(str(tmp_path / "kept"))
    file.write_text(STATE.format(folder=folder) + SIMULATED)
    with place.alone(folder):
        kept = sorted(folder.iterdir())
        with pytest.raises(StationError, match="already running in") as told:
            run.run(argparse.Namespace(config=file))
        assert "systemctl stop" in told.value.remedy and "state_dir" in told.value.remedy
        assert told.value.exit_code == 2
        assert sorted(folder.iterdir()) == kept, "it has touched nothing"
    with place.alone(folder):
        pass


def test_a_station_that_was_killed_is_in_nobody_s_way_and_neither_are_its_children(tmp_path: Path) -> None:
    first = subprocess.Popen([sys.executable, "-c", HOLDS, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert first.stdout and first.stdout.readline()
    with pytest.raises(StationError), place.alone(tmp_path):
        pass
    first.kill()
    first.communicate()
    with place.alone(tmp_path):
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with place.alone(tmp_path):  # as after a restart, while a child of the old one still ends
        pass
    child.communicate(b"\n")


def test_a_folder_that_is_not_ours_is_refused_also_where_a_disk_that_takes_nothing_would_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StationError, match="cannot be written"):
        place.state_dir(str(tmp_path / "file" / "below"), unwritable=True)


def test_a_station_without_a_machine_id_has_a_name_even_where_it_cannot_keep_it(
    tmp_path: Path,
) -> None:
    nowhere = tmp_path / "nowhere"
    assert place.station_id(tmp_path, nowhere) == place.station_id(tmp_path, nowhere), "kept"
    assert place.station_id(tmp_path / "no folder", nowhere).startswith("desk_")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with an id, whose usual folder is `usual/desk-station`."""
    (tmp_path / "machine-id").write_text("0123456789abcdef0123456789abcdef\n")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "usual"))
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    return tmp_path


OF_THE_MACHINE = "desk_78a2e5b7"  # known to smart homes: it may never change


def name_in(folder: Path, machine: Path) -> str:
    return place.station_id(folder, machine / "machine-id")


def test_the_station_in_the_usual_folder_is_called_as_ever(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert name_in(place.state_dir(), machine) == place.id_of_the_machine(machine / "machine-id") == OF_THE_MACHINE
    assert not (place.state_dir() / place.ID_FILE).exists()
    monkeypatch.setenv("STATE_DIRECTORY", str(machine / "service"))
    assert name_in(place.state_dir(), machine) == OF_THE_MACHINE
    assert name_in(Path("/var/lib/desk-station"), machine) == OF_THE_MACHINE, "a terminal looks at the service"


def test_two_stations_on_one_machine_have_two_names_that_stay(machine: Path) -> None:
    folders = [place.state_dir(given) for given in ("", str(machine / "second"), str(machine / "third"))]
    names = [name_in(folder, machine) for folder in folders]
    assert len(set(names)) == 3 and names[0] == OF_THE_MACHINE
    for folder in folders:  # they run
        for name in place.LIVED:
            (folder / name).touch()
    assert [name_in(folder, machine) for folder in folders] == names


def test_a_station_that_has_lived_in_a_folder_of_its_own_keeps_the_name_that_a_smart_home_knows(machine: Path) -> None:
    for name in (memory.NAME, OUTBOX_NAME, ANNOUNCED):
        folder = place.state_dir(str(machine / f"with {name}"))
        (folder / name).touch()
        assert name_in(folder, machine) == OF_THE_MACHINE


def test_who_calibrates_before_the_first_run_has_not_lived_there(machine: Path) -> None:
    folder = place.state_dir(str(machine / "second"))
    for name in ("calibration.json", "history.db"):
        (folder / name).touch()
    assert name_in(folder, machine) != OF_THE_MACHINE


def test_a_folder_that_was_emptied_has_the_same_name_again(machine: Path) -> None:
    folder = place.state_dir(str(machine / "second"))
    before = name_in(folder, machine)
    (folder / place.ID_FILE).unlink()
    assert name_in(folder, machine) == before
    assert "0123456789abcdef" not in (folder / place.ID_FILE).read_text(), "a machine's id is confidential"
