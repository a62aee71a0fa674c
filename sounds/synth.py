"""Every sound that is not a voice, made from numbers: `python -m sounds.synth` writes chimes/ and ambience/ anew.

The idea: struck metal is a handful of partials that are not multiples of each other, the high ones dying first; a bed
is noise whose spectrum is drawn and whose phase is random, so that an inverse FFT gives a loop without a seam; the
breath pacer glides a fifth up for in, a fifth down for out.  Seeds are fixed: the same numbers come out every time.
Loudness is set by the ear's measure (loudness.py), LUFS as agreed for the whole mix:

    chime -24 (loudest 400 ms)   bowls -28, tick -31 (same)   pacer -29   beds -38   tension tone -32 (whole file)

Tones are WAV, since a lossy loop would click; noise beds are Ogg Opus.  All 48 kHz mono.
"""

from __future__ import annotations

import wave
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sounds.loudness import RATE, integrated, momentary

Wave = NDArray[np.float64]

# Bells as they were measured by founders: hum, prime, tierce, quint, nominal, ... relative to the prime.
BELL = ((0.5, 0.5, 1.0), (1.0, 1.0, 0.8), (1.183, 0.35, 0.6), (1.506, 0.2, 0.45), (2.0, 0.3, 0.35), (2.514, 0.1, 0.2))
# A singing bowl: few partials, far apart, each a pair that beats slowly.
BOWL = ((1.0, 1.0, 1.0), (2.71, 0.35, 0.5), (5.04, 0.1, 0.25), (7.87, 0.03, 0.12))
PACES_IN, PACES_OUT = (3, 4, 5), (5, 6, 7)
BED_SECONDS = 48  # four swells of twelve seconds


def main() -> None:
    """Write every sound beside this file."""
    here = Path(__file__).parent
    for name, make in tones().items():
        write_wav(here / "chimes" / f"{name}.wav", make())
    for name, make in beds().items():
        write_opus(here / "ambience" / f"{name}.ogg", make())


def tones() -> dict[str, Callable[[], Wave]]:
    """Name -> maker of every sound kept as WAV."""
    made: dict[str, Callable[[], Wave]] = {
        "chime": chime,
        "bowl-start": lambda: bowl(207.65, 6.0),
        "bowl-end": lambda: bowl(174.61, 8.0),
        "tick": tick,
        "tension": tension,
    }
    for seconds in PACES_IN:
        made[f"breath-in-{seconds}"] = partial(breath, seconds, rising=True)
    for seconds in PACES_OUT:
        made[f"breath-out-{seconds}"] = partial(breath, seconds, rising=False)
    return made


def beds() -> dict[str, Callable[[], Wave]]:
    """Name -> maker of every ambience loop."""
    return {"rain": rain, "waves": waves, "brown": brown}


def chime() -> Wave:
    """An offer: two soft bell notes, the second a fourth lower, 1.45 s, gone before it can annoy."""
    sound = np.zeros(round(1.45 * RATE))
    for start, pitch, level in ((0.0, 659.26, 1.0), (0.28, 493.88, 0.9)):
        note = struck(BELL, pitch / 2, 1.45 - start, ring=0.42, attack=0.018) * level
        sound[-len(note) :] += note
    return at_peak_momentary(faded(sound, 0.0, 0.35), -24.0)


def bowl(pitch: float, seconds: float) -> Wave:
    """A singing bowl, struck softly; the pair of each partial beats about every two seconds."""
    sound = struck(BOWL, pitch, seconds, ring=seconds / 4.5, attack=0.02)
    sound += struck(BOWL, pitch + 0.45, seconds, ring=seconds / 4.5, attack=0.02) * 0.6
    return at_peak_momentary(faded(sound, 0.0, seconds / 3), -28.0)


def tick() -> Wave:
    """A mark was set: a small wooden tap, 0.12 s."""
    sound = struck(((1.0, 1.0, 1.0), (2.76, 0.4, 0.4)), 620.0, 0.12, ring=0.022, attack=0.004)
    return at_peak_momentary(faded(sound, 0.0, 0.04), -31.0)


def tension() -> Wave:
    """One second of the biofeedback tone: whole periods of 220, 440 and 660 Hz, so that it loops on the sample."""
    t = seconds_of(1.0)
    sound = np.sin(2 * np.pi * 220 * t) + 0.25 * np.sin(2 * np.pi * 440 * t) + 0.08 * np.sin(2 * np.pi * 660 * t)
    return to_level(sound, integrated(np.tile(sound, 4)), -32.0)


def breath(seconds: float, rising: bool) -> Wave:
    """The pacer: a hum gliding a fifth (up: in, down: out) inside a breath of noise.

    In swells towards its end, out begins at once and thins away, so that the two cannot be mistaken.
    """
    t = seconds_of(seconds)
    way = 0.5 - 0.5 * np.cos(np.pi * t / seconds)
    low, high = 174.61, 261.63
    pitch = low * (high / low) ** (way if rising else 1 - way)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    hum = np.sin(phase) + 0.3 * np.sin(2 * phase) + 0.08 * np.sin(3 * phase)
    air = shaped_noise(len(t), lambda f: band(f, 900 if rising else 500, 1.1), seed=7 if rising else 8)
    swell = np.sin(np.pi / 2 * t / seconds) ** 1.5 if rising else np.cos(np.pi / 2 * t / seconds) ** 1.2
    sound = faded((hum + 0.5 * air) * swell, 0.25, 0.3)
    return to_level(sound, integrated(sound), -29.0)


