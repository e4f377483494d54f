"""Acoustic scores: the log likelihood of each state of the model in each frame, computed in blocks by threads.

Evaluating the 16,128 Gaussians takes most of the time of aligning and depends on no text, so threads prepare the next blocks
while the search is in this one (numpy releases the interpreter's lock in its large operations).

Every other frame is evaluated, and the next one is scored alike: what a frame's features are made of reaches over seven, so that
neighbours differ little. On real meetings as many words start within 300 ms of the truth as with every frame evaluated. (With
the mean of both frames' features it is one word in 100 fewer. The mean of their scores favours words that are not said: the
phone loop, with which words are compared, takes the likeliest phone of each frame, and gains less of smoothed scores.)
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.aligner.acoustic_model import (
    DENSITIES,
    STATES,
    STREAM_SIZE,
    STREAMS,
    AcousticModel,
    Floats,
    Ints,
)
from pipeline.speech.aligner.features import Features
from pipeline.speech.aligner.threads import pool, thread_count

BLOCK_FRAMES = 100  # one second; a multiple of `_ALIKE_FRAMES`
_ALIKE_FRAMES = 2  # scored by the first of them
_MOST_PAIRS = BLOCK_FRAMES // _ALIKE_FRAMES  # of a block
_LEAST_DENSITY = np.float32(1e-35)  # so that its logarithm exists
# Scaled so that a logarithm, cut to an integer, is the bit pattern of its exponential: exponent and mantissa of a float32
# (Schraudolph 1999, "A fast, compact approximation of the exponential function"; error under 4 %, far below what matters here).
_EXP_SCALE = np.float32(2**23 / np.log(2))
_EXP_BIAS = np.float32(127 * 2**23 - 366_393)


class ColumnSelection:
    """Columns to be scored together, sorted and unique, with their mixture weights laid out for that on first use."""

    def __init__(self, acoustics: AcousticModel, columns: Ints) -> None:
        self.columns = columns
        self._acoustics = acoustics
        self.codebook_of = acoustics.codebook_of[columns]
        cuts = np.searchsorted(columns, acoustics.codebook_start)
        self.parts = [
            (int(codebook), slice(int(cuts[codebook]), int(cuts[codebook + 1])))
            for codebook in np.flatnonzero(np.diff(cuts))
        ]

    @cached_property
    def weights(self) -> list[list[Floats]]:
        """For each codebook of `parts` and each stream the mixture weights of its columns."""
        return [
            [np.ascontiguousarray(stream[:, self.columns[part]]) for stream in self._acoustics.weights]
            for _, part in self.parts
        ]


class ScoredBlock(Protocol):
    """A block of frames that can be scored against any columns of the model."""

    @property
    def first(self) -> int:
        """The number of the first frame."""
        ...

    @property
    def frames(self) -> int:
        """How many frames there are."""
        ...

    def scores(self, chosen: ColumnSelection, /) -> Floats:
        """Log likelihoods in nats, shape (frames, chosen columns)."""
        ...


class Block:
    """One block of frames with every Gaussian evaluated for each pair; its arrays are used again for later blocks."""

    def __init__(self, acoustics: AcousticModel) -> None:
        phones = len(acoustics.phones)
        self._scaled = tuple(g * _EXP_SCALE for g in acoustics.gaussians)
        self._bits = [np.empty((_MOST_PAIRS, phones * DENSITIES), np.int32) for _ in range(STREAMS)]
        # The same memory, read as the exponentials that these are the bits of.
        self._densities = [b.view(np.float32).reshape(_MOST_PAIRS, phones, DENSITIES) for b in self._bits]
        self._logs = np.empty((_MOST_PAIRS, phones * DENSITIES), np.float32)
        self._powers = np.empty((_MOST_PAIRS, 2 * STREAM_SIZE + 1), np.float32)
        self._peaks = np.empty((0, phones), np.float32)
        # A row of zeros: numpy compares with it five times as fast as with the number.
        self._zeros = np.zeros((1, phones * DENSITIES), np.float32)
        self._phones = phones
        self.first = self.frames = 0

    def load(self, features: Floats | Features, first: int) -> Block:
        """Evaluate every Gaussian in the block that begins with frame `first` of `features`, 39 numbers for each frame of the
        whole sound."""
        self.first, self.frames = first, min(BLOCK_FRAMES, len(features) - first)
        pairs = features[first : first + self.frames : _ALIKE_FRAMES]
        count, phones = len(pairs), self._phones
        peaks = np.zeros((count, phones), np.float32)
        powers, flat = self._powers[:count], self._logs[:count]
        logs = flat.reshape(count, phones, DENSITIES)
        for s in range(STREAMS):
            stream = pairs[:, STREAM_SIZE * s : STREAM_SIZE * (s + 1)]
            powers[:, :STREAM_SIZE] = stream * stream
            powers[:, STREAM_SIZE:-1] = stream
            powers[:, -1] = 1
            np.matmul(powers, self._scaled[s], out=flat)
            peak = np.fmax.reduce(logs, 2)
            peaks += peak
            logs -= (peak - _EXP_BIAS)[:, :, None]
            np.maximum(flat, self._zeros, out=flat)
            np.copyto(self._bits[s][:count], flat, casting="unsafe")
        self._peaks = peaks / _EXP_SCALE
        return self

    def scores(self, chosen: ColumnSelection) -> Floats:
        """Log likelihood of each chosen column in each frame, shape (frames, chosen columns)."""
        count = len(self._peaks)
        found = np.empty((count, len(chosen.columns)), np.float32)
        first, *others = (densities[:count] for densities in self._densities)
        for (codebook, part), weights in zip(chosen.parts, chosen.weights, strict=True):
            product = first[:, codebook] @ weights[0]
            for densities, own in zip(others, weights[1:], strict=True):
                product *= densities[:, codebook] @ own
            found[:, part] = product
        np.maximum(found, _LEAST_DENSITY, out=found)
        np.log(found, out=found)
        found += self._peaks[:, chosen.codebook_of]
        return np.repeat(found, _ALIKE_FRAMES, axis=0)[: self.frames]


class Blocks(AbstractContextManager["Blocks"]):
    """The blocks of a whole sound, computed ahead by threads in the order in which they will be asked for.

    `blocks[n]` is valid until another one is asked for; going back costs what was computed ahead.
    """

    def __init__(self, acoustics: AcousticModel, features: Floats | Features, threads: int) -> None:
        self._features = features
        self._threads = max(1, thread_count(threads) - 1)  # the search is one, too
        self._ahead = self._threads + 1
        self._spare = [Block(acoustics) for _ in range(self._ahead + 1)]
        self._waiting: deque[Future[Block]] = deque()
        self._next = 0
        self._lent: Block | None = None
        self._open = ExitStack()

    def __enter__(self) -> Blocks:
        self._pool = self._open.enter_context(pool(self._threads))
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def __len__(self) -> int:
        return -(-len(self._features) // BLOCK_FRAMES)

    def __getitem__(self, number: int) -> Block:
        if self._lent is not None:
            self._spare.append(self._lent)
        if not self._waiting or number != self._next - len(self._waiting):
            self._spare += [future.result() for future in self._waiting]
            self._waiting.clear()
            self._next = number
        while self._spare and self._next < len(self):
            self._submit(self._spare.pop())
        self._lent = self._waiting.popleft().result()
        return self._lent

    def _submit(self, block: Block) -> None:
        first = self._next * BLOCK_FRAMES
        self._waiting.append(self._pool.submit(block.load, self._features, first))
        self._next += 1


@dataclass(frozen=True, eq=False)
class _KeptBlock:
    """A block whose scores were computed before, for `columns` (sorted, unique); shape (frames, columns)."""

    first: int
    columns: Ints
    known: Floats

    @property
    def frames(self) -> int:
        """How many frames there are."""
        return len(self.known)

    def scores(self, chosen: ColumnSelection) -> Floats:
        return np.take(self.known, np.searchsorted(self.columns, chosen.columns), axis=1)


class ScoredSegment:
    """A short sound scored once for several texts: all columns of all of them, and the phone loop.

    `background[n]`, shape (frames,), is the phone loop's gain in block n.
    """

    def __init__(
        self, acoustics: AcousticModel, features: Floats, columns: Sequence[Ints], block: Block | None = None
    ) -> None:
        """`block` is written over; making one takes longer than a short sound does."""
        wanted = np.unique(np.concatenate([acoustics.plain, *columns]))
        chosen = ColumnSelection(acoustics, wanted[wanted < acoustics.columns])
        block = block or Block(acoustics)
        self._blocks = []
        for first in range(0, len(features), BLOCK_FRAMES):
            scores = block.load(features, first).scores(chosen)
            self._blocks.append(_KeptBlock(first, chosen.columns, scores))
        loop = PhoneLoop(acoustics)
        plain = np.searchsorted(chosen.columns, acoustics.plain)
        self.background = [loop(block.known[:, plain]) for block in self._blocks]

    def __len__(self) -> int:
        return len(self._blocks)

    def __getitem__(self, number: int) -> _KeptBlock:
        return self._blocks[number]


class PhoneLoop:
    """Phone loop: the likelihood of *any* sequence of phones, as the reference for words and the model of unwritten speech.

    Words that are really said score about as much per frame as this (0 to 0.8 nats less, measured on real meetings), other
    words 2 to 4 nats less.
    """

    _ENTRY_NATS = np.float32(
        -3.0
    )  # for each new phone: a choice, which keeps the loop from changing phones every 30 ms

    def __init__(self, acoustics: AcousticModel) -> None:
        self._stay, self._leave = acoustics.stay.ravel(), acoustics.leave.ravel()
        self._state = np.full(len(self._stay), -1e9, np.float32)
        self._ended = np.float32(0)

    def __call__(self, scores: Floats) -> Floats:
        """Log likelihood gained by the best sequence in every frame of the next block, shape (frames,); `scores`, shape
        (frames, phones * 3), are those of the context-independent phones, in the model's order."""
        gained = np.empty(len(scores), np.float32)
        state, moved = self._state, np.empty_like(self._state)
        staying, onward = scores + self._stay, scores[:, 1:] + self._leave[:-1]
        entering = scores[:, ::STATES] + self._ENTRY_NATS
        before, behind, entered = state[:-1], moved[1:], moved[::STATES]
        ends, leaving = state[STATES - 1 :: STATES], self._leave[STATES - 1 :: STATES]
        for t, (stay, on, enter) in enumerate(zip(staying, onward, entering, strict=True)):
            np.add(before, on, out=behind)
            np.add(enter, self._ended, out=entered)
            state += stay
            np.maximum(state, moved, out=state)
            gained[t] = best = state.max()
            state -= best
            self._ended = (ends + leaving).max()
        return gained


