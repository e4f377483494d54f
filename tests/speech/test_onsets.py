"""Where a sound begins."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.speech.aligner.onsets import onset_ms


def sound(begins_ms: int, level: float, noise: float = 20.0, length_ms: int = 1000) -> np.ndarray:
    rng = np.random.default_rng(1)
    samples = rng.normal(0, noise, length_ms * 16)
    samples[begins_ms * 16 :] += level * np.sin(
        2 * np.pi * 180 / 16_000 * np.arange((length_ms - begins_ms) * 16)
    )
    return samples.astype(np.int16)


@pytest.mark.parametrize("guess_ms", [470, 490, 500, 525])
def test_a_sound_out_of_silence_begins_where_it_rises(guess_ms: int) -> None:
    assert abs(onset_ms(sound(500, 3000), guess_ms) - 500) <= 4


@pytest.mark.parametrize("guess_ms", [0, 100, 900, 999])
def test_where_nothing_rises_the_guess_stays(guess_ms: int) -> None:
    assert onset_ms(sound(500, 3000), guess_ms) == guess_ms
    assert onset_ms(np.zeros(16_000, np.int16), guess_ms) == guess_ms
    assert onset_ms(np.zeros(0, np.int16), guess_ms) == guess_ms


def test_a_click_is_no_beginning() -> None:
    samples = sound(900, 3000)
    samples[16 * 480 : 16 * 482] = 9000
    assert onset_ms(samples, 500) == 500
