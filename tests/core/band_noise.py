"""Noise with the spectrum of a muscle, for whoever needs one without a whole person."""

import numpy as np


def band_noise(count: int, rate: float, seed: int, low_hz: float = 20.0, high_hz: float = 200.0) -> np.ndarray:
    """`count` samples of noise between two frequencies, with the edges of a second-order Butterworth; deviation 1."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(size=count))
    hz = np.fft.rfftfreq(count, 1 / rate)[1:]
    spectrum[0] = 0.0
    spectrum[1:] /= np.sqrt((1 + (low_hz / hz) ** 4) * (1 + (hz / high_hz) ** 4))
    noise = np.fft.irfft(spectrum, count)
    return noise / noise.std()
