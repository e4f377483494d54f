"""The search by construction: scores are made up so that the best way through the text is known, then it must be found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.speech.aligner import acoustic_model, viterbi
from pipeline.speech.aligner.backtrace import Step
from pipeline.speech.aligner.features import Features, cepstra
from pipeline.speech.aligner.lattice import Builder, Penalties, Spoken, Way
from pipeline.speech.aligner.scoring import BLOCK_FRAMES, Block, Blocks, ColumnSelection, path_scores
from pipeline.speech.aligner.viterbi import Search
from tests.support.examples import examples

MODEL = acoustic_model.load()
# Words that share no phone with their neighbours, so that a border between them is where it is and nowhere else.
WORDS = {
    "see": ("S", "IY"), "bow": ("B", "OW"), "fur": ("F", "ER"), "now": ("N", "AW"), "key": ("K", "IY"),
    "shy": ("SH", "AY"), "day": ("D", "EY"), "woo": ("W", "UW"), "raw": ("R", "AO"),
}  # fmt: skip
FITS, MISFITS = 0.0, -20.0  # nats per frame


@dataclass
class MadeUp:
    """A block of made-up scores: every column misfits but the one that is true in a frame."""

    first: int
    truth: np.ndarray

    @property
    def frames(self) -> int:
        return len(self.truth)

    def scores(self, chosen: ColumnSelection) -> np.ndarray:
        every = np.full((self.frames, MODEL.columns), MISFITS, np.float32)
        each = np.arange(self.frames)
        phone = MODEL.codebook_of[self.truth]
        for state in range(3):  # the phone without its context fits too, though not as well
            every[each, MODEL.plain[3 * phone + state]] = FITS - 0.5
        every[each, self.truth] = FITS
        return every[:, chosen.columns]


def made_up(truth: np.ndarray) -> Iterator[MadeUp]:
    for first in range(0, len(truth), BLOCK_FRAMES):
        yield MadeUp(first, truth[first : first + BLOCK_FRAMES])


def text(words: Sequence[str]) -> list[Spoken]:
    return [Spoken((WORDS[w],), pause=True) for w in words]  # so that no word changes with its neighbours


def said(
    words: Sequence[str], frames_per_state: int, silence: Sequence[int], lattice_words: Sequence[str]
) -> tuple[np.ndarray, list[int]]:
    """True columns frame by frame for `words`, and the frame at which each begins; `silence[n]` frames lie in front of word n."""
    quiet = MODEL.plain[3 * MODEL.silence : 3 * MODEL.silence + 3]
    columns: list[int] = []
    starts = []
    lattice = Builder(MODEL, Penalties()).build(text(lattice_words))
    chain_of = {
        lattice_words[int(lattice.source[c])]: c
        for c in range(len(lattice.start))
        if lattice.way[c] == Way.WORD
    }
    for word, before in zip(words, silence, strict=True):
        columns += [int(quiet[min(2, n * 3 // max(1, before))]) for n in range(before)]
        starts.append(len(columns))
        chain = chain_of[word]
        for state in range(int(lattice.start[chain]), int(lattice.end[chain]) + 1):
            columns += [int(lattice.column[state])] * frames_per_state
    columns += [int(quiet[min(2, n // 7)]) for n in range(20)]
    return np.array(columns), starts


def walk(words: Sequence[str], truth: np.ndarray) -> list[Step]:
    search = Search(MODEL, Builder(MODEL, Penalties()).build(text(words)), Penalties())
    for _ in search.run(list(made_up(truth)), np.ones(len(truth), bool)):  # type: ignore[arg-type]
        pass
    return search.path()


def starts_of(steps: Sequence[Step]) -> dict[int, int]:
    return {s.word: s.first for s in steps if s.way is Way.WORD}


order = st.permutations(sorted(WORDS))


@given(order, st.integers(3, 9), st.lists(st.sampled_from((0, 12, 40, 130)), min_size=9, max_size=9))
@settings(max_examples=examples(25), deadline=None)
def test_finds_every_word_where_it_is(words: list[str], frames: int, silence: list[int]) -> None:
    truth, starts = said(words, frames, silence, words)
    found = starts_of(walk(words, truth))
    assert sorted(found) == list(range(len(words)))
    assert all(abs(found[n] - start) <= 2 for n, start in enumerate(starts))


@given(order, st.integers(5, 9), st.integers(1, 6))
@settings(max_examples=examples(15), deadline=None)
def test_steps_over_words_that_nobody_says(words: list[str], frames: int, at: int) -> None:
    kept = words[:at] + words[at + 2 :]
    truth, starts = said(kept, frames, [15] * len(kept), words)
    found = starts_of(walk(words, truth))
    wanted = dict(zip((n for n in range(len(words)) if n not in (at, at + 1)), starts, strict=True))
    assert all(abs(found[n] - start) <= 2 for n, start in wanted.items())
    assert at not in found and at + 1 not in found


@given(order, st.integers(6, 9), st.integers(1, 5))
@settings(max_examples=examples(15), deadline=None)
def test_waits_through_speech_that_nobody_wrote(words: list[str], frames: int, at: int) -> None:
    written = words[:at] + words[at + 3 :]
    truth, starts = said(words, frames, [15] * len(words), words)
    steps = walk(written, truth)
    found = starts_of(steps)
    wanted = [start for n, start in enumerate(starts) if not at <= n < at + 3]
    assert all(abs(found[n] - start) <= 2 for n, start in enumerate(wanted))
    unwritten = [s for s in steps if s.way is Way.UNWRITTEN]
    assert unwritten and unwritten[0].first >= starts[at] - 16 and unwritten[-1].last <= starts[at + 3] + 2


def test_steps_cover_the_sound_without_gap_or_overlap() -> None:
    words = sorted(WORDS)
    truth, _ = said(words, 5, [9] * len(words), words)
    steps = walk(words, truth)
    assert steps[0].first == 0 and steps[-1].last == len(truth)
    assert all(a.last == b.first for a, b in pairwise(steps))


@given(
    st.lists(st.sampled_from(sorted(WORDS)), min_size=15, max_size=30),
    st.integers(4, 9),
    st.lists(st.sampled_from((0, 12, 40, 130, 700)), min_size=30, max_size=30),
    st.sets(st.integers(0, 29), max_size=4),
)
@settings(max_examples=examples(20), deadline=None)
def test_a_path_settled_on_the_way_is_the_one_found_at_the_end(
    words: list[str], frames: int, silence: list[int], missing: set[int]
) -> None:
    truth, _ = said(words, frames, silence[: len(words)], words)
    written = [w for n, w in enumerate(words) if n not in missing]
    at_the_end = walk(written, truth)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(viterbi, "_SETTLE_BLOCKS", 1)
        assert walk(written, truth) == at_the_end


def test_backpointers_of_what_is_settled_are_held_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viterbi, "_SETTLE_BLOCKS", 1)
    words = [str(w) for w in np.random.default_rng(1).choice(sorted(WORDS), 60)]
    truth, _ = said(words, 8, [60] * len(words), words)
    search = Search(MODEL, Builder(MODEL, Penalties()).build(text(words)), Penalties())
    most = 0
    for _ in search.run(list(made_up(truth)), np.ones(len(truth), bool)):  # type: ignore[arg-type]
        most = max(most, len(search._backtrace._kept))
    assert len(truth) > 60 * BLOCK_FRAMES and most < 40


def test_a_path_inside_a_word_holds_what_lies_before_the_word() -> None:
    words = sorted(WORDS)
    truth, _ = said(words, 9, [200] * len(words), words)
    search = Search(MODEL, Builder(MODEL, Penalties()).build(text(words)), Penalties())
    for _ in search.run(list(made_up(truth)), np.ones(len(truth), bool)):  # type: ignore[arg-type]
        pass
    back, lattice = search._backtrace, search._lattice
    for step in search.path():
        inside = int(lattice.start[step.chain]) + (step.last - step.first > 1 and len(step.states) > 1)
        frame = step.states[min(1, len(step.states) - 1)] + 1
        assert back._entries(np.array([inside]), frame) == {(step.first, int(lattice.source[step.chain]))}
    back.settle(frame, np.array([inside]), np.array([], np.int64))
    assert back._since == step.first and back._settled[-1].last == step.first


def test_music_outside_speech_is_no_word() -> None:
    words = sorted(WORDS)
    truth, starts = said(words, 6, [260] + [5] * 8, words)
    hum = MODEL.plain[3 * MODEL.number("M") + 1]
    truth[:250] = hum
    in_speech = np.ones(len(truth), bool)
    in_speech[:250] = False
    search = Search(MODEL, Builder(MODEL, Penalties()).build(text(words)), Penalties())
    for _ in search.run(list(made_up(truth)), in_speech):  # type: ignore[arg-type]
        pass
    assert abs(starts_of(search.path())[0] - starts[0]) <= 2


def test_the_model_is_the_one_we_know() -> None:
    assert len(MODEL.phones) == 42 and MODEL.columns == 5126
    assert all(np.allclose(w.sum(0), 1, atol=0.1) for w in MODEL.weights)
    s, iy, silence = MODEL.number("S"), MODEL.number("IY"), MODEL.silence
    inside = MODEL.contexts.columns(iy, s, silence, acoustic_model.LAST)
    assert set(MODEL.codebook_of[list(inside)]) == {iy}
    assert inside != MODEL.contexts.columns(iy, MODEL.number("W"), silence, acoustic_model.LAST)


def test_scores_computed_by_block_and_along_a_path_agree() -> None:
    noise = (np.random.default_rng(3).normal(0, 900, 16_000 * 3)).astype(np.int16)
    features = Features(cepstra(noise)[0])
    columns = np.random.default_rng(4).integers(0, MODEL.columns, len(features))
    by_block = []
    with Blocks(MODEL, features, threads=2) as blocks:
        for number in range(len(blocks)):
            block = blocks[number]
            here = columns[block.first : block.first + block.frames]
            chosen = ColumnSelection(MODEL, np.unique(here))
            by_block.append(block.scores(chosen)[np.arange(len(here)), np.searchsorted(chosen.columns, here)])
    assert np.allclose(np.concatenate(by_block), path_scores(MODEL, features, columns), atol=0.2)


@pytest.mark.parametrize(
    "frames", [1, 2, 3, BLOCK_FRAMES - 1, BLOCK_FRAMES, BLOCK_FRAMES + 1, BLOCK_FRAMES + 2]
)
def test_two_frames_are_scored_by_the_first(frames: int) -> None:
    features = np.random.default_rng(6).normal(0, 3, (frames, 39)).astype(np.float32)
    chosen = ColumnSelection(MODEL, np.arange(200, 230))
    block = Block(MODEL)
    firsts = range(0, frames, BLOCK_FRAMES)
    found = np.concatenate([block.load(features, first).scores(chosen) for first in firsts])
    assert found.shape == (frames, 30)
    for t in range(frames):
        first = features[t - t % 2 : t - t % 2 + 1]
        assert np.allclose(found[t], Block(MODEL).load(first, 0).scores(chosen)[0], atol=1e-2)


@pytest.mark.parametrize("samples", [0, 1, 409])
def test_sound_shorter_than_a_frame_has_no_features(samples: int) -> None:
    assert Features(cepstra(np.zeros(samples, np.int16))[0])[:].shape == (0, 39)


def test_block_arrays_are_used_again_without_leaving_anything_behind() -> None:
    block = Block(MODEL)
    rng = np.random.default_rng(5)
    one, two = (rng.normal(0, 3, (BLOCK_FRAMES, 39)).astype(np.float32) for _ in range(2))
    chosen = ColumnSelection(MODEL, np.arange(0, 60))
    fresh = block.load(two, 0).scores(chosen)
    block.load(one, 0).scores(chosen)
    assert np.array_equal(fresh, block.load(two, 0).scores(chosen))
