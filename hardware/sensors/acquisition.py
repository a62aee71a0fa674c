"""The acquisition process: reads one sensor and sends frames, and does nothing else.

    python -m hardware.sensors.acquisition FD      FD: its end of a SOCK_SEQPACKET socket pair (see `messages.py`)

It is a process of its own because a thread beside a busy interpreter loses a large part of the conversions.  It asks
for real-time priority and takes what it gets; it ignores Ctrl-C (the station decides when sensing ends) and dies with
its parent.  When the station is too busy to take a frame, the frame is dropped and counted in the next one's `lost`:
the sensor never waits for a reader.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from hardware.sensors.contract import Frame, SensorError, Source
from hardware.sensors.messages import MAX_MESSAGE, pack_frame, pack_status, unpack_json

PRIORITY = 50  # of SCHED_FIFO, 1..99: above every ordinary program; the kernel's interrupt threads have 50 too
RUNAWAY_US = 500_000  # real-time work without a pause for so long is a bug: the kernel ends the process
_PR_SET_PDEATHSIG, _PR_SET_TIMERSLACK = 1, 29
TIMER_SLACK_NS = 1000  # the kernel's default of 50 µs is a fortieth of a slot


class Stopped(Exception):  # noqa: N818 - not an error
    """The station wants no more frames."""


def main() -> int:
    """Serve until the station has enough; the exit code says how it ended (0 stopped, 3 the sensor failed)."""
    parent = socket.socket(fileno=int(sys.argv[1]))
    _die_with_parent()
    for for_the_station in (signal.SIGINT, signal.SIGHUP):  # a terminal sends them to everybody in it
        signal.signal(for_the_station, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _on_term)
    source: Source | None = None
    try:
        order = unpack_json(parent.recv(MAX_MESSAGE) or b'{"stop": true}')
        if order.get("stop"):
            return 0
        opened = load(order["driver"], order["settings"])
        realtime = _be_punctual()  # before the first conversion, after the slow imports
        source = opened()
        if realtime:
            _end_runaways()
        parent.send(pack_status("ready", realtime=realtime, pid=os.getpid()))
        Sender(parent, source).run()
    except (Stopped, BrokenPipeError, ConnectionResetError):
        return 0
    except SensorError as error:
        _tell(parent, error)
        return 3
    finally:
        if source is not None:
            source.close()
    return 0


def load(driver: str, settings: dict[str, Any]) -> Callable[[], Source]:
    """Import `hardware/sensors/DRIVER.py` and check its settings; call the answer to open it.  Raises SensorError."""
    import msgspec

    try:
        module = importlib.import_module(f"hardware.sensors.{driver}")
        checked = msgspec.convert(settings, module.Settings)
    except msgspec.ValidationError as error:
        raise SensorError(f"The settings of the sensor driver {driver!r} are not usable: {error}.") from error
    except ModuleNotFoundError as error:
        raise SensorError(
            f"The sensor driver {driver!r} cannot be loaded: {error}.", "Check [sensor] driver."
        ) from error
    return lambda: module.open(checked)


class Sender:
    """Passes frames on, listens for control messages between them."""

    def __init__(self, parent: socket.socket, source: Source) -> None:
        self._parent = parent
        self._source = source
        self._dropped = 0

    def run(self) -> None:
        """Until told to stop (Stopped), or the sensor fails (SensorError)."""
        while True:
            self._send(self._source.read())
            self._listen()

    def _send(self, frame: Frame) -> None:
        if self._dropped:
            frame = Frame(frame.volts, frame.channels, frame.t_last, frame.rate, frame.lost + self._dropped)
        try:
            self._parent.send(pack_frame(frame), socket.MSG_DONTWAIT)
            self._dropped = 0
        except BlockingIOError:
            self._dropped = frame.lost + len(frame.volts) // frame.channels

    def _listen(self) -> None:
        try:
            packet = self._parent.recv(MAX_MESSAGE, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        if not packet:
            raise Stopped
        message = unpack_json(packet)
        if message.get("stop"):
            raise Stopped
        self._source.control(message)


def _tell(parent: socket.socket, error: SensorError) -> None:
    with contextlib.suppress(OSError):  # perhaps nobody listens any more
        parent.send(pack_status("error", problem=error.problem, remedy=error.remedy), socket.MSG_DONTWAIT)


def _on_term(_number: int, _where: FrameType | None) -> None:
    raise Stopped


def _die_with_parent() -> None:
    """Have the kernel end this process when the station dies (one that is dead already shows as a closed socket)."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _be_punctual() -> bool:
    """Real-time priority where the system grants it (True), precise timers in any case, and short pauses to tidy up.

    Tidying goes on, for a library may leave circles of objects behind (PureIO's transfers did: 23 MB in a minute).
    What has been loaded until now is left out of it: a pause takes 0.1 ms instead of 9, two or three times a second.
    """
    gc.collect()
    gc.freeze()
    _prctl(_PR_SET_TIMERSLACK, TIMER_SLACK_NS)
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
    except OSError:
        return False
    return True


def _end_runaways() -> None:
    """A real-time process that never pauses takes a core away from everybody: let the kernel end it."""
    import resource

    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_RTTIME, (RUNAWAY_US, RUNAWAY_US))


def _prctl(option: int, value: int) -> None:
    import ctypes

    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


if __name__ == "__main__":
    sys.exit(main())
