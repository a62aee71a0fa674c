"""The real station against a real Home Assistant, where one is at hand (name its folder in DESK_HA_RIG)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from station import place
from station.outputs import mqtt
from tests.outputs import homeassistant_steps as steps

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
SHARED = Path(os.environ.get("DESK_SHARED", HERE.parents[1].parent / "shared"))
BLUEPRINTS = Path(mqtt.__file__).parent / "homeassistant" / "blueprints"
RIGS = [root for root in os.environ.get("DESK_HA_RIG", "").split(":") if root]


@pytest.fixture(params=RIGS or [""], ids=lambda root: Path(root).name or "none")
def root(request: pytest.FixtureRequest) -> str:
    if not request.param or not (SHARED / "ha-rig" / "check.py").exists():
        pytest.skip("no Home Assistant here: build one with ha-rig/setup.sh and name its folder in DESK_HA_RIG")
    return str(request.param)


def check(root: str, folder: Path, todo: list[dict[str, Any]], *options: str, wait: int = 8) -> dict[str, Any]:
    """Run the station under the rig; its report."""
    (folder / "steps.json").write_text(json.dumps(todo), encoding="utf-8")
    out = folder / "out.json"
    command = [
        *(sys.executable, str(SHARED / "ha-rig" / "check.py"), "--root", root, "--wait", str(wait)),
        *("--steps", str(folder / "steps.json"), "--out", str(out), *options),
        *("--", sys.executable, "-P", str(HERE.parent / "homeassistant_device.py"), str(folder / "state")),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE.parents[1], timeout=570)
    assert out.exists(), done.stderr[-3000:]
    report: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    failed = [step for step in report.get("steps", []) if step.get("ok") is False]
    assert failed == [], (failed, report.get("device_log", "")[-3000:])
    return report


def _identifier(folder: Path) -> str:
    """Of the station that `check` will start there."""
    return place.station_id(place.state_dir(str(folder / "state")))


# What Home Assistant and the rig log of their own accord; the rig's own example device brings the same lines.
OF_THEIR_OWN = (
    "Task exception was never retrieved",  # the broker was killed
    "Error returned from MQTT server: The connection was lost",  # the broker was killed
    "failed to receive on socket",  # the same, when the broker's end reset the wire
    "Error talking to MQTT: The client is not currently connected",  # the same
    "No device components to cleanup for desk_????????, ",  # deleted in the user interface: once for every entity
    "The websocket command config/device_registry/remove_config_entry is deprecated",  # the rig's call
)


def complaints(report: dict[str, Any]) -> list[str]:
    """Home Assistant's warnings about us."""
    return [w["message"] for w in report["log"] if not any(fnmatch(w["message"], f"{own}*") for own in OF_THEIR_OWN)]


def test_every_entity_is_there_and_every_command_works(root: str, tmp_path: Path) -> None:
    report = check(root, tmp_path, steps.commands())
    assert complaints(report) == []
    assert report["repairs"] == []
    off_at_first = {e["entity_id"] for e in report["entities"] if "state" not in e}
    assert off_at_first == {"event.desk_station_spoken_sentence"}
    entities = {e["entity_id"]: e["state"] for e in report["entities"] if "state" in e}
    unknown = {entity for entity, state in entities.items() if state in ("unknown", "unavailable")}
    # Buttons and events never pressed; and what takes a cue, or a whole valid minute, to be known.
    later = {f"sensor.desk_station_{key}" for key in ("last_cue", "rest_share", "rest_share_today")}
    assert {entity for entity in unknown if entity.split(".")[0] not in ("button", "event")} <= later
    (device,) = report["devices"]
    kinds = {t["type"] for t in device["triggers"]}
    assert kinds == {"button_short_press", "button_double_press", "button_long_press"}
    print(f"\n{Path(root).name}: {len(entities)} entities")


@pytest.mark.parametrize("listener", ["", "--auth", "--tls"])
def test_whatever_goes_away_comes_back_and_what_is_gone_is_gone(root: str, listener: str, tmp_path: Path) -> None:
    identifier = _identifier(tmp_path)
    report = check(root, tmp_path, steps.comings_and_goings(identifier), *([listener] if listener else []))
    assert complaints(report) == []
    (offline,) = [s for s in report["steps"] if s.get("name") == "offline"]
    assert offline["took"] <= 7.0
    snapshots = {s["name"]: s["snapshot"] for s in report["steps"] if s["do"] == "snapshot"}
    assert [d["name"] for d in snapshots["renamed"]["devices"]] == ["Büro"]
    assert "button.desk_station_breathing" not in {e["entity_id"] for e in snapshots["renamed"]["entities"]}
    assert snapshots["deleted"]["devices"] == []
    took = {s["do"]: s.get("took") for s in report["steps"]}
    print(f"\n{Path(root).name} {listener or 'plain'}: offline after {offline['took']} s; {took}")


def test_component_mode_in_german(root: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIG_MODE", "component")
    monkeypatch.setenv("RIG_LANGUAGE", "de")
    report = check(root, tmp_path, [steps.wait("sensor.desk_station_zustand", "monitoring", timeout=40)])
    assert complaints(report) == []
    assert len(report["entities"]) > 35


def test_every_blueprint_does_what_it_says(root: str, tmp_path: Path) -> None:
    household = tmp_path / "rig"  # the same Home Assistant with a household of our own
    shutil.copytree(Path(root) / "template", household / "template")
    (household / "tree").symlink_to(Path(root) / "tree")
    config = household / "template" / "config"
    with (config / "configuration.yaml").open("a", encoding="utf-8") as file:
        file.write(steps.household(_identifier(tmp_path)))
    shutil.copytree(BLUEPRINTS, config / "blueprints" / "automation" / "desk-station")
    report = check(str(household), tmp_path, steps.blueprints(_identifier(tmp_path)))
    assert complaints(report) == []
    assert "not understood" not in report["device_log"]
