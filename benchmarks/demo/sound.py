"""Everything audible that is not speech: room noise and echo, a door, laughter, applause, music; and the mixing."""

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


def in_room(voice: Samples, distance_m: float) -> Samples:
    """A voice as a microphone hears it at that distance in a small carpeted room, its tail behind the words.

    The direct sound comes first and undelayed, so that the words keep their times; it falls with distance
    while the echo stays as loud. Reflections, then a decay of 60 dB in 0.35 s, duller than the voice.
    """
    if not distance_m:
        return voice
    rng = np.random.default_rng(round(distance_m * 100))
    t = _seconds(_ECHO_S)
    tail = _band(rng.normal(size=len(t)), 80, 4500) * np.exp(-6.9 * t / _ECHO_S) * (t > 0.012)
    echo = tail * (_ECHO_LEVEL / np.sqrt(np.sum(tail**2)))
    for at_s, level in zip(np.sort(rng.uniform(0.003, 0.03, 6)), 0.12 * 0.8 ** np.arange(6), strict=True):
        echo[round(at_s * SAMPLE_RATE_HZ)] += level * rng.choice((-1, 1))
    echo[0] += max(distance_m, 0.5) ** -_FALL
    size = len(voice) + len(echo) - 1
    heard = np.fft.irfft(np.fft.rfft(voice, size) * np.fft.rfft(echo, size), size)
    return heard.astype(np.float32)


# What falls less than in the open (1), since those who sit far away speak up.
_FALL = 0.5
_ECHO_S = 0.35
# Of a voice at 1 m, its whole echo: -15 dB.
_ECHO_LEVEL = 0.18


def music(duration_ms: int) -> Samples:
    """A few soft notes over a held chord, as long as the card that they play under; they fade out with it."""
    t = _seconds(duration_ms / 1000)
    chord, tune = (130.81, 196.0, 261.63, 329.63), (392.0, 523.25, 493.88, 659.25, 587.33, 523.25)
    held = sum(np.sin(2 * np.pi * f * t) * (1 + 0.2 * np.sin(2 * np.pi * 0.31 * t + f)) for f in chord)
    total = 0.12 * np.minimum(1, t / 0.5) * held
    for number, hertz in enumerate(tune):
        since = t - 0.15 - 0.42 * number
        plucked = sum(
            np.sin(2 * np.pi * k * hertz * since) * np.exp(-2.2 * k * since) / k**2 for k in (1, 2, 3)
        )
        total = total + np.where(since >= 0, plucked, 0) * np.minimum(1, np.maximum(0, since) / 0.006) * 0.5
    total = total * np.minimum(1, (t[-1] - t) / 0.6)
    return (0.09 * total).astype(np.float32)


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


def _sigh(rng: np.random.Generator) -> NDArray[np.float64]:
    """A breath drawn in shortly and let out long, through a mouth that closes."""
    t = _seconds(1.5)
    noise = rng.normal(size=len(t))
    drawn = _band(noise, 700, 5200) * np.sin(np.pi * np.clip(t / 0.42, 0, 1)) ** 2 * 0.45
    out = np.clip((t - 0.55) / 0.95, 0, 1)
    swell = np.sin(np.pi * out**0.45) ** 1.3
    let_out: NDArray[np.float64] = swell * (
        (1 - out) * _band(noise, 500, 3600) + (0.4 + out) * _band(noise, 250, 1500)
    )
    return drawn + let_out


def _applause(rng: np.random.Generator) -> NDArray[np.float64]:
    """Seven people clapping, each at a pace of their own, who stop one after the other."""
    length_s = 3.6
    t = _seconds(length_s)
    total = np.zeros(len(t))
    for _ in range(7):
        hollow_hz, loud = rng.uniform(700, 1500), rng.uniform(0.5, 1)
        at_s, until_s = rng.uniform(0, 0.5), length_s - rng.uniform(0.15, 1.3)
        while at_s < until_s:
            since = t[: round(0.06 * SAMPLE_RATE_HZ)]
            clap = _band(rng.normal(size=len(since)), hollow_hz * 0.6, hollow_hz * 3.2) * np.exp(-110 * since)
            begin = round(at_s * SAMPLE_RATE_HZ)
            fading = min(1.0, (length_s - at_s) / 1.2)
            total[begin : begin + len(clap)] += (clap * loud * fading)[: len(total) - begin]
            at_s += rng.normal(0.21, 0.02)
    return total


_SOUNDS = {
    "door opens": (_door, 0.16),
    "laughter": (_laughter, 0.12),
    "chair scrapes": (_chair, 0.10),
    "sigh": (_sigh, 0.06),
    "applause": (_applause, 0.16),
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
