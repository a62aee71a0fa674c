"""The newcomer's keyboard, on a real terminal, and what happens when that terminal is closed."""

from __future__ import annotations

import os
import pty
import queue
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from typing import IO

import pytest

from station.demo.keys import Keys

GONE = "gone"
LOCAL = 3  # of what tcgetattr tells: the local modes


@pytest.fixture
def heard(keyboard: IO[bytes]) -> Iterator[queue.Queue[str]]:
    """What the keys h, t and q, and the end of the terminal, have called so far."""
    heard: queue.Queue[str] = queue.Queue()
    actions = {key: lambda key=key: heard.put(key) for key in "htq"}
    keys = Keys(actions, gone=lambda: heard.put(GONE))
    keys.start()
    while termios.tcgetattr(keyboard)[LOCAL] & termios.ICANON:  # what is typed before that waits for the return key
        time.sleep(0.001)
    yield heard
    keys.stop()


def test_keys_that_come_all_at_once_are_all_heard_and_others_do_nothing(
    keyboard: IO[bytes], heard: queue.Queue[str]
) -> None:
    keyboard.write("hxTöt".encode())
    assert [heard.get(timeout=5) for _ in range(3)] == ["h", "t", "t"]
    keyboard.write(b"q")
    assert heard.get(timeout=5) == "q"
    keyboard.close()


def test_a_terminal_that_is_closed_says_so_once(keyboard: IO[bytes], heard: queue.Queue[str]) -> None:
    keyboard.write(b"h")
    assert heard.get(timeout=5) == "h"
    keyboard.close()
    assert heard.get(timeout=5) == GONE
    with pytest.raises(queue.Empty):
        heard.get(timeout=0.5)


@pytest.mark.slow
def test_a_demo_whose_window_is_closed_does_not_live_on() -> None:
    """`make` stands between it and the terminal, and does not pass on that this hangs up."""
    seen, inside = pty.openpty()
    demo = [sys.executable, "-P", "-m", "station", "demo", "--silent"]
    process = subprocess.Popen(demo, start_new_session=True, stdin=inside, stdout=inside, stderr=inside)
    os.close(inside)
    try:
        while b"\x1b[?25l" not in os.read(seen, 65536):  # the picture stands: its cursor is hidden
            pass
        os.close(seen)
        process.wait(10)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
