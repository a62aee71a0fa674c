"""A recording lived through again: the same engine, on virtual time, as fast as the machine can.

    recording ─► prepare: which signal, which yardstick? ─► play: frames ─► engine.handle(frame, its own time) ─► events

Time is the recording's: 0 is its first sample, and nothing here can read a clock, so the same file always gives the
same events.  A calibration noted in the recording is in force from its end on, as it would have been at the desk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import msgspec
import numpy as np

from hardware.sensors.contract import SensorError
from hardware.sensors.edf_reader import Recording, read
from station.core.budget import Budget
from station.core.coach import Coach
from station.core.coach import Settings as CoachSettings
from station.core.emg_power import hop_samples
from station.core.engine import Engine
from station.core.events import Event
from station.core.inputs import Frame, Input, Tick, UseCalibration
from station.core.presence import PresenceWatch
from station.core.sensing import Sensing
from station.core.yardstick import Implausible, SignalKind, Volts, Yardstick, measure
from station.errors import StationError

REST, REFERENCE = "calibration/rest", "calibration/reference"
# Below 300 samples a second raw EMG is off by more than a tenth, below 475 by some hundredths (DESIGN §4).
SLOWEST_RAW, SLOW_RAW = 300.0, 475.0
# A calibration later than this was not made for what came before it, but it is the best there is for it.
BEGINNING_S = 300.0
# Without notes: so much of the recording is taken for rest, if it is about as quiet as the quietest part.
ASSUMED_REST_S = 15.0
ABOUT_AS_QUIET = 1.5
# ... which tells little of a recording that is not at least so many times as long.
MUCH_LONGER = 3
HOPS_AT_ONCE = 600


@dataclass(frozen=True, slots=True)
class Prepared:
    """A recording with everything decided that has to be decided before it plays.

    in_force_s: the second from which the yardsticks count.
    remarks: sentences for the person about what was decided.
    """

    recording: Recording
    signals: tuple[SignalKind, ...]
    yardsticks: tuple[Yardstick, ...]
    in_force_s: float
    remarks: tuple[str, ...]

    @property
    def unit(self) -> str:
        """What the load is told in: with electrodes %RVE, with a pad alone a part of fully raised."""
        return "%" if all(kind == "pressure" for kind in self.signals) else "%RVE"


def load(path: str, channels: Sequence[str] = ()) -> Recording:
    """Read a recording; what is wrong with the file is a StationError."""
    try:
        return read(path, channels)
    except SensorError as error:
        raise StationError(error.problem, error.remedy) from None


def prepare(recording: Recording, signals: Sequence[str] = ()) -> Prepared:
    """Decide what the channels are and measure their yardsticks from the recording's own calibration.

    signals: what each channel is; empty: what its label says, else raw EMG.
    Raises StationError when the recording has no rest to measure from, or its calibration is not plausible.
    """
    labelled = [named or "emg-raw" for named in recording.signals]
    chosen = tuple(cast(SignalKind, name) for name in (*signals, *labelled[len(signals) :])[: len(labelled)])
    remarks = [*recording.remarks, *_pace(recording, chosen)]
    rests, references = recording.noted(REST), recording.noted(REFERENCE)
    yardsticks = []
    for k, signal in enumerate(chosen):
        reference = _joined(recording, k, [(n.onset, n.end) for n in references]) if references else None
        if rests:
            rest = _joined(recording, k, [(n.onset, n.end) for n in rests])
        else:
            rest, remark = _assumed_rest(recording, k)
            remarks.append(remark)
        yardsticks.append(_measured(recording, signal, rest, reference))
        if reference is None:
            remarks.append(
                f"{recording.path.name} has no annotation “{REFERENCE}”, so the reference is assumed: "
                "%RVE values compare moments of this recording only."
            )
    end = max((note.end for note in (*rests, *references)), default=0.0)
    if min((note.onset for note in rests), default=0.0) > BEGINNING_S:
        end = 0.0
        remarks.append("The calibration lies late in the recording; it is used for all of it.")
    return Prepared(recording, chosen, tuple(yardsticks), end, tuple(dict.fromkeys(remarks)))


def _pace(recording: Recording, signals: Sequence[SignalKind]) -> list[str]:
    """Refuse raw EMG that was sampled too slowly to be measured; say when it is a little slow."""
    if "emg-raw" not in signals or recording.rate >= SLOW_RAW:
        return []
    name, rate = recording.path.name, f"{recording.rate:g} samples a second"
    if recording.rate >= SLOWEST_RAW:
        return [f"{name} has {rate}; raw EMG is measured some hundredths too low below {SLOW_RAW:g}."]
    raise StationError(
        f"{recording.path} has {rate}, too few for raw EMG (at least {SLOWEST_RAW:g}).",
        "If it is an envelope (smoothed) signal, say so with --signal emg-envelope.",
    )


def _joined(recording: Recording, channel: int, spans: Sequence[tuple[float, float]]) -> Volts:
    return np.concatenate([recording.between(*span)[:, channel] for span in spans])


def _measured(recording: Recording, signal: SignalKind, rest: Volts, reference: Volts | None) -> Yardstick:
    try:
        return measure(signal, rest, reference, recording.rate)
    except Implausible as finding:
        raise StationError(
            f"{recording.path}: its calibration cannot be used. {finding.reason}",
            f"Check the annotations “{REST}” and “{REFERENCE}”, and that --signal {signal} is right.",
        ) from None


def _assumed_rest(recording: Recording, channel: int) -> tuple[Volts, str]:
    """Without an annotated rest: the beginning, if it is about the quietest part, else the quietest part."""
    size = max(1, round(ASSUMED_REST_S * recording.rate))
    name = recording.path.name
    if recording.length < size:
        raise StationError(
            f"{recording.path} has no annotation “{REST}” and is shorter than {ASSUMED_REST_S:.0f} s, "
            "so nothing can be measured from it.",
            f"Record at least a minute, best with `record --calibrate`; or annotate a stretch of rest as “{REST}”.",
        )
    starts = range(0, recording.length - size + 1, size)
    unrest = [_unrest(recording.volts(start, start + size)[:, channel]) for start in starts]
    quietest = int(np.argmin(unrest))
    at = 0 if unrest[0] <= ABOUT_AS_QUIET * unrest[quietest] else quietest
    where = (
        f"its first {ASSUMED_REST_S:.0f} s" if at == 0 else f"the quietest {ASSUMED_REST_S:.0f} s, from {_clock(at)},"
    )
    volts = recording.volts(starts[at], starts[at] + size)[:, channel]
    remark = f"{name} has no annotation “{REST}”; {where} are taken for rest."
    if recording.length < MUCH_LONGER * size:
        remark += (
            " That is so much of it that its figures say little: record some minutes, "
            "and begin with  desk-station record --calibrate."
        )
    return volts, remark


def _unrest(volts: Volts) -> float:
    """How lively 15 s are: mean level above the lowest plus the spread; a dead signal counts as the liveliest."""
    spread = float(np.median(np.abs(np.diff(volts))) + np.std(volts))
    return spread if np.ptp(volts) > 2e-4 else float("inf")


def _clock(block: int) -> str:
    minutes, seconds = divmod(round(block * ASSUMED_REST_S), 60)
    return f"{minutes}:{seconds:02d}"


def frames_of(recording: Recording) -> Iterator[Frame]:
    """The recording as the core wants it: one frame for each 0.1 s hop of the signal path.

    Samples are read a minute at a time: made one by one, a hop's volts would cost as much as feeling them.
    """
    rate, size = recording.rate, hop_samples(recording.rate)
    for heap in recording.frames(HOPS_AT_ONCE * size / rate):
        end, lost = round(heap.t_last * rate), heap.lost
        at = start = end - len(heap.volts)
        while at < end:
            stop = min(end, (at // size + 1) * size)  # whole multiples, so that cuts do not wander with losses
            yield Frame(heap.volts[at - start : stop - start], stop / rate, rate, lost)
            at, lost = stop, 0


def play(prepared: Prepared, frames: Iterable[Frame] | None = None) -> Iterator[tuple[float, Event]]:
    """All that the station would have said: (second at which it was decided, event), in order.

    frames: another way to the same samples (through the simulated chip); None takes them from the recording.
    """
    engine = Engine([Sensing(signals=prepared.signals), PresenceWatch(), Coach(CoachSettings(), Budget())])
    calibration: Input | None = UseCalibration(tuple(msgspec.to_builtins(stick) for stick in prepared.yardsticks))
    cut = _cut_at(prepared.in_force_s, frames if frames is not None else frames_of(prepared.recording))
    for frame in cut:
        now = frame.t_last
        yield from _waited(engine, now)
        if calibration and _samples_until(prepared.in_force_s, frame) <= 0:
            for event in engine.handle(calibration, now):
                yield now, event
            calibration = None
        for event in engine.handle(frame, now):
            yield now, event


def _samples_until(second: float, frame: Frame) -> int:
    """How many samples of a frame came before this second; all of it, or more, when it is later."""
    return round((second - frame.t_last) * frame.rate) + len(frame.volts)


def _cut_at(second: float, frames: Iterable[Frame]) -> Iterator[Frame]:
    """The frames, the one that reaches over this second in two: a calibration begins at its sample, however cut."""
    for frame in frames:
        ahead = _samples_until(second, frame)
        if 0 < ahead < len(frame.volts):
            after = len(frame.volts) - ahead
            yield Frame(frame.volts[:ahead], frame.t_last - after / frame.rate, frame.rate, frame.lost)
            yield Frame(frame.volts[ahead:], frame.t_last, frame.rate)
        else:
            yield frame


def _waited(engine: Engine, now: float) -> Iterator[tuple[float, Event]]:
    """Tell the time whenever somebody asked for it before `now`."""
    due = engine.due()
    while due < now:
        for event in engine.handle(Tick(), due):
            yield due, event
        before, due = due, engine.due()
        if due <= before:
            return
