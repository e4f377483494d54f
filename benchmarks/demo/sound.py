"""Everything audible that is not speech: room noise, a door, laughter, a chair, a chime; and the mixing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.demo.voices import SAMPLE_RATE_HZ, SAMPLES_PER_MS

Samples = NDArray[np.float32]


def _seconds(duration_s: float) -> NDArray[np.float64]:
    at: NDArray[np.float64] = np.arange(round(duration_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    return at


def _band(noise: NDArray[np.float64], low_hz: float, high_hz: float) -> NDArray[np.float64]:
    """Noise kept between two frequencies (by zeroing the rest of its spectrum), peak 1."""
    spectrum = np.fft.rfft(noise)
    hertz = np.fft.rfftfreq(len(noise), 1 / SAMPLE_RATE_HZ)
    spectrum[(hertz < low_hz) | (hertz > high_hz)] = 0
    shaped: NDArray[np.float64] = np.fft.irfft(spectrum, len(noise))
    shaped /= np.abs(shaped).max()
    return shaped


def room(samples: int, level_db: float, rng: np.random.Generator) -> Samples:
    """Room noise: a rumble that falls off with frequency and a hiss below it, `level_db` (RMS) below full
    scale.
    """
    loop = min(samples, 20 * SAMPLE_RATE_HZ)
    spectrum = np.fft.rfft(rng.normal(size=loop))
    hertz = np.fft.rfftfreq(loop, 1 / SAMPLE_RATE_HZ)
    spectrum *= 1 / np.maximum(hertz, 60) ** 0.7
    spectrum[hertz < 40] = 0
    noise = np.fft.irfft(spectrum, loop)
    noise *= 10 ** (level_db / 20) / np.sqrt(np.mean(noise**2))
    return np.resize(noise.astype(np.float32), samples)


def chime() -> Samples:
    """Two soft notes under a title card."""
    t = _seconds(2.4)
    notes = ((0.0, 392.0), (0.35, 523.25))
    tone = sum(
        np.where(t >= at, np.sin(2 * np.pi * f * (t - at)) * np.exp(-2.4 * (t - at)), 0) for at, f in notes
    )
    fade = np.minimum(1, np.minimum(t / 0.01, (2.4 - t) / 0.3))
    return (0.07 * tone * fade).astype(np.float32)


def _door(rng: np.random.Generator) -> NDArray[np.float64]:
    """A latch, hinges, and the door falling to."""
    t = _seconds(1.5)
    latch = _band(rng.normal(size=len(t)), 900, 5000) * np.exp(-60 * t)
    bounce = np.where(t > 0.11, _band(rng.normal(size=len(t)), 700, 4000) * np.exp(-70 * np.abs(t - 0.12)), 0)
    sweep = 2 * np.pi * np.cumsum(300 + 160 * np.sin(2 * np.pi * 0.9 * t)) / SAMPLE_RATE_HZ
    hinge = (np.sin(sweep) + 0.5 * np.sin(2.03 * sweep)) * np.exp(-(((t - 0.6) / 0.18) ** 2)) * 0.10
    thump = np.where(t > 1.15, np.exp(-22 * np.abs(t - 1.17)), 0) * _band(rng.normal(size=len(t)), 45, 260)
    return 0.45 * latch + 0.3 * bounce + hinge + 0.7 * thump


def _laughter(rng: np.random.Generator) -> NDArray[np.float64]:
    """Four people laughing: each a train of breathy "ha" bursts that gets softer, slower and lower."""
    t = _seconds(1.9)
    total = np.zeros(len(t))
    for pitch_hz in (118.0, 150.0, 205.0, 250.0):
        pace_hz, start_s = rng.uniform(4.4, 5.6), rng.uniform(0, 0.3)
        since = np.maximum(t - start_s, 0)
        beat = np.maximum(0, np.sin(2 * np.pi * pace_hz * since)) ** 1.6 * (t >= start_s)
        phase = 2 * np.pi * np.cumsum(pitch_hz * (1.25 - 0.16 * since)) / SAMPLE_RATE_HZ
        # an open "a": harmonics weighed by resonances near 800 and 1250 Hz
        voiced = sum(
            np.exp(-(((k * pitch_hz - 800) / 350) ** 2)) * np.sin(k * phase)
            + 0.6 * np.exp(-(((k * pitch_hz - 1250) / 300) ** 2)) * np.sin(k * phase)
            for k in range(1, 14)
        )
        breath = _band(rng.normal(size=len(t)), 500, 3500)
        total += beat * (0.5 * voiced + 0.9 * breath) * np.exp(-1.1 * since) * rng.uniform(0.6, 1)
    return total


def _chair(rng: np.random.Generator) -> NDArray[np.float64]:
    """Chair legs on a wooden floor."""
    t = _seconds(0.8)
    stutter = 0.6 + 0.4 * np.sign(np.sin(2 * np.pi * 31 * t))
    scrape: NDArray[np.float64] = stutter * np.sin(np.pi * t / 0.8) ** 2
    return scrape * _band(rng.normal(size=len(t)), 180, 1400)


_SOUNDS = {
    "door opens": (_door, 0.16),
    "laughter": (_laughter, 0.12),
    "chair scrapes": (_chair, 0.10),
}


def names() -> tuple[str, ...]:
    """The sounds that a screenplay may ask for."""
    return tuple(_SOUNDS)


def effect(name: str, rng: np.random.Generator) -> Samples:
    """A sound by its name, whole milliseconds long, without silence at its ends; raises KeyError for an
    unknown one.
    """
    make, peak = _SOUNDS[name]
    sound = make(rng)
    sound = sound[: len(sound) // SAMPLES_PER_MS * SAMPLES_PER_MS]
    to_an_end = np.minimum(np.arange(len(sound)), np.arange(len(sound))[::-1])
    faded: NDArray[np.float64] = np.minimum(1, to_an_end / (4 * SAMPLES_PER_MS)) * sound
    whole: Samples = (faded * (peak / np.abs(sound).max())).astype(np.float32)
    return whole


def place(mix: Samples, sound: Samples, at_ms: int, gain: float = 1.0) -> None:
    """Add a sound to the mix, in place, starting at that millisecond; what would stand past the end is an
    error.
    """
    start = at_ms * SAMPLES_PER_MS
    if start + len(sound) > len(mix):
        raise ValueError(f"a sound at {at_ms} ms ends after the film")
    mix[start : start + len(sound)] += sound * np.float32(gain)
