"""Peaks of a waveform: they hold every sample, and a hundredth of a second each."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.media.peaks import PEAKS_PER_S, peaks

SAMPLES = 16_000 // PEAKS_PER_S


def test_a_click_stands_in_its_own_hundredth_alone():
    sound = np.zeros(16_000, np.int16)
    sound[5 * SAMPLES + 3] = 32_767
    sound[7 * SAMPLES] = -32_768
    found = peaks(sound)
    assert found.shape == (PEAKS_PER_S, 2) and found.dtype == np.int8
    assert found[5].tolist() == [0, 127] and found[7].tolist() == [-128, 0]
    assert np.count_nonzero(found) == 2


@given(st.lists(st.integers(-32_768, 32_767), max_size=3 * SAMPLES))
def test_every_sample_lies_between_its_peaks(values):
    sound = np.array(values, np.int16)
    found = peaks(sound)
    assert len(found) == -(-len(values) // SAMPLES)
    for k, (low, high) in enumerate(found.astype(int)):
        inside = sound[k * SAMPLES : (k + 1) * SAMPLES].astype(int) >> 8
        assert low == min(0, inside.min()) and high == max(0, inside.max())


@pytest.mark.parametrize("length", [0, 1, SAMPLES, SAMPLES + 1])
def test_a_begun_hundredth_counts(length):
    assert len(peaks(np.ones(length, np.int16))) == -(-length // SAMPLES)
