"""install.sh below a folder of its own: a stand-in for Python's venv makes it quick, everything else is real."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
CONFIG_TXT = "# For more options see the documentation\narm_64bit=1\n[cm4]\notg_mode=1\n"
CARDS = """\
 0 [vc4hdmi        ]: vc4-hdmi - vc4-hdmi
                      vc4-hdmi
 1 [MAX98357A      ]: simple-card - MAX98357A
                      MAX98357A
"""

# Stands where python3 stands on the path: `-m venv DIR` makes a folder whose programs answer as the real ones would.
PYTHON = """\
#!/bin/sh
case "$*" in
  *"-m venv"*)
    for target; do :; done
    mkdir -p "$target/bin" "$target/lib"
    ln -s {python} "$target/bin/real"
    cat > "$target/bin/python" <<'END'
#!/bin/sh
case "$*" in *"-m pip"*|*compileall*) [ ! -e "$FAIL" ] ;; *) exec {python} "$@" ;; esac
END
    cat > "$target/bin/desk-station" <<'END'
#!/bin/sh
[ "$1" = config ] && printf '[station]\\nstate_dir = ""\\n[output.audio]\\nsinks = [""]\\n'
exit 0
END
    chmod +x "$target/bin/python" "$target/bin/desk-station" ;;
  *) exec {python} "$@" ;;
