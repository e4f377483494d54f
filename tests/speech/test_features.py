"""The acoustic model's features: their number, their mean, their differences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.speech.aligner import features
from pipeline.speech.aligner.features import Features, cepstra


def noise(samples: int) -> np.ndarray:
    return np.random.default_rng(3).normal(0, 900, samples).astype(np.int16)


@pytest.mark.parametrize(("samples", "frames"), [(409, 0), (410, 1), (569, 1), (570, 2), (16_000, 98)])
def test_there_is_a_frame_of_410_samples_every_160(samples: int, frames: int) -> None:
    assert cepstra(noise(samples))[0].shape == (frames, 13)


def test_cepstra_have_no_mean() -> None:
    assert np.allclose(cepstra(noise(48_000))[0].mean(0), 0, atol=1e-3)


def test_a_warp_is_the_same_beside_others_and_among_threads() -> None:
    sound = noise(48_000)
    plain, high = cepstra(sound, (1.0, 1.16), threads=2)
    assert np.allclose(plain, cepstra(sound)[0], atol=1e-4)
    assert not np.allclose(plain, high, atol=0.1)


def test_sound_read_in_stretches_has_the_same_cepstra(monkeypatch: pytest.MonkeyPatch) -> None:
    # Loud and soft by turns, so that the noise filter's memory reaches over the seams.
    sound = (noise(48_000 * 20) * np.tile(np.repeat([1.0, 0.05], 24_000), 20)).astype(np.int16)
    whole = cepstra(sound, (0.93, 1.0))
    monkeypatch.setattr(features, "_STRETCH_FRAMES", features._BLOCK_FRAMES)
    for own, other in zip(whole, cepstra(sound, (0.93, 1.0), threads=2), strict=True):
        assert len(own) > 3 * features._BLOCK_FRAMES
        assert np.allclose(own, other, atol=1e-3)


def test_steady_noise_of_another_level_has_the_same_cepstra() -> None:
    loud = np.random.default_rng(3).normal(0, 2000, 48_000).astype(np.int16)
    double = (loud.astype(np.int32) * 2).astype(np.int16)
    assert np.allclose(cepstra(loud)[0][50:], cepstra(double)[0][50:], atol=0.2)


@given(st.integers(7, 40), st.floats(-5, 5), st.floats(-5, 5))
def test_differences_of_a_parabola_are_a_line_and_a_constant(frames: int, slope: float, bend: float) -> None:
    t = np.arange(frames, dtype=np.float32)
    rows = np.repeat((slope * t + bend * t**2)[:, None], 13, axis=1).astype(np.float32)
    found = Features(rows)[:]
    inside = slice(3, frames - 3)
    assert found.shape == (frames, 39) and np.array_equal(found[:, :13], rows)
    assert np.allclose(found[inside, 13:26], (4 * slope + 8 * bend * t)[inside, None], atol=0.05)
    assert np.allclose(found[inside, 26:], 16 * bend, atol=0.05)
