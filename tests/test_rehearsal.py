import subprocess
import sys

import msgspec
import pytest

from hardware.sensors.simulated import Settings


@pytest.mark.slow
def test_a_rehearsal_whose_station_has_gone_meanwhile_ends_without_a_word() -> None:
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "station.rehearsal"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin and process.stdout and process.stderr
    process.stdout.close()  # as when the station is ended while it waits for the answer
    process.stdin.write(msgspec.json.encode(Settings()))
    process.stdin.close()
    assert process.stderr.read() == b""
    assert process.wait(timeout=60) == 141  # as every command whose reader has gone
    process.stderr.close()