esac
"""


class Machine:
    """A Pi below a folder, and a copy of the source that may get another version number."""

    def __init__(self, folder: Path) -> None:
        self.root, self.source = folder / "root", folder / "source"
        (self.root / "boot/firmware").mkdir(parents=True)
        self.config_txt = self.root / "boot/firmware/config.txt"
        self.config_txt.write_text(CONFIG_TXT)
        (self.root / "proc/asound").mkdir(parents=True)
        (self.root / "proc/asound/cards").write_text(CARDS)
        for name in ("station", "hardware", "sounds"):
            (self.source / name).mkdir(parents=True)
            (self.source / name / "__init__.py").write_text("")
        for name in ("pyproject.toml", "requirements.lock", "README.md", "LICENSE"):
            shutil.copy(ROOT / name, self.source / name)
        path = folder / "bin"
        path.mkdir()
        real = shutil.which("python3")
        (path / "python3").write_text(PYTHON.replace("{python}", str(real)))
        (path / "python3").chmod(0o755)
        self.failing = folder / "fail"
        self.environment = os.environ | {
            "PATH": f"{path}:{os.environ['PATH']}",
            "DESK_ROOT": str(self.root),
            "DESK_SOURCE": str(self.source),
            "FAIL": str(self.failing),
        }

    def __call__(self, *words: str, good: bool = True) -> str:
        done = subprocess.run(
            ["sh", str(ROOT / "systemd/install.sh"), "--yes", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode == 0) == good, done.stdout + done.stderr
        return done.stdout + done.stderr

    def release(self, version: str) -> None:
        file = self.source / "pyproject.toml"
        lines = [
            f'version = "{version}"' if line.startswith("version") else line for line in file.read_text().splitlines()
        ]
        file.write_text("\n".join(lines))

    @property
    def current(self) -> str:
        return (self.root / "opt/desk-station/current").readlink().name.split("-")[0]

    @property
    def diary(self) -> Path:
        return self.root / "var/lib/desk-station/history.db"

    def tree(self) -> dict[str, tuple[float, str]]:
        return {
            str(path.relative_to(self.root)): (path.lstat().st_mtime, str(path.readlink()) if path.is_symlink() else "")
            for path in self.root.rglob("*")
            if not path.is_dir()
        }


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def write_diary(path: Path, form: int) -> None:
    with sqlite3.connect(path) as diary:
        diary.execute("create table if not exists marks (at integer)")
        diary.execute("insert into marks values (1)")
        diary.execute(f"pragma user_version = {form}")
    diary.close()


def form(path: Path) -> int:
    with sqlite3.connect(path) as diary:
        found = diary.execute("pragma user_version").fetchone()[0]
    diary.close()
    return int(found)


def test_it_says_everything_before_it_does_anything(machine: Machine) -> None:
    before = machine.tree()
    said = machine("--dry-run")
    assert machine.tree() == before
    for what in ("/opt/desk-station/versions/", "desk-station.toml", "/var/lib/desk-station", "400 kHz", "service"):
        assert what in said


def test_it_installs_program_settings_rules_unit_and_a_fast_bus(machine: Machine) -> None:
    machine()
    assert machine.current == "0.1.0"
    etc = machine.root / "etc"
    assert (etc / "systemd/system/desk-station.service").read_text() == (
        ROOT / "systemd/desk-station.service"
    ).read_text()
    assert 'GROUP="i2c"' in (etc / "udev/rules.d/60-desk-station.rules").read_text()
    assert "i2c-dev" in (etc / "modules-load.d/desk-station.conf").read_text()
    assert "i2c_arm_baudrate=400000" in machine.config_txt.read_text()
    settings = (etc / "desk-station/desk-station.toml").read_text()
    assert 'sinks = ["plughw:CARD=MAX98357A", ""]' in settings  # by its name, and not the screen's
    assert 'state_dir = "/var/lib/desk-station"' in settings


def test_a_second_time_changes_nothing_at_all(machine: Machine) -> None:
    machine()
    before = machine.tree()
    said = machine()
    assert "there already" in said and "rollback" not in said
    after = machine.tree()
    changed = {path for path in before | after if before.get(path) != after.get(path)}
    assert not changed


def test_settings_that_were_changed_stay_as_they_are(machine: Machine) -> None:
    machine()
    settings = machine.root / "etc/desk-station/desk-station.toml"
    settings.write_text("# mine\n")
    machine.release("0.2.0")
    machine()
    assert settings.read_text() == "# mine\n"
    assert machine.current == "0.2.0"


def test_back_to_the_version_before_and_forward_again(machine: Machine) -> None:
    machine()
    machine.release("0.2.0")
    machine()
    machine("rollback")
    assert machine.current == "0.1.0"
    machine("rollback")
    assert machine.current == "0.2.0"


def test_only_two_versions_are_kept(machine: Machine) -> None:
    for version in ("0.1.0", "0.2.0", "0.3.0"):
        machine.release(version)
        machine()
    kept = sorted(path.name.split("-")[0] for path in (machine.root / "opt/desk-station/versions").iterdir())
    assert kept == ["0.2.0", "0.3.0"]


def test_without_a_version_before_there_is_no_way_back(machine: Machine) -> None:
    machine()
    assert "no version before" in machine("rollback", good=False)


def test_a_diary_that_a_newer_version_rearranged_comes_back_with_the_older_version(machine: Machine) -> None:
    machine()
    write_diary(machine.diary, form=1)
    machine.release("0.2.0")
    machine()
    write_diary(machine.diary, form=2)  # what the newer version does at its first start
    said = machine("rollback")
    assert form(machine.diary) == 1 and "Diary" in said
    waiting = list(machine.diary.with_name("before-upgrade").glob("0.2.0*.db"))
    assert [form(path) for path in waiting] == [2]
    said = machine("rollback")  # forward again: the diary that went on is kept, and the other one named
    assert form(machine.diary) == 1
    assert f"waits in {waiting[0]}" in said


def test_an_older_version_that_is_installed_over_a_newer_one_gets_its_own_diary_back(machine: Machine) -> None:
    """The way back of a package manager: `apt install` of the older .deb."""
    machine.release("0.1.0")
    machine()
    write_diary(machine.diary, form=1)
    machine.release("0.2.0")
    machine()
    write_diary(machine.diary, form=2)
    machine.release("0.1.0")
    said = machine()
    assert machine.current == "0.1.0" and form(machine.diary) == 1
    (waiting,) = machine.diary.with_name("before-upgrade").glob("0.2.0*.db")
    assert form(waiting) == 2 and f"waits in {waiting}" in said


def test_a_diary_that_both_versions_can_read_goes_on(machine: Machine) -> None:
    machine()
    write_diary(machine.diary, form=1)
    machine.release("0.2.0")
    machine()
    write_diary(machine.diary, form=1)
    machine("rollback")
    with sqlite3.connect(machine.diary) as diary:
        assert diary.execute("select count(*) from marks").fetchone() == (2,)
    diary.close()


def test_a_version_that_cannot_be_made_leaves_the_old_one_running(machine: Machine) -> None:
    machine()
    machine.release("0.2.0")
    machine.failing.touch()
    assert "goes on" in machine(good=False)
    assert machine.current == "0.1.0"
    assert len(list((machine.root / "opt/desk-station/versions").iterdir())) == 1


def test_uninstall_leaves_diary_and_settings_and_config_txt_as_it_was(machine: Machine) -> None:
    machine()
    write_diary(machine.diary, form=1)
    machine("uninstall")
    assert machine.diary.exists()
    assert (machine.root / "etc/desk-station/desk-station.toml").exists()
    assert machine.config_txt.read_text() == CONFIG_TXT
    left = {
        path for path in machine.tree() if "desk-station" in path and not path.startswith(("etc/desk-station", "var"))
    }
    assert left == {"boot/firmware/config.txt.before-desk-station"}


def test_uninstall_with_purge_leaves_nothing_of_the_person(machine: Machine) -> None:
    machine()
    write_diary(machine.diary, form=1)
    machine("uninstall", "--purge")
    assert not machine.diary.parent.exists() and not (machine.root / "etc/desk-station").exists()


def test_a_word_it_does_not_know_is_told_and_nothing_happens(machine: Machine) -> None:
    before = machine.tree()
    assert "does not know 'instal'" in machine("instal", good=False)
    assert machine.tree() == before


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed here")
@pytest.mark.parametrize("script", ["systemd/install.sh", "systemd/build-deb.sh", "hardware/enclosure/render.sh"])
def test_the_scripts_have_no_common_mistakes(script: str) -> None:
    told = subprocess.run(["shellcheck", str(ROOT / script)], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout
