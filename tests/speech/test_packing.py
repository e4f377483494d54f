"""Windows of speech for Whisper: full, in order, and every time in them known."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.media.audio import Audio
from pipeline.speech.asr.packing import LONGEST_MS, Chunk, halves, pack
from pipeline.timing import SAMPLE_RATE_HZ, SAMPLES_PER_MS, Span, union

AUDIO = Audio(np.random.default_rng(1).integers(-900, 900, 16 * 150_000).astype(np.int16))


def regions_from(pairs: list[tuple[int, int]]) -> tuple[Span, ...]:
    found, at = [], 0
    for gap, length in pairs:
        if at + gap + length > AUDIO.duration_ms:
            break
        found.append(Span(at + gap, at + gap + length))
        at += gap + length
    return tuple(found)


some_regions = st.lists(
    st.tuples(st.integers(1, 5000), st.integers(96, 40_000)), min_size=1, max_size=12
).map(regions_from)


@given(some_regions)
def test_every_region_is_heard_once_in_windows_that_fit(regions):
    chunks = list(pack(AUDIO, regions))
    pieces = [piece for chunk in chunks for piece in chunk.pieces]
    assert all(chunk.duration_ms <= LONGEST_MS for chunk in chunks)
    assert all(a.end_ms <= b.start_ms for a, b in itertools.pairwise(pieces))
    for region in regions:
        assert sum(region.overlap_ms(piece) for piece in pieces) == region.duration_ms


@given(some_regions, st.data())
def test_times_lead_back_to_the_sound(regions, data):
    for chunk in pack(AUDIO, regions):
        sound = chunk.sound(AUDIO)
        assert len(sound) == chunk.duration_ms * 16
        at = data.draw(st.integers(0, chunk.duration_ms - 1))
        there = chunk.located(at, at)
        assert np.array_equal(
            sound[at * 16 : at * 16 + 16], AUDIO.window(Span(there.start_ms, there.start_ms + 1))
        )


def test_a_span_stays_in_the_piece_that_holds_its_middle():
    chunk = Chunk((Span(1000, 2000), Span(5000, 7000)))
    assert chunk.located(0, 400) == Span(1000, 1400)
    assert chunk.located(800, 1100) == Span(1800, 2000)
    assert chunk.located(900, 1400) == Span(5000, 5400)
    assert chunk.located(2900, 4000) == Span(6900, 7000)


def test_long_pauses_are_shortened_and_short_ones_kept():
    (chunk,) = pack(AUDIO, (Span(1000, 2000), Span(2400, 3000), Span(9000, 9500)))
    assert chunk.pieces == (Span(700, 2200), Span(2200, 3300), Span(8700, 9800))


def talk(seconds: int, pause_every_ms: int, pause_ms: int) -> Audio:
    """Noise without an end, with short pauses in it."""
    samples = np.random.default_rng(2).integers(-3000, 3000, seconds * SAMPLE_RATE_HZ).astype(np.int16)
    for at in range(pause_every_ms, seconds * 1000, pause_every_ms):
        samples[at * SAMPLES_PER_MS : (at + pause_ms) * SAMPLES_PER_MS] = 0
    return Audio(samples)


def test_talk_without_a_pause_fills_its_windows():
    """Every window costs the same: ten minutes in one breath take no more than a twentieth over the fewest possible."""
    audio = talk(600, 600_000, 0)
    assert len(list(pack(audio, (Span(0, 600_000),)))) <= 1.05 * 600_000 / LONGEST_MS + 1


def test_long_talk_is_cut_in_the_last_pause_that_fits():
    audio = talk(70, 7_000, 160)
    first, second, _ = pack(audio, (Span(0, 70_000),))
    assert 28_000 < first.pieces[0].end_ms < 28_160
    assert 56_000 < second.pieces[0].end_ms < 56_160


def test_no_speech_makes_no_window():
    assert list(pack(AUDIO, ())) == []
    assert list(pack(AUDIO, (Span(5, 5),))) == []


@pytest.mark.parametrize(
    ("pieces", "first"),
    [
        ([Span(0, 20_000)], None),  # one stretch of talk: divided somewhere in its second third
        ([Span(0, 5000), Span(6000, 12_000), Span(13_000, 18_000)], 2),
        ([Span(0, 2000), Span(3000, 20_000)], None),
    ],
)
def test_halves_hold_every_piece_once_and_are_shorter(pieces, first):
    chunk = Chunk(tuple(pieces))
    one, two = halves(AUDIO, chunk)
    assert sum(p.duration_ms for p in (*one.pieces, *two.pieces)) == chunk.duration_ms
    assert union((*one.pieces, *two.pieces)) == union(pieces)
    assert max(one.duration_ms, two.duration_ms) <= chunk.duration_ms * 0.85
    assert first is None or len(one.pieces) == first
