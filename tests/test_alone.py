"""The station asks nobody: no name is looked up and nothing is connected to but the broker; and no secret is ever told.

Two witnesses: Python's own audit hook (tests/alone), and the kernel's counters of a network namespace that has no way
out, where even what a C library might try would be counted.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.configured import MOCK_PINS, SIMULATED
from tests.planted import PASSPHRASE, PASSWORD

HERE = Path(__file__).parent
CONFIG = f"""\
[station]
language = "en"
state_dir = "{{folder}}/state"
{SIMULATED}{MOCK_PINS}[output.web]
port = 0
passphrase = "{{passphrase}}"
[output.journal]
level = "detail"
"""
MQTT = """\
[output.mqtt]
enabled = true
host = "127.0.0.1"
port = {port}
username = "desk"
password = "{password}"
privacy = 3
"""
LIVES_S = 3.0


def environment(folder: Path) -> dict[str, str]:
    return os.environ | {
        "HOME": str(folder),
        "SDL_AUDIODRIVER": "dummy",
        "PYTHONPATH": str(HERE / "alone"),
        "DESK_WITNESS": str(folder / "witness"),
    }


def witnessed(folder: Path) -> list[str]:
    file = folder / "witness"
    return file.read_text().splitlines() if file.exists() else []


def live(command: list[str], folder: Path, within_s: float = 60.0) -> tuple[str, int]:
    """Run a station until it reads its sensor and LIVES_S longer; (everything it printed, exit code)."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment(folder), cwd=folder
    )
    assert process.stdout
    said: list[str] = []
    well = threading.Event()

    def listen() -> None:
        assert process.stdout
        for line in process.stdout:
            said.append(line)
            if line.startswith("sensor_well"):
                well.set()

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        assert well.wait(within_s), "".join(said)
        time.sleep(LIVES_S)
        process.send_signal(signal.SIGTERM)
        code = process.wait(20)
    finally:
        process.kill()
        listener.join(5)
    return "".join(said), code


STATION = [sys.executable, "-P", "-m", "station"]
# Becomes the station in a namespace of its own; its counters are read while it still lives, by whoever stays behind.
IN_A_NAMESPACE = """\
import json, os, signal, subprocess, sys
child = subprocess.Popen(sys.argv[1:])
signal.signal(signal.SIGTERM, lambda *_: child.terminate())
code = child.wait()
lines = open("/proc/self/net/snmp").read().splitlines()
said = {}
for names, numbers in zip(lines[::2], lines[1::2]):
    kind, *names = names.split()
    said |= {kind + name: int(number) for name, number in zip(names, numbers.split()[1:])}
wanted = ("Ip:OutRequests", "Ip:OutNoRoutes", "Tcp:ActiveOpens", "Udp:OutDatagrams")
print("counted " + json.dumps({each: said[each] for each in wanted}), flush=True)
sys.exit(code)
"""


def unshare() -> list[str]:
    """A command that runs another one without any network; skips where the kernel does not let us."""
    for command in (["unshare", "-n"], ["unshare", "-rn"]):
        if (
            shutil.which("unshare")
            and subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
        ):
            return command
    pytest.skip("network namespaces are not permitted here")


def counted(said: str) -> dict[str, int]:
    return json.loads(next(line for line in said.splitlines() if line.startswith("counted "))[8:])


def test_the_witnesses_see_an_attempt_to_reach_somebody(tmp_path: Path) -> None:
    """So that the next test cannot pass by seeing nothing.  In there even this computer cannot be reached."""
    tries = """import socket
try: socket.create_connection(("127.0.0.1", 9))
except OSError: pass"""
    told = subprocess.run(
        [*unshare(), sys.executable, "-c", IN_A_NAMESPACE, sys.executable, "-c", tries],
        capture_output=True,
        text=True,
        check=True,
        env=environment(tmp_path),
    )
    assert counted(told.stdout)["Ip:OutNoRoutes"] >= 1
    assert [line for line in witnessed(tmp_path) if line.startswith("socket.connect") and "127.0.0.1" in line]


@pytest.mark.slow
def test_a_station_without_a_network_asks_for_nothing_and_misses_nothing(tmp_path: Path) -> None:
    (tmp_path / "desk.toml").write_text(CONFIG.format(folder=tmp_path, passphrase=PASSPHRASE))
    command = [*STATION, "run", "--config", str(tmp_path / "desk.toml")]
    said, code = live([*unshare(), sys.executable, "-c", IN_A_NAMESPACE, *command], tmp_path)
    assert code == 0
    assert set(counted(said).values()) == {0}, f"no packet, no attempt: {counted(said)}"
    assert witnessed(tmp_path) == []


@pytest.mark.slow
def test_only_the_broker_is_reached_and_a_planted_secret_is_found_nowhere(
    tmp_path: Path, make_broker: Callable[..., Any], make_listener: Callable[..., Any]
) -> None:
    """Everything a station prints, sends or keeps, searched for the broker's password and the page's passphrase."""
    broker = make_broker(password=("desk", PASSWORD))
    listener = make_listener(broker, who=("desk", PASSWORD))
    file = tmp_path / "desk.toml"
    text = CONFIG.format(folder=tmp_path, passphrase=PASSPHRASE) + MQTT.format(port=broker.port, password=PASSWORD)
    file.write_text(text)
    said, code = live([*STATION, "run", "--config", str(file)], tmp_path)
    assert code == 0 and listener.heard, "it ran, and the broker let it in"

    reached = {line for line in witnessed(tmp_path) if "127.0.0.1" not in line}
    assert not reached, "somebody else was asked"
    assert [line for line in witnessed(tmp_path) if str(broker.port) in line]

    told = {"the log": said, "MQTT": repr(listener.heard)}
    for words in (["config"], ["check", "--json"], ["discovery"], ["export", str(tmp_path / "out")]):
        asked = [*STATION, *words, "--config", str(file)]
        done = subprocess.run(
            asked, capture_output=True, text=True, env=environment(tmp_path), check=False, cwd=tmp_path
        )
        told[words[0]] = done.stdout + done.stderr
        assert len(told[words[0]]) > 100 or words[0] == "export", f"{words} said something: {told[words[0]]}"
    file.write_text(text.replace('language = "en"', 'langage = "en"').replace("privacy = 3", "privacy = 9"))
    wrong = subprocess.run([*STATION, "check", "--config", str(file)], capture_output=True, text=True, check=False)
    told["the mistakes of a configuration"] = wrong.stdout + wrong.stderr
    for kept in [*(tmp_path / "state").rglob("*"), *(tmp_path / "out").rglob("*")]:
        if kept.is_file():
            told[str(kept)] = kept.read_bytes().decode("latin-1")
    for secret in (PASSWORD, PASSPHRASE):
        assert [place for place, text in told.items() if secret in text] == []
