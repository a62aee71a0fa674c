"""The real unit under real systemd: who the station is there, what it can reach, and what becomes of one that hangs."""

from __future__ import annotations

import time

import pytest

from hardware.sensors.acquisition import PRIORITY
from tests.hil import debian as made
from tests.hil.debian import DEVICES, FORBIDDEN, Debian
from tests.hil.guest import BUTTON, LIGHT

pytestmark = [pytest.mark.hil, pytest.mark.benchmark]

WATCHDOG_S = 20.0  # as the unit has it
POLICY_WITHOUT_I2C = "[Service]\nDeviceAllow=\nDeviceAllow=char-gpiochip rw\nDeviceAllow=char-alsa rw\n"


def test_it_runs_as_its_own_user_without_any_capability_and_samples_in_real_time(debian: Debian) -> None:
    pid = debian.shows("MainPID")
    status = made.words(debian.sh(f"cat /proc/{pid}/status"))
    numbers = f"{status['Gid'].split()[0]} {status['Groups']}"
    names = set(debian.sh(f"for g in {numbers}; do getent group $g | cut -d: -f1; done").split())
    assert debian.sh(f"stat -c %U:%G /proc/{pid}").strip() == "desk-station:desk-station"
    assert names == {"desk-station", "i2c", "gpio", "audio"}
    assert "0" not in status["Uid"].split()
    assert {int(status[f"Cap{kind}"], 16) for kind in ("Prm", "Eff", "Bnd", "Amb")} == {0}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    assert debian.sh("stat -c '%U %a' /var/lib/desk-station /var/lib/desk-station/history.db").split("\n")[:2] == [
        "desk-station 700",
        "desk-station 600",
    ]
    processes = debian.sh("cat /sys/fs/cgroup/system.slice/desk-station.service/cgroup.procs").split()
    (reader,) = set(processes) - {pid}
    sampling = debian.sh(f"cat /proc/{reader}/stat").rsplit(")", 1)[1].split()
    assert (int(sampling[37]), int(sampling[38])) == (PRIORITY, 1)  # rt_priority; policy 1 is SCHED_FIFO
    print(f"  groups {', '.join(sorted(names))}; no capability; sampling with SCHED_FIFO {sampling[37]}")
    print(f"  memory at its highest: {int(debian.shows('MemoryPeak')) / 2**20:.0f} MB of {debian.shows('MemoryMax')}")


def test_the_device_policy_lets_it_have_its_wires_and_nothing_else(debian: Debian) -> None:
    said = debian.journal()
    for device in DEVICES:
        assert f"probe {device} O_RDWR opens" in said
    assert f"probe {FORBIDDEN} O_RDWR Operation not permitted" in said
    outside = debian.sh(f"setpriv --reuid=desk-station --clear-groups sh -c ': <> {FORBIDDEN}' && echo opens")
    assert outside.strip() == "opens", f"{FORBIDDEN} is closed to this user anyhow: {outside}"

    edges = len(debian.bench.outputs)
    known, edge = len(said), time.monotonic()
    debian.bench.press(BUTTON, 0.2)
    told = debian.says("session_started", known=known)
    time.sleep(2.0)
    assert "RUNNING" in debian.sh("cat /proc/asound/Loopback/pcm0p/sub0/status")
    lit = sum(level for _, line, level in debian.bench.outputs[edges:] if line == LIGHT)
    assert lit > 50, "the light does not move"
    print(
        f"  a press in the sandbox: the exercise seen after {told - edge:.1f} s, {lit} pulses of the light, sound runs"
    )

    drop_in = "/run/systemd/system/desk-station.service.d"
    debian.sh(f"mkdir -p {drop_in}; printf '{POLICY_WITHOUT_I2C}' > {drop_in}/policy.conf".replace("\n", "\\n"))
    known = len(debian.journal())
    debian.sh("systemctl daemon-reload; systemctl restart --no-block desk-station")
    debian.says("/dev/i2c-1 may not be opened by this user", known=known)
    assert debian.shows("ActiveState") == "active"
    known = len(debian.journal())
    debian.sh(f"rm {drop_in}/policy.conf; systemctl daemon-reload; systemctl restart --no-block desk-station")
    debian.says("sensor_well", known=known)


def test_a_hung_station_is_killed_by_the_watchdog_and_feels_again(debian: Debian) -> None:
    before = debian.shows("MainPID")
    known, hung = len(debian.journal()), time.monotonic()
    debian.sh(f"kill -STOP {before}")
    killed = debian.says("Watchdog timeout (limit 20s)!", known=known, within_s=WATCHDOG_S + 15.0)
    assert killed - hung >= WATCHDOG_S - 2.0, "it was still being fed"
    well = debian.says("sensor_well", known=known, within_s=90.0)
    said = debian.journal()[known:]
    assert "Failed with result 'watchdog'" in said
    assert debian.shows("NRestarts") == "1" and debian.shows("MainPID") != before
    assert debian.sh(f"ls -d /proc/{before} 2>&1").strip().endswith("No such file or directory")
    print(
        f"  hung to killed by the watchdog: {killed - hung:.1f} s; then to the first good signal: {well - killed:.1f} s"
    )
