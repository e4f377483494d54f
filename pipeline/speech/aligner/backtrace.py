"""Backtrace: read the best path from the decisions of the Viterbi search, from the end to the beginning."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.aligner.lattice import Lattice, Way


@dataclass(frozen=True, slots=True)
class Step:
    """One chain of the best path: `word` is the word's index (a node's for silence and unwritten speech), frames are half
    open, `states` are the frames at which each state of the chain begins."""

    way: Way
    word: int
    chain: int
    first: int
    last: int
    states: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Decisions:
    """Backpointers of one block: `reached` bits, packed, by frame and state, `winner` the chain (counted from the first that
    arrives) and `skipped_from` the node (counted from the band's first, -1 without a skip) by frame and node."""

    first: int
    low_node: int
    low_state: int
    states: int
    reached: NDArray[np.uint8]
    winner: NDArray[np.uint8]
    skipped_from: NDArray[np.int16]


class Backtrace:
    """Follows the backpointers of all blocks, `kept`, given in order of time."""

    def __init__(self, lattice: Lattice, kept: list[Decisions]) -> None:
        self._lattice, self._kept = lattice, kept
        self._firsts = [k.first for k in kept]
        self._open = -1
        self._bits = np.zeros((0, 0), bool)

    def walk(self, frames: int, node: int) -> Iterator[Step]:
        """The steps of the best path that ends at `node` before frame `frames`, the last one first."""
        lattice, at = self._lattice, frames
        while at > 0:
            block = self._block(at - 1)
            kept = self._kept[block]
            row, column = at - 1 - kept.first, node - kept.low_node
            source = int(kept.skipped_from[row, column])
            if source >= 0:
                node, column = kept.low_node + source, source
            arriving = lattice.first_chain[node] if column == 0 else lattice.first_arriving[node]
            chain = int(arriving) + int(kept.winner[row, column])
            states = self._states(chain, at)
            yield Step(Way(int(lattice.way[chain])), int(lattice.source[chain]), chain, states[0], at, states)
            at, node = states[0], int(lattice.source[chain])

    def _states(self, chain: int, end: int) -> tuple[int, ...]:
        """The frames at which the states of a chain that ends before frame `end` began."""
        state, begin = int(self._lattice.end[chain]), int(self._lattice.start[chain])
        found: list[int] = []
        frame = end - 1
        first, low_state, bits = end, 0, self._bits
        while frame > 0:
            if frame < first:
                block = self._block(frame)
                first, low_state, bits = (
                    self._firsts[block],
                    self._kept[block].low_state,
                    self._unpacked(block),
                )
            if bits[frame - first, state - low_state]:
                found.append(frame)
                if state == begin:
                    return tuple(found[::-1])
                state -= 1
            frame -= 1
        return (0, *found[::-1])

    def _block(self, frame: int) -> int:
        return bisect_right(self._firsts, frame) - 1

    def _unpacked(self, block: int) -> NDArray[np.bool_]:
        if block != self._open:
            kept = self._kept[block]
            self._bits = np.unpackbits(kept.reached, axis=1, count=kept.states).view(bool)
            self._open = block
        return self._bits
