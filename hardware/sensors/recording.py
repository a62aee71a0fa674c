"""A recording as a sensor: plays an EDF file at the speed of life, so that the whole station can live on it.

    source = open(Settings(file="day.edf"))
    source.read()       blocks until the frame's last sample was due

The file is read by `edf_reader.py`; new ones are made by `edf_writer.py`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import msgspec

from hardware.sensors.contract import CLOSE_FRAMES, FRAME_S, Frame, SensorError
from hardware.sensors.edf_reader import Recording, read

# It does not know when somebody listens closely, so it is always ready for that.
SHORT_S = FRAME_S / CLOSE_FRAMES


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A recording instead of a sensor."""

    file: Annotated[str, msgspec.Meta(description="The EDF or EDF+ file to play.")] = ""
    channel: Annotated[
        str, msgspec.Meta(description="Label or number of the channel; empty takes the first that looks like a muscle.")
    ] = ""
    loop: Annotated[bool, msgspec.Meta(description="Start again from the beginning when the recording is over.")] = True


class RecordingSource:
    """Plays a recording in real time; `clock` and `sleep` are given by whoever wants another time."""

    def __init__(
        self,
        recording: Recording,
        loop: bool,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.recording = recording
        self._loop = loop
        self._clock = clock
        self._sleep = sleep
        self._frames = recording.frames(SHORT_S)
        self._start = clock()

    def read(self) -> Frame:
        """The next frame, at the moment its last sample was due.  Raises SensorError at the end of a single play."""
        frame = next(self._frames, None)
        if frame is None:
            if not self._loop:
                raise SensorError(
                    f"{self.recording.path} has been played to its end.",
                    "Set loop = true under [sensor] to start again, or choose another driver.",
                )
            self._start += self.recording.seconds
            self._frames = self.recording.frames(SHORT_S)
            frame = next(self._frames)
        due = self._start + frame.t_last
        wait = due - self._clock()
        if wait > 0:
            self._sleep(wait)
        return Frame(frame.volts.ravel(), frame.channels, due, frame.rate, frame.lost)

    def close(self) -> None:
        """Nothing to release."""

    def control(self, message: Mapping[str, Any]) -> None:
        """A recording does what it did."""


def open(settings: Settings) -> RecordingSource:
    """The recording as a sensor.  Raises SensorError when the file cannot be read."""
    if not settings.file:
        raise SensorError("The recording to play is not named.", 'Set file = "…edf" under [sensor].')
    return RecordingSource(read(settings.file, (settings.channel,) if settings.channel else ()), settings.loop)
