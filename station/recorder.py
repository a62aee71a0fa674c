"""Frames and events into an EDF+ recording whose clock stays true.

    frames    ████████░░░████████        ░ never came (lost samples, a sensor that was away)
    file      ████████▒▒▒████████        ▒ the last value held, noted `lost/N`: a replay leaves it out again

The file's rate is the one measured over the first two seconds; those are kept until then.  Whenever the sensor's time
runs ahead of the file's by more than a quarter of a second, the difference is filled, so a note's place is right even
after hours.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hardware.sensors.edf_writer import EdfWriter
from station.core.events import Event, Mark, SessionEnded, SessionStarted, TensionEnded, TensionStarted
from station.core.inputs import Frame

LABELS = {"emg-raw": "EMG raw", "emg-envelope": "EMG envelope", "pressure": "Pressure"}
# PGA full scale of the ADS1115's gain settings, volts; 4.096 V is the station's own and fits every 3.3 V front end.
SPANS: Mapping[object, float] = {"2/3": 6.144, 1: 4.096, 2: 2.048, 4: 1.024, 8: 0.512, 16: 0.256}
MEASURE_RATE_S = 2.0
DRIFT_S = 0.25


class Recorder:
    """Writes one recording.

    path: the new file.  signals: what each channel is.  span: PGA range, volts either side of zero.
    started: local wall time of the first sample.  Raises OSError where the file cannot be written.
    """

    def __init__(
        self, path: Path, signals: tuple[str, ...], span: float = 4.096, started: datetime.datetime | None = None
    ) -> None:
        self.path = path
        self._labels = _labels(signals)
        self._span = span
        self._started = started
        self._writer: EdfWriter | None = None
        self._early: list[Frame] = []
        self._notes: list[tuple[float, str, float | None]] = []
        self._t0: float | None = None
        self._rows = 0
        self._last: npt.NDArray[Any] | None = None
        self._open: dict[str, float] = {}
        self.lost = 0

    @property
    def seconds(self) -> float:
        """Length of the recording so far."""
        if self._writer is not None:
            return self._writer.seconds
        return sum(len(frame.volts) / frame.rate for frame in self._early)

    def frame(self, frame: Frame) -> None:
        """Take one frame."""
        if self._t0 is None:
            self._t0 = frame.t_last - len(frame.volts) / frame.rate
        if self._writer is None:
            self._early.append(frame)
            if frame.t_last - self._t0 >= MEASURE_RATE_S:
                self._begin()
            return
        self._write(self._writer, frame)

    def note(self, t: float, text: str, duration: float | None = None) -> None:
        """Annotate monotonic second `t`."""
        if self._t0 is None:
            return
        if self._writer is None:
            self._notes.append((t, text, duration))
        else:
            self._writer.note(t - self._t0, text, duration)

    def event(self, event: Event, t: float) -> None:
        """Note what is worth a note: marks at once, tension and exercises with their length when they are over."""
        keep = _KEEP.get(type(event))
        if keep is not None:
            keep(self, event, t)

    def close(self) -> None:
        """Finish the file.  Safe to call twice."""
        if self._writer is None and self._early:
            self._begin()
        if self._writer is not None:
            for text, since in self._open.items():
                self.note(since, text, (self._t0 or 0.0) + self.seconds - since)
            self._open.clear()
            self._writer.close()

    def _begin(self) -> None:
        rate = self._early[-1].rate
        self._writer = EdfWriter(self.path, self._labels, rate, span=self._span, started=self._started)
        early, self._early = self._early, []
        for frame in early:
            self._write(self._writer, frame)
        for t, text, duration in self._notes:
            self.note(t, text, duration)

    def _write(self, writer: EdfWriter, frame: Frame) -> None:
        assert self._t0 is not None
        expected = round((frame.t_last - self._t0) * writer.rate) - len(frame.volts)
        missing = expected - self._rows
        drifted = DRIFT_S * writer.rate
        if frame.lost and abs(frame.lost - missing) < drifted:
            missing = frame.lost
        if missing > 0 and (frame.lost or missing > drifted) and self._last is not None:
            writer.note(self._rows / writer.rate, f"lost/{missing}", missing / writer.rate)
            writer.add(np.repeat(self._last[None, :], missing, axis=0))
            self._rows += missing
            self.lost += missing
        writer.add(frame.volts)
        self._rows += len(frame.volts)
        self._last = frame.volts[-1]

    def _since(self, text: str, t: float) -> None:
        self._open[text] = t

    def _until(self, text: str, t: float, lasted_s: float = math.inf) -> None:
        since = self._open.pop(text, None)
        if since is not None:
            self.note(since, text, min(t - since, lasted_s))


_KEEP: Mapping[type[Event], Callable[[Recorder, Any, float], None]] = {
    Mark: lambda recorder, event, t: recorder.note(t, "mark"),
    TensionStarted: lambda recorder, event, t: recorder._since("tension", t),
    TensionEnded: lambda recorder, event, t: recorder._until("tension", t, event.lasted_s),
    SessionStarted: lambda recorder, event, t: recorder._since(f"session/{event.technique}", t),
    SessionEnded: lambda recorder, event, t: recorder._until(f"session/{event.technique}", t),
}


def _labels(signals: tuple[str, ...]) -> list[str]:
    """`EMG raw`, `Pressure`; two of a kind get their side."""
    if len(set(signals)) == len(signals):
        return [LABELS[signal] for signal in signals]
    return [f"{LABELS[signal]} {side}" for signal, side in zip(signals, ("left", "right"), strict=False)]
