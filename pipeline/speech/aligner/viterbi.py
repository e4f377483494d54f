"""The likeliest way of the text through the sound: a Viterbi search in a band around the likeliest words.

Frame by frame every state of the band takes the better of staying and of being reached; every node the best chain that ends at
it, or a skip from an earlier node. Decisions are kept packed and read backwards at the end.

The band is narrow as long as the words explain the sound. Where they stop doing so for some seconds, the way may have been lost:
the search goes back to before that, and follows the same sound again in a wider band.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.aligner.acoustic_model import Acoustics, Floats, Ints
from pipeline.speech.aligner.backtrace import Backtrace, Decisions, Step
from pipeline.speech.aligner.beam import (
    _BACK_BLOCKS,
    _LOST_BLOCKS,
    _PATIENCE_BLOCKS,
    BEAMS,
    Beam,
    BeamControl,
)
from pipeline.speech.aligner.lattice import Lattice, Penalties
from pipeline.speech.aligner.scoring import Chosen, Moments, PhoneLoop

_NEVER = np.float32(-1e9)
_AHEAD_WORDS = 14  # what may be reached within one block


_CHOSEN_AHEAD_WORDS = 20


@dataclass(frozen=True, eq=False)
class Band:
    """The slice of a lattice between two nodes, both included, with its indices counted from its own beginning."""

    nodes: slice
    chains: slice
    states: slice
    start: Ints
    end: Ints
    source: Ints
    arriving: Ints

    @classmethod
    def of(cls, lattice: Lattice, low: int, high: int) -> Band:
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


class Sounds(Protocol):
    """The blocks of a sound, in order; `self[n]` is valid until another is asked for."""

    def __len__(self) -> int: ...

    def __getitem__(self, number: int, /) -> Moments: ...


@dataclass(frozen=True, slots=True)
class _Checkpoint:
    """Where the search stood in front of a block."""

    low: int
    high: int
    state: Floats
    node: Floats


class Search:
    """One walk over one lattice. `run` it once over all blocks, then ask for the `path`."""

    def __init__(
        self, acoustics: Acoustics, lattice: Lattice, prices: Penalties, beams: Sequence[Beam] = BEAMS,
        background: Sequence[Floats] = (),
    ) -> None:  # fmt: skip
        self._lattice, self._prices, self._beams = lattice, prices, beams
        self._acoustics = acoustics
        self._loop = PhoneLoop(acoustics)
        self._state = np.full(len(lattice.column), _NEVER, np.float32)
        self._node = np.full(lattice.words + 1, _NEVER, np.float32)
        self._node[0] = 0
        self._low, self._high = 0, min(lattice.words, _AHEAD_WORDS)
        self._kept: list[Decisions] = []
        self._settled: list[float] = []
        self._places: dict[int, _Checkpoint] = {}
        self._frames = 0
        self._chosen_low, self._chosen_high = 0, -1
        self._chosen = Chosen(acoustics, np.empty(0, np.int64))
        self.background = list(
            background
        )  # what any phones gain in every frame of each block, as far as known

    def run(self, blocks: Sounds, in_speech: NDArray[np.bool_]) -> Iterator[int]:
        """Follow all blocks; yields the frames done so far. `in_speech`, shape (frames,), is False where nobody speaks."""
        trouble, number = BeamControl(len(self._beams)), 0
        while number < len(blocks):
            block = blocks[number]
            self._remember(number)
            band = Band.of(self._lattice, self._low, self._high)
            emissions = self._emissions(number, block, band, in_speech)
            self._kept.append(self._advance(block.first, emissions, band))
            best = self._settle(band)
            self._settled.append(best)
            self._frames = block.first + block.frames
            following = trouble.judge(number, float(self.background[number].sum()) - best)
            if following <= number:
                self._go_back(following)
            else:
                self._open(band, self._beams[trouble.level])
                yield self._frames
            number = following

    def _remember(self, number: int) -> None:
        first, last = int(self._lattice.first_state[self._low]), self._end_of(self._high)
        self._places[number] = _Checkpoint(
            self._low,
            self._high,
            self._state[first:last].copy(),
            self._node[self._low : self._high + 1].copy(),
        )
        self._places.pop(number - _PATIENCE_BLOCKS - _LOST_BLOCKS - _BACK_BLOCKS - 1, None)

    def _go_back(self, number: int) -> None:
        place = self._places[number]
        self._state[:], self._node[:] = _NEVER, _NEVER
        self._low, self._high = place.low, place.high
        first = int(self._lattice.first_state[place.low])
        self._state[first : first + len(place.state)] = place.state
        self._node[place.low : place.high + 1] = place.node
        del self._kept[number:], self._settled[number:]

    def _end_of(self, node: int) -> int:
        """The end of the states of the band that ends with `node`, included."""
        return int(self._lattice.first_state[node]) + _states_at_node(self._lattice, node)

    def _emissions(self, number: int, block: Moments, band: Band, in_speech: NDArray[np.bool_]) -> Floats:
        """Log likelihood of every state of the band in every frame of the block."""
        if number == len(self.background):
            self.background.append(self._loop(block))
        gained = self.background[number]
        in_speech = in_speech[block.first : block.first + block.frames]
        chosen = self._choose(band)
        scores = np.concatenate(
            [block.scores(chosen), gained[:, None] + np.float32(self._prices.unwritten_frame)], axis=1
        )
        # The phone loop's column number is beyond all others, and so becomes the last one here.
        emissions: Floats = np.take(
            scores, np.searchsorted(chosen.columns, self._lattice.column[band.states]), axis=1
        )
        if not in_speech.all():
            self._hush(emissions, ~in_speech, self._lattice.quiet[band.states], gained)
        return emissions

    def _choose(self, band: Band) -> Chosen:
        """The columns of the band; chosen with some room ahead, so that the choice lasts for several blocks."""
        if not self._chosen_low <= band.nodes.start or band.nodes.stop - 1 > self._chosen_high:
            self._chosen_low = band.nodes.start
            self._chosen_high = min(self._lattice.words, band.nodes.stop + _CHOSEN_AHEAD_WORDS)
            end = max(int(self._lattice.first_state[self._chosen_high]), band.states.stop)
            columns = np.unique(self._lattice.column[band.states.start : end])
            self._chosen = Chosen(self._acoustics, columns[columns < self._acoustics.columns])
        return self._chosen

    def _hush(
        self, emissions: Floats, frames: NDArray[np.bool_], quiet: NDArray[np.bool_], gained: Floats
    ) -> None:
        """Where nobody speaks, silence explains whatever is there (music, a chair) as well as any phones could."""
        talking = np.ix_(frames, ~quiet)
        emissions[talking] += np.float32(self._prices.outside_speech_frame)
        silent = np.ix_(frames, quiet)
        emissions[silent] = np.maximum(emissions[silent], gained[frames, None])

    def _advance(self, first: int, emissions: Floats, band: Band) -> Decisions:
        lattice = self._lattice
        state, node = self._state[band.states], self._node[band.nodes]
        stay, leave = lattice.stay[band.states], lattice.leave[band.states]
        onward, leaving, price = leave[:-1], leave[band.end], lattice.price[band.chains]
        start, end, source, arriving = band.start, band.end, band.source, band.arriving
        by_word = np.arange(len(node), dtype=np.float32) * np.float32(self._prices.skip_word)
        skip = by_word[1:] + np.float32(self._prices.skip)
        reached = np.empty(emissions.shape, bool)
        exits = np.empty((len(emissions), len(start)), np.float32)
        arrived = np.empty((len(emissions), len(node)), np.float32)
        moved, stayed, best = np.empty_like(state), np.empty_like(state), np.empty_like(node)
        for t in range(len(emissions)):
            np.add(state[:-1], onward, out=moved[1:])
            moved[start] = node[source] + price
            np.add(state, stay, out=stayed)
            np.greater(moved, stayed, out=reached[t])
            np.maximum(stayed, moved, out=state)
            state += emissions[t]
            np.add(state[end], leaving, out=exits[t])
            np.maximum.reduceat(exits[t], arriving, out=arrived[t])
            np.subtract(arrived[t], by_word, out=best)
            np.maximum.accumulate(best, out=best)
            node[:] = arrived[t]
            np.maximum(node[1:], best[:-1] + skip, out=node[1:])
        winner, skipped_from = _choices(exits, arrived, arriving, by_word, skip)
        return Decisions(
            first,
            band.nodes.start,
            band.states.start,
            len(state),
            np.packbits(reached, axis=1),
            winner,
            skipped_from,
        )

    def _settle(self, band: Band) -> float:
        """Count from the best state on; returns what it had gained."""
        best = float(self._state[band.states].max())
        self._state[band.states] -= np.float32(best)
        self._node[band.nodes] -= np.float32(best)
        return best

    def _open(self, band: Band, beam: Beam) -> None:
        """Let go of what fell behind the beam, and open the band for what comes next."""
        lattice, state, node = self._lattice, self._state, self._node
        alive = np.flatnonzero(state[band.states] > -beam.nats) + band.states.start
        furthest = int(lattice.node[alive[-1]])
        self._low = max(int(lattice.node[alive[0]]), furthest - beam.most_words)
        self._high = min(lattice.words, max(furthest + _AHEAD_WORDS, self._low + 1))
        state[band.states.start : lattice.first_state[self._low]] = _NEVER
        node[band.nodes.start : self._low] = _NEVER
        state[self._end_of(self._high) : band.states.stop] = _NEVER
        node[self._high + 1 : band.nodes.stop] = _NEVER

    def score(self, node: int) -> float:
        """How much better than any phones the best way to `node` explains the sound, in nats."""
        return sum(self._settled) + float(self._node[node]) - sum(float(g.sum()) for g in self.background)

    def reaches(self, node: int) -> bool:
        """Whether any way ends at `node`."""
        return bool(self._node[node] > _NEVER / 2)

    def likeliest_node(self) -> int:
        return int(np.argmax(self._node))

    def path(self, node: int | None = None) -> list[Step]:
        """The steps of the best way that ends at `node` (the likeliest by default), in order of time."""
        node = self.likeliest_node() if node is None else node
        return list(Backtrace(self._lattice, self._kept).walk(self._frames, node))[::-1]


def _states_at_node(lattice: Lattice, node: int) -> int:
    """How many states its silence and its unwritten speech have."""
    last = int(lattice.first_chain[node]) + 1
    return int(lattice.end[last] + 1 - lattice.first_state[node])


def _choices(
    exits: Floats, arrived: Floats, arriving: Ints, by_word: Floats, skip: Floats
) -> tuple[NDArray[np.uint8], NDArray[np.int16]]:
    """For every frame and node: which chain won, and from which node it was skipped to (-1 for none)."""
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
