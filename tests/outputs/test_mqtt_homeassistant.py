"""Our announcement against Home Assistant's own schemas, where a Home Assistant is at hand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from station.outputs.mqtt import discovery

SHARED = Path(os.environ.get("DESK_SHARED", Path(__file__).parents[2].parent / "shared"))


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["device", "component"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_home_assistant_has_nothing_to_say_against_it(mode: discovery.Mode, language: str, tmp_path: Path) -> None:
    validate = SHARED / "ha-rig" / "validate.py"
    root = os.environ.get("HA_RIG_ROOT", "")
    if not root or not validate.exists():
        pytest.skip("no Home Assistant here: build one with ha-rig/setup.sh and name its folder in HA_RIG_ROOT")
    made = discovery.payload("desk_0123abcd", "Desk Station", language, ("breathing", "shoulder-drop"), "0.1.0", mode)
    file = tmp_path / "discovery.json"
    file.write_text(json.dumps([{"topic": topic, "payload": document} for topic, document in made]), encoding="utf-8")
    said = subprocess.run(
        [sys.executable, str(validate), "--root", root, str(file)], capture_output=True, text=True, check=False
    )
    answer = json.loads(said.stdout)
    assert answer["checked"] == len(made)
    assert answer["problems"] == []
