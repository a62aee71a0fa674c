"""What a calibration knows of one channel: where rest is, where the reference is, and how noisy the way between.

All loads are given in %RVE: per cent of a *reference voluntary electrical activity*, a gentle, submaximal, repeatable
posture (arms held out).  Mathiassen, Winkel & Hägg 1995 (J Electromyogr Kinesiol 5:197-226) review why that is more
repeatable and kinder than a maximal effort.  A yardstick is only as good as the electrodes' place on the skin: put on
anew, they have another gain, and the 20 s daily reference exists for that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from station.core.emg_power import BANDS, MAINS_HZ, WIDE, Band, HopPower, as_white, powers_of

SignalKind = Literal["emg-raw", "emg-envelope", "pressure"]
Volts = npt.NDArray[Any]

# Rest and reference must differ by at least this factor in amplitude, or nothing between them can be told apart.
LEAST_FACTOR = 3.0
# %RVE: below this the muscle rests.  Like, not equal to, the 0.5 %MVE of Veiersted 1990: 100 %RVE are some 10-20 %MVE.
REST_RVE = 5.0
# Without a reference, 100 "%RVE" are set at so many times the amplitude of rest.
REST_ONLY_FACTOR = 30.0
# What the calibration does not see of each band, by simulation.  Light work is done by other motor units than the
# reference, with waves of other widths, and the less of the low frequencies a band has, the more that changes the
# amplitude of 5.6 %RVE: relative standard deviation beyond WIDE's own, means of 24 muscles of hardware/sensors/person
# (tests/benchmarks/bench_bands.py: .013, .023, .039) and 24 of Tensionbench (.009, .048, .077).
COLOURS: Mapping[Band, float] = {Band(45.0, 0.0): 0.011, WIDE: 0.0, Band(45.0, 0.5): 0.036, Band(45.0, 1.0): 0.058}
# And tomorrow the electrodes sit nearer to the heart: the scatter over 0.3 s of 70 beats a minute of 40 %RVE, %RVE²
# (Tensionbench's; of hardware/sensors/person .06, .92, .04 and .01).
HEARTS: Mapping[Band, float] = {Band(45.0, 0.0): 0.2, WIDE: 1.6, Band(45.0, 0.5): 0.1, Band(45.0, 1.0): 0.02}
# 60 Hz is taken for the mains when it has so many times the power of 50 Hz in the rest recording, and is a line at all.
SURE_MAINS = 4.0
# Another frequency is believed so far from these, when it has so many times the power of all around it.  A large grid
# wanders by less, and the notches of 4 Hz do not mind.
OFF_HZ = np.linspace(-1.0, 1.0, 41)
USUAL_OFF_HZ, SURE_LINE = 0.12, 10.0
# Volts: within this of a supply rail a sample is not a measurement.
RAIL_MARGIN = 0.010
SUPPLY = 3.3
SHORTEST_S = 3.0
# A pressure pad's relaxed and raised levels must differ by this part of the larger one.
LEAST_PRESSURE_STEP = 0.10


class Implausible(Exception):  # noqa: N818 - a finding about a measurement, not an error of the program
    """The measurement cannot be a yardstick; the sentence says what to try."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Yardstick(msgspec.Struct, frozen=True, kw_only=True):
    """One channel's calibration.  Powers are in V² after the filters, levels in V at the pin."""

    signal: SignalKind
    rate: float  # samples a second, as measured during the calibration
    rest_level: float  # V: median at rest (the zero of envelope and pressure sensors)
    reference_level: float  # V: at the reference: median (envelope, pressure) or rms above 30 Hz (raw)
    rest_top: float = 0.0  # V: what rest itself reaches 2 % of the time (envelope): less than that is still rest
    rest_power: float = 0.0  # V²: EMG band at rest, after the notches
    reference_power: float = 0.0  # V²: EMG band at the reference, after the notches, rest power taken off
    highpass_hz: float = BANDS[0].highpass_hz  # the band that served best at the calibration
    emphasis: float = BANDS[0].emphasis
    white_share: float = 1.0  # how much of the reference looks like white noise (`as_white`); 1: all, or unknown
    mains_hz: float = 50.0  # about 50 or 60, found in the rest recording
    hum_power: float = 0.0  # V²: mains hum at the pin, at rest
    motion_power: float = 0.0  # V²: the largest 0.8-12 Hz power of any second of the calibration
    noise_rve_percent: float = 0.0  # the amplitude at rest
    typing_p50: float | None = None  # %RVE: median load of two minutes of typing, when recorded
    rest_only: bool = False  # True: no reference was possible; the reference is assumed and only comparisons hold
    gain: float = 1.0  # amplitude factor of a later daily reference
    created: str = ""  # ISO date and time of storing it; "" unknown


