"""Backtrace: read the best path from the decisions of the Viterbi search, from the end to the beginning."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.aligner.acoustic_model import Ints
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
    """Follows the backpointers of the blocks, which are added in order of time. What all ways into the future share is settled,
    and kept as steps; its backpointers are dropped, so that what is held does not grow with the sound."""

    def __init__(self, lattice: Lattice) -> None:
        self._lattice = lattice
        self._kept: list[Decisions] = []
        self._dropped = 0  # blocks in front of those kept
        self._firsts: list[int] = []
        self._open = -1
        self._bits = np.zeros((0, 0), bool)
        self._settled: list[Step] = []
        self._since = 0  # the frame up to which the path is settled

    def add(self, decisions: Decisions) -> None:
        """Take the backpointers of the next block."""
        self._kept.append(decisions)
        self._firsts.append(decisions.first)

    def take_back(self, number: int) -> None:
        """Forget block `number` and all behind it."""
        del self._kept[number - self._dropped :], self._firsts[number - self._dropped :]
        self._open = -1

    def path(self, frames: int, node: int) -> list[Step]:
        """The steps of the best path that ends at `node` before frame `frames`, in order of time."""
        return [*self._settled, *self._steps(frames, node)]

    def settle(self, frame: int, states: Ints, nodes: Ints) -> None:
        """Settle what all paths share that are in one of these states, or at one of these nodes, in front of frame `frame`: the
        others will never be the best."""
        ways = {(frame, int(node)) for node in nodes} | self._entries(states, frame)
        while len(ways) > 1 and (last := max(ways))[0] > self._since:
            ways.remove(last)
            step = self._step(*last)
            ways.add((step.first, int(self._lattice.source[step.chain])))
        if len(ways) == 1 and (only := ways.pop())[0] > self._since:
            self._settled += self._steps(*only)
            self._since = only[0]
            gone = bisect_right(self._firsts, self._since) - 1
            del self._kept[:gone], self._firsts[:gone]
            self._dropped, self._open = self._dropped + gone, -1

    def _steps(self, frames: int, node: int) -> list[Step]:
        """The steps from where the path is settled to `node`, in order of time."""
        found: list[Step] = []
        at = frames
        while at > self._since:
            found.append(self._step(at, node))
            at, node = found[-1].first, int(self._lattice.source[found[-1].chain])
        return found[::-1]

    def _step(self, at: int, node: int) -> Step:
        """The step that ends at `node` before frame `at`."""
        lattice = self._lattice
        kept = self._kept[self._block(at - 1)]
        row, column = at - 1 - kept.first, node - kept.low_node
        source = int(kept.skipped_from[row, column])
        if source >= 0:
            node, column = kept.low_node + source, source
        arriving = lattice.first_chain[node] if column == 0 else lattice.first_arriving[node]
        chain = int(arriving) + int(kept.winner[row, column])
        states = self._states(chain, at)
        return Step(Way(int(lattice.way[chain])), int(lattice.source[chain]), chain, states[0], at, states)

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

    def _entries(self, states: Ints, frame: int) -> set[tuple[int, int]]:
        """Where the paths that are in these states in front of frame `frame` entered their chains: frames, and the nodes
        there."""
        chains = np.searchsorted(self._lattice.start, states, side="right") - 1
        begins, sources = self._lattice.start[chains], self._lattice.source[chains]
        found: set[tuple[int, int]] = set()
        at = frame - 1
        while at > 0 and len(states):
            block = self._block(at)
            moved = self._unpacked(block)[at - self._firsts[block], states - self._kept[block].low_state]
            entered = moved & (states == begins)
            found.update((at, int(node)) for node in np.unique(sources[entered]))
            states = (states - moved)[~entered]
            begins, sources = begins[~entered], sources[~entered]
            at -= 1
        return found | {(0, int(node)) for node in np.unique(sources)}

    def _block(self, frame: int) -> int:
        return bisect_right(self._firsts, frame) - 1

    def _unpacked(self, block: int) -> NDArray[np.bool_]:
        if block != self._open:
            kept = self._kept[block]
            self._bits = np.unpackbits(kept.reached, axis=1, count=kept.states).view(bool)
            self._open = block
        return self._bits
