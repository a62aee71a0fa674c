"""Reading recordings: any EDF file with a muscle signal, as volts at the ADC pin.

    read("day.edf")  ->  Recording: labels, rate, annotations, remarks, volts(start, stop), frames(seconds)

What a file may be: EDF or EDF+ (continuous), in V, mV or µV, one muscle channel or several of which one is chosen.
A signal in V is taken as it is, as it stood at the ADC pin.  A signal in mV or µV that never reaches half a volt was
taken straight from the skin: it is shown to the station as an amplifier of a fixed gain around mid-supply would show
it (`remarks` says so in a sentence); all measures are relative to the calibration, so the gain cancels out.

Annotations that have a meaning here: `calibration/rest`, `calibration/reference`, `mark`, `tension`, `session/NAME`,
and `lost/N`: N samples are missing.  With a duration, the samples under it are filler and are left out; without one,
no filler is there.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hardware.sensors.contract import FRAME_S, Frame, SensorError

Volts = npt.NDArray[np.float32]

_UNITS = {"v": 1.0, "mv": 1e-3, "uv": 1e-6, "µv": 1e-6, "μv": 1e-6, "nv": 1e-9}
_MUSCLE = re.compile(r"emg|trap|musc|musk|delt", re.IGNORECASE)
_PRESSURE = re.compile(r"press|druck|fsr|force", re.IGNORECASE)
_ENVELOPE = re.compile(r"env|rms|rect|hüll|\bint", re.IGNORECASE)
# A signal that stays below this and is not given in volts comes from the skin, not from an amplifier's output.
SKIN_BELOW_V = 0.5
MID_SUPPLY_V = 1.65
_REMEDY = "Check that it is an EDF or EDF+ file (EDFbrowser opens those), or record again."


@dataclass(frozen=True, slots=True)
class Annotation:
    """A note in the recording: `onset` seconds from its start, `duration` seconds (0: a moment)."""

    onset: float
    duration: float
    text: str

    @property
    def end(self) -> float:
        """The second at which the annotated span is over."""
        return self.onset + self.duration


@dataclass(frozen=True, slots=True)
class Lost:
    """From sample `index` on, `skip` samples are filler; `count` are missing before the next real one."""

    index: int
    skip: int
    count: int


class _Channel:
    """One signal of the file: its 16-bit codes, and the line that makes volts of them."""

    def __init__(self, codes: npt.NDArray[np.int16], gain: float, offset: float) -> None:
        self.codes = codes
        self.gain = np.float32(gain)
        self.offset = np.float32(offset)

    def volts(self, start: int, stop: int) -> Volts:
        return self.codes[start:stop] * self.gain + self.offset


@dataclass(frozen=True, slots=True)
class Recording:
    """A file that was read: `rate` samples a second of each channel, `length` samples of each.

    signals: what each label says it is (`emg-raw`, `emg-envelope`, `pressure`), or empty when it does not say.
    remarks: sentences for the person, about decisions that had to be made to read the file.
    """

    path: Path
    labels: tuple[str, ...]
    signals: tuple[str, ...]
    rate: float
    length: int
    annotations: tuple[Annotation, ...]
    remarks: tuple[str, ...]
    channels: tuple[_Channel, ...]

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return self.length / self.rate

    def volts(self, start: int = 0, stop: int | None = None) -> Volts:
        """Samples `start` to `stop`, shape (n, channels), volts at the ADC pin."""
        end = self.length if stop is None else min(stop, self.length)
        if len(self.channels) == 1:
            return self.channels[0].volts(start, end).reshape(-1, 1)
        return np.stack([channel.volts(start, end) for channel in self.channels], axis=1)

    def between(self, start_s: float, end_s: float) -> Volts:
        """The samples of a span given in seconds, shape (n, channels)."""
        return self.volts(max(0, math.ceil(start_s * self.rate - 1e-6)), math.ceil(end_s * self.rate - 1e-6))

    def noted(self, text: str) -> tuple[Annotation, ...]:
        """All annotations with exactly this text, in order of time."""
        return tuple(a for a in self.annotations if a.text == text)

    def losses(self) -> tuple[Lost, ...]:
        """The `lost/N` annotations as sample positions, in order."""
        found = []
        for note in self.annotations:
            match = re.fullmatch(r"lost/(\d{1,9})", note.text)
            if match and int(match[1]) > 0:
                index = round(note.onset * self.rate)
                found.append(Lost(index, round(note.duration * self.rate), int(match[1])))
        return tuple(sorted(found, key=lambda lost: lost.index))

    def frames(self, seconds: float = FRAME_S) -> Iterator[Frame]:
        """The recording in frames of about `seconds`; losses are passed on.  `volts` has the shape (n, channels).

        `t_last` counts from the start of the recording; a sample is known when its period is over, so the very first
        one has the time 1 / rate.
        """
        at, lost = 0, 0
        for loss in (*self.losses(), Lost(self.length, 0, 0)):
            for start, stop in self._pieces(at, min(loss.index, self.length), seconds):
                yield Frame(self.volts(start, stop), len(self.channels), stop / self.rate, self.rate, lost)
                lost = 0
            at = max(at, loss.index + loss.skip)
            lost += loss.count

    def _pieces(self, start: int, stop: int, seconds: float) -> Iterator[tuple[int, int]]:
        """Cut `start..stop` at whole multiples of `seconds`, so that the cuts do not wander with the losses."""
        step = seconds * self.rate
        while start < stop:
            end = start
            number = math.floor(start / step)
            while end <= start:
                number += 1
                end = round(number * step)
            end = min(end, stop)
            yield start, end
            start = end


def read(path: str | Path, channels: Sequence[str] = ()) -> Recording:
    """Read an EDF or EDF+ file.

    channels: labels (or part of one), or numbers from 1, of the signals wanted; empty: the first muscle signal.
    Raises SensorError with a sentence and a remedy for whatever is wrong with the file.
    """
    path = Path(path).expanduser()
    try:
        with warnings.catch_warnings(record=True) as complaints:
            warnings.simplefilter("always")
            return _read(path, channels, complaints)
    except SensorError:
        raise
    except Exception as error:  # whatever a damaged file does to a parser, the person gets one sentence
        raise SensorError(f"{path} is damaged and cannot be read as EDF: {_first_line(error)}", _REMEDY) from None


def _read(path: Path, channels: Sequence[str], complaints: Sequence[object]) -> Recording:
    _look_at(path)
    import edfio

    edf = edfio.read_edf(path, header_encoding="latin-1")
    remarks = _whole(path, edf, complaints)
    chosen, said = _choose(path, edf.signals, channels)
    remarks += said
    rates = {round(signal.sampling_frequency, 6) for signal in chosen}
    if len(rates) > 1:
        raise SensorError(
            f"{path}: the chosen channels have different rates ({', '.join(f'{r:g}' for r in sorted(rates))} a second)",
            "Choose channels of one rate with --channel.",
        )
    rate = float(chosen[0].sampling_frequency)
    if not (math.isfinite(rate) and rate > 0):
        raise SensorError(f"{path}: channel “{chosen[0].label}” has a rate of 0 a second.", "Choose another channel.")
    made, length = [], 0
    for signal in chosen:
        gain, offset, remark = _line(path, signal)
        codes = np.asarray(signal.digital)  # edfio hands out a memmap, whose slices cost three times as much
        length = len(codes)
        made.append(_Channel(codes, gain, offset))
        remarks += [remark] if remark else []
    if not length:
        raise SensorError(f"{path} holds no samples: the recording is empty.", "Record again, or choose another file.")
    labels = tuple(signal.label for signal in chosen)
    notes = tuple(Annotation(float(a.onset), float(a.duration or 0.0), a.text) for a in edf.annotations)
    return Recording(path, labels, tuple(map(_signal_of, labels)), rate, length, notes, tuple(remarks), tuple(made))


def _look_at(path: Path) -> None:
    """Say what is wrong with a file that is none, or that cannot be replayed, before a parser stumbles over it."""
    if not path.is_file():
        what = "is a folder, not a recording" if path.is_dir() else "does not exist"
        raise SensorError(f"{path} {what}.", "Check the path; recordings end in .edf.")
    try:
        with path.open("rb") as file:
            head = file.read(256)
    except OSError as error:
        raise SensorError(f"{path} cannot be read: {error.strerror}.", "Check its owner and permissions.") from None
    if not head:
        raise SensorError(f"{path} is empty (0 bytes).", _REMEDY)
    if head[:8].strip() != b"0" or len(head) < 256:
        raise SensorError(f"{path} is not an EDF file: it does not begin like one.", _REMEDY)
    if head[192:197] == b"EDF+D":
        raise SensorError(
            f"{path} is a discontinuous recording (EDF+D), whose pauses cannot be replayed.",
            "Convert it to a continuous one (EDF+C), for example with EDFbrowser.",
        )
    if not float(head[244:252]) > 0:
        raise SensorError(f"{path} gives its records a length of 0 seconds, so it has no rate.", _REMEDY)


def _whole(path: Path, edf: Any, complaints: Sequence[object]) -> list[str]:
    """Refuse a recording without samples; say in a sentence when its end is missing."""
    if not edf.signals:
        raise SensorError(f"{path} holds annotations only, no signal.", "Choose a recording with a muscle signal.")
    if edf.num_data_records < 1:
        raise SensorError(f"{path} holds no samples: the recording is empty.", _REMEDY)
    if not complaints:
        return []
    return [f"{path.name} ends early or was not closed properly; its {edf.num_data_records} whole records are used."]


def _choose(path: Path, signals: Sequence[Any], wanted: Sequence[str]) -> tuple[list[Any], list[str]]:
    """The signals asked for, or the one that looks most like a muscle; a sentence when it was a choice."""
    labels = ", ".join(f"{i} “{s.label}”" for i, s in enumerate(signals, 1))
    if wanted:
        return [_find(path, signals, name, labels) for name in wanted], []
    if len(signals) == 1:
        return [signals[0]], []
    chosen = next((s for s in signals if _MUSCLE.search(s.label)), None)
    chosen = chosen or next((s for s in signals if _PRESSURE.search(s.label)), signals[0])
    return [chosen], [f"{path.name} has several channels ({labels}); “{chosen.label}” is used. Choose with --channel."]


def _find(path: Path, signals: Sequence[Any], name: str, labels: str) -> Any:
    wanted = name.strip().casefold()
    if wanted.isdigit() and 1 <= int(wanted) <= len(signals):
        return signals[int(wanted) - 1]
    for fits in (lambda label: label == wanted, lambda label: bool(wanted) and wanted in label):
        found = [s for s in signals if fits(s.label.casefold())]
        if found:
            return found[0]
    raise SensorError(f"{path} has no channel “{name}”; there are: {labels}.", "Give one of these names or numbers.")


def _line(path: Path, signal: Any) -> tuple[float, float, str]:
    """Gain and offset from codes to volts at the pin, and a remark when the signal had to be amplified."""
    codes = signal.digital_max - signal.digital_min
    low, high = signal.physical_min, signal.physical_max
    if codes == 0 or low == high or not (math.isfinite(low) and math.isfinite(high)):
        raise SensorError(
            f"{path}: channel “{signal.label}” has no usable range (physical {low:g} to {high:g}, "
            f"digital {signal.digital_min} to {signal.digital_max}).",
            "Choose another channel with --channel, or export the file again.",
        )
    unit = signal.physical_dimension.strip()
    scale = _UNITS.get(unit.casefold())
    remark = ""
    if scale is None:
        scale = 1.0
        remark = (
            f"Channel “{signal.label}” has the unit “{unit or 'none'}”, which is not a voltage; it is read as volts."
        )
    gain = scale * (high - low) / codes
    offset = scale * low - signal.digital_min * gain
    reach = scale * max(abs(low), abs(high))
    if scale < 1.0 and reach < SKIN_BELOW_V:
        factor = 10.0 ** math.floor(math.log10(MID_SUPPLY_V / reach))
        middle = MID_SUPPLY_V if min(low, high) < 0 else 0.0
        gain, offset = gain * factor, offset * factor + middle
        around = f" around {middle} V" if middle else ""
        remark = (
            f"Channel “{signal.label}” is in {unit}, straight from the skin; "
            f"it is read as amplified ×{factor:g}{around}."
        )
    return gain, offset, remark


def _signal_of(label: str) -> str:
    """What a label says the signal is: `EMG raw`, `EMG TRAP env`, `Pressure`; empty when it says nothing."""
    if _PRESSURE.search(label):
        return "pressure"
    if _MUSCLE.search(label):
        return "emg-envelope" if _ENVELOPE.search(label) else "emg-raw"
    return ""


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:160]
