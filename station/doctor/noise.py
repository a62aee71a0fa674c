"""How clean a raw signal is: how much of it is hum from the mains, and how still its stillest moment is.

Both are properties of wires and amplifiers; what the muscle did is not told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

# Below it: heartbeat and motion, which the station's own filter takes away, too (DESIGN §4: high-pass at 30 Hz).
LOWEST_HZ: Final = 30.0
HALF_WIDTH_HZ: Final = 1.5
HARMONICS: Final = 7
WINDOW_S: Final = 0.25
STILLEST: Final = 0.05  # quantile: a single lucky window is not the floor
# Two thirds of the power: the hum is then 1.4 times as strong as everything else together.  Beside a relaxed muscle any
# hum is that, so it also has to matter: 5 mV at the pin are 5 µV behind a board's usual thousandfold, 4 % of the power
# of a weak 25 µV reference, from where on the station itself minds (station/core/quality.py, HUM_OVER_REFERENCE).
MUCH_HUM: Final = 2 / 3
MUCH_HUM_UV: Final = 5000.0


@dataclass(frozen=True, slots=True)
class Cleanness:
    """mains_hz: 50 or 60, whichever is stronger.  hum: its share of the power, 0..1.  `…_uv`: µV rms at the pin."""

    mains_hz: int
    hum: float
    hum_uv: float
    floor_uv: float

    @property
    def hums(self) -> bool:
        """More hum than anything else, and enough of it to matter."""
        return self.hum > MUCH_HUM and self.hum_uv > MUCH_HUM_UV


def clean(volts: npt.NDArray[np.float32], rate: float) -> Cleanness | None:
    """About one channel, volts (n,) at `rate` a second; None when a second or less was heard."""
    if rate <= 0 or len(volts) <= rate:
        return None
    spectrum = np.fft.rfft(volts - volts.mean())
    hz = np.fft.rfftfreq(len(volts), 1 / rate)
    spectrum[hz < LOWEST_HZ] = 0
    power = np.abs(spectrum) ** 2
    shares = {mains: float(power[_near(hz, mains, rate)].sum() / (power.sum() or 1.0)) for mains in (50, 60)}
    mains = max(shares, key=lambda each: shares[each])
    # Parseval, one-sided: every tone stands twice in the whole spectrum.
    hum_uv = 1e6 * float(np.sqrt(2 * shares[mains] * power.sum())) / len(volts)
    spectrum[_near(hz, mains, rate)] = 0
    quiet = np.fft.irfft(spectrum, len(volts))
    size = max(1, int(WINDOW_S * rate))
    windows = quiet[: len(quiet) // size * size].reshape(-1, size)
    floor = float(np.quantile(np.sqrt((windows**2).mean(axis=1)), STILLEST))
    return Cleanness(mains, shares[mains], hum_uv, floor * 1e6)


def _near(hz: npt.NDArray[np.floating[Any]], mains: int, rate: float) -> npt.NDArray[np.bool_]:
    """Which frequencies are the mains or one of its multiples, as far as the rate can carry them."""
    tones = [mains * k for k in range(1, HARMONICS + 1) if mains * k < 0.47 * rate]
    near: npt.NDArray[np.bool_] = np.any([np.abs(hz - tone) <= HALF_WIDTH_HZ for tone in tones], axis=0)
    return near