def as_dict(yardstick: Yardstick) -> dict[str, Any]:
    """The yardstick as a plain dictionary, ready for JSON."""
    plain: dict[str, Any] = msgspec.to_builtins(yardstick)
    return plain


def from_dict(stored: dict[str, Any]) -> Yardstick:
    """The yardstick of a stored dictionary.  Raises msgspec.ValidationError when it is not one."""
    return msgspec.convert(stored, Yardstick)


def measure(
    signal: SignalKind,
    rest_volts: Volts,
    reference_volts: Volts | None,
    rate: float,
) -> Yardstick:
    """A yardstick from recorded segments: 1-D arrays of volts at the pin, at `rate` samples a second.

    Without `reference_volts` the yardstick is rest-only.  Raises Implausible with a sentence on what to try.
    """
    # A smoothed sensor may well stand still (clipped at rest, a fixed level as reference); raw EMG never does.
    raw = signal == "emg-raw"
    rest = _checked(rest_volts, rate, "rest", raw)
    reference = None if reference_volts is None else _checked(reference_volts, rate, "reference", raw)
    return {"emg-raw": _raw, "emg-envelope": _envelope, "pressure": _pressure}[signal](rest, reference, rate)


def _checked(volts: Volts, rate: float, name: str, may_not_stand_still: bool) -> Volts:
    """The segment as a float array, or Implausible."""
    volts = np.asarray(volts, dtype=np.float64)
    if len(volts) < SHORTEST_S * rate:
        raise Implausible(
            f"The {name} recording is shorter than {SHORTEST_S:.0f} s. Try again and hold a little longer."
        )
    railed = np.mean(volts > SUPPLY - RAIL_MARGIN)
    if railed > 0.05:
        raise Implausible(f"The signal stands at its upper limit during {name}. Check the electrodes and the gain.")
    if may_not_stand_still and np.ptp(volts) < 2e-4:
        raise Implausible(f"The signal does not move at all during {name}. Check the cable and the electrodes.")
    return volts


def _hop_powers(hops: list[HopPower]) -> npt.NDArray[np.float64]:
    return np.array([sum(hop.parts) / len(hop.parts) for hop in hops])


