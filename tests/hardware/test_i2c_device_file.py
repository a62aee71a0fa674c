"""The station on a real file descriptor of /dev/i2c-1, through unmodified Blinka, PureIO and Adafruit's driver.

Only the kernel's side is a twin (`i2c_device_file.py`, by umockdev), so what is judged here is what the twin of the
*bus* cannot show: that the libraries hand the kernel's errno on, and that /dev/i2c-1 may go and come back.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hardware.sensors import edf_reader
from tests.configured import NO_PAGE, NO_PINS, SILENT

SYSTEM_PYTHON = "/usr/bin/python3"
GI = "import gi; gi.require_version('UMockdev', '1.0'); from gi.repository import UMockdev"


def _missing() -> str:
    if shutil.which("umockdev-wrapper") is None or not Path(SYSTEM_PYTHON).exists():
        return "umockdev is not installed here (sudo apt install umockdev gir1.2-umockdev-1.0 python3-gi)"
    if subprocess.run([SYSTEM_PYTHON, "-c", GI], capture_output=True, check=False).returncode:
        return "the system's Python cannot use umockdev (sudo apt install gir1.2-umockdev-1.0 python3-gi)"
    return ""


pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(_missing()), reason=_missing() or "-")]

# 64 a second: a crowded machine that answers for a kernel, too, should not be what is judged.
CONFIG = f"""\
[station]
language = "en"
state_dir = "{{folder}}/state"
[sensor]
driver = "ads1115"
power = "battery"
signal = ["emg-envelope"]
rate = 64
{NO_PINS}{SILENT}{NO_PAGE}"""


# As the acquisition process does, but as fast as it goes: so many samples, and by how much that made the process grow.
READ_FAST = """\
import sys
from pathlib import Path
from hardware.sensors import acquisition, i2c
from hardware.sensors.ads1115_link import Link

def read(samples):
    for _ in range(samples):
        assert 0.9 < link.volts() < 1.1
        link.start(word)
    return int(Path("/proc/self/status").read_text().split("VmRSS:")[1].split()[0])

link = Link(i2c.open_bus(1), 0x48, 1, 860)
word = link.word("A0", single=True)
link.start(word)
acquisition._be_punctual()
before = read(500)
print("grown by", read(int(sys.argv[1])) - before, "kB")
"""


class Machine:
    """A machine with an I2C bus, the station on it, and what it has said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._log = folder / "said.txt"
        self.config = folder / "desk.toml"
        self.config.write_text(CONFIG.format(folder=folder))
        self._process: subprocess.Popen[str] | None = None

    def runs(self, *words: str) -> None:
        """`desk-station WORDS --config ...` on it."""
        self.runs_python("-P", "-m", "station", *words, "--config", str(self.config))

    def runs_python(self, *words: str) -> None:
        """Any program on it."""
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [
                    *("umockdev-wrapper", SYSTEM_PYTHON, str(Path(__file__).with_name("i2c_device_file.py"))),
                    *(sys.executable, *words),
                ],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.DEVNULL,
                text=True,
            )

    def tell(self, line: str) -> None:
        assert self._process and self._process.stdin
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def said(self) -> str:
        return self._log.read_text()

    def says(self, what: str, after: str = "", within_s: float = 60.0) -> str:
        """Wait until it has said this (after the machine was told something); what it said since."""
        known = len(self.said()) if after else 0
        if after:
            self.tell(after)
        until = time.monotonic() + within_s
        while what not in self.said()[known:]:
            assert self._process and self._process.poll() is None, f"it ended: {self.said()}"
            assert time.monotonic() < until, f"{what!r} was not said within {within_s} s: {self.said()[known:]}"
            time.sleep(0.02)
        return self.said()[known:]

    def ends(self, within_s: float = 60.0) -> int:
        assert self._process
        return self._process.wait(within_s)

    def end(self) -> None:
        if self._process and self._process.poll() is None:
            assert self._process.stdin
            self._process.stdin.close()  # the machine ends its station, and itself
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGKILL)
                self._process.wait()


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path)
    yield made
    made.end()


def test_volts_at_the_pin_are_the_volts_in_the_recording(machine: Machine) -> None:
    out = machine.folder / "out.edf"
    machine.runs("record", str(out), "--minutes", "0.03")
    machine.tell("volts 1.25")
    assert machine.ends() == 0, machine.said()
    recorded = edf_reader.read(out).volts()[-32:]
    assert np.allclose(recorded, 1.25, atol=3.3 / 32768 + 4.096 / 32768), recorded


def test_reading_the_real_bus_for_days_does_not_fill_the_memory(machine: Machine) -> None:
    samples = 5_000  # PureIO alone leaves some 800 bytes in a circle behind at each: 4 MB, 23 MB in a minute at 500/s
    machine.runs_python("-c", READ_FAST, str(samples))
    assert machine.ends() == 0, machine.said()
    assert int(machine.said().split()[-2]) < 1_000, machine.said()


def test_what_the_kernel_answers_becomes_a_sentence_and_what_comes_back_is_read_again(machine: Machine) -> None:
    machine.runs("run")
    machine.says("sensor_well rate=64")

    for glitch in ("nack 2", "timeout 1", "stretch 2", "brown_out"):  # three tries within 50 ms: not even noticed
        machine.tell(f"fault {glitch}")
        time.sleep(0.3)
    assert "sensor_trouble" not in machine.said()

    for fault, sentence in (
        ("missing", "No ADS1115 answers at 0x48 on I2C bus 1; no other address answers either."),  # EREMOTEIO, 121
        ("stuck", "I2C bus 1 hangs: a transfer to 0x48 timed out."),  # ETIMEDOUT, 110
        ("stretch 9999", "I2C bus 1 gives an input/output error at 0x48"),  # EIO, 5
    ):
        assert "Traceback" not in machine.says(sentence, after=f"fault {fault}")
        machine.says("sensor_well", after="heal")

    # The interlock, on a /sys of this machine's own.  Within 1 s is promised and tested where time is virtual.
    machine.says("a network cable is plugged in (eth0): the sensor is closed", after="cable 1")
    machine.says("sensor_well", after="cable 0")
