import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from station import place, run
from station.errors import StationError
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
        with pytest.raises(StationError, match="already running over") as told:
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
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "MACHINE_ID", tmp_path / "nowhere")
    assert place.station_id(tmp_path) == place.station_id(tmp_path), "kept"
    assert place.station_id(tmp_path / "no folder").startswith("desk_")
