"""The station's side of the acquisition process: starts it, listens to it, and starts it again.

    spawn ──▶ frames ──▶ frames ──▶ (error | silence | crash) ── back-off 0.2 s, 0.4 s ... 10 s ──▶ spawn
                 │                             │                        ▲
            on_frame, first: on_back        on_lost                     └ 0.2 s again after 10 s of good frames

Everything is called from one thread, which does nothing but wait for the socket.
"""

from __future__ import annotations

import contextlib
import math
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from hardware.sensors.contract import Frame
from hardware.sensors.messages import FRAME, MAX_MESSAGE, pack_control, unpack_frame, unpack_json

FRAME_TIME_OUT_S = 1.0
START_TIME_OUT_S = 20.0  # until the first frame; a Pi Zero 2 W needs seconds to import numpy for a twin
BACK_OFF_S = (0.2, 10.0)
TRUST_S = 10.0
STOP_S, KILL_S = 1.0, 0.5
BY_ITSELF = "It is started again by itself; if this happens often, please report it with the journal's last lines."


class Acquisition:
    """Keeps one sensor read.

    on_frame(frame): every frame; `volts` is an array of float32.  `lost` includes what a restart cost.
    on_lost(problem, remedy): once when frames stop coming, and again when the reason changes.
    on_back(rate): at the first frame, and at the first one after `on_lost`.
    """

    def __init__(
        self,
        driver: str,
        settings: Mapping[str, Any],
        on_frame: Callable[[Frame], None],
        on_lost: Callable[[str, str], None],
        on_back: Callable[[float], None],
    ) -> None:
        self.driver = driver
        self.settings = dict(settings)
        self.realtime = False
        self.starts = 0
        self._on_frame, self._on_lost, self._on_back = on_frame, on_lost, on_back
        self._socket: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="acquisition", daemon=True)
        self._well = False
        self._told: tuple[str, str] | None = None
        self._last: Frame | None = None
        self._first_frame_at = math.inf

    def start(self) -> None:
        """Begin; returns at once, frames follow."""
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """The process's number, while there is one."""
        process = self._process
        return process.pid if process else None

    def control(self, message: Mapping[str, Any]) -> None:
        """Tell the driver's twin something.  Lost if the process is not there at the moment."""
        with self._lock, contextlib.suppress(OSError):
            if self._socket is not None:
                self._socket.send(pack_control(message), socket.MSG_DONTWAIT)

    def end(self) -> None:
        """Ask the process to end and return at once; no frame and no word comes after this."""
        self._ending.set()
        self.control({"stop": True})

    def stop(self, patience_s: float = STOP_S) -> None:
        """End the process and the thread, and leave nothing behind.  Safe to call twice.

        A process that has not closed its sensor after `patience_s` is killed; returns 0.5 s after that at the latest.
        One that has not read a frame yet has nothing to close and is not waited for.
        """
        self.end()
        if not self._thread.is_alive() or threading.current_thread() is self._thread:
            return
        self._thread.join(patience_s if self._first_frame_at < math.inf else 0.1)
        process = self._process
        if self._thread.is_alive() and process is not None:
            process.kill()
        self._thread.join(KILL_S)

    # --- the thread -----------------------------------------------------------------------------------

    def _run(self) -> None:
        pause = BACK_OFF_S[0]
        while not self._ending.is_set():
            self._first_frame_at = math.inf
            try:
                self._spawn()
                problem, remedy = self._listen()
            except OSError as error:
                problem, remedy = f"The acquisition process cannot be started: {error}.", BY_ITSELF
            how = self._reap()
            if self._ending.is_set():
                return
            self._lost(problem or f"The acquisition process ended unexpectedly ({how}).", remedy or BY_ITSELF)
            if time.monotonic() - self._first_frame_at > TRUST_S:
                pause = BACK_OFF_S[0]
            self._ending.wait(pause)
            pause = min(2.0 * pause, BACK_OFF_S[1])

    def _spawn(self) -> None:
        """Start the process from this thread: the kernel ends it when the thread that started it is gone."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-m", "hardware.sensors.acquisition", str(theirs.fileno())]
            ours.send(pack_control({"driver": self.driver, "settings": self.settings}))
            with self._lock:
                self._socket = ours
            # A group of its own: Ctrl-C is the parent's business.  An environment of its own: another thread (SDL) may
            # change the process's while the new one is being made, which ended in "Bad address".
            self._process = subprocess.Popen(
                command,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env=os.environ.copy(),
                process_group=0,
            )
        self.starts += 1
        ours.settimeout(START_TIME_OUT_S)
        if self._ending.is_set():  # stop() came before there was a socket to say it on
            self.control({"stop": True})

    def _listen(self) -> tuple[str, str]:
        """Pass frames on until they end; (problem, remedy), both empty if the process just went away."""
        ours = self._socket
        assert ours is not None
        while True:
            try:
                packet = ours.recv(MAX_MESSAGE)
            except TimeoutError:
                return f"The sensor driver {self.driver!r} has sent nothing for {ours.gettimeout():.0f} s.", BY_ITSELF
            except ConnectionResetError:
                return "", ""
            if not packet:
                return "", ""
            if packet[:1] == FRAME:
                if self._first_frame_at == math.inf:
                    self._first_frame_at = time.monotonic()
                    ours.settimeout(FRAME_TIME_OUT_S)
                self._frame(unpack_frame(packet))
                continue
            status = unpack_json(packet[1:])
            if status["status"] == "error":
                return status["problem"], status["remedy"]
            self.realtime = status["realtime"]

    def _frame(self, frame: Frame) -> None:
        if self._ending.is_set():
            return
        if not self._well:
            frame = self._with_gap(frame)
            self._well, self._told = True, None
            self._on_back(frame.rate)
        self._last = frame
        self._on_frame(frame)

    def _with_gap(self, frame: Frame) -> Frame:
        """Count what the outage cost, on the clock that both processes share."""
        if self._last is None:
            return frame
        rows = len(frame.volts) // frame.channels
        begin = frame.t_last - (rows - 1) / frame.rate
        missing = max(0, round((begin - self._last.t_last) * frame.rate) - 1)
        return Frame(frame.volts, frame.channels, frame.t_last, frame.rate, max(frame.lost, missing))

    def _lost(self, problem: str, remedy: str) -> None:
        self._well = False
        if self._told != (problem, remedy):
            self._told = (problem, remedy)
            self._on_lost(problem, remedy)

    def _reap(self) -> str:
        """Make sure the process is gone; how it ended, in words."""
        with self._lock:
            if self._socket is not None:
                self._socket.close()
                self._socket = None
        process, self._process = self._process, None
        if process is None:
            return "never started"
        try:
            code = process.wait(KILL_S)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"
