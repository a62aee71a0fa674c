"""A Debian 13 in the guest: real systemd runs the station's real unit, as systemd/install.sh has installed it.

Files that a guest's user makes on the host's file system belong to the host's root: so what the station writes is on
a tmpfs.  A root shell of the guest is reached through two folders (`sh`); the unit has one line more, a probe that
runs before the station and under the same rules.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

from tests.hil.guest import HOME, REST_V, ROOT, bench, precedence, unrest

DEBIAN = HOME / "debian"
DEVICES = ("/dev/i2c-1", "/dev/gpiochip0", "/dev/snd/pcmC1D0p", "/dev/null")
FORBIDDEN = "/dev/fuse"
"""Everybody may read and write it, as far as its file goes; only the unit's policy stands against it."""
UNIT = Path("etc/systemd/system/desk-station.service")
CONFIG = """\
[station]
language = "en"
state_dir = "/var/lib/desk-station"
[sensor]
driver = "ads1115"
power = "battery"
signal = ["emg-envelope"]
rate = 64
[output.audio]
sinks = ["hw:Loopback,0,0"]
"""
# Runs under the very same unit, before the station: what may its user open there?
PROBE = """\
[Service]
ExecStartPre=/opt/desk-station/current/bin/python /hil/probe.py
"""
PROBE_PY = """\
import os
for path, mode in {tried}:
    try:
        os.close(os.open(path, getattr(os, mode)))
        print("probe", path, mode, "opens")
    except OSError as error:
        print("probe", path, mode, error.strerror)
"""
SHELL = """\
[Unit]
Description=a shell for the test
[Service]
StandardOutput=null
ExecStart=/bin/sh -c 'while :; do for f in /hil/in/*.sh; do [ -e "$f" ] || continue; \\
  sh "$f" > /hil/answer 2>&1; rm "$f"; mv /hil/answer /hil/out/; done; sleep 0.1; done'
[Install]
WantedBy=multi-user.target
"""
FSTAB = "tmpfs /var/lib/desk-station tmpfs mode=0755 0 0\n"


def missing() -> str:
    """The sentence why there is no Debian here, or nothing."""
    if not (DEBIAN / "opt/desk-station/current/bin/desk-station").exists():
        return f"There is no Debian with the station in {DEBIAN}: `make hil-guest` (as root) builds it."
    return ""


class Debian:
    """The guest, switched on; `tried` are the paths and modes that the probe opens under the unit."""

    def __init__(self, tried: tuple[tuple[str, str], ...]) -> None:
        precedence()
        self._prepare(tried)
        self.bench = bench().Bench(lambda ain, t: REST_V * float(unrest(t)), alert=None)
        self.bench.__enter__()
        folder = self.bench._tmp.name
        self._console = Path(folder) / "console"
        home = Path(self.bench.kernel).parent
        command = [
            *(self.bench.kernel, "mem=768M", f"dtb={home}/pi4.dtb", "quiet", "con=null", "con0=fd:0,fd:1"),
            *("root=/dev/root", "rootfstype=hostfs", f"rootflags={DEBIAN}", "rw"),
            *("init=/lib/systemd/systemd", "systemd.unit=multi-user.target", "systemd.show_status=0"),
            *(f"virtio_uml.device={folder}/i2c:34", f"virtio_uml.device={folder}/gpio:41"),
        ]
        with self._console.open("wb") as console:
            self.bench.proc = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=console, stderr=subprocess.STDOUT, start_new_session=True
            )
        self.began = time.monotonic()

    def end(self) -> None:
        """Switch it off."""
        self.bench.__exit__()

    def sh(self, script: str, within_s: float = 60.0) -> str:
        """What a root shell in the guest answers."""
        answer = DEBIAN / "hil/out/answer"
        answer.unlink(missing_ok=True)
        asked = DEBIAN / "hil/in/asked"
        asked.write_text(script)
        asked.rename(asked.with_suffix(".sh"))
        end = time.monotonic() + within_s
        while not answer.exists():
            if time.monotonic() > end or self.bench.proc.poll() is not None:
                said = self._console.read_text(errors="replace")[-3000:]
                raise AssertionError(f"no answer within {within_s:.0f} s to: {script}\n{said}")
            time.sleep(0.05)
        return answer.read_text()

    def shows(self, key: str) -> str:
        """A property of the service, as systemd shows it."""
        return self.sh(f"systemctl show desk-station --value -p {key}").strip()

    def journal(self) -> str:
        """What the service, and systemd about it, have said; a line begins with the seconds since the guest's start."""
        return self.sh("journalctl -b --no-pager -o short-monotonic -u desk-station")

    def seconds(self, what: str) -> float:
        """When the journal first said this, in seconds since the guest's start."""
        line = next(line for line in self.journal().splitlines() if what in line)
        return float(line.split("]")[0].strip("[ "))

    def says(self, what: str, within_s: float = 60.0, known: int = 0) -> float:
        """Wait until the journal (after its first `known` characters) says this; the host's second."""
        end = time.monotonic() + within_s
        while what not in (said := self.journal())[known:]:
            assert time.monotonic() < end, f"{what!r} was not said within {within_s:.0f} s:\n{said[-4000:]}"
            time.sleep(0.2)
        return time.monotonic()

    def _prepare(self, tried: tuple[tuple[str, str], ...]) -> None:
        installer = [str(ROOT / "systemd/install.sh"), "--dry-run"]
        plan = subprocess.run(installer, capture_output=True, text=True, check=True).stdout
        ours = plan.split()[2].rsplit("-py", 1)[0]  # "Desk Station 0.1.0-75948d6a-py3.11 will be installed:"
        same = (DEBIAN / UNIT).read_text() == (ROOT / "systemd/desk-station.service").read_text()
        installed = (DEBIAN / "opt/desk-station/current").readlink().name
        assert same and installed.startswith(ours), f"{installed} is installed, this is {ours}: make hil-guest"
        owner = (DEBIAN / "etc/desk-station/desk-station.toml").stat()
        config = DEBIAN / "etc/desk-station/desk-station.toml"
        config.write_text(CONFIG)
        os.chown(config, owner.st_uid, owner.st_gid)
        shutil.rmtree(DEBIAN / "hil", ignore_errors=True)
        for folder in ("hil/in", "hil/out", f"{UNIT}.d"):
            (DEBIAN / folder).mkdir(parents=True, exist_ok=True)
        (DEBIAN / "hil/probe.py").write_text(PROBE_PY.format(tried=repr(tried)))
        (DEBIAN / f"{UNIT}.d/probe.conf").write_text(PROBE)
        (DEBIAN / "etc/fstab").write_text(FSTAB)
        self._enable("hil-shell.service", SHELL)

    @staticmethod
    def _enable(name: str, text: str) -> None:
        unit = DEBIAN / "etc/systemd/system" / name
        unit.write_text(text)
        link = unit.parent / "multi-user.target.wants" / name
        link.unlink(missing_ok=True)
        link.symlink_to(Path("..") / name)


def words(text: str) -> dict[str, str]:
    """`key: value` lines, as in /proc/PID/status."""
    return {key: value.strip() for key, _, value in (line.partition(":") for line in text.splitlines())}