def rain() -> Wave:
    """Steady rain at a window: bright noise and a scatter of single drops."""
    size = BED_SECONDS * RATE
    sound = shaped_noise(size, lambda f: band(f, 2200, 1.6) / np.sqrt(1 + (f / 9000) ** 4), seed=11)
    random = np.random.default_rng(12)
    for _ in range(BED_SECONDS * 9):
        drop = struck(((1.0, 1.0, 1.0), (1.9, 0.3, 0.6)), random.uniform(900, 2600), 0.06, ring=0.010, attack=0.003)
        start = int(random.integers(size))
        places = (start + np.arange(len(drop))) % size
        sound[places] += faded(drop, 0, 0.02) * random.exponential(0.9)
    return to_level(sound, integrated(sound), -38.0)


def waves() -> Wave:
    """A calm sea: every twelve seconds a wave comes in quickly and runs out slowly, none like the last."""
    size = BED_SECONDS * RATE
    t = seconds_of(BED_SECONDS)
    low = shaped_noise(size, lambda f: high_pass(f, 45) / np.maximum(f, 45) ** 0.9, seed=21)
    foam = shaped_noise(size, lambda f: band(f, 1400, 1.5), seed=22)
    way = (t % 12) / 12
    swell = np.where(way < 0.35, np.sin(np.pi / 2 * way / 0.35) ** 2, np.cos(np.pi / 2 * (way - 0.35) / 0.65) ** 2)
    # Strengths of the four waves, blended where they meet (the swell is zero there).
    strength = np.array((1.0, 0.72, 0.9, 0.62))[(t // 12).astype(int)]
    sound = low * (0.5 + 0.8 * swell * strength) + foam * 0.45 * (swell * strength) ** 1.6
    return to_level(sound, integrated(sound), -38.0)


def brown() -> Wave:
    """Brown noise: 6 dB an octave down, its rumble cut off below 50 Hz to spare small speakers."""
    sound = shaped_noise(BED_SECONDS * RATE, lambda f: high_pass(f, 50) / np.maximum(f, 50), seed=31)
    return to_level(sound, integrated(sound), -38.0)


# --- the tools ------------------------------------------------------------------------------------


def seconds_of(seconds: float) -> Wave:
    """The times of the samples of so many seconds."""
    return np.arange(round(seconds * RATE)) / RATE


def struck(
    partials: tuple[tuple[float, float, float], ...], pitch: float, seconds: float, *, ring: float, attack: float
) -> Wave:
    """Something struck: partials (ratio, level, how long it rings relative to `ring` s) behind a rounded attack."""
    t = seconds_of(seconds)
    sound = np.zeros_like(t)
    for number, (ratio, level, lasting) in enumerate(partials):
        sound += level * np.sin(2 * np.pi * pitch * ratio * t + number) * np.exp(-t / (ring * lasting))
    return faded(sound, attack, 0.0)


def shaped_noise(size: int, shape: Callable[[Wave], Wave], seed: int) -> Wave:
    """Noise (RMS 1) with the given amplitude spectrum; periodic in `size`, hence without a seam."""
    f: Wave = np.fft.rfftfreq(size, 1 / RATE).astype(np.float64)
    phase = np.random.default_rng(seed).uniform(0, 2 * np.pi, len(f))
    amplitude = np.array(shape(f))
    amplitude[0] = 0
    sound: Wave = np.fft.irfft(amplitude * np.exp(1j * phase), size)
    return np.asarray(sound / np.sqrt(np.mean(sound**2)))


def band(f: Wave, centre: float, octaves: float) -> Wave:
    """A bell around `centre` on the octave scale."""
    return np.asarray(np.exp(-0.5 * (np.log2(np.maximum(f, 1) / centre) / octaves) ** 2))


def high_pass(f: Wave, corner: float) -> Wave:
    """Second order, as an amplitude."""
    return np.asarray((f / corner) ** 2 / np.sqrt(1 + (f / corner) ** 4))


def faded(sound: Wave, rise: float, fall: float) -> Wave:
    """Raised-cosine ends of so many seconds."""
    sound = sound.copy()
    for seconds, part in ((rise, slice(None)), (fall, slice(None, None, -1))):
        size = round(seconds * RATE)
        if size:
            sound[part][:size] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(size) / size)
    return sound


def to_level(sound: Wave, lufs: float, wanted: float) -> Wave:
    """`sound`, which measures `lufs`, at the wanted LUFS."""
    return sound * 10 ** ((wanted - lufs) / 20)


def at_peak_momentary(sound: Wave, wanted: float) -> Wave:
    """`sound` with its loudest 400 ms at the wanted LUFS."""
    return to_level(sound, float(np.max(momentary(sound))), wanted)


def write_wav(path: Path, sound: Wave) -> None:
    """16-bit mono with a fixed triangular dither, so that long fades end in air and not in steps."""
    random = np.random.default_rng(1)
    dither = (random.random(len(sound)) - random.random(len(sound))) * (np.abs(sound) > 0)
    samples = np.round(sound * 32767 + dither).astype("<i2")
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


def write_opus(path: Path, sound: Wave) -> None:
    """Ogg Opus, mono."""
    import soundfile

    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, sound.astype(np.float32), RATE, format="OGG", subtype="OPUS", compression_level=0.8)


if __name__ == "__main__":
    main()
