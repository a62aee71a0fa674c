"""What the muscle does: frames in; readings, quality, tension and minutes out.

    Frame ─► one SignalPath per channel ─► the channel that decides ─► TensionRule, MinuteBook ─► events

Two EMG channels: the more loaded one decides.  EMG with a pressure pad: EMG decides, the pad only tells presence.
What is broken of the two is said (sides.py), and the other goes on.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec import structs

from station.core.component import NEVER, Handler, Message
from station.core.events import (
    OutputTrouble,
    OutputWell,
    Preferred,
    Presence,
    Quality,
    Reading,
    SensorTrouble,
    SensorWell,
    YardstickDoubted,
)
from station.core.inputs import Frame, SensorLost, Tick, UseCalibration
from station.core.load import MinuteBook
from station.core.quality import REASONS
from station.core.sides import Sides
from station.core.signal import Measured, SignalPath
from station.core.tension import Settings, TensionRule, personal_threshold
from station.core.yardstick import SignalKind, Yardstick, from_dict

# Without a frame for so long the signal is stale.
STALE_S = 0.5
# With a pressure pad, recovery is below this part of the threshold.
RECOVERY_OF_PRESSURE = 0.7
# Nobody leans on the pad, and the muscle rests: for so long this is a person who sits forward and pauses.  With desk
# work on an empty pad 30 s keep the rest share within .02 of the muscle's own; 10 s lose .03 to .11 of it.
EMPTY_S = 30.0
DOUBTED = "the yardstick does not seem to fit today"
NO_YARDSTICK = "not calibrated yet: loads are shown after a calibration"


class Sensing:
    """The component between the sensor's volts and everything the station knows of the muscle."""

    def __init__(
        self,
        settings: Settings | None = None,
        signals: Sequence[SignalKind] = ("emg-raw",),
        yardsticks: Sequence[Yardstick | None] = (),
    ) -> None:
        """One signal kind and (where known) one yardstick for each channel of the frames."""
        self.settings = settings or Settings()
        self.signals = tuple(signals)
        self._sides = Sides(self.signals)
        self._of_sides: list[OutputTrouble | OutputWell] = []  # what they have said of this frame
        self._last_frame: float | None = None
        self._well = False
        self._state = self._reason = ""  # the quality as it was told last
        self._present = True
        self._limit = 1.0
        """How much wider than calibrated the person wants the limit of tension (`load_limit`)."""
        self._use(yardsticks)

    def routes(self) -> Mapping[type, Handler]:
        """See Component."""
        return {
            Frame: self._on_frame,
            UseCalibration: self._on_calibration,
            SensorLost: self._on_lost,
            Tick: self._on_tick,
            Presence: self._on_presence,
            Preferred: self._on_preferred,
            YardstickDoubted: self._on_doubt,
        }

    def due(self) -> float:
        """When the signal would be stale."""
        return NEVER if self._last_frame is None or not self._well else self._last_frame + STALE_S

    def _use(self, yardsticks: Sequence[Yardstick | None]) -> None:
        padded = [*yardsticks, *[None] * len(self.signals)][: len(self.signals)]
        self.yardsticks = tuple(padded)
        self._since = math.inf  # when these paths felt their first sample
        self._paths = [SignalPath(kind, stick) for kind, stick in zip(self.signals, padded, strict=True)]
        self._push = self._paths[0].push if len(self._paths) == 1 else None  # the only channel's way
        emg = [k for k, kind in enumerate(self.signals) if kind != "pressure"]
        self._deciding = emg or list(range(len(self.signals)))
        pressure = not emg
        noise = max((stick.noise_rve_percent for stick in self._sticks()), default=0.0)
        doubt, unit = "", "% of fully raised" if pressure else "%RVE"
        if not pressure and noise > self.settings.noise_limit_rve_percent:
            doubt = f"the sensor's noise is {noise:.0f} %RVE, too much to be sure"
        if pressure:
            threshold = self.settings.pressure_load_percent
            recovery = RECOVERY_OF_PRESSURE * threshold
        else:
            typing = [stick.typing_p50 for stick in self._sticks() if stick.typing_p50 is not None]
            threshold = personal_threshold(self.settings, max(typing, default=None))
            recovery = min(self.settings.recovery_load_rve_percent, threshold)
        self._threshold = threshold
        self._standing_doubt = doubt
        self._rule = TensionRule(self.settings, threshold * self._limit, recovery, doubt, unit)
        self._minutes = MinuteBook()
        self._empty_s = 0.0  # since when the pad has felt nobody and the muscle has done nothing

    def _sticks(self) -> list[Yardstick]:
        """The known yardsticks of the deciding channels."""
        return [stick for k in self._deciding if (stick := self.yardsticks[k]) is not None]

    def _on_frame(self, frame: Frame, now: float) -> Iterable[Message]:
        self._last_frame = now
        push = self._push
        hops = push(frame.volts, frame.t_last, frame.rate, frame.lost) if push else self._of_channels(frame)
        if not hops and self._well:
            return ()  # four of five short frames end here: they fill no hop
        told: list[Message] = []
        if not self._well:
            self._well = True
            told.append(SensorWell(frame.rate))
        for hop in hops:
            self._tell(hop, told)
        if self._of_sides:
            told += self._of_sides
            self._of_sides = []
        return told

    def _tell(self, hop: Measured, told: list[Message]) -> None:
        """One tenth of a second, one answer."""
        t, span, load = hop.t, hop.span, hop.rve_percent
        resting, state, reason = hop.resting, hop.state, hop.reason
        if load is None and state == "ok":
            reason = NO_YARDSTICK
        if state != self._state or reason != self._reason:
            self._state, self._reason = state, reason
            told.append(Quality(state, reason))
        if t < self._since:  # the first windows reach back to before the first sample
            if self._since == math.inf:
                self._since = hop.end - span
            if t < self._since:
                return
        told.append(Reading(t, load, resting, state))
        said = self._rule.hop(hop.end, span, load, resting, not self._present)
        if said:
            told.extend(said)
        minute = self._minutes.hop(t, span, load, resting)
        if minute is not None:
            told.append(minute)

    def _of_channels(self, frame: Frame) -> list[Measured]:
        """One answer of all channels for each hop."""
        volts = frame.volts
        by_channel = [
            path.push(volts[:, k], frame.t_last, frame.rate, frame.lost) for k, path in enumerate(self._paths)
        ]
        answers = []
        for hops in zip(*by_channel, strict=True):
            answers.append(answer := self._of_hops(hops))
            self._of_sides += self._sides.hop(hops, answer)
        return answers

    def _of_hops(self, hops: Sequence[Measured]) -> Measured:
        hop = self._deciding_hop(hops)
        if len(hops) == len(self._deciding) or not self._nobody_there(hops, hop):
            return hop
        return structs.replace(hop, state="absent", reason=REASONS["absent"], rve_percent=None, resting=False)

    def _deciding_hop(self, hops: Sequence[Measured]) -> Measured:
        """The more loaded of the believable channels; without any, the first."""
        if len(self._deciding) == 1:
            return hops[self._deciding[0]]
        believed = [hops[k] for k in self._deciding if hops[k].rve_percent is not None]
        return max(believed, key=_load_of) if believed else hops[self._deciding[0]]

    def _nobody_there(self, hops: Sequence[Measured], hop: Measured) -> bool:
        """Nobody leans on the pad *and* the muscle has long been still: who sits forward, works and pauses is there."""
        if hop.state == "ok" and hop.rve_percent is None:
            return False  # without a yardstick nobody knows what is still
        works = hop.state == "motion" or (hop.rve_percent is not None and not hop.resting)
        empty = any(other.state == "absent" for other in hops) and not works
        self._empty_s = self._empty_s + hop.span if empty else 0.0
        # Electrodes that feel nothing leave no doubt about the pad.
        return empty and (hop.rve_percent is None or self._empty_s >= EMPTY_S)

    def _on_calibration(self, message: UseCalibration, now: float) -> Iterable[Message]:
        self._use([from_dict(stored) for stored in message.calibrations])
        return ()

    def _on_lost(self, message: SensorLost, now: float) -> Iterable[Message]:
        self._well = False
        self._state, self._reason = "stale", message.reason
        return (SensorTrouble(message.reason, message.remedy), Quality("stale", message.reason))

    def _on_tick(self, message: Tick, now: float) -> Iterable[Message]:
        if self._well and self._last_frame is not None and now - self._last_frame >= STALE_S:
            self._well = False
            self._state, self._reason = "stale", "no samples arrive"
            return (Quality("stale", "no samples arrive"),)
        return ()

    def _on_presence(self, message: Presence, now: float) -> Iterable[Message]:
        self._present = message.state != "away"
        return () if self._present else self._rule.leave()

    def _on_preferred(self, event: Preferred, now: float) -> Iterable[Message]:
        if event.name == "load_limit":
            self._limit = int(event.value) / 100
            self._rule.load_threshold = self._threshold * self._limit
        return ()

    def _on_doubt(self, event: YardstickDoubted, now: float) -> Iterable[Message]:
        # What cannot be would make days of false alarms (PRODUCT §6); the other signs are only a question.
        self._rule.doubt = self._standing_doubt or (DOUBTED if event.sign == "impossible" else "")
        return ()


def _load_of(hop: Measured) -> float:
    return hop.rve_percent or 0.0


def stored(yardsticks: Sequence[Yardstick]) -> tuple[dict[str, object], ...]:
    """Yardsticks as `UseCalibration` wants them."""
    return tuple(msgspec.to_builtins(stick) for stick in yardsticks)
