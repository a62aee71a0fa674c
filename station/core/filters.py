"""Linear filters as one matrix: a whole cascade, a tenth of a second at a time, in a single product.

    [ outputs ]       [ samples ]
    [ state'  ]  =  M [ state   ]

A biquad run sample by sample costs a Python step a sample; the same cascade over a hop of N samples is a fixed linear
map of (N samples, n state values), so it is worked out once for the measured rate and then costs one matrix product.
It is exact: nothing is truncated, and the answer does not depend on how the samples arrived.

Designs: Butterworth by the bilinear transform with pre-warping, notches as constrained biquads (Oppenheim & Schafer,
Discrete-Time Signal Processing, ch. 7).  Tests compare them with scipy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


class Biquad(NamedTuple):
    """One second-order section, a0 = 1: y = b0 x + b1 x' + b2 x'' - a1 y' - a2 y''."""

    b0: float
    b1: float
    b2: float
    a1: float
    a2: float


def butterworth(order: int, cutoff_hz: float, rate: float, kind: str) -> list[Biquad]:
    """A Butterworth filter of even `order` as biquads; `kind` is "highpass" or "lowpass".

    Raises ValueError for an odd order or a cutoff that is not between 0 and half the rate.
    """
    if order < 2 or order % 2:
        raise ValueError(f"order {order}: this design is made of pairs; use 2, 4, 6, ...")
    if not 0 < cutoff_hz < rate / 2:
        raise ValueError(
            f"cutoff {cutoff_hz} Hz must lie between 0 and {rate / 2} Hz (half of {rate} samples a second)"
        )
    warped = math.tan(math.pi * cutoff_hz / rate)
    sections = []
    for pair in range(order // 2):
        damping = 2 * math.sin(math.pi * (2 * pair + 1) / (2 * order))  # s^2 + damping s + 1
        norm = 1 / (1 + damping * warped + warped * warped)
        a1, a2 = 2 * (warped * warped - 1) * norm, (1 - damping * warped + warped * warped) * norm
        if kind == "highpass":
            sections.append(Biquad(norm, -2 * norm, norm, a1, a2))
        else:
            gain = warped * warped * norm
            sections.append(Biquad(gain, 2 * gain, gain, a1, a2))
    return sections


def notch(centre_hz: float, width_hz: float, rate: float) -> Biquad:
    """A notch with zero gain at `centre_hz` and -3 dB `width_hz` apart.

    Raises ValueError when the centre is not between 0 and half the rate.
    """
    if not 0 < centre_hz < rate / 2:
        raise ValueError(f"notch at {centre_hz} Hz must lie between 0 and {rate / 2} Hz")
    turn = math.cos(2 * math.pi * centre_hz / rate)
    norm = 1 / (1 + math.tan(math.pi * width_hz / rate))
    return Biquad(norm, -2 * norm * turn, norm, -2 * norm * turn, 2 * norm - 1)


class Cascade:
    """Biquads in series, with taps after chosen sections, traced symbolically.

    `rows` are linear functionals of (samples, state): running the cascade once over them yields the block matrix.
    """

    def __init__(self, sections: Sequence[Biquad], state: Array) -> None:
        self.sections = tuple(sections)
        self.state = state  # shape (2 * sections, width), one row per state value

    def step(self, sample: Array, tap: int) -> tuple[Array, Array]:
        """Advance by one sample; the signal after `tap` sections, and after all of them."""
        tapped = sample
        for k, (b0, b1, b2, a1, a2) in enumerate(self.sections):
            out = b0 * sample + self.state[2 * k]
            self.state[2 * k] = b1 * sample - a1 * out + self.state[2 * k + 1]
            self.state[2 * k + 1] = b2 * sample - a2 * out
            sample = out
            if k + 1 == tap:
                tapped = out
        return tapped, sample


def steady_state(sections: Sequence[Biquad]) -> Array:
    """The state of the cascade after an endless constant input of 1: shape (2 * sections,)."""
    state = np.zeros(2 * len(sections))
    level = 1.0
    for k, (b0, b1, b2, a1, a2) in enumerate(sections):
        out = level * (b0 + b1 + b2) / (1 + a1 + a2)
        state[2 * k + 1] = b2 * level - a2 * out
        state[2 * k] = (b1 + b2) * level - (a1 + a2) * out
        level = out
    return state