def _smoothed(powers: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Powers over 0.3 s, the shortest time in which rest is to be told from load."""
    return np.convolve(powers, np.full(3, 1 / 3), "valid")


class _Seen(NamedTuple):
    """A band's view of the two segments."""

    band: Band
    rest: npt.NDArray[np.float64]  # V² per hop
    reference: npt.NDArray[np.float64]
    hum: float
    motion: float
    white: float  # V²: what the reference adds to rest, by the looks of its quiet frequencies

    @property
    def reference_power(self) -> float:
        """V²: what the reference adds to rest."""
        return float(np.mean(self.reference) - np.mean(self.rest))

    @property
    def uncertainty(self) -> float:
        """How uncertain a load at the threshold of rest is, in %RVE²: the scatter of rest, with a heartbeat, and of the
        muscle itself, and how far its units may be from the reference's (for power twice that of the amplitude)."""
        scatter = 1e4 * float(np.std(_smoothed(self.rest))) / self.reference_power
        own = float(np.std(_smoothed(self.reference)) / np.mean(self.reference))
        return math.hypot(scatter, HEARTS[self.band]) + REST_RVE**2 * (own + 2 * COLOURS[self.band])


def _see(band: Band, rest: Volts, reference: Volts, rate: float, mains_hz: float) -> _Seen:
    at_rest, held = powers_of(rest, rate, mains_hz, band), powers_of(reference, rate, mains_hz, band)
    hum = float(np.median([hop.hum for hop in at_rest]))
    motion = max(_worst_second(at_rest), _worst_second(held))
    white = as_white([hop.look for hop in held]) - as_white([hop.look for hop in at_rest])
    return _Seen(band, _hop_powers(at_rest), _hop_powers(held), hum, motion, white)


def _mains(rest: Volts, rate: float) -> float:
    """50 or 60, whichever is clearly there, or what clearly is there within a hertz of it; 50 where neither is.

    A generator or the grid of an island is off by more than the notches forgive, and so is everything in a recording
    whose rate is not quite what its header says.
    """
    turns = 2j * np.pi * np.arange(len(rest)) / rate
    windowed = (rest - np.mean(rest)) * np.hanning(len(rest))
    tones = np.add.outer(MAINS_HZ, OFF_HZ)
    # Each tone is the one before, turned a little further: an exponential for each would take ten times as long.
    turned = windowed * np.exp(np.multiply.outer(-tones[:, 0], turns))
    further, power = np.exp(-(OFF_HZ[1] - OFF_HZ[0]) * turns), np.empty(tones.shape)
    for k in range(len(OFF_HZ)):
        power[:, k] = abs(turned.sum(axis=1)) ** 2
        turned *= further
    which, off = np.unravel_index(power.argmax(), power.shape)
    loudest, elsewhere = tones[which, off], np.abs(tones - tones[which, off]) > 4 * rate / len(rest)  # its own foot
    is_line = 0 < off < len(OFF_HZ) - 1 and power.max() > SURE_LINE * power[elsewhere].max()
    if is_line and abs(OFF_HZ[off]) > USUAL_OFF_HZ:
        return round(float(loudest), 2)
    at50, at60 = power[:, len(OFF_HZ) // 2]
    # In hiss alone one of two tones has four times the power of the other in a fifth of all recordings.
    return 60.0 if at60 > max(SURE_MAINS * at50, 2 * SURE_LINE * np.median(power[1])) else 50.0


def _raw(rest: Volts, reference: Volts | None, rate: float) -> Yardstick:
    mains_hz = _mains(rest, rate)
    views = [_see(band, rest, rest if reference is None else reference, rate, mains_hz) for band in BANDS]
    best, wide = views[0], next(view for view in views if view.band == WIDE)
    if reference is None:
        reference_power = REST_ONLY_FACTOR**2 * float(np.mean(best.rest))
        wide_power = REST_ONLY_FACTOR**2 * float(np.mean(wide.rest))
    else:
        useful = [view for view in views if np.mean(view.reference) >= LEAST_FACTOR**2 * np.mean(view.rest)]
        if not useful:
            raise Implausible(_TOO_CLOSE)
        best = min(useful, key=lambda view: view.uncertainty)
        reference_power, wide_power = best.reference_power, wide.reference_power
    rest_power = float(np.mean(best.rest))
    return Yardstick(
        signal="emg-raw",
        rate=rate,
        rest_level=float(np.median(rest)),
        reference_level=math.sqrt(max(wide_power, 0.0)),
        rest_power=rest_power,
        reference_power=reference_power,
        highpass_hz=best.band.highpass_hz,
        emphasis=best.band.emphasis,
        white_share=1.0 if reference is None else best.white / reference_power,
        mains_hz=mains_hz,
        hum_power=best.hum,
        motion_power=best.motion,
        noise_rve_percent=100 * math.sqrt(rest_power / reference_power),
        rest_only=reference is None,
    )


def _worst_second(hops: list[HopPower]) -> float:
    motion = np.array([hop.motion for hop in hops])  # of 3 s at least: more than the 10 hops of a second
    return float(np.convolve(motion, np.full(10, 0.1), "valid").max())


def _envelope(rest: Volts, reference: Volts | None, rate: float) -> Yardstick:
    rest_level = float(np.median(rest))
    spread = float(np.percentile(rest, 84) - np.percentile(rest, 16)) / 2
    if reference is None:
        reference_level = rest_level + max(20 * spread, rest_level)
        if reference_level == rest_level:  # a sensor that gives nothing at all
            raise Implausible(_TOO_CLOSE)
    else:
        reference_level = float(np.median(reference))
        if reference_level - rest_level <= LEAST_FACTOR * 2 * spread or reference_level < LEAST_FACTOR * rest_level / 2:
            raise Implausible(_TOO_CLOSE)
    return Yardstick(
        signal="emg-envelope",
        rate=rate,
        rest_level=rest_level,
        reference_level=reference_level,
        rest_top=float(np.percentile(rest, 98)),
        rest_power=spread**2,
        noise_rve_percent=100 * spread / (reference_level - rest_level),
        rest_only=reference is None,
    )


def _pressure(rest: Volts, reference: Volts | None, rate: float) -> Yardstick:
    if reference is None:
        raise Implausible(
            "A pressure pad needs both: shoulders relaxed, then raised. Lift them once for fifteen seconds."
        )
    rest_level, raised = float(np.median(rest)), float(np.median(reference))
    if abs(raised - rest_level) <= LEAST_PRESSURE_STEP * max(raised, rest_level):
        raise Implausible(
            "The pad feels no difference between relaxed and raised shoulders. Move it a little and try again."
        )
    spread = float(np.percentile(rest, 84) - np.percentile(rest, 16)) / 2
    return Yardstick(
        signal="pressure",
        rate=rate,
        rest_level=rest_level,
        reference_level=raised,
        rest_power=spread**2,
        noise_rve_percent=100 * spread / abs(raised - rest_level),
    )


_TOO_CLOSE = (
    "Rest and reference differ by less than a factor of 3. Let the arms rest on the desk for the first part, "
    "hold them out for the second, and check that the electrodes stick."
)
