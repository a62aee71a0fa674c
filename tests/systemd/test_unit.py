"""The units: every line has its reason, and the sum of the hardening is what the README says."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from hardware.sensors.acquisition import PRIORITY

FOLDER = Path(__file__).parents[2] / "systemd"
UNIT = FOLDER / "desk-station.service"
USER_UNIT = FOLDER / "desk-station-user.service"
MOST_EXPOSED = 1.6


def settings(unit: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in unit.read_text().splitlines():
        if "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed here")
def test_the_exposure_is_at_most_what_the_readme_promises() -> None:
    told = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(UNIT)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", told)
    if found is None:
        pytest.skip("this systemd-analyze cannot judge a file (it needs version 250 or newer)")
    print(f"systemd exposure: {found[1]}")
    assert float(found[1]) <= MOST_EXPOSED
    assert f"**{found[1]}**" in (FOLDER / "README.md").read_text()


@pytest.mark.parametrize("unit", [UNIT, USER_UNIT], ids=lambda unit: unit.stem)
def test_every_line_has_its_reason_above_it(unit: Path) -> None:
    """A comment of its own, not the heading of a chapter (`# --- … ---`)."""
    lines = unit.read_text().splitlines()
    settings = [
        number for number, line in enumerate(lines) if "=" in line and not line.startswith(("#", "Description="))
    ]
    without = [lines[n] for n in settings if not lines[n - 1].startswith("# ") or lines[n - 1].endswith("---")]
    assert len(settings) > 20 and without == []


def test_it_is_tried_again_for_ever_but_for_a_mistake_in_its_configuration() -> None:
    """With a limit a fast Pi would give up after ten crashes in two minutes, and stay dark until somebody comes."""
    for unit in (UNIT, USER_UNIT):
        said = settings(unit)
        assert (said["Restart"], said["StartLimitIntervalSec"]) == (["on-failure"], ["0"])


def test_the_service_says_ready_itself_and_is_watched() -> None:
    unit = settings(UNIT)
    assert unit["Type"] == ["notify"]
    assert 5 <= int(unit["WatchdogSec"][0]) <= 60
    assert unit["RestartPreventExitStatus"] == ["2"]  # StationError.exit_code: a mistake does not mend itself


def test_the_sampling_process_may_have_the_priority_it_asks_for() -> None:
    assert int(settings(UNIT)["LimitRTPRIO"][0]) >= PRIORITY
    assert "RestrictRealtime" not in settings(UNIT)


def test_it_reaches_its_wires_and_no_other_device() -> None:
    unit = settings(UNIT)
    assert unit["DevicePolicy"] == ["closed"]
    assert {rule.split()[0] for rule in unit["DeviceAllow"]} == {"char-i2c", "char-gpiochip", "char-alsa"}
    assert "PrivateDevices" not in unit and "ProcSubset" not in unit  # both break what the station needs


def test_no_address_outside_the_house_can_be_reached() -> None:
    unit = settings(UNIT)
    assert unit["IPAddressDeny"] == ["any"]
    allowed = " ".join(unit["IPAddressAllow"]).split()
    assert set(allowed) == {"localhost", "link-local", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"}


def test_it_runs_as_itself_and_keeps_its_diary_to_itself() -> None:
    unit = settings(UNIT)
    assert unit["User"] == unit["Group"] == ["desk-station"]
    assert (unit["StateDirectoryMode"], unit["UMask"], unit["CapabilityBoundingSet"]) == (["0700"], ["0077"], [""])


def test_both_units_run_the_same_program() -> None:
    program = {settings(unit)["ExecStart"][0].split(" --config")[0] for unit in (UNIT, USER_UNIT)}
    assert program == {"/opt/desk-station/current/bin/desk-station run"}
