"""Sounds in which nobody says a word, and what a bad line makes of speech: all computed, from fixed seeds.

Arrays are float32 in [-1, 1], shape (samples,), at 16 kHz; levels are those of the whole sound, in dB below full scale.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.timing import SAMPLE_RATE_HZ

Sound = NDArray[np.float32]
_RATE = SAMPLE_RATE_HZ


def at_level(sound: Sound, dbfs: float) -> Sound:
    """The sound at this level (root mean square); silence stays silence."""
    rms = float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))
    scaled = sound * (10 ** (dbfs / 20) / rms) if rms else sound
    return np.clip(scaled, -1, 1).astype(np.float32)


def silence(seconds: int, seed: int = 1) -> Sound:
    """Silence of a recording: nothing but the last bit's noise."""
    return at_level(coloured(seconds, 0, seed), -90)


def coloured(seconds: int, slope: float, seed: int = 1) -> Sound:
    """Noise whose power falls as frequency to the power of `slope`: 0 white, 1 pink, 2 brown (above 20 Hz)."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(seconds * _RATE))
    hz = np.maximum(np.fft.rfftfreq(seconds * _RATE, 1 / _RATE), 20.0)
    return at_level(np.fft.irfft(spectrum * hz ** (-slope / 2), seconds * _RATE).astype(np.float32), -30)


def hum(seconds: int, seed: int = 1) -> Sound:
    """Mains hum with its harmonics, and the hiss of an amplifier."""
    t = np.arange(seconds * _RATE) / _RATE
    tones = sum(np.sin(2 * np.pi * 50 * n * t + n) / n for n in (1, 2, 3, 5, 7, 12))
    return at_level(np.asarray(tones, np.float32), -28) + at_level(coloured(seconds, 0, seed), -55)


def chords(seconds: int, seed: int = 1) -> Sound:
    """Slow chords of sawtooth waves that swell and beat, as under a title."""
    luck = np.random.default_rng(seed)
    found = np.zeros(seconds * _RATE)
    bar = 2 * _RATE
    for first in range(0, len(found), bar):
        t = np.arange(min(bar, len(found) - first)) / _RATE
        root = 110 * 2 ** (luck.integers(0, 12) / 12)
        swell = np.minimum(1, t * 4) * np.exp(-t / 1.5)
        for interval in (0, luck.choice([3, 4]), 7, 12):
            hz = root * 2 ** (interval / 12) * (1 + 0.003 * np.sin(2 * np.pi * 5 * t))
            phase = np.cumsum(hz) / _RATE
            found[first : first + len(t)] += swell * sum(
                np.sin(2 * np.pi * n * phase) / n for n in range(1, 9)
            )
    return at_level(found.astype(np.float32), -22)


def drums(seconds: int, seed: int = 1) -> Sound:
    """A beat of 110 a minute: a falling tone on one and three, a burst of noise on two and four, a hi-hat between."""
    luck = np.random.default_rng(seed)
    found = np.zeros(seconds * _RATE)
    eighth = _RATE * 60 // 220
    t = np.arange(eighth) / _RATE
    kick = np.sin(2 * np.pi * (50 * t + 4 * (1 - np.exp(-t * 30)))) * np.exp(-t * 12)
    for count, first in enumerate(range(0, len(found) - eighth, eighth)):
        hit = 0.2 * luck.standard_normal(eighth) * np.exp(-t * 80)
        if count % 4 == 2:
            hit = hit + 0.6 * luck.standard_normal(eighth) * np.exp(-t * 25)
        found[first : first + eighth] += hit + (kick if count % 4 == 0 else 0)
    return at_level(found.astype(np.float32), -22)


def singing_vowels(seconds: int, seed: int = 1) -> Sound:
    """A voice-like melody on two formants without any consonant: what vocal synthesizers play."""
    luck = np.random.default_rng(seed)
    found = np.zeros(seconds * _RATE)
    note = _RATE * 3 // 4
    t = np.arange(note) / _RATE
    for first in range(0, len(found) - note, note):
        hz = 160 * 2 ** (luck.integers(0, 12) / 12) * (1 + 0.01 * np.sin(2 * np.pi * 5.5 * t))
        phase = np.cumsum(hz) / _RATE
        formants = luck.choice([[700, 1200], [300, 2300], [400, 800], [500, 1700]])
        for n in range(1, 20):
            gain = sum(1 / (1 + ((n * 220 - f) / 120) ** 2) for f in formants)
            found[first : first + note] += gain * np.sin(2 * np.pi * n * phase)
        found[first : first + note] *= np.sin(np.pi * np.arange(note) / note) ** 0.5
    return at_level(found.astype(np.float32), -24)


def applause(seconds: int, seed: int = 1) -> Sound:
    """Applause: some hundreds of claps a second, each a burst of noise of some milliseconds."""
    luck = np.random.default_rng(seed)
    found = np.zeros(seconds * _RATE)
    clap = luck.standard_normal(200) * np.exp(-np.arange(200) / 50)
    for first in luck.integers(0, len(found) - 200, 250 * seconds):
        found[first : first + 200] += luck.uniform(0.2, 1) * clap
    return at_level(found.astype(np.float32), -24)


def knocks(seconds: int, seed: int = 1) -> Sound:
    """Chairs, cups and keys in a quiet room: short resonances at random moments."""
    luck = np.random.default_rng(seed)
    found = 0.02 * coloured(seconds, 1, seed).astype(np.float64)
    t = np.arange(_RATE // 4) / _RATE
    for first in luck.integers(0, len(found) - len(t), 2 * seconds):
        ring = np.sin(2 * np.pi * luck.uniform(150, 3000) * t) * np.exp(-t * luck.uniform(15, 60))
        found[first : first + len(t)] += luck.uniform(0.05, 0.5) * ring
    return at_level(found.astype(np.float32), -30)


def backwards(speech: Sound) -> Sound:
    """Speech played backwards: a voice, and no word of any language."""
    return np.ascontiguousarray(speech[::-1])


def babble(speech: Sound, seconds: int, voices: int = 10, seed: int = 1) -> Sound:
    """Many voices at once, each backwards and from another moment on: the noise of a hall."""
    luck = np.random.default_rng(seed)
    tiled = np.tile(backwards(speech), 1 + seconds * _RATE // len(speech))[: seconds * _RATE]
    return at_level(np.sum([np.roll(tiled, luck.integers(len(tiled))) for _ in range(voices)], axis=0), -26)


def mixed(speech: Sound, noise: Sound, snr_db: float) -> Sound:
    """Speech over noise (repeated as needed), at this ratio of their levels in dB."""
    under = np.tile(noise, 1 + len(speech) // len(noise))[: len(speech)]
    level = 20 * np.log10(max(1e-6, float(np.sqrt(np.mean(np.square(speech))))))
    both = speech + at_level(under, level - snr_db)
    return (both / max(1.0, float(np.abs(both).max()))).astype(np.float32)


def banded(sound: Sound, low_hz: float, high_hz: float) -> Sound:
    """The sound between two frequencies: 300 to 3400 Hz is a telephone, 0 to 4000 Hz a recording at 8 kHz."""
    spectrum = np.fft.rfft(sound)
    hz = np.fft.rfftfreq(len(sound), 1 / _RATE)
    spectrum[(hz < low_hz) | (hz > high_hz)] = 0
    return np.fft.irfft(spectrum, len(sound)).astype(np.float32)


def without(sound: Sound, said_s: Sequence[tuple[float, float]], margin_s: float = 0.5) -> Sound:
    """What lies between the stretches in which something is said, half a second away from each: breath, laughter, the room."""
    kept = np.ones(len(sound), bool)
    for start, end in said_s:
        kept[max(0, int((start - margin_s) * _RATE)) : int((end + margin_s) * _RATE)] = False
    return sound[kept]


NOBODY: dict[str, Callable[[int], Sound]] = {
    "silence": silence,
    "white noise": lambda s: coloured(s, 0),
    "pink noise": lambda s: coloured(s, 1),
    "brown noise": lambda s: coloured(s, 2),
    "mains hum": hum,
    "chords": chords,
    "drums": drums,
    "chords and drums": lambda s: chords(s, 2) * 0.5 + drums(s, 2) * 0.5,
    "sung vowels": singing_vowels,
    "applause": applause,
    "knocks in a room": knocks,
}
"""By name, what makes so many seconds of a sound in which nobody says anything."""
