"""Viterbi search with beam pruning: the likeliest path of the text through the sound.

The search keeps to a band of words around the likeliest. Frame by frame every state of the band takes the better of its self
loop and of being entered; every node the best chain that ends at it, or a skip from an earlier node. Backpointers are kept
packed, and read backwards as soon as all paths agree.

The band is narrow as long as the words explain the sound. Where they stop doing so for some seconds, the true path may have
been pruned: the search returns to a checkpoint before that, and searches the same sound again in a wider band.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.aligner.acoustic_model import AcousticModel, Floats, Ints
from pipeline.speech.aligner.backtrace import Backtrace, Decisions, Step
from pipeline.speech.aligner.beam import (
    BACK_BLOCKS,
    BEAMS,
    LOST_BLOCKS,
    PATIENCE_BLOCKS,
    Beam,
    BeamControl,
)
from pipeline.speech.aligner.lattice import Lattice, Penalties
from pipeline.speech.aligner.scoring import BLOCK_FRAMES, ColumnSelection, PhoneLoop, ScoredBlock

_NEVER = np.float32(-1e9)  # nats: the score of what cannot be reached
_LOOKAHEAD_WORDS = 14  # more are not said within one block, a second
_SETTLE_BLOCKS = 60  # after so many, a minute, it is looked what all paths share
_COLUMN_LOOKAHEAD_WORDS = 20  # beyond the band, so that one selection of columns lasts for several blocks


@dataclass(frozen=True, eq=False)
class Band:
    """The active slice of a lattice between two nodes, both included, with its indices counted from its own beginning."""

    nodes: slice
    chains: slice
    states: slice
    start: Ints
    end: Ints
    source: Ints
    arriving: Ints

    @classmethod
    def of(cls, lattice: Lattice, low: int, high: int) -> Band:
        """The band from node `low` to node `high`."""
        first, last = int(lattice.first_chain[low]), int(lattice.first_chain[high]) + 2
        begin, end = int(lattice.start[first]), int(lattice.end[last - 1]) + 1
        arriving = lattice.first_arriving[low : high + 1] - first
        arriving[0] = 0  # words that end at the first node lie outside
        return cls(
            slice(low, high + 1),
            slice(first, last),
            slice(begin, end),
            lattice.start[first:last] - begin,
            lattice.end[first:last] - begin,
            lattice.source[first:last] - low,
            arriving,
        )


class BlockSequence(Protocol):
    """The scored blocks of a sound, in order of time; `self[n]` is valid until another is asked for."""

    def __len__(self) -> int: ...

    def __getitem__(self, number: int, /) -> ScoredBlock: ...


@dataclass(frozen=True, slots=True)
class _Checkpoint:
    """The scores of the band in front of a block, to which the search may return."""

    low: int
    high: int
    state: Floats
    node: Floats


class Search:
    """One Viterbi search over one lattice: `run` it once over all blocks, then ask for the `path`.

    `background` holds the phone loop's gain in every frame of each block, as far as it is known; `run` computes the rest.
    """

    def __init__(
        self, acoustics: AcousticModel, lattice: Lattice, penalties: Penalties, beams: Sequence[Beam] = BEAMS,
        background: Sequence[Floats] = (),
    ) -> None:  # fmt: skip
        self._lattice, self._penalties, self._beams = lattice, penalties, beams
        self._acoustics = acoustics
        self._loop = PhoneLoop(acoustics)
        self._state = np.full(len(lattice.column), _NEVER, np.float32)
        self._node = np.full(lattice.words + 1, _NEVER, np.float32)
        self._node[0] = 0
        self._low, self._high = 0, min(lattice.words, _LOOKAHEAD_WORDS)
        self._backtrace = Backtrace(lattice)
        self._block_gains: list[float] = []
        self._checkpoints: dict[int, _Checkpoint] = {}
        self._frames = 0
        self._selection_low, self._selection_high = 0, -1
        self._selection = ColumnSelection(acoustics, np.empty(0, np.int64))
        self.background = list(background)

    def run(self, blocks: BlockSequence, in_speech: NDArray[np.bool_]) -> Iterator[int]:
        """Search all blocks; yields the number of frames done. `in_speech`, shape (frames,), is False where nobody speaks."""
        control, number = BeamControl(len(self._beams)), 0
        while number < len(blocks):
            block = blocks[number]
            self._save_checkpoint(number)
            band = Band.of(self._lattice, self._low, self._high)
            emissions = self._emission_scores(number, block, band, in_speech)
            self._backtrace.add(self._advance(block.first, emissions, band))
            best = self._normalise(band)
            self._block_gains.append(best)
            self._frames = block.first + block.frames
            following = control.judge(number, float(self.background[number].sum()) - best)
            if following <= number:
                self._restore_checkpoint(following)
            else:
                self._prune(band, self._beams[control.level])
                if number % _SETTLE_BLOCKS == 0 and not control.level:
                    self._settle()
                yield self._frames
            number = following

    def _save_checkpoint(self, number: int) -> None:
        """Keep the scores in front of block `number`, and drop those that are too old to return to."""
        first, last = int(self._lattice.first_state[self._low]), self._end_of(self._high)
        self._checkpoints[number] = _Checkpoint(
            self._low,
            self._high,
            self._state[first:last].copy(),
            self._node[self._low : self._high + 1].copy(),
        )
        self._checkpoints.pop(number - PATIENCE_BLOCKS - LOST_BLOCKS - BACK_BLOCKS - 1, None)

    def _restore_checkpoint(self, number: int) -> None:
        """Return to the scores in front of block `number`."""
        checkpoint = self._checkpoints[number]
        self._state[:], self._node[:] = _NEVER, _NEVER
        self._low, self._high = checkpoint.low, checkpoint.high
        first = int(self._lattice.first_state[checkpoint.low])
        self._state[first : first + len(checkpoint.state)] = checkpoint.state
        self._node[checkpoint.low : checkpoint.high + 1] = checkpoint.node
        self._backtrace.take_back(number)
        del self._block_gains[number:]

    def _settle(self) -> None:
        """Settle the path as far as all that the search may still return to agree on it."""
        number = min(self._checkpoints)
        checkpoint = self._checkpoints[number]
        states = np.flatnonzero(checkpoint.state > _NEVER / 2) + int(
            self._lattice.first_state[checkpoint.low]
        )
        nodes = np.flatnonzero(checkpoint.node > _NEVER / 2) + checkpoint.low
        self._backtrace.settle(number * BLOCK_FRAMES, states, nodes)

    def _end_of(self, node: int) -> int:
        """The index behind the last state of a band that ends with `node`."""
        return int(self._lattice.first_state[node]) + _states_at_node(self._lattice, node)

    def _emission_scores(
        self, number: int, block: ScoredBlock, band: Band, in_speech: NDArray[np.bool_]
    ) -> Floats:
        """Log likelihood of every state of the band in every frame of the block, shape (frames, states)."""
        in_speech = in_speech[block.first : block.first + block.frames]
        chosen = self._select_columns(band)
        known = block.scores(chosen)
        if number == len(self.background):
            plain = np.searchsorted(chosen.columns, self._acoustics.plain)
            self.background.append(self._loop(known[:, plain]))
        gained = self.background[number]
        scores = np.concatenate(
            [known, gained[:, None] + np.float32(self._penalties.unwritten_frame)], axis=1
        )
        # The phone loop's column number is beyond all others, and so becomes the last one here.
        emissions: Floats = np.take(
            scores, np.searchsorted(chosen.columns, self._lattice.column[band.states]), axis=1
        )
        if not in_speech.all():
            self._mask_outside_speech(emissions, ~in_speech, self._lattice.quiet[band.states], gained)
        return emissions

    def _select_columns(self, band: Band) -> ColumnSelection:
        """The columns of the phone loop, of the band and of `_COLUMN_LOOKAHEAD_WORDS` more, so that the selection lasts for
        several blocks."""
        if not self._selection_low <= band.nodes.start or band.nodes.stop - 1 > self._selection_high:
            self._selection_low = band.nodes.start
            self._selection_high = min(self._lattice.words, band.nodes.stop + _COLUMN_LOOKAHEAD_WORDS)
            end = max(int(self._lattice.first_state[self._selection_high]), band.states.stop)
            own = self._lattice.column[band.states.start : end]
            columns = np.unique(np.concatenate([self._acoustics.plain, own]))
            self._selection = ColumnSelection(self._acoustics, columns[columns < self._acoustics.columns])
        return self._selection

    def _mask_outside_speech(
        self, emissions: Floats, frames: NDArray[np.bool_], quiet: NDArray[np.bool_], gained: Floats
    ) -> None:
        """Outside speech penalise phones, and let silence explain music or a chair as well as the phone loop does."""
        phones = np.ix_(frames, ~quiet)
        emissions[phones] += np.float32(self._penalties.outside_speech_frame)
        silent = np.ix_(frames, quiet)
        emissions[silent] = np.maximum(emissions[silent], gained[frames, None])

    def _advance(self, first: int, emissions: Floats, band: Band) -> Decisions:
        """Viterbi recursion over the frames of a block, the first of which is frame `first`; the backpointers."""
        lattice = self._lattice
        state, node = self._state[band.states], self._node[band.nodes]
        leave, price = lattice.leave[band.states], lattice.price[band.chains]
        start, end, source, arriving = band.start, band.end, band.source, band.arriving
        leaving = leave[end]
        # What a frame adds to a state that stays, and to one that is entered from the state before it.
        staying = emissions + lattice.stay[band.states]
        onward = emissions[:, 1:] + leave[:-1]
        entering = np.take(emissions, start, axis=1) + price
        by_word = np.arange(len(node), dtype=np.float32) * np.float32(self._penalties.skip_word)
        skip = by_word[1:] + np.float32(self._penalties.skip)
        reached = np.empty(emissions.shape, bool)
        exits = np.empty((len(emissions), len(start)), np.float32)
        arrived = np.empty((len(emissions), len(node)), np.float32)
        moved, best, skipped = np.empty_like(state), np.empty_like(node), np.empty_like(skip)
        # Views, made once: the loop below is short of work and long in calls.
        before, behind, later_nodes, earlier_best = state[:-1], moved[1:], node[1:], best[:-1]
        rows = zip(staying, onward, entering, reached, exits, arrived, strict=True)
        for stay, on, enter, went, ended, came in rows:
            np.add(before, on, out=behind)
            enter += node[source]
            moved[start] = enter
            state += stay
            np.greater(moved, state, out=went)
            np.maximum(state, moved, out=state)
            np.add(state[end], leaving, out=ended)
            np.maximum.reduceat(ended, arriving, out=came)
            np.subtract(came, by_word, out=best)
            np.maximum.accumulate(best, out=best)
            node[:] = came
            np.add(earlier_best, skip, out=skipped)
            np.maximum(later_nodes, skipped, out=later_nodes)
        winner, skipped_from = _backpointers(exits, arrived, arriving, by_word, skip)
        return Decisions(
            first,
            band.nodes.start,
            band.states.start,
            len(state),
            np.packbits(reached, axis=1),
            winner,
            skipped_from,
        )

    def _normalise(self, band: Band) -> float:
        """Subtract the best state's score from all others, so that floats stay exact; gives that score, in nats."""
        best = float(self._state[band.states].max())
        self._state[band.states] -= np.float32(best)
        self._node[band.nodes] -= np.float32(best)
        return best

    def _prune(self, band: Band, beam: Beam) -> None:
        """Drop the states that fell behind the beam, and move the band on to what may be reached next."""
        lattice, state, node = self._lattice, self._state, self._node
        alive = np.flatnonzero(state[band.states] > -beam.nats) + band.states.start
        furthest = int(lattice.node[alive[-1]])
        self._low = max(int(lattice.node[alive[0]]), furthest - beam.most_words)
        self._high = min(lattice.words, max(furthest + _LOOKAHEAD_WORDS, self._low + 1))
        state[band.states.start : lattice.first_state[self._low]] = _NEVER
        node[band.nodes.start : self._low] = _NEVER
        state[self._end_of(self._high) : band.states.stop] = _NEVER
        node[self._high + 1 : band.nodes.stop] = _NEVER

    def score(self, node: int) -> float:
        """Log likelihood ratio of the best path to `node` against the phone loop, in nats."""
        return sum(self._block_gains) + float(self._node[node]) - sum(float(g.sum()) for g in self.background)

    def reaches(self, node: int) -> bool:
        """Whether any path ends at `node`."""
        return bool(self._node[node] > _NEVER / 2)

    def likeliest_node(self) -> int:
        """The node at which the best of all paths ends."""
        return int(np.argmax(self._node))

    def path(self, node: int | None = None) -> list[Step]:
        """The steps of the best path that ends at `node` (the likeliest by default), in order of time."""
        node = self.likeliest_node() if node is None else node
        return self._backtrace.path(self._frames, node)


