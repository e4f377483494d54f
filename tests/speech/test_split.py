"""Segmentation at pauses."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.media.audio import Audio
from pipeline.speech.asr.split import divided, latest_pause, quietest
from pipeline.timing import Span

WHOLE = Span(0, 10_000)


def talk(*pauses_ms: int, level: int = 0) -> Audio:
    """Ten seconds of noise, 200 ms of it at `level` from each of these times on."""
    rng = np.random.default_rng(1)
    samples = rng.normal(0, 3000, 160_000)
    for at in pauses_ms:
        samples[at * 16 : (at + 200) * 16] = rng.normal(0, level, 3200)
    return Audio(samples.astype(np.int16))


@pytest.mark.parametrize("pause_ms", [1000, 4500, 9000])
def test_the_quietest_place_is_in_the_pause(pause_ms: int) -> None:
    assert pause_ms + 50 <= quietest(talk(pause_ms), WHOLE) <= pause_ms + 150


def test_of_several_pauses_the_latest_is_taken() -> None:
    assert 6050 <= latest_pause(talk(2000, 6000), WHOLE) <= 6200
    assert 2050 <= latest_pause(talk(2000, 6000), Span(0, 5000)) <= 2200


def test_without_a_pause_the_cut_is_at_the_end_where_it_is_quietest() -> None:
    audio = talk(2000, 8000, level=900)  # 10 dB less is no pause
    assert 8050 <= latest_pause(audio, WHOLE) <= 8150


@given(
    st.integers(0, 5000), st.integers(0, 60_000), st.integers(200, 9000), st.randoms(use_true_random=False)
)
def test_pieces_follow_each_other_and_none_is_too_long(start: int, length: int, longest: int, rng) -> None:
    whole = Span(start, start + length)
    pieces = list(
        divided(Audio(np.zeros(0, np.int16)), whole, longest, lambda _, s: rng.randint(s.start_ms, s.end_ms))
    )
    assert pieces[0].start_ms == whole.start_ms and pieces[-1].end_ms == whole.end_ms
    assert all(a.end_ms == b.start_ms for a, b in pairwise(pieces))
    assert all(p.duration_ms <= longest for p in pieces)
    assert all(p.duration_ms >= longest // 2 for p in pieces[:-1])