def path_scores(acoustics: AcousticModel, features: Floats | Features, columns: NDArray[np.int64]) -> Floats:
    """Log likelihood of one column in each frame, shape (frames,), each pair scored alike as the search does; cheap, because
    frames are grouped by codebook.

    `columns` may hold -1 for frames that need no score (they get 0).
    """
    scores = np.zeros(len(columns), np.float32)
    codebooks = np.where(columns >= 0, acoustics.codebook_of[np.maximum(columns, 0)], -1)
    for codebook in np.unique(codebooks[codebooks >= 0]):
        chosen = np.flatnonzero(codebooks == codebook)
        for part in range(0, len(chosen), 4000):
            frames = chosen[part : part + 4000]
            vectors = features[frames - frames % _ALIKE_FRAMES]
            for s in range(STREAMS):
                stream = vectors[:, STREAM_SIZE * s : STREAM_SIZE * (s + 1)]
                powers = np.concatenate(
                    [stream * stream, stream, np.ones((len(frames), 1), np.float32)], axis=1
                )
                densities = (
                    powers @ acoustics.gaussians[s][:, codebook * DENSITIES : (codebook + 1) * DENSITIES]
                )
                peak = densities.max(1)
                weights = acoustics.weights[s][:, columns[frames]].T
                scores[frames] += peak + np.log(
                    np.maximum((np.exp(densities - peak[:, None]) * weights).sum(1), _LEAST_DENSITY)
                )
    return scores