def _states_at_node(lattice: Lattice, node: int) -> int:
    """How many states the silence and the unwritten speech at a node have."""
    last = int(lattice.first_chain[node]) + 1
    return int(lattice.end[last] + 1 - lattice.first_state[node])


def _backpointers(
    exits: Floats, arrived: Floats, arriving: Ints, by_word: Floats, skip: Floats
) -> tuple[NDArray[np.uint8], NDArray[np.int16]]:
    """Backpointers of every frame and node: which chain won, and from which node it was skipped to (-1 for none)."""
    nodes = arrived.shape[1]
    sizes = np.diff(np.append(arriving, exits.shape[1]))
    order = np.arange(exits.shape[1]) - np.repeat(arriving, sizes)
    losing = np.where(exits >= np.repeat(arrived, sizes, axis=1), order, 255).astype(np.uint8)
    winner = np.minimum.reduceat(losing, arriving, axis=1)
    value = arrived - by_word
    best = np.maximum.accumulate(value, axis=1)
    best_at = np.maximum.accumulate(np.where(value >= best, np.arange(nodes), 0), axis=1)
    skipped_from = np.full(arrived.shape, -1, np.int16)
    better = best[:, :-1] + skip > arrived[:, 1:]
    skipped_from[:, 1:][better] = best_at[:, :-1][better]
    return winner, skipped_from
